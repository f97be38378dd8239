import { openDB } from 'idb';
import { expect, onTestFinished, test } from 'vitest';
import type { DeliveryFailure, Sounds } from '../../src/domain/facts.ts';
import type { AttemptId } from '../../src/domain/ids.ts';
import type { Peaks } from '../../src/domain/peaks.ts';
import type { Archive } from '../../src/storage/archive.ts';
import { type Connection, connect } from '../../src/storage/connection.ts';
import { openDeliveries } from '../../src/storage/deliveries.ts';
import { migrations } from '../../src/storage/migrations.ts';
import { openArchive } from '../../src/storage/open-archive.ts';
import { aDelivery, aKeptAttempt, anEmptyArchive, keepAnAttempt } from '../support/factories.ts';
import { checkInvariants } from '../support/invariants.ts';

async function anArchive(): Promise<Archive> {
  const archive = await anEmptyArchive();
  onTestFinished(() => archive.close());
  return archive;
}

function someSounds(attemptId: AttemptId, version = 1): Sounds {
  return { attemptId, version, sounds: [{ startMs: 100, endMs: 900, kind: 'typing', score: 0.4 }] };
}

function somePeaks(attemptId: AttemptId): Peaks {
  return { attemptId, version: 2, bucketMs: 5, min: Int8Array.of(-3), max: Int8Array.of(7) };
}

function aFailure(attemptId: AttemptId, version = 1): DeliveryFailure {
  return { attemptId, version, failed: 'undecodable' };
}

test('what one version has not measured yet is pending, newest attempt first', async () => {
  const archive = await anArchive();
  const at = (startedAt: number) => keepAnAttempt(archive, { startedAt });
  const [old, newest, middle] = [await at(1000), await at(3000), await at(2000)];
  const removed = await at(4000);
  await archive.attempts.remove(removed.id);
  const ids = async (store: 'deliveries' | 'sounds', version: number) => archive[store].pending(version);
  expect(await ids('deliveries', 1)).toEqual([newest.id, middle.id, old.id]);
  await archive.deliveries.put(aDelivery({ attemptId: newest.id, version: 1 }));
  await archive.deliveries.put(aFailure(old.id));
  expect(await ids('deliveries', 1)).toEqual([middle.id]);
  expect(await ids('deliveries', 2)).toEqual([newest.id, middle.id, old.id]);
  await archive.sounds.put(someSounds(middle.id));
  expect(await ids('sounds', 1)).toEqual([newest.id, old.id]);
  await archive.attempts.restore(removed.id);
  expect((await ids('deliveries', 1))[0]).toBe(removed.id);
});

test('a failure is no delivery, and a delivery takes its place', async () => {
  const archive = await anArchive();
  const { id } = await keepAnAttempt(archive);
  await archive.deliveries.put(aFailure(id));
  expect(await archive.deliveries.ofAll([id])).toEqual([null]);
  expect(await archive.deliveries.failureOf(id)).toEqual(aFailure(id));
  const delivery = aDelivery({ attemptId: id });
  await archive.deliveries.put(delivery);
  expect(await archive.deliveries.ofAll([id])).toEqual([delivery]);
  expect(await archive.deliveries.failureOf(id)).toBeNull();
});

test('a failure takes no place of a delivery, and those of a version are found', async () => {
  const archive = await anArchive();
  const [measured, failed] = [await keepAnAttempt(archive), await keepAnAttempt(archive)];
  const delivery = aDelivery({ attemptId: measured.id });
  await archive.deliveries.put(delivery);
  for (const { id } of [measured, failed]) await archive.deliveries.put(aFailure(id, 2));
  expect(await archive.deliveries.ofAll([measured.id])).toEqual([delivery]);
  expect(await archive.deliveries.failed(2)).toEqual([failed.id]);
  expect(await archive.deliveries.failed(1)).toEqual([]);
});

test('what is outdated is pending and stays; nothing changes of what has lost its sound', async () => {
  const archive = await anArchive();
  const [heard, silent, inTrash] = [
    await keepAnAttempt(archive),
    await keepAnAttempt(archive),
    await keepAnAttempt(archive),
  ];
  const all = [heard, silent, inTrash];
  for (const { id } of all) {
    await archive.deliveries.put(aDelivery({ attemptId: id }));
    await archive.sounds.put(someSounds(id));
    await archive.peaks.put(somePeaks(id));
  }
  await archive.clips.erase(silent.id);
  await archive.clips.erase(inTrash.id);
  await archive.attempts.remove(inTrash.id);
  const heardOf: string[] = [];
  archive.onChange(({ store }) => heardOf.push(store));
  await archive.deliveries.outdate();
  await archive.sounds.outdate();
  await archive.peaks.outdate();
  await archive.attempts.restore(inTrash.id);
  for (const { id } of all) {
    const outdated = id === heard.id ? { version: 0 } : {};
    expect(await archive.deliveries.ofAll([id])).toEqual([{ ...aDelivery({ attemptId: id }), ...outdated }]);
    expect(await archive.sounds.of(id)).toEqual({ ...someSounds(id), ...outdated });
    expect(await archive.peaks.get(id)).toEqual({ ...somePeaks(id), ...outdated });
  }
  expect(await archive.deliveries.pending(1)).toEqual([heard.id]);
  expect(await archive.sounds.pending(1)).toEqual([heard.id]);
  await expect.poll(() => heardOf).toEqual(expect.arrayContaining(['deliveries', 'sounds', 'peaks']));
  expect(await checkInvariants()).toEqual([]);
});

test('whatever is outdated, a take in another tab never waits for it', async () => {
  const archive = await anArchive();
  const ids: AttemptId[] = [];
  for (let count = 0; count < 60; count += 1) {
    const { id } = await keepAnAttempt(archive);
    await archive.deliveries.put(aDelivery({ attemptId: id }));
    ids.push(id);
  }
  const real = await connect({});
  onTestFinished(() => real.close());
  const scopes: (readonly string[])[] = [];
  const write: Connection['write'] = (stores, durability, work) => {
    scopes.push(stores);
    return real.write(stores, durability, work);
  };
  const feed = { announce: () => undefined, listen: () => () => undefined, close: () => undefined };
  await openDeliveries({ ...real, write }, feed).outdate();
  expect(scopes).toEqual([['deliveries'], ['deliveries']]);
  expect(new Set(await archive.deliveries.pending(1))).toEqual(new Set(ids));
});

test('what was measured goes for good with its attempt, and nothing is written after it', async () => {
  const archive = await anArchive();
  const { id } = await keepAnAttempt(archive);
  await archive.deliveries.put(aDelivery({ attemptId: id }));
  await archive.sounds.put(someSounds(id));
  await archive.attempts.remove(id);
  // Measured while it lay in the trash: it may be taken back.
  await archive.sounds.put(someSounds(id, 2));
  expect(await archive.sounds.of(id)).toEqual(someSounds(id, 2));
  await archive.purgeTrash(Date.now() + 1);
  await archive.sounds.put(someSounds(id));
  await archive.deliveries.put(aFailure(id));
  expect(await archive.sounds.of(id)).toBeNull();
  expect(await archive.deliveries.failureOf(id)).toBeNull();
  expect(await checkInvariants()).toEqual([]);
});

test('what cannot be read counts as not measured', async () => {
  const archive = await anArchive();
  const { id } = await keepAnAttempt(archive);
  const db = await openDB('practice');
  onTestFinished(() => db.close());
  await db.put('deliveries', { attemptId: id, version: 1, pauses: 'none' });
  await db.put('sounds', { attemptId: id, version: 1, sounds: [{ kind: 'thunder' }] });
  expect(await archive.deliveries.ofAll([id])).toEqual([null]);
  expect(await archive.deliveries.failureOf(id)).toBeNull();
  expect(await archive.sounds.of(id)).toBeNull();
});

test('deliveries of the second version of the archive are found by their version', async () => {
  await (await anEmptyArchive()).close();
  await new Promise((resolve) => {
    indexedDB.deleteDatabase('practice').onsuccess = resolve;
  });
  const second = await connect({}, migrations.slice(0, 2));
  const [one, other] = [aKeptAttempt({ startedAt: 1000 }), aKeptAttempt({ startedAt: 2000 })];
  const delivery = aDelivery({ attemptId: one.id, version: 7 });
  await second.write(['attempts', 'deliveries', 'clips'], 'strict', async (tx) => {
    for (const attempt of [one, other])
      await tx.objectStore('attempts').put({ ...attempt, audioDeletedAt: 1 });
    await tx.objectStore('deliveries').put(delivery);
  });
  await second.close();
  const archive = await openArchive();
  onTestFinished(() => archive.close());
  expect(await archive.deliveries.ofAll([one.id, other.id])).toEqual([delivery, null]);
  expect(await archive.deliveries.pending(7)).toEqual([other.id]);
  await archive.sounds.put(someSounds(other.id));
  expect(await archive.sounds.pending(1)).toEqual([one.id]);
  expect(await checkInvariants()).toEqual([]);
});
