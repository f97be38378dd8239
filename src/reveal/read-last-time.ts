import type { KeptAttempt } from '../domain/attempt.ts';
import { lockUnder, markingOf } from '../domain/calibration.ts';
import type { Review, Rubric } from '../domain/rubric.ts';
import { overall, type Total } from '../domain/scoring.ts';
import type { Archive } from '../storage/archive.ts';

/** So many earlier attempts at a prompt are read at a time: mostly the first of them will do. */
const PAGE = 20;

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
  const totalOf = (of: KeptAttempt, reviews: readonly Review[]) => {
    const lock = lockUnder(rubric, reviews);
    return lock === null ? null : overall(rubric, markingOf(of, lock));
  };
  const now = totalOf(attempt, await archive.reviews.of(attempt.id));
  if (now === null) return null;
  let last: KeptAttempt | undefined = attempt;
  while (last !== undefined) {
    const page: readonly KeptAttempt[] = await archive.attempts.atPrompt(
      attempt.promptId,
      PAGE,
      last.startedAt,
    );
    const earlier = page.filter(
      ({ targetMs, drillStep }) => targetMs === attempt.targetMs && drillStep === undefined,
    );
    const reviews = await archive.reviews.ofAll(earlier.map(({ id }) => id));
    for (const [index, candidate] of earlier.entries()) {
      const total = totalOf(candidate, reviews[index] ?? []);
      if (total !== null && total.points !== null && total.countsInTrends)
        return { now, before: { attempt: candidate, points: total.points } };
    }
    last = page.length < PAGE ? undefined : page.at(-1);
  }
  return { now, before: null };
}
