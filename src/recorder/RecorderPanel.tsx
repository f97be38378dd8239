import { type RefObject, useEffect, useEffectEvent, useRef, useState, useSyncExternalStore } from 'react';
import type { Outline } from '../domain/attempt.ts';
import { type BudgetTable, stepBudgets } from '../domain/budget.ts';
import type { CarriedFocus } from '../domain/coaching.ts';
import type { AttemptId } from '../domain/ids.ts';
import type { RecordKind } from '../domain/picture.ts';
import type { Prompt } from '../domain/prompt.ts';
import type { Settings } from '../domain/settings.ts';
import { STEP_IDS, STEP_LABELS, type StepId } from '../domain/step.ts';
import { type Ms, timecode } from '../domain/timeline.ts';
import type { Orphan } from '../storage/archive.ts';
import { announce } from '../ui/announcer.tsx';
import { ConfirmDialog } from '../ui/Dialog.tsx';
import { PageTitle } from '../ui/PageTitle.tsx';
import { useShortcuts } from '../ui/shortcuts.ts';
import { Ending } from './Ending.tsx';
import { useElapsed } from './elapsed.ts';
import type { FaultWords } from './fault-words.ts';
import type { RecorderState } from './machine.ts';
import { clearOutlineDraft, readOutlineDraft, writeOutlineDraft } from './outline-draft.ts';
import { isTakeRunning } from './phase.ts';
import styles from './RecorderPanel.module.css';
import { Setup } from './Setup.tsx';
import type { Session } from './session.ts';
import { Take } from './Take.tsx';
import type { Choices } from './TakeChoices.tsx';
import { chooseLength, lengthMs } from './take-length.ts';

type RecorderPanelProps = {
  readonly session: Session;
  readonly prompt: Prompt;
  /** What each step asks of this kind of prompt. */
  readonly asks: Readonly<Record<StepId, string>>;
  readonly budgetTable: BudgetTable;
  /** What the speaker means to do differently this time. */
  readonly focus: CarriedFocus | null;
  readonly settings: Settings['recording'];
  /** A recovered take to go on with. */
  readonly continues: Orphan | null;
  readonly isFirstVisit: boolean;
  readonly words: FaultWords;
  readonly reviewPath: (id: AttemptId) => string;
  /** Choices to have again next time. */
  readonly onRemember: (choices: Partial<Settings['recording']>) => void;
  /** The speaker finished, and the clip is stored. */
  readonly onSaved: (id: AttemptId, keptMs: Ms) => void;
  /** A take lies in the trash. */
  readonly onDiscarded: (id: AttemptId, lastedMs: Ms) => void;
};

/** The recorder as one sees it: before, during and after a take. */
export function RecorderPanel(props: RecorderPanelProps) {
  const { session, prompt, asks, words, isFirstVisit, reviewPath, onRemember } = props;
  const snapshot = useSyncExternalStore(session.subscribe, session.getSnapshot);
  const { state } = snapshot;
  const [continues, setContinues] = useState(props.continues);
  const [choices, setChoices] = useState<Choices>(() => firstChoices(props));
  const [outline, setOutline] = useState<Outline>(() => firstOutline(props));
  const [showsPreview, setShowsPreview] = useState(props.settings.showsPreview);
  const [asksToDiscard, setAsksToDiscard] = useState(false);
  const discardedMs = useRef<Ms>(0);
  const startButton = useRef<HTMLButtonElement>(null);

  const targetMs = lengthMs(choices.length) ?? prompt.targetSec * 1000;
  const budgets = stepBudgets(props.budgetTable, targetMs);
  const isLive = state.tag === 'recording' || state.tag === 'paused';
  const isOnStage = isTakeRunning(state) || state.tag === 'saved' || state.tag === 'failed';

  function start() {
    if (lengthMs(choices.length) === null) return;
    setAsksToDiscard(false);
    const { mode, countdownSec } = choices;
    session.start({
      prompt,
      mode,
      targetMs,
      outline,
      countdownSec,
      focus: props.focus,
      drill: null,
      continues,
    });
  }

  function discard() {
    setAsksToDiscard(false);
    setContinues(null);
    discardedMs.current = session.elapsedMs();
    session.discard();
  }

  function chooseMicrophone(microphoneId: string | null) {
    session.chooseMicrophone(microphoneId);
    onRemember({ microphoneId });
  }

  function chooseRecord(record: RecordKind) {
    session.chooseRecord(record);
    onRemember({ record });
  }

  function chooseCamera(cameraId: string | null) {
    session.chooseCamera(cameraId);
    onRemember({ cameraId });
  }

  function showPreview(isShown: boolean) {
    setShowsPreview(isShown);
    onRemember({ showsPreview: isShown });
  }

  const hasSound = state.tag === 'recording' && !snapshot.isStarting;
  const isAnnounced = useRef(false);
  useEffect(() => {
    // A take that goes on in a new segment by itself is not spoken into.
    if (hasSound && !isAnnounced.current) announce('Recording');
    isAnnounced.current = hasSound || (isAnnounced.current && state.tag === 'recording');
  }, [hasSound, state.tag]);
  const turned = useEffectEvent((tag: RecorderState['tag']) => {
    if (tag === 'paused') announce('Paused');
    if (state.tag !== 'saved') return;
    // That of a continued take is not what is being written for the next one.
    if (isSameOutline(readOutlineDraft(prompt.id), outline)) clearOutlineDraft(prompt.id);
    if (state.cause === 'user') props.onSaved(state.attemptId, state.keptMs);
  });
  useEffect(() => turned(state.tag), [state.tag]);

  const discarded = useEffectEvent((id: AttemptId | null) => {
    if (id !== null) props.onDiscarded(id, discardedMs.current);
  });
  useEffect(() => discarded(snapshot.lastDiscarded), [snapshot.lastDiscarded]);

  useFocusAfter(state.tag, startButton);
  useShortcuts(
    [{ keys: 'r', label: 'Start or resume', run: () => (isOnStage ? session.resume() : start()) }],
    { enabled: !isOnStage || isLive },
  );
  useShortcuts(
    [
      {
        keys: 'Space',
        label: 'Pause or resume',
        run: () => (state.tag === 'paused' ? session.resume() : session.pause()),
      },
      { keys: 'Mod+Enter', label: 'Finish', run: () => session.finish() },
    ],
    { enabled: isLive },
  );
  useShortcuts(
    STEP_IDS.map((step, index) => ({
      keys: String(index + 1),
      label: `Mark ${STEP_LABELS[step]}`,
      run: () => session.mark(step),
    })),
  );

  const brief = (
    <PageTitle title={prompt.title}>
      <p className={isOnStage ? `voice ${styles['known']}` : 'voice'}>{prompt.question}</p>
    </PageTitle>
  );

  if (!isOnStage) {
    return (
      <Setup
        session={session}
        snapshot={snapshot}
        words={words}
        brief={brief}
        asks={asks}
        budgets={budgets}
        outline={outline}
        choices={choices}
        continuesMs={continues?.keptMs ?? null}
        isFirstVisit={isFirstVisit}
        startButton={startButton}
        onOutline={(changed) => {
          setOutline(changed);
          writeOutlineDraft(prompt.id, changed);
        }}
        onChoices={(changed) => {
          setChoices(changed);
          const { mode, countdownSec } = changed;
          onRemember(continues === null ? { mode, countdownSec } : { countdownSec });
        }}
        showsPreview={showsPreview}
        onMicrophone={chooseMicrophone}
        onRecord={chooseRecord}
        onCamera={chooseCamera}
        onShowsPreview={showPreview}
        onStart={start}
      />
    );
  }

  const hasEnded = state.tag === 'failed' || (state.tag === 'saved' && state.cause !== 'user');
  return (
    <>
      <Take
        session={session}
        snapshot={snapshot}
        words={words}
        brief={brief}
        outline={outline}
        targetMs={targetMs}
        budgets={budgets}
        ending={
          hasEnded ? (
            <Ending
              state={state}
              words={words}
              reviewPath={reviewPath}
              onRetry={() => session.finish()}
              onStartAgain={() => {
                setContinues(null);
                session.open();
              }}
            />
          ) : null
        }
        onDiscard={() => (state.tag === 'counting' ? session.discard() : setAsksToDiscard(true))}
        onMicrophone={chooseMicrophone}
        showsPreview={showsPreview}
        onShowsPreview={showPreview}
      />
      {asksToDiscard && isLive && (
        <DiscardDialog session={session} onConfirm={discard} onCancel={() => setAsksToDiscard(false)} />
      )}
    </>
  );
}

type DiscardDialogProps = {
  readonly session: Session;
  readonly onConfirm: () => void;
  readonly onCancel: () => void;
};

function DiscardDialog({ session, onConfirm, onCancel }: DiscardDialogProps) {
  const elapsedMs = useElapsed(session);
  return (
    <ConfirmDialog
      title="Discard this take?"
      confirmLabel="Discard"
      cancelLabel="Keep it"
      onConfirm={onConfirm}
      onCancel={onCancel}
    >
      <p>It is {timecode(elapsedMs)} long. You can take it back until you leave the page.</p>
    </ConfirmDialog>
  );
}

/** A control that goes away while it has the focus would leave the keyboard at the top of the page. */
function useFocusAfter(tag: RecorderState['tag'], startButton: RefObject<HTMLButtonElement | null>): void {
  const shown = useRef(tag);
  useEffect(() => {
    if (shown.current === tag) return;
    shown.current = tag;
    if (document.activeElement === document.body) startButton.current?.focus({ preventScroll: true });
  }, [tag, startButton]);
}

function firstChoices({ continues, prompt, settings }: RecorderPanelProps): Choices {
  return {
    length: chooseLength(continues?.attempt.targetMs ?? prompt.targetSec * 1000),
    mode: continues?.attempt.mode ?? settings.mode,
    countdownSec: settings.countdownSec,
  };
}

function isSameOutline(one: Outline, other: Outline): boolean {
  return STEP_IDS.every((step) => (one[step] ?? '') === (other[step] ?? ''));
}

function firstOutline({ continues, prompt }: RecorderPanelProps): Outline {
  return continues?.attempt.outline ?? readOutlineDraft(prompt.id);
}
