import type { KeptAttempt } from '../domain/attempt.ts';
import type { AttemptId } from '../domain/ids.ts';
import { attemptSchema, clipPartSchema, decode, encode } from '../domain/records.ts';
import type { Archive } from './archive.ts';
import type { ChangeFeed } from './changes.ts';
import type { Connection } from './connection.ts';
import { StorageError } from './errors.ts';
import { beginningWith, type Writing } from './schema.ts';

/** Chromium gives back at once what it keeps in files of their own: values from 64 kB on. */
const GIVES_ROOM_BYTES = 100_000;

type Parts = {
  readonly connection: Connection;
  /** Without the reserve. */
  readonly recording: Connection;
  readonly feed: ChangeFeed;
};

export function openClips({ connection, recording, feed }: Parts): Archive['clips'] {
  async function part(id: AttemptId, number: number): Promise<ArrayBuffer | null> {
    const record = await connection.read(['clips'], (tx) => tx.objectStore('clips').get([id, number]));
    return record === undefined ? null : readPart(record);
  }

  return {
    part,

    async putPart(id, number, data, { sparesReserve = false } = {}) {
      const record = encode(clipPartSchema, { attemptId: id, part: number, data });
      await (sparesReserve ? recording : connection).write(['attempts', 'clips'], 'strict', async (tx) => {
        await requireUnfinished(tx, id);
        await tx.objectStore('clips').put(record);
      });
    },

    async drop(id) {
      await connection.write(['attempts', 'clips'], 'strict', async (tx) => {
        await requireUnfinished(tx, id);
        await tx.objectStore('clips').delete(beginningWith(id));
      });
    },

    async keep(id, keeping, { sparesReserve = false } = {}) {
      const writer = sparesReserve ? recording : connection;
      const kept = await writer.write(['attempts', 'clips'], 'strict', async (tx, isRetry) => {
        const record = await tx.objectStore('attempts').get(id);
        const attempt = decode(attemptSchema, record);
        if (attempt.tag === 'unreadable') throw new Error(`No attempt to keep: ${attempt.reason}`);
        if (isRetry && attempt.value.status === 'kept') return attempt.value;
        if (attempt.value.status === 'kept') throw new Error('This attempt was kept before');
        let parts = 0;
        let bytes = 0;
        let cursor = await tx.objectStore('clips').openCursor(beginningWith(id));
        while (cursor !== null) {
          if (cursor.value.part !== parts) throw new Error(`Part ${parts} of the clip is missing`);
          parts += 1;
          bytes += readPart(cursor.value).byteLength;
          cursor = await cursor.continue();
        }
        if (parts !== keeping.sha256.length || bytes !== keeping.bytes)
          throw new Error(`The clip has ${parts} parts and ${bytes} bytes, which is not what is to be kept`);
        const next: KeptAttempt = { ...attempt.value, ...keeping, status: 'kept', updatedAt: Date.now() };
        await tx.objectStore('attempts').put(encode(attemptSchema, next));
        return next;
      });
      feed.announce('attempts');
      return kept;
    },

    async read(id) {
      const record = await connection.read(['attempts'], (tx) => tx.objectStore('attempts').get(id));
      const attempt = decode(attemptSchema, record);
      if (attempt.tag === 'unreadable' || attempt.value.status !== 'kept') return null;
      const { bytes, mimeType, sha256 } = attempt.value;
      const parts: Blob[] = [];
      for (const number of sha256.keys()) {
        const data = await part(id, number);
        if (data === null) return null;
        // A Blob each, which the browser may lay on disk: a page cannot hold an hour of picture, 700 MB.
        parts.push(new Blob([data]));
      }
      const clip = new Blob(parts, { type: mimeType });
      if (clip.size !== bytes) throw new StorageError('corrupt');
      return clip;
    },

    async erase(id) {
      const erased = await erase(connection, id).catch(async (error: unknown) => {
        if (!(error instanceof StorageError && error.fault === 'full')) throw error;
        const first = await part(id, 0).catch(() => null);
        if (first === null || first.byteLength < GIVES_ROOM_BYTES) throw error;
        // Not even the record's new field has room. Deleting alone needs none, and makes some: should it end
        // between the two, the attempt is one whose sound is missing.
        await connection.write(['attempts', 'clips', 'chunks'], 'strict', async (tx) => {
          // Another tab may have deleted it meanwhile, to take it back later.
          const attempt = await tx.objectStore('attempts').get(id);
          if (attempt?.status === 'kept') await dropSound(tx, id);
        });
        return erase(connection, id);
      });
      if (erased !== null) feed.announce('attempts');
      return erased;
    },
  };
}

function erase(connection: Connection, id: AttemptId): Promise<KeptAttempt | null> {
  return connection.write(['attempts', 'clips', 'chunks'], 'strict', async (tx) => {
    const attempt = decode(attemptSchema, await tx.objectStore('attempts').get(id));
    if (attempt.tag === 'unreadable') return null;
    if (attempt.value.status !== 'kept') throw new Error('The sound of an unfinished attempt is all of it');
    await dropSound(tx, id);
    const now = Date.now();
    const next: KeptAttempt = { audioDeletedAt: now, ...attempt.value, updatedAt: now };
    await tx.objectStore('attempts').put(encode(attemptSchema, next));
    return next;
  });
}

async function dropSound(
  tx: Writing<readonly ('attempts' | 'clips' | 'chunks')[]>,
  id: AttemptId,
): Promise<void> {
  await tx.objectStore('clips').delete(beginningWith(id));
  await tx.objectStore('chunks').delete(beginningWith(id));
}

/** A kept clip never changes, and nothing is written for an attempt that was removed meanwhile. */
async function requireUnfinished(tx: Writing<readonly ['attempts', 'clips']>, id: AttemptId): Promise<void> {
  const attempt = await tx.objectStore('attempts').get(id);
  if (attempt === undefined || attempt.status === 'kept')
    throw new Error('Only an unfinished attempt gets a clip');
}

function readPart(record: unknown): ArrayBuffer {
  const part = decode(clipPartSchema, record);
  if (part.tag === 'unreadable') throw new StorageError('corrupt', { cause: part.reason });
  return part.value.data;
}
