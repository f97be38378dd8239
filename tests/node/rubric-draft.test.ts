import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AttemptId, ReviewId } from '../../src/domain/ids.ts';
import { LEVELS, type Review } from '../../src/domain/rubric.ts';
import { blankReview, createDraft, openDraft } from '../../src/rubric/draft.ts';
import { StorageError } from '../../src/storage/errors.ts';
import { CELL_IDS } from '../support/rubric.ts';

function aBlankReview(): Review {
  const by = { id: 'r' as ReviewId, rubricId: 'rubric', rubricVersion: '1', startedAt: 1000 };
  return blankReview('a' as AttemptId, by);
}

/** A store whose writes end when they are told to, one after another as those of one connection do. */
function aSlowStore() {
  const waiting: { readonly review: Review; settle(fault?: StorageError): void }[] = [];
  const stored: Review[] = [];
  const save = (review: Review) =>
    new Promise<void>((resolve, reject) => {
      const settle = (fault?: StorageError) => {
        if (fault !== undefined) return reject(fault);
        stored.push(review);
        return resolve();
      };
      waiting.push({ review, settle });
    });
  const settleNext = async (fault?: StorageError) => {
    waiting.shift()?.settle(fault);
    await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
  };
  /** Ends all writes, and those that come of them. */
  const drain = async (fault?: StorageError) => {
    do await settleNext(fault);
    while (waiting.length > 0);
  };
  return { save, stored, waiting, settleNext, drain };
}

test('a change is handed to the store before anything else happens', () => {
  const store = aSlowStore();
  const draft = createDraft({ review: aBlankReview(), isStored: false, save: store.save });
  expect(draft.getSnapshot().saving.tag).toBe('untouched');
  draft.choose('clarity.next', 3);
  expect(store.waiting.map(({ review }) => review.scores)).toEqual([{ 'clarity.next': 3 }]);
});

test('changes made during a write go together into the next one', async () => {
  const store = aSlowStore();
  const draft = createDraft({ review: aBlankReview(), isStored: false, save: store.save });
  draft.choose('clarity.next', 3);
  draft.choose('clarity.next', 2);
  draft.choose('depth.next', 1);
  expect(store.waiting).toHaveLength(1);
  await store.settleNext();
  expect(draft.getSnapshot().saving.tag).toBe('saving');
  await store.settleNext();
  expect(draft.getSnapshot().saving.tag).toBe('saved');
  expect(store.stored.map(({ scores }) => scores)).toEqual([
    { 'clarity.next': 3 },
    { 'clarity.next': 2, 'depth.next': 1 },
  ]);
});

test('when the page goes away, what waits for its turn is written without waiting', () => {
  const store = aSlowStore();
  const draft = createDraft({ review: aBlankReview(), isStored: false, save: store.save });
  draft.flush();
  expect(store.waiting).toEqual([]);
  draft.choose('clarity.next', 3);
  draft.choose('clarity.next', 4);
  draft.flush();
  expect(store.waiting.at(-1)?.review.scores).toEqual({ 'clarity.next': 4 });
});

test('whatever is chosen and whatever fails, the last choice is stored, in order, and nothing after the lock', async () => {
  const cell = fc.constantFrom(...CELL_IDS);
  const action = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant('choose' as const), cell, level: fc.constantFrom(...LEVELS) }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('clear' as const), cell }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('wrong' as const), isWrong: fc.boolean() }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('settle' as const), fails: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('flush' as const, 'retry' as const) }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 40 }), fc.boolean(), async (actions, locks) => {
      const store = aSlowStore();
      const draft = createDraft({ review: aBlankReview(), isStored: false, save: store.save });
      for (const step of actions) {
        if (step.do === 'choose') draft.choose(step.cell, step.level);
        else if (step.do === 'clear') draft.clear(step.cell);
        else if (step.do === 'wrong') draft.setWrong('approach', step.isWrong);
        else if (step.do === 'settle')
          await store.settleNext(step.fails ? new StorageError('full') : undefined);
        else draft[step.do]();
      }
      await store.drain();
      if (draft.getSnapshot().saving.tag === 'failed') {
        draft.retry();
        await store.drain();
      }
      const { review, saving } = draft.getSnapshot();
      if (saving.tag !== 'untouched') {
        expect(saving.tag).toBe('saved');
        expect(store.stored.at(-1)).toEqual(review);
      }
      const times = store.stored.map(({ updatedAt }) => updatedAt);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      if (!locks) return;
      const locking = draft.lock([]);
      draft.choose('clarity.next', 1);
      await store.drain();
      expect(await locking).toBe(true);
      draft.choose('clarity.next', 2);
      draft.clear('clarity.situation');
      draft.flush();
      await store.drain();
      expect(store.stored.at(-1)).toEqual(draft.getSnapshot().review);
      expect(store.stored.at(-1)?.lockedAt).not.toBeNull();
      expect(store.stored.at(-1)?.scores).toEqual(review.scores);
    }),
  );
});

test('what could not be saved is found again, and is forgotten once it is on disk', async () => {
  const store = aSlowStore();
  const review = { ...aBlankReview(), attemptId: 'left' as AttemptId };
  const open = () => openDraft({ review, isStored: false, save: store.save });
  const draft = open();
  expect(open()).not.toBe(draft);
  draft.choose('clarity.next', 3);
  expect(open()).toBe(draft);
  await store.drain(new StorageError('full'));
  expect(open()).toBe(draft);
  draft.flush();
  await store.drain();
  expect(store.stored.at(-1)?.scores).toEqual({ 'clarity.next': 3 });
  expect(draft.getSnapshot().saving.tag).toBe('saved');
  expect(open()).not.toBe(draft);
});

test('a lock that cannot be stored leaves the draft open', async () => {
  const store = aSlowStore();
  const draft = createDraft({ review: aBlankReview(), isStored: true, save: store.save });
  const locking = draft.lock([]);
  await Promise.resolve();
  await store.drain(new StorageError('full'));
  expect(await locking).toBe(false);
  expect(draft.getSnapshot().saving).toEqual({ tag: 'failed', fault: 'full' });
  draft.choose('clarity.next', 4);
  await store.drain();
  expect(store.stored.at(-1)).toMatchObject({ scores: { 'clarity.next': 4 }, lockedAt: null });
});

test('the lock is written after all that was chosen before it', async () => {
  const store = aSlowStore();
  const draft = createDraft({ review: aBlankReview(), isStored: false, save: store.save });
  draft.choose('clarity.next', 3);
  const locking = draft.lock([]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(store.waiting.map(({ review }) => review.lockedAt)).toEqual([null]);
  await store.drain();
  expect(await locking).toBe(true);
  expect(store.stored.map(({ lockedAt }) => lockedAt !== null)).toEqual([false, true]);
});

test('a newer review from another tab is taken over, an older one is not', () => {
  const review = { ...aBlankReview(), scores: { 'clarity.next': 2 as const }, updatedAt: 2000 };
  const draft = createDraft({ review, isStored: true, save: () => Promise.resolve() });
  draft.adopt({ ...review, scores: {}, updatedAt: 1500 });
  expect(draft.getSnapshot().review.scores).toEqual({ 'clarity.next': 2 });
  draft.adopt({ ...review, scores: { 'clarity.next': 4 }, updatedAt: 3000, lockedAt: 3000 });
  expect(draft.getSnapshot().review).toMatchObject({ scores: { 'clarity.next': 4 }, lockedAt: 3000 });
  draft.adopt({ ...review, updatedAt: 4000 });
  expect(draft.getSnapshot().review.lockedAt).toBe(3000);
});
