import { expect, onTestFinished, test, vi } from 'vitest';
import type { FinishResult } from '../../src/finish/client.ts';
import type { Archive } from '../../src/storage/archive.ts';
import { StorageError, type StorageFault } from '../../src/storage/errors.ts';
import { takeLock } from '../../src/storage/locks.ts';
import { anEmptyArchive } from '../support/factories.ts';
import { checkInvariants } from '../support/invariants.ts';
import {
  allChunks,
  aPlan,
  aSession,
  expectContiguous,
  ourLocks,
  reaches,
  records,
  spyOnRecorders,
} from './recording.ts';

/** Chunks from the `from`th on are refused, `times` times. */
function refuseChunks(archive: Archive, fault: StorageFault, from: number, times: number): void {
  const { append } = archive.attempts;
  let written = 0;
  let refused = 0;
  vi.spyOn(archive.attempts, 'append').mockImplementation(async (chunk) => {
    if (written >= from && refused < times) {
      refused += 1;
      throw new StorageError(fault);
    }
    await append(chunk);
    written += 1;
  });
}

test('a full disk ends the take with all that was saved', async () => {
  const archive = await anEmptyArchive();
  refuseChunks(archive, 'full', 2, Infinity);
  const session = aSession(archive);
  session.start(aPlan());
  const saved = await reaches(session, 'saved', 12_000);
  expect(saved.cause).toBe('disk-full');
  expect(saved.keptMs).toBeGreaterThan(800);
  const kept = await archive.attempts.get(saved.attemptId);
  expect(kept).toMatchObject({ status: 'kept', endedBy: 'disk-full' });
  await expect.poll(ourLocks, { timeout: 5000 }).toEqual([]);
  expect(await checkInvariants()).toEqual([]);
  await archive.close();
});

test('the last words of a take that a full disk ends are worth the reserve', async () => {
  const archive = await anEmptyArchive();
  const { append } = archive.attempts;
  vi.spyOn(archive.attempts, 'append').mockImplementation(async (chunk, options) => {
    if (chunk.seq >= 2 && options?.mayUseReserve !== true) throw new StorageError('full');
    await append(chunk, options);
  });
  const session = aSession(archive);
  session.start(aPlan());
  const { attemptId } = await reaches(session, 'recording');
  await expect.poll(() => session.getSnapshot().state.tag, { timeout: 8000 }).not.toBe('recording');
  const endedMs = session.elapsedMs();
  const saved = await reaches(session, 'saved', 12_000);
  expect(saved).toMatchObject({ attemptId, cause: 'disk-full' });
  expect(Math.abs(saved.keptMs - endedMs)).toBeLessThan(250);
  await archive.close();
});

test('what a full disk refused is kept in memory and written once there is room', async () => {
  const archive = await anEmptyArchive();
  refuseChunks(archive, 'full', 2, 1);
  const stored: number[] = [];
  const session = aSession(archive, {
    finish: async (id) => {
      const segments = await allChunks(archive, id);
      expectContiguous(segments);
      stored.push(segments.flat().length);
      return { tag: 'failed', fault: 'full', reason: 'No room for the clip' };
    },
  });
  session.start(aPlan());
  const failed = await reaches(session, 'failed', 12_000);
  expect(failed).toMatchObject({ cause: 'disk-full', fault: 'disk-full' });
  // Two before, the refused one, and the encoder's last.
  expect(stored[0]).toBeGreaterThanOrEqual(4);
  expect(failed.savedMs).toBe(failed.bankedMs);

  // Room was made: trying again makes the clip.
  session.finish();
  await reaches(session, 'failed');
  expect(stored).toHaveLength(2);
  // It is this tab's until it is left: another one must not go on with it while this one may try again.
  expect(await ourLocks()).toEqual([takeLock(failed.attemptId)]);
  expect(await archive.attempts.orphans()).toEqual([]);
  await session.dispose();
  const [orphan] = await archive.attempts.orphans();
  expect(orphan?.attempt.id).toBe(failed.attemptId);
  await archive.close();
});

test('a lost connection to the disk ends the take as well', async () => {
  const archive = await anEmptyArchive();
  refuseChunks(archive, 'unavailable', 1, Infinity);
  const session = aSession(archive);
  session.start(aPlan());
  const saved = await reaches(session, 'saved', 12_000);
  expect(saved.cause).toBe('disk');
  await archive.close();
});

test('a disk that is full from the start records nothing and says so', async () => {
  const archive = await anEmptyArchive();
  const spy = spyOnRecorders();
  vi.spyOn(archive.attempts, 'begin').mockRejectedValue(new StorageError('full'));
  const session = aSession(archive);
  session.start(aPlan());
  const failed = await reaches(session, 'failed');
  expect(failed).toMatchObject({ cause: 'disk-full', fault: 'disk-full', savedMs: 0 });
  expect(spy.made).toHaveLength(0);
  await expect.poll(ourLocks, { timeout: 5000 }).toEqual([]);
  session.close();
  expect(session.getSnapshot().state.tag).toBe('idle');
  await archive.close();
});

test('a slow disk is warned of, and every chunk is written in order all the same', async () => {
  const archive = await anEmptyArchive();
  const { append } = archive.attempts;
  let open = () => undefined as void;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  vi.spyOn(archive.attempts, 'append').mockImplementation((chunk) => gate.then(() => append(chunk)));
  const session = aSession(archive);
  session.start(aPlan());
  await expect.poll(() => session.getSnapshot().warning, { timeout: 8000 }).toBe('slow-disk');
  expect(session.getSnapshot().savedMs).toBe(0);
  open();
  const id = await records(session, 2500);
  await expect.poll(() => session.getSnapshot().warning).toBeNull();
  expectContiguous(await allChunks(archive, id));
  await session.dispose();
  await archive.close();
});

/** A disk on which chunks wait until it is told to go on, or to refuse `refusals` of them first. */
function hangingDisk(archive: Archive) {
  const { append } = archive.attempts;
  const gate = Promise.withResolvers<number>();
  let refused = 0;
  vi.spyOn(archive.attempts, 'append').mockImplementation(async (chunk) => {
    const refusals = await gate.promise;
    refused += 1;
    if (refused <= refusals) throw new StorageError('unavailable');
    await append(chunk);
  });
  return { goOn: (refusals = 0) => gate.resolve(refusals) };
}

test('a disk that hangs when the take ends is waited for, and nothing is lost', {
  timeout: 30_000,
}, async () => {
  const archive = await anEmptyArchive();
  const disk = hangingDisk(archive);
  const session = aSession(archive);
  session.start(aPlan());
  const { attemptId } = await reaches(session, 'recording');
  await expect.poll(() => session.elapsedMs(), { timeout: 5000 }).toBeGreaterThan(1200);
  session.finish();
  const elapsedMs = session.elapsedMs();
  await expect.poll(() => session.getSnapshot().warning, { timeout: 4000 }).toBe('slow-disk');
  await new Promise((resolve) => setTimeout(resolve, 11_000));
  expect(session.getSnapshot().state.tag).toBe('stopping');
  disk.goOn();
  const saved = await reaches(session, 'saved');
  expect(saved).toMatchObject({ attemptId, cause: 'user' });
  expect(Math.abs(saved.keptMs - elapsedMs)).toBeLessThan(300);
  await archive.close();
});

test('a page may be left while the disk hangs: writing goes on, and the take stays this page’s meanwhile', {
  timeout: 30_000,
}, async () => {
  const archive = await anEmptyArchive();
  const disk = hangingDisk(archive);
  const session = aSession(archive);
  session.start(aPlan());
  const { attemptId } = await reaches(session, 'recording');
  await expect.poll(() => session.elapsedMs(), { timeout: 5000 }).toBeGreaterThan(1200);
  const elapsedMs = session.elapsedMs();
  await session.dispose();
  expect(await ourLocks()).toEqual([takeLock(attemptId)]);
  disk.goOn();
  await expect
    .poll(async () => (await archive.attempts.orphans())[0]?.keptMs)
    .toBeGreaterThanOrEqual(elapsedMs);
  expectContiguous(await allChunks(archive, attemptId));
  await archive.close();
});

test('a take the disk refused twice is kept in memory, and trying again saves all of it', async () => {
  const archive = await anEmptyArchive();
  const disk = hangingDisk(archive);
  disk.goOn(2);
  const session = aSession(archive);
  session.start(aPlan());
  const failed = await reaches(session, 'failed');
  expect(failed).toMatchObject({ fault: 'disk', savedMs: 0, isWhole: false });
  expect(await archive.attempts.get(failed.attemptId)).not.toBeNull();
  session.finish();
  const saved = await reaches(session, 'saved');
  expect(Math.abs(saved.keptMs - failed.bankedMs)).toBeLessThan(300);
  expect(await checkInvariants()).toEqual([]);
  await archive.close();
});

test('a take left while it is being saved is anybody’s when saving fails', async () => {
  const archive = await anEmptyArchive();
  const result = Promise.withResolvers<FinishResult>();
  const session = aSession(archive, { finish: () => result.promise });
  session.start(aPlan());
  const id = await records(session, 500);
  session.finish();
  await reaches(session, 'saving');
  await session.dispose();
  result.resolve({ tag: 'failed', fault: 'full', reason: 'No room' });
  await expect.poll(async () => (await archive.attempts.orphans())[0]?.attempt.id).toBe(id);
  expect(session.getSnapshot().state.tag).toBe('idle');
  await archive.close();
});

test('a store that is away for seconds ends no take: what comes meanwhile waits, and that is said', async () => {
  const archive = await anEmptyArchive();
  const { append } = archive.attempts;
  let isAway = false;
  vi.spyOn(archive.attempts, 'append').mockImplementation(async (chunk) => {
    if (isAway) throw new StorageError('unavailable', { cause: new DOMException('Lost', 'UnknownError') });
    await append(chunk);
  });
  const session = aSession(archive);
  session.start(aPlan());
  const id = await records(session, 500);
  isAway = true;
  await expect.poll(() => session.getSnapshot().warning, { timeout: 4000 }).toBe('slow-disk');
  const { savedMs } = session.getSnapshot();
  await expect.poll(() => session.elapsedMs()).toBeGreaterThan(savedMs + 2000);
  expect(session.getSnapshot().state.tag).toBe('recording');
  isAway = false;
  await records(session, savedMs + 2000);
  expect(session.getSnapshot().warning).toBeNull();
  session.finish();
  await reaches(session, 'saved');
  expect((await archive.attempts.get(id))?.endedBy).toBe('user');
  expect(await checkInvariants()).toEqual([]);
  await archive.close();
});

test('a failing encoder ends the take with what was said', async () => {
  const archive = await anEmptyArchive();
  const spy = spyOnRecorders();
  const session = aSession(archive);
  session.start(aPlan());
  const id = await records(session, 1000);
  spy.made[0]?.dispatchEvent(new Event('error'));
  const saved = await reaches(session, 'saved');
  expect(saved).toMatchObject({ attemptId: id, cause: 'encoder' });

  session.start(aPlan());
  await records(session, 500);
  // Stopped, and nobody told it to.
  spy.made[1]?.stop();
  expect((await reaches(session, 'saved')).cause).toBe('encoder');
  await archive.close();
});

test('an encoder that never reports its stop is waited for five seconds', async () => {
  const archive = await anEmptyArchive();
  spyOnRecorders({ neverStops: true });
  const session = aSession(archive);
  session.start(aPlan());
  await records(session, 1000);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  session.finish();
  expect(session.getSnapshot().state.tag).toBe('stopping');
  await vi.advanceTimersByTimeAsync(4900);
  expect(session.getSnapshot().state.tag).toBe('stopping');
  await vi.advanceTimersByTimeAsync(200);
  vi.useRealTimers();
  const saved = await reaches(session, 'saved');
  expect(saved.keptMs).toBeGreaterThan(900);
  await archive.close();
});

test('a worker that cannot be loaded leaves a take that can be finished later', async () => {
  const archive = await anEmptyArchive();
  const report = vi.spyOn(window, 'reportError').mockImplementation(() => undefined);
  const session = aSession(archive, { finish: () => Promise.reject(new Error('No worker')) });
  session.start(aPlan());
  const id = await records(session, 500);
  session.finish();
  expect(await reaches(session, 'failed')).toMatchObject({ fault: 'disk', cause: 'user' });
  expect(report).toHaveBeenCalledOnce();
  await session.dispose();
  const [orphan] = await archive.attempts.orphans();
  expect(orphan?.attempt.id).toBe(id);
  report.mockRestore();
  await archive.close();
});

test('progress is shown while the clip is made', async () => {
  const archive = await anEmptyArchive();
  const seen: (number | null)[] = [];
  const session = aSession(archive, {
    finish: async (_id, _endedBy, onProgress) => {
      for (const ratio of [0.25, 1]) onProgress(ratio);
      return { tag: 'failed', fault: 'mixed', reason: 'Two formats' };
    },
  });
  session.subscribe(() => seen.push(session.getSnapshot().finishProgress));
  session.start(aPlan());
  await records(session, 500);
  session.finish();
  expect(await reaches(session, 'failed')).toMatchObject({ fault: 'mixed' });
  expect(seen.filter((ratio) => ratio !== null)).toEqual([0.25, 1]);
  expect(session.getSnapshot().finishProgress).toBeNull();
  await archive.close();
});
