import { useState } from 'react';
import { timecode } from '../domain/timeline.ts';
import { Button } from '../ui/Button.tsx';
import { PLAN_MS, useTimeLeft } from './countdown.ts';
import type { Instant } from './machine.ts';
import styles from './PlanClock.module.css';

export type PlanClockState = {
  readonly endsAt: Instant | null;
  readonly isHidden: boolean;
  /** The first word that is written starts it; a minute that is running or over is left as it is. */
  readonly touch: () => void;
  readonly restart: () => void;
  readonly hide: (isHidden: boolean) => void;
};

export function usePlanClock(): PlanClockState {
  const [endsAt, setEndsAt] = useState<Instant | null>(null);
  const [isHidden, hide] = useState(false);
  const restart = () => setEndsAt(performance.now() + PLAN_MS);
  return {
    endsAt,
    isHidden,
    touch: () => {
      if (endsAt === null) restart();
    },
    restart,
    hide,
  };
}

type PlanClockProps = {
  readonly clock: PlanClockState;
  /** It was started by hand. */
  readonly onStart: () => void;
};

/** A minute for the plan. It stops nobody: when it is over, nothing happens. */
export function PlanClock({ clock, onStart }: PlanClockProps) {
  const { endsAt, isHidden, restart, hide } = clock;
  return (
    <div className={styles['clock']}>
      {endsAt === null ? (
        <Button variant="plain" slim onClick={onStart}>
          Start the minute
        </Button>
      ) : (
        <>
          {!isHidden && <Left endsAt={endsAt} />}
          {!isHidden && (
            <Button variant="plain" slim onClick={restart}>
              Start again
            </Button>
          )}
          <Button variant="quiet" slim onClick={() => hide(!isHidden)}>
            {isHidden ? 'Show the minute' : 'Hide the minute'}
          </Button>
        </>
      )}
    </div>
  );
}

function Left({ endsAt }: { readonly endsAt: Instant }) {
  const leftMs = useTimeLeft(endsAt);
  if (leftMs === 0) return <p role="status">The minute is over. Start whenever you like.</p>;
  return (
    <p>
      <span role="timer" aria-label="Time to plan">
        {timecode(leftMs)}
      </span>{' '}
      <span className="muted">left</span>
    </p>
  );
}
