import { useEffect, useState } from 'react';
import type { KeptAttempt } from '../domain/attempt.ts';
import type { Archive } from '../storage/archive.ts';
import { StorageError } from '../storage/errors.ts';

export type ClipState =
  | { readonly tag: 'loading' }
  | { readonly tag: 'ready'; readonly clip: Blob }
  /** The parts that are left, one after another; null when there are none. */
  | { readonly tag: 'damaged'; readonly remains: Blob | null };

/** The clip of an attempt, read once: it never changes. */
export function useClip(archive: Archive, attempt: KeptAttempt): ClipState {
  const [loaded, setLoaded] = useState<{ readonly of: string; readonly state: ClipState } | null>(null);
  const { id, mimeType, sha256 } = attempt;
  const parts = sha256.length;
  useEffect(() => {
    let isWanted = true;
    const load = async () => {
      const state = await readClip(archive, { id, mimeType, parts });
      if (isWanted) setLoaded({ of: id, state });
    };
    void load();
    return () => {
      isWanted = false;
    };
  }, [archive, id, mimeType, parts]);
  return loaded?.of === id ? loaded.state : { tag: 'loading' };
}

type Wanted = Pick<KeptAttempt, 'id' | 'mimeType'> & { readonly parts: number };

async function readClip(archive: Archive, { id, mimeType, parts }: Wanted): Promise<ClipState> {
  try {
    const clip = await archive.clips.read(id);
    if (clip !== null) return { tag: 'ready', clip };
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
  }
  const found: ArrayBuffer[] = [];
  for (let part = 0; part < parts; part += 1) {
    try {
      const data = await archive.clips.part(id, part);
      if (data !== null) found.push(data);
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
    }
  }
  return { tag: 'damaged', remains: found.length > 0 ? new Blob(found, { type: mimeType }) : null };
}

const MOST_URLS = 10;
const urls: string[] = [];

/** Hands a blob to the browser's downloads. */
export function download(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  // A URL must outlive the press by a time nobody tells: only old ones are given back.
  urls.push(url);
  for (const old of urls.splice(0, urls.length - MOST_URLS)) URL.revokeObjectURL(old);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
}
