import type { ReviewId } from './ids.ts';
import { type CellId, cellId, type Level, type Review, type Rubric } from './rubric.ts';
import { STEP_IDS, type StepId } from './step.ts';
import type { EpochMs } from './timeline.ts';

/** The steps whose cells a review asks for: in a quick one, those of one step. */
export function askedSteps({
  mode,
  quickStep,
}: Partial<Pick<Review, 'mode' | 'quickStep'>>): readonly StepId[] {
  return mode === 'quick' && quickStep !== undefined ? [quickStep] : STEP_IDS;
}

/** From this level on a cell wants a moment in which it can be heard (rubric.json, `evidenceRules`). */
const LEAST_CITED: Level = 3;

export function wantsMoment(level: Level | undefined): boolean {
  return level !== undefined && level >= LEAST_CITED;
}

/**
 * The cells at 3 or 4 that cite no moment, step by step.
 *
 * @param missing the steps that ask for nothing
 */
export function uncitedCells(
  { criteria }: Pick<Rubric, 'criteria'>,
  review: Pick<Review, 'mode' | 'quickStep' | 'scores' | 'moments'>,
  missing: readonly StepId[],
): readonly CellId[] {
  return askedSteps(review)
    .filter((step) => !missing.includes(step))
    .flatMap((step) => criteria.map(({ id }) => cellId(id, step)))
    .filter((cell) => wantsMoment(review.scores[cell]) && (review.moments?.[cell] ?? []).length === 0);
}

/** `Pacing: Trade-offs` */
export function cellName(rubric: Pick<Rubric, 'criteria' | 'steps'>, cell: CellId): string {
  const criterion = rubric.criteria.find(({ id }) => cell.startsWith(`${id}.`));
  const step = rubric.steps.find(({ id }) => cell.endsWith(`.${id}`));
  return `${criterion?.label ?? cell}: ${step?.label ?? ''}`;
}

const byLock = (a: Review, b: Review) => (a.lockedAt ?? 0) - (b.lockedAt ?? 0);

/** The locked reviews of an attempt that were not made blind, in the order of their locks. */
export function lockedReviews(reviews: readonly Review[]): readonly Review[] {
  return reviews.filter(({ mode, lockedAt }) => mode !== 'rescore' && lockedAt !== null).toSorted(byLock);
}

/** The first lock of all cells, which trends and comparisons keep to whatever was corrected later. */
export function firstLock(reviews: readonly Review[]): Review | null {
  return lockedReviews(reviews).find(({ mode, revises }) => mode === 'full' && revises === undefined) ?? null;
}

/**
 * Which of an attempt's reviews one goes on with: the draft that follows the last lock, or else that lock.
 * A draft that another tab's lock has overtaken is neither. Null: there is none yet.
 */
export function currentReview(reviews: readonly Review[]): Review | null {
  const last = lockedReviews(reviews).at(-1);
  const drafts = reviews
    .filter(({ mode, lockedAt }) => mode !== 'rescore' && lockedAt === null)
    .toSorted((a, b) => a.updatedAt - b.updatedAt);
  const follows = (draft: Review) =>
    last === undefined ||
    draft.revises === last.id ||
    (draft.mode === 'full' && draft.revises === undefined && (last.mode === 'quick' || isAnew(draft, last)));
  return drafts.findLast(follows) ?? last ?? null;
}

/** Begun after a lock whose rubric was gone, under another one. */
function isAnew(draft: Review, last: Review): boolean {
  const isOther = draft.rubricId !== last.rubricId || draft.rubricVersion !== last.rubricVersion;
  return isOther && draft.startedAt > (last.lockedAt ?? 0);
}

/** An instant after every lock there is, whatever the clock says: what comes now has to be the last. */
export function afterLocks(reviews: readonly Review[], now: EpochMs): EpochMs {
  const locks = lockedReviews(reviews).flatMap(({ lockedAt, updatedAt }) => [lockedAt ?? 0, updatedAt]);
  return Math.max(now, ...locks.map((at) => at + 1));
}

/** A correction to begin with: what was locked, open again under its own version of the rubric. */
export function revisionOf(locked: Review, by: { readonly id: ReviewId; readonly now: EpochMs }): Review {
  const { missing: _, ...rest } = locked;
  // After what it corrects, whatever the clock says.
  const at = Math.max(by.now, locked.updatedAt + 1);
  return { ...rest, id: by.id, revises: locked.id, reason: '', startedAt: at, updatedAt: at, lockedAt: null };
}
