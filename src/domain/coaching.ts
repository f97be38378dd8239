import type { PauseTag } from './facts.ts';
import type { AttemptId, CommentId } from './ids.ts';
import type { CellId, CriterionId, Level, Rubric, RubricRef } from './rubric.ts';
import type { EpochMs, Ms } from './timeline.ts';

/** One level per criterion, said right after speaking and before any replay. The overall is computed. */
export type Prediction = {
  readonly levels: Readonly<Record<CriterionId, Level>>;
  readonly rubric: RubricRef;
  /** Null: some were tapped, and nothing was saved or skipped yet. */
  readonly decidedAt: EpochMs | null;
  readonly isSkipped?: true;
};

export const GAPS = ['ten-minutes', 'tomorrow', 'none'] as const;
/** How long to wait before judging oneself. Never enforced. */
export type GapChoice = (typeof GAPS)[number];

export type Gap = { readonly choice: GapChoice; readonly chosenAt: EpochMs; readonly endsAt: EpochMs };

/** What the speaker notes at an instant of the replay. */
export type Comment = {
  readonly id: CommentId;
  readonly atMs: Ms;
  readonly text: string;
  readonly createdAt: EpochMs;
  readonly updatedAt: EpochMs;
};

export const ANSWERS = ['yes', 'partly', 'no'] as const;
export type Answer = (typeof ANSWERS)[number];

export const ANSWER_LABELS: Readonly<Record<Answer, string>> = { yes: 'Yes', partly: 'Partly', no: 'No' };

/** Whether something was said or done, and where it can be heard. */
export type Answered = { readonly answer: Answer; readonly atMs?: Ms };

/** What to do differently next time: one cell, one sentence. */
export type Focus = {
  readonly cell: CellId;
  /** In words, so that it can be named whatever becomes of the rubric: `Technical depth: Trade-offs`. */
  readonly label: string;
  /** The cell's level when it was chosen, 0 for a missing step. */
  readonly level: Level | 0;
  readonly ifThen: string;
  readonly rubric: RubricRef;
  readonly savedAt: EpochMs;
};

/** A focus taken into an attempt, to be asked about in its review. */
export type CarriedFocus = Pick<Focus, 'cell' | 'label' | 'ifThen'> & {
  /** The attempt whose review it came from. */
  readonly from: AttemptId;
};

/**
 * What surrounds the scores of an attempt: all of it the speaker's own words and taps, each kept the moment
 * it is said.
 */
export type Coaching = {
  readonly attemptId: AttemptId;
  readonly prediction?: Prediction;
  readonly gap?: Gap;
  readonly comments: readonly Comment[];
  /** By the id of the prompt's point. */
  readonly covered: Readonly<Record<string, Answered>>;
  readonly pauseTags: readonly PauseTag[];
  /** Whether the focus this attempt carried was done. */
  readonly focusDone?: Answered;
  readonly focus?: Focus;
  readonly updatedAt: EpochMs;
};

/** Nothing said yet. */
export function blankCoaching(attemptId: AttemptId): Coaching {
  return { attemptId, comments: [], covered: {}, pauseTags: [], updatedAt: 0 };
}

/** What the predicted levels come to, 0–100 rounded; null while a criterion of the rubric has none. */
export function predictedOverall(rubric: Rubric, levels: Prediction['levels']): number | null {
  let sum = 0;
  let weights = 0;
  for (const { id, weight } of rubric.criteria) {
    const points = rubric.levels.find(({ value }) => value === levels[id])?.points;
    if (points === undefined) return null;
    sum += points * weight;
    weights += weight;
  }
  // Half up, after removing the dust of binary fractions.
  return weights === 0 ? null : Math.round(Number((sum / weights).toFixed(9)));
}

/** With this focus. Another sentence for the same cell is no newer focus: it keeps its place among all. */
export function withFocus(coaching: Coaching, focus: Focus): Coaching {
  const before = coaching.focus;
  const savedAt = before?.cell === focus.cell ? before.savedAt : focus.savedAt;
  return { ...coaching, focus: { ...focus, savedAt } };
}

/** With a comment more, in order of time. One with the same id gives way to it. */
export function withComment(coaching: Coaching, comment: Comment): Coaching {
  const others = coaching.comments.filter(({ id }) => id !== comment.id);
  const comments = [...others, comment].toSorted((a, b) => a.atMs - b.atMs || a.createdAt - b.createdAt);
  return { ...coaching, comments };
}

export function withoutComment(coaching: Coaching, id: CommentId): Coaching {
  return { ...coaching, comments: coaching.comments.filter((comment) => comment.id !== id) };
}

/** Something noted is about what is heard from there on, for a while: half of the ten seconds around it. */
const HERE_MS: Ms = 5000;

/** Where in a list, in order of time, the one at an instant of the replay stands; -1: none is there. */
export function indexAt(items: readonly { readonly atMs: Ms }[], atMs: Ms): number {
  const index = items.findLastIndex((item) => item.atMs <= atMs);
  return atMs - (items[index]?.atMs ?? Number.NEGATIVE_INFINITY) < HERE_MS ? index : -1;
}

/** An answer with another moment, or with none; a point that was not covered has none to cite. */
export function withMoment({ answer }: Answered, atMs: Ms | null): Answered {
  return atMs === null || answer === 'no' ? { answer } : { answer, atMs };
}

/** A point's answer; null takes it back. */
export function withCovered(coaching: Coaching, point: string, answered: Answered | null): Coaching {
  const { [point]: _, ...others } = coaching.covered;
  return { ...coaching, covered: answered === null ? others : { ...others, [point]: answered } };
}
