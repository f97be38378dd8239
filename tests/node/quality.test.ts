import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clippingMeter, qualityMeter } from '../../src/analysis/quality.ts';
import { RATE } from '../../src/analysis/resample.ts';
import type { Span } from '../../src/domain/timeline.ts';
import { joined, noise, tone } from '../support/reference-sounds.ts';

function signalToNoise(sound: Float32Array, speech: readonly Span[]) {
  const meter = qualityMeter();
  meter.add(sound);
  return meter.finish(speech).signalToNoise;
}

const mixed = (sound: Float32Array, other: Float32Array) =>
  sound.map((sample, index) => sample + (other[index] ?? 0));
/** White noise of a level in dB below a square at full scale; its samples are evenly spread, a third of the power. */
const hiss = (seconds: number, dbfs: number) =>
  noise(seconds * RATE, 7).map((sample) => sample * Math.sqrt(3) * 10 ** (dbfs / 20));

const silence = (seconds: number) => new Float32Array(seconds * RATE);
const SPEECH: readonly Span[] = [
  { startMs: 1000, endMs: 3000 },
  { startMs: 4000, endMs: 6000 },
];
/** A tone of −20 dB where the speech is. */
const SPOKEN = joined(silence(1), tone(300, 2, -17), silence(1), tone(300, 2, -17), silence(1));

/** As syllables are, four a second. */
const louderAndSofter = (samples: Float32Array) =>
  samples.map((sample, index) => sample * (1 + 0.7 * Math.sin((2 * Math.PI * 4 * index) / RATE)));

test('what was added as noise is found again', () => {
  for (const wanted of [30, 20, 15, 10, 5])
    expect(signalToNoise(mixed(SPOKEN, hiss(7, -20 - wanted)), SPEECH)).toBeCloseTo(wanted, 0);
});

test('neither a constant nor rumble is noise', () => {
  const noisy = mixed(SPOKEN, hiss(7, -50));
  const rumbling = mixed(noisy, tone(20, 7, -20)).map((sample) => sample + 0.2);
  expect(signalToNoise(rumbling, SPEECH)).toBeCloseTo(Number(signalToNoise(noisy, SPEECH)), 0);
});

test('a knock in a pause, and the echo beside the speech, are not its noise', () => {
  const knock = joined(silence(3.4), noise(0.1 * RATE, 3), silence(3.5));
  const echo = joined(silence(3), tone(300, 0.05, -20), silence(3.95));
  const noisy = mixed(SPOKEN, hiss(7, -50));
  expect(signalToNoise(mixed(mixed(noisy, knock), echo), SPEECH)).toBeCloseTo(30, 0);
});

test('what was muted, or is missing, is no pause', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 3, max: 30 }),
      fc.integer({ min: 0, max: 20 }),
      fc.integer({ min: 0, max: 20 }),
      (wanted, before, after) => {
        const noisy = mixed(SPOKEN, hiss(7, -20 - wanted));
        const later = SPEECH.map(({ startMs, endMs }) => ({
          startMs: startMs + 1000 * before,
          endMs: endMs + 1000 * before,
        }));
        const muted = signalToNoise(joined(silence(before), noisy, silence(after)), later);
        expect(Math.abs(Number(muted) - Number(signalToNoise(noisy, SPEECH)))).toBeLessThan(0.3);
      },
    ),
    { numRuns: 20 },
  );
  // Of the room too little was heard.
  const short = joined(silence(1), mixed(tone(300, 2, -17), hiss(2, -30)), hiss(0.15, -30), silence(3));
  expect(signalToNoise(short, [{ startMs: 1000, endMs: 3000 }])).toBe('no-pauses');
});

test('bangs in the speech make it no louder against the noise', () => {
  const noisy = mixed(louderAndSofter(SPOKEN), hiss(7, -30));
  const before = Number(signalToNoise(noisy, SPEECH));
  fc.assert(
    fc.property(
      fc.double({ min: 0.1, max: 3, noNaN: true }),
      fc.integer({ min: 0, max: 1800 }),
      (peak, atMs) => {
        const bang = noise(0.15 * RATE, 5).map((sample) => peak * sample);
        const banging = joined(silence(1 + atMs / 1000), bang, silence(6));
        const off = Number(signalToNoise(mixed(noisy, banging), SPEECH)) - before;
        expect(Math.abs(off)).toBeLessThan(1.5);
      },
    ),
    { numRuns: 20 },
  );
});

test('gain changes nothing', () => {
  const noisy = mixed(SPOKEN, hiss(7, -40));
  fc.assert(
    fc.property(fc.double({ min: -30, max: 20, noNaN: true }), (gainDb) => {
      const louder = noisy.map((sample) => sample * 10 ** (gainDb / 20));
      expect(signalToNoise(louder, SPEECH)).toBeCloseTo(Number(signalToNoise(noisy, SPEECH)), 3);
    }),
    { numRuns: 20 },
  );
});

test('it does not matter how the sound is cut up', () => {
  const noisy = mixed(SPOKEN, hiss(7, -40));
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 30_000 })), (lengths) => {
      const meter = qualityMeter();
      let from = 0;
      for (const length of [...lengths, noisy.length]) {
        meter.add(noisy.subarray(from, from + length));
        from += length;
      }
      expect(meter.finish(SPEECH).signalToNoise).toBeCloseTo(Number(signalToNoise(noisy, SPEECH)), 6);
    }),
    { numRuns: 20 },
  );
});

test('pauses of digital silence are 60 dB away, and speech as quiet as its pauses is 0', () => {
  expect(signalToNoise(SPOKEN, SPEECH)).toBe(60);
  expect(
    signalToNoise(joined(hiss(1, -20), hiss(2, -50), hiss(4, -20)), [{ startMs: 1000, endMs: 3000 }]),
  ).toBe(0);
});

test('what cannot be told says why', () => {
  expect(signalToNoise(silence(7), SPEECH)).toBe('silent');
  expect(signalToNoise(silence(0), [])).toBe('silent');
  expect(signalToNoise(hiss(7, -40), [])).toBe('no-speech');
  expect(signalToNoise(SPOKEN, [{ startMs: 0, endMs: 7000 }])).toBe('no-pauses');
  // A pause of 290 ms has 190 ms that are far enough from the speech.
  const almost = [
    { startMs: 0, endMs: 3000 },
    { startMs: 3290, endMs: 7000 },
  ];
  expect(signalToNoise(SPOKEN, almost)).toBe('no-pauses');
  // Spans that end after the sound: the clip may have been cut.
  expect(signalToNoise(mixed(SPOKEN, hiss(7, -40)), [{ startMs: 1000, endMs: 99_000 }])).toBeCloseTo(18, -1);
});

function clippedMs(samples: Float32Array, sampleRate: number, lengths: readonly number[] = []) {
  const meter = clippingMeter();
  let from = 0;
  for (const length of [...lengths, samples.length]) {
    meter.add({ startSec: from / sampleRate, sampleRate, samples: samples.subarray(from, from + length) });
    from += length;
  }
  return meter.clippedMs();
}

/** As integer PCM of 16 bit has it. */
const recorded = (samples: Float32Array) =>
  samples.map((sample) => Math.min(32_767, Math.max(-32_768, Math.round(sample * 32_768))) / 32_768);

test('the time at full scale is the time in which the tone would be higher', () => {
  for (const sampleRate of [16_000, 44_100, 48_000])
    for (const gainDb of [1, 3, 6, 12]) {
      const wanted = 1000 * (1 - (2 / Math.PI) * Math.asin(10 ** (-gainDb / 20)));
      const off = clippedMs(recorded(tone(150, 1, gainDb, sampleRate)), sampleRate) - wanted;
      // Of each top, one sample at either end.
      expect(Math.abs(off), `${gainDb} dB at ${sampleRate}`).toBeLessThan((300 * 1000 * 2) / sampleRate);
    }
});

test('a tone that just reaches full scale is not cut off, nor is one that stays under it', () => {
  expect(clippedMs(recorded(tone(150, 1, 0, 48_000)), 48_000)).toBeLessThan(20);
  expect(clippedMs(recorded(tone(150, 1, -0.2, 48_000)), 48_000)).toBe(0);
  // Cut off by something before full scale, or flat for another reason: not for a recording to know.
  expect(clippedMs(new Float32Array(48_000).fill(0.98), 48_000)).toBe(0);
  expect(clippedMs(new Float32Array(48_000), 48_000)).toBe(0);
});

test('a square at full scale is cut off all the time', () => {
  const square = tone(100, 1, 0, 48_000).map((sample) => (sample >= 0 ? 1 : -1));
  expect(clippedMs(square, 48_000)).toBe(1000);
});

test('tops that waver about full scale, as a lossy codec leaves them, are cut off too', () => {
  const random = noise(48_000, 5);
  const wavering = recorded(tone(150, 1, 6, 48_000)).map(
    (sample, index) => sample + 0.01 * (random[index] ?? 0),
  );
  const off = clippedMs(wavering, 48_000) / clippedMs(recorded(tone(150, 1, 6, 48_000)), 48_000);
  expect(off).toBeGreaterThan(0.9);
  expect(off).toBeLessThan(1.1);
});

test('samples that are no numbers are not cut off', () => {
  expect(clippedMs(new Float32Array(4800).fill(Number.NaN), 48_000)).toBe(0);
  expect(clippedMs(new Float32Array(4800).fill(Number.NEGATIVE_INFINITY), 48_000)).toBe(0);
});

test('a run goes on in the next block, and ends where the rate changes', () => {
  const loud = recorded(tone(150, 0.2, 6, 48_000));
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 200 })), (lengths) => {
      expect(clippedMs(loud, 48_000, lengths)).toBe(clippedMs(loud, 48_000));
    }),
  );
  expect(clippedMs(loud, 48_000, Array<number>(loud.length).fill(1))).toBe(clippedMs(loud, 48_000));
  const meter = clippingMeter();
  meter.add({ startSec: 0, sampleRate: 8000, samples: new Float32Array(80).fill(1) });
  meter.add({ startSec: 0.01, sampleRate: 48_000, samples: new Float32Array(480).fill(1) });
  expect(meter.clippedMs()).toBe(20);
});
