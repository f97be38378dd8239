import { basename } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pitchMeasures, pitchMeter } from '../../src/analysis/pitch.ts';
import { RATE } from '../../src/analysis/resample.ts';
import type { Span } from '../../src/domain/timeline.ts';
import { corpusFiles, wav } from '../support/microphone.ts';
import {
  decodeF0,
  joined,
  noise,
  readWav,
  references,
  samplesOf,
  tone,
  VOICES,
} from '../support/reference-sounds.ts';
import { syntheticSpeech } from '../support/synthetic-speech.ts';

const reference = references();
const ALWAYS: readonly Span[] = [{ startMs: 0, endMs: 3_600_000 }];

function pitchOf(samples: Float32Array, speech = ALWAYS, lengths: readonly number[] = []): Float32Array {
  const meter = pitchMeter();
  let from = 0;
  for (const length of [...lengths, samples.length]) {
    meter.add(samples.subarray(from, from + length));
    from += length;
  }
  return meter.finish({ speech }).f0;
}

/** Frames in which both have a voice, and of them those 20 % off; frames, and those in which only one has a voice. */
function compared(ours: ArrayLike<number>, theirs: ArrayLike<number>, from = 0) {
  const counts = { both: 0, gross: 0, frames: 0, voicing: 0 };
  for (let frame = from; frame < Math.min(ours.length, theirs.length); frame += 1) {
    const [a, b] = [ours[frame] ?? 0, theirs[frame] ?? 0];
    counts.frames += 1;
    if (a > 0 !== b > 0) counts.voicing += 1;
    else if (a > 0) {
      counts.both += 1;
      if (Math.abs(a / b - 1) > 0.2) counts.gross += 1;
    }
  }
  return counts;
}

/** What the fixture has begins with the second frame. */
const praats = (name: string) => [0, ...decodeF0(reference.pitch[name] ?? '')];
const heard = (samples: Float32Array) => samplesOf(wav(samples, RATE));

test('a voice that glides is followed to within 2 %, and its pauses are none', () => {
  for (const [name, { samples, f0 }] of Object.entries(VOICES)) {
    const ours = pitchOf(samples);
    expect(ours.length).toBe(f0.length);
    const { both, gross, frames, voicing } = compared(ours, f0);
    expect(gross, name).toBe(0);
    expect(voicing / frames, name).toBeLessThan(0.04);
    const close = ours.filter((hz, frame) => hz > 0 && Math.abs(hz / (f0[frame] || hz) - 1) < 0.02);
    expect(close.length / both, name).toBeGreaterThan(0.99);
  }
});

test('generated voices: a gross error in 0.5 % of the frames at most, voicing otherwise than Praat in 4 %', () => {
  for (const [name, { samples }] of Object.entries(VOICES)) {
    const { both, gross, frames, voicing } = compared(pitchOf(heard(samples)), praats(name), 1);
    expect(both, name).toBeGreaterThan(150);
    expect(gross / both, name).toBeLessThanOrEqual(0.005);
    expect(voicing / frames, name).toBeLessThanOrEqual(0.04);
  }
});

test.skipIf(corpusFiles().length === 0)(
  'real speech, ../shared/corpus: a gross error in 0.3 % of the frames at most, voicing otherwise than Praat in 3 %',
  () => {
    const sums = { both: 0, gross: 0, frames: 0, voicing: 0 };
    for (const path of corpusFiles()) {
      const counts = compared(pitchOf(readWav(path)), praats(basename(path)), 1);
      sums.both += counts.both;
      sums.gross += counts.gross;
      sums.frames += counts.frames;
      sums.voicing += counts.voicing;
    }
    expect(sums.frames).toBeGreaterThan(38_000);
    expect(sums.gross / sums.both).toBeLessThanOrEqual(0.003);
    expect(sums.voicing / sums.frames).toBeLessThanOrEqual(0.03);
  },
);

test('it does not matter how the sound is cut up', () => {
  const samples = VOICES['high']?.samples.subarray(0, 2 * RATE) ?? new Float32Array();
  const whole = pitchOf(samples);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 3000 })), (lengths) => {
      expect(pitchOf(samples, ALWAYS, lengths)).toEqual(whole);
    }),
    { numRuns: 30 },
  );
});

test('gain changes nothing', () => {
  const samples = VOICES['noisy']?.samples ?? new Float32Array();
  const before = pitchOf(samples);
  fc.assert(
    fc.property(fc.integer({ min: -8, max: 3 }), (exponent) => {
      // A power of two, so that no rounding differs.
      expect(pitchOf(samples.map((sample) => sample * 2 ** exponent))).toEqual(before);
    }),
  );
});

test('a tape that runs faster has a pitch that is as much higher, and the same spread', () => {
  const measures = [1, 1.5].map((factor) => {
    const parts = [tone(120 * factor, 2, -20), tone(150 * factor, 2, -20), tone(130 * factor, 2, -20)];
    return pitchMeasures({ f0: pitchOf(joined(...parts)) });
  });
  expect(Number(measures[1]?.pitchMedian) / Number(measures[0]?.pitchMedian)).toBeCloseTo(1.5, 2);
  expect(measures[1]?.pitchSpread).toBeCloseTo(Number(measures[0]?.pitchSpread), 1);
  expect(measures[0]?.pitchMedian).toBeCloseTo(130, 0);
});

test('there is a voice only where there is speech', () => {
  const f0 = pitchOf(tone(150, 3, -20), [{ startMs: 1000, endMs: 2000 }]);
  expect(f0.findIndex((hz) => hz > 0)).toBe(100);
  expect(f0.findLastIndex((hz) => hz > 0)).toBe(199);
  expect(pitchOf(tone(150, 3, -20), []).every((hz) => hz === 0)).toBe(true);
});

test('rumble and a constant are no voice, and hide none', () => {
  const { samples, f0 } = VOICES['low'] ?? { samples: new Float32Array(), f0: new Float32Array() };
  const rumble = tone(30, samples.length / RATE, -14);
  const ours = pitchOf(samples.map((sample, index) => sample + 0.2 + (rumble[index] ?? 0)));
  const { both, gross, frames, voicing } = compared(ours, f0);
  expect(both).toBeGreaterThan(300);
  expect(gross).toBe(0);
  expect(voicing / frames).toBeLessThan(0.05);
});

const TALK = syntheticSpeech([500, 14, 400, 14, 400, 14, 400, 14, 300]);
const TALKED = pitchOf(TALK.samples, TALK.phrases);
const louder = (samples: Float32Array, gainDb: number) =>
  samples.map((sample) => sample * 10 ** (gainDb / 20));

test('a knock or a step, before the speech or in it, takes no voice away from soft speech', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -40, max: 0 }),
      fc.constantFrom(50, 200, 1500, 5000, 9000),
      fc.boolean(),
      (gainDb, atMs, isStep) => {
        const at = (atMs * RATE) / 1000;
        const length = isStep ? Number.POSITIVE_INFINITY : RATE / 100;
        const disturbed = louder(TALK.samples, gainDb).map((sample, index) =>
          index < at || index >= at + length ? sample : sample + (isStep ? 0.5 : 0.9 * Math.sin(index / 4)),
        );
        const { both, gross, voicing } = compared(pitchOf(disturbed, TALK.phrases), TALKED);
        expect(both).toBeGreaterThan(800);
        // Some frames around it.
        expect(gross).toBeLessThan(6);
        expect(voicing).toBeLessThan(20);
      },
    ),
    { numRuns: 20 },
  );
});

test('who leans back halfway keeps the voice', () => {
  for (const gainDb of [-10, -15, -20, -26])
    for (const isFirst of [true, false]) {
      const samples = TALK.samples.map((sample, index) =>
        isFirst === index < TALK.samples.length / 2 ? sample * 10 ** (gainDb / 20) : sample,
      );
      const { both, gross, voicing } = compared(pitchOf(samples, TALK.phrases), TALKED);
      expect(both).toBeGreaterThan(800);
      // Where it changes.
      expect(gross).toBeLessThan(6);
      expect(voicing, `${gainDb} dB`).toBeLessThan(20);
    }
});

test('what has no voice says so', () => {
  const none = { pitchMedian: 'no-voice', pitchSpread: 'no-voice' };
  const sounds = {
    nothing: new Float32Array(),
    silence: new Float32Array(3 * RATE),
    constant: new Float32Array(3 * RATE).fill(0.5),
    hiss: noise(3 * RATE, 3),
  };
  for (const [name, sound] of Object.entries(sounds))
    expect(pitchMeasures({ f0: pitchOf(sound) }), name).toEqual(none);
});

/** A pitch that swings by so many semitones around 150 Hz, for so many seconds. */
const swinging = (semitones: number, seconds: number) =>
  Float32Array.from(
    { length: 100 * seconds },
    (_, frame) => 150 * 2 ** ((semitones * Math.sin((2 * Math.PI * frame) / 100)) / 12),
  );

test('the spread is the deviation within ten seconds, not that of a voice which moves on slowly', () => {
  // The deviation of a sine is its height over √2.
  const { pitchMedian, pitchSpread } = pitchMeasures({ f0: swinging(3, 30) });
  expect(pitchMedian).toBeCloseTo(150, 0);
  expect(pitchSpread).toBeCloseTo(3 / Math.SQRT2, 1);
  const drifting = swinging(3, 60).map((hz, frame) => hz * 2 ** ((frame / 6000 - 0.5) / 2));
  expect(pitchMeasures({ f0: drifting }).pitchSpread).toBeCloseTo(3 / Math.SQRT2, 0);
});

test('what is more than an octave off is left out of the spread', () => {
  const f0 = swinging(2, 10).map((hz, frame) => (frame % 50 === 0 ? hz * 3 : hz));
  expect(pitchMeasures({ f0 }).pitchSpread).toBeCloseTo(2 / Math.SQRT2, 1);
});

test('a second of voice is enough for a spread, and a third of one for a median', () => {
  const f0 = swinging(2, 1);
  expect(pitchMeasures({ f0 }).pitchSpread).toBeCloseTo(2 / Math.SQRT2, 1);
  expect(pitchMeasures({ f0: f0.subarray(0, 99) }).pitchSpread).toBe('too-short');
  expect(pitchMeasures({ f0: f0.subarray(0, 30) }).pitchMedian).toBeGreaterThan(100);
  for (const frames of [1, 29])
    expect(pitchMeasures({ f0: f0.subarray(0, frames) })).toEqual({
      pitchMedian: 'too-short',
      pitchSpread: 'too-short',
    });
  expect(pitchMeasures({ f0: pitchOf(tone(150, 0.2, -20)) }).pitchMedian).toBe('too-short');
});
