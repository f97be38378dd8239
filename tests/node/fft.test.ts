import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFft } from '../../src/analysis/fft.ts';

/** Straight from the definition. */
function slowly(samples: readonly number[]): readonly { readonly re: number; readonly im: number }[] {
  const { length } = samples;
  return Array.from({ length: length / 2 + 1 }, (_, k) => {
    let [re, im] = [0, 0];
    samples.forEach((sample, n) => {
      re += sample * Math.cos((2 * Math.PI * k * n) / length);
      im -= sample * Math.sin((2 * Math.PI * k * n) / length);
    });
    return { re, im };
  });
}

const sizes = fc.constantFrom(4, 8, 64, 128, 256);
const samplesOf = (length: number) =>
  fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: length, maxLength: length });

test('the power spectrum is that of the definition', () => {
  fc.assert(
    fc.property(sizes.chain(samplesOf), (samples) => {
      const out = new Float64Array(samples.length / 2 + 1);
      createFft(samples.length).power(samples, out);
      slowly(samples).forEach(({ re, im }, k) => {
        expect(out[k]).toBeCloseTo(re * re + im * im, 8);
      });
    }),
    { numRuns: 100 },
  );
});

test('the transform of an even sequence is that of the definition, and real', () => {
  fc.assert(
    fc.property(
      sizes.chain((size) => samplesOf(size / 2 + 1)),
      (half) => {
        const size = 2 * (half.length - 1);
        const whole = Array.from({ length: size }, (_, k) => half[k < half.length ? k : size - k] ?? 0);
        const out = new Float64Array(half.length);
        createFft(size).even(half, out);
        slowly(whole).forEach(({ re, im }, k) => {
          expect(out[k]).toBeCloseTo(re, 8);
          expect(im).toBeCloseTo(0, 8);
        });
      },
    ),
    { numRuns: 100 },
  );
});

test('a size that is no power of two is a bug', () => {
  for (const size of [0, 2, 6, 100]) expect(() => createFft(size)).toThrow(RangeError);
});
