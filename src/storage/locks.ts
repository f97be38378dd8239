import type { AttemptId } from '../domain/ids.ts';

/** Whoever holds it is the one tab that records. */
export const RECORDER_LOCK = 'recorder';

/** Held while an attempt is being recorded: without it an unfinished attempt is an orphan. */
export function takeLock(id: AttemptId): string {
  return `take:${id}`;
}

/** Held while an unfinished attempt's clip is being made. */
export function finishLock(id: AttemptId): string {
  return `finish:${id}`;
}

/**
 * Takes a lock of the whole origin. The browser frees it when the tab or worker ends, however it ends.
 *
 * @returns a function that frees it, fulfilled once others can have it; null when somebody else holds it
 */
export function holdLock(name: string): Promise<(() => Promise<void>) | null> {
  return new Promise((resolve, reject) => {
    const ended: Promise<unknown> = navigator.locks
      .request(name, { ifAvailable: true }, (lock) => {
        if (lock === null) return resolve(null);
        return new Promise<void>((release) => {
          resolve(async () => {
            release();
            await ended;
          });
        });
      })
      .catch(reject);
  });
}

/** The names of all locks held in this origin at the moment. */
export async function heldLocks(): Promise<ReadonlySet<string>> {
  const { held = [] } = await navigator.locks.query();
  return new Set(held.flatMap(({ name }) => name ?? []));
}
