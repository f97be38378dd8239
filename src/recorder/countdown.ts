import { useSyncExternalStore } from 'react';
import type { Ms } from '../domain/timeline.ts';
import { onEveryFrame } from './elapsed.ts';
import type { Instant } from './machine.ts';

/** The minute that a plan takes (rubric.json, `attemptFlow`). */
export const PLAN_MS: Ms = 60_000;

/** Whole seconds left until an instant of `performance.now()`, as a length; rendered once a second. */
export function useTimeLeft(endsAt: Instant): Ms {
  return useSyncExternalStore(
    onEveryFrame,
    () => Math.max(0, Math.ceil((endsAt - performance.now()) / 1000)) * 1000,
  );
}
