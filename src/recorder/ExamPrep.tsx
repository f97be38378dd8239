import { useEffect, useRef, useState } from 'react';
import { timecode } from '../domain/timeline.ts';
import { announce } from '../ui/announcer.tsx';
import { useTimeout } from '../ui/timers.ts';
import { PLAN_MS, useTimeLeft } from './countdown.ts';
import styles from './ExamPrep.module.css';
import { LevelMeter } from './LevelMeter.tsx';
import type { Session } from './session.ts';

type ExamPrepProps = {
  readonly session: Session;
  /** The minute is over. */
  readonly onOver: () => void;
};

/** The minute before an exam's take, with the microphone open already: then it records by itself. */
export function ExamPrep({ session, onOver }: ExamPrepProps) {
  const frame = useRef<HTMLDivElement>(null);
  const [endsAt] = useState(() => performance.now() + PLAN_MS);
  const leftMs = useTimeLeft(endsAt);
  // Frames stop in a hidden tab; this does not.
  useTimeout(onOver, PLAN_MS);
  useEffect(() => {
    // The button that was pressed is gone, and the next one must not be met by a second click.
    frame.current?.focus({ preventScroll: true });
    announce('A minute to prepare. Then it records by itself.');
  }, []);
  return (
    <div ref={frame} tabIndex={-1} className={styles['prep']}>
      <p>
        <strong>Recording starts in</strong>
      </p>
      <span className={styles['time']} role="timer" aria-label="Recording starts in">
        {timecode(leftMs)}
      </span>
      <p className="small muted">
        Plan in the outline: it is hidden as soon as it records. One take, without a pause.
      </p>
      <LevelMeter session={session} isOpen closedWord="No input" />
    </div>
  );
}
