import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import wabt from 'wabt';
import { readSileroWeights } from '../../scripts/silero-weights.ts';
import { createSilero, SILERO_STEP } from '../../src/analysis/silero.ts';
import { createKernel, KERNEL_BYTES, withoutWebAssembly } from '../../src/analysis/silero-kernel.ts';
import { parseWav } from '../support/audio.ts';
import { corpusFiles } from '../support/microphone.ts';
import { referenceSilero } from '../support/silero-reference.ts';
import { generator, speechLike } from '../support/speech-like.ts';

const weights = readSileroWeights();

test('the kernel is what its text assembles to', async () => {
  const { parseWat } = await wabt();
  const path = 'src/analysis/silero-kernel.wat';
  const module = parseWat(path, readFileSync(path, 'utf8'), { simd: true });
  const { buffer } = module.toBinary({});
  expect(KERNEL_BYTES).toBe(Buffer.from(buffer).toString('base64'));
});

test('the kernel and its stand-in multiply alike', () => {
  const [fast, slow] = [createKernel(), withoutWebAssembly()];
  expect(fast.memory.buffer).not.toBeInstanceOf(SharedArrayBuffer);
  const number = fc.float({ min: -2, max: 2, noNaN: true });
  fc.assert(
    fc.property(
      fc.record({
        blocks: fc.integer({ min: 1, max: 3 }),
        columns: fc.integer({ min: 1, max: 9 }),
        skipped: fc.integer({ min: 0, max: 2 }),
        count: fc.integer({ min: 1, max: 5 }),
        apart: fc.integer({ min: 0, max: 3 }),
        floor: fc.constantFrom(0, Number.NEGATIVE_INFINITY),
        numbers: fc.array(number, { minLength: 1000, maxLength: 1000 }),
      }),
      ({ blocks, columns, skipped, count, apart, floor, numbers }) => {
        const rows = 16 * blocks;
        const fromStep = columns + apart;
        const blockStep = 16 * (columns + skipped);
        const what = {
          from: 0,
          fromStep,
          weights: 64 + 16 * skipped,
          blockStep,
          bias: 700,
          to: 2000,
          toStep: rows + apart,
          rows,
          columns,
          floor,
        };
        for (const { memory } of [fast, slow]) memory.fill(7, 0, 4000).set(numbers);
        fast.product(what, count);
        slow.product(what, count);
        fast.memory.subarray(0, 4000).forEach((value, at) => {
          expect(value).toBeCloseTo(slow.memory[at] ?? Number.NaN, 4);
        });
      },
    ),
  );
});

/** A voice-like hum that comes and goes, noise, silence and full scale. */
function strangeSounds(): readonly (readonly [name: string, samples: Float32Array])[] {
  const random = generator(5);
  const noise = Float32Array.from({ length: 40_000 }, () => 0.2 * (random() - 0.5));
  const square = Float32Array.from({ length: 20_000 }, (_, index) => (index % 120 < 60 ? 1 : -1));
  return [
    ['bursts of tone', speechLike(6, 3, 16_000)],
    ['noise', noise],
    ['silence', new Float32Array(30_000)],
    ['full scale', square],
    ['one sample', Float32Array.of(0.5)],
  ];
}

test('the probabilities are those of onnxruntime-web', async ({ annotate }) => {
  const corpus = corpusFiles().filter((path) => /\/(jfk|mfa_acoustic|ten1|libri.*00[01]4)/.test(path));
  if (corpus.length === 0) await annotate('No real speech beside the project: generated sound only');
  const reference = await referenceSilero();
  const silero = createSilero(weights);
  const clips = corpus.map((path) => [basename(path), parseWav(readFileSync(path)).samples] as const);
  for (const [name, samples] of [...strangeSounds(), ...clips]) {
    silero.add(samples);
    const [ours, theirs] = [silero.finish(), await reference(samples)];
    expect(ours.length, name).toBe(theirs.length);
    const furthest = ours.reduce((most, value, at) => Math.max(most, Math.abs(value - (theirs[at] ?? 9))), 0);
    expect(furthest, name).toBeLessThan(1e-4);
  }
});

test('blocks of any length give the same, and so does the sound after another', () => {
  const sound = speechLike(4, 8, 16_000);
  const silero = createSilero(weights);
  silero.add(sound);
  const whole = silero.finish();
  expect(whole.length).toBe(Math.ceil(sound.length / SILERO_STEP));
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9000 })), (lengths) => {
      let from = 0;
      for (const length of [...lengths, sound.length]) {
        silero.add(sound.subarray(from, from + length));
        from += length;
      }
      expect(silero.finish()).toEqual(whole);
    }),
    { numRuns: 15 },
  );
});

test('a sound without samples has no probabilities', () => {
  const silero = createSilero(weights);
  silero.add(new Float32Array());
  expect(silero.finish().length).toBe(0);
});

test('weights of another network are refused', () => {
  expect(() => createSilero(weights.subarray(1))).toThrow(RangeError);
});
