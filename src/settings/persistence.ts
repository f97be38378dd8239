/**
 * Whether the browser keeps what is stored here until it is deleted here. `at-risk`: it may delete it when
 * the device runs out of space. `unknown`: it does not say, as WebKitGTK 2.50 does not.
 */
export type Persistence = 'kept' | 'at-risk' | 'unknown';

export async function readPersistence(): Promise<Persistence> {
  try {
    return (await navigator.storage.persisted()) ? 'kept' : 'at-risk';
  } catch {
    return 'unknown';
  }
}

/**
 * Asks the browser to keep it: call it on a press only. Chromium decides by itself, at once; Firefox asks
 * the person and answers when they have.
 */
export async function askToPersist(): Promise<'granted' | 'refused'> {
  try {
    return (await navigator.storage.persist()) ? 'granted' : 'refused';
  } catch {
    return 'refused';
  }
}

/** Bytes the browser counts for this address; null where it does not say. Its quota is a made-up number. */
export async function usedSpace(): Promise<number | null> {
  try {
    return (await navigator.storage.estimate()).usage ?? null;
  } catch {
    return null;
  }
}

/** Safari, since 2020: seven days of use without a visit to a site delete all it has stored. */
export function forgetsUnvisited(userAgent: string): boolean {
  return userAgent.includes('Safari/') && !/Chrom(?:e|ium)\//.test(userAgent);
}
