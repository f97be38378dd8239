import type { KeptAttempt } from '../domain/attempt.ts';
import { type ScoredAttempt, scoredAttempt } from '../domain/calibration.ts';
import { blankCoaching } from '../domain/coaching.ts';
import type { Review, Rubric } from '../domain/rubric.ts';
import type { Archive, PageCursor } from '../storage/archive.ts';

const PAGE = 200;

type Options = {
  readonly compared?: number;
  readonly visit?: (attempt: KeptAttempt, reviews: readonly Review[]) => void;
};

/**
 * All attempts with a first lock under this version, newest first, read a page at a time so that what is on
 * screen stays responsive. Null: nobody wants it any more.
 *
 * @param options `compared`: of so many of the newest, at least, what was predicted and measured is read, too;
 *   of the others only the reviews. `visit` sees every attempt with its reviews, scored or not
 */
export async function readScored(
  archive: Archive,
  rubric: Rubric,
  signal: AbortSignal,
  { compared = 0, visit = () => undefined }: Options = {},
): Promise<readonly ScoredAttempt[] | null> {
  const found: ScoredAttempt[] = [];
  let before: PageCursor | null = null;
  do {
    const page: Awaited<ReturnType<Archive['attempts']['page']>> = await archive.attempts.page({
      limit: PAGE,
      ...(before === null ? {} : { before }),
    });
    const ids = page.attempts.map(({ id }) => id);
    const [reviews, coachings, deliveries] = await Promise.all([
      archive.reviews.ofAll(ids),
      found.length < compared ? archive.coaching.ofAll(ids) : [],
      found.length < compared ? archive.deliveries.ofAll(ids) : [],
    ]);
    if (signal.aborted) return null;
    for (const [index, attempt] of page.attempts.entries()) {
      const [own = [], delivery = null] = [reviews[index], deliveries[index]];
      const coaching = coachings[index] ?? blankCoaching(attempt.id);
      visit(attempt, own);
      const scored = scoredAttempt(rubric, { attempt, reviews: own, coaching, delivery });
      if (scored !== null) found.push(scored);
    }
    before = page.next;
  } while (before !== null);
  return found;
}
