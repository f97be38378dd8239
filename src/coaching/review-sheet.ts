import { type KeptAttempt, MODE_LABELS, targetOf } from '../domain/attempt.ts';
import { budgetsOf } from '../domain/budget.ts';
import { comparedLock, firstLockedAt, markingOf, whyNotPredicted } from '../domain/calibration.ts';
import { ANSWER_LABELS, type Coaching } from '../domain/coaching.ts';
import { askedSteps } from '../domain/reviews.ts';
import { cellId, cellOf, cellsOf, type Level, type Review, type Rubric } from '../domain/rubric.ts';
import { countCells, criterionScore, levelOf, type Marking, missingFor, overall } from '../domain/scoring.ts';
import { STEP_LABELS, type StepId, stepTimes } from '../domain/step.ts';
import { type Ms, timecode } from '../domain/timeline.ts';
import { formatDate } from '../ui/format.ts';

export type SheetCell = {
  readonly criterion: string;
  /** `3 Solid`, `Missing`, `Not scored`. */
  readonly level: string;
  /** The chosen level's words; null: there is none. */
  readonly text: string | null;
  /** Cited, as times. */
  readonly moments: readonly string[];
};

/** A review as it is taken away from the screen, on paper or as text: words alone, each as it will be read. */
export type ReviewSheet = {
  readonly title: string;
  readonly question: string;
  /** When, how long, how, and how far the scoring has come. */
  readonly facts: readonly string[];
  /** Null until the scores are locked. */
  readonly overall: string | null;
  /** What to know about the overall: caps, blank cells, missing steps, why it was revised. */
  readonly notes: readonly string[];
  readonly criteria: readonly { readonly label: string; readonly score: string }[];
  readonly steps: readonly {
    readonly id: StepId;
    readonly label: string;
    /** `0:42 of 0:45`, `0:42` without a target; null: the attempt has no marks. */
    readonly time: string | null;
    readonly cells: readonly SheetCell[];
  }[];
  readonly comments: readonly { readonly at: string; readonly text: string }[];
  readonly covered: readonly {
    readonly point: string;
    readonly answer: string;
    readonly at: string | null;
  }[];
  /** Null: nothing was predicted that compares, or the scores are not locked yet. */
  readonly prediction:
    | readonly { readonly label: string; readonly predicted: string; readonly scored: string }[]
    | null;
  /** What was meant to be done differently in this attempt, and whether it was. */
  readonly carried: { readonly label: string; readonly ifThen: string; readonly done: string } | null;
  /** For the next one. */
  readonly focus: { readonly label: string; readonly ifThen: string } | null;
};

type SheetSources = {
  readonly attempt: KeptAttempt;
  /** The review's. */
  readonly rubric: Rubric;
  readonly review: Review;
  /** All of the attempt's. */
  readonly reviews: readonly Review[];
  readonly coaching: Coaching;
  /** How far two honest scores of one recording lie apart by chance, in points. */
  readonly noise: number;
};

/**
 * What is said of a review that is taken away. Without a lock nothing of what the lock reveals is in it. Null:
 * the review was made under a version of the rubric that is not here any more, and no other can say its levels.
 */
export function reviewSheet(sources: SheetSources): ReviewSheet | null {
  const { attempt, rubric, review, coaching } = sources;
  if (review.rubricId !== rubric.id || review.rubricVersion !== rubric.version) return null;
  const { scores, wrongSteps, lockedAt } = review;
  const marking: Marking = { scores, wrongSteps, missing: missingFor(attempt, review) };
  const { focus, focusDone } = coaching;
  return {
    title: attempt.prompt.title,
    question: attempt.prompt.question,
    facts: factsOf(attempt, rubric, review, marking),
    ...totalOf(sources, marking),
    criteria: rubric.criteria.map(({ id, label }) => ({
      label,
      score: lockedAt === null ? '–' : String(criterionScore(rubric, marking, id) ?? 'not scored'),
    })),
    steps: stepsOf(attempt, rubric, review, marking),
    comments: coaching.comments
      .toSorted((a, b) => a.atMs - b.atMs)
      .map(({ atMs, text }) => ({ at: timecode(atMs), text })),
    covered: attempt.prompt.covers.map(({ id, text }) => {
      const answered = coaching.covered[id];
      return {
        point: text,
        answer: answered === undefined ? 'Not answered' : ANSWER_LABELS[answered.answer],
        at: timeOrNull(answered?.atMs),
      };
    }),
    prediction: lockedAt === null ? null : predictionOf(sources),
    carried:
      attempt.focus === undefined
        ? null
        : {
            label: attempt.focus.label,
            ifThen: attempt.focus.ifThen,
            done: focusDone === undefined ? 'Not answered' : ANSWER_LABELS[focusDone.answer],
          },
    focus: focus === undefined ? null : { label: focus.label, ifThen: focus.ifThen },
  };
}

function factsOf(attempt: KeptAttempt, rubric: Rubric, review: Review, marking: Marking): readonly string[] {
  const { lockedAt, mode: kind, quickStep } = review;
  const { startedAt, durationMs, source, mode } = attempt;
  const targetMs = targetOf(attempt);
  const { asked, scored } = countCells(rubric, marking, askedSteps(review));
  return [
    formatDate(startedAt),
    `${timecode(durationMs)}${targetMs === null ? ', no target' : ` of ${timecode(targetMs)}`}`,
    source === 'imported' ? 'Imported' : MODE_LABELS[mode],
    ...(kind === 'quick' && quickStep !== undefined ? [`Quick review of ${STEP_LABELS[quickStep]}`] : []),
    lockedAt === null ? `Draft, ${scored} of ${asked}` : `Locked ${formatDate(lockedAt)}`,
  ];
}

function totalOf(
  { attempt, rubric, review, reviews, noise }: SheetSources,
  marking: Marking,
): Pick<ReviewSheet, 'overall' | 'notes'> {
  const { lockedAt, revises, reason } = review;
  const total = overall(rubric, marking);
  const missing = marking.missing.map((step) => `${STEP_LABELS[step]} counts as missing: 0 in its cells.`);
  const revised = revises === undefined ? [] : [`Revised${reason === undefined ? '.' : `: ${reason}`}`];
  if (lockedAt === null || total.points === null) return { overall: null, notes: [...missing, ...revised] };
  const { points, isProvisional, countsInTrends, scored, caps } = total;
  const first = firstLockedAt(rubric, attempt, reviews, review);
  const blank = `${scored} of ${cellsOf(rubric).length} cells count${countsInTrends ? '' : ', so it stays out of the trends'}.`;
  return {
    overall: `${points} of 100, ${isProvisional ? 'provisional' : `give or take ${Math.round(noise)}`}`,
    notes: [
      ...(isProvisional ? [blank] : []),
      ...missing,
      ...caps,
      ...revised,
      ...(first === null ? [] : [`First locked at ${first}.`]),
    ],
  };
}

function stepsOf(
  attempt: KeptAttempt,
  rubric: Rubric,
  { mode, quickStep, moments }: Review,
  marking: Marking,
): ReviewSheet['steps'] {
  const { marks, durationMs } = attempt;
  const spoken = marks.length === 0 ? null : stepTimes(marks, durationMs);
  const budgets = budgetsOf(rubric.budgets, attempt);
  return rubric.steps
    .filter(({ id }) => mode !== 'quick' || id === quickStep)
    .map(({ id, label }) => ({
      id,
      label,
      time:
        spoken === null
          ? null
          : `${timecode(spoken[id])}${budgets === null ? '' : ` of ${timecode(budgets[id])}`}`,
      cells: rubric.criteria.map((criterion): SheetCell => {
        const cell = cellId(criterion.id, id);
        const level = levelOf(marking, criterion.id, id);
        const at = { criterion: criterion.label, moments: (moments?.[cell] ?? []).map(timecode) };
        if (level === null) return { ...at, level: 'Not scored', text: null };
        if (level === 0) return { ...at, level: 'Missing', text: null, moments: [] };
        const isWrong = criterion.id === 'depth' && marking.wrongSteps.some((step) => step === id);
        const words = levelWords(rubric, level);
        return {
          ...at,
          level: isWrong ? `${words}, something said is wrong` : words,
          text: cellOf(rubric, cell).levels[level],
        };
      }),
    }));
}

/** `3 Solid`. */
function levelWords(rubric: Rubric, value: Level): string {
  const label = rubric.levels.find((level) => level.value === value)?.label ?? '';
  return `${value} ${label}`.trim();
}

/** By the lock that everything is compared with. */
function predictionOf({
  attempt,
  rubric,
  review,
  reviews,
  coaching: { prediction },
}: SheetSources): ReviewSheet['prediction'] {
  const compared = comparedLock(rubric, reviews, review);
  if (prediction === undefined || whyNotPredicted(compared, prediction) !== null) return null;
  const marking = markingOf(attempt, compared);
  const rows = rubric.criteria.flatMap(({ id, label }) => {
    const predicted = prediction.levels[id];
    const score = criterionScore(rubric, marking, id);
    if (predicted === undefined) return [];
    const scored = score === null ? 'not scored' : (score / 25).toFixed(1);
    return [{ label, predicted: levelWords(rubric, predicted), scored }];
  });
  return rows.length === 0 ? null : rows;
}

function timeOrNull(atMs: Ms | undefined): string | null {
  return atMs === undefined ? null : timecode(atMs);
}
