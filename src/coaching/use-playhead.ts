import { useSyncExternalStore } from 'react';
import type { Ms } from '../domain/timeline.ts';
import type { Playhead } from '../ui/playhead.ts';

/** Something about where the replay is; the component renders again only when that changes. */
export function usePlayhead<Value extends string | number | boolean | null>(
  playhead: Playhead,
  select: (atMs: Ms) => Value,
): Value {
  return useSyncExternalStore(playhead.subscribe, () => select(playhead.now()));
}
