import { useSyncExternalStore } from 'react';

type Said = { readonly id: number; readonly text: string };
type Politeness = 'polite' | 'assertive';

let said: Readonly<Record<Politeness, Said>> = {
  polite: { id: 0, text: '' },
  assertive: { id: 0, text: '' },
};
const listeners = new Set<() => void>();

/**
 * Says something to assistive technology. The same words twice are said twice.
 *
 * @param politeness `assertive` is for faults only; nothing but a fault may speak during a take
 */
export function announce(text: string, politeness: Politeness = 'polite'): void {
  said = { ...said, [politeness]: { id: said[politeness].id + 1, text } };
  for (const listener of listeners) listener();
}

/** The two live regions. Once in the page, from the start: a region that comes with its text is not read. */
export function Announcer() {
  const now = useSyncExternalStore(subscribe, () => said);
  return (
    <>
      <div className="vh" aria-live="polite">
        <span key={now.polite.id}>{now.polite.text}</span>
      </div>
      <div className="vh" aria-live="assertive">
        <span key={now.assertive.id}>{now.assertive.text}</span>
      </div>
    </>
  );
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
