import { useEffect, useEffectEvent, useState } from 'react';
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

/** The time of day, told anew each second until `endsAt` has passed; null: it stands still. */
export function useNow(endsAt: EpochMs | null): EpochMs {
  const [now, setNow] = useState(Date.now);
  const [until, setUntil] = useState(endsAt);
  // It may have stood still for long: what begins now must not lie in its future.
  if (until !== endsAt) {
    setUntil(endsAt);
    setNow(Date.now());
  }
  useEffect(() => {
    if (endsAt === null) return undefined;
    const timer = setInterval(() => {
      const at = Date.now();
      setNow(at);
      if (at >= endsAt) clearInterval(timer);
    }, 1000);
    return () => clearInterval(timer);
  }, [endsAt]);
  return now;
}
