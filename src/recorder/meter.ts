import { clamp } from '../domain/timeline.ts';
import type { Scope } from './scope.ts';
import type { Level } from './snapshot.ts';

const FLOOR_DB = -100;
/** A peak programme meter falls about 20 dB in 1.7 s (IEC 60268-10, type I): slow enough to be read. */
const FALL_DB_PER_MS = 20 / 1700;
const HOLD_MS = 3000;
const CLIP_HOLD_MS = 1500;
/** 16-bit full scale, one step below 1, as a float. */
const FULL_SCALE = 32_767 / 32_768;

export const NO_LEVEL: Level = {
  db: FLOOR_DB,
  heldDb: FLOOR_DB,
  isClipping: false,
  isSilent: false,
  isMeasured: false,
};

/** Reads a level from samples; times are the caller's monotonic milliseconds. */
export class Ballistics {
  #db = FLOOR_DB;
  #readAt: number;
  #soundAt: number;
  #clippedAt = -Infinity;
  #peaks: { readonly at: number; readonly db: number }[] = [];

  constructor(at: number) {
    this.#readAt = at;
    this.#soundAt = at;
  }

  read(samples: Float32Array, at: number): Level {
    const peak = samples.reduce((highest, sample) => Math.max(highest, Math.abs(sample)), 0);
    const db = peak === 0 ? FLOOR_DB : clamp(20 * Math.log10(peak), FLOOR_DB, 0);
    if (peak > 0) this.#soundAt = at;
    if (peak >= FULL_SCALE) this.#clippedAt = at;
    this.#db = Math.max(db, this.#db - (at - this.#readAt) * FALL_DB_PER_MS, FLOOR_DB);
    this.#readAt = at;
    // A peak that a later one reached can never be the highest again.
    this.#peaks = [...this.#peaks.filter((held) => held.db > db && at - held.at < HOLD_MS), { at, db }];
    return {
      db: this.#db,
      heldDb: this.#peaks[0]?.db ?? db,
      isClipping: at - this.#clippedAt < CLIP_HOLD_MS,
      isSilent: at - this.#soundAt >= HOLD_MS,
      isMeasured: true,
    };
  }
}

/**
 * Measures a track without touching what is recorded. It may never come to run: Firefox keeps an
 * AudioContext suspended where there is no sound output, and its `resume()` then never resolves. So
 * nothing waits for it, and while it rests the level is `NO_LEVEL`.
 */
export class Meter {
  readonly #clock: () => number;
  readonly #context: AudioContext;
  readonly #analyser: AnalyserNode;
  readonly #samples: Float32Array<ArrayBuffer>;
  #ballistics: Ballistics | null = null;

  constructor(track: MediaStreamTrack, scope: Scope, clock: () => number) {
    this.#clock = clock;
    this.#context = new AudioContext();
    this.#analyser = new AnalyserNode(this.#context, { fftSize: 4096 });
    this.#samples = new Float32Array(this.#analyser.fftSize);
    try {
      const source = this.#context.createMediaStreamSource(new MediaStream([track]));
      source.connect(this.#analyser);
      this.#context.resume().catch(() => undefined);
      scope.add(() => {
        source.disconnect();
        this.#close();
      });
    } catch (error) {
      this.#close();
      throw error;
    }
  }

  /** The last 90 ms or so. Cheap enough for every frame. */
  read(): Level {
    if (this.#context.state !== 'running') {
      this.#ballistics = null;
      return NO_LEVEL;
    }
    const at = this.#clock();
    this.#ballistics ??= new Ballistics(at);
    this.#analyser.getFloatTimeDomainData(this.#samples);
    return this.#ballistics.read(this.#samples, at);
  }

  /** Forgets what was heard: after a pause, whose silence means nothing. */
  reset(): void {
    this.#ballistics = null;
  }

  #close(): void {
    this.#context.close().catch(() => undefined);
  }
}
