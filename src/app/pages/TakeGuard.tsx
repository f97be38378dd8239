import { useEffect, useState, useSyncExternalStore } from 'react';
import { type Location, useBlocker } from 'react-router';
import { isRetryable, type RecorderState } from '../../recorder/machine.ts';
import { isTakeRunning } from '../../recorder/phase.ts';
import type { Session } from '../../recorder/session.ts';
import { ConfirmDialog } from '../../ui/Dialog.tsx';

type Question = { readonly title: string; readonly text: string };

const RECORDING: Question = {
  title: 'Leave during the take?',
  text: 'Recording goes on until you answer. If you leave, the take ends here and is kept: Practice lists it as recovered.',
};
const PAUSED: Question = {
  title: 'Leave during the take?',
  text: 'It is paused. If you leave, the take ends here and is kept: Practice lists it as recovered.',
};
const SAVING: Question = {
  title: 'Leave before the take is saved?',
  text: 'What you said is kept either way. If you leave now, Practice may list it as recovered.',
};

const UNSAVED: Question = {
  title: 'Leave what is not saved?',
  text: 'Some of what you said is in memory only, because the disk did not take it. Leaving gives it up; trying again may still save it.',
};

/** What to ask somebody who leaves in this state; null where nothing would be cut short. */
function questionIn(state: RecorderState): Question | null {
  if (state.tag === 'recording') return RECORDING;
  if (state.tag === 'paused') return PAUSED;
  // Without its record there is nothing that could still be saved.
  if (state.tag === 'failed' && !state.isWhole && isRetryable(state)) return UNSAVED;
  const isSaving = state.tag === 'saving' || (state.tag === 'stopping' && state.outcome === 'save');
  return isSaving ? SAVING : null;
}

/** While a take runs the shell steps back, and nobody leaves by accident. */
export function TakeGuard({ session }: { readonly session: Session }) {
  const question = useSyncExternalStore(session.subscribe, () => questionIn(session.getSnapshot().state));
  const isRunning = useSyncExternalStore(session.subscribe, () => isTakeRunning(session.getSnapshot().state));
  // Answered with Leave: the take has ended, and what was said is on its way to the disk.
  const [answered, setAnswered] = useState<Question | null>(null);
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) =>
      questionIn(session.getSnapshot().state) !== null && address(currentLocation) !== address(nextLocation),
  );

  const asks = question !== null;
  useEffect(() => {
    if (!asks) return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [asks]);

  const isBusy = isRunning || answered !== null;
  useEffect(() => {
    if (!isBusy) return undefined;
    document.documentElement.dataset['recording'] = 'true';
    return () => {
      delete document.documentElement.dataset['recording'];
    };
  }, [isBusy]);

  const isUnsaved = question === UNSAVED;
  useEffect(() => {
    if (!isUnsaved) return undefined;
    document.documentElement.dataset['unsaved'] = 'true';
    return () => {
      delete document.documentElement.dataset['unsaved'];
    };
  }, [isUnsaved]);

  // The take ended by itself while the question stood: what became of it is on the page.
  const isMoot = blocker.state === 'blocked' && !asks && answered === null;
  useEffect(() => {
    if (isMoot) blocker.reset();
  }, [isMoot, blocker]);

  const shown = answered ?? question;
  if (blocker.state !== 'blocked' || shown === null) return null;
  return (
    <ConfirmDialog
      title={shown.title}
      confirmLabel={answered === null ? 'Leave' : 'Leaving…'}
      cancelLabel="Stay"
      isBusy={answered !== null}
      onCancel={() => blocker.reset()}
      onConfirm={() => {
        setAnswered(shown);
        void session.dispose().finally(() => blocker.proceed());
      }}
    >
      <p>{shown.text}</p>
    </ConfirmDialog>
  );
}

function address({ pathname, search }: Location): string {
  return pathname + search;
}
