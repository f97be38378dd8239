import type { ChangeFeed } from './changes.ts';
import type { Connection } from './connection.ts';
import { untyped } from './schema.ts';

/** Deletes what can be made again; where the sound was deleted, what was made of it is the last. */
export async function clearDerived(
  connection: Connection,
  feed: ChangeFeed,
  store: 'deliveries' | 'sounds' | 'peaks',
): Promise<void> {
  await connection.write(['attempts', 'trash', store], 'relaxed', async (tx) => {
    const derived = tx.objectStore(store);
    for (const id of await derived.getAllKeys()) {
      const attempt: unknown =
        (await untyped(tx.objectStore('attempts')).get(id)) ??
        (await tx.objectStore('trash').get(['attempts', id]))?.record;
      if (!isSoundless(attempt)) await derived.delete(id);
    }
  });
  feed.announce(store);
}

function isSoundless(attempt: unknown): boolean {
  return typeof attempt === 'object' && attempt !== null && 'audioDeletedAt' in attempt;
}
