import { useEffect, useEffectEvent } from 'react';
import type { Ms } from '../domain/timeline.ts';

/** Calls back once, `delayMs` after the first render or the last change of `delayMs`; null: never. */
export function useTimeout(callback: () => void, delayMs: Ms | null): void {
  const run = useEffectEvent(callback);
  useEffect(() => {
    if (delayMs === null) return undefined;
    const timer = setTimeout(() => run(), delayMs);
    return () => clearTimeout(timer);
  }, [delayMs]);
}
