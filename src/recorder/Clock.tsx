import { STEP_IDS, type StepId } from '../domain/step.ts';
import { type Ms, timecode } from '../domain/timeline.ts';
import { classes } from '../ui/classes.ts';
import styles from './Clock.module.css';
import { type Timed, useElapsed } from './elapsed.ts';

type ClockProps = {
  readonly session: Timed;
  readonly targetMs: Ms;
  /** Null: one step alone, with nothing to divide the target by. */
  readonly budgets: Readonly<Record<StepId, Ms>> | null;
  /** A resting clock steps back. */
  readonly isRunning: boolean;
};

/** The time, readable from a metre away, and how it stands to the target. Never announced. */
export function Clock({ session, targetMs, budgets, isRunning }: ClockProps) {
  const elapsedMs = useElapsed(session);
  const overMs = elapsedMs - targetMs;
  return (
    <>
      <div className={styles['clock']}>
        <span
          role="timer"
          aria-label="Elapsed"
          className={classes(styles['timer'], !isRunning && styles['resting'])}
        >
          {timecode(elapsedMs)}
        </span>
        <span className="muted">
          of {timecode(targetMs)}
          {' · '}
          {overMs > 0 ? (
            <span className="warn">{timecode(overMs)} over</span>
          ) : (
            <span className="good">{timecode(-overMs)} left</span>
          )}
        </span>
      </div>
      <div
        className={styles['target']}
        style={{ '--used': elapsedMs, '--goal': targetMs, '--max': Math.max(elapsedMs, targetMs, 1) }}
        aria-hidden="true"
      >
        {(budgets === null ? [] : ends(budgets)).map((atMs) => (
          <b key={atMs} style={{ '--at': atMs }} />
        ))}
        {overMs > 0 && <b className={styles['goal']} style={{ '--at': targetMs }} />}
      </div>
    </>
  );
}

/** Where the first four steps should end. */
function ends(budgets: Readonly<Record<StepId, Ms>>): readonly Ms[] {
  let atMs = 0;
  return STEP_IDS.slice(0, -1).map((step) => (atMs += budgets[step]));
}
