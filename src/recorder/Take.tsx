import { Pause, Play } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { Outline } from '../domain/attempt.ts';
import type { StepId } from '../domain/step.ts';
import { type Ms, timecode } from '../domain/timeline.ts';
import { Button } from '../ui/Button.tsx';
import { Progress } from '../ui/Progress.tsx';
import { useSingleKeys } from '../ui/shortcuts.ts';
import { useTimeout } from '../ui/timers.ts';
import { Clock } from './Clock.tsx';
import type { FaultWords } from './fault-words.ts';
import { LevelMeter } from './LevelMeter.tsx';
import { LostMicrophone } from './LostMicrophone.tsx';
import { LostPicture } from './LostPicture.tsx';
import { MicrophoneSelect } from './MicrophoneSelect.tsx';
import { OutlineText } from './OutlineText.tsx';
import { PicturePreview } from './PicturePreview.tsx';
import { currentStep, StepButtons } from './StepButtons.tsx';
import type { Session } from './session.ts';
import type { RecorderSnapshot } from './snapshot.ts';
import styles from './Take.module.css';
import { WarningNotice } from './WarningNotice.tsx';

/** Sooner, and a clip that is made at once would flash a bar. */
const SHOW_PROGRESS_AFTER_MS: Ms = 300;

type TakeProps = {
  readonly session: Session;
  readonly snapshot: RecorderSnapshot;
  readonly words: FaultWords;
  /** Title, question, and what is meant to be different this time. */
  readonly brief: ReactNode;
  readonly outline: Outline;
  readonly targetMs: Ms;
  readonly budgets: Readonly<Record<StepId, Ms>>;
  /** One step alone: there is none to go on to. */
  readonly isDrill: boolean;
  /** What stands in place of the controls once the take has ended by a fault. */
  readonly ending: ReactNode;
  readonly onDiscard: () => void;
  readonly onMicrophone: (id: string | null) => void;
  readonly showsPreview: boolean;
  readonly onShowsPreview: (isShown: boolean) => void;
};

/** The stage: from the countdown until the clip is stored. Only the clock and the level move. */
export function Take(props: TakeProps) {
  const { session, snapshot, words, brief, outline, targetMs, budgets, isDrill, ending } = props;
  const { onDiscard, onMicrophone, showsPreview, onShowsPreview } = props;
  const { state, mode, marks, isStarting, picture, record } = snapshot;
  const stage = useRef<HTMLElement>(null);
  const [hidesLevel, setHidesLevel] = useState(false);
  // The button that was pressed is gone. The stage itself reads no key, so all keys of a take work.
  useEffect(() => {
    stage.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, []);
  // The same for whatever goes away later while it has the focus.
  useEffect(() => {
    if (document.activeElement === document.body) stage.current?.focus({ preventScroll: true });
  }, [state.tag, mode]);
  const isLive = state.tag === 'recording' || state.tag === 'paused';
  const isCutOff = state.tag === 'paused' && state.by === 'device';
  // Unless it is what the take waits for, it stands where it moves no button from under a finger.
  const device = state.tag === 'paused' && (
    <div className={styles['device']}>
      <MicrophoneSelect snapshot={snapshot} isOpen={state.mic.tag === 'open'} onChoose={onMicrophone} />
    </div>
  );
  return (
    <div className={styles['stage']}>
      <div>
        {brief}
        {mode === 'outline' && <OutlineText outline={outline} current={currentStep(marks)} />}
        {picture.tag === 'open' && showsPreview && (
          <PicturePreview stream={picture.stream} record={record} className={styles['preview']} />
        )}
      </div>
      <section ref={stage} tabIndex={-1} className={styles['take']} aria-label="Recorder">
        {ending ??
          (state.tag === 'counting' ? (
            <CountingDown left={state.left} onCancel={onDiscard} />
          ) : (
            <>
              <StateLine snapshot={snapshot} />
              <Clock
                session={session}
                targetMs={targetMs}
                budgets={isDrill ? null : budgets}
                isRunning={state.tag === 'recording' && !isStarting}
              />
              {isCutOff && <LostMicrophone mic={state.mic} words={words} />}
              {isCutOff && device}
              {isLive && (
                <LevelMeter
                  session={session}
                  isOpen={state.tag === 'recording' || (isCutOff && state.mic.tag === 'open')}
                  closedWord={isCutOff ? 'No input' : 'Paused'}
                  hidesBar={hidesLevel}
                />
              )}
              {isLive ? (
                <LiveControls session={session} snapshot={snapshot} />
              ) : (
                <Saving progress={snapshot.finishProgress} />
              )}
              {isLive && <LostPicture session={session} snapshot={snapshot} words={words} />}
              {isLive && <WarningNotice warning={snapshot.warning} isTake />}
            </>
          ))}
      </section>
      {ending === null && state.tag !== 'counting' && (
        <>
          {!isDrill && (
            <div className={styles['across']}>
              <StepButtons session={session} marks={marks} budgets={budgets} disabled={!isLive} />
            </div>
          )}
          <div className={styles['aside']}>
            {isLive && mode === 'cold' && (
              <>
                <Button variant="plain" onClick={() => session.showOutline()}>
                  Show outline
                </Button>
                <span className="small muted">Makes this a take “with outline”.</span>
              </>
            )}
            {isLive && (
              <span className={styles['far']}>
                {picture.tag === 'open' && (
                  <Button variant="quiet" onClick={() => onShowsPreview(!showsPreview)}>
                    {showsPreview ? 'Hide preview' : 'Show preview'}
                  </Button>
                )}
                <Button variant="quiet" onClick={() => setHidesLevel(!hidesLevel)}>
                  {hidesLevel ? 'Show level' : 'Hide level'}
                </Button>
                <Button variant="quiet" onClick={onDiscard}>
                  Discard
                </Button>
              </span>
            )}
          </div>
          {!isCutOff && device !== false && <div className={styles['across']}>{device}</div>}
        </>
      )}
    </div>
  );
}

function CountingDown({ left, onCancel }: { readonly left: number; readonly onCancel: () => void }) {
  return (
    <>
      <p className={styles['state']}>
        <strong>Starts in</strong>
      </p>
      <span className={styles['countdown']} role="timer" aria-label="Starts in">
        {left}
      </span>
      <div className={styles['pair']}>
        <Button onClick={onCancel}>Cancel</Button>
      </div>
    </>
  );
}

function StateLine({ snapshot }: { readonly snapshot: RecorderSnapshot }) {
  const { state, savedMs, isStarting } = snapshot;
  const saved = <span className="small muted">saved to {timecode(savedMs)}</span>;
  if (isStarting) {
    return (
      <p className={styles['state']}>
        <strong>Starting…</strong>
      </p>
    );
  }
  if (state.tag === 'recording') {
    return (
      <p className={styles['state']}>
        <span className={styles['dot']} aria-hidden="true" />
        <strong>Recording</strong>
        {saved}
      </p>
    );
  }
  if (state.tag === 'paused') {
    return (
      <p className={styles['state']}>
        <Pause size={14} fill="currentColor" aria-hidden="true" />
        <strong>Paused</strong>
        {saved}
      </p>
    );
  }
  const isDiscarding = state.tag === 'stopping' && state.outcome === 'discard';
  return (
    <p className={styles['state']}>
      <strong>{isDiscarding ? 'Discarding' : 'Saving'}</strong>
      {saved}
    </p>
  );
}

function LiveControls({
  session,
  snapshot,
}: {
  readonly session: Session;
  readonly snapshot: RecorderSnapshot;
}) {
  const { state, mode } = snapshot;
  const hasKeys = useSingleKeys();
  const isPaused = state.tag === 'paused';
  const isOpening = state.tag === 'paused' && state.mic.tag === 'resuming';
  const Icon = isPaused ? Play : Pause;
  return (
    <div className={styles['pair']}>
      {(mode !== 'exam' || isPaused) && (
        <Button
          {...(hasKeys ? { 'aria-keyshortcuts': isPaused ? 'Space R' : 'Space' } : {})}
          aria-disabled={isOpening}
          onClick={() => (isPaused ? session.resume() : session.pause())}
        >
          <Icon size={16} fill="currentColor" aria-hidden="true" />
          {isPaused ? 'Resume' : 'Pause'}
        </Button>
      )}
      <Button
        variant="primary"
        className={styles['finish']}
        aria-keyshortcuts="Control+Enter Meta+Enter"
        onClick={() => session.finish()}
      >
        Finish
      </Button>
    </div>
  );
}

function Saving({ progress }: { readonly progress: number | null }) {
  const [isShown, setShown] = useState(false);
  useTimeout(() => setShown(true), SHOW_PROGRESS_AFTER_MS);
  return (
    <div className={styles['saving']}>
      {isShown && <Progress label="Saving the recording" value={progress} />}
    </div>
  );
}
