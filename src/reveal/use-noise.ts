import { useEffect, useState } from 'react';
import { rescoreDifferences } from '../domain/calibration.ts';
import { type Noise, noiseOf } from '../domain/noise.ts';
import type { Rubric } from '../domain/rubric.ts';
import type { Archive } from '../storage/archive.ts';
import { StorageError } from '../storage/errors.ts';
import { readScored } from './read-scored.ts';

/**
 * How far scores lie apart by chance: the default until five blind re-scores were found.
 *
 * @param rubric null: nothing asks for it yet, so nothing is read
 * @param semDefault rubric.json, `scoring.noise.semDefault`
 */
export function useNoise(archive: Archive, rubric: Rubric | null, semDefault: number): Noise {
  const [noise, setNoise] = useState(() => noiseOf([], semDefault));
  // The page reads its rubric with everything else, and each time it is another object.
  const [version, setVersion] = useState(rubric);
  if (version?.id !== rubric?.id || version?.version !== rubric?.version) setVersion(rubric);
  useEffect(() => {
    if (version === null) return;
    let reading = new AbortController();
    const read = async () => {
      reading.abort();
      reading = new AbortController();
      const { signal } = reading;
      try {
        const scored = await readScored(archive, version, signal);
        if (scored !== null && !signal.aborted)
          setNoise(noiseOf(rescoreDifferences(version, scored), semDefault));
      } catch (error) {
        // Then the default stands: it is what others' scores vary by.
        if (!(error instanceof StorageError)) throw error;
      }
    };
    void read();
    const leave = archive.onChange(({ store }) => {
      // Every attempt is read for it: not for each level that is chosen.
      if (store === 'rescores') void read();
    });
    return () => {
      leave();
      reading.abort();
    };
  }, [archive, version, semDefault]);
  return noise;
}
