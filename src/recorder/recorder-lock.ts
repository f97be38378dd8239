import type { Ms } from '../domain/timeline.ts';
import { holdLock, RECORDER_LOCK } from '../storage/locks.ts';
import type { Scope } from './scope.ts';

/** A lock that this page has just freed may count as held for a moment. */
const TRIES = 3;
const RETRY_MS: Ms = 100;

/**
 * Makes this the one tab that records, until the scope ends. False: another tab is, or the scope has ended.
 */
export async function holdRecorderLock(scope: Scope): Promise<boolean> {
  for (let tries = 0; tries < TRIES && !scope.isDisposed; tries += 1) {
    if (tries > 0) await new Promise<void>((resolve) => scope.timeout(resolve, RETRY_MS));
    const free = await holdLock(RECORDER_LOCK);
    if (free !== null) {
      scope.add(() => void free());
      return !scope.isDisposed;
    }
  }
  return false;
}
