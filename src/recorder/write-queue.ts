import type { Ms } from '../domain/timeline.ts';
import { isPassing, StorageError } from '../storage/errors.ts';
import { Scope } from './scope.ts';

export type WriteFault = 'disk-full' | 'disk';

/** How long a store that has gone away is waited for before each further try: half a minute in all. */
const PATIENCE_MS: readonly Ms[] = [500, 1000, 2000, 4000, 8000, 15_000];
/** Over an hour of sound, some minutes of picture. More would only move the loss to the tab's own end. */
const MOST_BYTES = 64 << 20;

/**
 * Writes strictly one after the other. While the store is away it is asked again and again, and what comes
 * meanwhile is kept in memory. When it stays away, or refuses for a reason that does not pass, the queue
 * stands still, keeps what it has, and `settle` tries once more from where it stopped: the order on disk
 * never has a gap.
 */
export class WriteQueue {
  readonly #onFault: (fault: WriteFault) => void;
  readonly #onChange: () => void;
  readonly #writes: { readonly run: () => Promise<void>; readonly bytes: number }[] = [];
  #running: Promise<void> | null = null;
  #waiting = new Scope();
  #refusals = 0;
  #isStuck = false;
  #isSettling = false;

  /** @param onChange `waiting` or `isRefused` may have changed */
  constructor(onFault: (fault: WriteFault) => void, onChange: () => void) {
    this.#onFault = onFault;
    this.#onChange = onChange;
  }

  /** How many writes are not on disk. */
  get waiting(): number {
    return this.#writes.length;
  }

  /** The store was away at the last try. */
  get isRefused(): boolean {
    return this.#refusals > 0 || this.#isStuck;
  }

  /**
   * @param write must be repeatable: it runs again when it failed
   * @param bytes what it keeps in memory
   */
  push(write: () => Promise<void>, bytes = 0): void {
    this.#writes.push({ run: write, bytes });
    if (!this.#isStuck) this.#running ??= this.#work();
    const held = this.#writes.reduce((sum, waiting) => sum + waiting.bytes, 0);
    if (held > MOST_BYTES && held - bytes <= MOST_BYTES) this.#onFault('disk');
    this.#onChange();
  }

  /** Resolves when everything is on disk, or when the disk has refused a second time. */
  async settle(): Promise<void> {
    this.#isSettling = true;
    this.#waiting.dispose();
    await this.#running;
    if (this.#isStuck) {
      this.#isStuck = false;
      this.#running = this.#work();
    }
    while (this.#running !== null) await this.#running;
    this.#isSettling = false;
  }

  async #work(): Promise<void> {
    for (let write = this.#writes[0]; write !== undefined; write = this.#writes[0]) {
      try {
        await write.run();
        this.#writes.shift();
        this.#refusals = 0;
      } catch (error) {
        if (!(await this.#mayTryAgain(error))) {
          this.#isStuck = true;
          this.#running = null;
          if (!(error instanceof StorageError)) reportError(error);
          this.#onFault(error instanceof StorageError && error.fault === 'full' ? 'disk-full' : 'disk');
          return;
        }
      }
      this.#onChange();
    }
    this.#running = null;
  }

  /** Waits before the next try, unless somebody waits for the end. */
  async #mayTryAgain(error: unknown): Promise<boolean> {
    const patienceMs = PATIENCE_MS[this.#refusals];
    if (!isPassing(error) || patienceMs === undefined || this.#isSettling) return false;
    this.#refusals += 1;
    this.#onChange();
    await new Promise<void>((resolve) => {
      this.#waiting = new Scope();
      this.#waiting.timeout(() => this.#waiting.dispose(), patienceMs);
      this.#waiting.add(resolve);
    });
    return true;
  }
}
