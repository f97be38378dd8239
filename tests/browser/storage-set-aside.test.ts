import { type IDBPDatabase, openDB } from 'idb';
import { expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../../src/domain/settings.ts';
import { openArchive } from '../../src/storage/open-archive.ts';
import {
  aChunk,
  anEmptyArchive,
  anOwnPrompt,
  anUnfinishedAttempt,
  aReview,
  keepAnAttempt,
} from '../support/factories.ts';
import { checkInvariants } from '../support/invariants.ts';

/** Writes past the archive, as a damaged disk or another version would. */
async function inDatabase<Result>(work: (db: IDBPDatabase) => Promise<Result>): Promise<Result> {
  const db = await openDB('practice');
  try {
    return await work(db);
  } finally {
    db.close();
  }
}

test('an attempt that cannot be read is set aside whole, and the others are listed', async () => {
  const archive = await anEmptyArchive();
  const oldest = await keepAnAttempt(archive, { startedAt: 1 });
  const bad = await keepAnAttempt(archive, { startedAt: 2 });
  const newest = await keepAnAttempt(archive, { startedAt: 3 });
  const damaged = { ...bad, segments: 'none', mine: 'kept' };
  await inDatabase((db) => db.put('attempts', damaged));
  const heard: string[] = [];
  archive.onChange(({ store }) => heard.push(store));

  const first = await archive.attempts.page({ limit: 1 });
  const second = await archive.attempts.page({ limit: 1, ...(first.next && { before: first.next }) });
  expect([...first.attempts, ...second.attempts]).toEqual([newest, oldest]);
  expect(second.next).toBeNull();
  expect(await archive.setAside.list()).toEqual([
    {
      store: 'attempts',
      key: bad.id,
      reason: expect.stringMatching(/^segments: /),
      at: expect.any(Number),
      record: damaged,
    },
  ]);
  expect(await archive.attempts.get(bad.id)).toBeNull();
  await expect.poll(() => heard).toEqual(['attempts', 'setAside']);
  expect(await checkInvariants()).toEqual([]);
  await archive.close();
});

test('every way to read meets an unreadable record without failing', async () => {
  const archive = await anEmptyArchive();
  const kept = await keepAnAttempt(archive);
  const { id: attemptId } = kept;
  const [one, two] = [anUnfinishedAttempt(), anUnfinishedAttempt({ status: 'finishing' })];
  const [review, other] = [aReview({ attemptId }), aReview({ attemptId })];
  const [prompt, next] = [anOwnPrompt(), anOwnPrompt()];
  await inDatabase(async (db) => {
    await db.put('attempts', { ...one, marks: null });
    await db.put('attempts', { ...two, targetMs: -1 });
    await db.put('reviews', { ...review, scores: { 'clarity.next': 5 } });
    await db.put('reviews', { ...other, lockedAt: 'yesterday' });
    await db.put('prompts', { ...prompt, kind: 'riddle' });
    await db.put('prompts', { ...next, category: 'storage' });
  });
  expect(await archive.attempts.update(one.id, (attempt) => attempt)).toBeNull();
  expect(await archive.attempts.orphans()).toEqual([]);
  expect(await archive.reviews.of(attemptId)).toEqual([]);
  expect(await archive.prompts.get(prompt.id)).toBeNull();
  expect(await archive.prompts.list()).toEqual([]);
  const aside = await archive.setAside.list();
  expect(Object.fromEntries(aside.map(({ key, reason }) => [key, reason.split(':')[0]]))).toEqual({
    [one.id]: 'marks',
    [two.id]: 'targetMs',
    [review.id]: 'scores.clarity.next',
    [other.id]: 'lockedAt',
    [prompt.id]: 'kind',
    [next.id]: 'category',
  });
  expect(await checkInvariants()).toEqual([]);
  await archive.close();
});

test('what this version can read comes back at the next start, unless its place was taken', async () => {
  const archive = await anEmptyArchive();
  const attempt = await keepAnAttempt(archive);
  const [review, stillBad] = [aReview({ attemptId: attempt.id }), aReview({ attemptId: attempt.id })];
  const prompt = anOwnPrompt({ title: 'Old' });
  await archive.prompts.put({ ...prompt, title: 'New' });
  await archive.close();
  const aside = (store: string, key: string, record: unknown) => ({ store, key, reason: '', at: 1, record });
  await inDatabase(async (db) => {
    await db.delete('attempts', attempt.id);
    await db.put('quarantine', aside('attempts', attempt.id, attempt));
    await db.put('quarantine', aside('reviews', review.id, review));
    await db.put('quarantine', aside('reviews', stillBad.id, { ...stillBad, mode: 'odd' }));
    await db.put('quarantine', aside('prompts', prompt.id, prompt));
    await db.put('quarantine', aside('moods', 'x', { id: 'x' }));
  });
  const next = await openArchive();
  expect(await next.attempts.get(attempt.id)).toEqual(attempt);
  expect(await next.clips.read(attempt.id)).toMatchObject({ size: attempt.bytes });
  expect(await next.reviews.of(attempt.id)).toEqual([review]);
  expect(await next.prompts.list()).toMatchObject([{ title: 'New' }]);
  const left = (await next.setAside.list()).map(({ key }) => key);
  expect(left.toSorted()).toEqual(['x', prompt.id, stillBad.id].toSorted());
  expect(await checkInvariants()).toEqual([]);
  await next.close();
});

test('an attempt that is purged takes its set-aside reviews along', async () => {
  const archive = await anEmptyArchive();
  const { id: attemptId } = await keepAnAttempt(archive);
  const review = aReview({ attemptId });
  const elsewhere = aReview();
  await inDatabase(async (db) => {
    await db.put('reviews', { ...review, mode: 'odd' });
    await db.put('quarantine', { store: 'reviews', key: elsewhere.id, reason: '', at: 1, record: elsewhere });
  });
  expect(await archive.reviews.of(attemptId)).toEqual([]);
  expect(await archive.setAside.list()).toHaveLength(2);
  await archive.attempts.remove(attemptId);
  await archive.purgeTrash(Date.now() + 1);
  expect(await archive.setAside.list()).toMatchObject([{ key: elsewhere.id }]);
  await archive.close();
});

test('fields of a newer version survive a change by this one', async () => {
  const archive = await anEmptyArchive();
  const kept = await keepAnAttempt(archive);
  await inDatabase((db) =>
    db.put('attempts', { ...kept, mood: 'calm', segments: [{ ...kept.segments[0], gainDb: 3 }] }),
  );
  await archive.attempts.update(kept.id, (attempt) => ({ ...attempt, updatedAt: 7 }));
  expect(await inDatabase((db) => db.get('attempts', kept.id))).toMatchObject({
    updatedAt: 7,
    mood: 'calm',
    segments: [{ gainDb: 3 }],
  });
  await archive.close();
});

test('an unreadable setting is its default, the others of its group stay', async () => {
  const archive = await anEmptyArchive();
  const chosen = { ...DEFAULT_SETTINGS.recording, countdownSec: 3 as const };
  await inDatabase(async (db) => {
    await db.put('settings', { name: 'recording', value: { ...chosen, mode: 'shouting', processing: null } });
    await db.put('settings', { name: 'keyboard', value: 'none' });
  });
  expect(await archive.settings.get('recording')).toEqual(chosen);
  expect(await archive.settings.get('keyboard')).toEqual(DEFAULT_SETTINGS.keyboard);
  await archive.close();
});

test('peaks that cannot be read count as not made yet', async () => {
  const archive = await anEmptyArchive();
  const { id } = await keepAnAttempt(archive);
  await inDatabase((db) => db.put('peaks', { attemptId: id, version: 1, bucketMs: 20, min: [], max: [] }));
  expect(await archive.peaks.get(id)).toBeNull();
  await archive.close();
});

test('damaged bytes are a fault, and stay where they are', async () => {
  const archive = await anEmptyArchive();
  const kept = await keepAnAttempt(archive);
  const attempt = anUnfinishedAttempt();
  await archive.attempts.begin(attempt);
  await inDatabase(async (db) => {
    await db.put('chunks', { ...aChunk({ attemptId: attempt.id }), data: new Blob(['x']) });
    await db.put('clips', { attemptId: kept.id, part: 0, data: 'x' });
  });
  const corrupt = { name: 'StorageError', fault: 'corrupt' };
  await expect(archive.chunks.read(attempt.id, 0, 0, 1)).rejects.toMatchObject(corrupt);
  await expect(archive.chunks.last(attempt.id, 0)).rejects.toMatchObject(corrupt);
  expect(await archive.attempts.orphans()).toEqual([{ attempt, keptMs: 0, bytes: 0 }]);
  await expect(archive.clips.part(kept.id, 0)).rejects.toMatchObject(corrupt);
  await expect(archive.clips.read(kept.id)).rejects.toMatchObject(corrupt);
  await inDatabase((db) => db.put('clips', { attemptId: kept.id, part: 0, data: new ArrayBuffer(1) }));
  await expect(archive.clips.read(kept.id)).rejects.toMatchObject(corrupt);
  expect(await inDatabase((db) => db.count('chunks'))).toBe(1);
  await archive.close();
});
