import type { AttemptId, PromptId } from '../domain/ids.ts';
import type { ChangeFeed } from './changes.ts';
import type { Connection } from './connection.ts';
import { type Removable, untyped } from './schema.ts';

/** Removing with undo: a removed record waits here, out of every list, until the trash is purged. */
export type Trash = {
  /** Nothing there to remove is fine. */
  remove(store: Removable, id: AttemptId | PromptId): Promise<void>;
  /** False: it was never removed, or was purged. */
  restore(store: Removable, id: AttemptId | PromptId): Promise<boolean>;
};

export function openTrash(connection: Connection, feed: ChangeFeed): Trash {
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
  };
}
