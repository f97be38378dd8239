import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cellOf, cellsOf } from '../../src/domain/rubric.ts';
import { builtInRubric, readRubric } from '../../src/rubric/definition.ts';
import {
  addCriterion,
  beginDraft,
  countChanges,
  fillUp,
  problemsIn,
  type RubricDraft,
  removedBuiltIns,
  setIn,
  toRubric,
  weightsOf,
} from '../../src/rubric/editor/draft.ts';
import { fieldsOf } from '../../src/rubric/fields.ts';
import { rubricFile } from '../../src/rubric/file.ts';
import { asVersion } from '../../src/rubric/version.ts';

const fields = fieldsOf(builtInRubric);
const begun = beginDraft(builtInRubric);
const change = (draft: RubricDraft, changes: Readonly<Record<string, string>>) =>
  Object.entries(changes).reduce((before, [path, value]) => setIn(before, fields, path, value), draft);

test('an untouched draft is its base, and what is edited back is too', async () => {
  const byStep = cellsOf(builtInRubric).map((id) => cellOf(builtInRubric, id));
  expect(toRubric(begun, builtInRubric)).toEqual({ ...builtInRubric, cells: byStep });
  const there = change(begun, { 'cells.clarity.next.levels.4': 'Other', 'criteria.depth.weight': '50' });
  expect(countChanges(there, builtInRubric)).toBe(2);
  const back = change(there, {
    'cells.clarity.next.levels.4': fields.get('cells.clarity.next.levels.4') ?? '',
    'criteria.depth.weight': '45',
  });
  expect(countChanges(back, builtInRubric)).toBe(0);
  expect(await asVersion(toRubric(back, builtInRubric), 1)).toBe(builtInRubric);
});

test('whatever is typed, the draft either says what is wrong or is a rubric that can be exported', async () => {
  const path = fc.constantFrom(...fields.keys()).filter((name) => !/\.(auto|range)$/.test(name));
  const typed = fc.oneof(
    fc.constantFrom('', ' ', '0', '-3', '20', '100', '1e9', '0.5', 'many', 'Clarity', 'Pacing'),
    fc.string({ maxLength: 40 }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(path, typed), { maxLength: 4 }),
      fc.constantFrom(0, 1, 2),
      async (entries, added) => {
        let draft = change(begun, Object.fromEntries(entries));
        for (let count = 0; count < added; count += 1) draft = addCriterion(draft, fields);
        const isRight = problemsIn(draft, builtInRubric).size === 0;
        const rubric = toRubric(draft, builtInRubric);
        const read = readRubric(JSON.parse(await rubricFile(rubric).text()));
        if (isRight) expect(read, JSON.stringify(draft.changes)).toEqual({ tag: 'rubric', rubric });
      },
    ),
    { numRuns: 500 },
  );
});

test('a new criterion has five complete cells, and the built-in ones keep their limits', () => {
  const draft = addCriterion(begun, fields);
  expect(problemsIn(draft, builtInRubric)).toEqual(new Map());
  const rubric = toRubric(draft, builtInRubric);
  expect(rubric.cells.map(({ id }) => id)).toEqual(cellsOf(rubric));
  expect(rubric.cells).toHaveLength(20);
  for (const cell of builtInRubric.cells)
    expect(rubric.cells.find(({ id }) => id === cell.id)?.auto).toEqual(cell.auto);
  const sum = rubric.criteria.reduce((total, { weight }) => total + weight, 0);
  expect(sum).toBeCloseTo(1, 3);
  expect(new Set(addCriterion(draft, fields).criteria).size).toBe(5);
});

test('a new criterion has a name of its own, beside those that were saved before, too', () => {
  const saved = toRubric(addCriterion(begun, fields), builtInRubric);
  const next = addCriterion(beginDraft(saved), fieldsOf(saved));
  expect(problemsIn(next, saved)).toEqual(new Map());
  expect(
    toRubric(next, saved)
      .criteria.slice(3)
      .map(({ label }) => label),
  ).toEqual(['New criterion', 'New criterion 2']);
});

test('a criterion that was removed comes back as it was built in', () => {
  const without = { ...begun, criteria: ['clarity', 'depth'] };
  const rubric = toRubric(without, builtInRubric);
  expect(rubric.cells.map(({ id }) => id)).toEqual(cellsOf(rubric));
  expect(removedBuiltIns(without).map(({ id }) => id)).toEqual(['pacing']);
  const again = { ...beginDraft(rubric), criteria: ['clarity', 'depth', 'pacing'] };
  expect(problemsIn(again, rubric).size).toBe(0);
  const back = toRubric(again, rubric);
  for (const cell of builtInRubric.cells) expect(back.cells.find(({ id }) => id === cell.id)).toEqual(cell);
});

test('shares become weights that sum up to one', () => {
  expect(weightsOf([35, 20, 45])).toEqual([0.35, 0.2, 0.45]);
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.1, max: 100, noNaN: true }), { minLength: 1, maxLength: 8 }),
      (shares) => {
        const weights = weightsOf(shares);
        expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 2);
        for (const weight of weights) expect(weight).toBeGreaterThan(0);
      },
    ),
  );
});

test('budgets are filled up to the second, each over 0', () => {
  expect(fillUp([45, 90, 75, 60, 20], 300)).toEqual([46, 93, 78, 62, 21]);
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.integer({ min: -5, max: 900 }), fc.constant(Number.NaN)), {
        minLength: 5,
        maxLength: 5,
      }),
      fc.integer({ min: 5, max: 3600 }),
      (parts, target) => {
        const filled = fillUp(parts, target);
        expect(filled.reduce((sum, part) => sum + part, 0)).toBe(target);
        for (const part of filled) expect(Number.isInteger(part) && part > 0).toBe(true);
      },
    ),
  );
});

test('a budget that does not fill its length says by how much', () => {
  const draft = change(begun, { 'budgets.300.next': '20', 'budgets.600.next': '50' });
  expect([...problemsIn(draft, builtInRubric)]).toEqual([
    ['budgets.300', '10 s are left over.'],
    ['budgets.600', 'That is 5 s too much.'],
  ]);
});
