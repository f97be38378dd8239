import { clamp, type Ms } from '../domain/timeline.ts';
import type { Axis } from '../ui/axis.ts';

/** So little is across the view at the closest zoom, or somewhat more. */
const CLOSEST_MS: Ms = 10_000;

/** How many times the view the whole clip may be wide: powers of two, 1 first. */
export function zoomsOf(durationMs: Ms): readonly number[] {
  const zooms = [1];
  for (let zoom = 2; durationMs / zoom >= CLOSEST_MS; zoom *= 2) zooms.push(zoom);
  return zooms;
}

/** Apart far enough for `1:02:03` and some room. */
const TICK_PX = 80;
const TICKS_MS: readonly Ms[] = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200].map(
  (seconds) => seconds * 1000,
);

/** Round times along the part of an axis that is drawn, none so near to its end that its words would not fit. */
export function ticksOf({ durationMs, widthPx, fromPx, toPx }: Axis): readonly Ms[] {
  if (durationMs === 0) return [];
  const pxOf = (ms: Ms) => (ms / durationMs) * widthPx;
  const every = TICKS_MS.find((ms) => pxOf(ms) >= TICK_PX) ?? durationMs;
  const last = Math.min(toPx, widthPx - TICK_PX / 2);
  const first = Math.floor((fromPx / widthPx) * (durationMs / every));
  const count = Math.floor(last / pxOf(every)) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, index) => (first + index) * every);
}

/** A window on the time line, in pixels: its left edge, its width, and the width of the whole. */
export type View = { readonly leftPx: number; readonly viewPx: number; readonly wholePx: number };

/** An instant on the very edge is in view. */
export function isSeen({ leftPx, viewPx }: View, xPx: number): boolean {
  return xPx >= leftPx && xPx <= leftPx + viewPx;
}

/**
 * The left edge after the zoom has changed: the playhead keeps its place on screen, or, where it is not in view,
 * what is in the middle does.
 *
 * @param xPx the playhead, before
 */
export function leftAfterZoom(view: View, xPx: number, nextWholePx: number): number {
  const { leftPx, viewPx, wholePx } = view;
  const keptPx = isSeen(view, xPx) ? xPx : leftPx + viewPx / 2;
  const nextPx = wholePx === 0 ? 0 : (keptPx / wholePx) * nextWholePx;
  return clamp(nextPx - (keptPx - leftPx), 0, Math.max(0, nextWholePx - viewPx));
}

/** How much of the view is left of the playhead when it is brought into view: most of what comes is ahead. */
const BEHIND = 1 / 8;

/** The left edge that shows an instant which was out of view. */
export function leftShowing({ viewPx, wholePx }: View, xPx: number): number {
  return clamp(xPx - viewPx * BEHIND, 0, Math.max(0, wholePx - viewPx));
}

type Shown = { readonly viewPx: number; readonly zoom: number; readonly screen: number };

/**
 * What is drawn: the screen in view, one before it and two after it, but always some of the time line. Between a
 * zoom and the scrolling that belongs to it the screen is that of the zoom before, and may lie behind the end.
 */
export function drawnOf({ viewPx, zoom, screen }: Shown): Pick<Axis, 'widthPx' | 'fromPx' | 'toPx'> {
  const widthPx = viewPx * zoom;
  const fromPx = clamp((screen - 1) * viewPx, 0, widthPx - viewPx);
  return { widthPx, fromPx, toPx: clamp((screen + 3) * viewPx, fromPx + viewPx, widthPx) };
}
