import type { Mode } from '../domain/attempt.ts';
import type { AttemptId } from '../domain/ids.ts';
import type { Mark } from '../domain/step.ts';
import type { Ms } from '../domain/timeline.ts';

/** A take that is about to begin; `bankedMs`, `segment` and `marks` are not 0 and empty when one goes on. */
export type PlannedTake = {
  readonly attemptId: AttemptId;
  readonly mode: Mode;
  readonly countdown: number;
  readonly segment: number;
  readonly bankedMs: Ms;
  readonly marks: readonly Mark[];
};

/** The run in progress. Its clock is `bankedMs`, and while the encoder runs also the time since it started. */
export type Take = {
  readonly attemptId: AttemptId;
  readonly mode: Mode;
  /** Index of the segment being recorded, or of the next one. */
  readonly segment: number;
  /** What the ended segments lasted. */
  readonly bankedMs: Ms;
  /** What a crash would leave: up to here on the take's clock everything is on disk. Never shrinks. */
  readonly savedMs: Ms;
  /** Sorted, at most one at an instant, never the same step twice running. */
  readonly marks: readonly Mark[];
  /** Whether the attempt's record is on disk. */
  readonly isBegun: boolean;
  /** False: the disk refused some of it twice, which is in memory only. */
  readonly isWhole: boolean;
};

/** Without its record this take is not ours: a recovered one may be another tab's by now. */
export function hasChunks({ isBegun, savedMs }: Take): boolean {
  return isBegun && savedMs > 0;
}

export function takeFields({
  attemptId,
  mode,
  segment,
  bankedMs,
  savedMs,
  marks,
  isBegun,
  isWhole,
}: Take): Take {
  return { attemptId, mode, segment, bankedMs, savedMs, marks, isBegun, isWhole };
}
