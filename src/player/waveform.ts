import type { Ms } from '../domain/timeline.ts';

/** The envelope of a clip cut into columns of equal time, −127…127. */
export type Columns = { readonly min: ArrayLike<number>; readonly max: ArrayLike<number> };

/** One bar and the gap beside it, in pixels. */
export const PITCH_PX = 4;

/** Below this a clip is all but silent, and is not blown up to look like speech. */
const QUIETEST = 12;
const LOUDEST_SHARE = 0.92;
const THINNEST_PX = 2;

export function columnCount(widthPx: number): number {
  return Math.max(1, Math.floor(widthPx / PITCH_PX));
}

/**
 * The bars of all columns as one SVG path, mirrored at the middle of `heightPx`, the loudest nearly as
 * tall as that. Silence is a dot, so that every column is there to be seen.
 */
export function wavePath(columns: Columns, heightPx: number): string {
  const reach = Array.from({ length: columns.max.length }, (_, index) =>
    Math.max(0, columns.max[index] ?? 0, -(columns.min[index] ?? 0)),
  );
  const loudest = reach.reduce((most, value) => Math.max(most, value), QUIETEST);
  return reach
    .map((value, index) => {
      const tall = Math.max(THINNEST_PX, (value / loudest) * heightPx * LOUDEST_SHARE);
      const x = index * PITCH_PX + PITCH_PX / 2;
      return `M${x} ${round((heightPx - tall) / 2)}V${round((heightPx + tall) / 2)}`;
    })
    .join('');
}

/** Where an instant lies on the drawing, 0…1. */
export function shareOf(atMs: Ms, durationMs: Ms): number {
  return durationMs === 0 ? 0 : Math.min(1, Math.max(0, atMs / durationMs));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
