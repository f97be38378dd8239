import fc from 'fast-check';
import { expect, test } from 'vitest';
import { leveller } from '../../src/analysis/leveller.ts';
import { generator } from '../support/speech-like.ts';

const RATE = 16_000;

function levelled(samples: Float32Array, lengths: readonly number[] = []): Float32Array {
  const given = new Float32Array(samples.length);
  let length = 0;
  const meter = leveller((block) => {
    given.set(block, length);
    length += block.length;
  });
  let from = 0;
  for (const each of [...lengths, samples.length]) {
    meter.add(samples.subarray(from, from + each));
    from += each;
  }
  meter.finish();
  expect(length).toBe(samples.length);
  return given;
}

function noise(seconds: number, level: number): Float32Array {
  const random = generator(4);
  return Float32Array.from({ length: seconds * RATE }, () => level * (random() - 0.5));
}

/** Root mean square, dB below full scale. */
function levelOf(samples: Float32Array): number {
  return 10 * Math.log10(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length + 1e-12);
}

test('what is loud enough stays as loud', () => {
  const samples = noise(5, 0.6);
  // Of noise up to 8 kHz, 0.04 dB are below 80 Hz.
  expect(levelOf(levelled(samples)) - levelOf(samples)).toBeCloseTo(-0.04, 1);
});

test('what is faint comes up to one level, by 40 dB at most, and an offset goes', () => {
  for (const level of [0.1, 0.01, 0.002]) {
    expect(Math.abs(levelOf(levelled(noise(5, level))) + 27)).toBeLessThan(0.5);
    const lifted = levelled(noise(5, level).map((sample) => sample + 0.3));
    expect(Math.abs(levelOf(lifted) + 27)).toBeLessThan(0.5);
  }
  const faintest = noise(5, 0.0001);
  expect(levelOf(levelled(faintest)) - levelOf(faintest)).toBeCloseTo(40, 0);
});

test('hum neither sets the gain of what is faint nor goes on', () => {
  const faint = noise(5, 0.01);
  const whole = levelled(faint);
  for (const hertz of [25, 50]) {
    const hum = (index: number) => 0.01 * Math.sin((2 * Math.PI * hertz * index) / RATE);
    const given = levelled(faint.map((sample, index) => sample + hum(index)));
    // 50 Hz are 16 dB softer behind the filter, and still 2 dB below this noise. The first half second is the filter's.
    const level = levelOf(given.subarray(RATE / 2));
    expect(Math.abs(level - levelOf(whole.subarray(RATE / 2)))).toBeLessThan(0.5);
  }
});

test('the gain is down before something louder comes, and up again some time after', () => {
  const samples = noise(90, 0.005);
  samples.set(noise(1, 0.5), 10 * RATE);
  const given = levelled(samples);
  const gainAt = (sec: number) => {
    const part = [sec * RATE, (sec + 0.2) * RATE] as const;
    return levelOf(given.subarray(...part)) - levelOf(samples.subarray(...part));
  };
  expect(gainAt(5)).toBeGreaterThan(25);
  expect(gainAt(10)).toBeLessThan(1);
  expect(gainAt(20)).toBeLessThan(8);
  expect(gainAt(80)).toBeGreaterThan(25);
});

test('blocks of any length give the same', () => {
  const samples = noise(3, 0.01);
  const whole = levelled(samples);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 60_000 })), (lengths) => {
      expect(levelled(samples, lengths)).toEqual(whole);
    }),
    { numRuns: 20 },
  );
});
