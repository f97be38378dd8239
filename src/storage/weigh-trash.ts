import { attemptSchema, decode } from '../domain/records.ts';
import type { Archive } from './archive.ts';
import { saved } from './attempts.ts';
import type { Connection } from './connection.ts';

/** A clip weighs what its record says; of a take, and of what fits no clip, only the chunks tell. */
export function weighTrash(connection: Connection): ReturnType<Archive['weighTrash']> {
  return connection.read(['trash', 'chunks'], async (tx) => {
    const rows = await tx.objectStore('trash').getAll();
    let bytes = 0;
    for (const { store, record } of rows) {
      if (store !== 'attempts') continue;
      const attempt = decode(attemptSchema, record);
      if (attempt.tag === 'unreadable') continue;
      const { value } = attempt;
      const isSilent = value.status === 'kept' && value.audioDeletedAt !== undefined;
      if (isSilent) continue;
      if (value.status === 'kept') bytes += value.bytes;
      if (value.status !== 'kept' || value.isPartial === true) bytes += (await saved(tx, value.id)).bytes;
    }
    return { records: rows.length, bytes };
  });
}
