import type { AttemptId } from '../domain/ids.ts';

/** Whoever holds it is the one tab that records. */
export const RECORDER_LOCK = 'recorder';

const TAKE = 'take:';
export const FINISHING = 'finish:';

/** Held while an attempt is being recorded: without it an unfinished attempt is an orphan. */
export function takeLock(id: AttemptId): string {
  return TAKE + id;
}

/** Held while an unfinished attempt's clip is being made. */
export function finishLock(id: AttemptId): string {
  return FINISHING + id;
}

/**
 * Takes a lock of the whole origin. The browser frees it when the tab or worker ends, however it ends.
 *
 * @param until waits for it until this aborts; without it there is no waiting
 * @returns a function that frees it, fulfilled once others can have it; null when somebody else holds it
 */
export function holdLock(name: string, until?: AbortSignal): Promise<(() => Promise<void>) | null> {
  return new Promise((resolve, reject) => {
    const ended: Promise<unknown> = navigator.locks
      .request(name, until === undefined ? { ifAvailable: true } : { signal: until }, (lock) => {
        if (lock === null) return resolve(null);
        return new Promise<void>((release) => {
          resolve(async () => {
            release();
            await ended;
          });
        });
      })
      .catch((error: unknown) => (until?.aborted === true ? resolve(null) : reject(error)));
  });
}

/** The attempt that is being recorded, in whichever tab; null: none, or a microphone is merely open. */
export async function recordingNow(): Promise<AttemptId | null> {
  const { held = [] } = await navigator.locks.query();
  const recorder = held.find(({ name }) => name === RECORDER_LOCK);
  // Other tabs hold such locks too: while a take is saved or recovered.
  const take = held.find(
    ({ name = '', clientId }) => clientId === recorder?.clientId && name.startsWith(TAKE),
  );
  return take?.name === undefined ? null : (take.name.slice(TAKE.length) as AttemptId);
}

/** The names of all locks held in this origin at the moment. */
export async function heldLocks(): Promise<ReadonlySet<string>> {
  const { held = [] } = await navigator.locks.query();
  return new Set(held.flatMap(({ name }) => name ?? []));
}
