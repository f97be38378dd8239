import type { KeptAttempt } from '../domain/attempt.ts';
import { CRITERION_IDS, type CriterionId, type Review, type Rubric } from '../domain/rubric.ts';
import {
  type CellCount,
  countCells,
  criterionScore,
  missingFor,
  overall,
  type Total,
} from '../domain/scoring.ts';

/** How far an attempt's scoring has come. */
export type Scoring =
  | { readonly tag: 'none' | 'draft'; readonly cells: CellCount }
  | {
      readonly tag: 'locked';
      /** 0–4 with a fraction, because a missing step is 0; null where the criterion was not scored. */
      readonly levels: Readonly<Record<CriterionId, number | null>>;
      readonly total: Total;
    };

/** Of the newest review that says something: a locked one before a draft begun after it. */
export function scoringOf(attempt: KeptAttempt, reviews: readonly Review[], rubric: Rubric): Scoring {
  const locked = reviews.findLast((review) => review.lockedAt !== null);
  const missing = missingFor(attempt, locked ?? null);
  if (locked !== undefined) {
    const { scores, wrongSteps } = locked;
    const marking = { scores, wrongSteps, missing };
    const level = (criterion: CriterionId) => {
      const score = criterionScore(rubric, marking, criterion);
      return score === null ? null : score / 25;
    };
    const levels = Object.fromEntries(CRITERION_IDS.map((criterion) => [criterion, level(criterion)]));
    return {
      tag: 'locked',
      levels: levels as Record<CriterionId, number | null>,
      total: overall(rubric, marking),
    };
  }
  const cells = countCells({ scores: reviews.at(-1)?.scores ?? {}, missing });
  return { tag: cells.scored === 0 ? 'none' : 'draft', cells };
}
