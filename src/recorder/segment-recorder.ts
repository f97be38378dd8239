import { PICTURE_BITS_PER_SECOND, SOUND_BITS_PER_SECOND } from '../domain/picture.ts';
import type { Ms } from '../domain/timeline.ts';
import { chooseFormat, keyFrameIntervalMs, timesliceMs } from './codec.ts';
import type { Instant } from './machine.ts';
import { Scope } from './scope.ts';

/** Browsers that never report the stop of an encoder are waited for this long. */
const STOP_WITHIN_MS: Ms = 5000;

export type SegmentHandlers = {
  /** The encoder runs; what it really makes is known only now. Comes before the first chunk, once. */
  readonly onRunning: (mimeType: string, at: Instant) => void;
  /** Never empty. `seq` counts from 0 without gaps. */
  readonly onChunk: (chunk: SegmentChunk) => void;
  /** The encoder failed, or stopped without having been told to. The owner ends the segment in answer. */
  readonly onFault: () => void;
};

export type SegmentChunk = {
  readonly seq: number;
  /** Bytes of the segment before it. */
  readonly offset: number;
  readonly blob: Blob;
  /** The take's clock when it came, at most the segment's end; and how long after the chunk before. */
  readonly clockEndMs: Ms;
  readonly lengthMs: Ms;
};

/** One run of a MediaRecorder: from `start` to `end`, never paused (WebKit records through a pause). */
export class SegmentRecorder {
  /** Resolves when nothing more will come. */
  readonly stopped: Promise<void>;

  readonly #scope = new Scope();
  readonly #handlers: SegmentHandlers;
  readonly #clock: () => Instant;
  readonly #clockStartMs: Ms;
  #recorder: MediaRecorder | null = null;
  /** When the sound began, where that is known before the encoder reports that it runs. */
  #beganAt: Instant | null = null;
  #since: Instant | null = null;
  #clockEndMs: Ms | null = null;
  #seq = 0;
  #offset = 0;
  #reachedMs: Ms;

  constructor(clockStartMs: Ms, clock: () => Instant, handlers: SegmentHandlers) {
    this.#clockStartMs = clockStartMs;
    this.#reachedMs = clockStartMs;
    this.#clock = clock;
    this.#handlers = handlers;
    this.stopped = new Promise((resolve) => {
      this.#scope.add(resolve);
    });
  }

  /**
   * @param picture recorded beside the sound; null: there is none
   * @param preferred see `chooseFormat`
   */
  start(track: MediaStreamTrack, picture: MediaStreamTrack | null, preferred: string | null): void {
    const handlers = this.#handlers;
    if (this.#clockEndMs !== null) return;
    const isSupported = (mimeType: string) => MediaRecorder.isTypeSupported(mimeType);
    const mimeType = chooseFormat(preferred, isSupported, navigator.userAgent, picture !== null);
    try {
      const tracks = picture === null ? [track] : [track, picture];
      const recorder = new MediaRecorder(new MediaStream(tracks), {
        audioBitsPerSecond: SOUND_BITS_PER_SECOND,
        ...(picture === null ? {} : pictureOptions(mimeType)),
        ...(mimeType === null ? {} : { mimeType }),
      });
      this.#recorder = recorder;
      this.#scope.listen(recorder, 'start', () => this.#run(recorder));
      this.#scope.listen(recorder, 'dataavailable', (event) => {
        if (event instanceof BlobEvent) this.#take(recorder, event.data);
      });
      this.#scope.listen(recorder, 'error', () => {
        if (this.#clockEndMs === null) handlers.onFault();
      });
      this.#scope.listen(recorder, 'stop', () => {
        if (this.#clockEndMs === null) handlers.onFault();
        this.#scope.dispose();
      });
      // With a picture Chromium reports late, half a second on a busy machine, and has the sound from here on.
      if (picture !== null) this.#beganAt = this.#clock();
      recorder.start(timesliceMs(mimeType ?? recorder.mimeType));
    } catch {
      handlers.onFault();
    }
  }

  /** What the encoder has so far, at once: the page may not live to see the next slice. */
  hurry(): void {
    if (this.#recorder?.state === 'recording') this.#recorder.requestData();
  }

  /**
   * Ends the segment; what the encoder still holds comes as the last chunk. One that did not run yet leaves
   * no trace, so that its index is free for the next.
   */
  end(clockEndMs: Ms): void {
    if (this.#clockEndMs !== null) return;
    this.#clockEndMs = clockEndMs;
    // Chromium lets its recorder run on when the track has ended; Firefox has stopped it, data to follow.
    if (this.#recorder?.state === 'recording') this.#recorder.stop();
    if (this.#since === null) this.#scope.dispose();
    else this.#scope.timeout(() => this.#scope.dispose(), STOP_WITHIN_MS);
  }

  #run(recorder: MediaRecorder): void {
    if (this.#since !== null) return;
    this.#since = this.#beganAt ?? this.#clock();
    this.#handlers.onRunning(recorder.mimeType, this.#since);
  }

  #take(recorder: MediaRecorder, blob: Blob): void {
    this.#run(recorder);
    if (blob.size === 0) return;
    // The end may lie before what came last: a machine that slept ends its segment when it fell asleep.
    const clockEndMs = Math.max(this.#reachedMs, this.#clockEndMs ?? this.#now());
    const lengthMs = clockEndMs - this.#reachedMs;
    this.#reachedMs = clockEndMs;
    this.#handlers.onChunk({ seq: this.#seq, offset: this.#offset, blob, clockEndMs, lengthMs });
    this.#seq += 1;
    this.#offset += blob.size;
  }

  #now(): Ms {
    return this.#clockStartMs + Math.max(0, Math.round(this.#clock() - (this.#since ?? this.#clock())));
  }
}

function pictureOptions(mimeType: string | null): MediaRecorderOptions {
  const options = {
    videoBitsPerSecond: PICTURE_BITS_PER_SECOND,
    // Not in TypeScript's library yet.
    videoKeyFrameIntervalDuration: keyFrameIntervalMs(mimeType ?? ''),
  };
  return options;
}
