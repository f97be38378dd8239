import fc from 'fast-check';
import { expect, test } from 'vitest';
import { columnsIn, PITCH_PX, wavePath } from '../../src/player/waveform.ts';
import { shareOf } from '../../src/ui/axis.ts';

type Bar = { readonly x: number; readonly top: number; readonly bottom: number };

function barsOf(path: string): readonly Bar[] {
  return [...path.matchAll(/M(\S+) (\S+?)V([\d.]+)/g)].map(([, x, top, bottom]) => ({
    x: Number(x),
    top: Number(top),
    bottom: Number(bottom),
  }));
}

const sample = fc.integer({ min: -127, max: 127 });
const columns = fc.array(fc.tuple(sample, sample), { minLength: 1, maxLength: 400 }).map((pairs) => ({
  min: Int8Array.from(pairs, ([a, b]) => Math.min(a, b)),
  max: Int8Array.from(pairs, ([a, b]) => Math.max(a, b)),
}));

test('every column is one bar, in order, within the height and mirrored at its middle', () => {
  fc.assert(
    fc.property(columns, fc.integer({ min: 40, max: 200 }), (envelope, height) => {
      const bars = barsOf(wavePath(envelope, height));
      expect(bars).toHaveLength(envelope.max.length);
      for (const [index, bar] of bars.entries()) {
        expect(bar.x).toBe(index * PITCH_PX + PITCH_PX / 2);
        expect(bar.top).toBeGreaterThanOrEqual(0);
        expect(bar.bottom).toBeLessThanOrEqual(height);
        expect(bar.bottom - bar.top).toBeGreaterThanOrEqual(1.9);
        expect(bar.top + bar.bottom).toBeCloseTo(height, 0);
      }
    }),
  );
});

test('a louder column never has a shorter bar', () => {
  fc.assert(
    fc.property(columns, (envelope) => {
      const bars = barsOf(wavePath(envelope, 128));
      const loudness = (index: number) => Math.max(0, envelope.max[index] ?? 0, -(envelope.min[index] ?? 0));
      const byLoudness = bars
        .map((bar, index) => ({ tall: bar.bottom - bar.top, loud: loudness(index) }))
        .toSorted((a, b) => a.loud - b.loud);
      for (const [index, bar] of byLoudness.entries())
        expect(bar.tall).toBeGreaterThanOrEqual((byLoudness[index - 1]?.tall ?? 0) - 0.11);
    }),
  );
});

test('a quiet voice fills the height; near silence stays small', () => {
  const tallest = (level: number) => {
    const bars = barsOf(wavePath({ min: [-level, 0], max: [level, 0] }, 100));
    return Math.max(...bars.map((bar) => bar.bottom - bar.top));
  };
  expect(tallest(20)).toBeGreaterThan(90);
  expect(tallest(127)).toBeGreaterThan(90);
  expect(tallest(2)).toBeLessThan(20);
});

test('a drawing has at least one column, and instants never leave it', () => {
  expect(columnsIn({ widthPx: 640, fromPx: 0, toPx: 640 })).toEqual({ all: 160, first: 0, count: 160 });
  expect(columnsIn({ widthPx: 640, fromPx: 101, toPx: 203 })).toEqual({ all: 160, first: 25, count: 26 });
  expect(columnsIn({ widthPx: 3, fromPx: 0, toPx: 3 })).toEqual({ all: 1, first: 0, count: 1 });
  // Drawn as something, whatever is asked for.
  expect(columnsIn({ widthPx: 640, fromPx: 640, toPx: 320 })).toEqual({ all: 160, first: 159, count: 1 });
  expect(shareOf(500, 1000)).toBe(0.5);
  expect(shareOf(2000, 1000)).toBe(1);
  expect(shareOf(-1, 1000)).toBe(0);
  expect(shareOf(10, 0)).toBe(0);
});
