import type { KeptAttempt } from '../domain/attempt.ts';
import type { Delivery } from '../domain/facts.ts';
import { captureOf, MOST_ALIKE } from '../domain/usual.ts';
import type { Archive, PageCursor } from '../storage/archive.ts';
import { revealedBy } from './shown.ts';

const PAGE = 20;
/** However many there are, no more are looked at: older ones say little about what is usual now. */
const LOOKED_AT = 300;

/**
 * What was measured in the newest recordings made like this one, newest first: itself and drills left out, and
 * what another version of the analysis measured. What waits for its own lock, too: a range that it moved would
 * tell its figures. Null: nobody wants it any more.
 */
export async function readAlike(
  archive: Archive,
  attempt: KeptAttempt,
  version: number,
  signal: AbortSignal,
): Promise<readonly Delivery[] | null> {
  const capture = captureOf(attempt);
  const found: Delivery[] = [];
  let before: PageCursor | null = null;
  for (let seen = 0; seen < LOOKED_AT && found.length < MOST_ALIKE; seen += PAGE) {
    const page: Awaited<ReturnType<Archive['attempts']['page']>> = await archive.attempts.page({
      limit: PAGE,
      ...(before === null ? {} : { before }),
    });
    const alike = page.attempts.filter(
      (other) => other.id !== attempt.id && other.drillStep === undefined && captureOf(other) === capture,
    );
    const reviews = await archive.reviews.ofAll(alike.map(({ id }) => id));
    const open = alike.filter((_, index) => revealedBy(reviews[index] ?? []) !== null);
    const deliveries = await archive.deliveries.ofAll(open.map(({ id }) => id));
    if (signal.aborted) return null;
    found.push(...deliveries.filter((one) => one?.version === version).filter((one) => one !== null));
    before = page.next;
    if (before === null) break;
  }
  return found.slice(0, MOST_ALIKE);
}
