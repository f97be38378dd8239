import { useState } from 'react';
import type { Session } from './session.ts';
import type { RecorderSnapshot } from './snapshot.ts';

/**
 * The minute before an exam's take. It comes before the take and is none of the recorder's business: until it
 * is over there is nothing to lose. The microphone is opened first, and the picture where one is wanted, so that
 * a refusal shows at once; should they go away in the meantime, the minute is off, and the page says why.
 */
export function useExamPrep(
  session: Session,
  snapshot: RecorderSnapshot,
): {
  readonly isRunning: boolean;
  /** Call it on a press. */
  readonly begin: () => void;
  readonly end: () => void;
} {
  const { state, record, picture } = snapshot;
  const [isWanted, setWanted] = useState(false);
  const isOpening = state.tag === 'opening' || picture.tag === 'opening';
  const isOpen = state.tag === 'ready' && (record === 'audio' || picture.tag === 'open');
  if (isWanted && !isOpen && !isOpening) setWanted(false);
  return {
    isRunning: isWanted && isOpen && !isOpening,
    begin() {
      // Browsers show their list of screens in answer to a press only.
      if (record !== 'audio' && picture.tag !== 'open') session.openPicture();
      session.open();
      setWanted(true);
    },
    end: () => setWanted(false),
  };
}
