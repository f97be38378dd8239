import { type OpenDBCallbacks, openDB } from 'idb';
import { isConnectionLost, StorageError, toOpenError, toStorageError } from './errors.ts';
import { migrations } from './migrations.ts';
import {
  DATABASE,
  type Database,
  type Reading,
  type Schema,
  type StoreName,
  type Writing,
} from './schema.ts';

/** Strict: fulfilled only when the operating system was told to write to the medium itself. */
export type Durability = 'strict' | 'relaxed';

export type OpenOptions = {
  /**
   * Another tab holds an older version of the database open, and opening waits for it to close. Without
   * this callback opening fails with `blocked` instead.
   */
  readonly onBlocked?: () => void;
  /** A newer version of the app waits for this one to let go of the database. Reload when that is safe. */
  readonly onOutdated?: () => void;
  /**
   * False while a take is running: then a newer version waits until `close` is called, or until a transaction
   * ends after the take.
   */
  readonly mayClose?: () => boolean;
};

/**
 * One connection that mends itself: when the browser takes it away, it is opened again and the
 * transaction that met the loss runs once more.
 */
export type Connection = {
  /** Runs `work` in one transaction; it awaits requests of that transaction and nothing else. */
  read<const Names extends readonly StoreName[], Result>(
    stores: Names,
    work: (tx: Reading<Names>) => Promise<Result>,
  ): Promise<Result>;
  /**
   * The same for writing; fulfilled when the transaction is complete. What `work` throws aborts it.
   *
   * @param work `isRetry`: the transaction before this one may nevertheless have been committed
   */
  write<const Names extends readonly StoreName[], Result>(
    stores: Names,
    durability: Durability,
    work: (tx: Writing<Names>, isRetry: boolean) => Promise<Result>,
  ): Promise<Result>;
  close(): Promise<void>;
};

/** Rejects with `StorageError`. */
export async function connect(options: OpenOptions, steps = migrations): Promise<Connection> {
  let opened: Promise<Database> | null = null;
  /** Why there shall be no connection any more. */
  let closed: 'unavailable' | 'newer' | null = null;
  let isOutdated = false;

  function current(): Promise<Database> {
    if (closed !== null) return Promise.reject(new StorageError(closed));
    opened ??= open();
    return opened;
  }

  function open(): Promise<Database> {
    const openOnce = () =>
      openDatabase(options, steps, {
        blocking: (_from, to, event) => {
          // Null: somebody deletes the database, and afterwards opens another one.
          if (to === null) return close(opening, event.target as IDBDatabase);
          isOutdated = true;
          options.onOutdated?.();
          makeWay(opening, event.target as IDBDatabase);
        },
      });
    // Once more, as a transaction is: the process that holds the data may just have been started again.
    const opening = openOnce().catch((error: unknown) => {
      if (error instanceof StorageError && isConnectionLost(error.cause)) return openOnce();
      throw error;
    });
    opening.catch(() => forget(opening));
    return opening;
  }

  function makeWay(from: Promise<Database>, db: Pick<IDBDatabase, 'close'>): void {
    if (!isOutdated || options.mayClose?.() === false) return;
    closed ??= 'newer';
    close(from, db);
  }

  function close(from: Promise<Database>, db: Pick<IDBDatabase, 'close'>): void {
    forget(from);
    db.close();
  }

  /** Another one may have been opened in its place. */
  function forget(from: Promise<Database>): void {
    if (opened === from) opened = null;
  }

  async function retrying<Result>(
    run: (db: Database, isRetry: boolean) => Promise<Result>,
    isRetry = false,
  ): Promise<Result> {
    const from = current();
    const db = await from;
    try {
      return await run(db, isRetry);
    } catch (error) {
      if (isRetry || !isConnectionLost(error)) throw toStorageError(error);
      close(from, db);
    } finally {
      makeWay(from, db);
    }
    return retrying(run, true);
  }

  await current();
  return {
    read: (stores, work) =>
      retrying((db) => {
        const tx = db.transaction(stores, 'readonly');
        return settle(tx, work(tx));
      }),
    write: (stores, durability, work) =>
      retrying((db, isRetry) => {
        const tx = db.transaction(stores, 'readwrite', { durability });
        return settle(tx, work(tx, isRetry));
      }),
    async close() {
      const from = opened;
      const db = await from?.catch(() => null);
      closed ??= 'unavailable';
      if (from && db) close(from, db);
    },
  };
}

/** The result of the work, once its transaction is complete. */
async function settle<Result>(
  tx: { readonly done: Promise<void>; readonly error: DOMException | null; abort(): void },
  work: Promise<Result>,
): Promise<Result> {
  // Whoever waits for `work` first would leave an abort in the meantime unhandled.
  const done = tx.done.then(
    () => null,
    (error: unknown) => ({ error }),
  );
  try {
    const result = await work;
    const failure = await done;
    if (failure !== null) throw failure.error;
    return result;
  } catch (error) {
    try {
      tx.abort();
    } catch {
      // It has aborted by itself, or was complete.
    }
    await done;
    // On a full disk requests succeed or fail with AbortError; only the transaction knows the reason.
    throw tx.error ?? error;
  }
}

function openDatabase(
  { onBlocked }: OpenOptions,
  steps: typeof migrations,
  callbacks: Pick<OpenDBCallbacks<Schema>, 'blocking'>,
): Promise<Database> {
  if (globalThis.indexedDB === undefined) return Promise.reject(new StorageError('unavailable'));
  return new Promise((resolve, reject) => {
    let isGivenUp = false;
    // An async function, because a browser that blocks site data throws at once.
    const open = async () =>
      openDB<Schema>(DATABASE, steps.length, {
        ...callbacks,
        upgrade(db, from, _to, tx) {
          // An abort is told by the promise of opening.
          tx.done.catch(() => {});
          void migrate();
          async function migrate() {
            try {
              for (const migration of steps.slice(from)) await migration(db, tx);
            } catch (error) {
              tx.abort();
              reject(new StorageError('unavailable', { cause: error }));
            }
          }
        },
        blocked() {
          if (onBlocked) return onBlocked();
          isGivenUp = true;
          reject(new StorageError('blocked'));
        },
      });
    open().then(
      (db) => (isGivenUp ? db.close() : resolve(db)),
      (error: unknown) => reject(toOpenError(error)),
    );
  });
}
