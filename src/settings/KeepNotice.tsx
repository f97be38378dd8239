import { useState } from 'react';
import type { KeepingAnswer } from '../domain/settings.ts';
import { Button } from '../ui/Button.tsx';
import { Notice } from '../ui/Notice.tsx';
import { refocus } from '../ui/refocus.ts';
import { askToPersist } from './persistence.ts';

/** Asks once, in words, before the browser is asked; then says what came of it, until it is left. */
export function KeepNotice({ onAnswer }: { readonly onAnswer: (answer: KeepingAnswer) => void }) {
  const [state, setState] = useState<'open' | 'asking' | KeepingAnswer>('open');
  const close = () => {
    setState('later');
    refocus();
  };
  if (state === 'later') return null;
  if (state === 'granted')
    return (
      <Notice tone="info" title="Your recordings are kept until you delete them" onDismiss={close}>
        The browser has agreed.
      </Notice>
    );
  if (state === 'refused')
    return (
      <Notice tone="warn" title="The browser did not agree" onDismiss={close}>
        Your recordings are stored, but it may delete them when space runs out. Settings say so too, and ask
        again.
      </Notice>
    );
  const isAsking = state === 'asking';
  async function ask() {
    setState('asking');
    const answer = await askToPersist();
    setState(answer);
    onAnswer(answer);
  }
  return (
    <Notice
      tone="info"
      title="Shall the browser keep your recordings?"
      actions={
        <>
          <Button aria-disabled={isAsking} onClick={() => !isAsking && void ask()}>
            Keep my recordings
          </Button>
          <Button
            variant="quiet"
            onClick={() => {
              onAnswer('later');
              close();
            }}
          >
            Not now
          </Button>
        </>
      }
    >
      {isAsking
        ? 'The browser may ask you at the top of this window.'
        : 'They are only on this device. When its space runs out, a browser may delete what websites stored, unless it has agreed to keep it.'}
    </Notice>
  );
}
