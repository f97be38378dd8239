import { useSyncExternalStore } from 'react';

/** `canSave`: a take kept this tab's archive open. */
type Outdated = { readonly canSave: boolean };

let outdated: Outdated | null = null;
const listeners = new Set<() => void>();

/** A newer version of the app waits in another tab for this one to be reloaded. */
export function noteOutdated(now: Outdated): void {
  outdated = now;
  for (const listener of listeners) listener();
}

export function useOutdated(): Outdated | null {
  return useSyncExternalStore(subscribe, () => outdated);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
