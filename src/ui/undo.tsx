import { type ReactNode, useCallback, useState } from 'react';
import styles from './Notice.module.css';

type UndoNoticeProps = {
  /** What was done: `Deleted “A stalled event loop”.` */
  readonly text: string;
  readonly onUndo: () => void;
  readonly onDismiss: () => void;
};

/** Stays until it is answered or its page is left: whoever reads slowly loses nothing. */
export function UndoNotice({ text, onUndo, onDismiss }: UndoNoticeProps) {
  return (
    // What was pressed is usually gone by now: the focus comes here, one Tab before Undo.
    <div className={styles['undo']} role="status" tabIndex={-1} ref={(element) => element?.focus()}>
      <p>{text}</p>
      <button type="button" onClick={onUndo}>
        Undo
      </button>
      <button type="button" onClick={onDismiss}>
        Dismiss
      </button>
    </div>
  );
}

type Offer = { readonly id: number; readonly text: string; readonly undo: () => void | Promise<unknown> };

/**
 * One undo at a time, kept by the page that offers it. Render `notice` anywhere in the page. When it
 * goes, focus goes to the page's heading.
 */
export function useUndo(): {
  readonly offerUndo: (text: string, undo: Offer['undo']) => void;
  readonly notice: ReactNode;
} {
  const [offer, setOffer] = useState<Offer | null>(null);
  const offerUndo = useCallback((text: string, undo: Offer['undo']) => {
    setOffer((before) => ({ id: (before?.id ?? 0) + 1, text, undo }));
  }, []);
  const close = () => {
    setOffer(null);
    document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true });
  };
  const notice = offer && (
    <UndoNotice
      key={offer.id}
      text={offer.text}
      onDismiss={close}
      onUndo={() => {
        close();
        void offer.undo();
      }}
    />
  );
  return { offerUndo, notice };
}
