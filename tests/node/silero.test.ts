import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readSileroWeights } from '../../scripts/silero-weights.ts';
import { createSilero, SILERO_STEP } from '../../src/analysis/silero.ts';
import { parseWav } from '../support/audio.ts';
import { corpusFiles } from '../support/microphone.ts';
import { referenceSilero } from '../support/silero-reference.ts';
import { generator, speechLike } from '../support/speech-like.ts';

const weights = readSileroWeights();

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
  const corpus = corpusFiles().filter((path) => /\/(jfk|ten1[02]|libri.*0014)\.wav$/.test(path));
  if (corpus.length === 0) await annotate('No real speech beside the project: generated sound only');
  const reference = await referenceSilero();
  const silero = createSilero(weights);
  const clips = corpus.map(
    (path) => [basename(path), parseWav(readFileSync(path)).samples.subarray(0, 80_000)] as const,
  );
  for (const [name, samples] of [...strangeSounds(), ...clips]) {
    silero.add(samples);
    const [ours, theirs] = [silero.finish(), await reference(samples)];
    expect(ours.length, name).toBe(theirs.length);
    const furthest = ours.reduce((most, value, at) => Math.max(most, Math.abs(value - (theirs[at] ?? 9))), 0);
    expect(furthest, name).toBeLessThan(1e-4);
  }
  // onnxruntime-web takes its time on a machine that has other work.
}, 60_000);

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

test('a sound that was broken off leaves nothing behind', () => {
  const sound = speechLike(1, 8, 16_000);
  const silero = createSilero(weights);
  silero.add(sound);
  const whole = silero.finish();
  silero.add(sound.subarray(3000, 9000));
  silero.begin();
  silero.add(sound);
  expect(silero.finish()).toEqual(whole);
});

test('a sound without samples has no probabilities', () => {
  const silero = createSilero(weights);
  silero.add(new Float32Array());
  expect(silero.finish().length).toBe(0);
});

test('weights of another network are refused', () => {
  expect(() => createSilero(weights.subarray(1))).toThrow(RangeError);
});
