import type { Ms } from '../domain/timeline.ts';
import type { Instant } from './machine.ts';

/** A tab that records is not throttled so far, and a busy machine does not stand still for so long. */
const ASLEEP_MS: Ms = 5000;

/**
 * Tells from the gaps between signs of life that the machine slept. Some systems stop the page's clock
 * meanwhile, others let it run on: so both clocks are looked at.
 */
export class Wakefulness {
  readonly #clock: () => Instant;
  readonly #wallClock: () => number;
  #at: Instant;
  #wallAt: number;
  #isExcused = false;

  constructor(clock: () => Instant, wallClock: () => number = Date.now) {
    this.#clock = clock;
    this.#wallClock = wallClock;
    this.#at = clock();
    this.#wallAt = wallClock();
  }

  /** The last sign of life before a sleep that has just ended; null: there was none. */
  wokeFrom(): Instant | null {
    const [at, wallAt] = [this.#clock(), this.#wallClock()];
    const before = this.#at;
    const hasSlept = !this.#isExcused && Math.max(at - before, wallAt - this.#wallAt) > ASLEEP_MS;
    this.#isExcused = false;
    this.#at = at;
    this.#wallAt = wallAt;
    return hasSlept ? before : null;
  }

  /** The page is about to stand still by itself, while the encoder goes on: the next gap is no sleep. */
  excuse(): void {
    this.#isExcused = true;
  }

  /** The instant it is, or for a machine that has only just woken up, the one it fell asleep at. */
  read(): Instant {
    const at = this.#clock();
    return !this.#isExcused && at - this.#at > ASLEEP_MS ? this.#at : at;
  }
}
