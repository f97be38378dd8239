import { useCallback, useEffect, useState } from 'react';
import type { KeptAttempt } from '../domain/attempt.ts';
import type { EpochMs } from '../domain/timeline.ts';
import type { Archive } from '../storage/archive.ts';
import { StorageError, type StorageFault } from '../storage/errors.ts';

type Found =
  | { readonly tag: 'ready'; readonly clip: Blob }
  /** The parts that are left, one after another; null when there are none. */
  | { readonly tag: 'damaged'; readonly remains: Blob | null }
  /** Storage would not say: the clip may be whole. */
  | { readonly tag: 'refused'; readonly fault: StorageFault };

export type ClipState =
  | { readonly tag: 'loading' }
  /** By the person, to free space. */
  | { readonly tag: 'deleted'; readonly at: EpochMs }
  | Exclude<Found, { readonly tag: 'refused' }>
  | (Extract<Found, { readonly tag: 'refused' }> & { readonly again: () => void });

/** The clip of an attempt, read once: it never changes, unless it is deleted. */
export function useClip(archive: Archive, attempt: KeptAttempt): ClipState {
  const [loaded, setLoaded] = useState<{ readonly of: string; readonly found: Found } | null>(null);
  const [tries, setTries] = useState(0);
  const { id, mimeType, sha256, audioDeletedAt = null } = attempt;
  const parts = sha256.length;
  useEffect(() => {
    if (audioDeletedAt !== null) return undefined;
    let isWanted = true;
    const load = async () => {
      const found = await readClip(archive, { id, mimeType, parts });
      if (isWanted) setLoaded({ of: id, found });
    };
    void load();
    return () => {
      isWanted = false;
    };
  }, [archive, id, mimeType, parts, audioDeletedAt, tries]);
  const again = useCallback(() => {
    setLoaded(null);
    setTries((before) => before + 1);
  }, []);
  if (audioDeletedAt !== null) return { tag: 'deleted', at: audioDeletedAt };
  if (loaded?.of !== id) return { tag: 'loading' };
  return loaded.found.tag === 'refused' ? { ...loaded.found, again } : loaded.found;
}

type Wanted = Pick<KeptAttempt, 'id' | 'mimeType'> & { readonly parts: number };

async function readClip(archive: Archive, { id, mimeType, parts }: Wanted): Promise<Found> {
  try {
    const clip = await archive.clips.read(id).catch(nullIfCorrupt);
    if (clip !== null) return { tag: 'ready', clip };
    const found: Blob[] = [];
    for (let part = 0; part < parts; part += 1) {
      const data = await archive.clips.part(id, part).catch(nullIfCorrupt);
      if (data !== null) found.push(new Blob([data]));
    }
    return { tag: 'damaged', remains: found.length > 0 ? new Blob(found, { type: mimeType }) : null };
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return { tag: 'refused', fault: error.fault };
  }
}

function nullIfCorrupt(error: unknown): null {
  if (error instanceof StorageError && error.fault === 'corrupt') return null;
  throw error;
}
