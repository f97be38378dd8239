import { useCallback, useEffect, useEffectEvent, useSyncExternalStore } from 'react';
import type { EpochMs, Ms } from '../domain/timeline.ts';

/** Calls back once, `delayMs` after the first render or the last change of `delayMs`; null: never. */
export function useTimeout(callback: () => void, delayMs: Ms | null): void {
  const run = useEffectEvent(callback);
  useEffect(() => {
    if (delayMs === null) return undefined;
    const timer = setTimeout(() => run(), delayMs);
    return () => clearTimeout(timer);
  }, [delayMs]);
}

/**
 * The time of day to the second, rounded down, told anew each second until `endsAt` has passed; null: told only
 * when something else is.
 */
export function useNow(endsAt: EpochMs | null): EpochMs {
  const subscribe = useCallback(
    (tell: () => void) => {
      if (endsAt === null) return () => {};
      const timer = setInterval(() => {
        tell();
        if (thisSecond() >= endsAt) clearInterval(timer);
      }, SECOND_MS);
      return () => clearInterval(timer);
    },
    [endsAt],
  );
  return useSyncExternalStore(subscribe, thisSecond);
}

const SECOND_MS: Ms = 1000;

function thisSecond(): EpochMs {
  return Math.floor(Date.now() / SECOND_MS) * SECOND_MS;
}
