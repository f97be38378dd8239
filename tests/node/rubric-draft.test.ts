import fc from 'fast-check';
import { expect, test } from 'vitest';
import { reviewSchema } from '../../src/domain/coaching-records.ts';
import type { AttemptId, ReviewId } from '../../src/domain/ids.ts';
import { decode, encode } from '../../src/domain/records.ts';
import { afterLocks, currentReview, lockedReviews, revisionOf } from '../../src/domain/reviews.ts';
import { type CellId, LEVELS, type Review, WRONG_STEPS } from '../../src/domain/rubric.ts';
import { STEP_IDS } from '../../src/domain/step.ts';
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
    new Promise<Review | null>((resolve, reject) => {
      const settle = (fault?: StorageError) => {
        if (fault !== undefined) return reject(fault);
        stored.push(review);
        return resolve(null);
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
  const draft = createDraft({ review, isStored: true, save: () => Promise.resolve(null) });
  draft.adopt({ ...review, scores: {}, updatedAt: 1500 });
  expect(draft.getSnapshot().review.scores).toEqual({ 'clarity.next': 2 });
  draft.adopt({ ...review, scores: { 'clarity.next': 4 }, updatedAt: 3000, lockedAt: 3000 });
  expect(draft.getSnapshot().review).toMatchObject({ scores: { 'clarity.next': 4 }, lockedAt: 3000 });
  draft.adopt({ ...review, updatedAt: 4000 });
  expect(draft.getSnapshot().review.lockedAt).toBe(3000);
});

const cell = fc.constantFrom(...CELL_IDS);
const level = fc.constantFrom(...LEVELS);
/** Far enough apart that none counts as another. */
const momentOf = fc.integer({ min: 0, max: 400 }).map((index) => index * 1000);

/** Everything that can be entered, each part once. */
const entries = fc.record({
  scores: fc.uniqueArray(fc.tuple(cell, level), { selector: ([id]) => id }),
  moments: fc.uniqueArray(fc.tuple(cell, momentOf), { selector: ([id, atMs]) => `${id}/${atMs}` }),
  wrong: fc.uniqueArray(fc.constantFrom(...WRONG_STEPS)),
  skipped: fc.uniqueArray(fc.constantFrom(...STEP_IDS)),
});

type Entry = (draft: ReturnType<typeof createDraft>) => void;

function asEntries({
  scores,
  moments,
  wrong,
  skipped,
}: typeof entries extends fc.Arbitrary<infer Value> ? Value : never) {
  return [
    ...scores.map(
      ([id, value]): Entry =>
        (draft) =>
          draft.choose(id, value),
    ),
    ...moments.map(
      ([id, atMs]): Entry =>
        (draft) =>
          draft.cite(id, atMs),
    ),
    ...wrong.map(
      (step): Entry =>
        (draft) =>
          draft.setWrong(step, true),
    ),
    ...skipped.map(
      (step): Entry =>
        (draft) =>
          draft.setSkipped(step, true),
    ),
  ];
}

const inTwoOrders = entries.chain((all) => {
  const list = asEntries(all);
  const shuffled = fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length });
  return fc.tuple(fc.constant(list), shuffled);
});

function entered(list: readonly Entry[], review = aBlankReview()): Review {
  const draft = createDraft({ review, isStored: true, save: () => Promise.resolve(null), now: () => 2000 });
  for (const entry of list) entry(draft);
  return draft.getSnapshot().review;
}

test('the order in which a review is filled in leaves no trace in it', () => {
  fc.assert(
    fc.property(inTwoOrders, ([one, other]) => {
      expect({ ...entered(other), updatedAt: 0 }).toEqual({ ...entered(one), updatedAt: 0 });
    }),
  );
});

test('at every stage what is stored is all that a reload needs', () => {
  fc.assert(
    fc.property(inTwoOrders, fc.nat(), fc.string(), ([list], cut, reason) => {
      const at = list.length === 0 ? 0 : cut % list.length;
      const reload = (review: Review) => {
        const read = decode(reviewSchema, structuredClone(encode(reviewSchema, review)));
        if (read.tag === 'unreadable') throw new Error(read.reason);
        return read.value;
      };
      const half = reload(entered(list.slice(0, at)));
      const whole = entered(list.slice(at), half);
      expect({ ...whole, updatedAt: 0 }).toEqual({ ...entered(list), updatedAt: 0 });
      const locked = { ...whole, lockedAt: 3000, updatedAt: 3000 };
      const correction = revisionOf(locked, { id: 'r2' as ReviewId, now: 4000 });
      const said: Entry = (draft) => draft.setReason(reason);
      expect(reload(entered([said], correction))).toEqual(entered([said], correction));
      const quick: Entry = (draft) => draft.ask('results');
      expect(reload(entered([quick], whole))).toEqual(entered([quick], whole));
    }),
  );
});

test('nothing that is done to a locked review changes it', async () => {
  await fc.assert(
    fc.asyncProperty(inTwoOrders, async ([list]) => {
      const stored: Review[] = [];
      const save = async (review: Review) => {
        stored.push(review);
        return null;
      };
      const draft = createDraft({ review: aBlankReview(), isStored: false, save });
      draft.choose('clarity.next', 3);
      expect(await draft.lock(['results'])).toBe(true);
      const locked = draft.getSnapshot().review;
      for (const entry of list) entry(draft);
      draft.ask('results');
      draft.setReason('Second thoughts');
      draft.uncite('clarity.next', 0);
      expect(await draft.discard(() => Promise.reject(new Error('It was locked')))).toBe(false);
      expect(draft.getSnapshot().review).toBe(locked);
      expect(stored.at(-1)).toBe(locked);
    }),
  );
});

test('a moment is cited once in a second, in order, and in as many cells as it serves', () => {
  const draft = createDraft({ review: aBlankReview(), isStored: true, save: () => Promise.resolve(null) });
  const cited = (id: CellId) => draft.getSnapshot().review.moments?.[id];
  expect(draft.cite('pacing.next', 51_000.4)).toBe(true);
  expect(draft.cite('pacing.next', 51_999)).toBe(false);
  expect(draft.cite('pacing.next', 50_001)).toBe(false);
  expect(draft.cite('pacing.next', 50_000)).toBe(true);
  expect(draft.cite('pacing.next', 52_000)).toBe(true);
  expect(draft.cite('depth.next', 51_000)).toBe(true);
  expect(cited('pacing.next')).toEqual([50_000, 51_000, 52_000]);
  expect(cited('depth.next')).toEqual([51_000]);
  draft.uncite('pacing.next', 51_000);
  draft.uncite('depth.next', 51_000);
  expect(cited('pacing.next')).toEqual([50_000, 52_000]);
  expect(cited('depth.next')).toBeUndefined();
});

test('a quick review asks for one step and becomes a full one with what was scored', () => {
  const draft = createDraft({ review: aBlankReview(), isStored: true, save: () => Promise.resolve(null) });
  draft.ask('tradeoffs');
  draft.choose('pacing.tradeoffs', 2);
  expect(draft.getSnapshot().review).toMatchObject({ mode: 'quick', quickStep: 'tradeoffs' });
  draft.ask(null);
  expect(draft.getSnapshot().review).toMatchObject({ mode: 'full', scores: { 'pacing.tradeoffs': 2 } });
  expect(draft.getSnapshot().review).not.toHaveProperty('quickStep');
});

test('a discarded correction is written no more, and is not found again', async () => {
  const store = aSlowStore();
  const locked = { ...aBlankReview(), attemptId: 'gone' as AttemptId, lockedAt: 2000 };
  const review = revisionOf(locked, { id: 'r2' as ReviewId, now: 3000 });
  const draft = createDraft({ review, isStored: true, save: store.save });
  draft.choose('clarity.next', 1);
  const removed: ReviewId[] = [];
  const discarding = draft.discard(async (id) => {
    removed.push(id);
    return null;
  });
  await Promise.resolve();
  expect(removed).toEqual([]);
  await store.drain();
  expect(await discarding).toBe(true);
  expect(removed).toEqual(['r2']);
  draft.choose('clarity.next', 4);
  draft.flush();
  draft.retry();
  draft.adopt({ ...review, updatedAt: 9000 });
  expect(store.waiting).toEqual([]);
  expect(store.stored).toHaveLength(1);
  expect(draft.getSnapshot().review.scores).toEqual({ 'clarity.next': 1 });
  expect(openDraft({ review, isStored: true, save: store.save })).not.toBe(draft);
});

test('a correction that cannot be discarded stays open', async () => {
  const review = revisionOf({ ...aBlankReview(), lockedAt: 2000 }, { id: 'r2' as ReviewId, now: 3000 });
  const draft = createDraft({ review, isStored: true, save: () => Promise.resolve(null) });
  expect(await draft.discard(() => Promise.reject(new StorageError('full')))).toBe(false);
  expect(draft.getSnapshot().saving).toEqual({ tag: 'failed', fault: 'full' });
  draft.choose('clarity.next', 4);
  expect(draft.getSnapshot().review.scores).toEqual({ 'clarity.next': 4 });
});

test('what could not be saved of a correction or a blind score is not taken for the attempt’s own draft', async () => {
  const own = { ...aBlankReview(), attemptId: 'both' as AttemptId };
  const blind = { ...own, id: 'b' as ReviewId, mode: 'rescore' as const };
  const correction = revisionOf({ ...own, lockedAt: 2000 }, { id: 'c' as ReviewId, now: 3000 });
  const store = aSlowStore();
  const open = (review: Review) => openDraft({ review, isStored: true, save: store.save });
  const drafts = [own, blind, correction].map((review) => {
    const draft = open(review);
    draft.choose('clarity.next', 2);
    return draft;
  });
  await store.drain(new StorageError('full'));
  expect([own, blind, correction].map(open)).toEqual(drafts);
  expect(new Set(drafts).size).toBe(3);
  for (const draft of drafts) draft.retry();
  await store.drain();
  expect(drafts.map((draft) => draft.getSnapshot().saving.tag)).toEqual(['saved', 'saved', 'saved']);
});

/** One place for one review, as the archive keeps it: what is locked there stays. */
function aSharedPlace() {
  let there: Review | null = null;
  const save = async (review: Review) => {
    if (there !== null && there.lockedAt !== null) return there;
    there = review;
    return null;
  };
  return { save, there: () => there };
}

test('what another tab has locked is taken over by whoever goes on with the draft, and is final', async () => {
  const ways: readonly ((draft: ReturnType<typeof createDraft>) => unknown)[] = [
    (draft) => draft.choose('clarity.next', 4),
    (draft) => draft.lock([]),
    (draft) => draft.adopt(place.there() ?? aBlankReview()),
    // The lock is heard of while a later change is on its way.
    (draft) => {
      draft.choose('clarity.next', 4);
      draft.choose('depth.next', 4);
      draft.adopt(place.there() ?? aBlankReview());
    },
  ];
  let place = aSharedPlace();
  for (const [index, goOn] of ways.entries()) {
    place = aSharedPlace();
    const { save } = place;
    const review = { ...aBlankReview(), attemptId: `twice-${index}` as AttemptId };
    const here = openDraft({ review, isStored: false, save, now: () => 2000 });
    here.choose('clarity.next', 1);
    await new Promise((resolve) => setImmediate(resolve));
    const there = createDraft({ review, isStored: true, save, now: () => 1500 });
    there.choose('clarity.next', 3);
    expect(await there.lock(['results'])).toBe(true);
    const locked = there.getSnapshot().review;
    await goOn(here);
    await new Promise((resolve) => setImmediate(resolve));
    expect(here.getSnapshot()).toEqual({ review: locked, saving: { tag: 'saved' } });
    expect(place.there()).toBe(locked);
    here.choose('clarity.next', 2);
    here.retry();
    here.flush();
    expect(here.getSnapshot()).toEqual({ review: locked, saving: { tag: 'saved' } });
    // The dead draft does not come back.
    expect(openDraft({ review, isStored: true, save })).not.toBe(here);
  }
});

test('a correction that another tab has locked is not discarded', async () => {
  const review = revisionOf({ ...aBlankReview(), lockedAt: 2000 }, { id: 'r2' as ReviewId, now: 3000 });
  const draft = createDraft({ review, isStored: true, save: () => Promise.resolve(null) });
  const locked = { ...review, reason: 'Elsewhere', lockedAt: 4000 };
  expect(await draft.discard(() => Promise.resolve(locked))).toBe(false);
  expect(draft.getSnapshot()).toEqual({ review: locked, saving: { tag: 'saved' } });
});

test('what follows a lock begins and ends after it, also with the clock set back', async () => {
  const quick: Review = {
    ...aBlankReview(),
    mode: 'quick',
    quickStep: 'next',
    updatedAt: 9000,
    lockedAt: 9000,
  };
  const by = { id: 'full' as ReviewId, rubricId: 'rubric', rubricVersion: '1' };
  const full = blankReview('a' as AttemptId, { ...by, startedAt: afterLocks([quick], 2000) });
  const begunBefore = blankReview('a' as AttemptId, { ...by, startedAt: 1000 });
  for (const review of [full, begunBefore]) {
    const save = () => Promise.resolve(null);
    const draft = createDraft({ review, isStored: true, save, now: () => 2000 });
    draft.choose('clarity.next', 3);
    expect(await draft.lock([], afterLocks([quick], 0))).toBe(true);
    const locked = draft.getSnapshot().review;
    expect(lockedReviews([locked, quick])).toEqual([quick, locked]);
    expect(currentReview([locked, quick])).toBe(locked);
  }
  expect(full.startedAt).toBe(9001);
  expect(afterLocks([quick], 20_000)).toBe(20_000);
});
