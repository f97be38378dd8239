import type { Ms } from '../domain/timeline.ts';

/**
 * The time line as it is on screen, for whatever is drawn along it. Pixels are counted from the beginning of
 * the clip, whatever is in view.
 */
export type Axis = {
  readonly durationMs: Ms;
  /** Of the whole clip at the present zoom. */
  readonly widthPx: number;
  /** What is in view and something on both sides, in whole pixels: nothing else has to be drawn. */
  readonly fromPx: number;
  readonly toPx: number;
};

/** Where an instant lies; outside of the clip it is the nearer end. */
export function xOf({ durationMs, widthPx }: Pick<Axis, 'durationMs' | 'widthPx'>, atMs: Ms): number {
  return shareOf(atMs, durationMs) * widthPx;
}

/** Where an instant lies in the whole, 0…1. */
export function shareOf(atMs: Ms, durationMs: Ms): number {
  return durationMs === 0 ? 0 : Math.min(1, Math.max(0, atMs / durationMs));
}
