import { useCallback, useEffect, useState } from 'react';
import type { KeptAttempt } from '../domain/attempt.ts';
import type { Archive } from '../storage/archive.ts';
import { StorageError, type StorageFault } from '../storage/errors.ts';
import { type Persistence, readPersistence, usedSpace } from './persistence.ts';

/** A kept attempt whose clip is there. */
export type Sound = { readonly attempt: KeptAttempt; readonly isLocked: boolean };

export type Space = {
  readonly usedBytes: number | null;
  readonly persistence: Persistence;
  readonly sounds: readonly Sound[];
  readonly trash: Awaited<ReturnType<Archive['weighTrash']>>;
};

/** So many at a time, between which the page answers. */
const AT_ONCE = 200;

/**
 * What takes the space, read again after every change. Every attempt has to be looked at for that, so it is
 * no business of a loader; null while it is read for the first time. `refused`: it could not be read last.
 */
export function useSpace(archive: Archive): {
  readonly space: Space | null;
  readonly refused: StorageFault | null;
  readonly reread: () => void;
} {
  const [space, setSpace] = useState<Space | null>(null);
  const [failure, setFailure] = useState<{ readonly error: unknown } | null>(null);
  const [reads, setReads] = useState(0);
  const reread = useCallback(() => setReads((before) => before + 1), []);
  useEffect(() => {
    const left = new AbortController();
    readSpace(archive, left.signal).then(
      (read) => {
        if (left.signal.aborted) return;
        setSpace(read);
        setFailure(null);
      },
      (error: unknown) => !left.signal.aborted && setFailure({ error }),
    );
    return () => left.abort();
  }, [archive, reads]);
  useEffect(
    () =>
      archive.onChange(({ store }) => {
        if (store === 'attempts' || store === 'reviews') reread();
      }),
    [archive, reread],
  );
  if (failure === null) return { space, refused: null, reread };
  if (!(failure.error instanceof StorageError)) throw failure.error;
  return { space, refused: failure.error.fault, reread };
}

async function readSpace(archive: Archive, signal: AbortSignal): Promise<Space> {
  const [usedBytes, persistence, trash] = await Promise.all([
    usedSpace(),
    readPersistence(),
    archive.weighTrash(),
  ]);
  const sounds: Sound[] = [];
  let before: Awaited<ReturnType<Archive['attempts']['page']>>['next'] = null;
  do {
    const query = before === null ? { limit: AT_ONCE } : { limit: AT_ONCE, before };
    const { attempts, next } = await archive.attempts.page(query);
    const heard = attempts.filter(({ audioDeletedAt }) => audioDeletedAt === undefined);
    const reviews = await archive.reviews.ofAll(heard.map(({ id }) => id));
    for (const [index, attempt] of heard.entries())
      sounds.push({ attempt, isLocked: reviews[index]?.some(({ lockedAt }) => lockedAt !== null) ?? false });
    before = next;
  } while (before !== null && !signal.aborted);
  return { usedBytes, persistence, sounds, trash };
}
