import { type ReactNode, useCallback, useState } from 'react';
import { StorageError, type StorageFault } from '../storage/errors.ts';
import { Notice } from '../ui/Notice.tsx';
import { storageMessages } from './storage-messages.ts';

/**
 * Writes of a page. What storage refuses is said in words and stays until it is dismissed or the next
 * write succeeds; anything else that is thrown is a bug and goes on.
 */
export function useWrites(): {
  /** Fulfils with whether the work succeeded. */
  readonly write: (work: () => Promise<unknown>) => Promise<boolean>;
  /** Render it where the person looks. */
  readonly fault: ReactNode;
} {
  const [refused, setRefused] = useState<StorageFault | null>(null);
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
  const message = refused && storageMessages[refused];
  const fault = message && (
    <Notice tone="error" title={message.title} onDismiss={() => setRefused(null)}>
      {`${message.what} ${message.action}`}
    </Notice>
  );
  return { write, fault };
}
