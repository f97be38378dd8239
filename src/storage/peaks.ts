import { decode, encode, peaksSchema } from '../domain/records.ts';
import type { Archive } from './archive.ts';
import type { ChangeFeed } from './changes.ts';
import type { Connection } from './connection.ts';
import { outdate } from './outdate.ts';
import { isKnownAttempt } from './schema.ts';

export function openPeaks(connection: Connection, feed: ChangeFeed): Archive['peaks'] {
  return {
    async get(id) {
      const record = await connection.read(['peaks'], (tx) => tx.objectStore('peaks').get(id));
      const peaks = decode(peaksSchema, record);
      return peaks.tag === 'ok' ? peaks.value : null;
    },

    async put(peaks) {
      const record = encode(peaksSchema, peaks);
      const isWritten = await connection.write(['attempts', 'trash', 'peaks'], 'relaxed', async (tx) => {
        if (!(await isKnownAttempt(tx, peaks.attemptId))) return false;
        await tx.objectStore('peaks').put(record);
        return true;
      });
      if (isWritten) feed.announce('peaks');
    },

    outdate: () => outdate(connection, feed, 'peaks'),
  };
}
