import type { Attempt } from '../domain/attempt.ts';
import type { Coaching } from '../domain/coaching.ts';
import type { OwnPrompt } from '../domain/prompt.ts';
import { attemptSchema, decode, ownPromptSchema, type Schema } from '../domain/records.ts';
import type { Review } from '../domain/rubric.ts';
import type { SetAside } from './archive.ts';
import type { ChangeFeed } from './changes.ts';
import type { Connection } from './connection.ts';
import { StorageError } from './errors.ts';
import { untyped } from './schema.ts';

/** The stores whose records nothing can make again. */
type Records = { attempts: Attempt; reviews: Review; coaching: Coaching; prompts: OwnPrompt };
type Guarded = keyof Records;

type Unreadable = { readonly key: IDBValidKey; readonly reason: string };

const schemas: { readonly [Store in Guarded]: () => Promise<Schema<Records[Store]>> } = {
  attempts: async () => attemptSchema,
  reviews: async () => (await import('../domain/coaching-records.ts')).reviewSchema,
  coaching: async () => (await import('../domain/coaching-records.ts')).coachingSchema,
  prompts: async () => ownPromptSchema,
};

/** Lets through what can be decoded and remembers what cannot. */
export type Sieve<Record> = {
  readonly unreadable: readonly Unreadable[];
  decode(key: IDBValidKey, record: unknown): Record | null;
  decodeAll(keys: readonly IDBValidKey[], records: readonly unknown[]): readonly Record[];
};

export function sieve<Record>(schema: Schema<Record>): Sieve<Record> {
  const unreadable: Unreadable[] = [];
  const decodeOne = (key: IDBValidKey, record: unknown) => {
    if (record === undefined) return null;
    const decoded = decode(schema, record);
    if (decoded.tag === 'ok') return decoded.value;
    unreadable.push({ key, reason: decoded.reason });
    return null;
  };
  return {
    unreadable,
    decode: decodeOne,
    decodeAll: (keys, records) => keys.flatMap((key, index) => decodeOne(key, records[index]) ?? []),
  };
}

export type Quarantine = {
  /**
   * Moves unreadable records out of their store, whole. Looks at each again first, so that it does not
   * matter how often or from how many tabs this is asked. When it is not possible they stay in place and
   * the next reader meets them again: reading never fails because of them.
   */
  setAside(store: Guarded, unreadable: readonly Unreadable[]): Promise<void>;
  /** Takes back what this version of the app can read, unless its place was taken. */
  readmit(): Promise<void>;
  list(): Promise<readonly SetAside[]>;
};

export function openQuarantine(connection: Connection, feed: ChangeFeed): Quarantine {
  async function move(store: Guarded, { key }: Unreadable): Promise<boolean> {
    const schema: Schema<Records[Guarded]> = await schemas[store]();
    return connection.write([store, 'quarantine'], 'relaxed', async (tx) => {
      const records = untyped(tx.objectStore(store));
      const record: unknown = await records.get(key);
      if (record === undefined) return false;
      const decoded = decode(schema, record);
      if (decoded.tag === 'ok') return false;
      const name = typeof key === 'string' ? key : JSON.stringify(key);
      await tx
        .objectStore('quarantine')
        .put({ store, key: name, reason: decoded.reason, at: Date.now(), record });
      await records.delete(key);
      return true;
    });
  }

  async function takeBack({ store, key }: SetAside & { readonly store: Guarded }): Promise<boolean> {
    const schema: Schema<Records[Guarded]> = await schemas[store]();
    return connection.write(
      ['attempts', 'reviews', 'coaching', 'prompts', 'quarantine'],
      'relaxed',
      async (tx) => {
        const row = await tx.objectStore('quarantine').get([store, key]);
        if (row === undefined) return false;
        const decoded = decode(schema, row.record);
        if (decoded.tag === 'unreadable') return false;
        const records = untyped(tx.objectStore(store));
        const id = 'id' in decoded.value ? decoded.value.id : decoded.value.attemptId;
        if ((await records.getKey(id)) !== undefined) return false;
        await records.add(row.record);
        await tx.objectStore('quarantine').delete([store, key]);
        return true;
      },
    );
  }

  async function list(): Promise<readonly SetAside[]> {
    return connection.read(['quarantine'], (tx) => tx.objectStore('quarantine').getAll());
  }

  return {
    list,
    async setAside(store, unreadable) {
      for (const bad of unreadable) {
        try {
          if (await move(store, bad)) feed.announce(store, 'setAside');
        } catch (error) {
          if (!(error instanceof StorageError)) throw error;
        }
      }
    },
    async readmit() {
      for (const row of await list()) {
        const { store } = row;
        if (!isGuarded(store)) continue;
        if (await takeBack({ ...row, store })) feed.announce(store, 'setAside');
      }
    },
  };
}

function isGuarded(store: string): store is Guarded {
  return Object.hasOwn(schemas, store);
}
