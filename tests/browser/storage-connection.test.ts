import { expect, onTestFinished, test, vi } from 'vitest';
import { cdp } from 'vitest/browser';
import { connect } from '../../src/storage/connection.ts';
import { migrations } from '../../src/storage/migrations.ts';
import { openArchive } from '../../src/storage/open-archive.ts';
import {
  aChunk,
  anEmptyArchive,
  anOwnPrompt,
  anUnfinishedAttempt,
  aReview,
  bytesOf,
  keepAnAttempt,
  someBytes,
} from '../support/factories.ts';
import { checkInvariants } from '../support/invariants.ts';

const nextVersion = [...migrations, () => {}];

function openRaw(version?: number): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open('practice', version);
    request.onsuccess = () => resolve(request.result);
    request.onerror = reject;
  });
}

/** The next transaction is committed, and the browser says that it was not. */
function loseTheNextAnswer(): void {
  const transaction = Reflect.get(IDBDatabase.prototype, 'transaction');
  IDBDatabase.prototype.transaction = function (...args) {
    IDBDatabase.prototype.transaction = transaction;
    const tx = transaction.apply(this, args);
    tx.addEventListener('complete', (event) => {
      event.stopImmediatePropagation();
      tx.dispatchEvent(new Event('abort'));
    });
    return tx;
  };
}

const lost = () => new DOMException('Connection to Indexed Database server lost', 'UnknownError');

test('data of a newer version is not touched', async () => {
  await (await anEmptyArchive()).close();
  (await openRaw(migrations.length + 1)).close();
  await expect(openArchive()).rejects.toMatchObject({ name: 'StorageError', fault: 'newer' });
  const untouched = await openRaw();
  expect(untouched.version).toBe(migrations.length + 1);
  untouched.close();
});

test('an upgrade says that another tab is in the way, and goes on when that is closed', async () => {
  await (await anEmptyArchive()).close();
  const otherTab = await openRaw();
  let blocked = 0;
  const upgrade = connect({ onBlocked: () => (blocked += 1) }, nextVersion);
  await expect.poll(() => blocked).toBe(1);
  otherTab.close();
  await (await upgrade).close();
});

test('whoever does not wait for another tab is told that it blocks', async () => {
  await (await anEmptyArchive()).close();
  const otherTab = await openRaw();
  await expect(connect({}, nextVersion)).rejects.toMatchObject({ fault: 'blocked' });
  otherTab.close();
  // What was given up lets go by itself.
  await (await anEmptyArchive()).close();
});

test('a tab with an old version makes way, and says from then on why it has no data', async () => {
  let outdated = 0;
  const old = await anEmptyArchive({ onOutdated: () => (outdated += 1) });
  const next = await connect({}, nextVersion);
  expect(outdated).toBe(1);
  await expect(old.prompts.list()).rejects.toMatchObject({ fault: 'newer' });
  await Promise.all([old.close(), next.close()]);
});

test('an upgrade does not interrupt a take', async () => {
  let isTakeRunning = true;
  let outdated = 0;
  const old = await anEmptyArchive({
    onOutdated: () => (outdated += 1),
    mayClose: () => !isTakeRunning,
  });
  const attempt = anUnfinishedAttempt();
  await old.attempts.begin(attempt);
  let isUpgraded = false;
  const upgrade = connect({ onBlocked: () => {} }, nextVersion).then((next) => {
    isUpgraded = true;
    return next;
  });
  await expect.poll(() => outdated).toBe(1);
  await old.attempts.append(aChunk({ attemptId: attempt.id }));
  expect(isUpgraded).toBe(false);
  isTakeRunning = false;
  await old.close();
  const next = await upgrade;
  expect(await next.read(['chunks'], (tx) => tx.objectStore('chunks').count())).toBe(1);
  await next.close();
});

test('after the take the next transaction makes way for the upgrade by itself', async () => {
  let isTakeRunning = true;
  let outdated = 0;
  const old = await anEmptyArchive({ onOutdated: () => (outdated += 1), mayClose: () => !isTakeRunning });
  const upgrade = connect({ onBlocked: () => {} }, nextVersion);
  await expect.poll(() => outdated).toBe(1);
  await old.prompts.put(anOwnPrompt());
  isTakeRunning = false;
  expect(await old.prompts.list()).toHaveLength(1);
  await (await upgrade).close();
  await expect(old.prompts.list()).rejects.toMatchObject({ fault: 'newer' });
  await old.close();
});

test('a migration that fails leaves the data as it was', async () => {
  const archive = await anEmptyArchive();
  await archive.prompts.put(anOwnPrompt());
  await archive.close();
  const failing = [
    ...migrations,
    async (_db: unknown, tx: { objectStore(name: 'prompts'): { clear(): Promise<void> } }) => {
      await tx.objectStore('prompts').clear();
      throw new Error('A bug in a migration');
    },
  ];
  await expect(connect({}, failing)).rejects.toMatchObject({
    fault: 'unavailable',
    cause: new Error('A bug in a migration'),
  });
  const again = await openArchive();
  expect(await again.prompts.list()).toHaveLength(1);
  await again.close();
});

test('a connection the browser takes away is opened again', async () => {
  const archive = await anEmptyArchive();
  await archive.prompts.put(anOwnPrompt());
  await cdp().send('Storage.clearDataForOrigin', { origin: location.origin, storageTypes: 'indexeddb' });
  expect(await archive.prompts.list()).toEqual([]);
  const prompt = anOwnPrompt();
  await archive.prompts.put(prompt);
  expect(await archive.prompts.list()).toEqual([prompt]);
  await archive.close();
});

/** The real connection of the next archive that opens, so that it can be ended from outside. */
function catchConnection(): Promise<IDBDatabase> {
  return new Promise((resolve) => {
    const { open: real } = IDBFactory.prototype;
    IDBFactory.prototype.open = function (...args) {
      IDBFactory.prototype.open = real;
      const request = real.apply(this, args);
      request.addEventListener('success', () => resolve(request.result));
      return request;
    };
  });
}

test('a connection that was closed under us is opened again, with or without a word', async () => {
  await (await anEmptyArchive()).close();
  for (const says of [true, false]) {
    const caught = catchConnection();
    const archive = await openArchive();
    const db = await caught;
    db.close();
    if (says) db.dispatchEvent(new Event('close'));
    const prompt = anOwnPrompt();
    // The first `transaction()` on it throws InvalidStateError.
    await archive.prompts.put(prompt);
    expect(await archive.prompts.get(prompt.id)).toEqual(prompt);
    const attempt = anUnfinishedAttempt();
    await archive.attempts.begin(attempt);
    await archive.attempts.append(aChunk({ attemptId: attempt.id }));
    expect(await archive.chunks.read(attempt.id, 0, 0, 9)).toHaveLength(1);
    await archive.close();
  }
});

test('a connection that closes in the middle of a transaction costs nothing of it', async () => {
  await (await anEmptyArchive()).close();
  const connection = await connect({});
  const prompt = anOwnPrompt();
  const runs: boolean[] = [];
  await connection.write(['prompts'], 'strict', async (tx, isRetry) => {
    runs.push(isRetry);
    await tx.objectStore('prompts').put(prompt);
    if (isRetry) return;
    // The browser clears the site's data: its transactions end with AbortError, its connections with `close`.
    void cdp().send('Storage.clearDataForOrigin', { origin: location.origin, storageTypes: 'indexeddb' });
    // A transaction without a request would be complete before that.
    for (const until = performance.now() + 5000; performance.now() < until; )
      await tx.objectStore('prompts').count();
  });
  expect(runs).toEqual([false, true]);
  expect(await connection.read(['prompts'], (tx) => tx.objectStore('prompts').getAll())).toEqual([prompt]);
  await connection.close();
});

test('a transaction that is aborted, and not for want of space, runs once more', async () => {
  await (await anEmptyArchive()).close();
  const connection = await connect({});
  const { transaction } = IDBDatabase.prototype;
  let aborted = 0;
  IDBDatabase.prototype.transaction = function (...args) {
    IDBDatabase.prototype.transaction = transaction;
    const tx = transaction.apply(this, args);
    const { objectStore } = tx;
    tx.objectStore = (name) => {
      queueMicrotask(() => {
        aborted += 1;
        tx.abort();
      });
      return objectStore.call(tx, name);
    };
    return tx;
  };
  const prompt = anOwnPrompt();
  await connection.write(['prompts'], 'relaxed', (tx) => tx.objectStore('prompts').put(prompt));
  expect(aborted).toBe(1);
  expect(await connection.read(['prompts'], (tx) => tx.objectStore('prompts').getAll())).toEqual([prompt]);
  await connection.close();
});

test('somebody who deletes the database is let do so, and what is written next is there', async () => {
  const archive = await anEmptyArchive();
  await archive.prompts.put(anOwnPrompt());
  const deleted = new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase('practice');
    request.onsuccess = resolve;
    request.onerror = reject;
    request.onblocked = () => reject(new Error('Blocked'));
  });
  await deleted;
  const prompt = anOwnPrompt();
  await archive.prompts.put(prompt);
  expect(await archive.prompts.list()).toEqual([prompt]);
  await archive.close();
});

/** The next `times` openings end with the error WebKit gives when its process is gone. */
function failToOpen(times: number): () => number {
  const { open } = IDBFactory.prototype;
  let failed = 0;
  IDBFactory.prototype.open = function (...args) {
    const request = open.apply(this, args);
    if (failed === times) return request;
    failed += 1;
    const error = new DOMException('Internal error opening backing store', 'UnknownError');
    Object.defineProperty(request, 'error', { value: error });
    request.addEventListener('success', (event) => {
      event.stopImmediatePropagation();
      request.result.close();
      request.dispatchEvent(new Event('error'));
    });
    return request;
  };
  onTestFinished(() => {
    IDBFactory.prototype.open = open;
  });
  return () => failed;
}

test('an unknown error at opening is met with one more try, and no more', async () => {
  await (await anEmptyArchive()).close();
  const failed = failToOpen(1);
  const archive = await openArchive();
  expect(failed()).toBe(1);
  await archive.prompts.put(anOwnPrompt());
  await archive.close();

  const lasting = failToOpen(2);
  await expect(openArchive()).rejects.toMatchObject({
    fault: 'unavailable',
    cause: { name: 'UnknownError' },
  });
  expect(lasting()).toBe(2);
  // Who tries again later is not refused for what was.
  const again = await openArchive();
  expect(await again.prompts.list()).toHaveLength(1);
  await again.close();
});

test('a transaction that meets the loss of its connection runs once more, and only once', async () => {
  await (await anEmptyArchive()).close();
  const connection = await connect({});
  const runs: boolean[] = [];
  const result = await connection.write(['prompts'], 'relaxed', async (tx, isRetry) => {
    runs.push(isRetry);
    await tx.objectStore('prompts').put(anOwnPrompt());
    if (!isRetry) throw lost();
    return tx.objectStore('prompts').count();
  });
  expect(result).toBe(1);
  expect(runs).toEqual([false, true]);
  runs.length = 0;
  const failing = connection.write(['prompts'], 'relaxed', (_tx, isRetry) => {
    runs.push(isRetry);
    return Promise.reject(lost());
  });
  await expect(failing).rejects.toMatchObject({ fault: 'unavailable', cause: { name: 'UnknownError' } });
  expect(runs).toEqual([false, true]);
  await connection.close();
});

test('a loss that is noticed late costs no connection opened since', async () => {
  await (await anEmptyArchive()).close();
  const connection = await connect({});
  const open = vi.spyOn(IDBFactory.prototype, 'open');
  const late = Promise.withResolvers<never>();
  const slow = connection.read(['prompts'], (tx) =>
    open.mock.calls.length === 0 ? late.promise : tx.objectStore('prompts').count(),
  );
  const quick = connection.read(['prompts'], (tx) =>
    open.mock.calls.length === 0 ? Promise.reject(lost()) : tx.objectStore('prompts').count(),
  );
  expect(await quick).toBe(0);
  late.reject(lost());
  expect(await slow).toBe(0);
  expect(open).toHaveBeenCalledOnce();
  open.mockRestore();
  await connection.close();
});

test('a chunk can be stored again when nobody knows whether it was', async () => {
  const archive = await anEmptyArchive();
  const attempt = anUnfinishedAttempt();
  await archive.attempts.begin(attempt);
  const chunk = aChunk({ attemptId: attempt.id });
  await archive.attempts.append(chunk);
  await archive.attempts.append(chunk);
  const next = aChunk({ attemptId: attempt.id, seq: 1, offset: 16, clockEndMs: 1000 });
  await archive.attempts.append(next);
  expect(await archive.chunks.read(attempt.id, 0, 0, 9)).toHaveLength(2);
  expect(await checkInvariants()).toEqual([]);
  await archive.close();
});

test('what was written although the browser said otherwise is neither lost nor refused nor doubled', async () => {
  const archive = await anEmptyArchive();
  const attempt = anUnfinishedAttempt();
  loseTheNextAnswer();
  await archive.attempts.begin(attempt);
  expect(await archive.attempts.get(attempt.id)).toEqual(attempt);

  loseTheNextAnswer();
  await archive.attempts.append(aChunk({ attemptId: attempt.id, data: someBytes(9) }));
  const chunks = await archive.chunks.read(attempt.id, 0, 0, 9);
  expect(chunks.map(({ data }) => bytesOf(data))).toEqual([bytesOf(someBytes(9))]);

  const kept = await keepAnAttempt(archive);
  const review = aReview({ attemptId: kept.id, lockedAt: 5 });
  loseTheNextAnswer();
  await archive.reviews.put(review);
  expect(await archive.reviews.of(kept.id)).toEqual([review]);

  loseTheNextAnswer();
  await archive.attempts.remove(kept.id);
  expect(await archive.attempts.get(kept.id)).toBeNull();
  loseTheNextAnswer();
  expect(await archive.attempts.restore(kept.id)).toBe(true);
  expect(await archive.attempts.get(kept.id)).toEqual(kept);
  expect(await checkInvariants()).toEqual([]);
  await archive.close();
});

test('a clip is kept although the browser said otherwise', async () => {
  const archive = await anEmptyArchive();
  const attempt = anUnfinishedAttempt();
  await archive.attempts.begin(attempt);
  await archive.clips.putPart(attempt.id, 0, someBytes(3));
  loseTheNextAnswer();
  const kept = await archive.clips.keep(attempt.id, {
    durationMs: 1,
    mimeType: 'audio/webm',
    bytes: 3,
    sha256: ['0'.repeat(64)],
    marks: [],
    endedBy: 'user',
  });
  expect(await archive.attempts.get(attempt.id)).toEqual(kept);
  await archive.close();
});

test('a closed archive answers with a fault', async () => {
  const archive = await anEmptyArchive();
  await archive.close();
  await archive.close();
  await expect(archive.prompts.list()).rejects.toMatchObject({ fault: 'unavailable' });
  await expect(archive.prompts.put(anOwnPrompt())).rejects.toMatchObject({ fault: 'unavailable' });
});
