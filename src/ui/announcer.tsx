import { useSyncExternalStore } from 'react';

let said: { readonly id: number; readonly text: string } = { id: 0, text: '' };
const listeners = new Set<() => void>();

/** Says something to assistive technology, politely. The same words twice are said twice. */
export function announce(text: string): void {
  said = { id: said.id + 1, text };
  for (const listener of listeners) listener();
}

/** The live region. Once in the page, from the start: a region that comes with its text is not read. */
export function Announcer() {
  const { id, text } = useSyncExternalStore(subscribe, () => said);
  return (
    <div className="vh" role="status" aria-label="Announcements">
      <span key={id}>{text}</span>
    </div>
  );
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
