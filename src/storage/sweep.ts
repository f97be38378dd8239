import type { KeptAttempt } from '../domain/attempt.ts';
import type { AttemptId } from '../domain/ids.ts';
import { attemptSchema, decode } from '../domain/records.ts';
import type { Connection } from './connection.ts';
import { StorageError } from './errors.ts';
import { finishLock, heldLocks } from './locks.ts';
import { beginningWith } from './schema.ts';
import type { Quarantine } from './set-aside.ts';

/**
 * What an earlier session left undone: takes back set-aside records this version can read, and deletes
 * the chunks of kept attempts, which remain when a tab dies between keeping a clip and dropping them. Those
 * of partial ones stay. Imports that were broken off are dropped: nobody but the person has the file.
 * Any number of tabs may do so at once. A failure is no reason not to open: the next start tries again.
 */
export async function sweep(connection: Connection, quarantine: Quarantine): Promise<void> {
  try {
    await quarantine.readmit();
    for (const id of await attemptsWithChunks(connection)) await dropLeftover(connection, id);
    for (const id of await brokenImports(connection)) await dropImport(connection, id);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
  }
}

function attemptsWithChunks(connection: Connection): Promise<readonly AttemptId[]> {
  return connection.read(['chunks'], async (tx) => {
    const ids: AttemptId[] = [];
    const chunks = tx.objectStore('chunks');
    let cursor = await chunks.openKeyCursor();
    while (cursor !== null) {
      const [id] = cursor.key;
      ids.push(id);
      cursor = await chunks.openKeyCursor(IDBKeyRange.lowerBound([id, []]));
    }
    return ids;
  });
}

function dropLeftover(connection: Connection, id: AttemptId): Promise<void> {
  return connection.write(['attempts', 'chunks'], 'relaxed', async (tx) => {
    const attempt = await tx.objectStore('attempts').get(id);
    if (attempt?.status === 'kept' && attempt.isPartial !== true)
      await tx.objectStore('chunks').delete(beginningWith(id));
  });
}

/** Unfinished imports that nobody holds the lock of. It is taken before the attempt is there, so that order tells. */
async function brokenImports(connection: Connection): Promise<readonly AttemptId[]> {
  const unfinished = await connection.read(['attempts'], (tx) =>
    tx.objectStore('attempts').index('byStatus').getAll(beginningWith('finishing')),
  );
  const imports = unfinished.filter(({ source }) => source === 'imported').map(({ id }) => id);
  if (imports.length === 0) return [];
  const held = await heldLocks();
  return imports.filter((id) => !held.has(finishLock(id)));
}

/** Deletes an unfinished import with the parts of its clip. Anything else stays as it is; a kept one is told. */
export function dropImport(connection: Connection, id: AttemptId): Promise<KeptAttempt | null> {
  return connection.write(['attempts', 'clips'], 'relaxed', async (tx) => {
    const attempts = tx.objectStore('attempts');
    const attempt = await attempts.get(id);
    if (attempt?.status === 'kept') {
      const kept = decode(attemptSchema, attempt);
      return kept.tag === 'ok' && kept.value.status === 'kept' ? kept.value : null;
    }
    if (attempt?.source === 'imported')
      await Promise.all([attempts.delete(id), tx.objectStore('clips').delete(beginningWith(id))]);
    return null;
  });
}
