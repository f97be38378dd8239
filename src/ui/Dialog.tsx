import { type ReactNode, useEffect, useId, useLayoutEffect, useRef } from 'react';
import { Button } from './Button.tsx';
import styles from './Dialog.module.css';

type DialogProps = {
  readonly title: string;
  /** Escape was pressed. The owner stops rendering the dialog; focus goes back to where it was. */
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** Buttons, the one that leads on last. */
  readonly actions?: ReactNode;
};

/** A modal dialog, open for as long as it is rendered. */
export function Dialog({ title, onClose, children, actions }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();

  // A layout effect's cleanup runs while the element is still in the page: close() can give focus back.
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    // What takes the focus may stand at the end of a long one.
    if (element !== null) element.scrollTop = 0;
    return () => element?.close();
  }, []);

  useEffect(() => {
    const element = dialog.current;
    if (element === null) return undefined;
    const cancelled = (event: Event) => {
      event.preventDefault();
      onClose();
    };
    // Chromium closes at a second Escape whatever `cancel` says; whether it stays is the owner's to decide.
    const closed = () => {
      if (element.open || !element.isConnected) return;
      element.showModal();
      onClose();
    };
    element.addEventListener('cancel', cancelled);
    element.addEventListener('close', closed);
    return () => {
      element.removeEventListener('cancel', cancelled);
      element.removeEventListener('close', closed);
    };
  }, [onClose]);

  return (
    <dialog ref={dialog} className={styles['dialog']} aria-labelledby={titleId}>
      <div className={styles['frame']}>
        <h2 id={titleId} className={styles['title']}>
          {title}
        </h2>
        {children}
        {actions !== undefined && <div className={styles['actions']}>{actions}</div>}
      </div>
    </dialog>
  );
}

type ConfirmDialogProps = {
  /** The question, such as `Discard this take?` */
  readonly title: string;
  readonly children: ReactNode;
  /** The verb of the question: `Discard`. */
  readonly confirmLabel: string;
  readonly cancelLabel?: string;
  /** The answer is being carried out: neither button does anything more. */
  readonly isBusy?: boolean;
  readonly onConfirm: () => void;
  readonly onCancel: () => void;
};

/** Asks before what cannot be taken back. Focus starts at the safe answer. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { title, children, confirmLabel, cancelLabel = 'Cancel', isBusy = false } = props;
  const onCancel = () => {
    if (!isBusy) props.onCancel();
  };
  const onConfirm = () => {
    if (!isBusy) props.onConfirm();
  };
  return (
    <Dialog
      title={title}
      onClose={onCancel}
      actions={
        <>
          <Button aria-disabled={isBusy} onClick={onCancel}>
            {cancelLabel}
          </Button>
          <Button variant="primary" aria-disabled={isBusy} onClick={onConfirm}>
            {confirmLabel}
          </Button>
        </>
      }
    >
      <div>{children}</div>
    </Dialog>
  );
}
