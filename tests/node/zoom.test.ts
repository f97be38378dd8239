import fc from 'fast-check';
import { expect, test } from 'vitest';
import { columnsIn } from '../../src/player/waveform.ts';
import {
  drawnOf,
  isSeen,
  leftAfterZoom,
  leftShowing,
  ticksOf,
  type View,
  zoomsOf,
} from '../../src/player/zoom.ts';

test('zooms double, from the whole to somewhat more than ten seconds across', () => {
  expect(zoomsOf(0)).toEqual([1]);
  expect(zoomsOf(19_999)).toEqual([1]);
  expect(zoomsOf(20_000)).toEqual([1, 2]);
  expect(zoomsOf(300_000)).toEqual([1, 2, 4, 8, 16]);
  expect(zoomsOf(3_600_000).at(-1)).toBe(256);
});

test('times stand on round seconds, closer together the closer one looks, and fit', () => {
  const axis = { durationMs: 300_000, widthPx: 900, fromPx: 0, toPx: 900 };
  expect(ticksOf(axis).map((ms) => ms / 1000)).toEqual([0, 30, 60, 90, 120, 150, 180, 210, 240, 270]);
  expect(ticksOf({ ...axis, widthPx: 280, toPx: 280 })).toEqual([0, 120_000, 240_000]);
  // 48 px for a second; the one before the part is there, as its words reach into it.
  const part = ticksOf({ ...axis, widthPx: 14_400, fromPx: 1000, toPx: 1400 });
  expect(part).toEqual([20_000, 22_000, 24_000, 26_000, 28_000]);
  const end = ticksOf({ ...axis, widthPx: 14_400, fromPx: 13_900, toPx: 14_400 });
  expect(end.at(-1)).toBe(298_000);
  expect(ticksOf({ ...axis, durationMs: 0 })).toEqual([]);
  // Hours, at their narrowest, and less than a second.
  expect(ticksOf({ ...axis, durationMs: 14_400_000, widthPx: 280, toPx: 280 })).toEqual([0, 7_200_000]);
  expect(ticksOf({ ...axis, durationMs: 200 })).toEqual([0]);
});

/** A view somewhere on a time line, and an instant somewhere on it. */
const looking = fc
  .record({
    viewPx: fc.integer({ min: 200, max: 1000 }),
    zoom: fc.constantFrom(1, 2, 8, 64),
    left: fc.double({ min: 0, max: 1, noNaN: true }),
    x: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ viewPx, zoom, left, x }) => {
    const wholePx = viewPx * zoom;
    const view: View = { viewPx, wholePx, leftPx: left * (wholePx - viewPx) };
    return { view, xPx: x * wholePx };
  });

test('after a zoom the view is on the time line, and a playhead in it keeps its place but at the ends', () => {
  fc.assert(
    fc.property(looking, fc.constantFrom(1, 2, 4, 16, 128), ({ view, xPx }, next) => {
      const nextWholePx = view.viewPx * next;
      const left = leftAfterZoom(view, xPx, nextWholePx);
      expect(left).toBeGreaterThanOrEqual(0);
      expect(left).toBeLessThanOrEqual(nextWholePx - view.viewPx);
      const isSeenBefore = isSeen(view, xPx);
      const kept = isSeenBefore ? xPx : view.leftPx + view.viewPx / 2;
      const nextX = (kept / view.wholePx) * nextWholePx;
      expect(isSeen({ ...view, leftPx: left - 1e-6, viewPx: view.viewPx + 2e-6 }, nextX)).toBe(true);
      if (left > 0 && left < nextWholePx - view.viewPx)
        expect(nextX - left).toBeCloseTo(kept - view.leftPx, 6);
    }),
  );
});

test('what is brought into view is in it, and most of what comes next with it', () => {
  fc.assert(
    fc.property(looking, ({ view, xPx }) => {
      const left = leftShowing(view, xPx);
      expect(isSeen({ ...view, leftPx: left }, xPx)).toBe(true);
      if (left > 0 && left < view.wholePx - view.viewPx) expect(xPx - left).toBeCloseTo(view.viewPx / 8, 6);
    }),
  );
});

test('whatever the zoom before and the place in it, some of the time line is drawn at the next, and all that is seen', () => {
  const zooms = fc.constantFrom(...zoomsOf(3_600_000));
  const places = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(
      fc.double({ min: 1, max: 1000, noNaN: true }),
      zooms,
      zooms,
      places,
      (viewPx, zoom, next, place) => {
        const leftPx = place * viewPx * (zoom - 1);
        const screen = Math.floor(leftPx / viewPx);
        for (const drawn of [drawnOf({ viewPx, zoom, screen }), drawnOf({ viewPx, zoom: next, screen })]) {
          const { widthPx, fromPx, toPx } = drawn;
          expect(fromPx).toBeGreaterThanOrEqual(0);
          expect(toPx - fromPx).toBeGreaterThanOrEqual(viewPx - 1e-6);
          expect(toPx).toBeLessThanOrEqual(widthPx);
          const { all, first, count } = columnsIn(drawn);
          expect(first).toBeGreaterThanOrEqual(0);
          expect(count).toBeGreaterThanOrEqual(1);
          expect(first + count).toBeLessThanOrEqual(all);
        }
        const { fromPx, toPx } = drawnOf({ viewPx, zoom, screen });
        expect(fromPx).toBeLessThanOrEqual(leftPx + 1e-6);
        expect(toPx).toBeGreaterThanOrEqual(leftPx + viewPx - 1e-6);
      },
    ),
  );
});
