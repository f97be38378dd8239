import {
  type ReactNode,
  type RefObject,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import { flushSync } from 'react-dom';
import type { KeptAttempt } from '../domain/attempt.ts';
import { budgetsOf } from '../domain/budget.ts';
import type { ReviewId } from '../domain/ids.ts';
import type { Noise } from '../domain/noise.ts';
import { mayLock } from '../domain/rescore.ts';
import {
  afterLocks,
  askedSteps,
  cellName,
  lockedReviews,
  revisionOf,
  uncitedCells,
  wantsMoment,
} from '../domain/reviews.ts';
import { type CellId, cellId, type Review, type Rubric, stepOf } from '../domain/rubric.ts';
import { countCells, type Marking, missingFor } from '../domain/scoring.ts';
import { STEP_LABELS, type StepId, stepTimes } from '../domain/step.ts';
import { type Ms, spokenTime } from '../domain/timeline.ts';
import { StorageError, type StorageFault } from '../storage/errors.ts';
import { newReviewId } from '../storage/new-id.ts';
import { announce } from '../ui/announcer.tsx';
import { Button } from '../ui/Button.tsx';
import { classes } from '../ui/classes.ts';
import { formatWhen } from '../ui/format.ts';
import { Notice } from '../ui/Notice.tsx';
import type { Playhead } from '../ui/playhead.ts';
import { useShortcuts, useSingleKeys } from '../ui/shortcuts.ts';
import { useTimeout } from '../ui/timers.ts';
import { useUndo } from '../ui/undo.tsx';
import { Corrected, EarlierScores } from './Corrections.tsx';
import { countWords } from './count-words.ts';
import { blankReview, type DraftState, openDraft } from './draft.ts';
import { LockPanel } from './LockPanel.tsx';
import { criteriaOrder } from './order.ts';
import { focusCell } from './ScoreCell.tsx';
import styles from './ScoreForm.module.css';
import { ScoreStep } from './ScoreStep.tsx';
import { ScoreSummary } from './ScoreSummary.tsx';

type ScoreFormProps = {
  /** Another attempt needs another form: give it a `key`. */
  readonly attempt: KeptAttempt;
  /** The review's, or the one in use while there is none. */
  readonly rubric: Rubric;
  /** What was stored of the attempt, to be looked back at: nothing, where the scoring is blind. */
  readonly reviews: readonly Review[];
  /** The review as stored, or null before the first choice. A newer one from another tab is taken over. */
  readonly review: Review | null;
  /** The scores are a second look without a view of the first. */
  readonly isBlind?: boolean;
  readonly playhead: Playhead;
  /** What the overall is good for. */
  readonly noise: Noise;
  /** What follows the locked scores: it stands right under what they come to. */
  readonly children?: ReactNode;
  /** Writes the review, as the archive does. */
  readonly save: (review: Review) => Promise<Review | null>;
  /** Deletes a draft, as the archive does. */
  readonly discard: (id: ReviewId) => Promise<Review | null>;
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
  return askedSteps(review ?? {}).find((step) => !missing.includes(step) && !isDone(step)) ?? null;
}

/** The fifteen cells of an attempt's newest review, and the way to the next one once it is locked. */
export function ScoreForm(props: ScoreFormProps) {
  const { attempt, rubric, reviews, review, save, onOpenStep } = props;
  const [refused, setRefused] = useState<StorageFault | null>(null);
  const { offerUndo, notice } = useUndo();
  const isBeginning = useRef(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const wantsFocus = useRef(false);
  // One sheet from a blank form to its lock; a correction, and whatever else follows a lock, has its own.
  // While nothing is stored, another version put in use elsewhere begins it again under its own texts.
  const [version, setVersion] = useState(rubric.version);
  if (review === null && rubric.version !== version) setVersion(rubric.version);
  const earlier = lockedReviews(reviews).filter(({ id }) => id !== review?.id).length;
  const key = `after ${earlier}, ${version}`;
  useEffect(() => {
    // The button that was pressed is gone with its sheet.
    if (wantsFocus.current) focusAtTop(heading);
    wantsFocus.current = false;
  }, [key]);

  const begin = async (next: Review) => {
    if (isBeginning.current) return;
    isBeginning.current = true;
    wantsFocus.current = true;
    setRefused(null);
    try {
      // The page reads it again, and a sheet of its own comes.
      await save(next);
      onOpenStep(firstStepToScore(rubric, attempt, next));
    } catch (error) {
      wantsFocus.current = false;
      if (!(error instanceof StorageError)) throw error;
      setRefused(error.fault);
    } finally {
      isBeginning.current = false;
    }
  };
  return (
    <>
      <Sheet
        key={key}
        {...props}
        heading={heading}
        refused={refused}
        onBegin={(next) => void begin(next)}
        onDiscarded={(draft) => {
          onOpenStep(null);
          offerUndo(draft.revises === undefined ? 'Review discarded' : 'Correction discarded', () =>
            begin(draft),
          );
        }}
      />
      {notice}
    </>
  );
}

function focusAtTop(heading: RefObject<HTMLElement | null>): void {
  heading.current?.focus({ preventScroll: true });
  heading.current?.scrollIntoView({ block: 'nearest' });
}

type SheetProps = ScoreFormProps & {
  readonly heading: RefObject<HTMLHeadingElement | null>;
  /** Why the last beginning came to nothing. */
  readonly refused: StorageFault | null;
  readonly onBegin: (review: Review) => void;
  readonly onDiscarded: (draft: Review) => void;
};

/** One review, from blank to locked. Saves itself; locked, it is only read. */
function Sheet(props: SheetProps) {
  const { attempt, rubric, reviews, review, playhead, save, explain, openStep, onOpenStep } = props;
  const { isBlind = false, noise, refused, heading } = props;
  const [draft] = useState(() =>
    openDraft({
      review: review ?? newReview(rubric, attempt, { isBlind, before: reviews }),
      isStored: review !== null,
      save,
    }),
  );
  const state = useSyncExternalStore(draft.subscribe, draft.getSnapshot);
  const [touched, setTouched] = useState<CellId | null>(null);
  const end = useRef<HTMLDivElement>(null);
  const hintId = useId();
  const isSilent = useSilence(attempt, playhead);
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

  const { marks, durationMs, promptId, targetMs } = attempt;
  const timed = useMemo(
    () => ({
      spoken: marks.length === 0 ? null : stepTimes(marks, durationMs),
      budgets: budgetsOf(rubric.budgets, { promptId, targetMs }),
    }),
    [marks, durationMs, promptId, targetMs, rubric.budgets],
  );
  const current = state.review;
  const { scores, moments, wrongSteps, lockedAt } = current;
  const isLocked = lockedAt !== null;
  const asked = askedSteps(current);
  const missing = missingFor(attempt, current);
  const marking: Marking = { scores, wrongSteps, missing };
  const orderOf = (step: StepId) => criteriaOrder(rubric, isBlind ? `${attempt.id}/again` : attempt.id, step);
  const cells = rubric.steps
    .filter(({ id }) => asked.includes(id) && !missing.includes(id))
    .flatMap(({ id }) => orderOf(id).map((criterion) => cellId(criterion, id)));
  const quickStep = quickStepFor(attempt, rubric, current, reviews, isBlind);
  // What is no longer offered leaves its room: the level that ends the offer stands beneath it.
  const [offered] = useState(quickStep);
  const quick = quickStep ?? offered;

  const cite = (cell: CellId, atMs: Ms) => {
    const name = cellName(rubric, cell);
    const isNew = draft.cite(cell, atMs);
    announce(`${spokenTime(atMs)} ${isNew ? 'cited' : 'is cited already'} for ${name}`);
  };
  const citeHere = () => {
    if (touched !== null && cells.includes(touched)) cite(touched, playhead.now());
    else announce('Go to a cell first, with N');
  };
  const goTo = (cell: CellId) => {
    const step = stepOf(cell);
    if (step !== openStep) flushSync(() => onOpenStep(step));
    focusCell(cell);
  };
  const wants = (cell: CellId) =>
    scores[cell] === undefined ||
    (playhead.canPlay && wantsMoment(scores[cell]) && (moments?.[cell] ?? []).length === 0);
  const goOn = () => {
    const from = touched === null ? -1 : cells.indexOf(touched);
    const next = [...cells.slice(from + 1), ...cells.slice(0, from + 1)].find(wants);
    if (next !== undefined) {
      goTo(next);
      return;
    }
    announce('No cell is left to score or to cite');
    end.current?.querySelector('button')?.focus();
  };
  useShortcuts(
    [
      { keys: 'n', label: 'Next cell that wants something', run: goOn },
      ...(playhead.canPlay
        ? [
            { keys: 'e', label: 'Cite this moment for the last cell', run: citeHere },
            // In a cell the arrows choose a level.
            {
              keys: ',',
              label: '5 seconds back, in a cell too',
              run: () => playhead.seek(playhead.now() - SEEK_MS),
            },
            {
              keys: '.',
              label: '5 seconds on, in a cell too',
              run: () => playhead.seek(playhead.now() + SEEK_MS),
            },
          ]
        : []),
    ],
    { enabled: !isLocked },
  );

  const lock = async () => {
    if (!(await draft.lock(missing, afterLocks(reviews, 0)))) return;
    onOpenStep(null);
    // The button that was pressed is gone, and the result stands at the top.
    focusAtTop(heading);
  };
  const discard = async () => {
    const { review: discarded } = draft.getSnapshot();
    if (await draft.discard(props.discard)) props.onDiscarded(discarded);
  };
  const ask = (step: StepId | null) => {
    draft.ask(step);
    onOpenStep(step ?? firstStepToScore(rubric, attempt, { ...current, mode: 'full' }));
    focusAtTop(heading);
  };
  const isKnown = current.rubricId === rubric.id && current.rubricVersion === rubric.version;

  return (
    <form className={styles['form']} aria-label="Score" onSubmit={(event) => event.preventDefault()}>
      <div className={styles['head']}>
        <h2 ref={heading} tabIndex={-1}>
          Score
        </h2>
        <p className={styles['state']}>
          {countWords(countCells(rubric, marking, asked))}
          <SavedState state={state} />
        </p>
      </div>
      <div role="status" aria-label="Overall score">
        {isLocked && (
          <ScoreSummary attempt={attempt} rubric={rubric} marking={marking} review={current} noise={noise} />
        )}
      </div>
      {isLocked && props.children}
      <Corrected review={current} />
      {!isLocked && current.revises !== undefined && (
        <p className={styles['corrected']}>
          A correction of what is locked. The locked scores stay as they are, and trends keep to the first
          lock.
        </p>
      )}
      {/* Earlier scores stay hidden while all cells are scored for the first time. */}
      {(isLocked || current.revises !== undefined) && (
        <EarlierScores attempt={attempt} rubric={rubric} reviews={reviews} review={current} />
      )}
      {!isLocked && quick !== null && (
        <QuickOffer
          rubric={rubric}
          label={attempt.focus?.label ?? ''}
          step={quick}
          isOn={current.mode === 'quick'}
          isOver={quickStep === null}
          onAsk={ask}
        />
      )}
      {!isLocked && <HowToChoose rubric={rubric} />}
      {!isLocked && <CiteHint id={hintId} isSilent={isSilent} />}
      {rubric.steps.map((step) => (
        <ScoreStep
          key={step.id}
          rubric={rubric}
          step={step}
          kind={attempt.prompt.kind}
          criteria={orderOf(step.id)}
          marking={marking}
          review={current}
          isAsked={asked.includes(step.id)}
          // A second look is without the facts of the first.
          spokenMs={isBlind ? null : (timed.spoken?.[step.id] ?? null)}
          budgetMs={timed.budgets?.[step.id] ?? null}
          isOpen={step.id === openStep}
          isLocked={isLocked}
          onOpen={(isOpen) => onOpenStep(isOpen ? step.id : null)}
          canCite={playhead.canPlay}
          whyNotId={hintId}
          touched={isLocked ? null : touched}
          onTouch={setTouched}
          onCite={(cell) => cite(cell, playhead.now())}
          onPlay={playhead.playAround}
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
      {isLocked ? (
        !isBlind && (
          <div className={styles['lock']}>
            {refused !== null && (
              <Notice tone="error" title="The scores could not be opened again">
                {explain(refused)}
              </Notice>
            )}
            <div className={styles['actions']}>
              {current.mode === 'quick' && (
                <Button
                  onClick={() => props.onBegin(newReview(rubric, attempt, { before: [...reviews, current] }))}
                >
                  Score all cells
                </Button>
              )}
              {isKnown && (
                <Button
                  variant="plain"
                  onClick={() => props.onBegin(revisionOf(current, { id: newReviewId(), now: Date.now() }))}
                >
                  Correct these scores
                </Button>
              )}
            </div>
          </div>
        )
      ) : (
        <LockPanel
          ref={end}
          rubric={rubric}
          review={current}
          canLock={mayLock(rubric, current, marking)}
          followsLock={lockedReviews(reviews).length > 0}
          uncited={isSilent ? [] : uncitedCells(rubric, current, missing)}
          onGoTo={goTo}
          onReason={draft.setReason}
          onLock={() => void lock()}
          onDiscard={() => void discard()}
        />
      )}
    </form>
  );
}

/** As far as the player's own keys go. */
const SEEK_MS: Ms = 5000;

/** @param before what was locked of the attempt, which it follows whatever the clock says */
export function newReview(
  rubric: Rubric,
  attempt: KeptAttempt,
  { isBlind = false, before = [] }: { readonly isBlind?: boolean; readonly before?: readonly Review[] } = {},
): Review {
  return blankReview(attempt.id, {
    id: newReviewId(),
    rubricId: rubric.id,
    rubricVersion: rubric.version,
    startedAt: afterLocks(before, Date.now()),
    mode: isBlind ? 'rescore' : 'full',
  });
}

/** The step a quick review would ask for, or asks for; null: it is not the time for one. */
function quickStepFor(
  attempt: KeptAttempt,
  rubric: Rubric,
  review: Review,
  reviews: readonly Review[],
  isBlind: boolean,
): StepId | null {
  if (isBlind || review.lockedAt !== null || review.revises !== undefined) return null;
  if (review.mode === 'quick') return review.quickStep ?? null;
  const step = attempt.focus === undefined ? null : stepOf(attempt.focus.cell);
  const isBegun = Object.keys({ ...review.scores, ...review.moments }).length > 0;
  if (step === null || isBegun || lockedReviews(reviews).length > 0) return null;
  const isThere = rubric.steps.some(({ id }) => id === step) && !missingFor(attempt, review).includes(step);
  return isThere ? step : null;
}

type QuickOfferProps = {
  readonly rubric: Rubric;
  /** Of the focus. */
  readonly label: string;
  readonly step: StepId;
  readonly isOn: boolean;
  /** Nothing of it is seen any more but its room. */
  readonly isOver: boolean;
  readonly onAsk: (step: StepId | null) => void;
};

/** A review of the cells of one step, or the way back to all of them. */
function QuickOffer({ rubric, label, step, isOn, isOver, onAsk }: QuickOfferProps) {
  const cells = rubric.criteria.length === 1 ? '1 cell' : `${rubric.criteria.length} cells`;
  return (
    <div className={classes(styles['quick'], isOver && styles['over'])}>
      <p>
        {isOn
          ? `Only ${STEP_LABELS[step]} is asked. A quick review stays out of the trends.`
          : `The focus of this attempt: ${label}. ${cells}, about 6 minutes, outside the trends:`}
      </p>
      <Button slim onClick={() => onAsk(isOn ? null : step)}>
        {isOn ? 'Score all cells' : `Quick review: only ${STEP_LABELS[step]}`}
      </Button>
    </div>
  );
}

/** Whether there is nothing to hear. A recording is read within a moment; one that is not there never comes. */
function useSilence({ audioDeletedAt }: KeptAttempt, { canPlay }: Playhead): boolean {
  const [isLate, setLate] = useState(audioDeletedAt !== undefined);
  useTimeout(() => setLate(true), canPlay || isLate ? null : 1500);
  return !canPlay && isLate;
}

/** The keys, or why there is nothing to cite. Takes its place from the start, so that nothing moves. */
function CiteHint({ id, isSilent }: { readonly id: string; readonly isSilent: boolean }) {
  const hasKeys = useSingleKeys();
  if (isSilent)
    return (
      <p id={id} className={styles['keys']}>
        There is nothing to hear, so no moment can be cited; 3 and 4 do without one.
      </p>
    );
  if (!hasKeys) return <p id={id} hidden />;
  return (
    <p id={id} className={styles['keys']}>
      <kbd>N</kbd> next cell, <kbd>E</kbd> cites this moment, <kbd>,</kbd> <kbd>.</kbd> seek 5 s.
    </p>
  );
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
