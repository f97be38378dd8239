import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drillLength } from '../../src/domain/budget.ts';
import { nextLevel, pickFocus } from '../../src/domain/focus.ts';
import {
  type CellId,
  cellId,
  LEVELS,
  type Level,
  type Rubric,
  type Scores,
  stepOf,
} from '../../src/domain/rubric.ts';
import type { Marking } from '../../src/domain/scoring.ts';
import { STEP_IDS, type StepId } from '../../src/domain/step.ts';
import { builtInRubric as rubric } from '../../src/rubric/definition.ts';
import { CELL_IDS } from '../support/rubric.ts';

const markings: fc.Arbitrary<Marking> = fc.record({
  scores: fc.dictionary(fc.constantFrom(...CELL_IDS), fc.constantFrom(...LEVELS), { maxKeys: 15 }),
  missing: fc.subarray([...STEP_IDS], { maxLength: 2 }),
  wrongSteps: fc.constant([]),
});

function marking(scores: Scores, missing: readonly StepId[] = []): Marking {
  return { scores, missing, wrongSteps: [] };
}

/** Every cell at one level, but for some. */
function all(level: Level, but: Scores = {}): Scores {
  return { ...Object.fromEntries(CELL_IDS.map((cell) => [cell, level])), ...but };
}

const pick = (scores: Scores, missing: readonly StepId[] = []) =>
  pickFocus(rubric, marking(scores, missing), [])?.cell;

test('the cell with most to gain up to a solid level is picked', () => {
  expect(pick(all(3, { 'depth.tradeoffs': 2, 'clarity.approach': 2 }))).toBe('depth.tradeoffs');
  // 0.45 × 0.15 × 1 against 0.35 × 0.25 × 1, and then against 0.2 × 0.25 × 2.
  expect(pick(all(3, { 'depth.next': 2, 'clarity.approach': 2 }))).toBe('clarity.approach');
  expect(pick(all(3, { 'depth.next': 2, 'pacing.approach': 1 }))).toBe('pacing.approach');
});

test('what is solid gains nothing while another cell is not; when all are, full is the aim', () => {
  expect(pick(all(3, { 'pacing.next': 2 }))).toBe('pacing.next');
  expect(pick(all(3))).toBe('depth.approach');
  expect(pick(all(4, { 'pacing.situation': 3 }))).toBe('pacing.situation');
});

test('a missing step is 0, whatever was chosen in it, and wins a tie', () => {
  expect(pick(all(3), ['results'])).toBe('depth.results');
  expect(pickFocus(rubric, marking(all(4), ['results']), [])?.level).toBe(0);
  // 0.45 × 0.15 × 3 = 0.2025 against 0.45 × 0.25 × 2 = 0.225.
  expect(pick(all(3, { 'depth.approach': 1 }), ['next'])).toBe('depth.approach');
  const even: Rubric = { ...rubric, steps: rubric.steps.map((step) => ({ ...step, weight: 0.2 })) };
  const half = {
    ...even,
    criteria: even.criteria.map((one) => ({ ...one, weight: one.id === 'depth' ? 0.6 : 0.4 })),
  };
  // 0.6 × 2 against 0.4 × 3: as much.
  expect(
    pickFocus(
      half,
      marking(all(3, { 'depth.approach': 1 }), ['next']),
      [],
      ['depth.approach', 'clarity.next'],
    )?.cell,
  ).toBe('clarity.next');
});

test('ties go to depth, then clarity, then pacing, then others in the rubric’s order, then the earlier step', () => {
  const even: Rubric = {
    ...rubric,
    criteria: ['story', 'pacing', 'clarity', 'humour', 'depth'].map((id) => ({
      id,
      label: id,
      weight: 0.1,
      question: '?',
    })),
    steps: rubric.steps.map((step) => ({ ...step, weight: 0.1 })),
  };
  const order = ['depth', 'clarity', 'pacing', 'story', 'humour'];
  for (const [index, criterion] of order.entries()) {
    const left = order.slice(index).flatMap((id) => STEP_IDS.map((step) => cellId(id, step)));
    const scores = Object.fromEntries(left.map((cell) => [cell, 2 as const]));
    expect(pickFocus(even, marking(scores), [])?.cell).toBe(cellId(criterion, 'situation'));
  }
});

test('of two cells that gain as much the lower level comes first, then the earlier step', () => {
  const steps = rubric.steps.map((step) => ({ ...step, weight: step.id === 'approach' ? 0.2 : 0.1 }));
  const scores = { 'depth.approach': 2, 'depth.results': 1 } as const;
  expect(pickFocus({ ...rubric, steps }, marking(scores), [])?.cell).toBe('depth.results');
  expect(pick({ 'depth.approach': 2, 'depth.tradeoffs': 2 })).toBe('depth.approach');
});

test('what gains as much but for the dust of binary fractions is tied', () => {
  const shares: Readonly<Record<string, number>> = { clarity: 0.45, pacing: 0.4, depth: 0.15 };
  const weights = [0.3, 0.1, 0.2, 0.2, 0.2];
  const dusty: Rubric = {
    ...rubric,
    criteria: rubric.criteria.map((one) => ({ ...one, weight: shares[one.id] ?? 0 })),
    steps: rubric.steps.map((one, index) => ({ ...one, weight: weights[index] ?? 0 })),
  };
  // 0.15 × 0.3 and 0.45 × 0.1, which is 0.045000000000000005.
  const scores = { 'depth.situation': 2, 'clarity.approach': 2 } as const;
  expect(pickFocus(dusty, marking(scores), [])?.cell).toBe('depth.situation');
});

test('blank cells are never picked; without any level there is no focus', () => {
  fc.assert(
    fc.property(markings, (given) => {
      const picked = pickFocus(rubric, given, []);
      const scored = CELL_IDS.filter(
        (cell) => given.scores[cell] !== undefined || given.missing.some((step) => stepOf(cell) === step),
      );
      if (picked === null) expect(scored).toEqual([]);
      else expect(scored).toContain(picked.cell);
    }),
  );
  expect(pickFocus(rubric, marking({}), [])).toBeNull();
});

test('raising the level of another cell never takes the focus away', () => {
  fc.assert(
    fc.property(markings, fc.constantFrom(...CELL_IDS), (given, cell) => {
      const picked = pickFocus(rubric, given, []);
      const level = given.scores[cell];
      if (picked === null || picked.cell === cell || level === undefined || level === 4) return;
      const raised = { ...given.scores, [cell]: (level + 1) as Level };
      expect(pickFocus(rubric, { ...given, scores: raised }, [])).toEqual(picked);
    }),
  );
});

test('lowering the picked cell keeps it', () => {
  fc.assert(
    fc.property(markings, (given) => {
      const picked = pickFocus(rubric, given, []);
      if (picked === null || picked.level <= 1) return;
      const lowered = { ...given.scores, [picked.cell]: (picked.level - 1) as Level };
      expect(pickFocus(rubric, { ...given, scores: lowered }, [])?.cell).toBe(picked.cell);
    }),
  );
});

test('the order of entry never matters', () => {
  const shuffled = markings.chain((given) => {
    const entries = Object.entries(given.scores);
    return fc.tuple(
      fc.constant(given),
      fc.shuffledSubarray(entries, { minLength: entries.length }),
      fc.shuffledSubarray([...given.missing], { minLength: given.missing.length }),
      fc.shuffledSubarray([...CELL_IDS], { minLength: CELL_IDS.length }),
    );
  });
  fc.assert(
    fc.property(shuffled, ([given, entries, missing, among]) => {
      const other = { ...given, missing, scores: Object.fromEntries(entries) };
      expect(pickFocus(rubric, other, [], among)).toEqual(pickFocus(rubric, given, []));
    }),
  );
});

test('scaling all weights never changes the pick', () => {
  const factor = fc.double({ min: 1e-6, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(markings, factor, factor, (given, criteriaBy, stepsBy) => {
      const scaled: Rubric = {
        ...rubric,
        criteria: rubric.criteria.map((one) => ({ ...one, weight: one.weight * criteriaBy })),
        steps: rubric.steps.map((one) => ({ ...one, weight: one.weight * stepsBy })),
      };
      expect(pickFocus(scaled, given, [])).toEqual(pickFocus(rubric, given, []));
    }),
  );
});

const TRADEOFFS = all(3, { 'depth.tradeoffs': 2, 'clarity.approach': 2 });
const earlier = (...runs: readonly (readonly [CellId, Level])[]) =>
  runs.map(([cell, level]) => ({ cell, level }));

test('the same cell is the focus of at most two attempts in a row', () => {
  const from = (...runs: readonly (readonly [CellId, Level])[]) =>
    pickFocus(rubric, marking(TRADEOFFS), earlier(...runs));
  expect(from()).toEqual({ tag: 'cell', cell: 'depth.tradeoffs', level: 2, times: 1 });
  expect(from(['depth.tradeoffs', 2])).toMatchObject({ tag: 'cell', times: 2 });
  expect(from(['clarity.next', 2], ['depth.tradeoffs', 2], ['depth.tradeoffs', 2])).toMatchObject({
    tag: 'cell',
    cell: 'depth.tradeoffs',
    times: 1,
  });
  // Twice, and the level is where it was: the step alone.
  expect(from(['depth.tradeoffs', 2], ['depth.tradeoffs', 2])).toEqual({
    tag: 'drill',
    cell: 'depth.tradeoffs',
    level: 2,
    times: 3,
  });
  // Twice, and it moved: another cell's turn.
  expect(from(['depth.tradeoffs', 1], ['depth.tradeoffs', 1])).toEqual({
    tag: 'cell',
    cell: 'clarity.approach',
    level: 2,
    times: 1,
    insteadOf: 'depth.tradeoffs',
  });
});

test('with no other cell the drill stands in, even after a change', () => {
  const only = marking({ 'depth.tradeoffs': 2 });
  const before = earlier(['depth.tradeoffs', 1], ['depth.tradeoffs', 1]);
  expect(pickFocus(rubric, only, before)).toMatchObject({ tag: 'drill', cell: 'depth.tradeoffs' });
});

test('a quick review picks among its own cells', () => {
  const among = CELL_IDS.filter((cell) => stepOf(cell) === 'next');
  const picked = pickFocus(rubric, marking(all(3, { 'depth.approach': 1 }), ['results']), [], among);
  expect(picked?.cell).toBe('depth.next');
});

test('the next level is one up; a missing step aims at 2, and 4 is the end', () => {
  expect(([0, 1, 2, 3, 4] as const).map(nextLevel)).toEqual([2, 2, 3, 4, null]);
});

test('a drill takes the step’s budget, between 60 and 90 seconds', () => {
  const lengths = (['next', 'tradeoffs', 'approach'] as const).map((step) =>
    drillLength(rubric.budgets, 300_000, step),
  );
  expect(lengths).toEqual([60_000, 75_000, 90_000]);
  expect(drillLength(rubric.budgets, 600_000, 'approach')).toBe(90_000);
});
