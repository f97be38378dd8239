import type { KeptAttempt } from './attempt.ts';
import { askedSteps } from './reviews.ts';
import {
  type CriterionId,
  cellId,
  cellsOf,
  type Level,
  type Review,
  type Rubric,
  type Scores,
  type WrongStep,
} from './rubric.ts';
import { missingSteps, STEP_IDS, type StepId } from './step.ts';
import type { Ms } from './timeline.ts';

/** What scoring needs to know beside the levels. */
export type Marking = {
  readonly scores: Scores;
  /** Their cells count 0, whatever was chosen in them. */
  readonly missing: readonly StepId[];
  readonly wrongSteps: readonly WrongStep[];
};

export type Total = {
  /** 0–100, or null while no cell is scored. */
  readonly points: number | null;
  /** Cells that count, missing ones included. */
  readonly scored: number;
  /** A cell is blank: shown as provisional, with how many of the 15 count. */
  readonly isProvisional: boolean;
  /** Not under `LEAST_CELLS`, nor with a step whose depth is not scored. */
  readonly countsInTrends: boolean;
  /** The caps that lowered `points`, as sentences; empty when none did. */
  readonly caps: readonly string[];
};

/** With a smaller share of its cells counting, an attempt stays out of the trends: 12 of 15 (rubric.json, `unscored`). */
const LEAST_SHARE = 12 / 15;

/** So many cells have to count for an attempt to stand in the trends. */
export function leastCells(rubric: Rubric): number {
  return Math.ceil(Number((cellsOf(rubric).length * LEAST_SHARE).toFixed(9)));
}

export type CellCount = {
  /** Cells there is something to choose in: a missing step asks for nothing. */
  readonly asked: number;
  /** Of those, the ones with a level. */
  readonly scored: number;
  readonly missing: number;
};

/**
 * How far a review has come. What was chosen in a step that is missing now does not count.
 *
 * @param of the steps it asks for
 */
export function countCells(
  { criteria }: Pick<Rubric, 'criteria'>,
  { scores, missing }: Pick<Marking, 'scores' | 'missing'>,
  of: readonly StepId[] = STEP_IDS,
): CellCount {
  const steps = of.filter((step) => !missing.includes(step));
  const cells = steps.flatMap((step) => criteria.map(({ id }) => cellId(id, step)));
  return {
    asked: cells.length,
    scored: cells.filter((cell) => scores[cell] !== undefined).length,
    missing: criteria.length * (of.length - steps.length),
  };
}

/**
 * The steps a review counts as missing, of those it asks for. A draft follows the marks and what the speaker
 * declares. A locked review keeps what it was locked with; one that does not say was locked while marks were
 * only set in speaking, so that these tell.
 */
export function missingFor(
  { marks, firstMarks = marks, durationMs }: Pick<KeptAttempt, 'marks' | 'firstMarks' | 'durationMs'>,
  review:
    | (Pick<Review, 'lockedAt' | 'missing' | 'declaredMissing'> & Partial<Pick<Review, 'mode' | 'quickStep'>>)
    | null,
): readonly StepId[] {
  if (review === null || review.lockedAt === null) {
    const byClock = missingSteps(marks, durationMs);
    const asked = review === null ? STEP_IDS : askedSteps(review);
    return asked.filter((step) => byClock.includes(step) || review?.declaredMissing?.includes(step));
  }
  return review.missing ?? missingSteps(firstMarks, durationMs);
}

/** The level a cell counts as: 0 in a missing step, null when it is blank. */
export function levelOf(
  { scores, missing }: Marking,
  criterion: CriterionId,
  step: StepId,
): Level | 0 | null {
  return missing.includes(step) ? 0 : (scores[cellId(criterion, step)] ?? null);
}

function weightedMean(rubric: Rubric, marking: Marking, only: CriterionId | null = null): number | null {
  const points = new Map<number, number>(rubric.levels.map((level) => [level.value, level.points]));
  let sum = 0;
  let weights = 0;
  for (const criterion of rubric.criteria) {
    if (only !== null && only !== criterion.id) continue;
    for (const step of rubric.steps) {
      const level = levelOf(marking, criterion.id, step.id);
      if (level === null) continue;
      const weight = criterion.weight * step.weight;
      sum += (points.get(level) ?? 0) * weight;
      weights += weight;
    }
  }
  return weights === 0 ? null : sum / weights;
}

/** Half up, after removing the dust of binary fractions: 74.49999999999999 is 74.5. */
function round(value: number): number {
  return Math.round(Number(value.toFixed(9)));
}

function caps(marking: Marking): readonly { readonly atMost: number; readonly because: string }[] {
  const isMissing = (step: StepId) => marking.missing.includes(step);
  const found: { atMost: number; because: string }[] = [];
  if (isMissing('approach') || isMissing('tradeoffs') || isMissing('results'))
    found.push({ atMost: 60, because: 'At most 60 while Approach, Trade-offs or Results is missing.' });
  if (isMissing('situation') || isMissing('next'))
    found.push({ atMost: 74, because: 'At most 74 while Situation or Next is missing.' });
  const isWrong = marking.wrongSteps.some((step) => levelOf(marking, 'depth', step) === 1);
  if (isWrong)
    found.push({
      atMost: 60,
      because: 'At most 60 while something said in Approach or Trade-offs is wrong.',
    });
  return found;
}

/**
 * The overall score (rubric.json, `scoring`): the weighted mean of the scored cells' points, rounded,
 * then capped. Blank cells are left out and the rest reweighted.
 */
export function overall(rubric: Rubric, marking: Marking): Total {
  const count = countCells(rubric, marking);
  const scored = count.scored + count.missing;
  const mean = weightedMean(rubric, marking);
  const hasDepth = rubric.criteria.some(({ id }) => id === 'depth');
  const lacksDepth = hasDepth && rubric.steps.some((step) => levelOf(marking, 'depth', step.id) === null);
  const facts = {
    scored,
    isProvisional: scored < cellsOf(rubric).length,
    countsInTrends: scored >= leastCells(rubric) && !lacksDepth,
  };
  if (mean === null) return { points: null, ...facts, caps: [] };
  const points = round(mean);
  const biting = caps(marking).filter((cap) => cap.atMost < points);
  return {
    points: Math.min(points, ...biting.map((cap) => cap.atMost)),
    ...facts,
    caps: biting.map((cap) => cap.because),
  };
}

/**
 * The overall to aim at in so much time (rubric.json, `scoring.targets`): between two lengths it names,
 * interpolated linearly; outside of them, that of the nearest. Null: the rubric names none.
 */
export function aimAt({ targets }: Pick<Rubric, 'targets'>, targetMs: Ms): number | null {
  const aims = Object.entries(targets)
    .map(([seconds, points]) => ({ atMs: Number(seconds) * 1000, points }))
    .toSorted((a, b) => a.atMs - b.atMs);
  const low = aims.findLast(({ atMs }) => atMs <= targetMs) ?? aims[0];
  const high = aims.find(({ atMs }) => atMs >= targetMs) ?? aims.at(-1);
  if (low === undefined || high === undefined) return null;
  const span = high.atMs - low.atMs;
  const weight = span <= 0 ? 0 : (targetMs - low.atMs) / span;
  return round(low.points + (high.points - low.points) * weight);
}

/** The weighted mean of one criterion, 0–100 rounded; null while none of its cells is scored. */
export function criterionScore(rubric: Rubric, marking: Marking, criterion: CriterionId): number | null {
  const mean = weightedMean(rubric, marking, criterion);
  return mean === null ? null : round(mean);
}
