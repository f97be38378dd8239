import type { Delivery } from './facts.ts';
import type { Ms } from './timeline.ts';

/** The end of a clip by its header and by its last sound differ by less, and it changes no fact. */
const MISSED_MS: Ms = 1000;
const MISSED_SHARE = 0.01;

/** So much of the end was not heard that nobody knows when the speech ended. */
export function isHeardInPart({ heardMs }: Pick<Delivery, 'heardMs'>, durationMs: Ms): boolean {
  const missedMs = durationMs - (heardMs ?? durationMs);
  return missedMs > MISSED_MS && missedMs > MISSED_SHARE * durationMs;
}
