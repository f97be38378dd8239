import type { KeptAttempt } from '../domain/attempt.ts';
import {
  CRITERION_IDS,
  type CriterionId,
  criterionScore,
  overall,
  type Review,
  type Rubric,
} from '../domain/rubric.ts';
import { missingSteps } from '../domain/step.ts';

/** How far an attempt's scoring has come. */
export type Scoring =
  | { readonly tag: 'none' }
  /** Cells scored so far, of 15. */
  | { readonly tag: 'draft'; readonly scored: number }
  | {
      readonly tag: 'locked';
      /** 1–4 with a fraction, or null where the criterion was not scored. */
      readonly levels: Readonly<Record<CriterionId, number | null>>;
      readonly points: number | null;
      readonly isProvisional: boolean;
    };

/** Of the newest review that says something: a locked one before a draft begun after it. */
export function scoringOf(attempt: KeptAttempt, reviews: readonly Review[], rubric: Rubric): Scoring {
  const locked = reviews.findLast((review) => review.lockedAt !== null);
  if (locked !== undefined) {
    const { scores, wrongSteps } = locked;
    const marking = { scores, wrongSteps, missing: missingSteps(attempt.marks, attempt.durationMs) };
    const { points, isProvisional } = overall(rubric, marking);
    const level = (criterion: CriterionId) => {
      const score = criterionScore(rubric, marking, criterion);
      return score === null ? null : score / 25;
    };
    const levels = Object.fromEntries(CRITERION_IDS.map((criterion) => [criterion, level(criterion)]));
    return { tag: 'locked', levels: levels as Record<CriterionId, number | null>, points, isProvisional };
  }
  const scored = Object.keys(reviews.at(-1)?.scores ?? {}).length;
  return scored === 0 ? { tag: 'none' } : { tag: 'draft', scored };
}
