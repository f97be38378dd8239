import * as v from 'valibot';
import { ANSWERS, type Coaching, GAPS } from './coaching.ts';
import {
  type Delivery,
  type DeliveryFailure,
  FACT_IDS,
  MEASURE_IDS,
  PAUSE_PLACES,
  SOUND_KINDS,
  type Sounds,
  UNMEASURED,
} from './facts.ts';
import type { CommentId, ReviewId } from './ids.ts';
import { PROMPT_KINDS } from './prompt.ts';
import { attemptId, cellKey, count, epochMs, id, level, ms, rubricRef, schemaOf, step } from './records.ts';
import {
  type CellId,
  cellId,
  cellsOf,
  LEVELS,
  type OwnRubric,
  REVIEW_MODES,
  type Review,
  type Rubric,
  WRONG_STEPS,
} from './rubric.ts';
import { STEP_IDS } from './step.ts';

/*
 * More of records.ts: what no page needs before an attempt or a rubric is looked at.
 */

const commentId = id<CommentId>();
const reviewId = id<ReviewId>();
const answered = v.looseObject({ answer: v.picklist(ANSWERS), atMs: v.exactOptional(ms) });
const span = { startMs: ms, endMs: ms };

export const coachingSchema = schemaOf<Coaching>()(
  v.looseObject({
    attemptId,
    prediction: v.exactOptional(
      v.looseObject({
        levels: v.record(v.string(), level),
        rubric: rubricRef,
        decidedAt: v.nullable(epochMs),
        isSkipped: v.exactOptional(v.literal(true)),
      }),
    ),
    gap: v.exactOptional(v.looseObject({ choice: v.picklist(GAPS), chosenAt: epochMs, endsAt: epochMs })),
    comments: v.array(
      v.looseObject({ id: commentId, atMs: ms, text: v.string(), createdAt: epochMs, updatedAt: epochMs }),
    ),
    covered: v.record(v.string(), answered),
    pauseTags: v.array(v.looseObject({ ...span, place: v.picklist(PAUSE_PLACES) })),
    focusDone: v.exactOptional(answered),
    focus: v.exactOptional(
      v.looseObject({
        cell: cellKey,
        label: v.string(),
        level: v.picklist([...LEVELS, 0]),
        ifThen: v.string(),
        rubric: rubricRef,
        savedAt: epochMs,
      }),
    ),
    updatedAt: epochMs,
  }),
);

/** valibot takes a union of template strings as keys for optional ones. */
const byCell = <Item>(item: v.GenericSchema<unknown, Item>) =>
  v.record(cellKey, item) as unknown as v.GenericSchema<unknown, Readonly<Record<CellId, Item>>>;

export const reviewSchema = schemaOf<Review>()(
  v.looseObject({
    id: reviewId,
    attemptId,
    rubricId: v.string(),
    rubricVersion: v.string(),
    reviewer: v.literal('self'),
    mode: v.picklist(REVIEW_MODES),
    quickStep: v.exactOptional(step),
    scores: byCell(level),
    moments: v.exactOptional(byCell<readonly number[]>(v.array(ms))),
    wrongSteps: v.array(v.picklist(WRONG_STEPS)),
    declaredMissing: v.exactOptional(v.array(step)),
    missing: v.exactOptional(v.array(step)),
    revises: v.exactOptional(reviewId),
    reason: v.exactOptional(v.string()),
    startedAt: epochMs,
    updatedAt: epochMs,
    lockedAt: v.nullable(epochMs),
  }),
);

export const deliverySchema = schemaOf<Delivery>()(
  v.looseObject({
    attemptId,
    version: count,
    speech: v.nullable(v.looseObject(span)),
    pauses: v.array(v.looseObject(span)),
    syllables: v.array(ms),
    localRates: v.nullable(v.array(v.looseObject({ ...span, ratio: v.number() }))),
    measures: v.looseObject(v.entriesFromList(MEASURE_IDS, v.union([v.number(), v.picklist(UNMEASURED)]))),
    heardMs: v.exactOptional(ms),
  }),
);

export const deliveryFailureSchema = schemaOf<DeliveryFailure>()(
  v.looseObject({ attemptId, version: count, failed: v.picklist(UNMEASURED) }),
);

export const soundsSchema = schemaOf<Sounds>()(
  v.looseObject({
    attemptId,
    version: count,
    sounds: v.array(v.looseObject({ ...span, kind: v.picklist(SOUND_KINDS), score: v.number() })),
  }),
);

const positive = v.pipe(v.number(), v.gtValue(0));
const levelTexts = v.looseObject({ 1: v.string(), 2: v.string(), 3: v.string(), 4: v.string() });
const fact = v.picklist(FACT_IDS);
const clauses = v.exactOptional(
  v.array(
    v.variant('op', [
      v.looseObject({ fact, op: v.literal('<='), value: v.number() }),
      v.looseObject({ fact, op: v.literal('between'), value: v.tuple([v.number(), v.number()]) }),
    ]),
  ),
);

/** What every rubric that was written had: without it scores could be neither shown nor worked out. */
function isWhole({ levels, criteria, steps, cells, bands, budgets }: Rubric): boolean {
  const ids = cells.map((cell) => cell.id);
  const wanted = cellsOf({ criteria });
  return (
    wanted.length > 0 &&
    isSame(ids, wanted) &&
    cells.every(({ id, criterion, step }) => id === cellId(criterion, step)) &&
    isSame(
      steps.map(({ id }) => id),
      STEP_IDS,
    ) &&
    isSame(
      levels.map(({ value }) => value),
      LEVELS,
    ) &&
    Array.from({ length: 101 }, (_, total) => total).every((total) =>
      bands.some(({ from, to }) => from <= total && total <= to),
    ) &&
    Object.keys(budgets).length > 0
  );
}

/** Each of them once, in whatever order. */
function isSame(found: readonly unknown[], wanted: readonly unknown[]): boolean {
  return found.length === wanted.length && wanted.every((item) => found.includes(item));
}

export const ownRubricSchema = schemaOf<OwnRubric>()(
  v.pipe(
    v.looseObject({
      id: v.string(),
      version: v.string(),
      title: v.string(),
      selectionRule: v.string(),
      levels: v.array(v.looseObject({ value: level, label: v.string(), points: v.number() })),
      criteria: v.array(
        v.looseObject({ id: v.string(), label: v.string(), weight: positive, question: v.string() }),
      ),
      steps: v.array(
        v.looseObject({
          id: step,
          label: v.string(),
          weight: positive,
          asks: v.string(),
          byKind: v.looseObject(v.entriesFromList(PROMPT_KINDS, v.string())),
        }),
      ),
      cells: v.array(
        v.looseObject({
          id: cellKey,
          criterion: v.string(),
          step,
          levels: levelTexts,
          lookFor: v.string(),
          drill: v.string(),
          ifThen: v.string(),
          auto: v.exactOptional(v.looseObject({ 2: clauses, 3: clauses, 4: clauses })),
        }),
      ),
      bands: v.array(
        v.looseObject({ from: v.number(), to: v.number(), label: v.string(), next: v.string() }),
      ),
      budgets: v.record(v.string(), v.looseObject(v.entriesFromList(STEP_IDS, positive))),
      targets: v.record(v.string(), v.number()),
      createdAt: epochMs,
    }),
    v.check((rubric) => isWhole(rubric), 'Not whole: a cell, a step, a level, a band or a budget is missing'),
  ),
);
