import type { KeptAttempt } from './attempt.ts';
import { budgetsOf } from './budget.ts';
import { ceilingOf } from './ceiling.ts';
import type { Coaching, Prediction } from './coaching.ts';
import type { Delivery } from './facts.ts';
import { LEAST_RESCORES, sampleDeviation } from './noise.ts';
import { firstLock } from './reviews.ts';
import { type CellId, type CriterionId, cellId, type Level, type Review, type Rubric } from './rubric.ts';
import { criterionScore, levelOf, type Marking, missingFor, overall } from './scoring.ts';
import { stepFacts } from './step-facts.ts';

/** So many pairs are wanted before anything is said about them (rubric.json, `calibration.show`). */
export const LEAST_PAIRS = 8;
/** So many attempts before criteria are correlated, and from where on they carry one message (coaching.md, 1.2). */
export const LEAST_CORRELATED = 20;
const ONE_MESSAGE_ABOVE = 0.8;

/** An attempt's first lock of all cells under one version of a rubric, with what it can be compared with. */
export type ScoredAttempt = {
  readonly attempt: KeptAttempt;
  readonly marking: Marking;
  readonly moments: NonNullable<Review['moments']>;
  /** Levels said right after speaking, under the same version. */
  readonly predicted: Readonly<Record<CriterionId, Level>>;
  /** The highest level that the recording allows, of the cells for which all that decides it is known. */
  readonly ceilings: Readonly<Record<CellId, Level>>;
  /** The blind re-score. */
  readonly rescore: Marking | null;
};

type Stored = {
  readonly attempt: KeptAttempt;
  readonly reviews: readonly Review[];
  readonly coaching: Pick<Coaching, 'prediction' | 'pauseTags'>;
  readonly delivery: Delivery | null;
};

/**
 * The first lock of all cells under this version, which trends and calibration go by; null: there is none. An
 * attempt has several only where it was scored anew because the version of the first was gone.
 */
export function lockUnder(rubric: Rubric, reviews: readonly Review[]): Review | null {
  return firstLock(reviews.filter((review) => isUnder(rubric, review)));
}

export function markingOf(
  attempt: Pick<KeptAttempt, 'marks' | 'firstMarks' | 'durationMs'>,
  review: Review,
): Marking {
  const { scores, wrongSteps } = review;
  return { scores, wrongSteps, missing: missingFor(attempt, review) };
}

/**
 * The lock whose scores are compared with anything: the first one, whatever was corrected since. Without one
 * under this version, the review on screen.
 */
export function comparedLock(rubric: Rubric, reviews: readonly Review[], shown: Review): Review {
  return lockUnder(rubric, reviews) ?? shown;
}

/** The overall of the compared lock, where a correction has changed what is shown. Null: both say the same. */
export function firstLockedAt(
  rubric: Rubric,
  attempt: KeptAttempt,
  reviews: readonly Review[],
  shown: Review,
): number | null {
  const pointsOf = (review: Review) => {
    const marking = markingOf(attempt, review);
    const criteria = rubric.criteria.map(({ id }) => criterionScore(rubric, marking, id));
    return [overall(rubric, marking).points, ...criteria] as const;
  };
  const [first, now] = [pointsOf(comparedLock(rubric, reviews, shown)), pointsOf(shown)];
  return first.every((points, index) => points === now[index]) ? null : first[0];
}

/** Why a prediction is not set beside a review's scores, the first that holds. */
export type WhyNotPredicted = 'not-full' | 'skipped' | 'none' | 'another-version';

/** Null: both are judgements of all cells, under one version of a rubric. */
export function whyNotPredicted(
  { mode, rubricId, rubricVersion }: Pick<Review, 'mode' | 'rubricId' | 'rubricVersion'>,
  prediction: Prediction | undefined,
): WhyNotPredicted | null {
  if (mode !== 'full') return 'not-full';
  if (prediction?.isSkipped === true) return 'skipped';
  if (prediction === undefined || prediction.decidedAt === null) return 'none';
  const { id, version } = prediction.rubric;
  return id === rubricId && version === rubricVersion ? null : 'another-version';
}

/** Null: the attempt was not scored under this version, or too few of its cells count for the trends. */
export function scoredAttempt(
  rubric: Rubric,
  { attempt, reviews, coaching, delivery }: Stored,
): ScoredAttempt | null {
  const review = lockUnder(rubric, reviews);
  if (review === null || attempt.drillStep !== undefined) return null;
  const marking = markingOf(attempt, review);
  if (!overall(rubric, marking).countsInTrends) return null;
  const { prediction, pauseTags } = coaching;
  const facts = stepFacts(attempt, delivery, pauseTags, budgetsOf(rubric.budgets, attempt));
  const ceilings = rubric.cells.flatMap((cell) => {
    const ceiling = ceilingOf(cell, facts[cell.step]);
    // One that may still fall would make scores look too low.
    return ceiling === null || ceiling.skipped.length > 0 ? [] : [[cell.id, ceiling.level] as const];
  });
  const again = reviews.find(
    (other) => other.mode === 'rescore' && other.lockedAt !== null && isUnder(rubric, other),
  );
  const rescore = again === undefined ? null : markingOf(attempt, again);
  return {
    attempt,
    marking,
    moments: review.moments ?? {},
    predicted: whyNotPredicted(review, prediction) === null ? (prediction?.levels ?? {}) : {},
    ceilings: Object.fromEntries(ceilings),
    rescore: rescore !== null && overall(rubric, rescore).countsInTrends ? rescore : null,
  };
}

function isUnder({ id, version }: Rubric, { rubricId, rubricVersion }: Review): boolean {
  return rubricId === id && rubricVersion === version;
}

/** Two judgements of one thing, in levels. `gap` is the second minus the first. */
export type Pair = {
  readonly scored: ScoredAttempt;
  readonly first: number;
  readonly second: number;
  readonly gap: number;
};

/** What was predicted of a criterion, and what was locked: a pair for each attempt that has both. */
export function predictionPairs(
  rubric: Rubric,
  all: readonly ScoredAttempt[],
  criterion: CriterionId,
): readonly Pair[] {
  return all.flatMap((scored) => {
    const first = scored.predicted[criterion];
    const points = criterionScore(rubric, scored.marking, criterion);
    if (first === undefined || points === null) return [];
    return [{ scored, first, second: points / 25, gap: points / 25 - first }];
  });
}

export type CeilingPair = Pair & { readonly cell: CellId };

/** What a cell was given, and what the recording allows: a pair for each cell that has both. */
export function ceilingPairs(
  rubric: Rubric,
  all: readonly ScoredAttempt[],
  criterion: CriterionId,
): readonly CeilingPair[] {
  return all.flatMap((scored) =>
    rubric.steps.flatMap(({ id: step }) => {
      const cell = cellId(criterion, step);
      const first = levelOf(scored.marking, criterion, step);
      const second = scored.ceilings[cell];
      if (first === null || first === 0 || second === undefined) return [];
      return [{ scored, cell, first, second, gap: second - first }];
    }),
  );
}

/** One pair for each attempt, the mean of its cells: those of one take are no independent witnesses. */
export function perAttempt(pairs: readonly Pair[]): readonly Pair[] {
  return [...Map.groupBy(pairs, ({ scored }) => scored)].map(([scored, own]) => {
    const [first, second] = [mean(own.map((pair) => pair.first)), mean(own.map((pair) => pair.second))];
    return { scored, first, second, gap: second - first };
  });
}

export type MeanGap = {
  readonly count: number;
  readonly mean: number;
  /** The 95% interval of the mean. */
  readonly low: number;
  readonly high: number;
};

/** Null while there are fewer than eight pairs. */
export function meanGap(pairs: readonly Pair[]): MeanGap | null {
  if (pairs.length < LEAST_PAIRS) return null;
  const gaps = pairs.map(({ gap }) => gap);
  const middle = mean(gaps);
  const reach = (tQuantile975(gaps.length - 1) * sampleDeviation(gaps)) / Math.sqrt(gaps.length);
  return { count: gaps.length, mean: middle, low: middle - reach, high: middle + reach };
}

/** Pairs that lie furthest apart, furthest first; none without a gap. */
export function largestGaps<Item extends Pair>(pairs: readonly Item[], limit: number): readonly Item[] {
  return pairs
    .filter(({ gap }) => gap !== 0)
    .toSorted(
      (a, b) => Math.abs(b.gap) - Math.abs(a.gap) || b.scored.attempt.startedAt - a.scored.attempt.startedAt,
    )
    .slice(0, limit);
}

export type Consistency = {
  /** Attempts that were scored again. */
  readonly count: number;
  /** Shares of the cells that were judged both times. */
  readonly equal: number;
  readonly withinOne: number;
  /** The mean of re-score − original, in points of the overall. */
  readonly drift: number;
  /** The standard error of one overall: SD(re-score − original) / √2. */
  readonly sem: number;
};

/** Re-score − original of the overall, one for each attempt that was scored again. */
export function rescoreDifferences(rubric: Rubric, all: readonly ScoredAttempt[]): readonly number[] {
  return all.flatMap(({ marking, rescore }) => {
    if (rescore === null) return [];
    const before = overall(rubric, marking).points;
    const after = overall(rubric, rescore).points;
    return before === null || after === null ? [] : [after - before];
  });
}

/** Null while fewer than five attempts were scored again. */
export function consistencyOf(rubric: Rubric, all: readonly ScoredAttempt[]): Consistency | null {
  const differences = rescoreDifferences(rubric, all);
  if (differences.length < LEAST_RESCORES) return null;
  const moved = all.flatMap(({ marking, rescore }) =>
    rescore === null
      ? []
      : rubric.cells.flatMap(({ criterion, step }) => {
          const [before, after] = [levelOf(marking, criterion, step), levelOf(rescore, criterion, step)];
          // What the clock called missing was judged neither time.
          const isJudged = before !== null && after !== null && before + after > 0;
          return isJudged ? [Math.abs(after - before)] : [];
        }),
  );
  if (moved.length === 0) return null;
  const share = (atMost: number) => moved.filter((size) => size <= atMost).length / moved.length;
  return {
    count: differences.length,
    equal: share(0),
    withinOne: share(1),
    drift: mean(differences),
    sem: sampleDeviation(differences) / Math.SQRT2,
  };
}

export type Correlation = {
  readonly criteria: readonly [CriterionId, CriterionId];
  readonly count: number;
  readonly r: number;
  /** So close that the two scores say the same thing twice. */
  readonly isOneMessage: boolean;
};

/** Of each two criteria over all attempts with both, from twenty on; none where a score never moves. */
export function correlations(rubric: Rubric, all: readonly ScoredAttempt[]): readonly Correlation[] {
  const scores = all.map(({ marking }) =>
    Object.fromEntries(rubric.criteria.map(({ id }) => [id, criterionScore(rubric, marking, id)])),
  );
  return rubric.criteria.flatMap(({ id: a }, index) =>
    rubric.criteria.slice(index + 1).flatMap(({ id: b }) => {
      const both = scores.flatMap(({ [a]: x = null, [b]: y = null }) =>
        x === null || y === null ? [] : [[x, y] as const],
      );
      const r = both.length < LEAST_CORRELATED ? null : pearson(both);
      if (r === null) return [];
      return [{ criteria: [a, b] as const, count: both.length, r, isOneMessage: r > ONE_MESSAGE_ABOVE }];
    }),
  );
}

function pearson(pairs: readonly (readonly [number, number])[]): number | null {
  const [meanX, meanY] = [mean(pairs.map(([x]) => x)), mean(pairs.map(([, y]) => y))];
  let [xx, yy, xy] = [0, 0, 0];
  for (const [x, y] of pairs) {
    xx += (x - meanX) ** 2;
    yy += (y - meanY) ** 2;
    xy += (x - meanX) * (y - meanY);
  }
  return xx === 0 || yy === 0 ? null : xy / Math.sqrt(xx * yy);
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

/** The 97.5% quantile of the normal distribution. */
const Z = 1.959963984540054;

/**
 * The 97.5% quantile of Student's t: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.5.
 *
 * @param freedom degrees of freedom; from 7 on it is right to three decimals
 */
export function tQuantile975(freedom: number): number {
  const terms = [
    Z,
    (Z ** 3 + Z) / 4,
    (5 * Z ** 5 + 16 * Z ** 3 + 3 * Z) / 96,
    (3 * Z ** 7 + 19 * Z ** 5 + 17 * Z ** 3 - 15 * Z) / 384,
    (79 * Z ** 9 + 776 * Z ** 7 + 1482 * Z ** 5 - 1920 * Z ** 3 - 945 * Z) / 92_160,
  ];
  return terms.reduce((total, term, power) => total + term / freedom ** power, 0);
}
