import { clamp } from '../domain/timeline.ts';
import type { Axis } from '../ui/axis.ts';

/** The envelope of a clip cut into columns of equal time, −127…127. */
export type Columns = { readonly min: ArrayLike<number>; readonly max: ArrayLike<number> };

/** One bar and the gap beside it, in pixels. */
export const PITCH_PX = 4;

/** Below this a clip is all but silent, and is not blown up to look like speech. */
const QUIETEST = 12;
const LOUDEST_SHARE = 0.92;
const THINNEST_PX = 2;

/** Which columns of all cover what is drawn: at least one, so that there is something to divide by. */
export function columnsIn({ widthPx, fromPx, toPx }: Omit<Axis, 'durationMs'>): {
  readonly all: number;
  readonly first: number;
  readonly count: number;
} {
  const all = Math.max(1, Math.floor(widthPx / PITCH_PX));
  const first = clamp(Math.floor((fromPx / widthPx) * all), 0, all - 1);
  const end = clamp(Math.ceil((toPx / widthPx) * all), first + 1, all);
  return { all, first, count: end - first };
}

/** How far the loudest column reaches. */
export function loudestOf(columns: Columns): number {
  return reachOf(columns).reduce((most, value) => Math.max(most, value), 0);
}

function reachOf({ min, max }: Columns): readonly number[] {
  return Array.from({ length: max.length }, (_, index) => Math.max(0, max[index] ?? 0, -(min[index] ?? 0)));
}

/**
 * The bars of all columns as one SVG path, mirrored at the middle of `heightPx`, the loudest nearly as
 * tall as that. Silence is a dot, so that every column is there to be seen.
 *
 * @param loudest what is nearly as tall as the drawing: of the whole clip, where the columns are a part of it
 */
export function wavePath(columns: Columns, heightPx: number, loudest = loudestOf(columns)): string {
  return reachOf(columns)
    .map((value, index) => {
      const share = value / Math.max(loudest, QUIETEST);
      const tall = Math.max(THINNEST_PX, share * heightPx * LOUDEST_SHARE);
      const x = index * PITCH_PX + PITCH_PX / 2;
      return `M${x} ${round((heightPx - tall) / 2)}V${round((heightPx + tall) / 2)}`;
    })
    .join('');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
