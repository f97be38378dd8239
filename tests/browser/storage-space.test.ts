import { expect, test, vi } from 'vitest';
import { openClips } from '../../src/storage/clips.ts';
import { type Connection, connect } from '../../src/storage/connection.ts';
import { StorageError } from '../../src/storage/errors.ts';
import {
  aChunk,
  anEmptyArchive,
  anOwnPrompt,
  anUnfinishedAttempt,
  aPartialOne,
  aReview,
  bytesOf,
  keepAnAttempt,
  someBytes,
} from '../support/factories.ts';
import { checkInvariants } from '../support/invariants.ts';

test('the audio of an attempt is deleted, and nothing else of it', async () => {
  const archive = await anEmptyArchive();
  const other = await keepAnAttempt(archive, {}, [someBytes(9)]);
  const attempt = await keepAnAttempt(archive, {}, [someBytes(64), someBytes(32, 2)]);
  const { id } = attempt;
  const review = aReview({ attemptId: id, lockedAt: 1_790_000_200_000 });
  await archive.reviews.put(review);
  const peaks = { attemptId: id, version: 1, bucketMs: 20, min: new Int8Array(2), max: new Int8Array(2) };
  await archive.peaks.put(peaks);

  const erased = await archive.clips.erase(id);
  expect(erased).toEqual({
    ...attempt,
    audioDeletedAt: expect.any(Number) as number,
    updatedAt: expect.any(Number) as number,
  });
  expect(await archive.attempts.get(id)).toEqual(erased);
  expect(await archive.clips.read(id)).toBeNull();
  expect(await archive.clips.part(id, 0)).toBeNull();
  expect(await archive.clips.part(id, 1)).toBeNull();
  expect(await archive.reviews.of(id)).toEqual([review]);
  expect(await archive.peaks.get(id)).toEqual(peaks);
  expect(bytesOf(await archive.clips.part(other.id, 0))).toEqual(bytesOf(someBytes(9)));
  expect(await checkInvariants()).toEqual([]);

  // A second time, as another tab might, changes nothing of what it says.
  expect((await archive.clips.erase(id))?.audioDeletedAt).toBe(erased?.audioDeletedAt);
  await archive.close();
});

test('chunks that were kept beside a partial clip go with it', async () => {
  const archive = await anEmptyArchive();
  const attempt = anUnfinishedAttempt();
  const { id } = attempt;
  await archive.attempts.begin(attempt);
  await archive.attempts.append(aChunk({ attemptId: id }));
  const data = someBytes(16);
  await archive.clips.putPart(id, 0, data);
  await archive.clips.keep(id, {
    durationMs: 500,
    mimeType: 'audio/webm',
    bytes: 16,
    sha256: ['0'.repeat(64)],
    marks: [],
    endedBy: 'user',
    isPartial: true,
  });
  await archive.clips.erase(id);
  expect(await archive.chunks.read(id, 0, 0, 9)).toEqual([]);
  expect(await checkInvariants()).toEqual([]);
  await archive.close();
});

test('the audio of a take that has no clip yet is never deleted', async () => {
  const archive = await anEmptyArchive();
  const attempt = anUnfinishedAttempt();
  await archive.attempts.begin(attempt);
  await archive.attempts.append(aChunk({ attemptId: attempt.id }));
  await expect(archive.clips.erase(attempt.id)).rejects.toThrow('unfinished');
  expect(await archive.chunks.read(attempt.id, 0, 0, 9)).toHaveLength(1);
  await archive.attempts.remove(attempt.id);
  expect(await archive.clips.erase(attempt.id)).toBeNull();
  await archive.close();
});

test('what must spare the reserve is kept by the connection that has none', async () => {
  const full = () => Promise.reject(new StorageError('full'));
  const withReserve = vi.fn(full);
  const bare: Connection = { read: full, write: full, close: async () => undefined };
  const connection: Connection = { ...bare, write: withReserve };
  const feed = { announce: () => undefined, listen: () => () => undefined, close: () => undefined };
  const clips = openClips({ connection, recording: bare, feed });
  const { id, ...keeping } = await aKeptOne();
  await expect(clips.keep(id, keeping, { sparesReserve: true })).rejects.toThrow('full');
  expect(withReserve).not.toHaveBeenCalled();
  await expect(clips.keep(id, keeping)).rejects.toThrow('full');
  expect(withReserve).toHaveBeenCalledOnce();
});

async function aKeptOne() {
  const archive = await anEmptyArchive();
  const attempt = await keepAnAttempt(archive);
  await archive.close();
  return attempt;
}

test('on a full disk nothing is deleted of what another tab has put into the trash', async () => {
  const archive = await anEmptyArchive();
  const { id } = await keepAnAttempt(archive, {}, [someBytes(200_000)]);
  const real = await connect({});
  let isFirst = true;
  const write: Connection['write'] = async (stores, durability, work) => {
    if (!isFirst) return real.write(stores, durability, work);
    isFirst = false;
    await archive.attempts.remove(id);
    throw new StorageError('full');
  };
  const feed = { announce: () => undefined, listen: () => () => undefined, close: () => undefined };
  const clips = openClips({ connection: { ...real, write }, recording: real, feed });
  expect(await clips.erase(id)).toBeNull();
  expect(await archive.attempts.restore(id)).toBe(true);
  expect((await archive.clips.read(id))?.size).toBe(200_000);
  await real.close();
  await archive.close();
});

test('in the trash, what fits no clip weighs as well', async () => {
  const archive = await anEmptyArchive();
  const { id } = await aPartialOne(archive, 'Torn');
  await archive.attempts.remove(id);
  expect(await archive.weighTrash()).toEqual({ records: 1, bytes: 64 + 10 });
  await archive.close();
});

test('the trash says what it weighs: clips by their bytes, takes by their chunks', async () => {
  const archive = await anEmptyArchive();
  expect(await archive.weighTrash()).toEqual({ records: 0, bytes: 0 });
  const [kept, silent] = [await keepAnAttempt(archive), await keepAnAttempt(archive)];
  await archive.clips.erase(silent.id);
  const take = anUnfinishedAttempt();
  await archive.attempts.begin(take);
  await archive.attempts.append(aChunk({ attemptId: take.id, data: someBytes(10) }));
  await archive.attempts.append(
    aChunk({ attemptId: take.id, seq: 1, offset: 10, clockEndMs: 1000, data: someBytes(5) }),
  );
  const prompt = anOwnPrompt();
  await archive.prompts.put(prompt);
  await archive.prompts.remove(prompt.id);
  for (const { id } of [kept, silent, take]) await archive.attempts.remove(id);
  expect(await archive.weighTrash()).toEqual({ records: 4, bytes: 64 + 15 });
  await archive.purgeTrash(Number.MAX_SAFE_INTEGER);
  expect(await archive.weighTrash()).toEqual({ records: 0, bytes: 0 });
  expect(await archive.attempts.restore(kept.id)).toBe(false);
  expect(await checkInvariants()).toEqual([]);
  await archive.close();
});
