import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lossOf } from '../faults/loss.ts';
import type { Sound } from '../support/audio.ts';
import { speechLike } from '../support/speech-like.ts';

const sampleRate = 16_000;
const fed: Sound = { sampleRate, samples: speechLike(30, 1, sampleRate) };

/** A clip put together from pieces of the feed, from millisecond to millisecond, and from silence. */
function aClip(
  ...pieces: readonly (readonly [fromMs: number, toMs: number] | 'a second of silence')[]
): Sound {
  const samples = pieces.map((piece) =>
    piece === 'a second of silence'
      ? new Float32Array(sampleRate)
      : fed.samples.subarray((piece[0] * sampleRate) / 1000, (piece[1] * sampleRate) / 1000),
  );
  const whole = new Float32Array(samples.reduce((sum, { length }) => sum + length, 0));
  samples.reduce((at, piece) => {
    whole.set(piece, at);
    return at + piece.length;
  }, 0);
  return { sampleRate, samples: whole };
}

/** Spans of the wall clock, one after the other. */
const spans = (...ends: readonly (readonly [from: number, to: number])[]) =>
  ends.map(([from, to]) => ({ from: 1_790_000_000_000 + from, to: 1_790_000_000_000 + to }));

/** Loudness is compared in steps of 10 ms. */
const NEAR_MS = 30;
const some = { numRuns: 15 };
const start = fc.integer({ min: 0, max: 15_000 });
const third = fc.integer({ min: 2000, max: 3500 });

test('a whole clip has lost nothing', () => {
  fc.assert(
    fc.property(start, fc.integer({ min: 800, max: 7000 }), (from, length) => {
      const loss = lossOf(fed, aClip([from, from + length]), spans([0, length]));
      expect(loss.holes).toEqual([]);
      expect(loss.lostMs).toBeLessThanOrEqual(NEAR_MS);
    }),
    some,
  );
});

test('a clip that ends early has lost its end, and nothing else', () => {
  fc.assert(
    fc.property(
      start,
      fc.integer({ min: 2000, max: 6000 }),
      fc.integer({ min: 0, max: 1500 }),
      (from, kept, lost) => {
        const loss = lossOf(fed, aClip([from, from + kept]), spans([0, kept + lost]));
        expect(loss.holes).toEqual([]);
        expect(Math.abs(loss.lostMs - lost)).toBeLessThanOrEqual(NEAR_MS);
      },
    ),
    some,
  );
});

test('a slice missing in the middle is a hole', () => {
  fc.assert(
    fc.property(start, third, third, fc.integer({ min: 250, max: 1500 }), (from, before, after, missing) => {
      const again = from + before + missing;
      const clip = aClip([from, from + before], [again, again + after]);
      const loss = lossOf(fed, clip, spans([0, before + missing + after]));
      expect(loss.holes.length).toBeGreaterThan(0);
      expect(Math.abs(loss.lostMs - missing)).toBeLessThanOrEqual(NEAR_MS);
    }),
    some,
  );
});

test('a slice that comes twice is told', () => {
  fc.assert(
    fc.property(start, third, third, fc.integer({ min: 250, max: 900 }), (from, before, after, twice) => {
      const again = from + before - twice;
      const clip = aClip([from, from + before], [again, again + after]);
      expect(lossOf(fed, clip, spans([0, before + after])).holes.length).toBeGreaterThan(0);
    }),
    some,
  );
});

test('a pause explains that the feed went on as long, and no more', () => {
  fc.assert(
    fc.property(start, third, third, fc.integer({ min: 500, max: 1500 }), (from, before, after, paused) => {
      const again = from + before + paused;
      const clip = (more: number) => aClip([from, from + before], [again + more, again + more + after]);
      const spoken = spans([0, before], [before + paused, before + paused + after]);
      const loss = lossOf(fed, clip(0), spoken);
      expect(loss.holes).toEqual([]);
      expect(loss.lostMs).toBeLessThanOrEqual(NEAR_MS);
      expect(lossOf(fed, clip(400), spoken).holes.length).toBeGreaterThan(0);
    }),
    some,
  );
});

test('a feed that stood still with the machine is no hole', () => {
  const loss = lossOf(fed, aClip([5000, 11_000]), spans([0, 3000], [6500, 9500]));
  expect(loss).toMatchObject({ spokenMs: 6000, survivedMs: 6000, lostMs: 0, holes: [] });
});

test('silence is not speech', () => {
  const clip = aClip([5000, 8000], 'a second of silence', 'a second of silence', 'a second of silence');
  expect(lossOf(fed, clip, spans([0, 6000])).lostMs).toBeGreaterThan(1000);
  expect(lossOf(fed, aClip('a second of silence', 'a second of silence'), spans([0, 2000])).survivedMs).toBe(
    0,
  );
});
