import type { Coaching, GapChoice } from '../domain/coaching.ts';
import { gapOf } from '../domain/stage.ts';
import { type EpochMs, type Ms, timecode } from '../domain/timeline.ts';
import { Button, LinkButton } from '../ui/Button.tsx';
import { formatWhen } from '../ui/format.ts';
import styles from './Gap.module.css';
import { Panel } from './Panel.tsx';

type GapProps = {
  readonly choice: GapChoice;
  readonly endsAt: EpochMs;
  readonly leftMs: Ms;
  /** The attempt's. */
  readonly timeZone: string;
  readonly isPredicted: boolean;
  readonly change: (change: (coaching: Coaching) => Coaching) => Promise<boolean>;
  /** Another wait was chosen, or none; fulfils with whether that was stored. */
  readonly onChosen: (work: Promise<boolean>) => void;
};

/** A while between speaking and judging. It holds nobody back: all that comes after it is there. */
export function Gap(props: GapProps) {
  const { choice, endsAt, leftMs, timeZone, isPredicted, change, onChosen } = props;
  const choose = (next: GapChoice) => {
    const now = Date.now();
    onChosen(
      change((coaching) => {
        const fromAt = coaching.prediction?.decidedAt ?? now;
        return { ...coaching, gap: gapOf(next, { now, fromAt, timeZone }) };
      }),
    );
  };
  const isTomorrow = choice === 'tomorrow';
  return (
    <Panel
      name="Gap"
      {...(isPredicted ? { kicker: 'Your prediction is kept, and shown after you lock.' } : {})}
      title={isTomorrow ? 'Score it tomorrow' : 'Ten minutes, then listen'}
    >
      <p className="small">
        After a while one hears what is in the recording rather than what one meant to say. Nothing here waits
        for it.
      </p>
      {isTomorrow ? (
        <p>It is ready {formatWhen(endsAt)}.</p>
      ) : (
        <p className={styles['left']}>
          {/* A timer is never live: it would be read aloud every second. */}
          <strong role="timer" aria-label="Time left">
            {timecode(Math.ceil(leftMs / 1000) * 1000)}
          </strong>{' '}
          <span className="muted">left</span>
        </p>
      )}
      <div className="row">
        <Button onClick={() => choose('none')}>Score now</Button>
        {isTomorrow ? (
          <Button onClick={() => choose('ten-minutes')}>After ten minutes</Button>
        ) : (
          <Button onClick={() => choose('tomorrow')}>Tomorrow</Button>
        )}
        <LinkButton variant="quiet" slim to="/">
          Practise something else
        </LinkButton>
      </div>
    </Panel>
  );
}
