import { expect, onTestFinished, test, vi } from 'vitest';
import { coolFinish, finishInWorker, warmFinish } from '../../src/finish/client.ts';
import { finishAttempt } from '../../src/finish/finish.ts';
import type { Archive, Change } from '../../src/storage/archive.ts';
import { StorageError } from '../../src/storage/errors.ts';
import { finishLock } from '../../src/storage/locks.ts';
import { openArchive } from '../../src/storage/open-archive.ts';
import { chunksLeft, clipOf, decoded, heard, longRecording, record, spoken, storeTake } from './takes.ts';

async function open(): Promise<Archive> {
  const archive = await openArchive();
  onTestFinished(() => archive.close());
  return archive;
}

for (const isWarm of [false, true]) {
  test(`a ${isWarm ? 'warm' : 'cold'} worker makes the clip, and the page hears of it`, async () => {
    const archive = await open();
    const take = await storeTake(archive, [await record()]);
    const changes: Change[] = [];
    archive.onChange((change) => changes.push(change));
    if (isWarm) warmFinish();
    const progress: number[] = [];
    const result = await finishInWorker(take.id, {
      endedBy: 'user',
      onProgress: (ratio) => progress.push(ratio),
    });
    expect(result).toEqual({ tag: 'kept', attempt: await archive.attempts.get(take.id) });
    expect(heard(await decoded(await clipOf(archive, take)))).toEqual(spoken(2, 1));
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect(progress.at(-1)).toBe(1);
    await expect.poll(() => changes).toContainEqual({ store: 'attempts' });
  });
}

test('an abort rejects with its reason at once and leaves a take that can be finished', async () => {
  const archive = await open();
  const recording = await longRecording(await record(), 600);
  const take = await storeTake(archive, [recording]);
  const reason = new Error('The person went elsewhere');
  const abort = new AbortController();
  const finishing = finishInWorker(take.id, {
    endedBy: 'user',
    signal: abort.signal,
    onProgress: () => abort.abort(reason),
  });
  await expect(finishing).rejects.toBe(reason);
  // Free as soon as the worker is gone, or else when it is done.
  await navigator.locks.request(finishLock(take.id), () => undefined);
  expect((await archive.attempts.get(take.id))?.status).toBe('finishing');
  expect((await chunksLeft(archive, take)).length).toBe(recording.chunks.length);
  await expect(finishInWorker(take.id, { endedBy: null, signal: abort.signal })).rejects.toBe(reason);
  expect(await finishInWorker(take.id, { endedBy: null })).toMatchObject({ tag: 'kept' });
});

test('a worker that is not needed lets go of the archive', async () => {
  const terminate = vi.spyOn(Worker.prototype, 'terminate');
  coolFinish();
  expect(terminate).not.toHaveBeenCalled();
  warmFinish();
  coolFinish();
  expect(terminate).toHaveBeenCalledOnce();
  terminate.mockRestore();
  const archive = await open();
  const take = await storeTake(archive, [await record()]);
  expect(await finishInWorker(take.id, { endedBy: 'user' })).toMatchObject({ tag: 'kept' });
});

test('lists hear of it when an attempt is no longer being finished', async () => {
  const archive = await open();
  const take = await storeTake(archive, [await record()]);
  await archive.attempts.update(take.id, (there) => ({ ...there, status: 'finishing' }));
  const counts: number[] = [];
  archive.onChange(() => {
    void archive.attempts.orphans().then((orphans) => counts.push(orphans.length));
  });
  const failing = {
    ...archive,
    clips: { ...archive.clips, putPart: () => Promise.reject(new StorageError('full')) },
  };
  expect(await finishAttempt(failing, take.id, { endedBy: null })).toMatchObject({ tag: 'failed' });
  counts.length = 0;
  await expect.poll(() => counts.at(-1)).toBeGreaterThan(0);
});
