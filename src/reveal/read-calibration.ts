import type { KeptAttempt } from '../domain/attempt.ts';
import { lockUnder, type ScoredAttempt } from '../domain/calibration.ts';
import { isRescorable, NEWEST_FOCUSES } from '../domain/rescore.ts';
import type { Review, Rubric } from '../domain/rubric.ts';
import type { Archive } from '../storage/archive.ts';
import { readScored } from './read-scored.ts';

/** Judgement changes: of older takes only the re-scores are looked at. */
const COMPARED = 500;

export type CalibrationData = {
  /** The newest takes, with what was predicted and measured. */
  readonly compared: readonly ScoredAttempt[];
  /** All of them, newest first, for their re-scores. */
  readonly scored: readonly ScoredAttempt[];
  /** The oldest attempt that can be scored again; null: none can. */
  readonly toRescore: KeptAttempt | null;
};

/** Everything the calibration says comes of this. Null: nobody wants it any more. */
export async function readCalibration(
  archive: Archive,
  rubric: Rubric,
  signal: AbortSignal,
): Promise<CalibrationData | null> {
  const focuses = await archive.coaching.focuses(NEWEST_FOCUSES);
  const when = { now: Date.now(), newestFocusPrompts: focuses.map(({ promptId }) => promptId) };
  let toRescore: KeptAttempt | null = null;
  // Newest first: the last one that can be is the oldest.
  const visit = (attempt: KeptAttempt, reviews: readonly Review[]) => {
    if (lockUnder(rubric, reviews) !== null && isRescorable({ attempt, reviews, ...when }))
      toRescore = attempt;
  };
  const scored = await readScored(archive, rubric, signal, { compared: COMPARED, visit });
  return scored === null ? null : { compared: scored.slice(0, COMPARED), scored, toRescore };
}
