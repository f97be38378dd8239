import type { Page } from '@playwright/test';
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
  const id = new URL(page.url()).pathname.split('/').at(-1) ?? '';
  return page.evaluate(async (attemptId) => {
    const settled = <Result>(request: IDBRequest<Result>): Promise<Result> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error ?? new Error('Reading failed'));
      });
    const db = await settled(indexedDB.open('practice'));
    try {
      const found: unknown = await settled(db.transaction('coaching').objectStore('coaching').get(attemptId));
      return JSON.stringify(found ?? '');
    } finally {
      db.close();
    }
  }, id);
}
