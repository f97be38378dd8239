import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  blankCoaching,
  type Comment,
  type Focus,
  indexAt,
  predictedOverall,
  withComment,
  withCovered,
  withFocus,
  withMoment,
  withoutComment,
} from '../../src/domain/coaching.ts';
import type { AttemptId, CommentId } from '../../src/domain/ids.ts';
import { LEVELS } from '../../src/domain/rubric.ts';
import { builtInRubric as rubric } from '../../src/rubric/definition.ts';
import { CRITERION_IDS } from '../support/rubric.ts';

const blank = blankCoaching('attempt' as AttemptId);

const comments: fc.Arbitrary<readonly Comment[]> = fc.uniqueArray(
  fc.record({
    id: fc.uuid().map((id) => id as CommentId),
    atMs: fc.nat({ max: 60_000 }),
    text: fc.string(),
    createdAt: fc.nat(),
    updatedAt: fc.nat(),
  }),
  { selector: ({ id }) => id, maxLength: 20 },
);

test('comments stand in order of time, whatever the order they came in', () => {
  fc.assert(
    fc.property(comments, (list) => {
      const coaching = list.reduce(withComment, blank);
      const times = coaching.comments.map(({ atMs }) => atMs);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      expect(new Set(coaching.comments)).toEqual(new Set(list));
    }),
  );
});

test('a comment that is changed takes its own place, and one that is deleted comes back as it was', () => {
  fc.assert(
    fc.property(comments, fc.nat({ max: 60_000 }), (list, atMs) => {
      const [first] = list;
      if (first === undefined) return;
      const coaching = list.reduce(withComment, blank);
      const moved = withComment(coaching, { ...first, atMs });
      expect(moved.comments).toHaveLength(list.length);
      expect(moved.comments.find(({ id }) => id === first.id)?.atMs).toBe(atMs);
      const without = withoutComment(coaching, first.id);
      expect(without.comments).toHaveLength(list.length - 1);
      expect(withComment(without, first).comments).toHaveLength(list.length);
    }),
  );
});

test('the comment at the playhead is the last one before it, for five seconds', () => {
  const items = [{ atMs: 1000 }, { atMs: 4000 }];
  expect([0, 999, 1000, 3999, 4000, 8999, 9000].map((atMs) => indexAt(items, atMs))).toEqual([
    -1, -1, 0, 0, 1, 1, -1,
  ]);
  expect(indexAt([], 0)).toBe(-1);
});

test('the predicted overall is the weighted mean of the criteria, once each has a level', () => {
  const level = fc.constantFrom(...LEVELS);
  fc.assert(
    fc.property(level, level, level, (clarity, pacing, depth) => {
      const points = predictedOverall(rubric, { clarity, pacing, depth });
      const mean = 25 * (clarity * 0.35 + pacing * 0.2 + depth * 0.45);
      expect(Math.abs((points ?? Number.NaN) - mean)).toBeLessThanOrEqual(0.5 + 1e-9);
    }),
  );
  expect(predictedOverall(rubric, { clarity: 3, pacing: 2, depth: 3 })).toBe(70);
  for (const left of CRITERION_IDS) {
    const levels = Object.fromEntries(
      CRITERION_IDS.filter((id) => id !== left).map((id) => [id, 3 as const]),
    );
    expect(predictedOverall(rubric, levels)).toBeNull();
  }
});

test('a point is answered, cited and cleared; what was not said has no moment', () => {
  const yes = withCovered(blank, 'key', withMoment({ answer: 'yes' }, 1500));
  expect(yes.covered).toEqual({ key: { answer: 'yes', atMs: 1500 } });
  expect(withMoment({ answer: 'no', atMs: 1500 }, 1500)).toEqual({ answer: 'no' });
  expect(withMoment({ answer: 'partly', atMs: 1500 }, null)).toEqual({ answer: 'partly' });
  expect(withCovered(withCovered(yes, 'store', { answer: 'no' }), 'key', null).covered).toEqual({
    store: { answer: 'no' },
  });
});

test('another sentence for the same cell keeps the focus in its place, another cell is a new one', () => {
  const ref = { id: rubric.id, version: rubric.version };
  const at = (savedAt: number, cell: Focus['cell'], ifThen: string): Focus => ({
    cell,
    label: 'Depth',
    level: 2,
    ifThen,
    rubric: ref,
    savedAt,
  });
  const first = withFocus(blank, at(1000, 'depth.next', 'One'));
  expect(first.focus).toEqual(at(1000, 'depth.next', 'One'));
  const edited = withFocus(first, at(5000, 'depth.next', 'Two'));
  expect(edited.focus).toEqual(at(1000, 'depth.next', 'Two'));
  expect(withFocus(edited, at(6000, 'depth.results', 'Three')).focus?.savedAt).toBe(6000);
});
