import { deliveryFailureSchema, deliverySchema, soundsSchema } from '../domain/coaching-records.ts';
import type { Delivery, DeliveryFailure, Sounds } from '../domain/facts.ts';
import type { AttemptId } from '../domain/ids.ts';
import { decode, encode } from '../domain/records.ts';
import type { Archive } from './archive.ts';
import type { ChangeFeed } from './changes.ts';
import type { Connection } from './connection.ts';
import { outdate } from './outdate.ts';
import { beginningWith, isKnownAttempt, untyped } from './schema.ts';

/*
 * What was measured in clips. All of it can be made again: what cannot be read counts as not measured.
 */

export function openDeliveries(connection: Connection, feed: ChangeFeed): Archive['deliveries'] {
  return {
    ...openDerived(connection, feed, 'deliveries'),

    async ofAll(ids) {
      const records = await connection.read(['deliveries'], (tx) => {
        const deliveries = tx.objectStore('deliveries');
        return Promise.all(ids.map((id) => deliveries.get(id)));
      });
      return records.map((record) => {
        const delivery = decode(deliverySchema, record);
        return delivery.tag === 'ok' ? delivery.value : null;
      });
    },

    async failureOf(id) {
      const record = await connection.read(['deliveries'], (tx) => tx.objectStore('deliveries').get(id));
      const failure = decode(deliveryFailureSchema, record);
      return failure.tag === 'ok' ? failure.value : null;
    },

    failed: (version) =>
      connection.read(['deliveries'], (tx) =>
        tx.objectStore('deliveries').index('byFailed').getAllKeys(beginningWith(version)),
      ),

    put: (record) =>
      'failed' in record
        ? putDerived(connection, feed, 'deliveries', encode(deliveryFailureSchema, record), isDelivery)
        : putDerived(connection, feed, 'deliveries', encode(deliverySchema, record)),
  };
}

export function openSounds(connection: Connection, feed: ChangeFeed): Archive['sounds'] {
  return {
    ...openDerived(connection, feed, 'sounds'),

    async of(id) {
      const record = await connection.read(['sounds'], (tx) => tx.objectStore('sounds').get(id));
      const sounds = decode(soundsSchema, record);
      return sounds.tag === 'ok' ? sounds.value : null;
    },

    put: (record) => putDerived(connection, feed, 'sounds', encode(soundsSchema, record)),
  };
}

function isDelivery(record: unknown): boolean {
  return decode(deliverySchema, record).tag === 'ok';
}

type Derived = 'deliveries' | 'sounds';

function openDerived(connection: Connection, feed: ChangeFeed, store: Derived) {
  return {
    pending: (version: number): Promise<readonly AttemptId[]> =>
      connection.read(['attempts', store], async (tx) => {
        const [done, ids] = await Promise.all([
          tx.objectStore(store).index('byVersion').getAllKeys(IDBKeyRange.only(version)),
          // Sorted by when they began.
          tx.objectStore('attempts').index('byStatus').getAllKeys(beginningWith('kept')),
        ]);
        const isDone = new Set(done);
        return ids.filter((id) => !isDone.has(id)).toReversed();
      }),

    outdate: () => outdate(connection, feed, store),
  };
}

async function putDerived(
  connection: Connection,
  feed: ChangeFeed,
  store: Derived,
  record: Delivery | DeliveryFailure | Sounds,
  isBetter: (there: unknown) => boolean = () => false,
): Promise<void> {
  const isWritten = await connection.write(['attempts', 'trash', store], 'relaxed', async (tx) => {
    if (!(await isKnownAttempt(tx, record.attemptId))) return false;
    const derived = untyped(tx.objectStore(store));
    if (isBetter(await derived.get(record.attemptId))) return false;
    await derived.put(record);
    return true;
  });
  if (isWritten) feed.announce(store);
}
