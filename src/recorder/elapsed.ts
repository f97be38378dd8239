import { useSyncExternalStore } from 'react';
import type { Ms } from '../domain/timeline.ts';
import type { Session } from './session.ts';

/** What the clock is read from. */
export type Timed = Pick<Session, 'elapsedMs' | 'getSnapshot'>;

/**
 * The clock the speaker sees, in whole seconds; once the clip is stored, its length. Looked at once a
 * frame, rendered once a second, and only by the component that calls it.
 */
export function useElapsed(session: Timed): Ms {
  return useSyncExternalStore(onEveryFrame, () => {
    const { state } = session.getSnapshot();
    const elapsedMs = state.tag === 'saved' ? state.keptMs : session.elapsedMs();
    return Math.floor(elapsedMs / 1000) * 1000;
  });
}

/** For what is looked at once a frame, as `useSyncExternalStore` wants it. */
export function onEveryFrame(listener: () => void): () => void {
  let frame = requestAnimationFrame(function next() {
    frame = requestAnimationFrame(next);
    listener();
  });
  return () => cancelAnimationFrame(frame);
}
