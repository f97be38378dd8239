import type { AttemptId } from '../domain/ids.ts';
import type { ChangeFeed } from './changes.ts';
import type { Connection } from './connection.ts';
import { untyped } from './schema.ts';

/** Of no version of the code. */
const OUTDATED = 0;
/** So many records in one transaction, so that nobody waits long for it. */
const AT_ONCE = 50;

/**
 * What can be made again counts as made by an older version: it is made anew, and stays until then. Where the sound
 * was deleted, it is the last, and is not touched. Nothing is written while attempts are held, because the chunks of
 * a take in another tab would wait.
 */
export async function outdate(
  connection: Connection,
  feed: ChangeFeed,
  store: 'deliveries' | 'sounds' | 'peaks',
): Promise<void> {
  const all = await connection.read([store], (tx) => tx.objectStore(store).getAllKeys());
  for (let at = 0; at < all.length; at += AT_ONCE) {
    const ids = await withSound(connection, all.slice(at, at + AT_ONCE));
    await connection.write([store], 'relaxed', async (tx) => {
      const derived = untyped(tx.objectStore(store));
      const records: readonly unknown[] = await Promise.all(ids.map((id) => derived.get(id)));
      // Deleted meanwhile: not there.
      const there = records.filter((record) => typeof record === 'object' && record !== null);
      await Promise.all(there.map((record) => derived.put({ ...record, version: OUTDATED })));
    });
  }
  feed.announce(store);
}

async function withSound(connection: Connection, ids: readonly AttemptId[]): Promise<readonly AttemptId[]> {
  const attempts = await connection.read(['attempts', 'trash'], (tx) => {
    const [kept, trash] = [untyped(tx.objectStore('attempts')), tx.objectStore('trash')];
    return Promise.all(
      ids.map(
        async (id): Promise<unknown> => (await kept.get(id)) ?? (await trash.get(['attempts', id]))?.record,
      ),
    );
  });
  return ids.filter((_id, index) => !isSoundless(attempts[index]));
}

function isSoundless(attempt: unknown): boolean {
  return typeof attempt === 'object' && attempt !== null && 'audioDeletedAt' in attempt;
}
