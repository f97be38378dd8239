import { type RefObject, useEffect, useEffectEvent, useRef, useState, useSyncExternalStore } from 'react';
import { Link } from 'react-router';
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
import { Button } from '../ui/Button.tsx';
import { ConfirmDialog } from '../ui/Dialog.tsx';
import { FocusLine } from '../ui/FocusLine.tsx';
import { PageTitle } from '../ui/PageTitle.tsx';
import { useShortcuts } from '../ui/shortcuts.ts';
import { Ending } from './Ending.tsx';
import { useElapsed } from './elapsed.ts';
import { useExamPrep } from './exam-prep.ts';
import type { FaultWords } from './fault-words.ts';
import type { RecorderState } from './machine.ts';
import { clearOutlineDraft, readOutlineDraft, writeOutlineDraft } from './outline-draft.ts';
import { isTakeRunning } from './phase.ts';
import styles from './RecorderPanel.module.css';
import { Setup } from './Setup.tsx';
import type { Session } from './session.ts';
import type { TakePlan } from './snapshot.ts';
import { Take } from './Take.tsx';
import type { Choices } from './TakeChoices.tsx';
import { chooseLength, lengthMs } from './take-length.ts';

type PanelDrill = NonNullable<TakePlan['drill']> & {
  /** What to do in it. */
  readonly exercise: string;
  /** Its attempt was not deleted in the meantime. */
  readonly hasParent: boolean;
};

type RecorderPanelProps = {
  readonly session: Session;
  readonly prompt: Prompt;
  /** What each step asks of this kind of prompt. */
  readonly asks: Readonly<Record<StepId, string>>;
  readonly budgetTable: BudgetTable;
  /** What the speaker means to do differently this time. */
  readonly focus: CarriedFocus | null;
  /** The prompt it came from, should that be another one. */
  readonly focusFrom: string | null;
  /** One step to be spoken again; null: a full take. */
  readonly drill: PanelDrill | null;
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
  const { session, prompt, asks, drill, words, isFirstVisit, reviewPath, onRemember } = props;
  const snapshot = useSyncExternalStore(session.subscribe, session.getSnapshot);
  const { state } = snapshot;
  const [continues, setContinues] = useState(props.continues);
  const [choices, setChoices] = useState<Choices>(() => firstChoices(props));
  const [outline, setOutline] = useState<Outline>(() => firstOutline(props));
  const [showsPreview, setShowsPreview] = useState(props.settings.showsPreview);
  const [asksToDiscard, setAsksToDiscard] = useState(false);
  const [leavesFocus, setLeavesFocus] = useState(false);
  const exam = useExamPrep(session, snapshot);
  const discardedMs = useRef<Ms>(0);
  const startButton = useRef<HTMLButtonElement>(null);

  const targetMs = lengthMs(choices.length) ?? prompt.targetSec * 1000;
  const budgets =
    drill === null
      ? stepBudgets(props.budgetTable, targetMs)
      : { ...stepBudgets(props.budgetTable, targetMs), [drill.step]: targetMs };
  // A take that goes on keeps what it was begun with.
  const offered = continues === null ? props.focus : (continues.attempt.focus ?? null);
  const focus = leavesFocus ? null : offered;
  const isLive = state.tag === 'recording' || state.tag === 'paused';
  const isOnStage = isTakeRunning(state) || state.tag === 'saved' || state.tag === 'failed';

  function start() {
    if (lengthMs(choices.length) === null) return;
    if (choices.mode === 'exam' && continues === null && !exam.isRunning) exam.begin();
    else record();
  }

  function record() {
    exam.end();
    setAsksToDiscard(false);
    const { mode, countdownSec } = choices;
    const plannedDrill = drill === null ? null : { of: drill.of, step: drill.step };
    const plan = { prompt, mode, targetMs, outline, countdownSec, focus, drill: plannedDrill, continues };
    session.start(plan);
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
    if (drill === null && isSameOutline(readOutlineDraft(prompt.id), outline)) clearOutlineDraft(prompt.id);
    if (state.cause === 'user') props.onSaved(state.attemptId, state.keptMs);
  });
  useEffect(() => turned(state.tag), [state.tag]);

  const discarded = useEffectEvent((id: AttemptId | null) => {
    if (id !== null) props.onDiscarded(id, discardedMs.current);
  });
  useEffect(() => discarded(snapshot.lastDiscarded), [snapshot.lastDiscarded]);

  useFocusAfter(exam.isRunning ? 'preparing' : state.tag, startButton);
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
    { enabled: drill === null },
  );

  const question = <p className={isOnStage ? `voice ${styles['known']}` : 'voice'}>{prompt.question}</p>;
  const brief = (
    <div className={styles['brief']}>
      {drill === null ? (
        <PageTitle title={prompt.title}>{question}</PageTitle>
      ) : (
        <>
          <PageTitle title={`Drill: ${STEP_LABELS[drill.step]}`}>
            <span>{prompt.title}</span>
            {!isOnStage && drill.hasParent && (
              <Link to={`${reviewPath(drill.of)}#drills`}>Back to the review</Link>
            )}
          </PageTitle>
          {question}
          <p>
            <strong>Exercise.</strong> {drill.exercise}
          </p>
        </>
      )}
      {offered !== null && !(isOnStage && leavesFocus) && (
        <FocusChoice
          focus={offered}
          from={isOnStage || continues !== null ? null : props.focusFrom}
          isLeft={leavesFocus}
          onLeave={isOnStage || continues !== null ? null : setLeavesFocus}
        />
      )}
    </div>
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
        drillStep={drill?.step ?? null}
        isPreparing={exam.isRunning}
        isFirstVisit={isFirstVisit}
        startButton={startButton}
        onOutline={(changed) => {
          setOutline(changed);
          if (drill === null) writeOutlineDraft(prompt.id, changed);
        }}
        onChoices={(changed) => {
          setChoices(changed);
          const { mode, countdownSec } = changed;
          onRemember(continues === null && drill === null ? { mode, countdownSec } : { countdownSec });
        }}
        showsPreview={showsPreview}
        onMicrophone={chooseMicrophone}
        onRecordKind={chooseRecord}
        onCamera={chooseCamera}
        onShowsPreview={showPreview}
        onStart={start}
        onRecord={record}
        onStopPreparing={exam.end}
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
        isDrill={drill !== null}
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

type FocusChoiceProps = {
  readonly focus: CarriedFocus;
  readonly from: string | null;
  /** Not this time. */
  readonly isLeft: boolean;
  /** Null: it is settled. */
  readonly onLeave: ((isLeft: boolean) => void) | null;
};

/** What to do differently this time, unless one would rather not. */
function FocusChoice({ focus, from, isLeft, onLeave }: FocusChoiceProps) {
  // One button, so that the focus stays where it was pressed.
  const button = onLeave !== null && (
    <Button key="leave" variant={isLeft ? 'plain' : 'quiet'} slim onClick={() => onLeave(!isLeft)}>
      {isLeft ? 'Take the focus after all' : 'Not this time'}
    </Button>
  );
  return (
    <FocusLine
      title={isLeft ? 'No focus in this take' : 'Your focus'}
      focus={isLeft ? null : focus}
      from={from}
    >
      {button}
    </FocusLine>
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
function useFocusAfter(
  tag: RecorderState['tag'] | 'preparing',
  startButton: RefObject<HTMLButtonElement | null>,
): void {
  const shown = useRef(tag);
  useEffect(() => {
    if (shown.current === tag) return;
    shown.current = tag;
    if (document.activeElement === document.body) startButton.current?.focus({ preventScroll: true });
  }, [tag, startButton]);
}

function firstChoices({ continues, drill, prompt, settings }: RecorderPanelProps): Choices {
  const usual = drill !== null && settings.mode === 'exam' ? 'cold' : settings.mode;
  return {
    length: chooseLength(continues?.attempt.targetMs ?? prompt.targetSec * 1000),
    mode: continues?.attempt.mode ?? usual,
    countdownSec: settings.countdownSec,
  };
}

function isSameOutline(one: Outline, other: Outline): boolean {
  return STEP_IDS.every((step) => (one[step] ?? '') === (other[step] ?? ''));
}

function firstOutline({ continues, drill, prompt }: RecorderPanelProps): Outline {
  return continues?.attempt.outline ?? (drill === null ? readOutlineDraft(prompt.id) : {});
}
