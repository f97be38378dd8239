import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { KeptAttempt } from '../../src/domain/attempt.ts';
import type { PromptId, ReviewId } from '../../src/domain/ids.ts';
import {
  difference,
  isRescorable,
  mayLock,
  rescorableFrom,
  whyNotRescored,
} from '../../src/domain/rescore.ts';
import {
  currentReview,
  firstLock,
  lockedReviews,
  revisionOf,
  uncitedCells,
} from '../../src/domain/reviews.ts';
import { LEVELS, type Level, type Review, type ReviewMode, type Scores } from '../../src/domain/rubric.ts';
import { countCells, type Marking, missingFor, overall } from '../../src/domain/scoring.ts';
import { STEP_IDS } from '../../src/domain/step.ts';
import { scoringOf } from '../../src/history/scoring.ts';
import { leastWords } from '../../src/rubric/count-words.ts';
import { builtInRubric as rubric } from '../../src/rubric/definition.ts';
import { aKeptAttempt, aReview } from '../support/factories.ts';
import { CELL_IDS } from '../support/rubric.ts';

const all = (level: Level): Scores => Object.fromEntries(CELL_IDS.map((cell) => [cell, level]));
const attempt = aKeptAttempt({ marks: [] });

function aLocked(lockedAt: number, fields: Partial<Review> = {}): Review {
  return aReview({
    attemptId: attempt.id,
    startedAt: lockedAt - 500,
    updatedAt: lockedAt,
    lockedAt,
    ...fields,
  });
}

function aCorrection(of: Review, now: number, fields: Partial<Review> = {}): Review {
  return { ...revisionOf(of, { id: `again-${now}` as ReviewId, now }), ...fields };
}

test('a correction begins with what was locked, open again, and leaves that as it was', () => {
  const moments = { 'pacing.next': [3000] };
  const locked = aLocked(5000, {
    scores: all(3),
    moments,
    wrongSteps: ['approach'],
    declaredMissing: ['results'],
    missing: ['results', 'next'],
  });
  const before = structuredClone(locked);
  const { scores, wrongSteps, declaredMissing, rubricId, rubricVersion } = locked;
  const correction = revisionOf(locked, { id: 'c' as ReviewId, now: 100 });
  expect(correction).toMatchObject({ scores, moments, wrongSteps, declaredMissing, rubricId, rubricVersion });
  expect(correction).toMatchObject({ id: 'c', revises: locked.id, reason: '', lockedAt: null });
  // Marks may have been set since: what is missing is found anew.
  expect(correction).not.toHaveProperty('missing');
  expect(correction.updatedAt).toBeGreaterThan(locked.updatedAt);
  expect(locked).toEqual(before);
});

test('one goes on with the draft that follows the last lock, else with that lock', () => {
  const draft = aReview({ updatedAt: 1000 });
  const newer = aReview({ updatedAt: 2000 });
  expect(currentReview([])).toBeNull();
  expect(currentReview([newer, draft])).toBe(newer);
  const first = aLocked(3000);
  // The lock of another tab has overtaken it.
  expect(currentReview([first, aReview({ updatedAt: 9000 })])).toBe(first);
  const blind = aLocked(20_000, { mode: 'rescore' });
  expect(currentReview([first, blind, aReview({ mode: 'rescore', updatedAt: 30_000 })])).toBe(first);
  const correction = aCorrection(first, 4000);
  expect(currentReview([first, correction])).toBe(correction);
  const corrected = { ...correction, lockedAt: 5000, updatedAt: 5000 };
  expect(currentReview([corrected, first])).toBe(corrected);
  // A second correction of the first lock comes too late.
  expect(currentReview([first, corrected, aCorrection(first, 6000)])).toBe(corrected);
  const again = aCorrection(corrected, 7000);
  expect(currentReview([first, corrected, again])).toBe(again);
  const quick = aLocked(3000, { mode: 'quick', quickStep: 'next' });
  const full = aReview({ updatedAt: 4000 });
  expect(currentReview([quick, full])).toBe(full);
});

test('a review begun anew under another rubric is gone on with, one begun before the lock is not', () => {
  const gone = aLocked(3000, { rubricId: 'own-rubric', rubricVersion: 'gone' });
  const anew = aReview({ startedAt: 4000, updatedAt: 4000, scores: {} });
  expect(currentReview([gone, anew])).toBe(anew);
  expect(currentReview([gone, { ...anew, startedAt: 2000, updatedAt: 9000 }])).toBe(gone);
  const locked = { ...anew, scores: all(2), lockedAt: 5000, updatedAt: 5000 };
  expect(currentReview([gone, locked])).toBe(locked);
  const known = (review: Pick<Review, 'rubricVersion'>) => (review.rubricVersion === 'gone' ? null : rubric);
  const begun = { ...anew, scores: { 'clarity.next': 2 } as const };
  expect(scoringOf(attempt, [gone], known, rubric)).toEqual({ tag: 'unknown-rubric' });
  expect(scoringOf(attempt, [gone, anew], known, rubric)).toEqual({ tag: 'unknown-rubric' });
  expect(scoringOf(attempt, [gone, begun], known, rubric)).toMatchObject({ tag: 'draft' });
  expect(scoringOf(attempt, [gone, locked], known, rubric)).toMatchObject({ tag: 'locked' });
});

test('a review of all cells that follows a quick one is listed as what it is: begun, and not locked', () => {
  const quick = aLocked(3000, { mode: 'quick', quickStep: 'next', scores: { 'clarity.next': 4 } });
  const full = aReview({ startedAt: 4000, updatedAt: 4000, scores: { 'clarity.situation': 2 } });
  expect(scoringOf(attempt, [quick], () => rubric, rubric)).toMatchObject({ tag: 'locked', isQuick: true });
  expect(scoringOf(attempt, [quick, full], () => rubric, rubric)).toMatchObject({
    tag: 'draft',
    cells: { scored: 1, asked: 15 },
  });
});

test('trends keep to the first lock of all cells, whatever was corrected, scored again or locked later', () => {
  const quick = aLocked(1000, { mode: 'quick', quickStep: 'next', scores: { 'clarity.next': 1 } });
  const first = aLocked(2000, { scores: all(2) });
  const corrected = { ...aCorrection(first, 3000, { scores: all(4) }), lockedAt: 3500 };
  const blind = aLocked(4000, { mode: 'rescore', scores: all(1) });
  const draft = aCorrection(corrected, 5000, { scores: all(1) });
  const reviews = [quick, first, corrected, blind, draft];
  fc.assert(
    fc.property(fc.shuffledSubarray(reviews, { minLength: reviews.length }), (shuffled) => {
      expect(firstLock(shuffled)).toBe(first);
      expect(lockedReviews(shuffled)).toEqual([quick, first, corrected]);
      const scoring = scoringOf(attempt, shuffled, () => rubric, rubric);
      expect(scoring).toMatchObject({ tag: 'locked', isQuick: false, total: { points: 50 } });
    }),
  );
  // The clock may have been put back in the meantime.
  expect(firstLock([first, { ...corrected, lockedAt: 1500 }])).toBe(first);
});

test('a quick review counts the cells of its step, and misses no other step', () => {
  const short: KeptAttempt['marks'] = [
    { step: 'situation', atMs: 0 },
    { step: 'approach', atMs: 58_000 },
  ];
  const quick = aReview({ mode: 'quick', quickStep: 'situation', scores: { 'clarity.situation': 3 } });
  const marked = { marks: short, durationMs: 60_000 };
  expect(missingFor(marked, aReview())).toEqual(['approach', 'tradeoffs', 'results', 'next']);
  expect(missingFor(marked, quick)).toEqual([]);
  expect(missingFor(marked, { ...quick, declaredMissing: ['situation', 'next'] })).toEqual(['situation']);
  const scoring = scoringOf(aKeptAttempt(marked), [quick], () => rubric, rubric);
  expect(scoring).toMatchObject({ tag: 'draft', cells: { asked: 3, scored: 1, missing: 0 } });
  const marking = { scores: quick.scores, wrongSteps: [], missing: [] };
  expect(countCells(rubric, marking, ['situation'])).toEqual({ asked: 3, scored: 1, missing: 0 });
  expect(overall(rubric, marking)).toMatchObject({ points: 75, caps: [], countsInTrends: false });
});

test('3 and 4 want a moment, 1 and 2 do not, nor does a step that is missing or not asked', () => {
  const scores: Scores = {
    'clarity.situation': 4,
    'pacing.situation': 3,
    'depth.situation': 2,
    'clarity.approach': 1,
    'depth.next': 3,
    'pacing.results': 4,
  };
  const review = aReview({ scores, moments: { 'clarity.situation': [1000], 'pacing.results': [] } });
  expect(uncitedCells(rubric, review, [])).toEqual(['pacing.situation', 'pacing.results', 'depth.next']);
  expect(uncitedCells(rubric, review, ['next'])).toEqual(['pacing.situation', 'pacing.results']);
  const quick = { ...review, mode: 'quick' as const, quickStep: 'next' as const };
  expect(uncitedCells(rubric, quick, [])).toEqual(['depth.next']);
});

const DAY_MS = 86_400_000;

test('an attempt is scored again from the fourteenth day of its scores on, once, and not while its prompt is the focus', () => {
  const startedAt = 1_790_000_000_000;
  const old = aKeptAttempt({ startedAt });
  // Scored a month after it was spoken, and corrected another month later.
  const lockedAt = startedAt + 30 * DAY_MS;
  const now = lockedAt + 14 * DAY_MS;
  const reviews = [
    aLocked(lockedAt),
    aLocked(lockedAt + 30 * DAY_MS, { revises: aReview().id, reason: 'A slip' }),
  ];
  const candidate = { attempt: old, reviews, now, newestFocusPrompts: ['another' as PromptId] };
  expect(rescorableFrom(old, reviews)).toBe(now);
  // By a clock that was set back in between.
  expect(rescorableFrom(old, [aLocked(startedAt - DAY_MS)])).toBe(startedAt + 14 * DAY_MS);
  expect(isRescorable(candidate)).toBe(true);
  expect(whyNotRescored({ ...candidate, now: now - 1 })).toBe('too-new');
  expect(whyNotRescored({ ...candidate, newestFocusPrompts: [old.promptId] })).toBe('in-focus');
  const blind = aLocked(now - DAY_MS, { mode: 'rescore' });
  expect(whyNotRescored({ ...candidate, reviews: [...reviews, blind] })).toBe('already');
  const begun = aReview({ mode: 'rescore' });
  expect(isRescorable({ ...candidate, reviews: [...reviews, begun] })).toBe(true);
  expect(whyNotRescored({ ...candidate, attempt: { ...old, audioDeletedAt: now } })).toBe('no-sound');
  const unscored: readonly (readonly Review[])[] = [
    [],
    [aReview()],
    [aLocked(1, { mode: 'quick', quickStep: 'next' })],
    [blind],
  ];
  for (const none of unscored) expect(whyNotRescored({ ...candidate, reviews: none })).toBe('not-scored');
  expect(whyNotRescored({ ...candidate, attempt: { ...old, drillStep: 'next' } })).toBe('not-scored');
});

test('a blind score is locked once it counts beside the first one; any other with a single cell', () => {
  const may = (mode: ReviewMode, scores: Scores, missing: Marking['missing'] = []) =>
    mayLock(rubric, { mode, scores }, { scores, missing, wrongSteps: [] });
  const without = (...cells: readonly string[]): Scores =>
    Object.fromEntries(CELL_IDS.flatMap((cell) => (cells.includes(cell) ? [] : [[cell, 3]])));
  const three = ['clarity.next', 'pacing.next', 'pacing.results'];
  expect(may('full', { 'depth.next': 3 })).toBe(true);
  expect(may('full', {})).toBe(false);
  expect(may('rescore', { 'depth.next': 3 })).toBe(false);
  expect(may('rescore', without(...three))).toBe(true);
  expect(may('rescore', without(...three, 'clarity.results'))).toBe(false);
  expect(may('rescore', without('depth.approach'))).toBe(false);
  // What counts as missing is known.
  expect(may('rescore', without('depth.approach'), ['approach'])).toBe(true);
  expect(leastWords(rubric, { mode: 'full' })).toBe('Score at least one cell to lock.');
  expect(leastWords(rubric, { mode: 'rescore' })).toBe(
    'Score at least 12 of 15 cells and every technical depth cell to lock: with fewer, the two scores would not compare.',
  );
});

test('two scorings are compared cell by cell; a missing step is 0 and a blank cell is left out', () => {
  const before: Marking = { scores: all(3), missing: ['next'], wrongSteps: [] };
  const { 'pacing.results': _, ...rest } = all(3);
  const after: Marking = {
    scores: { ...rest, 'clarity.situation': 4, 'depth.situation': 1 },
    missing: [],
    wrongSteps: [],
  };
  const found = difference(rubric, before, after);
  expect(found).toMatchObject({ compared: 14, equal: 9, oneApart: 1 });
  expect(found.meanDifference).toBeCloseTo((1 - 2 + 3 * 3) / 14);
  expect(found.cells.map(({ cell }) => cell)).toEqual(CELL_IDS);
  expect(found.cells.find(({ cell }) => cell === 'clarity.next')).toMatchObject({ before: 0, after: 3 });
  expect(found.cells.find(({ cell }) => cell === 'pacing.results')).toMatchObject({ before: 3, after: null });
  const nothing: Marking = { scores: {}, missing: [], wrongSteps: [] };
  expect(difference(rubric, nothing, after)).toMatchObject({ compared: 0, meanDifference: null });
});

test('what differs the other way round has the other sign, and equal scorings do not differ', () => {
  const marking = fc.record({
    scores: fc
      .array(fc.tuple(fc.constantFrom(...CELL_IDS), fc.constantFrom(...LEVELS)))
      .map((pairs): Scores => Object.fromEntries(pairs)),
    missing: fc.subarray([...STEP_IDS]),
    wrongSteps: fc.constant([]),
  });
  fc.assert(
    fc.property(marking, marking, (one, other) => {
      const there = difference(rubric, one, other);
      const back = difference(rubric, other, one);
      expect(back.meanDifference ?? 0).toBeCloseTo(-(there.meanDifference ?? 0));
      expect([back.compared, back.equal, back.oneApart]).toEqual([
        there.compared,
        there.equal,
        there.oneApart,
      ]);
      const same = difference(rubric, one, one);
      expect(same.equal).toBe(same.compared);
    }),
  );
});
