import { X } from 'lucide-react';
import {
  ANSWER_LABELS,
  ANSWERS,
  type Answered,
  type CarriedFocus,
  type Coaching,
  withMoment,
} from '../domain/coaching.ts';
import { IconButton } from '../ui/Button.tsx';
import { Choices } from '../ui/Choices.tsx';
import type { Playhead } from '../ui/playhead.ts';
import styles from './LastFocus.module.css';
import { Moment, PlayMoment } from './Moment.tsx';
import { Panel } from './Panel.tsx';

const OPTIONS = ANSWERS.map((value) => ({ value, label: ANSWER_LABELS[value] }));

type LastFocusProps = {
  readonly focus: CarriedFocus;
  readonly done: Answered | undefined;
  readonly isDue: boolean;
  readonly playhead: Playhead;
  readonly change: (change: (coaching: Coaching) => Coaching) => Promise<boolean>;
};

/** What this attempt set out to do differently: whether it was done, and where that can be heard. */
export function LastFocus({ focus, done, isDue, playhead, change }: LastFocusProps) {
  const answer = (focusDone: Answered | null) =>
    void change((coaching) => {
      const { focusDone: _, ...others } = coaching;
      return focusDone === null ? others : { ...others, focusDone };
    });
  return (
    <Panel name="Last focus" kicker={focus.label} title="Did you do it?" isDue={isDue}>
      <p className={`voice ${styles['sentence']}`}>{focus.ifThen}</p>
      <div className="row">
        <Choices
          name={{ 'aria-label': 'Did you do it?' }}
          options={OPTIONS}
          value={done?.answer ?? null}
          onChoose={(chosen) => answer(withMoment({ answer: chosen }, done?.atMs ?? null))}
        />
        <span className={styles['tools']}>
          <Moment
            of="the last focus"
            atMs={done?.atMs ?? null}
            playhead={playhead}
            isDisabled={done === undefined || done.answer === 'no'}
            onCite={(atMs) => done !== undefined && answer(withMoment(done, atMs))}
          />
          <IconButton
            label="Clear the answer"
            icon={X}
            disabled={done === undefined}
            onClick={(event) => {
              // This button is about to be disabled, and would drop the focus.
              event.currentTarget.closest('section')?.querySelector('h2')?.focus();
              answer(null);
            }}
          />
        </span>
      </div>
    </Panel>
  );
}

type LastAnswerProps = Pick<LastFocusProps, 'focus' | 'playhead'> & { readonly done: Answered };

/** After the lock: what was answered, and where it can be heard. */
export function LastAnswer({ focus, done: { answer, atMs }, playhead }: LastAnswerProps) {
  return (
    <div className={styles['answer']}>
      <p className="small muted">The focus of this attempt: {focus.label}</p>
      <p className={`voice ${styles['sentence']}`}>{focus.ifThen}</p>
      <p>
        Did you do it? <b>{ANSWER_LABELS[answer]}</b>
        {atMs === undefined ? (
          '.'
        ) : (
          <>
            , at <PlayMoment of="the last focus" atMs={atMs} playhead={playhead} />
          </>
        )}
      </p>
    </div>
  );
}
