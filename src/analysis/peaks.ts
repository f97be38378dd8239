import type { AttemptId } from '../domain/ids.ts';
import type { Peaks } from '../domain/peaks.ts';
import { clamp, type Ms } from '../domain/timeline.ts';

/** Peaks of another version are to be measured again. */
export const PEAKS_VERSION = 1;

/** 50 a second: a wave of a few hundred columns needs no more for clips from ten seconds on. */
const BUCKET_MS: Ms = 20;

/** Mono sound, −1…1, somewhere in a clip. */
export type SoundBlock = {
  readonly startSec: number;
  readonly sampleRate: number;
  readonly samples: Float32Array;
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

/**
 * The same envelope in `columns` columns of equal time: each the lowest and highest of all buckets it
 * touches, so that no peak is lost.
 */
export function summarise(
  { min, max }: Pick<Peaks, 'min' | 'max'>,
  columns: number,
): { readonly min: Int8Array; readonly max: Int8Array } {
  const lows = new Int8Array(columns);
  const highs = new Int8Array(columns);
  for (let column = 0; column < columns; column += 1) {
    const end = Math.ceil(((column + 1) * min.length) / columns);
    for (let bucket = Math.floor((column * min.length) / columns); bucket < end; bucket += 1) {
      lows[column] = Math.min(lows[column] ?? 0, min[bucket] ?? 0);
      highs[column] = Math.max(highs[column] ?? 0, max[bucket] ?? 0);
    }
  }
  return { min: lows, max: highs };
}
