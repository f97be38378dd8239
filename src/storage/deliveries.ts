import { deliverySchema } from '../domain/coaching-records.ts';
import { decode, encode } from '../domain/records.ts';
import type { Archive } from './archive.ts';
import type { ChangeFeed } from './changes.ts';
import type { Connection } from './connection.ts';
import { isKnownAttempt } from './schema.ts';

export function openDeliveries(connection: Connection, feed: ChangeFeed): Archive['deliveries'] {
  return {
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

    async put(delivery) {
      const record = encode(deliverySchema, delivery);
      const isWritten = await connection.write(['attempts', 'trash', 'deliveries'], 'relaxed', async (tx) => {
        if (!(await isKnownAttempt(tx, delivery.attemptId))) return false;
        await tx.objectStore('deliveries').put(record);
        return true;
      });
      if (isWritten) feed.announce('deliveries');
    },
  };
}
