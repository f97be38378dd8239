import { type ReactNode, useId } from 'react';
import { type KeptAttempt, targetOf } from '../domain/attempt.ts';
import { comparedLock, firstLockedAt } from '../domain/calibration.ts';
import type { Coaching } from '../domain/coaching.ts';
import { type Delivery, LONG_PAUSE_MS, type PauseTag } from '../domain/facts.ts';
import type { Noise } from '../domain/noise.ts';
import { OTHER_PROMPT_ID } from '../domain/prompt.ts';
import type { Review, Rubric } from '../domain/rubric.ts';
import { pausesOf, pausesToTag, placesOf, tagPause } from '../domain/step-facts.ts';
import { plural } from '../domain/timeline.ts';
import type { Archive } from '../storage/archive.ts';
import type { Playhead } from '../ui/playhead.ts';
import { DeliveryPanel } from './DeliveryPanel.tsx';
import { unmeasuredWords, whyNoSpeech } from './delivery-words.ts';
import type { Listening, Measuring } from './measuring.ts';
import { PacingTable } from './PacingTable.tsx';
import { Pauses } from './Pauses.tsx';
import { Predicted } from './Predicted.tsx';
import styles from './Reveal.module.css';
import { SinceLastTime } from './SinceLastTime.tsx';
import { measuredSteps, type Shown, shownOf } from './shown.ts';
import { beginsAmong } from './time-line-words.ts';
import { findingWords, midSentenceScope, stepOfPause } from './words.ts';

type RevealProps = {
  readonly archive: Archive;
  readonly attempt: KeptAttempt;
  /** The review's, or, where that version is not here any more, the one in use. */
  readonly rubric: Rubric;
  readonly isRubricGone: boolean;
  /** The one whose lock opens this (shown.ts, `revealedBy`). */
  readonly review: Review;
  /** All of the attempt's. */
  readonly reviews: readonly Review[];
  /** Null: nothing was measured yet. */
  readonly delivery: Delivery | null;
  readonly measuring: Measuring;
  readonly listening?: Listening;
  readonly coaching: Coaching;
  readonly playhead: Playhead;
  readonly noise: Noise;
  /** Stores the tags of the pauses changed by a pure function. */
  readonly onTags: (change: (tags: readonly PauseTag[]) => readonly PauseTag[]) => void;
};

/** After the lock: what was measured, beside what was scored and predicted. It changes no score. */
export function Reveal(props: RevealProps) {
  const { archive, attempt, rubric, isRubricGone, review, reviews, delivery, coaching, noise } = props;
  const title = useId();
  const isComparable = review.mode === 'full' && !isRubricGone;
  return (
    <section className={styles['reveal']} aria-labelledby={title}>
      <div className={styles['block']}>
        <h2 id={title} className={styles['label']}>
          What the recording shows
        </h2>
        {isRubricGone ? (
          <p>The rubric of this review is not here any more, so nothing is set beside its scores.</p>
        ) : (
          <Findings
            shown={shownOf(props)}
            isMeasured={delivery !== null}
            yet={yetWord(props)}
            hasTarget={targetOf(attempt) !== null}
            hasMarks={attempt.marks.length > 0}
          />
        )}
      </div>
      <Block title="Three longest pauses">
        <MeasuredPauses {...props} />
      </Block>
      <Block title="Delivery">
        <DeliveryPanel archive={archive} attempt={attempt} delivery={delivery} measuring={props.measuring} />
      </Block>
      {isComparable && (
        <Block title="Predicted, then scored">
          <FirstLocked at={firstLockedAt(rubric, attempt, reviews, review)} />
          <Predicted
            rubric={rubric}
            attempt={attempt}
            review={comparedLock(rubric, reviews, review)}
            prediction={coaching.prediction}
          />
        </Block>
      )}
      {/* Imports at no prompt have nothing in common. */}
      {isComparable && attempt.promptId !== OTHER_PROMPT_ID && (
        <Block title="Since last time">
          <SinceLastTime archive={archive} attempt={attempt} rubric={rubric} noise={noise} />
        </Block>
      )}
    </section>
  );
}

/** A correction stands in the form and in the table above; what follows keeps to the first lock. */
function FirstLocked({ at }: { readonly at: number | null }) {
  return at === null ? null : (
    <p className="small">First locked at {at}. Predictions and earlier takes are set beside that.</p>
  );
}

function Block({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <div className={styles['block']}>
      <h3>{title}</h3>
      {children}
    </div>
  );
}

type FindingsProps = {
  readonly shown: readonly Shown[];
  readonly isMeasured: boolean;
  /** Of what is not measured: ` yet`, where it may still be. */
  readonly yet: string;
  readonly hasTarget: boolean;
  readonly hasMarks: boolean;
};

function Findings({ shown, isMeasured, yet, hasTarget, hasMarks }: FindingsProps) {
  if (shown.length === 0)
    return <p>This rubric has no limits that could be measured, so nothing is set beside its scores.</p>;
  const isOpen = shown.some(({ rows }) => rows.some(({ ceiling }) => (ceiling?.skipped.length ?? 0) > 0));
  return (
    <>
      <p className="finding">{findingWords(shown, isMeasured)}</p>
      {shown.map((one) => (
        <PacingTable key={one.criterion.id} {...one} />
      ))}
      <p className={styles['how']}>
        “Allows” is the highest level whose measured limits hold; it changes no score.
        {isOpen &&
          hasTarget &&
          ' In a dashed box it may still fall, because not all of its limits are known.'}
        {!hasTarget &&
          ' Without a target, limits on times are left out; where they would apply, the box is dashed.'}
        {!hasMarks && ' Without marks no step has a time: Mark steps, at the player, sets them.'}
        {hasMarks && isMeasured && ' Step times follow your marks, moved into the pause beside them.'}
        {hasMarks && !isMeasured && ' Step times follow your marks.'}
        {!isMeasured && ` Pauses, the rate and the total are not measured${yet}.`}
      </p>
    </>
  );
}

function yetWord({ attempt, measuring }: Pick<RevealProps, 'attempt' | 'measuring'>): string {
  return attempt.audioDeletedAt === undefined && measuring.tag !== 'failed' ? ' yet' : '';
}

function MeasuredPauses(props: RevealProps) {
  const { attempt, delivery, coaching, playhead, onTags } = props;
  if (delivery === null) return <p className="muted">Not measured{yetWord(props)}.</p>;
  if (delivery.speech === null)
    return <p className="muted">Pauses {unmeasuredWords(whyNoSpeech(delivery))}.</p>;
  const measured = pausesOf(delivery);
  if (measured.length === 0) return <p className="muted">No pause was found in this recording.</p>;
  const places = placesOf(measured, coaching.pauseTags);
  const pauses = measured.map((pause, index) => ({ ...pause, place: places[index] ?? null }));
  const { longest, others } = pausesToTag(pauses);
  const open = pauses.filter(
    ({ startMs, endMs, place }) => place === null && endMs - startMs > LONG_PAUSE_MS,
  );
  const steps = measuredSteps(props);
  const scope = midSentenceScope(props.rubric);
  return (
    <>
      <Pauses
        longest={longest}
        others={others}
        stepOf={(pause) => stepOfPause(steps, pause)}
        atOf={beginsAmong(measured)}
        durationMs={attempt.durationMs}
        playhead={playhead}
        onTag={({ startMs, endMs }, place) => {
          const pause = measured.find((one) => one.startMs === startMs && one.endMs === endMs);
          if (pause !== undefined) onTags((tags) => tagPause(tags, measured, pause, place));
        }}
      />
      <p className={styles['how']}>
        A pause is thinking, not a fault. Only you can tell where it fell.
        {scope !== null && ` One in the middle of a sentence counts towards the limits of ${scope}.`}
        {open.length > 0 && ` Over 2 seconds and not tagged yet: ${plural(open.length, 'pause')}.`}
      </p>
    </>
  );
}
