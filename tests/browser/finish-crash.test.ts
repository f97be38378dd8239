import { expect, onTestFinished, test } from 'vitest';
import type { UnfinishedAttempt } from '../../src/domain/attempt.ts';
import { type FinishResult, finishAttempt } from '../../src/finish/finish.ts';
import type { Archive } from '../../src/storage/archive.ts';
import { StorageError } from '../../src/storage/errors.ts';
import { anEmptyArchive, someBytes } from '../support/factories.ts';
import { checkInvariants } from '../support/invariants.ts';
import {
  chunksLeft,
  clipOf,
  decoded,
  heard,
  longRecording,
  payloads,
  record,
  spoken,
  storeTake,
  wholeOf,
} from './takes.ts';

async function open(): Promise<Archive> {
  const archive = await anEmptyArchive();
  onTestFinished(() => archive.close());
  return archive;
}

function kept(result: FinishResult) {
  if (result.tag !== 'kept') throw new Error(`Not kept: ${JSON.stringify(result)}`);
  return result.attempt;
}

const DOORS = ['attempts', 'chunks', 'clips'] as const;
type Call = (...given: never[]) => Promise<unknown>;

/** An archive whose calls all go through `around`. */
function watched(
  archive: Archive,
  around: (name: string, call: () => Promise<unknown>) => Promise<unknown>,
): Archive {
  const doors = DOORS.map((door) => {
    const entries = Object.entries(archive[door]).map(([name, call]: [string, Call]) => [
      name,
      // Only tells the lists to read again.
      name === 'released' ? call : (...given: never[]) => around(`${door}.${name}`, () => call(...given)),
    ]);
    return [door, Object.fromEntries(entries)];
  });
  return { ...archive, ...Object.fromEntries(doors) };
}

class Crash extends Error {}

/** The whole page ends at the `at`th call, before or after it took effect: nothing is answered any more. */
function crashing(archive: Archive, at: number, isAfter: boolean): Archive {
  let calls = 0;
  return watched(archive, async (_name, call) => {
    calls += 1;
    if (calls > at) throw new Crash();
    if (calls < at) return call();
    if (isAfter) await call();
    throw new Crash();
  });
}

test('whenever it is broken off, finishing again gives the same clip, and no chunk is lost before', {
  timeout: 60_000,
}, async () => {
  const archive = await open();
  const recordings = [await record({ seed: 1 }), await record({ seed: 2 })];
  const packets = await Promise.all(recordings.map((recording) => payloads(wholeOf(recording))));
  const bytes = new Blob(packets.map((one) => one.bytes.slice()));
  const whole = recordings.flatMap(({ chunks }) => chunks);
  let crashes = 0;
  for (const isAfter of [false, true]) {
    for (let at = 1; ; at += 1) {
      const take = await storeTake(archive, recordings, { marks: [{ step: 'approach', atMs: 1000 }] });
      const broken = await finishAttempt(crashing(archive, at, isAfter), take.id, { endedBy: 'user' }).catch(
        (error: unknown) => error,
      );
      if (!(broken instanceof Crash)) break;
      crashes += 1;
      const between = await archive.attempts.get(take.id);
      if (between?.status !== 'kept') expect(await chunksLeft(archive, take)).toEqual(whole);

      const attempt = kept(await finishAttempt(archive, take.id, { endedBy: null }));
      // What the user had ended before the crash is known only if that much was written.
      expect(attempt.endedBy).toBe(between?.status === 'recording' ? null : 'user');
      expect(attempt.marks).toEqual([{ step: 'approach', atMs: 1000 }]);
      const clip = await payloads(await clipOf(archive, take));
      expect(clip.bytes).toEqual(new Uint8Array(await bytes.arrayBuffer()));
      expect(await chunksLeft(archive, take)).toEqual([]);
    }
  }
  expect(crashes).toBeGreaterThan(20);
  expect(await checkInvariants()).toEqual([]);
});

for (const [fault, expected] of [
  ['full', 'full'],
  ['unavailable', 'disk'],
  ['corrupt', 'disk'],
] as const) {
  for (const door of ['clips.putPart', 'clips.keep']) {
    test(`a storage that is ${fault} at ${door} costs nothing, and gets its room back`, async () => {
      const archive = await open();
      const recording = await record();
      const take = await storeTake(archive, [recording]);
      const failing = watched(archive, (name, call) =>
        name === door ? Promise.reject(new StorageError(fault)) : call(),
      );
      const result = await finishAttempt(failing, take.id, { endedBy: 'disk-full' });
      expect(result).toMatchObject({ tag: 'failed', fault: expected });
      expect(await chunksLeft(archive, take)).toEqual(recording.chunks);
      expect(await archive.clips.part(take.id, 0)).toBeNull();
      expect(kept(await finishAttempt(archive, take.id, { endedBy: null })).endedBy).toBe('disk-full');
    });
  }
}

test('parts of an attempt at finishing that was broken off are not mixed with those of the next', async () => {
  const archive = await open();
  const take = await storeTake(archive, [await record()], { status: 'finishing' });
  for (const part of [0, 3]) await archive.clips.putPart(take.id, part, someBytes(100_000));
  const attempt = kept(await finishAttempt(archive, take.id, { endedBy: null }));
  expect(attempt.sha256.length).toBe(1);
  expect(await archive.clips.part(take.id, 3)).toBeNull();
});

test('a storage that fails while chunks are read is not taken for the end of the recording', async () => {
  const archive = await open();
  const recording = await longRecording(await record(), 60);
  const take = await storeTake(archive, [recording]);
  let reads = 0;
  let fails = 0;
  const failing = watched(archive, (name, call) => {
    if (name !== 'chunks.read') return call();
    reads += 1;
    return reads === fails ? Promise.reject(new StorageError('unavailable')) : call();
  });
  for (fails = 1; ; fails += 1) {
    reads = 0;
    const result = await finishAttempt(failing, take.id, { endedBy: null });
    if (reads < fails) break;
    expect(result).toMatchObject({ tag: 'failed', fault: 'disk' });
    expect((await chunksLeft(archive, take)).length).toBe(recording.chunks.length);
  }
  expect(fails).toBeGreaterThan(2);
  expect((await archive.attempts.get(take.id))?.status).toBe('kept');
});

test('a clip that is not read back as it was written is not kept', async () => {
  const archive = await open();
  const recording = await record();
  const take = await storeTake(archive, [recording]);
  const flipped = (data: unknown) => {
    if (!(data instanceof ArrayBuffer)) return data;
    const bytes = new Uint8Array(data.slice());
    bytes[bytes.length - 1] = 255 - (bytes.at(-1) ?? 0);
    return bytes.buffer;
  };
  for (const spoilt of [flipped, () => null, (data: unknown) => (data as ArrayBuffer).slice(1)]) {
    const lying = watched(archive, async (name, call) =>
      name === 'clips.part' ? spoilt(await call()) : call(),
    );
    const result = await finishAttempt(lying, take.id, { endedBy: 'user' });
    expect(result).toMatchObject({ tag: 'failed', fault: 'disk' });
    expect(await chunksLeft(archive, take)).toEqual(recording.chunks);
  }
});

test('chunks that cannot be deleted now are swept the next time', async () => {
  const archive = await open();
  const take = await storeTake(archive, [await record()]);
  const failing = watched(archive, (name, call) =>
    name === 'chunks.drop' ? Promise.reject(new StorageError('unavailable')) : call(),
  );
  const attempt = kept(await finishAttempt(failing, take.id, { endedBy: 'user' }));
  expect((await chunksLeft(archive, take)).length).toBeGreaterThan(0);
  expect(kept(await finishAttempt(archive, take.id, { endedBy: null }))).toEqual(attempt);
  expect(await chunksLeft(archive, take)).toEqual([]);
});

test('a bug is thrown, not taken for a fault', async () => {
  const archive = await open();
  const take: UnfinishedAttempt = await storeTake(archive, [await record()]);
  const buggy = watched(archive, (name, call) =>
    name === 'chunks.last' ? Promise.reject(new TypeError('x is not a function')) : call(),
  );
  await expect(finishAttempt(buggy, take.id, { endedBy: 'user' })).rejects.toThrow(TypeError);
  kept(await finishAttempt(archive, take.id, { endedBy: 'user' }));
  expect(heard(await decoded(await clipOf(archive, take)))).toEqual(spoken(2, 1));
});
