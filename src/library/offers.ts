import type { KeptAttempt } from '../domain/attempt.ts';
import type { PromptId } from '../domain/ids.ts';
import { isRescorable } from '../domain/rescore.ts';
import type { Review } from '../domain/rubric.ts';
import type { Settings } from '../domain/settings.ts';
import type { EpochMs, Ms } from '../domain/timeline.ts';

const DAY_MS: Ms = 86_400_000;
/** So long without a take, and the scale may have slipped. */
const MONTH_MS: Ms = 30 * DAY_MS;

/**
 * Whether to offer the four examples: before the first attempt, and after a month without one. Once they were
 * done, or put off, nothing is said for as long.
 *
 * @param newestAt when the newest attempt began; null: there is none
 */
export function offersWarmUp(
  { doneAt, laterUntil }: Settings['warmUp'],
  newestAt: EpochMs | null,
  now: EpochMs,
): boolean {
  if (laterUntil !== null && now < laterUntil) return false;
  if (newestAt === null) return doneAt === null;
  return now - Math.max(newestAt, doneAt ?? 0) >= MONTH_MS;
}

/** Until when the examples are not offered once they were put off. */
export function warmUpLater(now: EpochMs): EpochMs {
  return now + MONTH_MS;
}

/** An attempt with its reviews. */
export type Reviewed = { readonly attempt: KeptAttempt; readonly reviews: readonly Review[] };

const ATTEMPTS_PER_OFFER = 10;

/**
 * The attempt to score once more without the old scores in sight, the oldest that will do: one for every ten
 * attempts. Null: none is due.
 *
 * @param newestFocusPrompts see `isRescorable`
 */
export function rescoreOffer(
  all: readonly Reviewed[],
  newestFocusPrompts: readonly PromptId[],
  now: EpochMs,
): KeptAttempt | null {
  const attempts = all.filter(({ attempt }) => attempt.drillStep === undefined);
  const done = attempts.filter(({ reviews }) => reviews.some(isLockedRescore)).length;
  if (Math.floor(attempts.length / ATTEMPTS_PER_OFFER) <= done) return null;
  const eligible = attempts.filter((reviewed) => isRescorable({ ...reviewed, newestFocusPrompts, now }));
  const oldest = eligible.toSorted((a, b) => a.attempt.startedAt - b.attempt.startedAt)[0];
  return oldest?.attempt ?? null;
}

function isLockedRescore({ mode, lockedAt }: Review): boolean {
  return mode === 'rescore' && lockedAt !== null;
}
