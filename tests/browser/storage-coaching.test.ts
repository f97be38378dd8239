import { openDB } from 'idb';
import { expect, test } from 'vitest';
import { blankCoaching, type Coaching, type Focus } from '../../src/domain/coaching.ts';
import type { Delivery } from '../../src/domain/facts.ts';
import type { AttemptId } from '../../src/domain/ids.ts';
import { builtInRubric } from '../../src/rubric/definition.ts';
import { connect } from '../../src/storage/connection.ts';
import { migrations } from '../../src/storage/migrations.ts';
import { newAttemptId, newCommentId } from '../../src/storage/new-id.ts';
import { openArchive } from '../../src/storage/open-archive.ts';
import {
  aKeptAttempt,
  anEmptyArchive,
  aDelivery as anyDelivery,
  aReview,
  keepAnAttempt,
} from '../support/factories.ts';
import { checkInvariants } from '../support/invariants.ts';

function aFocus(fields: Partial<Focus> = {}): Focus {
  return {
    cell: 'depth.tradeoffs',
    label: 'Technical depth: Trade-offs',
    level: 2,
    ifThen: 'When I give the decision, I will add: I would switch if the load doubles.',
    rubric: { id: 'explanation-rubric', version: '1.0.0' },
    savedAt: 1_790_000_200_000,
    ...fields,
  };
}

function aComment(text: string): Coaching['comments'][number] {
  return { id: newCommentId(), atMs: 1200, text, createdAt: 1, updatedAt: 1 };
}

function aDelivery(attemptId: AttemptId): Delivery {
  return anyDelivery({
    attemptId,
    speech: { startMs: 100, endMs: 900 },
    pauses: [{ startMs: 300, endMs: 700 }],
    localRates: null,
  });
}

test('changes of what surrounds the scores build on one another, also from two tabs at once', async () => {
  const archive = await anEmptyArchive();
  const other = await openArchive();
  const { id } = await keepAnAttempt(archive);
  expect(await archive.coaching.of(id)).toEqual(blankCoaching(id));
  const heard: string[] = [];
  archive.onChange(({ store }) => heard.push(store));
  await Promise.all(
    ['first', 'second', 'third', 'fourth'].map((text, index) =>
      (index % 2 === 0 ? archive : other).coaching.update(id, (before) => ({
        ...before,
        comments: [...before.comments, aComment(text)],
      })),
    ),
  );
  const stored = await archive.coaching.of(id);
  expect(stored.comments.map(({ text }) => text).toSorted()).toEqual(['first', 'fourth', 'second', 'third']);
  expect(stored.updatedAt).toBeGreaterThan(0);
  await expect.poll(() => heard).toContain('coaching');
  expect(await checkInvariants()).toEqual([]);
  await other.close();
  await archive.close();
});

test('nothing is written for an attempt that was deleted for good', async () => {
  const archive = await anEmptyArchive();
  const { id } = await keepAnAttempt(archive);
  await archive.coaching.update(id, (before) => ({ ...before, focus: aFocus() }));
  await archive.deliveries.put(aDelivery(id));
  await archive.attempts.remove(id);
  expect(
    await archive.coaching.update(id, (before) => ({ ...before, comments: [aComment('late')] })),
  ).toMatchObject({ focus: aFocus() });
  await archive.purgeTrash(Date.now() + 1);
  expect(await archive.coaching.update(id, (before) => before)).toBeNull();
  await archive.deliveries.put(aDelivery(id));
  expect(await archive.coaching.of(id)).toEqual(blankCoaching(id));
  expect(await archive.deliveries.ofAll([id])).toEqual([null]);
  expect(await checkInvariants()).toEqual([]);
  await archive.close();
});

test('focuses come newest first, without those of attempts in the trash', async () => {
  const archive = await anEmptyArchive();
  const [first, second, third] = [
    await keepAnAttempt(archive),
    await keepAnAttempt(archive),
    await keepAnAttempt(archive),
  ];
  await keepAnAttempt(archive);
  for (const [index, { id }] of [first, third, second].entries())
    await archive.coaching.update(id, (before) => ({ ...before, focus: aFocus({ savedAt: 1000 + index }) }));
  const ids = async (limit: number) =>
    (await archive.coaching.focuses(limit)).map(({ attemptId }) => attemptId);
  expect(await ids(5)).toEqual([second.id, third.id, first.id]);
  await archive.attempts.remove(second.id);
  expect(await ids(1)).toEqual([third.id]);
  await archive.attempts.restore(second.id);
  expect(await ids(1)).toEqual([second.id]);
  await archive.close();
});

test('the focuses of the attempts before one are asked for, whenever they were saved', async () => {
  const archive = await anEmptyArchive();
  const at = (startedAt: number) => keepAnAttempt(archive, { startedAt });
  const [first, second, third, fourth] = [await at(1000), await at(2000), await at(3000), await at(4000)];
  // The earlier two were reviewed after the later ones.
  for (const [index, { id }] of [fourth, third, first, second].entries())
    await archive.coaching.update(id, (before) => ({ ...before, focus: aFocus({ savedAt: 9000 + index }) }));
  const before = async (limit: number, { startedAt }: { readonly startedAt: number }) =>
    (await archive.coaching.focuses(limit, startedAt)).map(({ attemptId }) => attemptId);
  expect(await before(2, fourth)).toEqual([second.id, first.id]);
  expect(await before(5, third)).toEqual([second.id, first.id]);
  expect(await before(1, third)).toEqual([second.id]);
  expect(await before(2, first)).toEqual([]);
  await archive.close();
});

test('what cannot be read is set aside and never written over, and comes back when it can be read', async () => {
  const archive = await anEmptyArchive();
  const { id } = await keepAnAttempt(archive);
  const db = await openDB('practice');
  const damaged = { ...blankCoaching(id), comments: 'none', covered: { key: { answer: 'yes' } } };
  await db.put('coaching', damaged);
  await archive.coaching.update(id, (before) => ({ ...before, comments: [aComment('anew')] }));
  expect(await archive.setAside.list()).toMatchObject([
    { store: 'coaching', key: id, reason: expect.stringMatching(/^comments: /), record: damaged },
  ]);
  expect((await archive.coaching.of(id)).comments).toMatchObject([{ text: 'anew' }]);
  await archive.close();

  // A version that can read it, while its place is free.
  await db.delete('coaching', id);
  const [row] = (await db.getAll('quarantine')) as { record: object }[];
  await db.put('quarantine', { ...row, record: { ...damaged, comments: [aComment('before')] } });
  db.close();
  const later = await openArchive();
  expect((await later.coaching.of(id)).comments).toMatchObject([{ text: 'before' }]);
  expect(await later.setAside.list()).toEqual([]);
  expect(await checkInvariants()).toEqual([]);
  await later.close();
});

test('drills are found by the attempt they belong to, oldest first', async () => {
  const archive = await anEmptyArchive();
  const parent = await keepAnAttempt(archive);
  const drill = (startedAt: number) =>
    keepAnAttempt(archive, { parentId: parent.id, drillStep: 'tradeoffs', startedAt });
  const [late, early] = [await drill(2000), await drill(1000)];
  await keepAnAttempt(archive, { parentId: newAttemptId(), drillStep: 'next' });
  expect((await archive.attempts.drillsOf(parent.id)).map(({ id }) => id)).toEqual([early.id, late.id]);
  await archive.attempts.remove(early.id);
  expect((await archive.attempts.drillsOf(parent.id)).map(({ id }) => id)).toEqual([late.id]);
  await archive.close();
});

test('a version of a rubric never changes, and one that cannot be read counts as gone', async () => {
  const archive = await anEmptyArchive();
  const own = { ...builtInRubric, id: 'own-rubric', version: 'a', createdAt: 1 };
  await archive.rubrics.add(own);
  await archive.rubrics.add({ ...own, title: 'Another under the same name' });
  await archive.rubrics.add({ ...own, version: 'b', createdAt: 2 });
  expect(await archive.rubrics.get({ id: 'own-rubric', version: 'a' })).toEqual(own);
  expect((await archive.rubrics.list()).map(({ version }) => version)).toEqual(['b', 'a']);
  const db = await openDB('practice');
  await db.put('rubrics', { ...own, cells: 'none' });
  db.close();
  expect(await archive.rubrics.get({ id: 'own-rubric', version: 'a' })).toBeNull();
  expect((await archive.rubrics.list()).map(({ version }) => version)).toEqual(['b']);
  await archive.rubrics.add(own);
  expect(await archive.rubrics.get({ id: 'own-rubric', version: 'a' })).toEqual(own);
  await archive.close();
});

test('an archive of the first version is opened with all that is in it', async () => {
  await (await anEmptyArchive()).close();
  await new Promise((resolve) => {
    indexedDB.deleteDatabase('practice').onsuccess = resolve;
  });
  const first = await connect({}, migrations.slice(0, 1));
  const kept = aKeptAttempt({ audioDeletedAt: 1 });
  const review = aReview({ attemptId: kept.id, lockedAt: 5 });
  await first.write(['attempts', 'reviews'], 'strict', async (tx) => {
    await tx.objectStore('attempts').put(kept);
    await tx.objectStore('reviews').put(review);
  });
  await first.close();
  const archive = await openArchive();
  expect(await archive.attempts.get(kept.id)).toEqual(kept);
  expect(await archive.reviews.of(kept.id)).toEqual([review]);
  await archive.coaching.update(kept.id, (before) => ({ ...before, focus: aFocus() }));
  expect(await archive.coaching.focuses(1)).toMatchObject([{ attemptId: kept.id }]);
  expect(await checkInvariants()).toEqual([]);
  await archive.close();
});
