import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { KeptAttempt } from '../domain/attempt.ts';
import { stepBudgets } from '../domain/budget.ts';
import type { Noise } from '../domain/noise.ts';
import { cellId, type Review, type Rubric } from '../domain/rubric.ts';
import { countCells, type Marking, missingFor } from '../domain/scoring.ts';
import { STEP_IDS, type StepId, stepTimes } from '../domain/step.ts';
import type { StorageFault } from '../storage/errors.ts';
import { newReviewId } from '../storage/new-id.ts';
import { Button } from '../ui/Button.tsx';
import { formatWhen } from '../ui/format.ts';
import { Notice } from '../ui/Notice.tsx';
import { useShortcuts } from '../ui/shortcuts.ts';
import { useTimeout } from '../ui/timers.ts';
import { countWords } from './count-words.ts';
import { blankReview, type DraftState, openDraft } from './draft.ts';
import { criteriaOrder } from './order.ts';
import styles from './ScoreForm.module.css';
import { ScoreStep } from './ScoreStep.tsx';
import { ScoreSummary } from './ScoreSummary.tsx';

type ScoreFormProps = {
  /** Another attempt needs another form: give it a `key`. */
  readonly attempt: KeptAttempt;
  /** The review's, or the one in use while there is none. */
  readonly rubric: Rubric;
  /** The review as stored, or null before the first choice. A newer one from another tab is taken over. */
  readonly review: Review | null;
  /** What the overall is good for. */
  readonly noise: Noise;
  /** Writes the review; rejects with StorageError. */
  readonly save: (review: Review) => Promise<void>;
  /** A storage fault in words. */
  readonly explain: (fault: StorageFault) => string;
  /** The step laid out in full; the others are as operable, but folded to their levels. */
  readonly openStep: StepId | null;
  readonly onOpenStep: (step: StepId | null) => void;
};

/** The first step somebody would go on with: null when all is scored, or locked. */
export function firstStepToScore(rubric: Rubric, attempt: KeptAttempt, review: Review | null): StepId | null {
  if (review !== null && review.lockedAt !== null) return null;
  const missing = missingFor(attempt, review);
  const isDone = (step: StepId) =>
    rubric.criteria.every((criterion) => review?.scores[cellId(criterion.id, step)] !== undefined);
  return STEP_IDS.find((step) => !missing.includes(step) && !isDone(step)) ?? null;
}

/** The fifteen cells. Saves itself; locked, it is only read. */
export function ScoreForm(props: ScoreFormProps) {
  const { attempt, rubric, review, noise, save, explain, openStep, onOpenStep } = props;
  const [draft] = useState(() =>
    openDraft({ review: review ?? newReview(rubric, attempt), isStored: review !== null, save }),
  );
  const state = useSyncExternalStore(draft.subscribe, draft.getSnapshot);
  const heading = useRef<HTMLHeadingElement>(null);
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (review !== null) draft.adopt(review);
  }, [draft, review]);
  useEffect(() => {
    // Somebody comes back to what could not be saved: perhaps there is room now.
    if (draft.getSnapshot().saving.tag === 'failed') draft.retry();
    addEventListener('pagehide', draft.flush);
    return () => {
      removeEventListener('pagehide', draft.flush);
      draft.flush();
    };
  }, [draft]);

  const { marks, durationMs, targetMs } = attempt;
  const timed = useMemo(
    () => ({
      spoken: marks.length === 0 ? null : stepTimes(marks, durationMs),
      budgets: stepBudgets(rubric.budgets, targetMs),
    }),
    [marks, durationMs, targetMs, rubric.budgets],
  );
  const { scores, wrongSteps, lockedAt } = state.review;
  const missing = missingFor(attempt, state.review);
  const marking: Marking = { scores, wrongSteps, missing };
  const canLock = lockedAt === null && Object.keys(scores).length > 0;
  const lock = async () => {
    if (!canLock || !(await draft.lock(missing))) return;
    onOpenStep(null);
    // The button that was pressed is gone, and the result stands at the top.
    heading.current?.focus({ preventScroll: true });
    heading.current?.scrollIntoView({ block: 'nearest' });
  };
  useShortcuts([{ keys: 'Mod+Enter', label: 'Lock scores', run: () => void lock() }], { enabled: canLock });

  return (
    <form className={styles['form']} aria-label="Score" onSubmit={(event) => event.preventDefault()}>
      <div className={styles['head']}>
        <h2 ref={heading} tabIndex={-1}>
          Score
        </h2>
        <p className={styles['state']}>
          {countWords(countCells(rubric, marking))}
          <SavedState state={state} />
        </p>
      </div>
      <div role="status" aria-label="Overall score">
        {lockedAt !== null && <ScoreSummary rubric={rubric} marking={marking} noise={noise} />}
      </div>
      {lockedAt === null && <HowToChoose rubric={rubric} />}
      {rubric.steps.map((step) => (
        <ScoreStep
          key={step.id}
          rubric={rubric}
          step={step}
          kind={attempt.prompt.kind}
          criteria={criteriaOrder(rubric, attempt.id, step.id)}
          marking={marking}
          spokenMs={timed.spoken?.[step.id] ?? null}
          budgetMs={timed.budgets[step.id]}
          isOpen={step.id === openStep}
          isLocked={lockedAt !== null}
          onOpen={(isOpen) => onOpenStep(isOpen ? step.id : null)}
          draft={draft}
        />
      ))}
      {state.saving.tag === 'failed' && (
        <Notice
          tone="error"
          title="Your last change is not saved"
          actions={
            <Button
              slim
              onClick={() => {
                // The notice goes with its button; what stands beneath it stays.
                end.current?.focus({ preventScroll: true });
                draft.retry();
              }}
            >
              Save again
            </Button>
          }
        >
          {`${explain(state.saving.fault)} What you chose still stands here.`}
        </Notice>
      )}
      {lockedAt === null && (
        <div ref={end} tabIndex={-1} className={styles['lock']}>
          <Button variant="primary" disabled={!canLock} onClick={() => void lock()}>
            Lock scores
          </Button>
          <p className="small muted">
            {canLock
              ? 'Locked scores never change. Blank cells are left out; they do not count as 0.'
              : 'Score at least one cell to lock.'}
          </p>
        </div>
      )}
    </form>
  );
}

function newReview(rubric: Rubric, attempt: KeptAttempt): Review {
  const by = { id: newReviewId(), rubricId: rubric.id, rubricVersion: rubric.version, startedAt: Date.now() };
  return blankReview(attempt.id, by);
}

function SavedState({ state: { review, saving } }: { readonly state: DraftState }) {
  if (review.lockedAt !== null)
    return (
      <>
        {' · locked '}
        <time dateTime={new Date(review.lockedAt).toISOString()}>{formatWhen(review.lockedAt)}</time>
      </>
    );
  switch (saving.tag) {
    case 'untouched':
      return null;
    case 'saving':
      return <Saving />;
    case 'failed':
      return <strong> · not saved</strong>;
    case 'saved':
      return ' · draft saved';
  }
}

/** A write takes some milliseconds: only one that takes long is worth a word. */
function Saving() {
  const [isSlow, setSlow] = useState(false);
  useTimeout(() => setSlow(true), 400);
  return isSlow && ' · saving…';
}

function HowToChoose({ rubric }: { readonly rubric: Rubric }) {
  return (
    <details className={styles['rule']}>
      <summary>Pick the highest level whose every clause is true.</summary>
      {/* What it refers to stands in each step: what the step asks for this kind of prompt. */}
      <p>{rubric.selectionRule.replace(' (see steps.byKind)', '')}</p>
    </details>
  );
}
