import type { KeptAttempt } from '../domain/attempt.ts';
import { firstLock } from '../domain/calibration.ts';
import type { PromptId } from '../domain/ids.ts';
import type { Review, Rubric } from '../domain/rubric.ts';
import type { EpochMs } from '../domain/timeline.ts';

/** 14 days: long enough to have forgotten what was scored. */
const LEAST_AGE_MS = 14 * 86_400_000;

type When = {
  readonly now: EpochMs;
  /** The prompt the newest focus is about: it is too fresh in mind. */
  readonly focusPrompt: PromptId | null;
};

/** Whether an attempt can be scored again blindly (rubric.json, `blindRescore.eligible`), its sound being there. */
export function canRescore(
  rubric: Rubric,
  { startedAt, promptId, drillStep, audioDeletedAt }: KeptAttempt,
  reviews: readonly Review[],
  { now, focusPrompt }: When,
): boolean {
  return (
    drillStep === undefined &&
    audioDeletedAt === undefined &&
    now - startedAt >= LEAST_AGE_MS &&
    promptId !== focusPrompt &&
    firstLock(rubric, reviews) !== null &&
    !reviews.some(({ mode, lockedAt }) => mode === 'rescore' && lockedAt !== null)
  );
}
