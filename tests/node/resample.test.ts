import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SoundBlock } from '../../src/analysis/peaks.ts';
import { RATE, resampler } from '../../src/analysis/resample.ts';
import { joined } from '../support/reference-sounds.ts';

const RATES = [8000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000, 192_000, 44_056];

function piecesOf(blocks: readonly SoundBlock[]): readonly Float32Array[] {
  const pieces: Float32Array[] = [];
  const { add, finish } = resampler((samples) => void pieces.push(samples.slice()));
  blocks.forEach(add);
  finish();
  return pieces;
}

const resampled = (blocks: readonly SoundBlock[]) => joined(...piecesOf(blocks));

function sine(hz: number, sampleRate: number, seconds: number): Float32Array {
  return Float32Array.from({ length: Math.round(seconds * sampleRate) }, (_, index) =>
    Math.sin((2 * Math.PI * hz * index) / sampleRate),
  );
}

/** Contiguous blocks of the lengths given, and then of the last one. */
function cut(samples: Float32Array, sampleRate: number, lengths: readonly number[]): readonly SoundBlock[] {
  const blocks: SoundBlock[] = [];
  for (let from = 0, index = 0; from < samples.length; index += 1) {
    const part = samples.subarray(from, from + (lengths[index] ?? lengths.at(-1) ?? samples.length));
    blocks.push({ startSec: from / sampleRate, sampleRate, samples: part });
    from += part.length;
  }
  return blocks;
}

/** The largest sample, without what rings at the ends. */
const loudest = (samples: Float32Array) => Math.max(...samples.slice(400, -400).map(Math.abs));
const decibels = (ratio: number) => 20 * Math.log10(ratio);

test('a tone keeps its frequency, level and time at every rate', () => {
  for (const sampleRate of RATES)
    for (const hz of [100, 1000, Math.min(6900, 0.42 * sampleRate)]) {
      const out = resampled([{ startSec: 0, sampleRate, samples: sine(hz, sampleRate, 1) }]);
      expect(out.length).toBe(RATE);
      const wanted = sine(hz, RATE, 1);
      const off = loudest(out.map((sample, index) => sample - (wanted[index] ?? 0)));
      expect(decibels(off), `${hz} Hz at ${sampleRate}`).toBeLessThan(-60);
    }
});

test('nothing from above 9 kHz comes back as something lower', () => {
  for (const sampleRate of RATES.filter((rate) => rate > 2 * 9000))
    for (const hz of [9050, 9500, 10_900, 13_000, 0.49 * sampleRate].filter((it) => it < sampleRate / 2)) {
      const out = resampled([{ startSec: 0, sampleRate, samples: sine(hz, sampleRate, 0.5) }]);
      expect(decibels(loudest(out)), `${hz} Hz at ${sampleRate}`).toBeLessThan(-60);
    }
});

test('a slower sound gets nothing that was not in it', () => {
  // The mirror image of 3.2 kHz about half of 8 kHz is 4.8 kHz: heard beside the tone, it would change the level.
  const out = resampled([{ startSec: 0, sampleRate: 8000, samples: sine(3200, 8000, 0.5) }]);
  const wanted = sine(3200, RATE, 0.5);
  expect(decibels(loudest(out.map((sample, index) => sample - (wanted[index] ?? 0))))).toBeLessThan(-60);
});

test('it does not matter how the sound is cut up, nor that stamps are rounded to milliseconds', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...RATES),
      fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1 }),
      fc.boolean(),
      (sampleRate, lengths, isRounded) => {
        const samples = sine(313, sampleRate, 0.2);
        const blocks = cut(samples, sampleRate, lengths).map((block) =>
          isRounded ? { ...block, startSec: Math.round(block.startSec * 1000) / 1000 } : block,
        );
        expect(resampled(blocks)).toEqual(resampled([{ startSec: 0, sampleRate, samples }]));
      },
    ),
    { numRuns: 50 },
  );
});

test('there is one sample for each sixteenth of a millisecond, however long and at whatever rate', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 3000, max: 200_000 }),
      fc.integer({ min: 1, max: 5000 }),
      (sampleRate, length) => {
        const out = resampled([{ startSec: 0, sampleRate, samples: new Float32Array(length) }]);
        expect(out.length).toBe(Math.ceil((length / sampleRate) * RATE - 1e-6));
      },
    ),
    { numRuns: 40 },
  );
});

/** Samples 16 kHz, in 8 ms or more: what is loud from where to where. */
function loudSpans(samples: Float32Array): readonly (readonly [number, number])[] {
  const spans: [number, number][] = [];
  samples.forEach((sample, index) => {
    if (Math.abs(sample) < 0.5) return;
    const last = spans.at(-1);
    if (last !== undefined && index - last[1] < 100) last[1] = index;
    else spans.push([index, index]);
  });
  return spans;
}

test('a gap is silence, and sound before the start is cut', () => {
  for (const sampleRate of RATES) {
    const samples = new Float32Array(Math.round(sampleRate / 10)).fill(1);
    const out = resampled([
      { startSec: -0.05, sampleRate, samples },
      { startSec: 0.25, sampleRate, samples },
    ]);
    expect(out.length, String(sampleRate)).toBeCloseTo(5600, -1);
    const edges = loudSpans(out).flat();
    expect(edges.length).toBe(4);
    [0, 800, 4000, 5600].forEach((at, index) => {
      expect(Math.abs((edges[index] ?? -1) - at), `${sampleRate}, edge ${index}`).toBeLessThanOrEqual(2);
    });
  }
});

test('no gap, at the start or later, gives more than a second at once', () => {
  fc.assert(
    fc.property(fc.constantFrom(...RATES), fc.integer({ min: 0, max: 60_000 }), (sampleRate, gapMs) => {
      const samples = new Float32Array(sampleRate / 10).fill(1);
      const second = (2 * gapMs) / 1000 + 0.1;
      const pieces = piecesOf([
        { startSec: gapMs / 1000, sampleRate, samples },
        { startSec: second, sampleRate, samples },
      ]);
      expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThanOrEqual(RATE);
      const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
      expect(Math.abs(length - (second + 0.1) * RATE)).toBeLessThan(0.02 * RATE);
    }),
    { numRuns: 20 },
  );
});

test('what comes twice is dropped the second time', () => {
  const samples = sine(200, 48_000, 1);
  const [first, second, late] = [
    samples.subarray(0, 30_000),
    samples.subarray(20_000),
    samples.subarray(0, 960),
  ];
  expect(
    resampled([
      { startSec: 0, sampleRate: 48_000, samples: first },
      { startSec: 20_000 / 48_000, sampleRate: 48_000, samples: second },
      { startSec: 0, sampleRate: 48_000, samples: late },
    ]),
  ).toEqual(resampled([{ startSec: 0, sampleRate: 48_000, samples }]));
});

test('the rate may change on the way', () => {
  const out = resampled([
    { startSec: 0, sampleRate: 44_100, samples: sine(200, 44_100, 0.5) },
    { startSec: 0.5005, sampleRate: 48_000, samples: sine(200, 48_000, 0.5) },
    { startSec: 1.5, sampleRate: 16_000, samples: sine(200, 16_000, 0.5) },
  ]);
  expect(out.length).toBe(32_000);
  // 200 Hz fits into each half second, so that the tone goes on where the rate changes.
  const wanted = sine(200, RATE, 1);
  const off = out.subarray(0, 16_000).map((sample, index) => sample - (wanted[index] ?? 0));
  expect(loudest(off)).toBeLessThan(0.05);
  expect(loudest(out.subarray(16_000, 24_000))).toBe(0);
  expect(loudest(out.subarray(24_000))).toBeCloseTo(1, 2);
});

test('samples that are no numbers are silence, and spoil nothing around them', () => {
  for (const sampleRate of RATES) {
    const samples = sine(200, sampleRate, 0.5);
    samples.set([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY], 100);
    const repaired = samples.map((sample) => (Number.isFinite(sample) ? sample : 0));
    const out = resampled([{ startSec: 0, sampleRate, samples }]);
    expect(out.every(Number.isFinite)).toBe(true);
    expect(out).toEqual(resampled([{ startSec: 0, sampleRate, samples: repaired }]));
  }
});

test('a broken stamp makes no silence of its own', () => {
  const samples = sine(200, 48_000, 0.1);
  for (const startSec of [1e9, Number.NaN, -1e9])
    expect(
      resampled([
        { startSec: 0, sampleRate: 48_000, samples },
        { startSec, sampleRate: 48_000, samples },
      ]).length,
    ).toBe(3200);
});

test('no sound at all is no sample', () => {
  expect(resampled([]).length).toBe(0);
  expect(resampled([{ startSec: 0, sampleRate: 48_000, samples: new Float32Array() }]).length).toBe(0);
});
