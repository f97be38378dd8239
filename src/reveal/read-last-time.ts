import type { KeptAttempt } from '../domain/attempt.ts';
import { lockUnder, markingOf } from '../domain/calibration.ts';
import type { Rubric } from '../domain/rubric.ts';
import { overall, type Total } from '../domain/scoring.ts';
import type { Archive } from '../storage/archive.ts';

/** So many earlier attempts at a prompt are looked through. */
const MOST_LOOKED_AT = 100;

/** The overall of an attempt's first lock, and the same of the attempt before it that can be compared. */
export type LastTime = {
  readonly now: Total;
  /** Null: there is none with the same prompt, target and version of the rubric. */
  readonly before: { readonly attempt: KeptAttempt; readonly points: number } | null;
};

/** Null: this attempt has no lock of all its cells under this version, so that nothing compares. */
export async function readLastTime(
  archive: Archive,
  rubric: Rubric,
  attempt: KeptAttempt,
): Promise<LastTime | null> {
  const all = await archive.attempts.atPrompt(attempt.promptId, MOST_LOOKED_AT);
  const earlier = all.filter(
    ({ id, startedAt, targetMs, drillStep }) =>
      id !== attempt.id &&
      startedAt < attempt.startedAt &&
      targetMs === attempt.targetMs &&
      drillStep === undefined,
  );
  const [own = [], ...reviews] = await archive.reviews.ofAll([attempt.id, ...earlier.map(({ id }) => id)]);
  const totalOf = (of: KeptAttempt, list: typeof own) => {
    const lock = lockUnder(rubric, list);
    return lock === null ? null : overall(rubric, markingOf(of, lock));
  };
  const now = totalOf(attempt, own);
  if (now === null) return null;
  for (const [index, candidate] of earlier.entries()) {
    const total = totalOf(candidate, reviews[index] ?? []);
    if (total !== null && total.points !== null && total.countsInTrends)
      return { now, before: { attempt: candidate, points: total.points } };
  }
  return { now, before: null };
}
