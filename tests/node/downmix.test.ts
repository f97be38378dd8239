import { expect, test } from 'vitest';
import { readSileroWeights } from '../../scripts/silero-weights.ts';
import { decodeMono } from '../../src/analysis/decode.ts';
import { clipMeter } from '../../src/analysis/delivery.ts';
import { downmix } from '../../src/analysis/downmix.ts';
import { createSilero } from '../../src/analysis/silero.ts';
import { syntheticSpeech } from '../support/synthetic-speech.ts';

const RATE = 16_000;
const speech = Float32Array.from(syntheticSpeech([300, 8, 500, 9, 400]).samples);
const still = new Float32Array(speech.length);
const times = (factor: number) => speech.map((sample) => sample * factor);
const loudest = speech.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
/** Cut off at full scale, 6 dB too loud. */
const cutOff = times(2 / loudest).map((sample) => Math.max(-1, Math.min(1, sample)));

async function measuresOf(...planes: readonly Float32Array<ArrayBuffer>[]) {
  const meter = clipMeter(createSilero(readSileroWeights()));
  for await (const block of decodeMono({ planes, sampleRate: RATE }, () => {})) meter.add(block);
  return meter.finish().delivery.measures;
}

test('what is cut off in one channel is heard, whatever the others have', async () => {
  const { clipped } = await measuresOf(cutOff);
  expect(clipped).toBeGreaterThan(20);
  expect((await measuresOf(cutOff, still)).clipped).toBe(clipped);
  expect((await measuresOf(still, cutOff)).clipped).toBe(clipped);
  expect((await measuresOf(cutOff, cutOff)).clipped).toBe(clipped);
  const opposite = cutOff.map((sample) => -sample);
  expect((await measuresOf(cutOff, opposite)).clipped).toBe(clipped);
  expect((await measuresOf(times(1.5 / loudest), still)).clipped).not.toBe(0);
});

test('the same voice in all of 5.1 is as loud as in one, and no more cut off', async () => {
  const loud = times(0.9 / loudest);
  const known = await measuresOf(loud);
  const { loudness, clipped } = await measuresOf(loud, loud, loud, loud, loud, loud);
  expect([known.clipped, clipped]).toEqual([0, 0]);
  expect(Number(loudness)).toBeCloseTo(Number(known.loudness), 2);
});

test('channels that cancel are heard by the stronger one', async () => {
  const known = await measuresOf(speech);
  expect(await measuresOf(speech, times(-1))).toEqual(known);
  expect((await measuresOf(speech, times(-0.7))).loudness).toBe(known.loudness);
  expect((await measuresOf(times(-0.7), speech)).loudness).toBe(known.loudness);
});

/** A second of a sound and of another, channel by channel, in blocks of 20 ms. */
function heard(...planes: readonly Float32Array[]): Float32Array {
  const mixed = downmix();
  const length = planes[0]?.length ?? 0;
  const out = new Float32Array(length);
  for (let from = 0; from < length; from += 320) {
    const parts = planes.map((plane) => plane.subarray(from, from + 320));
    out.set(mixed(parts, parts[0]?.length ?? 0, RATE).samples, from);
  }
  return out;
}

const tone = (hz: number, seconds: number, level = 0.5) =>
  Float32Array.from(
    { length: seconds * RATE },
    (_, index) => level * Math.sin((2 * Math.PI * hz * index) / RATE),
  );

test('it goes from one way of hearing to the other without a click, and back', () => {
  const left = tone(117, 30);
  // Alike for 10 s, opposite for 10 s, alike again.
  const right = left.map((sample, index) => (index >= 10 * RATE && index < 20 * RATE ? -sample : sample));
  const mono = heard(left, right);
  const rms = (fromSec: number) => {
    const part = mono.subarray(fromSec * RATE, (fromSec + 1) * RATE);
    return Math.sqrt(part.reduce((sum, sample) => sum + sample ** 2, 0) / part.length);
  };
  for (const second of [0, 9, 19, 29]) expect(rms(second), `${second} s`).toBeCloseTo(0.5 * Math.SQRT1_2, 3);
  // The tone itself moves by 0.02 from sample to sample; only where the sound itself turns it is more.
  const steps = mono
    .map((sample, index) => Math.abs(sample - (mono[index - 1] ?? sample)))
    .filter((_, index) => index % (10 * RATE) > 1);
  expect(steps.reduce((most, step) => Math.max(most, step), 0)).toBeLessThan(0.03);
});

test('two voices in two channels stay a mix, however they come and go', () => {
  const [left, right] = [tone(110, 12), tone(170, 12)];
  left.fill(0, 3 * RATE, 6 * RATE);
  right.fill(0, 6 * RATE, 9 * RATE);
  expect(heard(left, right)).toEqual(left.map((sample, index) => (sample + (right[index] ?? 0)) / 2));
});

test('what is no number decides nothing', () => {
  const left = tone(110, 2);
  left[100] = Number.NaN;
  left[101] = Number.POSITIVE_INFINITY;
  const mono = heard(
    left,
    left.map((sample) => -sample),
  );
  expect(mono.subarray(RATE)).toEqual(left.subarray(RATE));
});
