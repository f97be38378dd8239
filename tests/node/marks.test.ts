import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addMark, moveMark, removeMark } from '../../src/domain/marks.ts';
import { missingFor } from '../../src/domain/scoring.ts';
import { type Mark, missingSteps, STEP_IDS, stepAt, stepSpans } from '../../src/domain/step.ts';

const durationMs = 60_000;
const step = fc.constantFrom(...STEP_IDS);
const atMs = fc.integer({ min: -1000, max: durationMs + 1000 });

type Edit =
  | { readonly tag: 'add'; readonly mark: Mark }
  | { readonly tag: 'move'; readonly index: number; readonly atMs: number }
  | { readonly tag: 'remove'; readonly index: number };

const index = fc.nat(8);
const edits: fc.Arbitrary<readonly Edit[]> = fc.array(
  fc.oneof(
    fc.record({ tag: fc.constant('add' as const), mark: fc.record({ step, atMs }) }),
    fc.record({ tag: fc.constant('move' as const), index, atMs }),
    fc.record({ tag: fc.constant('remove' as const), index }),
  ),
  { maxLength: 20 },
);

function edited(marks: readonly Mark[], edit: Edit): readonly Mark[] {
  switch (edit.tag) {
    case 'add':
      return addMark(marks, edit.mark, durationMs);
    case 'move':
      return moveMark(marks, edit.index, edit.atMs, durationMs);
    case 'remove':
      return removeMark(marks, edit.index);
  }
}

const editedMarks = edits.map((list) => list.reduce<readonly Mark[]>(edited, []));

test('however marks are edited, they stay whole, in order, within the clip, and each begins a step', () => {
  fc.assert(
    fc.property(editedMarks, (marks) => {
      for (const [place, mark] of marks.entries()) {
        expect(Number.isInteger(mark.atMs)).toBe(true);
        expect(mark.atMs).toBeGreaterThanOrEqual(0);
        expect(mark.atMs).toBeLessThanOrEqual(durationMs);
        const before = marks[place - 1];
        if (before === undefined) continue;
        expect(mark.atMs - before.atMs).toBeGreaterThanOrEqual(300);
        expect(mark.step).not.toBe(before.step);
      }
    }),
  );
});

test('what was marked is the step there, and what lies before it is as it was', () => {
  fc.assert(
    fc.property(editedMarks, step, fc.integer({ min: 0, max: durationMs }), (marks, said, at) => {
      const next = addMark(marks, { step: said, atMs: at }, durationMs);
      expect(stepAt(next, at)).toBe(said);
      const unchanged = at - 300;
      if (unchanged < 0) return;
      // With the first mark, all before it becomes Situation, or that step itself if it is that one.
      expect(stepAt(next, unchanged)).toBe(stepAt(marks, unchanged) ?? 'situation');
    }),
  );
});

test('saying again what is so changes nothing, and gives the same array', () => {
  const marks: readonly Mark[] = [
    { step: 'approach', atMs: 10_000 },
    { step: 'results', atMs: 30_000 },
  ];
  expect(addMark(marks, { step: 'situation', atMs: 4000 }, durationMs)).toBe(marks);
  expect(addMark(marks, { step: 'results', atMs: 50_000 }, durationMs)).toBe(marks);
  expect(moveMark(marks, 7, 0, durationMs)).toBe(marks);
});

test('with the first mark, Situation begins at 0, and without the last one nothing is known', () => {
  const [first] = [addMark([], { step: 'approach', atMs: 12_345.6 }, durationMs)];
  expect(first).toEqual([{ step: 'approach', atMs: 12_346 }]);
  expect(stepSpans(first, durationMs)[0]).toEqual({ step: 'situation', startMs: 0, endMs: 12_346 });
  expect(removeMark(first, 0)).toEqual([]);
  expect(missingSteps(removeMark(first, 0), durationMs)).toEqual([]);
});

test('a second thought within a moment takes the place of the first', () => {
  const marks: readonly Mark[] = [{ step: 'approach', atMs: 10_000 }];
  expect(addMark(marks, { step: 'tradeoffs', atMs: 10_200 }, durationMs)).toEqual([
    { step: 'tradeoffs', atMs: 10_200 },
  ]);
  expect(addMark(marks, { step: 'approach', atMs: 7000 }, durationMs)).toEqual([
    { step: 'approach', atMs: 7000 },
  ]);
});

test('a mark moved past another changes places with it', () => {
  const marks: readonly Mark[] = [
    { step: 'approach', atMs: 10_000 },
    { step: 'results', atMs: 30_000 },
  ];
  expect(moveMark(marks, 0, 40_000, durationMs)).toEqual([
    { step: 'results', atMs: 30_000 },
    { step: 'approach', atMs: 40_000 },
  ]);
});

test('a locked review keeps the missing steps it was locked with, a draft follows the marks', () => {
  const before: readonly Mark[] = [{ step: 'approach', atMs: 10_000 }];
  const after: readonly Mark[] = [...before, { step: 'results', atMs: 30_000 }];
  const attempt = { marks: after, firstMarks: before, durationMs };
  const now = missingSteps(after, durationMs);
  expect(missingFor(attempt, null)).toEqual(now);
  expect(missingFor(attempt, { lockedAt: null, missing: ['next'] })).toEqual(now);
  expect(missingFor(attempt, { lockedAt: 1, missing: ['next'] })).toEqual(['next']);
  // Locked before reviews said so, and before marks could be changed.
  expect(missingFor(attempt, { lockedAt: 1 })).toEqual(missingSteps(before, durationMs));
  expect(missingFor({ marks: before, durationMs }, { lockedAt: 1 })).toEqual(
    missingSteps(before, durationMs),
  );
});
