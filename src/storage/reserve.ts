import type { Connection } from './connection.ts';
import { StorageError } from './errors.ts';

const BYTES = 8 * 1024 * 1024;
/** What one call of `getRandomValues` may fill. */
const RANDOM_BYTES = 65_536;

/**
 * The same connection, with something to fall back on: when the disk is full, a write gives up the
 * reserve and is done again. Without that even removing an attempt fails on a full disk, because it
 * writes to the trash. Whoever records must not have this connection, but for a take's last words: a take
 * would eat the reserve that is there for finishing it.
 */
export function withReserve(connection: Connection): Connection {
  return {
    ...connection,
    async write(stores, durability, work) {
      try {
        return await connection.write(stores, durability, work);
      } catch (error) {
        if (!(error instanceof StorageError && error.fault === 'full' && (await release(connection))))
          throw error;
      }
      return connection.write(stores, durability, work);
    },
  };
}

/** Lays the reserve in when it is missing. Fulfilled without it when there is no room. */
export async function layIn(connection: Connection): Promise<void> {
  try {
    const there = await connection.read(['reserve'], (tx) => tx.objectStore('reserve').count());
    if (there > 0) return;
    // Random, because some browsers compress what they store.
    const data = new Uint8Array(BYTES);
    for (let offset = 0; offset < BYTES; offset += RANDOM_BYTES)
      crypto.getRandomValues(data.subarray(offset, offset + RANDOM_BYTES));
    await connection.write(['reserve'], 'relaxed', (tx) =>
      tx.objectStore('reserve').put({ id: 0, data: data.buffer }),
    );
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
  }
}

function release(connection: Connection): Promise<boolean> {
  return connection.write(['reserve'], 'relaxed', async (tx) => {
    const reserve = tx.objectStore('reserve');
    const isThere = (await reserve.count()) > 0;
    await reserve.clear();
    return isThere;
  });
}
