import type { KeptAttempt } from '../domain/attempt.ts';
import { askedSteps, currentReview } from '../domain/reviews.ts';
import type { CriterionId, Review, Rubric } from '../domain/rubric.ts';
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
      /** Of how many cells. */
      readonly asked: number;
      readonly isQuick: boolean;
    }
  /** Locked under a version of the rubric that is not here any more. */
  | { readonly tag: 'unknown-rubric' }
  /** A step drill is heard and not scored. */
  | { readonly tag: 'drill' };

/** Finds a review's rubric. */
export type RubricOf = (review: Pick<Review, 'rubricId' | 'rubricVersion'>) => Rubric | null;

/**
 * Of the first lock of all cells, whatever was revised later; while there is none, of the draft that is being
 * filled in, or of a locked quick review. One whose rubric is gone gives way to one whose rubric is here.
 *
 * @param inUse what a draft without a review would be scored by
 */
export function scoringOf(
  attempt: KeptAttempt,
  all: readonly Review[],
  rubricOf: RubricOf,
  inUse: Rubric,
): Scoring {
  if (attempt.drillStep !== undefined) return { tag: 'drill' };
  const reviews = all.filter(({ mode, revises }) => mode !== 'rescore' && revises === undefined);
  const allLocked = reviews.filter(({ lockedAt }) => lockedAt !== null);
  const known = allLocked.filter((review) => rubricOf(review) !== null);
  const candidates = known.length > 0 ? known : allLocked;
  const locked = candidates.find(({ mode }) => mode === 'full') ?? candidates.at(-1);
  const current = currentReview(all);
  const goesOn = locked?.mode !== 'full' || rubricOf(locked) === null;
  if (locked !== undefined && !(goesOn && current !== null && isBegun(current))) {
    const rubric = rubricOf(locked);
    if (rubric === null) return { tag: 'unknown-rubric' };
    const { scores, wrongSteps } = locked;
    const marking = { scores, wrongSteps, missing: missingFor(attempt, locked) };
    const level = (criterion: CriterionId) => {
      const score = criterionScore(rubric, marking, criterion);
      return score === null ? null : score / 25;
    };
    return {
      tag: 'locked',
      levels: Object.fromEntries(rubric.criteria.map(({ id }) => [id, level(id)])),
      total: overall(rubric, marking),
      asked: rubric.cells.length,
      isQuick: locked.mode === 'quick',
    };
  }
  const draft = current ?? reviews.at(-1);
  const rubric = (draft === undefined ? null : rubricOf(draft)) ?? inUse;
  const missing = missingFor(attempt, draft ?? null);
  const asked = draft && askedSteps(draft);
  const cells = countCells(rubric, { scores: draft?.scores ?? {}, missing }, asked);
  return { tag: cells.scored === 0 ? 'none' : 'draft', cells };
}

/** A draft with a level in it. */
function isBegun({ lockedAt, scores }: Review): boolean {
  return lockedAt === null && Object.keys(scores).length > 0;
}
