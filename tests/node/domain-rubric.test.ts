import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cellId, LEVELS, type Rubric, type Scores, WRONG_STEPS } from '../../src/domain/rubric.ts';
import {
  aimAt,
  countCells,
  criterionScore,
  leastCells,
  type Marking,
  missingFor,
  overall,
} from '../../src/domain/scoring.ts';
import { STEP_IDS } from '../../src/domain/step.ts';
import { builtInRubric as rubric } from '../../src/rubric/definition.ts';
import { CELL_IDS, CRITERION_IDS } from '../support/rubric.ts';

const scores: fc.Arbitrary<Scores> = fc.dictionary(fc.constantFrom(...CELL_IDS), fc.constantFrom(...LEVELS), {
  maxKeys: 15,
});
const markings: fc.Arbitrary<Marking> = fc.record({
  scores,
  missing: fc.subarray([...STEP_IDS]),
  wrongSteps: fc.subarray([...WRONG_STEPS]),
});

/** The rubric's own formula, written out once more. */
function meanOf({ scores: levels, missing }: Marking): number | null {
  let sum = 0;
  let weights = 0;
  for (const step of rubric.steps)
    for (const criterion of rubric.criteria) {
      const level = missing.includes(step.id) ? 0 : levels[cellId(criterion.id, step.id)];
      if (level === undefined) continue;
      sum += level * 25 * criterion.weight * step.weight;
      weights += criterion.weight * step.weight;
    }
  return weights === 0 ? null : sum / weights;
}

test('the overall is the weighted mean of what is scored, under its caps', () => {
  fc.assert(
    fc.property(markings, (marking) => {
      const { points, scored, isProvisional, countsInTrends, caps } = overall(rubric, marking);
      const mean = meanOf(marking);
      const counted = CELL_IDS.filter(
        (cell) =>
          marking.scores[cell] !== undefined || marking.missing.some((step) => cell.endsWith(`.${step}`)),
      );
      expect(scored).toBe(counted.length);
      const hasAllDepth = STEP_IDS.every((step) => counted.includes(cellId('depth', step)));
      expect(isProvisional).toBe(counted.length < 15);
      expect(countsInTrends).toBe(counted.length >= 12 && hasAllDepth);
      if (mean === null || points === null) {
        expect([mean, points]).toEqual([null, null]);
        return;
      }
      expect(points).toBeLessThanOrEqual(mean + 0.5 + 1e-9);
      if (caps.length === 0) expect(Math.abs(points - mean)).toBeLessThanOrEqual(0.5 + 1e-9);
      else expect([60, 74]).toContain(points);
    }),
  );
});

test('one blank cell makes a score provisional; under twelve, or a blank depth, keep it out of the trends', () => {
  const without = (...cells: readonly string[]) => {
    const scored = Object.entries(full).filter(([cell]) => !cells.includes(cell));
    const marking = { scores: Object.fromEntries(scored), missing: [], wrongSteps: [] };
    const { isProvisional, countsInTrends } = overall(rubric, marking);
    return [isProvisional, countsInTrends];
  };
  const [a, b, c, d] = CELL_IDS.filter((cell) => !cell.startsWith('depth')) as [
    string,
    string,
    string,
    string,
  ];
  expect(without()).toEqual([false, true]);
  expect(without(a)).toEqual([true, true]);
  expect(without(a, b, c)).toEqual([true, true]);
  expect(without(a, b, c, d)).toEqual([true, false]);
  expect(without('depth.next')).toEqual([true, false]);
});

test('a missing step asks for nothing, and what was chosen in it is not counted', () => {
  const scores: Scores = { 'clarity.next': 3, 'depth.next': 3, 'pacing.results': 2 };
  expect(countCells(rubric, { scores, missing: [] })).toEqual({ asked: 15, scored: 3, missing: 0 });
  expect(countCells(rubric, { scores, missing: ['next'] })).toEqual({ asked: 12, scored: 1, missing: 3 });
  expect(countCells(rubric, { scores, missing: STEP_IDS })).toEqual({ asked: 0, scored: 0, missing: 15 });
});

test('a better level in one cell never lowers the score, a missing step or a wrong claim never raises it', () => {
  fc.assert(
    fc.property(
      scores,
      fc.constantFrom(...CELL_IDS),
      fc.constantFrom(...STEP_IDS),
      fc.constantFrom(...WRONG_STEPS),
      (levels, cell, step, wrong) => {
        const points = (marking: Partial<Marking>) =>
          overall(rubric, { scores: levels, missing: [], wrongSteps: [], ...marking }).points ?? 0;
        const at = (level: 1 | 2 | 3 | 4) => points({ scores: { ...levels, [cell]: level } });
        expect([at(1), at(2), at(3), at(4)]).toEqual([at(1), at(2), at(3), at(4)].toSorted((a, b) => a - b));
        if (Object.keys(levels).length === 0) return;
        expect(points({ missing: [step] })).toBeLessThanOrEqual(points({}));
        expect(points({ wrongSteps: [wrong] })).toBeLessThanOrEqual(points({}));
      },
    ),
  );
});

const full: Scores = Object.fromEntries(CELL_IDS.map((cell) => [cell, 4]));

test('the third cap bites where depth is 1 and the speaker called the content wrong, nowhere else', () => {
  const points = (marking: Partial<Marking>) =>
    overall(rubric, { scores: full, missing: [], wrongSteps: [], ...marking });
  for (const step of WRONG_STEPS) {
    const weak = { ...full, [cellId('depth', step)]: 1 as const };
    const capped = points({ scores: weak, wrongSteps: [step] });
    expect(capped.points).toBe(60);
    expect(capped.caps).toEqual([expect.stringContaining('wrong')]);
    expect(points({ scores: weak }).caps).toEqual([]);
    expect(points({ wrongSteps: [step] })).toMatchObject({ points: 100, caps: [] });
    const elsewhere = WRONG_STEPS.filter((other) => other !== step);
    expect(points({ scores: weak, wrongSteps: elsewhere }).caps).toEqual([]);
    const { [cellId('depth', step)]: _, ...blank } = full;
    expect(points({ scores: blank, wrongSteps: [step] }).caps).toEqual([]);
  }
});

test('every cap that lowers the score is named, and none that does not', () => {
  const marking = { scores: full, missing: ['tradeoffs', 'next'], wrongSteps: [] } as const;
  // 100 − 25 − 15 = 60: neither cap lowers it.
  expect(overall(rubric, marking)).toMatchObject({ points: 60, caps: [] });
  expect(overall(rubric, { ...marking, missing: ['tradeoffs'] }).caps).toHaveLength(1);
  expect(overall(rubric, { ...marking, missing: ['next'] })).toMatchObject({
    points: 74,
    caps: [expect.stringContaining('74')],
  });
});

test('a half is rounded up, whatever binary fractions make of it', () => {
  const percent = (weight: number) => Math.round(weight * 100);
  fc.assert(
    fc.property(scores, (levels) => {
      let sum = 0;
      let weights = 0;
      for (const step of rubric.steps)
        for (const criterion of rubric.criteria) {
          const level = levels[cellId(criterion.id, step.id)];
          const weight = percent(criterion.weight) * percent(step.weight);
          if (level === undefined) continue;
          sum += level * 25 * weight;
          weights += weight;
        }
      const expected = weights === 0 ? null : Math.floor((2 * sum + weights) / (2 * weights));
      expect(overall(rubric, { scores: levels, missing: [], wrongSteps: [] }).points).toBe(expected);
    }),
    { numRuns: 2000 },
  );
  // 50 and 75 with equal weights: 62.5.
  const half = {
    scores: { 'clarity.situation': 2, 'clarity.next': 3 },
    missing: [],
    wrongSteps: [],
  } as const;
  expect(overall(rubric, half).points).toBe(63);
  expect(criterionScore(rubric, half, 'clarity')).toBe(63);
});

test('the score of a criterion is a mean of its own cells', () => {
  fc.assert(
    fc.property(markings, (marking) => {
      const within = (values: readonly number[], mean: number | null) => {
        if (values.length === 0) expect(mean).toBeNull();
        else {
          expect(mean).toBeGreaterThanOrEqual(Math.min(...values));
          expect(mean).toBeLessThanOrEqual(Math.max(...values));
        }
      };
      const points = (cell: (typeof CELL_IDS)[number]) => {
        const isMissing = marking.missing.some((step) => cell.endsWith(`.${step}`));
        const level = isMissing ? 0 : marking.scores[cell];
        return level === undefined ? [] : [level * 25];
      };
      for (const criterion of CRITERION_IDS)
        within(
          STEP_IDS.flatMap((step) => points(cellId(criterion, step))),
          criterionScore(rubric, marking, criterion),
        );
    }),
  );
});

/** The built-in rubric with other criteria. */
function withCriteria(ids: readonly string[]): Rubric {
  const criteria = ids.map((id) => ({ id, label: id, weight: 0.5, question: '?' }));
  const [cell] = rubric.cells;
  if (cell === undefined) throw new Error('No cell');
  const cells = STEP_IDS.flatMap((step) =>
    ids.map((criterion) => ({ ...cell, id: cellId(criterion, step), criterion, step })),
  );
  return { ...rubric, criteria, cells };
}

test('weights only count against one another, and the order in which cells were scored never counts', () => {
  fc.assert(
    fc.property(markings, fc.double({ min: 0.05, max: 20, noNaN: true }), (marking, factor) => {
      const scaled: Rubric = {
        ...rubric,
        criteria: rubric.criteria.map((criterion) => ({ ...criterion, weight: criterion.weight * factor })),
        steps: rubric.steps.map((step) => ({ ...step, weight: step.weight * factor })),
      };
      const reversed = Object.fromEntries(Object.entries(marking.scores).toReversed()) as Scores;
      expect(overall(scaled, marking)).toEqual(overall(rubric, marking));
      expect(overall(rubric, { ...marking, scores: reversed })).toEqual(overall(rubric, marking));
    }),
  );
});

test('a rubric of any size asks for the same share of its cells before a score stands in the trends', () => {
  const sizes = [1, 2, 3, 4, 6].map((count) =>
    withCriteria(Array.from({ length: count }, (_, at) => `c${at}`)),
  );
  expect(sizes.map(leastCells)).toEqual([4, 8, 12, 16, 24]);
  const [one] = sizes;
  if (one === undefined) throw new Error('No rubric');
  const of = (count: number) =>
    overall(one, {
      scores: Object.fromEntries(STEP_IDS.slice(0, count).map((step) => [cellId('c0', step), 4])),
      missing: [],
      wrongSteps: [],
    });
  // Without a criterion of depth, no step has to have one.
  expect([of(3), of(4), of(5)].map((total) => total.countsInTrends)).toEqual([false, true, true]);
  expect([of(4), of(5)].map((total) => total.isProvisional)).toEqual([true, false]);
});

test('a step is missing by the clock or because the speaker says so; without marks only if they say so', () => {
  const marks = [
    { step: 'approach', atMs: 6000 },
    { step: 'tradeoffs', atMs: 20_000 },
    { step: 'results', atMs: 24_999 },
  ] as const;
  const timed = { marks, durationMs: 60_000 };
  const draft = { lockedAt: null, declaredMissing: ['results'] } as const;
  expect(missingFor(timed, null)).toEqual(['tradeoffs', 'next']);
  expect(missingFor(timed, draft)).toEqual(['tradeoffs', 'results', 'next']);
  expect(missingFor({ marks: [], durationMs: 60_000 }, null)).toEqual([]);
  expect(missingFor({ marks: [], durationMs: 60_000 }, draft)).toEqual(['results']);
  // Locked, it keeps what it was locked with.
  expect(missingFor(timed, { lockedAt: 5, missing: ['next'], declaredMissing: ['results'] })).toEqual([
    'next',
  ]);
});

test('the aim is what the rubric names for so much time, in between a share, outside the nearest', () => {
  const minutes = [1, 2, 3.5, 5, 7.5, 10, 30];
  expect(minutes.map((count) => aimAt(rubric, count * 60_000))).toEqual([70, 70, 73, 75, 78, 80, 80]);
  expect(aimAt({ targets: { 300: 60 } }, 1000)).toBe(60);
  expect(aimAt({ targets: {} }, 300_000)).toBeNull();
});
