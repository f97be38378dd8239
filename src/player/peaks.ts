import { useEffect, useMemo, useState } from 'react';
import { measurePeaks, PEAKS_VERSION, summarise } from '../analysis/client.ts';
import type { KeptAttempt } from '../domain/attempt.ts';
import type { Peaks } from '../domain/peaks.ts';
import type { Ms } from '../domain/timeline.ts';
import type { Archive } from '../storage/archive.ts';
import { StorageError } from '../storage/errors.ts';
import { type Columns, loudestOf } from './waveform.ts';

type Found =
  /** They are looked up; that is over before anybody could read about it. */
  | { readonly tag: 'waiting' }
  | { readonly tag: 'measuring'; readonly progress: number }
  | { readonly tag: 'ready'; readonly peaks: Peaks }
  | { readonly tag: 'failed' };

/** The envelope of a clip, any part of it in any number of columns. */
export type Envelope = {
  readonly columns: (count: number, fromMs: Ms, toMs: Ms) => Columns;
  readonly loudest: number;
};

export type PeaksState =
  | Exclude<Found, { readonly tag: 'ready' | 'failed' }>
  | { readonly tag: 'ready'; readonly envelope: Envelope }
  | { readonly tag: 'failed'; readonly again: () => void };

/** The drawing's data: from the archive, or measured and stored for the next time. */
export function usePeaks(
  archive: Archive,
  { id, audioDeletedAt }: Pick<KeptAttempt, 'id' | 'audioDeletedAt'>,
  clip: Blob | null,
): PeaksState {
  const isDeleted = audioDeletedAt !== undefined;
  const [found, setFound] = useState<Found>({ tag: 'waiting' });
  const [tries, setTries] = useState(0);
  useEffect(() => {
    if (clip === null && !isDeleted) return undefined;
    const aborted = new AbortController();
    const { signal } = aborted;
    const find = async () => {
      const stored = await archive.peaks.get(id).catch(ignoreStorageFault);
      // Without the sound, those of an older version are the last.
      if (clip === null || stored?.version === PEAKS_VERSION || signal.aborted) return stored;
      const peaks = await measurePeaks(clip, id, {
        signal,
        onProgress: (progress) => setFound({ tag: 'measuring', progress }),
      });
      // Derived: if there is no room for them they are measured again next time.
      await archive.peaks.put(peaks).catch(ignoreStorageFault);
      return peaks;
    };
    find().then(
      (peaks) => {
        if (peaks !== null && !signal.aborted) setFound({ tag: 'ready', peaks });
      },
      () => {
        if (!signal.aborted) setFound({ tag: 'failed' });
      },
    );
    return () => aborted.abort();
  }, [archive, id, clip, isDeleted, tries]);
  return useMemo(() => {
    if (found.tag === 'ready') return { tag: 'ready', envelope: envelopeOf(found.peaks) };
    if (found.tag !== 'failed') return found;
    const again = () => {
      setFound({ tag: 'waiting' });
      setTries((before) => before + 1);
    };
    return { tag: 'failed', again };
  }, [found]);
}

function envelopeOf(peaks: Peaks): Envelope {
  return {
    columns: (count, fromMs, toMs) => summarise(peaks, count, fromMs, toMs),
    loudest: loudestOf(summarise(peaks, 1)),
  };
}

function ignoreStorageFault(error: unknown): null {
  if (error instanceof StorageError) return null;
  throw error;
}
