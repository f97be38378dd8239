import { type ReactNode, useState } from 'react';
import type { Attempt, KeptAttempt } from '../domain/attempt.ts';
import type { Mark } from '../domain/step.ts';
import type { EpochMs } from '../domain/timeline.ts';
import type { Archive } from '../storage/archive.ts';
import { useWrites } from './use-writes.tsx';

/**
 * An attempt whose marks are set while it is replayed. They show at once; when they cannot be stored they
 * go back to what is, and `fault` says why.
 */
export function useMarks(
  archive: Archive,
  stored: KeptAttempt,
): {
  readonly attempt: KeptAttempt;
  /** Fulfils with whether they were stored. */
  readonly setMarks: (marks: readonly Mark[]) => Promise<boolean>;
  readonly fault: ReactNode;
} {
  const { write, fault } = useWrites();
  const [own, setOwn] = useState<{ readonly marks: readonly Mark[]; readonly updatedAt: EpochMs } | null>(
    null,
  );
  // Until the page has read again what was written, and after that whatever another tab wrote.
  const isAhead = own !== null && own.updatedAt > stored.updatedAt;

  async function setMarks(marks: readonly Mark[]): Promise<boolean> {
    const updatedAt = Math.max(Date.now(), stored.updatedAt + 1, (own?.updatedAt ?? 0) + 1);
    setOwn({ marks, updatedAt });
    // None: another tab has deleted it.
    let written: Attempt | null = null;
    await write(async () => {
      written = await archive.attempts.update(stored.id, (there) => ({
        ...there,
        marks,
        firstMarks: there.firstMarks ?? there.marks,
        updatedAt,
      }));
    });
    if (written === null) setOwn(null);
    return written !== null;
  }

  return {
    attempt: isAhead ? { ...stored, marks: own.marks } : stored,
    setMarks,
    fault,
  };
}
