import type { Page } from '@playwright/test';
import type { Sounds } from '../../src/domain/facts.ts';
import { checkInvariants } from '../support/invariants.ts';

/** Storage invariants the whole database of this page's origin breaks, in words; empty when it is sound. */
export async function violations(page: Page): Promise<readonly string[]> {
  return page.evaluate(checkInvariants);
}

/**
 * What is on disk beside the scores of the attempt that is open, as JSON; empty when nothing is. What a page shows
 * may still be on its way there.
 */
export async function storedCoaching(page: Page): Promise<string> {
  return JSON.stringify((await stored(page, 'coaching')) ?? '');
}

/** What is on disk of the sounds that were heard in the attempt that is open. */
export async function storedSounds(page: Page): Promise<Sounds['sounds']> {
  return ((await stored(page, 'sounds')) as Sounds | undefined)?.sounds ?? [];
}

/** Whether something was measured in the attempt that is open. */
export async function isMeasured(page: Page): Promise<boolean> {
  return (await stored(page, 'deliveries')) !== undefined;
}

/** The record of the attempt that is open; undefined when there is none. */
async function stored(page: Page, store: string): Promise<unknown> {
  const id = new URL(page.url()).pathname.split('/').at(-1) ?? '';
  return page.evaluate(
    async ([name = '', attemptId = '']) => {
      const settled = <Result>(request: IDBRequest<Result>): Promise<Result> =>
        new Promise((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error ?? new Error('Reading failed'));
        });
      const db = await settled(indexedDB.open('practice'));
      try {
        return await settled<unknown>(db.transaction(name).objectStore(name).get(attemptId));
      } finally {
        db.close();
      }
    },
    [store, id],
  );
}
