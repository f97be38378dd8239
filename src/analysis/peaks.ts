import type { AttemptId } from '../domain/ids.ts';
import type { Peaks } from '../domain/peaks.ts';
import { clamp, type Ms } from '../domain/timeline.ts';

/** Peaks of another version are to be measured again. */
export const PEAKS_VERSION = 2;

/** 200 a second: what a column of a few hundred shows of two seconds. An hour of them takes 1.4 MB. */
const BUCKET_MS: Ms = 5;

/** So many buckets of one level are one of the next. */
const FAN = 8;

/** Mono sound, −1…1, somewhere in a clip. */
export type SoundBlock = {
  readonly startSec: number;
  readonly sampleRate: number;
  readonly samples: Float32Array;
  /** Of several channels: how far the one that swings furthest does. What is cut off in one alone is whole in a mix. */
  readonly extremes?: Float32Array;
};

export type PeaksMeter = {
  /** Blocks may come in any order, overlap or leave gaps; what nothing was said about is silence. */
  add(block: SoundBlock): void;
  peaks(attemptId: AttemptId): Peaks;
};

export function peaksMeter(): PeaksMeter {
  let min = new Int8Array(1024);
  let max = new Int8Array(1024);
  let length = 0;

  function grow(needed: number) {
    length = Math.max(length, needed);
    if (needed <= min.length) return;
    const capacity = Math.max(needed, 2 * min.length);
    const [oldMin, oldMax] = [min, max];
    min = new Int8Array(capacity);
    max = new Int8Array(capacity);
    min.set(oldMin);
    max.set(oldMax);
  }

  return {
    add({ startSec, sampleRate, samples }) {
      const perBucket = (sampleRate * BUCKET_MS) / 1000;
      const first = Math.round(startSec * sampleRate);
      for (let index = Math.max(0, -first); index < samples.length; ) {
        const bucket = Math.floor((first + index) / perBucket);
        const end = Math.min(samples.length, Math.ceil((bucket + 1) * perBucket) - first);
        // Sound swings around zero, so that zero belongs to every bucket.
        let [low, high] = [0, 0];
        for (; index < end; index += 1) {
          const sample = samples[index] ?? 0;
          if (sample < low) low = sample;
          if (sample > high) high = sample;
        }
        grow(bucket + 1);
        min[bucket] = Math.min(min[bucket] ?? 0, quantised(low));
        max[bucket] = Math.max(max[bucket] ?? 0, quantised(high));
      }
    },
    peaks: (attemptId) => ({
      attemptId,
      version: PEAKS_VERSION,
      bucketMs: BUCKET_MS,
      min: min.slice(0, length),
      max: max.slice(0, length),
    }),
  };
}

function quantised(sample: number): number {
  return Math.round(clamp(sample, -1, 1) * 127);
}

type Level = Pick<Peaks, 'min' | 'max'>;

/** Coarser and coarser, the finest first. Made when an envelope is first drawn: some 10 ms for an hour. */
const pyramids = new WeakMap<Int8Array, readonly Level[]>();

function pyramidOf({ min, max }: Level): readonly Level[] {
  const known = pyramids.get(max);
  if (known !== undefined) return known;
  const levels: Level[] = [{ min, max }];
  for (let last: Level = { min, max }; last.max.length > FAN; levels.push(last)) last = coarser(last);
  pyramids.set(max, levels);
  return levels;
}

function coarser({ min, max }: Level): Level {
  const length = Math.ceil(max.length / FAN);
  const lows = new Int8Array(length);
  const highs = new Int8Array(length);
  for (let from = 0, to = 0; from < max.length; from += FAN, to += 1) {
    const end = Math.min(from + FAN, max.length);
    let [low, high] = [0, 0];
    for (let bucket = from; bucket < end; bucket += 1) {
      low = Math.min(low, min[bucket] ?? 0);
      high = Math.max(high, max[bucket] ?? 0);
    }
    lows[to] = low;
    highs[to] = high;
  }
  return { min: lows, max: highs };
}

/**
 * The envelope from `fromMs` to `toMs` in `columns` columns of equal time: each the lowest and highest of all
 * buckets it touches, so that no peak is lost. Where there is no sound it is 0. The whole of an hour looks at some
 * ten thousand buckets, a part of it at fewer: it can be called for every frame of a zoom.
 *
 * @param columns none, where it is no number or below 1
 * @param toMs at least `fromMs`; both may lie outside of the clip
 */
export function summarise(
  { min, max, bucketMs }: Pick<Peaks, 'min' | 'max' | 'bucketMs'>,
  columns: number,
  fromMs: Ms = 0,
  toMs: Ms = max.length * bucketMs,
): { readonly min: Int8Array; readonly max: Int8Array } {
  const levels = pyramidOf({ min, max });
  // A length below 0 throws; one that is no number is none.
  const lows = new Int8Array(Math.max(0, columns));
  const highs = new Int8Array(Math.max(0, columns));
  const first = fromMs / bucketMs;
  const span = (toMs - fromMs) / bucketMs;
  for (let column = 0; column < columns; column += 1) {
    let from = clamp(Math.floor(first + (column * span) / columns), 0, max.length);
    let to = clamp(Math.ceil(first + ((column + 1) * span) / columns), 0, max.length);
    let [low, high] = [0, 0];
    // Of each level only what juts out beside whole buckets of the next.
    for (const [height, level] of levels.entries()) {
      const look = (bucket: number) => {
        low = Math.min(low, level.min[bucket] ?? 0);
        high = Math.max(high, level.max[bucket] ?? 0);
      };
      const isTop = height === levels.length - 1;
      while (from < to && (isTop || from % FAN !== 0)) look(from++);
      while (from < to && to % FAN !== 0) look(--to);
      if (from >= to) break;
      from /= FAN;
      to /= FAN;
    }
    lows[column] = low;
    highs[column] = high;
  }
  return { min: lows, max: highs };
}
