import type { Chunk } from '../domain/attempt.ts';
import { chunkSchema, decode, encode } from '../domain/records.ts';
import type { Archive } from './archive.ts';
import type { Connection } from './connection.ts';
import { StorageError } from './errors.ts';
import { beginningWith } from './schema.ts';

/** Bytes are not set aside, because a clip with a hole is no clip: `corrupt` is thrown instead. */
function readChunk(record: unknown): Chunk {
  const chunk = decode(chunkSchema, record);
  if (chunk.tag === 'unreadable') throw new StorageError('corrupt', { cause: chunk.reason });
  return chunk.value;
}

/** A chunk that is there already was stored by a write whose answer was lost. */
export async function append(connection: Connection, chunk: Chunk): Promise<void> {
  const record = encode(chunkSchema, chunk);
  const { attemptId, segment, seq, data } = chunk;
  await connection.write(['attempts', 'chunks'], 'strict', async (tx) => {
    const chunks = tx.objectStore('chunks');
    const there = await chunks.get([attemptId, segment, seq]);
    if (there !== undefined) {
      if (isEqual(there.data, data)) return;
      throw new Error(`Chunk ${seq} of segment ${segment} already exists, with other bytes`);
    }
    const attempt = await tx.objectStore('attempts').get(attemptId);
    if (attempt?.status !== 'recording') throw new StorageError('unavailable');
    await chunks.add(record);
  });
}

export function openChunks(connection: Connection): Archive['chunks'] {
  return {
    async read(id, segment, seq, count) {
      const range = IDBKeyRange.bound([id, segment, seq], [id, segment, seq + count], false, true);
      const records = await connection.read(['chunks'], (tx) => tx.objectStore('chunks').getAll(range));
      return records.map(readChunk);
    },

    async last(id, segment) {
      const cursor = await connection.read(['chunks'], (tx) =>
        tx.objectStore('chunks').openCursor(beginningWith(id, segment), 'prev'),
      );
      return cursor === null ? null : readChunk(cursor.value);
    },

    async drop(id) {
      await connection.write(['attempts', 'chunks'], 'strict', async (tx) => {
        const attempt = await tx.objectStore('attempts').get(id);
        if (attempt !== undefined && attempt.status !== 'kept')
          throw new Error('The chunks of an unfinished attempt are all there is of it');
        await tx.objectStore('chunks').delete(beginningWith(id));
      });
    },
  };
}

function isEqual(one: ArrayBuffer, other: ArrayBuffer): boolean {
  const [a, b] = [new Uint8Array(one), new Uint8Array(other)];
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
