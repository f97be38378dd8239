import type { KeptAttempt } from '../domain/attempt.ts';
import type { Delivery } from '../domain/facts.ts';
import { captureOf, MOST_ALIKE } from '../domain/usual.ts';
import type { Archive, PageCursor } from '../storage/archive.ts';
import { revealedBy } from './shown.ts';

const PAGE = 20;
/** However many there are, no more are looked at: older ones say little about what was usual then. */
const LOOKED_AT = 300;

/**
 * What was measured in the last recordings before this one that were made like it, newest first: drills left
 * out, and what another version of the analysis measured. None that came after it, so that what was usual for it
 * stays so. None that waits for its own lock: a range that it moved would tell its figures. Null: nobody wants it
 * any more.
 */
export async function readAlike(
  archive: Archive,
  attempt: KeptAttempt,
  version: number,
  signal: AbortSignal,
): Promise<readonly Delivery[] | null> {
  const capture = captureOf(attempt);
  const found: Delivery[] = [];
  let before: PageCursor = attempt;
  for (let seen = 0; seen < LOOKED_AT && found.length < MOST_ALIKE; seen += PAGE) {
    const page: Awaited<ReturnType<Archive['attempts']['page']>> = await archive.attempts.page({
      limit: PAGE,
      before,
    });
    const alike = page.attempts.filter(
      (other) =>
        other.startedAt < attempt.startedAt && other.drillStep === undefined && captureOf(other) === capture,
    );
    const reviews = await archive.reviews.ofAll(alike.map(({ id }) => id));
    const open = alike.filter((_, index) => revealedBy(reviews[index] ?? []) !== null);
    const deliveries = await archive.deliveries.ofAll(open.map(({ id }) => id));
    if (signal.aborted) return null;
    found.push(...deliveries.filter((one) => one?.version === version).filter((one) => one !== null));
    if (page.next === null) break;
    before = page.next;
  }
  return found.slice(0, MOST_ALIKE);
}
