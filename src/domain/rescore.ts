import type { KeptAttempt } from './attempt.ts';
import type { PromptId } from './ids.ts';
import { firstLock } from './reviews.ts';
import { type CellId, cellId, type Review, type Rubric } from './rubric.ts';
import { levelOf, type Marking, overall } from './scoring.ts';
import type { EpochMs } from './timeline.ts';

/** Before that one still knows what one gave (rubric.json, `blindRescore`). */
const LEAST_AGE_MS = 14 * 86_400_000;

/**
 * When an attempt is old enough to be scored once more without a look at its old scores: counted from these,
 * which may have been locked long after it was spoken.
 *
 * @param reviews all of the attempt's
 */
export function rescorableFrom(
  { startedAt }: Pick<KeptAttempt, 'startedAt'>,
  reviews: readonly Review[],
): EpochMs {
  return Math.max(startedAt, firstLock(reviews)?.lockedAt ?? startedAt) + LEAST_AGE_MS;
}

/** A re-score that does not count in the trends says nothing of how far scores lie apart: it is not locked. */
export function mayLock(
  rubric: Rubric,
  { mode, scores }: Pick<Review, 'mode' | 'scores'>,
  marking: Marking,
): boolean {
  return mode === 'rescore' ? overall(rubric, marking).countsInTrends : Object.keys(scores).length > 0;
}

/** So many focuses count as being worked on. A judgement: one a day for some days. */
export const NEWEST_FOCUSES = 3;

type Candidate = {
  readonly attempt: Pick<KeptAttempt, 'promptId' | 'startedAt' | 'drillStep' | 'audioDeletedAt'>;
  /** All of the attempt's. */
  readonly reviews: readonly Review[];
  readonly now: EpochMs;
  /** Of the last `NEWEST_FOCUSES` focuses: their explanations are too fresh in mind. */
  readonly newestFocusPrompts: readonly PromptId[];
};

/** Why an attempt is not to be scored once more, the first that holds. */
export type WhyNotRescored = 'not-scored' | 'already' | 'no-sound' | 'too-new' | 'in-focus';

/** Null: it may be scored once more. */
export function whyNotRescored({
  attempt,
  reviews,
  now,
  newestFocusPrompts,
}: Candidate): WhyNotRescored | null {
  if (attempt.drillStep !== undefined || firstLock(reviews) === null) return 'not-scored';
  if (reviews.some(({ mode, lockedAt }) => mode === 'rescore' && lockedAt !== null)) return 'already';
  if (attempt.audioDeletedAt !== undefined) return 'no-sound';
  if (now < rescorableFrom(attempt, reviews)) return 'too-new';
  return newestFocusPrompts.includes(attempt.promptId) ? 'in-focus' : null;
}

export function isRescorable(candidate: Candidate): boolean {
  return whyNotRescored(candidate) === null;
}

/** A cell of two reviews of one attempt; null where it was left blank. */
type CellPair = { readonly cell: CellId; readonly before: number | null; readonly after: number | null };

export type Difference = {
  /** Cell by cell, step by step. */
  readonly cells: readonly CellPair[];
  /** Cells with a level both times. */
  readonly compared: number;
  readonly equal: number;
  /** One level apart. */
  readonly oneApart: number;
  /** The later level minus the earlier one; null when no cell was scored twice. */
  readonly meanDifference: number | null;
};

/** How two scorings of one recording differ. A missing step is a level of 0 in each of its cells. */
export function difference(rubric: Rubric, before: Marking, after: Marking): Difference {
  const cells = rubric.steps.flatMap((step) =>
    rubric.criteria.map(({ id }) => ({
      cell: cellId(id, step.id),
      before: levelOf(before, id, step.id),
      after: levelOf(after, id, step.id),
    })),
  );
  const gaps = cells.flatMap((pair) =>
    pair.before === null || pair.after === null ? [] : [pair.after - pair.before],
  );
  return {
    cells,
    compared: gaps.length,
    equal: gaps.filter((gap) => gap === 0).length,
    oneApart: gaps.filter((gap) => Math.abs(gap) === 1).length,
    meanDifference: gaps.length === 0 ? null : gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length,
  };
}
