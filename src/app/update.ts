import { useSyncExternalStore } from 'react';

let isOutdated = false;
const listeners = new Set<() => void>();

/** A newer version of the app waits in another tab for this one to be reloaded. */
export function noteOutdated(): void {
  isOutdated = true;
  for (const listener of listeners) listener();
}

export function useIsOutdated(): boolean {
  return useSyncExternalStore(subscribe, () => isOutdated);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
