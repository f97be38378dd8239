import { type ReactNode, useState } from 'react';
import type { Coaching } from '../domain/coaching.ts';
import type { Archive } from '../storage/archive.ts';
import { useWrites } from './use-writes.tsx';

/** Pure, because it may run more than once. */
export type CoachingChange = (coaching: Coaching) => Coaching;

/**
 * What surrounds the scores of an attempt, as one goes on changing it. Changes show at once; one that cannot be
 * stored is taken back, and `fault` says why.
 */
export function useCoaching(
  archive: Archive,
  stored: Coaching,
): {
  readonly coaching: Coaching;
  /** Fulfils with whether it was stored. */
  readonly change: (change: CoachingChange) => Promise<boolean>;
  readonly fault: ReactNode;
} {
  const { write, fault } = useWrites();
  const [written, setWritten] = useState<Coaching | null>(null);
  const [pending, setPending] = useState<readonly CoachingChange[]>([]);
  // Until the page has read again what was written, and after that whatever another tab wrote.
  const base = written !== null && written.updatedAt > stored.updatedAt ? written : stored;

  async function change(next: CoachingChange): Promise<boolean> {
    setPending((list) => [...list, next]);
    // None: another tab has deleted the attempt.
    let result: Coaching | null = null;
    await write(async () => {
      result = await archive.coaching.update(stored.attemptId, next);
    });
    setPending((list) => list.filter((other) => other !== next));
    if (result !== null) setWritten(result);
    return result !== null;
  }

  return {
    coaching: pending.reduce((coaching, next) => next(coaching), base),
    change,
    fault,
  };
}
