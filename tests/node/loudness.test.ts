import { basename } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { kWeightingAt, loudnessMeter } from '../../src/analysis/loudness.ts';
import { RATE } from '../../src/analysis/resample.ts';
import { corpusFiles, wav } from '../support/microphone.ts';
import { joined, LEVELS, noise, readWav, references, samplesOf, tone } from '../support/reference-sounds.ts';

function measured(...blocks: readonly Float32Array[]) {
  const meter = loudnessMeter();
  for (const block of blocks) meter.add(block);
  return meter.finish();
}

const { loudness: ffmpegs } = references();

test('generated sounds are as loud as ffmpeg finds them, to a tenth of a LU', () => {
  for (const [name, samples] of Object.entries(LEVELS)) {
    const { loudness } = measured(samplesOf(wav(samples, RATE)));
    expect(Math.abs(Number(loudness) - (ffmpegs[name] ?? Number.NaN)), name).toBeLessThan(0.1);
  }
});

test.skipIf(corpusFiles().length === 0)(
  'real speech, ../shared/corpus, is as loud as ffmpeg finds it, to a tenth of a LU',
  () => {
    for (const path of corpusFiles()) {
      const { loudness } = measured(readWav(path));
      expect(Math.abs(Number(loudness) - (ffmpegs[basename(path)] ?? Number.NaN)), path).toBeLessThan(0.1);
    }
  },
);

test('a tone of 997 Hz at full scale in one channel is −3.01 LUFS', () => {
  expect(measured(tone(997, 5, 0)).loudness).toBeCloseTo(-3.01, 1);
});

test('at 48 kHz the weighting has the coefficients of the standard', () => {
  const [shelf, pass] = kWeightingAt(48_000);
  const table = [
    [shelf.b0, 1.53512485958697],
    [shelf.b1, -2.69169618940638],
    [shelf.b2, 1.19839281085285],
    [shelf.a1, -1.69065929318241],
    [shelf.a2, 0.73248077421585],
    [pass.a1, -1.99004745483398],
    [pass.a2, 0.99007225036621],
  ] as const;
  for (const [value, wanted] of table) expect(value).toBeCloseTo(wanted, 8);
});

test('quiet stretches are gated out (EBU Tech 3341, case 3, in one channel)', () => {
  const sound = joined(tone(1000, 10, -36), tone(1000, 60, -23), tone(1000, 10, -36));
  expect(measured(sound).loudness).toBeCloseTo(-26.01, 1);
});

test('the range is that of EBU Tech 3342, cases 1 to 4', () => {
  const cases = [
    [[-20, -30], 10],
    [[-20, -15], 5],
    [[-40, -20], 20],
    [[-50, -35, -20, -35, -50], 15],
  ] as const;
  for (const [levels, range] of cases)
    expect(measured(joined(...levels.map((level) => tone(1000, 20, level)))).loudnessRange).toBeCloseTo(
      range,
      0,
    );
});

test('gain moves the loudness by just as much, and the range not at all', () => {
  const sound = joined(
    tone(300, 4, -20),
    tone(2000, 4, -30),
    noise(4 * RATE, 1).map((it) => it / 9),
  );
  const before = measured(sound);
  fc.assert(
    fc.property(fc.double({ min: -20, max: 20, noNaN: true }), (gainDb) => {
      const after = measured(sound.map((sample) => sample * 10 ** (gainDb / 20)));
      expect(Number(after.loudness) - Number(before.loudness)).toBeCloseTo(gainDb, 2);
      expect(after.loudnessRange).toBeCloseTo(Number(before.loudnessRange), 2);
    }),
    { numRuns: 20 },
  );
});

test('it does not matter how the sound is cut up', () => {
  const sound = noise(7 * RATE, 2);
  const whole = measured(sound);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 30_000 })), (lengths) => {
      const blocks: Float32Array[] = [];
      let from = 0;
      for (const length of [...lengths, sound.length]) {
        blocks.push(sound.subarray(from, from + length));
        from += length;
      }
      const { loudness, loudnessRange } = measured(...blocks);
      expect(loudness).toBeCloseTo(Number(whole.loudness), 9);
      expect(loudnessRange).toBeCloseTo(Number(whole.loudnessRange), 9);
    }),
    { numRuns: 30 },
  );
});

test('what has no loudness says why', () => {
  expect(measured()).toEqual({ loudness: 'too-short', loudnessRange: 'too-short' });
  expect(measured(tone(200, 0.2, -20))).toEqual({ loudness: 'too-short', loudnessRange: 'too-short' });
  expect(measured(new Float32Array(10 * RATE))).toEqual({ loudness: 'silent', loudnessRange: 'silent' });
  expect(measured(new Float32Array(10 * RATE).fill(0.5)).loudness).not.toBeNaN();
  const short = measured(tone(200, 5.9, -20));
  expect(short.loudness).toBeCloseTo(-23.5, 0);
  expect(short.loudnessRange).toBe('too-short');
});
