import { type ReactNode, useCallback, useState } from 'react';
import { StorageError, type StorageFault } from '../storage/errors.ts';
import { LinkButton } from '../ui/Button.tsx';
import { Notice } from '../ui/Notice.tsx';
import { refocus } from '../ui/refocus.ts';
import { type FaultMessage, storageMessages } from './storage-messages.ts';

const GONE: FaultMessage = {
  title: 'It can no longer be taken back',
  what: 'It was deleted for good in the meantime.',
  action: 'Everything else is as it was.',
};

/**
 * Writes of a page. What storage refuses is said in words and stays until it is dismissed or the next
 * write succeeds; anything else that is thrown is a bug and goes on.
 */
export function useWrites(): {
  /** Fulfils with whether the work succeeded. */
  readonly write: (work: () => Promise<unknown>) => Promise<boolean>;
  /** The same for taking something out of the trash, which says false when it is no longer there. */
  readonly takeBack: (restore: () => Promise<boolean>) => Promise<boolean>;
  /** Render it where the person looks. */
  readonly fault: ReactNode;
} {
  const [refused, setRefused] = useState<StorageFault | 'gone' | null>(null);
  const write = useCallback(async (work: () => Promise<unknown>) => {
    try {
      await work();
      setRefused(null);
      return true;
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      setRefused(error.fault);
      return false;
    }
  }, []);
  const takeBack = useCallback(
    async (restore: () => Promise<boolean>) => {
      let isBack = false;
      const isDone = await write(async () => {
        isBack = await restore();
      });
      if (isDone && !isBack) setRefused('gone');
      return isBack;
    },
    [write],
  );
  const message = refused && (refused === 'gone' ? GONE : storageMessages[refused]);
  const fault = message && (
    <Notice
      tone="error"
      title={message.title}
      actions={
        message.wayOut !== undefined && <LinkButton to={message.wayOut.to}>{message.wayOut.label}</LinkButton>
      }
      onDismiss={() => {
        setRefused(null);
        refocus();
      }}
    >
      {`${message.what} ${message.action}`}
    </Notice>
  );
  return { write, takeBack, fault };
}
