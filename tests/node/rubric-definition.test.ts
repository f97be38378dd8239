import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { stepBudgets } from '../../src/domain/budget.ts';
import type { AttemptId } from '../../src/domain/ids.ts';
import { bandOf, cellId, cellOf, type Level, type Scores } from '../../src/domain/rubric.ts';
import { criterionScore, type Marking, overall } from '../../src/domain/scoring.ts';
import { STEP_IDS, STEP_LABELS } from '../../src/domain/step.ts';
import { decodeRubric, builtInRubric as rubric, scoreNoise } from '../../src/rubric/definition.ts';
import { criteriaOrder } from '../../src/rubric/order.ts';
import source from '../../src/rubric/rubric.json' with { type: 'json' };
import { CELL_IDS, CRITERION_IDS } from '../support/rubric.ts';

const original = resolve(import.meta.dirname, '../../../shared/content/rubric.json');

function all(level: Level): Scores {
  return Object.fromEntries(CELL_IDS.map((cell) => [cell, level]));
}

function marking(part: Partial<Marking>): Marking {
  return { scores: {}, missing: [], wrongSteps: [], ...part };
}

test.skipIf(!existsSync(original))('the rubric is the agreed one, byte for byte', () => {
  const copy = readFileSync(resolve(import.meta.dirname, '../../src/rubric/rubric.json'));
  expect(copy.equals(readFileSync(original))).toBe(true);
});

test('every cell has four different descriptions and something to look for', () => {
  for (const criterion of CRITERION_IDS)
    for (const step of STEP_IDS) {
      const cell = cellOf(rubric, cellId(criterion, step));
      expect(cell.id).toBe(cellId(criterion, step));
      expect(new Set(Object.values(cell.levels)).size).toBe(4);
      expect(cell.lookFor).not.toBe('');
    }
});

test('the steps are called in the rubric what they are called on screen', () => {
  expect(Object.fromEntries(rubric.steps.map((step) => [step.id, step.label]))).toEqual(STEP_LABELS);
});

test('weights of criteria and of steps sum up to one', () => {
  const sum = (items: readonly { readonly weight: number }[]) =>
    items.reduce((total, item) => total + item.weight, 0);
  expect(sum(rubric.criteria)).toBeCloseTo(1);
  expect(sum(rubric.steps)).toBeCloseTo(1);
});

test('the reference points of the rubric come out', () => {
  const points = (part: Partial<Marking>) => overall(rubric, marking(part)).points;
  const expected = source.scoring.referencePoints;
  expect(points({ scores: all(4) })).toBe(expected['all cells 4']);
  expect(points({ scores: all(3) })).toBe(expected['all cells 3']);
  expect(points({ scores: all(2) })).toBe(expected['all cells 2']);
  expect(points({ scores: all(1) })).toBe(expected['all cells 1']);
  expect(points({ scores: all(3), missing: ['next'] })).toBe(expected['all 3, next missing']);
  expect(points({ scores: all(4), missing: ['tradeoffs'] })).toBe(expected['all 4, tradeoffs missing']);
});

test('the three caps of the rubric are the ones that bite', () => {
  const [body, ends, wrong] = source.scoring.caps.map((cap) => cap.overallAtMost);
  for (const step of ['approach', 'tradeoffs', 'results'] as const)
    expect(overall(rubric, marking({ scores: all(4), missing: [step] })).points).toBe(body);
  for (const step of ['situation', 'next'] as const)
    expect(overall(rubric, marking({ scores: all(4), missing: [step] })).points).toBe(ends);
  const scores: Scores = { ...all(4), 'depth.tradeoffs': 1 };
  expect(overall(rubric, marking({ scores, wrongSteps: ['tradeoffs'] })).points).toBe(wrong);
  expect(overall(rubric, marking({ scores })).points).toBeGreaterThan(wrong ?? 100);
});

test('a cell left out is never counted as 0', () => {
  expect(overall(rubric, marking({ scores: { 'clarity.next': 4 } }))).toMatchObject({
    points: 100,
    scored: 1,
  });
  expect(criterionScore(rubric, marking({ scores: { 'clarity.next': 4 } }), 'depth')).toBeNull();
});

test('the budgets of each named target sum up to it', () => {
  expect(Object.keys(rubric.budgets)).toEqual(['120', '300', '600']);
  for (const [seconds, budgets] of Object.entries(rubric.budgets)) {
    expect(Object.values(budgets).reduce((total, part) => total + part, 0)).toBe(Number(seconds));
    expect(stepBudgets(rubric.budgets, Number(seconds) * 1000)).toEqual(
      Object.fromEntries(STEP_IDS.map((step) => [step, budgets[step] * 1000])),
    );
  }
});

test('every whole score from 0 to 100 has one band', () => {
  const labels = Array.from({ length: 101 }, (_, points) => bandOf(rubric, points).label);
  expect([...new Set(labels)]).toEqual(['Rebuild', 'Gaps', 'Workable', 'Ready', 'Stretch']);
  expect(scoreNoise).toBe(source.scoring.noise.semDefault);
});

test('a rubric that lost a cell, a step or a level is refused', () => {
  expect(() => decodeRubric({ ...source, cells: source.cells.slice(1) })).toThrow(
    'cells.clarity.situation: is missing',
  );
  const [first, ...rest] = source.cells;
  expect(() => decodeRubric({ ...source, cells: [first, first, ...rest.slice(1)] })).toThrow(
    'stands there twice',
  );
  expect(() => decodeRubric({ ...source, steps: source.steps.toReversed() })).toThrow('five steps in order');
  expect(() => decodeRubric({ ...source, levels: source.levels.slice(1) })).toThrow('expected 4, 3, 2, 1');
  expect(() => decodeRubric({ ...source, schemaVersion: 2 })).toThrow();
});

test('criteria are asked in an order that is fixed per attempt and evenly random over attempts', () => {
  const counts = new Map<string, number>();
  for (let index = 0; index < 6000; index += 1) {
    const id = `0190a1b2-0000-7000-8000-${String(index).padStart(12, '0')}` as AttemptId;
    const order = criteriaOrder(rubric, id, 'approach');
    expect(criteriaOrder(rubric, id, 'approach')).toEqual(order);
    expect(new Set(order).size).toBe(3);
    const key = order.join();
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  expect(counts.size).toBe(6);
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
});
