import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  ceilingPairs,
  consistencyOf,
  correlations,
  largestGaps,
  lockUnder,
  meanGap,
  type Pair,
  perAttempt,
  predictionPairs,
  type ScoredAttempt,
  scoredAttempt,
  tQuantile975,
} from '../../src/domain/calibration.ts';
import { blankCoaching, type Coaching, type Prediction } from '../../src/domain/coaching.ts';
import type { Delivery } from '../../src/domain/facts.ts';
import { noiseOf, verdictOf } from '../../src/domain/noise.ts';
import { LEVELS, type Level, type Review, type Scores } from '../../src/domain/rubric.ts';
import { STEP_IDS } from '../../src/domain/step.ts';
import { builtInRubric as rubric, scoreNoise } from '../../src/rubric/definition.ts';
import { aDelivery, aKeptAttempt, aReview } from '../support/factories.ts';
import { CELL_IDS } from '../support/rubric.ts';

const all = (level: Level): Scores => Object.fromEntries(CELL_IDS.map((cell) => [cell, level]));
const marks = STEP_IDS.map((step, index) => ({ step, atMs: index * 60_000 }));
const lockedAt = 1_790_000_200_000;
const predicted = (levels: Prediction['levels']): Prediction => ({
  levels,
  rubric: { id: rubric.id, version: rubric.version },
  decidedAt: 1_790_000_000_000,
});

type Given = {
  readonly reviews?: readonly Partial<Review>[];
  readonly prediction?: Prediction;
  readonly startedAt?: number;
  readonly delivery?: Delivery;
};

function scored(given: Given = {}) {
  const { reviews = [{ scores: all(3) }], prediction, startedAt = 1_790_000_000_000 } = given;
  const attempt = aKeptAttempt({ durationMs: 300_000, marks, startedAt });
  const coaching: Coaching = {
    ...blankCoaching(attempt.id),
    ...(prediction === undefined ? {} : { prediction }),
  };
  return scoredAttempt(rubric, {
    attempt,
    reviews: reviews.map((review) => aReview({ attemptId: attempt.id, lockedAt, ...review })),
    coaching,
    delivery: given.delivery ?? null,
  });
}

const some = (list: readonly (ScoredAttempt | null)[]) => list.filter((one) => one !== null);
const times = <Item>(count: number, make: (index: number) => Item) =>
  Array.from({ length: count }, (_, index) => make(index));
const gaps = (...values: readonly number[]): readonly Pair[] =>
  values.map((gap) => ({ scored: scored() as ScoredAttempt, first: 3, second: 3 + gap, gap }));

test('the default noise says no change under 10 points and beyond chance from 21', () => {
  const noise = noiseOf([1, 2, 3, 4], scoreNoise);
  expect(noise).toMatchObject({ sem: 7.4, isOwn: false });
  expect([0, 9, -9, 10, 20, -20, 21, -21].map((difference) => verdictOf(noise, difference))).toEqual([
    'no-change',
    'no-change',
    'no-change',
    'maybe-chance',
    'maybe-chance',
    'maybe-chance',
    'beyond-chance',
    'beyond-chance',
  ]);
});

test('the rubric’s own derivation gives 7.43, and 21 is 1.96 · √2 of it rounded up', () => {
  const weights = rubric.criteria.flatMap((criterion) =>
    rubric.steps.map((step) => criterion.weight * step.weight),
  );
  const squares = weights.reduce((sum, weight) => sum + weight ** 2, 0);
  const sem = 12.5 * Math.sqrt(squares + 0.3 * (1 - squares));
  expect(sem).toBeCloseTo(7.43, 2);
  expect(Math.ceil(1.96 * Math.SQRT2 * sem)).toBe(21);
});

test('five re-scores replace the noise, and its thresholds scale with it', () => {
  // Sample SD 10, so SEM 7.07.
  const differences = [-10, 10, 0, -10, 10];
  const noise = noiseOf(differences, scoreNoise);
  expect(noise.isOwn).toBe(true);
  expect(noise.sem).toBeCloseTo(10 / Math.SQRT2, 9);
  expect(noise.noChangeBelow).toBeCloseTo((10 * noise.sem) / 7.43, 9);
  expect(noise.beyondChanceFrom).toBeCloseTo((21 * noise.sem) / 7.43, 9);
  // Always the same score again: one point is still no more than rounding, and none is no change.
  const exact = noiseOf([0, 0, 0, 0, 0], scoreNoise);
  expect([verdictOf(exact, 0), verdictOf(exact, 1)]).toEqual(['no-change', 'beyond-chance']);
});

test('more scatter never makes a difference say more', () => {
  const order = ['no-change', 'maybe-chance', 'beyond-chance'];
  const differences = fc.array(fc.integer({ min: -60, max: 60 }), { minLength: 5, maxLength: 20 });
  fc.assert(
    fc.property(differences, fc.integer({ min: -100, max: 100 }), (list, difference) => {
      const wider = list.map((value) => value * 2);
      const rank = (of: readonly number[]) => order.indexOf(verdictOf(noiseOf(of, scoreNoise), difference));
      expect(rank(wider)).toBeLessThanOrEqual(rank(list));
      expect(noiseOf([...list].reverse(), scoreNoise).sem).toBeCloseTo(noiseOf(list, scoreNoise).sem, 9);
    }),
  );
});

test('the quantiles of t are those of the printed tables', () => {
  const table = { 7: 2.365, 8: 2.306, 9: 2.262, 10: 2.228, 15: 2.131, 20: 2.086, 30: 2.042, 120: 1.98 };
  for (const [freedom, value] of Object.entries(table))
    expect(tQuantile975(Number(freedom))).toBeCloseTo(value, 3);
});

test('nothing is said before eight pairs', () => {
  expect(meanGap(gaps(1, 1, 1, 1, 1, 1, 1))).toBeNull();
  expect(meanGap(gaps(1, 1, 1, 1, 1, 1, 1, 1))).toEqual({ count: 8, mean: 1, low: 1, high: 1 });
});

test('the interval of the mean is that of Student', () => {
  // SD 0.4 · √(8/7), as a calculator has it: 2.3646 · 0.42762 / √8 = 0.3575.
  const { mean, low, high } = meanGap(gaps(0.4, -0.4, 0.4, -0.4, 0.4, -0.4, 0.4, -0.4)) ?? {};
  expect(mean).toBeCloseTo(0, 9);
  expect(low).toBeCloseTo(-0.3575, 4);
  expect(high).toBeCloseTo(0.3575, 4);
});

test('the first lock of all cells counts, whatever was revised, quick, locked again or under another version', () => {
  const [first, again] = [aReview({ lockedAt }), aReview({ lockedAt })];
  const quick = aReview({ lockedAt, mode: 'quick', quickStep: 'next' });
  const rescore = aReview({ lockedAt, mode: 'rescore' });
  const revision = aReview({ lockedAt, revises: first.id, reason: 'A slip' });
  expect(lockUnder(rubric, [aReview(), quick, rescore, revision, first, again])).toBe(first);
  expect(lockUnder(rubric, [quick, rescore, aReview()])).toBeNull();
  expect(lockUnder(rubric, [aReview({ lockedAt, rubricVersion: '0.9.0' }), first])).toBe(first);
  expect(lockUnder(rubric, [aReview({ lockedAt, rubricVersion: '0.9.0' })])).toBeNull();
});

test('a prediction and the lock of the same version make a pair in levels', () => {
  const pair = (given: Given) => predictionPairs(rubric, some([scored(given)]), 'clarity');
  const prediction = predicted({ clarity: 3 });
  const low = [{ scores: { ...all(3), 'clarity.results': 1 as const } }];
  expect(pair({ prediction, reviews: low })).toMatchObject([{ first: 3, second: 2.6 }]);
  expect(pair({ prediction, reviews: low })[0]?.gap).toBeCloseTo(-0.4, 9);
  expect(pair({})).toEqual([]);
  expect(pair({ prediction: predicted({ depth: 3 }) })).toEqual([]);
  expect(pair({ prediction: { ...prediction, isSkipped: true } })).toEqual([]);
  expect(pair({ prediction: { ...prediction, decidedAt: null } })).toEqual([]);
  expect(pair({ prediction: { ...prediction, rubric: { id: rubric.id, version: '0.9.0' } } })).toEqual([]);
  // Under twelve cells it stays out of the trends, and of this.
  expect(pair({ prediction, reviews: [{ scores: { 'clarity.next': 3 } }] })).toEqual([]);
});

const measured = aDelivery({ localRates: [{ startMs: 290_000, endMs: 300_000, ratio: 1 }] });

test('cells with a level and a ceiling are pairs, those of one attempt together one', () => {
  // 60 s each: 33, 33, 20, 0 and 100% off.
  const reviews = [{ scores: { ...all(3), 'pacing.next': 2 as const } }];
  const one = some([scored({ reviews, delivery: measured })]);
  const pairs = ceilingPairs(rubric, one, 'pacing');
  expect(pairs.map(({ cell, first, second }) => [cell, first, second])).toEqual([
    ['pacing.situation', 3, 3],
    ['pacing.approach', 3, 3],
    ['pacing.tradeoffs', 3, 4],
    ['pacing.results', 3, 4],
    ['pacing.next', 2, 1],
  ]);
  expect(perAttempt(pairs)).toMatchObject([{ first: 2.8, second: 3 }]);
  expect(ceilingPairs(rubric, one, 'clarity')).toEqual([]);
});

test('a ceiling that may still fall is no pair', () => {
  // A level of 1 cannot fall, whatever the rate at the end turns out to be.
  const cells = (delivery?: Delivery) =>
    ceilingPairs(rubric, some([scored(delivery === undefined ? {} : { delivery })]), 'pacing').map(
      ({ cell }) => cell,
    );
  expect(cells()).toEqual(['pacing.next']);
  const untagged = { ...measured, pauses: [{ startMs: 80_000, endMs: 83_000 }] };
  expect(cells(untagged)).toEqual(['pacing.situation', 'pacing.tradeoffs', 'pacing.results', 'pacing.next']);
});

test('a missing step is no pair: nobody judged it', () => {
  const reviews = [{ scores: all(3), missing: ['next' as const] }];
  const one = some([scored({ reviews, delivery: measured })]);
  expect(ceilingPairs(rubric, one, 'pacing')).toHaveLength(4);
});

test('the largest gaps come first, the newer of equal ones before the older, and no gap is none', () => {
  const at = (startedAt: number, gap: number): Pair => ({
    scored: scored({ startedAt }) as ScoredAttempt,
    first: 3,
    second: 3 + gap,
    gap,
  });
  const [a, b, c, d] = [at(1, 1), at(2, -2), at(3, -1), at(4, 0)];
  expect(largestGaps([a, b, c, d], 4)).toEqual([b, c, a]);
  expect(largestGaps([a, b, c, d], 1)).toEqual([b]);
});

test('five re-scores say how equal the cells were, how they drift and how far off one score is', () => {
  const again = (level: Level) => [{ scores: all(3) }, { scores: all(level), mode: 'rescore' as const }];
  const list = some([3, 3, 3, 2, 1].map((level) => scored({ reviews: again(level as Level) })));
  expect(consistencyOf(rubric, list.slice(1))).toBeNull();
  const { count, equal, withinOne, drift, sem } = consistencyOf(rubric, list) ?? {};
  expect([count, equal, withinOne, drift]).toEqual([5, 0.6, 0.8, -15]);
  // Differences 0, 0, 0, −25, −50: SD 22.36.
  expect(sem).toBeCloseTo(Math.sqrt(500) / Math.SQRT2, 9);
});

test('criteria are correlated from twenty attempts on, and above 0.8 carry one message', () => {
  const of = (clarity: Level, pacing: Level, depth: Level) => {
    const levels = { clarity, pacing, depth };
    const scores = Object.fromEntries(
      CELL_IDS.map((cell) => [cell, levels[cell.split('.')[0] as keyof typeof levels]]),
    );
    return scored({ reviews: [{ scores }] });
  };
  const list = some(
    times(20, (index) => {
      const level = LEVELS[index % 4] ?? 1;
      return of(level, LEVELS[Math.floor(index / 4) % 4] ?? 1, level);
    }),
  );
  expect(correlations(rubric, list.slice(1))).toEqual([]);
  const found = correlations(rubric, list);
  expect(found.map(({ criteria, isOneMessage }) => [...criteria, isOneMessage])).toEqual([
    ['clarity', 'pacing', false],
    ['clarity', 'depth', true],
    ['pacing', 'depth', false],
  ]);
  expect(found[1]?.r).toBeCloseTo(1, 9);
  // A score that never moves goes with nothing.
  expect(correlations(rubric, some(times(20, () => of(3, 3, 3))))).toEqual([]);
});

test('a delivery lowers what the recording allows, and the tags of its pauses count', () => {
  const attempt = aKeptAttempt({ durationMs: 300_000, marks });
  const reviews = [aReview({ attemptId: attempt.id, lockedAt, scores: all(3) })];
  const pause = { startMs: 170_000, endMs: 174_000 };
  const ceilingOfTradeoffs = (pauseTags: Coaching['pauseTags']) =>
    scoredAttempt(rubric, {
      attempt,
      reviews,
      coaching: { ...blankCoaching(attempt.id), pauseTags },
      delivery: aDelivery({ pauses: [pause] }),
    })?.ceilings['pacing.tradeoffs'];
  expect(ceilingOfTradeoffs([])).toBeUndefined();
  expect(ceilingOfTradeoffs([{ ...pause, place: 'between-points' }])).toBe(4);
  expect(ceilingOfTradeoffs([{ ...pause, place: 'mid-sentence' }])).toBe(2);
});
