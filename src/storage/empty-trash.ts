import type { AttemptId, PromptId } from '../domain/ids.ts';
import { attemptSchema, decode } from '../domain/records.ts';
import type { EpochMs } from '../domain/timeline.ts';
import type { Archive } from './archive.ts';
import { saved } from './attempts.ts';
import type { Connection } from './connection.ts';
import { beginningWith, type Removable } from './schema.ts';

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

/**
 * Deletes for good what was removed before then: one transaction for each removed record, with everything
 * that belongs to it. Apart from trash.ts, because a page is shown before it is loaded.
 */
export async function purgeTrash(connection: Connection, before: EpochMs): Promise<void> {
  const keys = await connection.read(['trash'], (tx) =>
    tx.objectStore('trash').index('byRemovedAt').getAllKeys(IDBKeyRange.upperBound(before, true)),
  );
  for (const [store, id] of keys) await purgeOne(connection, store, id, before);
}

function purgeOne(
  connection: Connection,
  store: Removable,
  id: AttemptId | PromptId,
  before: EpochMs,
): Promise<void> {
  return connection.write(
    ['trash', 'chunks', 'clips', 'peaks', 'deliveries', 'sounds', 'reviews', 'coaching', 'quarantine'],
    'relaxed',
    async (tx) => {
      const trash = tx.objectStore('trash');
      const row = await trash.get([store, id]);
      // Taken back in the meantime, perhaps in another tab.
      if (row === undefined || row.removedAt >= before) return;
      await trash.delete([store, id]);
      if (store !== 'attempts') return;
      const all = beginningWith(id);
      const reviews = tx.objectStore('reviews');
      const reviewIds = await reviews.index('byAttempt').getAllKeys(all);
      const aside = tx.objectStore('quarantine');
      const asides = await aside.getAll(beginningWith('reviews'));
      await Promise.all([
        tx.objectStore('chunks').delete(all),
        tx.objectStore('clips').delete(all),
        tx.objectStore('peaks').delete(IDBKeyRange.only(id)),
        tx.objectStore('deliveries').delete(IDBKeyRange.only(id)),
        tx.objectStore('sounds').delete(IDBKeyRange.only(id)),
        tx.objectStore('coaching').delete(IDBKeyRange.only(id)),
        aside.delete(['coaching', id]),
        ...reviewIds.map((review) => reviews.delete(review)),
        ...asides.filter(belongsTo(id)).map(({ key }) => aside.delete(['reviews', key])),
      ]);
    },
  );
}

function belongsTo(id: string) {
  return ({ record }: { readonly record: unknown }) =>
    typeof record === 'object' && record !== null && 'attemptId' in record && record.attemptId === id;
}
