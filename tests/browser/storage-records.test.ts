import { expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../../src/domain/settings.ts';
import { newAttemptId } from '../../src/storage/new-id.ts';
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

test('a removed attempt is gone from every list and comes back whole', async () => {
  const archive = await anEmptyArchive();
  const kept = await keepAnAttempt(archive);
  const { id } = kept;
  const review = aReview({ attemptId: id });
  await archive.reviews.put(review);
  await archive.attempts.remove(id);
  await archive.attempts.remove(id);
  expect(await archive.attempts.get(id)).toBeNull();
  expect((await archive.attempts.page({ limit: 5 })).attempts).toEqual([]);
  expect(await archive.clips.read(id)).toBeNull();
  expect(await checkInvariants()).toEqual([]);
  expect(await archive.attempts.restore(id)).toBe(true);
  expect(await archive.attempts.restore(id)).toBe(false);
  expect(await archive.attempts.get(id)).toEqual(kept);
  expect(await archive.clips.read(id)).toMatchObject({ size: kept.bytes });
  expect(await archive.reviews.of(id)).toEqual([review]);
  expect(await checkInvariants()).toEqual([]);
  await archive.close();
});

test('purging deletes what was removed before, with everything that belongs to it, and nothing else', async () => {
  const archive = await anEmptyArchive();
  const fill = async (id: ReturnType<typeof newAttemptId>) => {
    await archive.reviews.put(aReview({ attemptId: id }));
    await archive.peaks.put({
      attemptId: id,
      version: 1,
      bucketMs: 20,
      min: new Int8Array([-3, -9]),
      max: new Int8Array([4, 8]),
    });
  };
  const staying = await keepAnAttempt(archive);
  const going = await keepAnAttempt(archive);
  const takenBack = await keepAnAttempt(archive);
  const discarded = anUnfinishedAttempt();
  await archive.attempts.begin(discarded);
  await archive.attempts.append(aChunk({ attemptId: discarded.id }));
  const prompt = anOwnPrompt();
  await archive.prompts.put(prompt);
  for (const { id } of [staying, going, takenBack]) await fill(id);
  for (const { id } of [going, takenBack, discarded]) await archive.attempts.remove(id);
  await archive.prompts.remove(prompt.id);
  expect(await archive.attempts.restore(takenBack.id)).toBe(true);

  await archive.purgeTrash(0);
  expect(await archive.attempts.restore(going.id)).toBe(true);
  await archive.attempts.remove(going.id);
  await archive.purgeTrash(Date.now() + 1);
  expect(await archive.attempts.restore(going.id)).toBe(false);
  expect(await archive.prompts.restore(prompt.id)).toBe(false);
  expect(await archive.clips.part(going.id, 0)).toBeNull();
  expect(await archive.peaks.get(going.id)).toBeNull();
  expect(await archive.reviews.of(going.id)).toEqual([]);
  expect(await archive.chunks.last(discarded.id, 0)).toBeNull();
  for (const { id, bytes } of [staying, takenBack]) {
    expect(await archive.clips.read(id)).toMatchObject({ size: bytes });
    expect(await archive.peaks.get(id)).toMatchObject({ min: new Int8Array([-3, -9]) });
    expect(await archive.reviews.of(id)).toHaveLength(1);
  }
  await fill(going.id);
  expect(await archive.reviews.of(going.id)).toEqual([]);
  expect(await checkInvariants()).toEqual([]);
  await archive.close();
});

test('a review is a draft until it is locked, and then never changes', async () => {
  const archive = await anEmptyArchive();
  const { id: attemptId } = await keepAnAttempt(archive);
  const draft = aReview({ attemptId, startedAt: 2 });
  const earlier = aReview({ attemptId, startedAt: 1 });
  await archive.reviews.put(draft);
  await archive.reviews.put(earlier);
  const locked = { ...draft, scores: { 'pacing.next': 1 as const }, lockedAt: 9 };
  await archive.reviews.put(locked);
  expect(await archive.reviews.put({ ...locked, scores: {} })).toEqual(locked);
  // From another tab, whose draft was changed after the lock.
  const other = await openArchive();
  expect(await other.reviews.put({ ...draft, updatedAt: locked.updatedAt + 1 })).toEqual(locked);
  await other.close();
  expect(await archive.reviews.of(draft.attemptId)).toContainEqual(locked);
  expect(await archive.reviews.of(attemptId)).toEqual([earlier, locked]);
  await archive.close();
});

test('own prompts are listed newest first, and removing one can be undone', async () => {
  const archive = await anEmptyArchive();
  const first = anOwnPrompt({ updatedAt: 1 });
  const second = anOwnPrompt({ updatedAt: 2, caveat: 'As of 2026' });
  await archive.prompts.put(second);
  await archive.prompts.put(first);
  expect(await archive.prompts.list()).toEqual([second, first]);
  const edited = { ...first, title: 'Edited', updatedAt: 3 };
  await archive.prompts.put(edited);
  expect(await archive.prompts.list()).toEqual([edited, second]);
  await archive.prompts.remove(first.id);
  expect(await archive.prompts.get(first.id)).toBeNull();
  expect(await archive.prompts.restore(first.id)).toBe(true);
  expect(await archive.prompts.get(first.id)).toEqual(edited);
  await archive.close();
});

test('a prompt written anew after it was removed is not undone by restoring the old one', async () => {
  const archive = await anEmptyArchive();
  const prompt = anOwnPrompt({ title: 'Old' });
  await archive.prompts.put(prompt);
  await archive.prompts.remove(prompt.id);
  await archive.prompts.put({ ...prompt, title: 'New' });
  expect(await archive.prompts.restore(prompt.id)).toBe(true);
  expect(await archive.prompts.get(prompt.id)).toMatchObject({ title: 'New' });
  await archive.close();
});

test('settings are their defaults until they are chosen', async () => {
  const archive = await anEmptyArchive();
  expect(await archive.settings.get('recording')).toEqual(DEFAULT_SETTINGS.recording);
  const recording = { ...DEFAULT_SETTINGS.recording, countdownSec: 5 as const, mode: 'exam' as const };
  await archive.settings.put('recording', recording);
  expect(await archive.settings.get('recording')).toEqual(recording);
  expect(await archive.settings.get('keyboard')).toEqual(DEFAULT_SETTINGS.keyboard);
  await archive.close();
});

test('two changes of a group of settings at once are both kept', async () => {
  const [here, there] = [await anEmptyArchive(), await openArchive()];
  await Promise.all([
    here.settings.update('recording', (recording) => ({ ...recording, countdownSec: 3 })),
    there.settings.update('recording', (recording) => ({ ...recording, mode: 'exam' })),
  ]);
  expect(await here.settings.get('recording')).toMatchObject({ countdownSec: 3, mode: 'exam' });
  const heard: string[] = [];
  there.onChange(({ store }) => heard.push(store));
  await here.settings.update('keyboard', () => ({ singleKeys: false }));
  await expect.poll(() => heard).toEqual(['settings']);
  await Promise.all([here.close(), there.close()]);
});

test('a draft of a review can be thrown away, a locked one never', async () => {
  const archive = await anEmptyArchive();
  const { id: attemptId } = await keepAnAttempt(archive);
  const draft = aReview({ attemptId });
  const locked = aReview({ attemptId, lockedAt: 1_790_000_200_000 });
  await archive.reviews.put(draft);
  await archive.reviews.put(locked);
  expect(await archive.reviews.discard(draft.id)).toBeNull();
  expect(await archive.reviews.discard(draft.id)).toBeNull();
  expect(await archive.reviews.of(attemptId)).toEqual([locked]);
  expect(await archive.reviews.discard(locked.id)).toEqual(locked);
  expect(await archive.reviews.of(attemptId)).toEqual([locked]);
  await archive.reviews.put(draft);
  expect(await archive.reviews.of(attemptId)).toHaveLength(2);
  await archive.close();
});
