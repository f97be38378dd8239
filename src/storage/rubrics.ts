import { ownRubricSchema } from '../domain/coaching-records.ts';
import { decode, encode } from '../domain/records.ts';
import type { OwnRubric } from '../domain/rubric.ts';
import type { Archive } from './archive.ts';
import type { ChangeFeed } from './changes.ts';
import type { Connection } from './connection.ts';

export function openRubrics(connection: Connection, feed: ChangeFeed): Archive['rubrics'] {
  return {
    async get({ id, version }) {
      const record = await connection.read(['rubrics'], (tx) => tx.objectStore('rubrics').get([id, version]));
      return readable(record);
    },

    async list() {
      const records = await connection.read(['rubrics'], (tx) => tx.objectStore('rubrics').getAll());
      return records
        .flatMap((record) => readable(record) ?? [])
        .toSorted((a, b) => b.createdAt - a.createdAt);
    },

    async add(rubric) {
      const record = encode(ownRubricSchema, rubric);
      await connection.write(['rubrics'], 'relaxed', async (tx) => {
        const rubrics = tx.objectStore('rubrics');
        // A version never changes: there is nothing to write over what can be read.
        if (readable(await rubrics.get([rubric.id, rubric.version])) === null) await rubrics.put(record);
      });
      feed.announce('rubrics');
    },
  };
}

/** One that cannot be read stays where it is: reviews made under it say that it is gone. */
function readable(record: unknown): OwnRubric | null {
  const rubric = decode(ownRubricSchema, record);
  return rubric.tag === 'ok' ? rubric.value : null;
}
