import { type RefObject, useEffect, useRef, useState } from 'react';
import { useParams } from 'react-router';
import { type Processing, processingNames } from '../domain/attempt.ts';
import type { Ms } from '../domain/timeline.ts';
import { Button, LinkButton } from '../ui/Button.tsx';
import { classes } from '../ui/classes.ts';
import { Notice } from '../ui/Notice.tsx';
import { useTimeout } from '../ui/timers.ts';
import { ElsewhereNotice, WhereElse } from './ElsewhereNotice.tsx';
import type { FaultWords } from './fault-words.ts';
import { LevelMeter } from './LevelMeter.tsx';
import { ListenBack } from './ListenBack.tsx';
import styles from './MicrophoneCheck.module.css';
import { MicrophoneSelect } from './MicrophoneSelect.tsx';
import type { MicFault } from './machine.ts';
import type { Session } from './session.ts';
import type { RecorderSnapshot } from './snapshot.ts';
import { WarningNotice } from './WarningNotice.tsx';

/** Sooner, and a microphone that opens at once would flash words nobody can read. */
const SAY_SO_AFTER_MS: Ms = 400;

/** Faults that another try in this page cannot mend. */
const HOPELESS: ReadonlySet<MicFault> = new Set<MicFault>(['unsupported', 'insecure']);

type MicrophoneCheckProps = {
  readonly session: Session;
  readonly snapshot: RecorderSnapshot;
  readonly words: FaultWords;
  /** Says what recording means, and gives the button the weight. */
  readonly isFirstVisit: boolean;
  readonly onChoose: (id: string | null) => void;
};

/** Opens the microphone on a press, and shows that it hears. */
export function MicrophoneCheck({ session, snapshot, words, isFirstVisit, onChoose }: MicrophoneCheckProps) {
  const { state } = snapshot;
  const devices = useRef<HTMLDivElement>(null);
  const isOpen = state.tag === 'ready';
  const isOpening = state.tag === 'opening';
  return (
    <div className={styles['check']}>
      {isFirstVisit && !isOpen && state.tag !== 'refused' && (
        <p>
          Your voice stays in this browser. What you say is on disk within a second, so no take is lost. The
          button makes your browser ask for the microphone.
        </p>
      )}
      {state.tag === 'refused' && (
        <Refusal session={session} snapshot={snapshot} fault={state.fault} words={words} devices={devices} />
      )}
      <ElsewhereNotice elsewhere={snapshot.elsewhere} />
      {!isOpen && (
        <div className={styles['allow']}>
          <Button
            variant={isFirstVisit ? 'primary' : 'outline'}
            aria-disabled={isOpening}
            onClick={() => session.open()}
          >
            Allow microphone
          </Button>
          <Opening isOpening={isOpening} isSlow={isOpening && state.isSlow} />
        </div>
      )}
      <div ref={devices} className={styles['device']}>
        <MicrophoneSelect snapshot={snapshot} isOpen={isOpen} onChoose={onChoose} />
      </div>
      <LevelMeter session={session} isOpen={isOpen} closedWord="No input" />
      {isOpen && (
        <>
          <Processed applied={snapshot.applied} />
          <ListenBack session={session} />
          <WarningNotice warning={snapshot.warning} isTake={false} />
        </>
      )}
    </div>
  );
}

/** What the open device does to the voice, whatever was asked of it: then the level is not the speaker's own. */
function Processed({ applied }: { readonly applied: Processing | null }) {
  const names = applied === null ? [] : processingNames(applied);
  if (names.length === 0) return null;
  return (
    <p className="small muted">
      This microphone’s sound is processed ({names.join(', ')}): level, loudness and pauses are then not quite
      your own.
    </p>
  );
}

/** The line is there from the start: a live region that comes with its text is not read. */
function Opening({ isOpening, isSlow }: { readonly isOpening: boolean; readonly isSlow: boolean }) {
  const [isShown, setShown] = useState(false);
  const line = useRef<HTMLParagraphElement>(null);
  useTimeout(() => setShown(true), isOpening ? SAY_SO_AFTER_MS : null);
  if (!isOpening && isShown) setShown(false);
  useEffect(() => {
    if (isShown) line.current?.scrollIntoView({ block: 'nearest' });
  }, [isShown]);
  return (
    <p role="status" ref={line} className={classes('small', 'muted', styles['seen'])}>
      {isOpening && isShown && (
        <>
          Opening the microphone… {whereAsked(navigator.userAgent)}
          {isSlow && <strong> It is still waiting for your answer; it may be behind another window.</strong>}
        </>
      )}
    </p>
  );
}

type RefusalProps = {
  readonly session: Session;
  readonly snapshot: RecorderSnapshot;
  readonly fault: MicFault;
  readonly words: FaultWords;
  readonly devices: RefObject<HTMLDivElement | null>;
};

function Refusal({ session, snapshot, fault, words, devices }: RefusalProps) {
  const frame = useRef<HTMLDivElement>(null);
  const { promptId = '' } = useParams();
  // The button that led here may stand a screen away.
  useEffect(() => {
    // In braces: browsers have begun to return a promise from it, which React would take for a clean-up.
    frame.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  const { title, what, action } = words.microphone[fault];
  return (
    <div ref={frame} className={styles['seen']}>
      <Notice
        tone="error"
        title={title}
        actions={
          <>
            {!HOPELESS.has(fault) && <Button onClick={() => session.open()}>Try again</Button>}
            {!HOPELESS.has(fault) && fault !== 'elsewhere' && (
              <Button variant="plain" onClick={() => devices.current?.querySelector('select')?.focus()}>
                Choose another device
              </Button>
            )}
            <LinkButton variant="plain" to={`/?import=${promptId}`}>
              Import a recording
            </LinkButton>
          </>
        }
      >
        <WhereElse elsewhere={snapshot.elsewhere} />
        <p>{what}</p>
        <p>{action}</p>
      </Notice>
    </div>
  );
}

/** Where the browser's own question stands. */
function whereAsked(userAgent: string): string {
  if (/Android|iPhone|iPad/.test(userAgent)) return 'Your browser asks in the middle of the screen.';
  if (userAgent.includes('Safari/') && !userAgent.includes('Chrome/'))
    return 'Safari asks at the top of this window.';
  return 'Your browser asks at the top left, under the address.';
}
