import { expect, test } from 'vitest';
import type { PromptId } from '../../src/domain/ids.ts';
import { finishLock, holdLock, RECORDER_LOCK, takeLock } from '../../src/storage/locks.ts';
import { migrations } from '../../src/storage/migrations.ts';
import { newAttemptId } from '../../src/storage/new-id.ts';
import { openArchive } from '../../src/storage/open-archive.ts';
import { sha256Hex } from '../../src/storage/sha256.ts';
import {
  aChunk,
  anEmptyArchive,
  anOwnPrompt,
  anUnfinishedAttempt,
  aReview,
  aSegment,
  bytesOf,
  keepAnAttempt,
  someBytes,
} from '../support/factories.ts';
import { checkInvariants } from '../support/invariants.ts';

test('an empty database gets every store and index of the newest version', async () => {
  const archive = await anEmptyArchive();
  await archive.close();
  const db = await new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open('practice');
    request.onsuccess = () => resolve(request.result);
    request.onerror = reject;
  });
  const tx = db.transaction([...db.objectStoreNames]);
  const layout = [...db.objectStoreNames].map((name): unknown[] => {
    const store = tx.objectStore(name);
    const indexes = [...store.indexNames].map((index) => [index, store.index(index).keyPath]);
    return [name, store.keyPath, store.autoIncrement, Object.fromEntries(indexes)];
  });
  expect(db.version).toBe(migrations.length);
  expect(layout).toEqual([
    [
      'attempts',
      'id',
      false,
      {
        byParent: ['parentId', 'startedAt'],
        byPrompt: ['promptId', 'status', 'startedAt'],
        byStatus: ['status', 'startedAt', 'id'],
      },
    ],
    ['chunks', ['attemptId', 'segment', 'seq'], false, {}],
    ['clips', ['attemptId', 'part'], false, {}],
    ['coaching', 'attemptId', false, { byFocus: 'focus.savedAt' }],
    ['deliveries', 'attemptId', false, { byFailed: ['version', 'failed'], byVersion: 'version' }],
    ['peaks', 'attemptId', false, {}],
    ['prompts', 'id', false, { byUpdatedAt: 'updatedAt' }],
    ['quarantine', ['store', 'key'], false, {}],
    ['reserve', 'id', false, {}],
    ['reviews', 'id', false, { byAttempt: ['attemptId', 'startedAt'] }],
    ['rubrics', ['id', 'version'], false, {}],
    ['settings', 'name', false, {}],
    ['sounds', 'attemptId', false, { byVersion: 'version' }],
    ['trash', ['store', 'id'], false, { byRemovedAt: 'removedAt' }],
  ]);
  db.close();
});

test('a take goes from its first chunk to a kept attempt', async () => {
  const archive = await anEmptyArchive();
  const attempt = anUnfinishedAttempt({ segments: [aSegment(), aSegment({ clockStartMs: 1000 })] });
  const { id } = attempt;
  await archive.attempts.begin(attempt);
  await archive.attempts.append(aChunk({ attemptId: id, data: someBytes(10), clockEndMs: 500 }));
  await archive.attempts.append(
    aChunk({ attemptId: id, seq: 1, offset: 10, data: someBytes(5, 2), clockEndMs: 1000 }),
  );
  await archive.attempts.append(
    aChunk({ attemptId: id, segment: 1, data: someBytes(7, 3), clockEndMs: 1500 }),
  );
  expect(await archive.attempts.get(id)).toEqual(attempt);
  expect(await checkInvariants()).toEqual([]);

  const finishing = await archive.attempts.update(id, (there) => ({
    ...there,
    status: 'finishing',
    endedBy: 'user',
    marks: [{ step: 'approach', atMs: 700 }],
  }));
  expect(finishing).toMatchObject({ id, status: 'finishing', endedBy: 'user' });
  expect(await archive.chunks.read(id, 0, 0, 10)).toMatchObject([{ seq: 0 }, { seq: 1, offset: 10 }]);
  expect(await archive.chunks.read(id, 0, 1, 1)).toMatchObject([{ seq: 1 }]);
  expect(await archive.chunks.read(id, 0, 0, 1)).toMatchObject([{ seq: 0 }]);
  const last = await archive.chunks.last(id, 0);
  expect(last).toMatchObject({ seq: 1, clockEndMs: 1000 });
  expect(bytesOf(last?.data)).toEqual(bytesOf(someBytes(5, 2)));
  expect(await archive.chunks.last(id, 2)).toBeNull();

  const parts = [someBytes(12, 4), someBytes(9, 5)] as const;
  const sha256 = await Promise.all(parts.map(sha256Hex));
  await archive.clips.putPart(id, 0, parts[0]);
  await archive.clips.putPart(id, 1, someBytes(3));
  await archive.clips.putPart(id, 1, parts[1]);
  const keeping = {
    durationMs: 1480,
    mimeType: 'audio/webm;codecs=opus',
    bytes: 21,
    sha256,
    marks: [{ step: 'approach', atMs: 690 } as const],
    endedBy: 'user' as const,
  };
  const kept = await archive.clips.keep(id, keeping);
  expect(kept).toMatchObject({ id, status: 'kept', ...keeping });
  expect(await archive.attempts.get(id)).toEqual(kept);
  await archive.chunks.drop(id);
  await archive.chunks.drop(id);
  expect(await archive.chunks.last(id, 0)).toBeNull();

  const clip = await archive.clips.read(id);
  expect(clip?.type).toBe('audio/webm;codecs=opus');
  expect(bytesOf(await clip?.arrayBuffer())).toEqual(parts.flatMap(bytesOf));
  expect(bytesOf(await archive.clips.part(id, 1))).toEqual(bytesOf(parts[1]));
  expect(await archive.clips.part(id, 2)).toBeNull();
  expect(await checkInvariants()).toEqual([]);
  await archive.close();
});

test('what is missing is null', async () => {
  const archive = await anEmptyArchive();
  const id = newAttemptId();
  expect(await archive.attempts.get(id)).toBeNull();
  expect(await archive.attempts.update(id, (attempt) => attempt)).toBeNull();
  expect(await archive.attempts.page({ limit: 10 })).toEqual({ attempts: [], next: null });
  expect(await archive.attempts.practised()).toEqual(new Map());
  expect(await archive.attempts.orphans()).toEqual([]);
  expect(await archive.attempts.restore(id)).toBe(false);
  expect(await archive.chunks.read(id, 0, 0, 5)).toEqual([]);
  expect(await archive.clips.read(id)).toBeNull();
  expect(await archive.reviews.of(id)).toEqual([]);
  expect(await archive.prompts.list()).toEqual([]);
  expect(await archive.peaks.get(id)).toBeNull();
  expect(await archive.setAside.list()).toEqual([]);
  expect(await checkInvariants()).toEqual([]);
  await archive.close();
});

test('a repeated sequence number is a bug and leaves the first chunk as it was', async () => {
  const archive = await anEmptyArchive();
  const attempt = anUnfinishedAttempt();
  await archive.attempts.begin(attempt);
  await archive.attempts.append(aChunk({ attemptId: attempt.id, data: someBytes(4, 1) }));
  await expect(
    archive.attempts.append(aChunk({ attemptId: attempt.id, data: someBytes(4, 2) })),
  ).rejects.toThrow(/already exists/);
  expect(bytesOf((await archive.chunks.last(attempt.id, 0))?.data)).toEqual(bytesOf(someBytes(4, 1)));
  // Whose answer was lost begins it once more, and changes nothing.
  await archive.attempts.begin(attempt);
  const another = { ...attempt, startedAt: attempt.startedAt + 1 };
  await expect(archive.attempts.begin(another)).rejects.toThrow(/already exists/);
  expect((await archive.attempts.get(attempt.id))?.startedAt).toBe(attempt.startedAt);
  await archive.close();
});

test('a change that throws, or makes a record nobody could read, changes nothing', async () => {
  const archive = await anEmptyArchive();
  const kept = await keepAnAttempt(archive);
  const { id, durationMs } = kept;
  await expect(
    archive.attempts.update(id, () => {
      throw new Error('Changed my mind');
    }),
  ).rejects.toThrow('Changed my mind');
  await expect(
    archive.attempts.update(id, (attempt) => ({
      ...attempt,
      marks: [{ step: 'next', atMs: durationMs + 1 }],
    })),
  ).rejects.toThrow(/marks/);
  await expect(
    archive.attempts.update(id, (attempt) => ({ ...attempt, id: newAttemptId() })),
  ).rejects.toThrow(/keeps its id/);
  await expect(archive.attempts.update(id, () => anUnfinishedAttempt({ id }))).rejects.toThrow(/stays kept/);
  expect(await archive.attempts.get(id)).toEqual(kept);
  expect(await checkInvariants()).toEqual([]);
  await archive.close();
});

test('only a whole clip is kept, and a kept one never changes', async () => {
  const archive = await anEmptyArchive();
  const attempt = anUnfinishedAttempt();
  const { id } = attempt;
  await archive.attempts.begin(attempt);
  await archive.attempts.append(aChunk({ attemptId: id }));
  const parts = [someBytes(12, 4), someBytes(9, 5)] as const;
  const keeping = {
    durationMs: 500,
    mimeType: 'audio/webm',
    bytes: 21,
    sha256: await Promise.all(parts.map(sha256Hex)),
    marks: [],
    endedBy: null,
  };
  await expect(archive.clips.keep(id, keeping)).rejects.toThrow(/0 parts/);
  await archive.clips.putPart(id, 1, parts[1]);
  await expect(archive.clips.keep(id, keeping)).rejects.toThrow(/Part 0 .* missing/);
  await archive.clips.putPart(id, 0, parts[0]);
  await archive.clips.putPart(id, 2, someBytes(1));
  await expect(archive.clips.keep(id, keeping)).rejects.toThrow(/3 parts and 22 bytes/);
  await archive.clips.drop(id);
  await archive.clips.putPart(id, 0, someBytes(21));
  await expect(archive.clips.keep(id, keeping)).rejects.toThrow(/1 parts/);
  await archive.clips.putPart(id, 0, parts[0]);
  await archive.clips.putPart(id, 1, someBytes(8));
  await expect(archive.clips.keep(id, keeping)).rejects.toThrow(/20 bytes/);
  expect(await archive.attempts.get(id)).toEqual(attempt);
  await expect(archive.chunks.drop(id)).rejects.toThrow(/all there is/);
  expect(await archive.clips.read(id)).toBeNull();

  await archive.clips.putPart(id, 1, parts[1]);
  await archive.clips.keep(id, keeping);
  await expect(archive.clips.keep(id, keeping)).rejects.toThrow(/before/);
  await expect(archive.clips.putPart(id, 0, parts[0])).rejects.toThrow(/unfinished/);
  await expect(archive.clips.drop(id)).rejects.toThrow(/unfinished/);
  await expect(archive.clips.keep(newAttemptId(), keeping)).rejects.toThrow(/No attempt/);
  await archive.chunks.drop(id);
  expect(await checkInvariants()).toEqual([]);
  await archive.close();
});

test('pages hold every kept attempt once, newest first, however many began at the same instant', async () => {
  const archive = await anEmptyArchive();
  const instants = [5, 3, 5, 1, 5, 3, 5, 2];
  const kept = [];
  for (const startedAt of instants) kept.push(await keepAnAttempt(archive, { startedAt }));
  await archive.attempts.begin(anUnfinishedAttempt({ startedAt: 4 }));
  const expected = kept
    .toSorted((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? 1 : -1))
    .map(({ id }) => id);
  for (const limit of [1, 2, 3, 4, 7, 8, 9]) {
    const seen = [];
    let pages = 0;
    let page = await archive.attempts.page({ limit });
    for (;;) {
      pages += 1;
      seen.push(...page.attempts.map(({ id }) => id));
      if (page.next === null) break;
      expect(page.attempts).toHaveLength(limit);
      page = await archive.attempts.page({ limit, before: page.next });
    }
    expect(seen).toEqual(expected);
    expect(pages).toBe(Math.ceil(instants.length / limit));
  }
  await archive.close();
});

test('the attempts at one prompt come newest first', async () => {
  const archive = await anEmptyArchive();
  const caching = 'caching' as PromptId;
  const queues = 'queues' as PromptId;
  const middle = await keepAnAttempt(archive, { promptId: caching, startedAt: 2 });
  const newest = await keepAnAttempt(archive, { promptId: caching, startedAt: 3 });
  const oldest = await keepAnAttempt(archive, { promptId: caching, startedAt: 1 });
  await keepAnAttempt(archive, { promptId: queues, startedAt: 4 });
  await archive.attempts.begin(anUnfinishedAttempt({ promptId: caching, startedAt: 5 }));
  expect(await archive.attempts.atPrompt(caching, 2)).toEqual([newest, middle]);
  expect(await archive.attempts.atPrompt(caching, 9)).toEqual([newest, middle, oldest]);
  expect(await archive.attempts.atPrompt(caching, 9, 3)).toEqual([middle, oldest]);
  expect(await archive.attempts.atPrompt(caching, 1, 4)).toEqual([newest]);
  expect(await archive.attempts.atPrompt(caching, 9, 1)).toEqual([]);
  await archive.close();
});

test('practised prompts come with their newest kept attempt', async () => {
  const archive = await anEmptyArchive();
  const prompt = (name: string) => ({ promptId: name as PromptId });
  await keepAnAttempt(archive, { ...prompt('caching'), startedAt: 3 });
  await keepAnAttempt(archive, { ...prompt('caching'), startedAt: 7 });
  await archive.attempts.begin(anUnfinishedAttempt({ ...prompt('caching'), startedAt: 9 }));
  await archive.attempts.begin(
    anUnfinishedAttempt({ ...prompt('caching'), status: 'finishing', startedAt: 8 }),
  );
  await archive.attempts.begin(anUnfinishedAttempt({ ...prompt('queues'), startedAt: 9 }));
  await archive.attempts.begin(
    anUnfinishedAttempt({ ...prompt('sharding'), status: 'finishing', startedAt: 9 }),
  );
  await keepAnAttempt(archive, { ...prompt('tracing'), startedAt: 2 });
  const removed = await keepAnAttempt(archive, { ...prompt('tracing'), startedAt: 6 });
  await archive.attempts.remove(removed.id);
  expect(await archive.attempts.practised()).toEqual(
    new Map([
      ['caching', 7],
      ['tracing', 2],
    ]),
  );
  await archive.close();
});

test('orphans are the unfinished attempts nobody works on', async () => {
  const archive = await anEmptyArchive();
  const begin = async (fields: Parameters<typeof anUnfinishedAttempt>[0]) => {
    const attempt = anUnfinishedAttempt({ segments: [aSegment(), aSegment(), aSegment()], ...fields });
    await archive.attempts.begin(attempt);
    return attempt;
  };
  const older = await begin({ startedAt: 1, status: 'finishing' });
  const newer = await begin({ startedAt: 2 });
  const recording = await begin({ startedAt: 3 });
  const finishing = await begin({ startedAt: 4, status: 'finishing' });
  const empty = await begin({ startedAt: 5 });
  await keepAnAttempt(archive);
  const append = (seq: number, segment: number, offset: number, length: number, clockEndMs: number) =>
    archive.attempts.append(
      aChunk({ attemptId: newer.id, segment, seq, offset, clockEndMs, data: someBytes(length) }),
    );
  await append(0, 0, 0, 100, 500);
  await append(1, 0, 100, 50, 980);
  await append(0, 1, 0, 30, 1700);
  await append(1, 1, 30, 5, 1900);
  const frees = await Promise.all([holdLock(takeLock(recording.id)), holdLock(finishLock(finishing.id))]);
  expect(await archive.attempts.orphans()).toEqual([
    { attempt: empty, keptMs: 0, bytes: 0 },
    { attempt: newer, keptMs: 1900, bytes: 185 },
    { attempt: older, keptMs: 0, bytes: 0 },
  ]);
  for (const free of frees) await free?.();
  await expect.poll(async () => (await archive.attempts.orphans()).length).toBe(5);
  await archive.close();
});

test('a lock has one holder, until it is freed', async () => {
  const free = await holdLock(RECORDER_LOCK);
  expect(free).not.toBeNull();
  expect(await holdLock(RECORDER_LOCK)).toBeNull();
  await free?.();
  await expect.poll(() => holdLock(RECORDER_LOCK)).not.toBeNull();
});

test('a chunk is stored only while its attempt is being recorded', async () => {
  const archive = await anEmptyArchive();
  const attempt = anUnfinishedAttempt();
  const chunk = aChunk({ attemptId: attempt.id });
  const next = aChunk({ attemptId: attempt.id, seq: 1, offset: 16, clockEndMs: 1000 });
  const refusal = { name: 'StorageError', fault: 'unavailable' };
  await expect(archive.attempts.append(chunk)).rejects.toMatchObject(refusal);
  await archive.attempts.begin(attempt);
  await archive.attempts.append(chunk);
  await archive.attempts.update(attempt.id, (there) => ({ ...there, status: 'finishing' }));
  await expect(archive.attempts.append(next)).rejects.toMatchObject(refusal);
  // A pause or a continued take brings it back.
  await archive.attempts.update(attempt.id, (there) => ({ ...there, status: 'recording' }));
  await archive.attempts.append(next);
  await archive.attempts.remove(attempt.id);
  await expect(archive.attempts.append({ ...next, seq: 2, offset: 32 })).rejects.toMatchObject(refusal);
  await archive.close();
});

test('both archives hear of a change, once per store however many writes there were', async () => {
  const here = await anEmptyArchive();
  const there = await openArchive();
  const heard = { here: [] as string[], there: [] as string[] };
  here.onChange(({ store }) => heard.here.push(store));
  const stop = there.onChange(({ store }) => heard.there.push(store));
  const { id: attemptId } = await keepAnAttempt(here);
  await expect.poll(() => heard).toEqual({ here: ['attempts', 'attempts'], there: ['attempts', 'attempts'] });

  heard.here.length = 0;
  heard.there.length = 0;
  await Promise.all([
    here.prompts.put(anOwnPrompt()),
    there.settings.put('keyboard', { singleKeys: false }),
    here.reviews.put(aReview({ attemptId })),
  ]);
  await expect.poll(() => heard.here.toSorted()).toEqual(['prompts', 'reviews', 'settings']);
  await expect.poll(() => heard.there.toSorted()).toEqual(['prompts', 'reviews', 'settings']);

  stop();
  await here.attempts.remove(attemptId);
  await expect.poll(() => heard.here.at(-1)).toBe('attempts');
  expect(heard.there).toHaveLength(3);
  await Promise.all([here.close(), there.close()]);
});

test('chunks a dead tab left beside a kept clip are swept at the next start', async () => {
  const archive = await anEmptyArchive();
  const attempt = anUnfinishedAttempt();
  await archive.attempts.begin(attempt);
  await archive.attempts.append(aChunk({ attemptId: attempt.id }));
  const keepWithChunk = async (more: { readonly isPartial?: true }) => {
    const { id } = anUnfinishedAttempt();
    const data = someBytes(64);
    await archive.attempts.begin(anUnfinishedAttempt({ id }));
    await archive.attempts.append(aChunk({ attemptId: id }));
    await archive.clips.putPart(id, 0, data);
    const sha256 = [await sha256Hex(data)];
    const facts = { durationMs: 500, mimeType: 'audio/webm', bytes: 64, marks: [], endedBy: null };
    return archive.clips.keep(id, { ...facts, sha256, ...more });
  };
  const kept = await keepWithChunk({});
  const partial = await keepWithChunk({ isPartial: true });
  expect(await checkInvariants()).toEqual([expect.stringContaining('still has 1 chunks')]);
  await archive.close();
  const next = await openArchive();
  expect(await next.chunks.last(kept.id, 0)).toBeNull();
  expect(await next.chunks.last(attempt.id, 0)).toMatchObject({ seq: 0 });
  expect(await next.chunks.last(partial.id, 0)).toMatchObject({ seq: 0 });
  expect(await next.clips.read(kept.id)).toMatchObject({ size: kept.bytes });
  expect(await checkInvariants()).toEqual([]);
  await next.close();
});
