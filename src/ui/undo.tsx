import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import styles from './Notice.module.css';
import { refocus } from './refocus.ts';

type Offer = { readonly id: number; readonly text: string; readonly undo: () => void | Promise<unknown> };

/**
 * One undo at a time, kept by the page that offers it: it stays until it is answered or its page is left,
 * so that whoever reads slowly loses nothing. Render `notice` anywhere in the page.
 */
export function useUndo(): {
  /** `text` says what was done: `Deleted “A stalled event loop”.` */
  readonly offerUndo: (text: string, undo: Offer['undo']) => void;
  readonly notice: ReactNode;
} {
  const [offer, setOffer] = useState<Offer | null>(null);
  const frame = useRef<HTMLDivElement>(null);
  const offerUndo = useCallback((text: string, undo: Offer['undo']) => {
    setOffer((before) => ({ id: (before?.id ?? 0) + 1, text, undo }));
  }, []);
  // What was pressed is usually gone by now: the focus comes here once, one Tab before Undo.
  const id = offer?.id;
  useEffect(() => {
    if (id !== undefined) frame.current?.focus();
  }, [id]);
  const close = () => {
    setOffer(null);
    refocus();
  };
  const notice = offer && (
    <div key={offer.id} className={styles['undo']} role="status" tabIndex={-1} ref={frame}>
      <p>{offer.text}</p>
      <button
        type="button"
        onClick={() => {
          close();
          void offer.undo();
        }}
      >
        Undo
      </button>
      <button type="button" onClick={close}>
        Dismiss
      </button>
    </div>
  );
  return { offerUndo, notice };
}
