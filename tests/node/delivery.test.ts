import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readSileroWeights } from '../../scripts/silero-weights.ts';
import { clipMeter, deliveryMeter } from '../../src/analysis/delivery.ts';
import { createSilero } from '../../src/analysis/silero.ts';
import { MEASURE_IDS, type MeasureId, type Unmeasured } from '../../src/domain/facts.ts';
import { parseWav } from '../support/audio.ts';
import { corpusFiles } from '../support/microphone.ts';
import { joined, noise, tone } from '../support/reference-sounds.ts';
import { syntheticSpeech } from '../support/synthetic-speech.ts';

const RATE = 16_000;
const silero = createSilero(readSileroWeights());
const silence = (seconds: number) => new Float32Array(Math.round(seconds * RATE));

function measured(samples: Float32Array, cuts: readonly number[] = []) {
  const meter = deliveryMeter(silero);
  let from = 0;
  for (const length of [...cuts, samples.length]) {
    meter.add(samples.subarray(from, from + length));
    from = Math.min(samples.length, from + length);
  }
  return meter.finish(0);
}

/** The reasons there are in the place of values, and the ids of the measures that have a value. */
function outcome(samples: Float32Array) {
  const { delivery } = measured(samples);
  const reasons = new Map<Unmeasured, readonly MeasureId[]>();
  const values: MeasureId[] = [];
  for (const id of MEASURE_IDS) {
    const value = delivery.measures[id];
    if (typeof value === 'string') reasons.set(value, [...(reasons.get(value) ?? []), id]);
    else if (Number.isFinite(value)) values.push(id);
  }
  return { reasons, values, speech: delivery.speech, localRates: delivery.localRates };
}

const OF_SPEECH = MEASURE_IDS.filter((id) => id !== 'loudness' && id !== 'loudnessRange' && id !== 'clipped');

test('speech with known phrases and syllables is measured whole', () => {
  const { samples, phrases } = syntheticSpeech([500, 10, 600, 12, 300, 8, 1000, 20, 500]);
  const { delivery, voice, durationMs } = measured(samples);
  expect(durationMs).toBe(13_900);
  expect(delivery.syllables).toHaveLength(50);
  expect(delivery.measures.syllables).toBe(50);
  expect(delivery.pauses).toHaveLength(3);
  delivery.pauses.forEach((pause, index) => {
    expect(Math.abs(pause.startMs - (phrases[index]?.endMs ?? 0))).toBeLessThanOrEqual(60);
    expect(Math.abs(pause.endMs - (phrases[index + 1]?.startMs ?? 0))).toBeLessThanOrEqual(260);
  });
  expect(delivery.speech).toEqual({
    startMs: voice.speech[0]?.startMs,
    endMs: voice.speech.at(-1)?.endMs,
  });
  for (const id of MEASURE_IDS) expect(delivery.measures[id]).toEqual(expect.any(Number));
  expect(delivery.measures.articulationRate).toBeGreaterThan(1000 / 220 - 0.3);
  expect(delivery.measures.articulationRate).toBeLessThan(1000 / 220 + 0.3);
  expect(delivery.measures.pitchMedian).toBeGreaterThan(115);
  expect(delivery.measures.pitchMedian).toBeLessThan(125);
});

test('who pauses often does not speak more slowly in any window', () => {
  const halting = syntheticSpeech([0, ...Array.from({ length: 15 }, () => [4, 260]).flat()]);
  const { delivery } = measured(halting.samples);
  for (const { ratio } of delivery.localRates ?? []) expect(Math.abs(ratio - 1)).toBeLessThan(0.12);
  expect(delivery.localRates?.length).toBeGreaterThan(1);
});

/** About the same syllables and rates of windows when either half becomes softer. */
function expectSame(samples: Float32Array): void {
  const before = measured(samples).delivery;
  fc.assert(
    fc.property(fc.boolean(), fc.integer({ min: -18, max: -9 }), (isFirst, gainDb) => {
      const softened = samples.map((sample, index) =>
        index < samples.length / 2 === isFirst ? sample * 10 ** (gainDb / 20) : sample,
      );
      const after = measured(softened).delivery;
      expect(Math.abs(before.syllables.length - after.syllables.length)).toBeLessThanOrEqual(2);
      expect(after.localRates).toHaveLength(before.localRates?.length ?? 0);
      after.localRates?.forEach(({ ratio }, index) => {
        expect(Math.abs(ratio - (before.localRates?.[index]?.ratio ?? 0))).toBeLessThan(0.06);
      });
    }),
    { numRuns: 4 },
  );
}

test('who becomes softer does not lose syllables, and no window becomes fast', () => {
  const { samples } = syntheticSpeech([300, 20, 500, 16, 700, 24, 400, 20, 500, 20, 500, 16, 700, 24, 400]);
  // Every other syllable is unstressed.
  const said = samples.map((sample, index) =>
    Math.floor(index / (0.22 * RATE)) % 2 === 0 ? sample : 0.3 * sample,
  );
  expectSame(said);
});

const reading = corpusFiles().find((path) => path.endsWith('/mfa_acoustic_corpus.wav'));

test.skipIf(reading === undefined)('nor does a reader who reads the same again', () => {
  const { samples } = parseWav(readFileSync(reading ?? ''));
  expectSame(joined(samples, samples));
});

test('digital silence is silent, a constant is, and so is what only toggles the last bit of 16', () => {
  const toggling = noise(5 * RATE, 1).map((sample) => Math.round(sample) / 32_768);
  for (const samples of [silence(5), silence(5).fill(-0.01), toggling]) {
    const { reasons, values, speech, localRates } = outcome(samples);
    expect(reasons).toEqual(new Map([['silent', MEASURE_IDS.filter((id) => id !== 'clipped')]]));
    expect(values).toEqual(['clipped']);
    expect(speech).toBeNull();
    expect(localRates).toBeNull();
  }
});

test('noise, a tone, and music that is cut off have no speech, and are as loud as they are', () => {
  const chord = Float32Array.from({ length: 12 * RATE }, (_, index) => {
    const beat = Math.exp(-3 * ((index / RATE) % 0.5));
    const sum = [220, 277.2, 329.6, 440].reduce(
      (total, hz) => total + Math.sin((2 * Math.PI * hz * index) / RATE),
      0,
    );
    return Math.max(-1, Math.min(1, 2 * beat * sum));
  });
  for (const samples of [noise(12 * RATE, 2).map((sample) => 0.1 * sample), tone(440, 12, -12), chord]) {
    const { reasons, values } = outcome(samples);
    expect(reasons).toEqual(new Map([['no-speech', OF_SPEECH]]));
    expect(values).toEqual(['loudness', 'loudnessRange', 'clipped']);
  }
});

test('in 0.2 s, and in no sound at all, nothing can be measured', () => {
  const { samples } = syntheticSpeech([0, 4, 0]);
  for (const short of [samples.subarray(0, 0.2 * RATE), silence(0.2), silence(0)]) {
    const { reasons, values } = outcome(short);
    expect(reasons.get('too-short')).toEqual(
      expect.arrayContaining(['syllables', 'speechRate', 'articulationRate', 'loudness', 'loudnessRange']),
    );
    expect(values.filter((id) => id !== 'clipped')).toEqual([]);
  }
});

test('speech without a pause has a rate, and no signal-to-noise to tell', () => {
  const { delivery } = measured(syntheticSpeech([0, 12, 0]).samples);
  expect(delivery.pauses).toEqual([]);
  expect(delivery.measures).toMatchObject({ signalToNoise: 'no-pauses', phonationTimeRatio: 1 });
  expect(delivery.measures.meanLengthOfRun).toBe(delivery.measures.syllables);
});

test('no value is ever no number, whatever the sound', () => {
  const pieces = fc.oneof(
    fc.integer({ min: 0, max: 30 }).map((tenths) => silence(tenths / 10)),
    fc.integer({ min: 1, max: 30_000 }).map((length) => noise(length, length)),
    fc.integer({ min: 1, max: 12 }).map((syllables) => syntheticSpeech([0, syllables, 100]).samples),
    fc.integer({ min: 1, max: 20_000 }).map((length) => new Float32Array(length).fill(1)),
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 5 }), (parts) => {
      const { delivery } = measured(joined(...parts));
      for (const id of MEASURE_IDS) {
        const value = delivery.measures[id];
        if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
      }
      for (const { ratio } of delivery.localRates ?? []) expect(Number.isFinite(ratio)).toBe(true);
    }),
    { numRuns: 25 },
  );
});

test('the same delivery however the sound is cut into blocks', () => {
  const { samples } = syntheticSpeech([300, 8, 500, 9, 400]);
  const whole = measured(samples);
  fc.assert(
    fc.property(fc.array(fc.nat(9000), { maxLength: 20 }), (cuts) => {
      expect(measured(samples, cuts)).toEqual(whole);
    }),
    { numRuns: 10 },
  );
});

test('a clip at another rate is measured like the same at 16 kHz, and what was cut off is heard before', () => {
  const { samples } = syntheticSpeech([300, 8, 500, 9, 400]);
  const threefold = Float32Array.from({ length: 3 * samples.length }, (_, index) => {
    const [from, to] = [samples[Math.floor(index / 3)] ?? 0, samples[Math.floor(index / 3) + 1] ?? 0];
    return from + ((index % 3) / 3) * (to - from);
  });
  // 20 ms at full scale, in the silence before the first phrase.
  threefold.fill(1, 4800, 4800 + 960);
  const meter = clipMeter(silero);
  for (let from = 0; from < threefold.length; from += 1024)
    meter.add({
      startSec: from / 48_000,
      sampleRate: 48_000,
      samples: threefold.subarray(from, from + 1024),
    });
  const { delivery, durationMs } = meter.finish();
  expect(durationMs).toBe(measured(samples).durationMs);
  expect(delivery.measures.clipped).toBe(20);
  expect(delivery.pauses).toHaveLength(1);
  expect(delivery.measures.syllables).toBe(17);
});
