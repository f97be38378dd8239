import type { Ms } from '../domain/timeline.ts';

const SILENCE_MS: Ms = 3000;
const REMEMBERED = 120;
/** An unplugged device that goes on "live" delivers chunks of about 4 % of the usual size. */
const TINY_RATIO = 0.1;

/**
 * Tells from the size of its chunks that an encoder gets nothing to encode. Works where no meter runs;
 * needs some seconds of sound first, to know what is usual. An encoder of constant bit rate never shows it.
 */
export class SignalWatch {
  readonly #rates: number[] = [];
  #tinyMs: Ms = 0;

  get isSilent(): boolean {
    return this.#tinyMs >= SILENCE_MS;
  }

  /** Another segment begins, with another microphone perhaps. */
  reset(): void {
    this.#tinyMs = 0;
  }

  /** @param ms what the chunk lasts */
  chunk(bytes: number, ms: Ms): void {
    if (ms <= 0) return;
    const rate = bytes / ms;
    const usual = this.#rates.toSorted((a, b) => a - b)[Math.floor(this.#rates.length / 2)] ?? 0;
    if (rate < usual * TINY_RATIO) {
      this.#tinyMs += ms;
      return;
    }
    this.#tinyMs = 0;
    this.#rates.push(rate);
    if (this.#rates.length > REMEMBERED) this.#rates.shift();
  }
}
