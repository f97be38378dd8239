import type { AttemptId, PromptId } from '../domain/ids.ts';
import type { EpochMs } from '../domain/timeline.ts';
import type { ChangeFeed } from './changes.ts';
import type { Connection } from './connection.ts';
import { beginningWith, type Removable, untyped } from './schema.ts';

/** Removing with undo: a removed record waits here, out of every list, until the trash is purged. */
export type Trash = {
  /** Nothing there to remove is fine. */
  remove(store: Removable, id: AttemptId | PromptId): Promise<void>;
  /** False: it was never removed, or was purged. */
  restore(store: Removable, id: AttemptId | PromptId): Promise<boolean>;
  /** One transaction for each removed record, with everything that belongs to it. */
  purge(before: EpochMs): Promise<void>;
};

export function openTrash(connection: Connection, feed: ChangeFeed): Trash {
  function purgeOne(store: Removable, id: AttemptId | PromptId, before: EpochMs): Promise<void> {
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

  return {
    async remove(store, id) {
      const isRemoved = await connection.write([store, 'trash'], 'relaxed', async (tx) => {
        const records = untyped(tx.objectStore(store));
        const record: unknown = await records.get(id);
        if (record === undefined) return false;
        await tx.objectStore('trash').put({ store, id, removedAt: Date.now(), record });
        await records.delete(id);
        return true;
      });
      if (isRemoved) feed.announce(store);
    },

    async restore(store, id) {
      const isBack = await connection.write([store, 'trash'], 'relaxed', async (tx, isRetry) => {
        const records = untyped(tx.objectStore(store));
        const row = await tx.objectStore('trash').get([store, id]);
        const isThere = (await records.getKey(id)) !== undefined;
        if (row === undefined) return isRetry && isThere;
        // Written anew after it was removed: the newer one stays.
        if (!isThere) await records.add(row.record);
        await tx.objectStore('trash').delete([store, id]);
        return true;
      });
      if (isBack) feed.announce(store);
      return isBack;
    },

    async purge(before) {
      const keys = await connection.read(['trash'], (tx) =>
        tx.objectStore('trash').index('byRemovedAt').getAllKeys(IDBKeyRange.upperBound(before, true)),
      );
      for (const [store, id] of keys) await purgeOne(store, id, before);
    },
  };
}

function belongsTo(id: string) {
  return ({ record }: { readonly record: unknown }) =>
    typeof record === 'object' && record !== null && 'attemptId' in record && record.attemptId === id;
}
