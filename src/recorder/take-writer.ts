import type { Attempt, Mode, Segment, UnfinishedAttempt } from '../domain/attempt.ts';
import type { AttemptId } from '../domain/ids.ts';
import type { SegmentPicture } from '../domain/picture.ts';
import { freezePrompt } from '../domain/prompt.ts';
import type { Mark } from '../domain/step.ts';
import type { Ms } from '../domain/timeline.ts';
import type { Archive } from '../storage/archive.ts';
import { StorageError } from '../storage/errors.ts';
import { finishLock, heldLocks, holdLock, takeLock } from '../storage/locks.ts';
import type { Instant } from './machine.ts';
import { describeMicrophone } from './microphone.ts';
import type { LivePicture } from './picture.ts';
import { marksUntil } from './plan-take.ts';
import { Scope } from './scope.ts';
import { SegmentRecorder } from './segment-recorder.ts';
import { SignalWatch } from './signal-watch.ts';
import type { TakePlan } from './snapshot.ts';
import type { Take } from './take-state.ts';
import { type WriteFault, WriteQueue } from './write-queue.ts';

const ANSWER_WITHIN_MS: Ms = 5000;
/** Six timeslices of sound, twelve with a picture: no busy machine is so late. */
const STALLED_MS: Ms = 3000;

export type TakeHandlers = {
  readonly onBegun: () => void;
  readonly onRunning: (segment: number, at: Instant) => void;
  readonly onStored: (clockMs: Ms) => void;
  readonly onDiskFault: (fault: WriteFault) => void;
  readonly onEncoderFault: () => void;
  /** `waiting` may have changed. */
  readonly onWaiting: () => void;
};

/**
 * One take on its way to the disk: the record first, then every segment with its chunks, marks and mode,
 * all through one queue. Holds the take's lock, by which other tabs know that it is not an orphan.
 */
export class TakeWriter {
  readonly attemptId: AttemptId;
  readonly #archive: Archive;
  readonly #clock: () => Instant;
  readonly #handlers: TakeHandlers;
  readonly #queue: WriteQueue;
  readonly #signal = new SignalWatch();
  #segment: SegmentRecorder | null = null;
  /** Every encoder so far has handed over its last chunk: the one before may take longer than the present one. */
  #stopped: Promise<unknown> = Promise.resolve();
  #format: string | null = null;
  /** When the running encoder last handed something over. */
  #chunkAt: Instant | null = null;
  /** Recording without a record would leave chunks that nothing can ever find. */
  #begun: Promise<void> = new Promise(() => undefined);
  #freeLock: (() => Promise<void>) | null = null;
  #isReleased = false;
  #isEnding = false;

  constructor(archive: Archive, id: AttemptId, clock: () => Instant, handlers: TakeHandlers) {
    this.#archive = archive;
    this.attemptId = id;
    this.#clock = clock;
    this.#handlers = handlers;
    this.#queue = new WriteQueue(handlers.onDiskFault, handlers.onWaiting);
  }

  /** The encoder seems to get nothing to encode. */
  get isSilent(): boolean {
    return this.#signal.isSilent;
  }

  /** The encoder runs and hands over nothing: it may be waiting for a picture that stands still. */
  get isStalled(): boolean {
    return this.#chunkAt !== null && this.#clock() - this.#chunkAt > STALLED_MS;
  }

  /** Writes that are in memory only. */
  get waiting(): number {
    return this.#queue.waiting;
  }

  /** The store has refused the last write, which waits to be tried again. */
  get isRefused(): boolean {
    return this.#queue.isRefused;
  }

  begin(take: Pick<Take, 'mode' | 'marks' | 'segment' | 'bankedMs'>, plan: TakePlan): void {
    this.#format = plan.continues?.attempt.segments.at(-1)?.mimeType ?? null;
    const attempt = newAttempt(this.attemptId, take, plan);
    this.#begun = new Promise((resolve) => {
      this.#queue.push(async () => {
        await this.#lock();
        if (plan.continues !== null) await this.#reopen(take);
        else await this.#archive.attempts.begin(attempt);
        this.#handlers.onBegun();
        resolve();
      });
    });
  }

  /** Begins once the take's record is on disk; the segment before may still have to hand over its last chunk. */
  startSegment(
    index: number,
    clockStartMs: Ms,
    track: MediaStreamTrack,
    picture: LivePicture | null = null,
  ): void {
    this.#signal.reset();
    const segment = new SegmentRecorder(clockStartMs, this.#clock, {
      onRunning: (mimeType, at) => {
        this.#format = mimeType;
        this.#chunkAt = at;
        this.#addSegment(index, {
          mimeType,
          startedAt: Date.now(),
          clockStartMs,
          microphone: describeMicrophone(track),
          ...(picture === null ? {} : { picture: describePicture(picture) }),
        });
        this.#handlers.onRunning(index, at);
      },
      onChunk: ({ seq, offset, blob, clockEndMs, lengthMs }) => {
        if (this.#chunkAt !== null) this.#chunkAt = this.#clock();
        this.#queue.push(async () => {
          // Never a Blob into IndexedDB: WebKit cannot store one in a private window.
          const data = await blob.arrayBuffer();
          const chunk = { attemptId: this.attemptId, segment: index, seq, offset, clockEndMs, data };
          await this.#archive.attempts.append(chunk, { mayUseReserve: this.#isEnding });
          this.#handlers.onStored(clockEndMs);
        }, blob.size);
        // Beside a picture the size says nothing about the sound.
        if (picture === null) this.#signal.chunk(blob.size, lengthMs);
      },
      onFault: this.#handlers.onEncoderFault,
    });
    this.#segment = segment;
    this.#stopped = Promise.all([this.#stopped, segment.stopped]);
    void this.#begun.then(() => {
      if (this.#segment === segment) this.#chunkAt = this.#clock();
      segment.start(track, picture?.track ?? null, this.#format);
    });
  }

  endSegment(clockEndMs: Ms): void {
    this.#chunkAt = null;
    this.#segment?.end(clockEndMs);
  }

  hurry(): void {
    this.#segment?.hurry();
  }

  saveMarks(marks: readonly Mark[]): void {
    this.#change((attempt) => ({ ...attempt, marks }));
  }

  saveMode(mode: Mode): void {
    this.#change((attempt) => ({ ...attempt, mode }));
  }

  /**
   * Resolves when the encoder is done and all it made is on disk, or was refused twice: then `waiting` says
   * how much is in memory only. However long the disk takes, what waits for it is not given up.
   */
  async flush(): Promise<void> {
    this.#isEnding = true;
    await this.#stopped;
    await this.#queue.settle();
  }

  /** Waits for `done`, but not for a disk that has answered nothing for five seconds. */
  async orStalled(done: Promise<void>): Promise<void> {
    const scope = new Scope();
    let waiting = this.waiting;
    const stalled = new Promise<void>((resolve) => {
      scope.interval(() => {
        if (this.waiting === waiting) resolve();
        waiting = this.waiting;
      }, ANSWER_WITHIN_MS);
    });
    await Promise.race([done, stalled]).finally(() => scope.dispose());
  }

  /** The take is no longer this tab's: whoever finds it unfinished may take it on. */
  async release(): Promise<void> {
    this.#isReleased = true;
    const free = this.#freeLock;
    this.#freeLock = null;
    if (free === null) return;
    await free();
    this.#archive.attempts.released();
  }

  async #lock(): Promise<void> {
    if (this.#freeLock !== null || this.#isReleased) return;
    const free = await holdLock(takeLock(this.attemptId));
    // Another tab has taken on the recovered take first.
    if (free === null) throw new StorageError('unavailable');
    const isBeingFinished = (await heldLocks()).has(finishLock(this.attemptId));
    if (this.#isReleased || isBeingFinished) await free();
    else this.#freeLock = free;
    if (isBeingFinished) throw new StorageError('unavailable');
  }

  /**
   * A recovered take that goes on. One that was being finished goes back: its clip will be made anew. One that
   * is not what it was when this was planned was finished, deleted or taken further in another tab.
   */
  async #reopen({ segment, bankedMs, marks }: Pick<Take, 'marks' | 'segment' | 'bankedMs'>): Promise<void> {
    const isAsPlanned = (attempt: Attempt) =>
      attempt.status !== 'kept' &&
      attempt.segments.length === segment &&
      JSON.stringify(marksUntil(attempt.marks, bankedMs)) === JSON.stringify(marks);
    const attempt = await this.#archive.attempts.get(this.attemptId);
    if (attempt === null || !isAsPlanned(attempt)) throw new StorageError('unavailable');
    const last = segment === 0 ? null : await this.#archive.chunks.last(this.attemptId, segment - 1);
    if (last !== null && last.clockEndMs > bankedMs) throw new StorageError('unavailable');
    await this.#archive.clips.drop(this.attemptId);
    await this.#update((orphan) => ({ ...orphan, status: 'recording', endedBy: null, marks }));
  }

  #addSegment(index: number, segment: Segment): void {
    this.#change((attempt) => {
      const { segments } = attempt;
      // Its answer was lost the first time.
      if (index === segments.length - 1 && segments[index]?.startedAt === segment.startedAt) return attempt;
      if (index !== segments.length) throw new StorageError('unavailable');
      return { ...attempt, segments: [...segments, segment] };
    });
  }

  #change(change: (attempt: UnfinishedAttempt) => UnfinishedAttempt): void {
    this.#queue.push(() =>
      this.#update((attempt) => {
        if (attempt.status !== 'recording') throw new StorageError('unavailable');
        return change(attempt);
      }),
    );
  }

  /** Rejects with `unavailable` when the take was deleted or finished in another tab. */
  async #update(change: (attempt: UnfinishedAttempt) => UnfinishedAttempt): Promise<void> {
    const changed = await this.#archive.attempts.update(
      this.attemptId,
      (attempt) => {
        if (attempt.status === 'kept') throw new StorageError('unavailable');
        return { ...change(attempt), updatedAt: Date.now() };
      },
      { sparesReserve: true },
    );
    if (changed === null) throw new StorageError('unavailable');
  }
}

function describePicture({ source, width, height }: LivePicture): SegmentPicture {
  return { source, width: Math.round(width), height: Math.round(height) };
}

/** What a take is before it has any sound. */
function newAttempt(id: AttemptId, take: Pick<Take, 'mode' | 'marks'>, plan: TakePlan): UnfinishedAttempt {
  const now = Date.now();
  return {
    id,
    status: 'recording',
    endedBy: null,
    promptId: plan.prompt.id,
    prompt: freezePrompt(plan.prompt),
    source: 'recorded',
    parentId: plan.drill?.of ?? null,
    ...(plan.drill === null ? {} : { drillStep: plan.drill.step }),
    ...(plan.focus === null ? {} : { focus: plan.focus }),
    mode: take.mode,
    targetMs: plan.targetMs,
    outline: plan.outline,
    segments: [],
    marks: take.marks,
    startedAt: now,
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    updatedAt: now,
  };
}
