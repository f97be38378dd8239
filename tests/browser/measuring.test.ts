import { expect, onTestFinished, test, vi } from 'vitest';
import { DELIVERY_VERSION } from '../../src/analysis/client.ts';
import { chooseModel, removeModel, SOUNDS_VERSION } from '../../src/analysis/sounds-client.ts';
import { createQueue, type Queue } from '../../src/app/measuring-queue.ts';
import type { KeptAttempt } from '../../src/domain/attempt.ts';
import type { Delivery, DeliveryFailure } from '../../src/domain/facts.ts';
import type { AttemptId } from '../../src/domain/ids.ts';
import type { Archive } from '../../src/storage/archive.ts';
import { StorageError } from '../../src/storage/errors.ts';
import { finishLock, heldLocks, holdLock, RECORDER_LOCK } from '../../src/storage/locks.ts';
import { openArchive } from '../../src/storage/open-archive.ts';
import { aDelivery, anEmptyArchive, keepAnAttempt, someBytes } from '../support/factories.ts';
import { checkInvariants } from '../support/invariants.ts';
import { speechLike } from '../support/speech-like.ts';
import { fileAt, MODEL_FILE } from './shared-files.ts';
import { wav } from './takes.ts';

/** Long enough to be interrupted. */
const LONG_SEC = 240;

const patiently = { timeout: 20_000, interval: 20 };

async function anArchive(): Promise<Archive> {
  const archive = await anEmptyArchive();
  onTestFinished(() => archive.close());
  return archive;
}

/** Ends with the test at the latest. */
function aQueue(archive: Archive): Queue {
  const ended = new AbortController();
  onTestFinished(() => ended.abort());
  return createQueue(archive, ended.signal);
}

let startedAt = 1_790_000_000_000;

/** Each newer than the one before. */
async function keepClip(
  archive: Archive,
  seconds = 1,
  fields: Partial<KeptAttempt> = {},
): Promise<AttemptId> {
  startedAt += 1000;
  const clip = await wav(speechLike(seconds, 1, 16_000), 16_000).arrayBuffer();
  const { id } = await keepAnAttempt(archive, { startedAt, mimeType: 'audio/wav', ...fields }, [clip]);
  return id;
}

/** The attempts in the order in which something was stored for them through this archive. */
function storedIn(archive: Archive): readonly AttemptId[] {
  const ids: AttemptId[] = [];
  const put = archive.deliveries.put;
  vi.spyOn(archive.deliveries, 'put').mockImplementation(async (delivery: Delivery | DeliveryFailure) => {
    await put(delivery);
    ids.push(delivery.attemptId);
  });
  return ids;
}

async function measuredOf(archive: Archive, id: AttemptId): Promise<Delivery | null> {
  const [delivery = null] = await archive.deliveries.ofAll([id]);
  return delivery;
}

/** A take in this tab, as the record page says it. */
function recordHere(): () => void {
  document.documentElement.dataset['recording'] = 'true';
  const end = () => {
    delete document.documentElement.dataset['recording'];
  };
  onTestFinished(end);
  return end;
}

const begun = (queue: Queue) => expect.poll(() => (queue.getState().current?.progress ?? 0) > 0, patiently);

test('what is not measured yet is measured, newest first, drills too, and nothing without sound', async () => {
  const archive = await anArchive();
  const stored = storedIn(archive);
  const old = await keepClip(archive);
  const erased = await keepClip(archive);
  await archive.clips.erase(erased);
  const outdated = await keepClip(archive);
  await archive.deliveries.put(aDelivery({ attemptId: outdated, version: DELIVERY_VERSION - 1 }));
  const current = await keepClip(archive);
  await archive.deliveries.put(aDelivery({ attemptId: current, version: DELIVERY_VERSION }));
  const drill = await keepClip(archive, 1, { parentId: old, drillStep: 'tradeoffs' });
  const queue = aQueue(archive);
  await expect.poll(() => stored.slice(2), patiently).toEqual([drill, outdated, old]);
  await expect.poll(() => queue.getState().current).toBeNull();
  expect(await measuredOf(archive, drill)).toMatchObject({ attemptId: drill, version: DELIVERY_VERSION });
  expect(await measuredOf(archive, outdated)).toMatchObject({ version: DELIVERY_VERSION });
  expect(await measuredOf(archive, erased)).toBeNull();
  expect(queue.getState()).toMatchObject({ failed: new Map(), fault: null });
  expect(await checkInvariants()).toEqual([]);
});

test('an attempt is measured as soon as it is kept', async () => {
  const archive = await anArchive();
  aQueue(archive);
  const id = await keepClip(archive);
  await expect.poll(() => measuredOf(archive, id), patiently).not.toBeNull();
  const other = await keepClip(archive);
  await expect.poll(() => measuredOf(archive, other), patiently).not.toBeNull();
});

test('the attempt on screen comes first, even before one that is being measured', async () => {
  const archive = await anArchive();
  const stored = storedIn(archive);
  const shown = await keepClip(archive);
  const newest = await keepClip(archive, LONG_SEC);
  const queue = aQueue(archive);
  await begun(queue).toBe(true);
  expect(queue.getState().current?.id).toBe(newest);
  queue.prefer(shown);
  await expect.poll(() => stored, patiently).toEqual([shown, newest]);
});

test('a take in this tab ends a measurement at once, which begins anew afterwards', async () => {
  const archive = await anArchive();
  const id = await keepClip(archive, LONG_SEC);
  const queue = aQueue(archive);
  await begun(queue).toBe(true);
  const end = recordHere();
  await new Promise((resolve) => setTimeout(resolve));
  expect(queue.getState().current).toBeNull();
  expect((await heldLocks()).has('measuring')).toBe(false);
  const other = await keepClip(archive);
  expect(await measuredOf(archive, other)).toBeNull();
  end();
  await expect.poll(() => measuredOf(archive, id), patiently).not.toBeNull();
  expect(await measuredOf(archive, other)).not.toBeNull();
});

test('an open microphone in any tab ends a measurement, too, and none begins meanwhile', async () => {
  const archive = await anArchive();
  const id = await keepClip(archive, LONG_SEC);
  const queue = aQueue(archive);
  await begun(queue).toBe(true);
  const free = await holdLock(RECORDER_LOCK);
  await expect.poll(() => queue.getState().current, { interval: 5 }).toBeNull();
  const other = await keepClip(archive);
  expect(await measuredOf(archive, other)).toBeNull();
  await free?.();
  await expect.poll(() => measuredOf(archive, id), patiently).not.toBeNull();
  expect(await measuredOf(archive, other)).not.toBeNull();
  expect((await heldLocks()).has(RECORDER_LOCK)).toBe(false);
});

test('an open microphone is noticed though the worker says nothing', async () => {
  const archive = await anArchive();
  await keepClip(archive);
  const Original = window.Worker;
  onTestFinished(() => {
    window.Worker = Original;
  });
  window.Worker = class extends Original {
    constructor() {
      super(URL.createObjectURL(new Blob([''])));
    }
  };
  const queue = aQueue(archive);
  await expect.poll(() => queue.getState().current, patiently).not.toBeNull();
  const free = await holdLock(RECORDER_LOCK);
  await expect.poll(() => queue.getState().current, { timeout: 3000 }).toBeNull();
  await free?.();
});

test('finishing a take and importing come first, in whichever tab', async () => {
  const archive = await anArchive();
  const id = await keepClip(archive, LONG_SEC);
  const queue = aQueue(archive);
  await begun(queue).toBe(true);
  const free = await holdLock(finishLock(id));
  await expect.poll(() => queue.getState()).toMatchObject({ current: null, waitsFor: 'take' });
  const other = await keepClip(archive);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  expect(await measuredOf(archive, other)).toBeNull();
  await free?.();
  await expect.poll(() => measuredOf(archive, id), patiently).not.toBeNull();
  expect(queue.getState().waitsFor).toBeNull();
});

test('what is deleted while it is measured is given up without a word, and measured when it is back', async () => {
  const archive = await anArchive();
  const id = await keepClip(archive, LONG_SEC);
  const queue = aQueue(archive);
  await begun(queue).toBe(true);
  await archive.attempts.remove(id);
  await expect.poll(() => queue.getState().current, { interval: 5, timeout: 1000 }).toBeNull();
  expect(queue.getState()).toMatchObject({ failed: new Map(), fault: null });
  await archive.attempts.restore(id);
  await expect.poll(() => measuredOf(archive, id), patiently).not.toBeNull();
});

test('an attempt that was once not found has its turn later', async () => {
  const archive = await anArchive();
  const id = await keepClip(archive);
  vi.spyOn(archive.attempts, 'get').mockResolvedValueOnce(null);
  aQueue(archive);
  await expect.poll(() => measuredOf(archive, id), patiently).not.toBeNull();
});

test('of two tabs one measures at a time, and no attempt is measured twice', async () => {
  const archive = await anArchive();
  const second = await openArchive();
  onTestFinished(() => second.close());
  const ids = [];
  for (let count = 0; count < 4; count += 1) ids.push(await keepClip(archive));
  const [one, other] = [storedIn(archive), storedIn(second)];
  const queues = [aQueue(archive), aQueue(second)];
  let most = 0;
  for (const queue of queues)
    queue.subscribe(() => {
      most = Math.max(most, queues.filter((each) => each.getState().current !== null).length);
    });
  await expect.poll(() => one.length + other.length, patiently).toBe(4);
  expect(new Set([...one, ...other])).toEqual(new Set(ids));
  expect(most).toBe(1);
});

test('the person stops it in every tab, and it goes on when told to', async () => {
  const archive = await anArchive();
  const second = await openArchive();
  onTestFinished(() => second.close());
  const id = await keepClip(archive, LONG_SEC);
  const [queue, other] = [aQueue(archive), aQueue(second)];
  await expect
    .poll(() => [queue, other].some((each) => (each.getState().current?.progress ?? 0) > 0), patiently)
    .toBe(true);
  queue.stop();
  await expect.poll(() => other.getState().isStopped).toBe(true);
  await expect.poll(() => [queue.getState().current, other.getState().current]).toEqual([null, null]);
  const late = await keepClip(archive);
  expect(await measuredOf(archive, late)).toBeNull();
  other.start();
  await expect.poll(() => measuredOf(archive, id), patiently).not.toBeNull();
  await expect.poll(() => measuredOf(archive, late), patiently).not.toBeNull();
  expect(queue.getState().isStopped).toBe(false);
});

test('a tab that is opened after it was stopped does not begin by itself', async () => {
  const archive = await anArchive();
  const second = await openArchive();
  onTestFinished(() => second.close());
  const id = await keepClip(archive, LONG_SEC);
  aQueue(archive).stop();
  const late = aQueue(second);
  await expect.poll(() => late.getState()).toMatchObject({ isStopped: true, current: null });
  expect(await measuredOf(archive, id)).toBeNull();
});

test('a tab says that another one measures', async () => {
  const archive = await anArchive();
  const id = await keepClip(archive);
  const free = await holdLock('measuring', AbortSignal.timeout(10_000));
  const queue = aQueue(archive);
  await expect.poll(() => queue.getState().waitsFor).toBe('tab');
  await free?.();
  await expect.poll(() => measuredOf(archive, id), patiently).not.toBeNull();
  expect(queue.getState().waitsFor).toBeNull();
});

test('a clip that cannot be decoded is not tried again, unless somebody asks for it', async () => {
  const archive = await anArchive();
  const { id } = await keepAnAttempt(archive, {}, [someBytes(500)]);
  const stored = storedIn(archive);
  const queue = aQueue(archive);
  await expect
    .poll(() => archive.deliveries.failureOf(id), patiently)
    .toEqual({
      attemptId: id,
      version: DELIVERY_VERSION,
      failed: 'undecodable',
    });
  const next = await keepClip(archive);
  await expect.poll(() => stored, patiently).toEqual([id, next]);
  queue.start({ kind: 'delivery', id });
  await expect.poll(() => stored, patiently).toEqual([id, next, id]);
});

test('a full disk stops it, nothing is lost, and room makes it go on', async () => {
  const archive = await anArchive();
  const id = await keepClip(archive);
  const put = archive.deliveries.put;
  const full = vi.spyOn(archive.deliveries, 'put').mockRejectedValue(new StorageError('full'));
  const queue = aQueue(archive);
  await expect.poll(() => queue.getState().fault, patiently).toBe('full');
  expect(full).toHaveBeenCalledOnce();
  expect(await archive.clips.read(id)).not.toBeNull();
  full.mockImplementation(put);
  const other = await keepClip(archive);
  await archive.clips.erase(other);
  await expect.poll(() => measuredOf(archive, id), patiently).not.toBeNull();
  expect(queue.getState().fault).toBeNull();
});

test('a worker that cannot be loaded is no failure of a clip, and is tried again on demand', async () => {
  const archive = await anArchive();
  const ids = [];
  for (let count = 0; count < 4; count += 1) ids.push(await keepClip(archive));
  const made = vi.fn();
  const Original = window.Worker;
  const restore = () => {
    window.Worker = Original;
  };
  onTestFinished(restore);
  window.Worker = class extends Original {
    constructor(_url: string | URL, options?: WorkerOptions) {
      super('/there-is-no-such-worker.js', options);
      made();
    }
  };
  const queue = aQueue(archive);
  await expect.poll(() => queue.getState().fault, patiently).toBe('broken');
  expect(made).toHaveBeenCalledTimes(3);
  expect(await archive.deliveries.pending(DELIVERY_VERSION)).toHaveLength(4);
  for (const id of ids) expect(await archive.deliveries.failureOf(id)).toBeNull();
  restore();
  queue.start();
  await expect.poll(() => archive.deliveries.pending(DELIVERY_VERSION), patiently).toEqual([]);
});

test('however many clips cannot be read, the others are measured', async () => {
  const archive = await anArchive();
  const good = await keepClip(archive);
  const bad: AttemptId[] = [];
  for (let count = 0; count < 4; count += 1) bad.push(await keepClip(archive));
  const read = archive.clips.read;
  vi.spyOn(archive.clips, 'read').mockImplementation((id) =>
    bad.includes(id) ? Promise.resolve(null) : read(id),
  );
  const queue = aQueue(archive);
  await expect.poll(() => measuredOf(archive, good), patiently).not.toBeNull();
  expect(queue.getState().fault).toBeNull();
  expect(queue.getState().failed.size).toBe(4);
});

test('what failed comes last when it goes on', async () => {
  const archive = await anArchive();
  const good = await keepClip(archive);
  const bad: AttemptId[] = [];
  for (let count = 0; count < 3; count += 1) bad.push(await keepClip(archive));
  const read = archive.clips.read;
  vi.spyOn(archive.clips, 'read').mockImplementation((id) =>
    bad.includes(id) ? Promise.reject(new Error('It breaks whatever measures it')) : read(id),
  );
  const queue = aQueue(archive);
  await expect.poll(() => queue.getState().fault, patiently).toBe('broken');
  expect(await measuredOf(archive, good)).toBeNull();
  queue.start();
  await expect.poll(() => measuredOf(archive, good), patiently).not.toBeNull();
});

test('what an earlier version measured stays when this one cannot, and is tried once', async () => {
  const archive = await anArchive();
  const { id } = await keepAnAttempt(archive, {}, [someBytes(500)]);
  const old = aDelivery({ attemptId: id, version: DELIVERY_VERSION - 1 });
  await archive.deliveries.put(old);
  const read = vi.spyOn(archive.clips, 'read');
  const queue = aQueue(archive);
  await expect
    .poll(() => queue.getState().failed, patiently)
    .toEqual(new Map([[`delivery ${id}`, 'undecodable']]));
  const next = await keepClip(archive);
  await expect.poll(() => measuredOf(archive, next), patiently).not.toBeNull();
  expect(await measuredOf(archive, id)).toEqual(old);
  expect(read.mock.calls).toEqual([[id], [next]]);
});

test('all that could not be measured is tried again on demand, also of earlier sessions', async () => {
  const archive = await anArchive();
  const ids = [await keepClip(archive), await keepClip(archive)];
  for (const attemptId of ids)
    await archive.deliveries.put({ attemptId, version: DELIVERY_VERSION, failed: 'undecodable' });
  const queue = aQueue(archive);
  await queue.retry();
  for (const id of ids) await expect.poll(() => measuredOf(archive, id), patiently).not.toBeNull();
  expect(await archive.deliveries.failed(DELIVERY_VERSION)).toEqual([]);
});

test('a part that is missing is no reason to leave the others', async () => {
  const archive = await anArchive();
  const good = await keepClip(archive);
  const bad = await keepClip(archive);
  const read = archive.clips.read;
  vi.spyOn(archive.clips, 'read').mockImplementation((id) => (id === bad ? Promise.resolve(null) : read(id)));
  const queue = aQueue(archive);
  await expect.poll(() => measuredOf(archive, good), patiently).not.toBeNull();
  expect(queue.getState()).toMatchObject({ fault: null, failed: new Map([[`delivery ${bad}`, null]]) });
});

test('measured again, everything that has its sound is made anew', async () => {
  const archive = await anArchive();
  const [id, erased] = [await keepClip(archive), await keepClip(archive)];
  const old = aDelivery({ attemptId: erased, version: DELIVERY_VERSION });
  for (const delivery of [old, aDelivery({ attemptId: id, version: DELIVERY_VERSION })])
    await archive.deliveries.put(delivery);
  await archive.clips.erase(erased);
  const queue = aQueue(archive);
  queue.stop();
  // It waits for a take in any tab.
  const free = await holdLock(RECORDER_LOCK);
  const again = queue.again();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await archive.deliveries.pending(DELIVERY_VERSION)).toEqual([]);
  await free?.();
  await again;
  const isAnew = async () => {
    const delivery = await measuredOf(archive, id);
    // What was there stays meanwhile.
    expect(delivery).not.toBeNull();
    return delivery?.version === DELIVERY_VERSION && delivery.measures.syllables !== old.measures.syllables;
  };
  await expect.poll(isAnew, patiently).toBe(true);
  expect(await measuredOf(archive, erased)).toEqual(old);
});

test('sounds come after all deliveries, and only when there is a model', async ({ skip }) => {
  if (MODEL_FILE === null) return skip('The model is not in ../shared/models.');
  await removeModel();
  onTestFinished(removeModel);
  const archive = await anArchive();
  const order: string[] = [];
  const { deliveries, sounds } = archive;
  const [putDelivery, putSounds] = [deliveries.put, sounds.put];
  vi.spyOn(deliveries, 'put').mockImplementation((delivery) => {
    order.push(`delivery ${delivery.attemptId}`);
    return putDelivery(delivery);
  });
  vi.spyOn(sounds, 'put').mockImplementation((heard) => {
    order.push(`sounds ${heard.attemptId}`);
    return putSounds(heard);
  });
  const { id: mute } = await keepAnAttempt(archive, { startedAt: 1 }, [someBytes(500)]);
  const old = await keepClip(archive);
  const queue = aQueue(archive);
  await expect.poll(() => order, patiently).toEqual([`delivery ${old}`, `delivery ${mute}`]);
  expect(queue.getState().hearsSounds).toBe(false);
  expect(await chooseModel(await fileAt(MODEL_FILE))).toBeNull();
  await expect.poll(() => order.slice(2), patiently).toEqual([`sounds ${old}`]);
  queue.stop();
  const [first, second] = [await keepClip(archive), await keepClip(archive)];
  queue.start();
  await expect
    .poll(() => order.slice(3), patiently)
    .toEqual([`delivery ${second}`, `delivery ${first}`, `sounds ${second}`, `sounds ${first}`]);
  expect(await archive.sounds.of(first)).toMatchObject({ version: SOUNDS_VERSION });
  // Of what cannot be decoded nothing is tried.
  await expect.poll(() => queue.getState().failed).toEqual(new Map([[`sounds ${mute}`, 'undecodable']]));
  await removeModel();
  await expect.poll(() => queue.getState().hearsSounds).toBe(false);
  const late = await keepClip(archive);
  await expect.poll(() => measuredOf(archive, late), patiently).not.toBeNull();
  expect(await archive.sounds.of(late)).toBeNull();
});
