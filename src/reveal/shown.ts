import type { KeptAttempt } from '../domain/attempt.ts';
import { budgetsOf } from '../domain/budget.ts';
import { markingOf } from '../domain/calibration.ts';
import { type Ceiling, ceilingOf } from '../domain/ceiling.ts';
import type { Coaching } from '../domain/coaching.ts';
import type { Delivery, PausePlace, StepFacts } from '../domain/facts.ts';
import { askedSteps } from '../domain/reviews.ts';
import { type CriterionId, cellId, cellOf, type Level, type Review, type Rubric } from '../domain/rubric.ts';
import { levelOf } from '../domain/scoring.ts';
import { STEP_IDS, type StepId } from '../domain/step.ts';
import { pausesIn, pausesOf, placesOf, snappedSpans, stepFacts } from '../domain/step-facts.ts';
import type { Ms, Span } from '../domain/timeline.ts';

/** A measured pause, and where the speaker says it fell. */
export type Pause = Span & { readonly place: PausePlace | null };

/** One step: what was said of a criterion, and what the recording allows. */
export type Row = {
  readonly step: StepId;
  readonly facts: StepFacts;
  /** Null: the attempt has no target. */
  readonly budgetMs: Ms | null;
  readonly pauses: readonly Pause[];
  /** 0: the step counts as missing; null: the cell was left blank. */
  readonly level: Level | 0 | null;
  readonly ceiling: Ceiling | null;
};

/** A criterion the recording has a say in, step by step. */
export type Shown = {
  readonly criterion: Rubric['criteria'][number];
  readonly rows: readonly Row[];
};

type Sources = {
  readonly rubric: Rubric;
  readonly attempt: KeptAttempt;
  readonly review: Review;
  readonly delivery: Delivery | null;
  readonly coaching: Pick<Coaching, 'pauseTags'>;
};

/**
 * The review whose lock opens what was measured: the newest one, once it is locked. Null before that, so that no
 * figure is seen while one judges; whoever revises a lock has seen them already.
 *
 * @param reviews oldest first
 */
export function revealedBy(reviews: readonly Review[]): Review | null {
  const own = reviews.filter(({ mode }) => mode !== 'rescore');
  const isJudging = own.some(({ lockedAt, revises }) => lockedAt === null && revises === undefined);
  const locked = own.filter(({ lockedAt }) => lockedAt !== null);
  return isJudging ? null : (locked.toSorted((a, b) => (a.lockedAt ?? 0) - (b.lockedAt ?? 0)).at(-1) ?? null);
}

/** What the recording shows of each criterion with limits that can be measured. */
export function shownOf(sources: Sources): readonly Shown[] {
  const { rubric, attempt, review } = sources;
  const marking = markingOf(attempt, review);
  // Of a quick review the other steps may still be judged.
  const steps = measuredSteps(sources).filter(({ step }) => askedSteps(review).includes(step));
  const hasLimits = ({ id }: { readonly id: CriterionId }) =>
    rubric.cells.some(({ criterion, auto }) => criterion === id && auto !== undefined);
  return rubric.criteria.filter(hasLimits).map((criterion) => ({
    criterion,
    rows: steps.map((row) => {
      const level = levelOf(marking, criterion.id, row.step);
      const cell = cellOf(rubric, cellId(criterion.id, row.step));
      return { ...row, level, ceiling: level === 0 ? null : ceilingOf(cell, row.facts) };
    }),
  }));
}

/** The same without a say in any score. */
export function measuredSteps({
  rubric,
  attempt,
  delivery,
  coaching: { pauseTags },
}: Omit<Sources, 'review'>): readonly Omit<Row, 'level' | 'ceiling'>[] {
  const budgets = budgetsOf(rubric.budgets, attempt);
  const facts = stepFacts(attempt, delivery, pauseTags, budgets);
  const measured = delivery === null ? [] : pausesOf(delivery);
  const places = placesOf(measured, pauseTags);
  const spans = snappedSpans(attempt, measured);
  return STEP_IDS.map((step) => ({
    step,
    facts: facts[step],
    budgetMs: budgets?.[step] ?? null,
    pauses: pausesIn(spans, measured, step).map((pause) => ({
      ...pause,
      place: places[measured.indexOf(pause)] ?? null,
    })),
  }));
}
