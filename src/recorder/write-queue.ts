import { StorageError } from '../storage/errors.ts';

export type WriteFault = 'disk-full' | 'disk';

/**
 * Writes strictly one after the other. After a failure it stands still, keeps everything that came and
 * comes in memory, and `settle` tries once more from where it stopped: the order on disk never has a gap.
 */
export class WriteQueue {
  readonly #onFault: (fault: WriteFault) => void;
  readonly #onChange: () => void;
  readonly #writes: (() => Promise<void>)[] = [];
  #running: Promise<void> | null = null;
  #isStuck = false;

  /** @param onChange `waiting` may have changed */
  constructor(onFault: (fault: WriteFault) => void, onChange: () => void) {
    this.#onFault = onFault;
    this.#onChange = onChange;
  }

  /** How many writes are not on disk. */
  get waiting(): number {
    return this.#writes.length;
  }

  /** @param write must be repeatable: it runs again when it failed */
  push(write: () => Promise<void>): void {
    this.#writes.push(write);
    if (!this.#isStuck) this.#running ??= this.#work();
    this.#onChange();
  }

  /** Resolves when everything is on disk, or when the disk has refused a second time. */
  async settle(): Promise<void> {
    await this.#running;
    if (this.#isStuck) {
      this.#isStuck = false;
      this.#running = this.#work();
    }
    while (this.#running !== null) await this.#running;
  }

  async #work(): Promise<void> {
    for (let write = this.#writes[0]; write !== undefined; write = this.#writes[0]) {
      try {
        await write();
      } catch (error) {
        this.#isStuck = true;
        this.#running = null;
        if (!(error instanceof StorageError)) reportError(error);
        this.#onFault(error instanceof StorageError && error.fault === 'full' ? 'disk-full' : 'disk');
        return;
      }
      this.#writes.shift();
      this.#onChange();
    }
    this.#running = null;
  }
}
