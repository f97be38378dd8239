import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Comments } from '../../coaching/Comments.tsx';
import { CoveredPoints } from '../../coaching/CoveredPoints.tsx';
import { FocusCard } from '../../coaching/FocusCard.tsx';
import { Gap } from '../../coaching/Gap.tsx';
import { LastAnswer, LastFocus } from '../../coaching/LastFocus.tsx';
import { Predict } from '../../coaching/Predict.tsx';
import type { KeptAttempt } from '../../domain/attempt.ts';
import type { Coaching, Focus } from '../../domain/coaching.ts';
import type { Review, Rubric } from '../../domain/rubric.ts';
import { missingFor } from '../../domain/scoring.ts';
import { type GapState, gapState, type Stage, stageOf } from '../../domain/stage.ts';
import type { Ms } from '../../domain/timeline.ts';
import { announce } from '../../ui/announcer.tsx';
import { Button } from '../../ui/Button.tsx';
import type { Playhead } from '../../ui/playhead.ts';
import { refocus } from '../../ui/refocus.ts';
import { useNow } from '../../ui/timers.ts';
import type { CoachingChange } from '../use-coaching.ts';
import styles from './Coach.module.css';

type CoachProps = {
  readonly attempt: KeptAttempt;
  readonly rubric: Rubric;
  readonly review: Review | null;
  readonly coaching: Coaching;
  readonly playhead: Playhead;
  readonly change: (change: CoachingChange) => Promise<boolean>;
};

/**
 * What is due before scoring: it stands over all else, and none of it holds anybody back. When it goes by itself
 * its room stays until it is closed, because what is beneath it may just be under the pointer.
 */
export function Due({ attempt, rubric, review, coaching, playhead, change }: CoachProps) {
  const frame = useRef<HTMLDivElement>(null);
  const now = useNow(review === null ? (coaching.gap?.endsAt ?? null) : null);
  const stage = stageOf({ attempt, coaching, review, now });
  const [shown, setShown] = useState(stage);
  const [hasActed, setActed] = useState(false);
  const stays = stage === 'score' && (review !== null || shown !== 'predict');
  if (stage !== shown && (hasActed || !stays)) {
    setShown(stage);
  }
  const before = useRef(shown);
  useEffect(() => {
    if (before.current === shown) return;
    before.current = shown;
    // The focus went with what was pressed, or with what has ended.
    if (document.activeElement !== document.body) return;
    const title = frame.current?.querySelector('h2');
    if (title instanceof HTMLElement) title.focus({ preventScroll: true });
    else focusScore();
  }, [shown]);
  const hasWaited = gapState(coaching, now).tag === 'over' && review === null;
  useGapEnd(stage, hasWaited && !hasActed);

  const { prediction, gap } = coaching;
  const { timeZone } = attempt;
  const isPredicted = prediction !== undefined && prediction.decidedAt !== null && !prediction.isSkipped;
  /** A press that may lead on: then nothing has gone by itself. */
  const act = (work: Promise<boolean>) => {
    setActed(true);
    void work.then(() => setActed(false));
  };
  const close = () => setShown(stage);
  return (
    <div ref={frame} className={styles['due']}>
      {shown === 'predict' && (
        <Closed
          words={stage === shown ? null : 'Scoring has begun: there is nothing left to predict.'}
          onClose={close}
        >
          <Predict
            rubric={rubric}
            prediction={prediction}
            timeZone={timeZone}
            change={change}
            onDecided={act}
          />
        </Closed>
      )}
      {shown === 'gap' && gap !== undefined && (
        <Closed
          words={
            stage === shown ? null : hasWaited ? 'Ready to score.' : 'Scoring has begun: the wait is over.'
          }
          onClose={close}
        >
          <Gap
            choice={gap.choice}
            endsAt={gap.endsAt}
            leftMs={leftMs(gapState(coaching, now))}
            timeZone={timeZone}
            isPredicted={isPredicted}
            change={change}
            onChosen={act}
          />
        </Closed>
      )}
      {(shown === 'focus-question' || shown === 'score') && (
        <>
          {attempt.focus !== undefined && (
            <LastFocus
              focus={attempt.focus}
              done={coaching.focusDone}
              isDue={shown === 'focus-question'}
              playhead={playhead}
              change={change}
            />
          )}
          {isPredicted && <p className="small muted">Your prediction is kept, and shown after you lock.</p>}
        </>
      )}
    </div>
  );
}

/** Whoever goes on to scoring finds it. */
function focusScore(): void {
  const heading = document.querySelector<HTMLElement>('form[aria-label="Score"] h2');
  if (heading === null) refocus();
  heading?.focus({ preventScroll: true });
  heading?.scrollIntoView({ block: 'nearest' });
}

function leftMs(gap: GapState): Ms {
  return gap.tag === 'waiting' ? gap.leftMs : 0;
}

/** Says it once when the wait has ended while the page stood open. */
function useGapEnd(stage: Stage, hasWaited: boolean): void {
  const wasGap = useRef(false);
  useEffect(() => {
    if (wasGap.current && stage !== 'gap' && hasWaited) announce('Ready to score');
    wasGap.current = stage === 'gap';
  }, [stage, hasWaited]);
}

type ClosedProps = {
  /** Why there is nothing to do here any more; null: there is. */
  readonly words: string | null;
  readonly onClose: () => void;
  readonly children: ReactNode;
};

/** A stage that went by itself leaves its room, and a word. */
function Closed({ words, onClose, children }: ClosedProps) {
  const isClosed = words !== null;
  return (
    <div className={isClosed ? styles['closed'] : undefined}>
      <div inert={isClosed}>{children}</div>
      {isClosed && (
        <div className={styles['words']}>
          <p className="muted">{words}</p>
          <Button slim variant="plain" onClick={onClose}>
            Close
          </Button>
        </div>
      )}
    </div>
  );
}

type OneFocusProps = Omit<CoachProps, 'review'> & {
  readonly review: Review;
  /** The focuses of the attempts before, newest first. */
  readonly before: readonly Focus[];
  readonly canRepeat: boolean;
};

/** Whether a locked review ends in one focus: not under a rubric that is gone, whose texts nobody has. */
export function hasFocus(
  { drillStep }: Pick<KeptAttempt, 'drillStep'>,
  review: Review | null,
  isRubricGone: boolean,
): review is Review {
  return review !== null && review.lockedAt !== null && !isRubricGone && drillStep === undefined;
}

/** After the lock: what became of the last focus, and the next one. */
export function OneFocus(props: OneFocusProps) {
  const { attempt, rubric, review, coaching, playhead, before, canRepeat, change } = props;
  const { scores, wrongSteps, mode, quickStep } = review;
  const marking = { scores, wrongSteps, missing: missingFor(attempt, review) };
  // Whoever scored past the question still finds it; answered, it stays until the page is left.
  const [asks] = useState(coaching.focusDone === undefined);
  return (
    <div className={styles['focus']}>
      {attempt.focus !== undefined && asks && (
        <LastFocus
          focus={attempt.focus}
          done={coaching.focusDone}
          isDue={false}
          playhead={playhead}
          change={change}
        />
      )}
      {attempt.focus !== undefined && !asks && coaching.focusDone !== undefined && (
        <LastAnswer focus={attempt.focus} done={coaching.focusDone} playhead={playhead} />
      )}
      <FocusCard
        attempt={attempt}
        rubric={rubric}
        marking={marking}
        only={mode === 'quick' ? (quickStep ?? null) : null}
        saved={coaching.focus}
        before={before}
        canRepeat={canRepeat}
        change={change}
      />
    </div>
  );
}

type NotesProps = Omit<CoachProps, 'rubric'>;

/** What one notes while listening, under the player. */
export function Notes({ attempt, review, coaching, playhead, change }: NotesProps) {
  const { covers } = attempt.prompt;
  const now = useNow(review === null ? (coaching.gap?.endsAt ?? null) : null);
  const stage = stageOf({ attempt, coaching, review, now });
  const isDue = stage !== 'predict' && stage !== 'gap';
  // Unfolded by themselves they would move what is being pressed.
  const [wereDue] = useState(isDue);
  const areDue = wereDue || (isDue && coaching.gap?.choice === 'none');
  return (
    <>
      <div className={styles['block']}>
        <Comments
          attemptId={attempt.id}
          durationMs={attempt.durationMs}
          comments={coaching.comments}
          playhead={playhead}
          change={change}
        />
      </div>
      {covers.length > 0 && attempt.drillStep === undefined && (
        <div className={styles['block']}>
          <CoveredPoints
            points={covers}
            areDue={areDue}
            covered={coaching.covered}
            playhead={playhead}
            change={change}
          />
        </div>
      )}
    </>
  );
}
