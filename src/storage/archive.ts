import type { Attempt, Chunk, KeptAttempt, UnfinishedAttempt } from '../domain/attempt.ts';
import type { Coaching, Focus } from '../domain/coaching.ts';
import type { Delivery, DeliveryFailure, Sounds } from '../domain/facts.ts';
import type { AttemptId, PromptId, ReviewId } from '../domain/ids.ts';
import type { Peaks } from '../domain/peaks.ts';
import type { OwnPrompt } from '../domain/prompt.ts';
import type { OwnRubric, Review, RubricRef } from '../domain/rubric.ts';
import type { Settings } from '../domain/settings.ts';
import type { EpochMs, Ms } from '../domain/timeline.ts';

/** A place in the list of attempts, handed back to ask for what is older. */
export type PageCursor = { readonly startedAt: EpochMs; readonly id: AttemptId };

/** What makes an unfinished attempt a kept one. */
export type Keeping = Pick<
  KeptAttempt,
  | 'durationMs'
  | 'mimeType'
  | 'bytes'
  | 'sha256'
  | 'marks'
  | 'endedBy'
  | 'isPartial'
  | 'lacksPicture'
  | 'imported'
>;

/** An unfinished attempt no tab is working on. */
export type Orphan = { readonly attempt: UnfinishedAttempt; readonly keptMs: Ms; readonly bytes: number };

/** A focus, with the attempt whose review it came from. */
export type SavedFocus = {
  readonly attemptId: AttemptId;
  readonly promptId: PromptId;
  readonly focus: Focus;
};

/** A record that could not be decoded: moved out of the way, whole, with the reason. */
export type SetAside = {
  readonly store: string;
  /** The record's key there. */
  readonly key: string;
  readonly reason: string;
  readonly at: EpochMs;
  readonly record: unknown;
};

/** What changed, in this tab or another. Listeners read again; no data travels. */
export type Change = {
  readonly store:
    | 'attempts'
    | 'reviews'
    /** No store of its own: beside `reviews`, when a blind re-score was locked. */
    | 'rescores'
    | 'coaching'
    | 'deliveries'
    | 'sounds'
    | 'rubrics'
    | 'prompts'
    | 'peaks'
    | 'settings'
    | 'setAside';
};

/**
 * Everything the app remembers: the only door to IndexedDB, for pages and for workers.
 *
 * Every method rejects with `StorageError` and nothing else that is expected. A promise that fulfilled
 * means that the *transaction* is complete, not only the request. Records are decoded when read; one
 * that cannot be is moved to `setAside` and left out of the answer.
 */
export type Archive = {
  readonly attempts: {
    /** Writes the attempt before its first chunk (strict). Can be repeated; another one's id is a bug and throws. */
    begin(attempt: UnfinishedAttempt): Promise<void>;
    /**
     * Stores one chunk (strict). Can be repeated: the same bytes are not stored twice, and other bytes under
     * the same sequence number are a bug and throw. `unavailable`: the attempt is not being recorded (any
     * more).
     *
     * @param options `mayUseReserve`: the take ends, and its last words are worth what a full disk gives back
     */
    append(chunk: Chunk, options?: { readonly mayUseReserve?: boolean }): Promise<void>;
    /**
     * Reads, changes and writes one attempt in one transaction (strict). Null: there is none such.
     *
     * @param change pure, because it may run twice; it also sets `updatedAt`. It does not make an attempt
     *   kept (see `clips.keep`). What it throws leaves everything as it was.
     * @param options `sparesReserve`: rather fails with `full` than use up what finishing may need
     */
    update<Kind extends Attempt>(
      id: AttemptId,
      change: (attempt: Attempt) => Kind,
      options?: { readonly sparesReserve?: boolean },
    ): Promise<Kind | null>;
    get(id: AttemptId): Promise<Attempt | null>;
    /** Kept attempts, newest first, at most `limit`; `next` is null at the end. */
    page(query: { readonly before?: PageCursor; readonly limit: number }): Promise<{
      readonly attempts: readonly KeptAttempt[];
      readonly next: PageCursor | null;
    }>;
    /**
     * Kept attempts at one prompt, newest first, at most `limit`.
     *
     * @param before only those that began before this instant
     */
    atPrompt(promptId: PromptId, limit: number, before?: EpochMs): Promise<readonly KeptAttempt[]>;
    /** Kept drills of an attempt, oldest first. */
    drillsOf(id: AttemptId): Promise<readonly KeptAttempt[]>;
    /** Prompts of all kept attempts with the newest attempt of each: keys only, no record is read. */
    practised(): Promise<ReadonlyMap<PromptId, EpochMs>>;
    /**
     * Recorded, unfinished attempts whose locks (locks.ts) nobody holds, newest first, those without chunks
     * too.
     */
    orphans(): Promise<readonly Orphan[]>;
    /**
     * Deletes an import that came to nothing, with what was written of its clip; any other attempt stays.
     * Gives back the attempt that was kept in the meantime, or null. One that nobody is at work on any more
     * goes when the archive is next opened.
     */
    dropImport(id: AttemptId): Promise<KeptAttempt | null>;
    /** Announces a change: whoever freed an attempt's lock says so, because it may be an orphan now. */
    released(): void;
    /** Moves an attempt to the trash: out of every list; its bytes and reviews stay until `purgeTrash`. */
    remove(id: AttemptId): Promise<void>;
    /** Takes it back out of the trash. False: it is no longer there. */
    restore(id: AttemptId): Promise<boolean>;
  };
  readonly chunks: {
    /** Up to `count` chunks of a segment in order, from `seq` on. */
    read(id: AttemptId, segment: number, seq: number, count: number): Promise<readonly Chunk[]>;
    /** The last chunk of a segment; null when it has none. */
    last(id: AttemptId, segment: number): Promise<Chunk | null>;
    /** Deletes all chunks of an attempt (strict); none is fine. Throws while it is unfinished: a bug. */
    drop(id: AttemptId): Promise<void>;
  };
  readonly clips: {
    /**
     * Writes one part, of at most `CLIP_PART_BYTES`, over what stood there (strict). Throws, like `drop`,
     * when the attempt is not unfinished: a bug, because a kept clip never changes.
     *
     * @param options `sparesReserve`: rather fails with `full` than use up what finishing a take may need
     */
    putPart(
      id: AttemptId,
      part: number,
      data: ArrayBuffer,
      options?: { readonly sparesReserve?: boolean },
    ): Promise<void>;
    /** One part; null when there is none. */
    part(id: AttemptId, part: number): Promise<ArrayBuffer | null>;
    /** Deletes all parts: before making a clip again. */
    drop(id: AttemptId): Promise<void>;
    /**
     * Turns an unfinished attempt into a kept one (strict). Parts that do not number or weigh what `keeping`
     * says are a bug and throw; their hashes are the caller's to have checked. Chunks stay until
     * `chunks.drop`.
     *
     * @param options `sparesReserve`: as with `putPart`
     */
    keep(
      id: AttemptId,
      keeping: Keeping,
      options?: { readonly sparesReserve?: boolean },
    ): Promise<KeptAttempt>;
    /** The whole clip with its type; null when a part is missing. */
    read(id: AttemptId): Promise<Blob | null>;
    /**
     * Deletes a kept attempt's clip for good (strict), and chunks that are left of it; the attempt with its
     * marks, reviews and peaks stays. Works on the fullest disk, too, if the clip is no shorter than some
     * seconds. Null: there is no such attempt. Throws when it is unfinished: a bug.
     */
    erase(id: AttemptId): Promise<KeptAttempt | null>;
  };
  readonly reviews: {
    /** Reviews of an attempt, oldest first. */
    of(id: AttemptId): Promise<readonly Review[]>;
    /** The same of several attempts, in their order, read in one transaction. */
    ofAll(ids: readonly AttemptId[]): Promise<readonly (readonly Review[])[]>;
    /**
     * Writes a review; nothing, when its attempt was deleted for good in the meantime. Null, unless another
     * tab has locked it before: a locked review never changes, and is given back as it is.
     */
    put(review: Review): Promise<Review | null>;
    /** Deletes a draft for good; none is fine. Null, unless it was locked: then it stays, and is given back. */
    discard(id: ReviewId): Promise<Review | null>;
  };
  readonly coaching: {
    /** What surrounds the scores of an attempt; blank when nothing was said yet. */
    of(id: AttemptId): Promise<Coaching>;
    /** The same of several attempts, in their order, read in one transaction. */
    ofAll(ids: readonly AttemptId[]): Promise<readonly Coaching[]>;
    /**
     * Reads, changes and writes it in one transaction, and sets `updatedAt`. Null, with nothing written: the
     * attempt was deleted for good.
     *
     * @param change pure, because it may run twice
     */
    update(id: AttemptId, change: (coaching: Coaching) => Coaching): Promise<Coaching | null>;
    /**
     * The last focuses that were saved, newest first, at most `limit`.
     *
     * @param startedBefore leaves out those of attempts that started then or later
     */
    focuses(limit: number, startedBefore?: EpochMs): Promise<readonly SavedFocus[]>;
  };
  readonly deliveries: {
    /** What was measured in the clips of these attempts, in their order; null where nothing was yet. */
    ofAll(ids: readonly AttemptId[]): Promise<readonly (Delivery | null)[]>;
    /** Why the clip of an attempt could not be measured; null when it was, or was not tried yet. */
    failureOf(id: AttemptId): Promise<DeliveryFailure | null>;
    /** Attempts that this version could not measure: keys only, no record is read. */
    failed(version: number): Promise<readonly AttemptId[]>;
    /**
     * Writes nothing when the attempt was deleted for good in the meantime, and no failure over what an earlier
     * version did measure.
     */
    put(delivery: Delivery | DeliveryFailure): Promise<void>;
    /** Kept attempts of which nothing is stored under this version, newest first: keys only, no record is read. */
    pending(version: number): Promise<readonly AttemptId[]>;
    /**
     * Those that can be made again, of attempts whose sound was not deleted, count as made by an older version: they
     * are pending, and stay until they are replaced.
     */
    outdate(): Promise<void>;
  };
  readonly sounds: {
    /** What was heard beside the speech; null when nobody has listened yet. */
    of(id: AttemptId): Promise<Sounds | null>;
    /** Writes nothing when the attempt was deleted for good in the meantime. */
    put(sounds: Sounds): Promise<void>;
    /** As for deliveries. */
    pending(version: number): Promise<readonly AttemptId[]>;
    outdate(): Promise<void>;
  };
  readonly rubrics: {
    /** A version of an own rubric; null when it is not here, or cannot be read. */
    get(ref: RubricRef): Promise<OwnRubric | null>;
    /** All versions, newest first. */
    list(): Promise<readonly OwnRubric[]>;
    /** Adds a version; nothing when it is there already. */
    add(rubric: OwnRubric): Promise<void>;
  };
  readonly prompts: {
    /** The person's own prompts, newest first. */
    list(): Promise<readonly OwnPrompt[]>;
    get(id: PromptId): Promise<OwnPrompt | null>;
    put(prompt: OwnPrompt): Promise<void>;
    remove(id: PromptId): Promise<void>;
    restore(id: PromptId): Promise<boolean>;
  };
  readonly peaks: {
    /** Null, too, for what cannot be read: peaks can always be made again. */
    get(id: AttemptId): Promise<Peaks | null>;
    /** Writes nothing when the attempt was deleted for good in the meantime. */
    put(peaks: Peaks): Promise<void>;
    /** As for deliveries. */
    outdate(): Promise<void>;
  };
  readonly settings: {
    /** The group's value, or its default when it was never written or cannot be read. */
    get<Group extends keyof Settings>(group: Group): Promise<Settings[Group]>;
    put<Group extends keyof Settings>(group: Group, value: Settings[Group]): Promise<void>;
    /** Reads, changes and writes a group in one transaction. @param change pure, because it may run twice */
    update<Group extends keyof Settings>(
      group: Group,
      change: (value: Settings[Group]) => Settings[Group],
    ): Promise<void>;
  };
  readonly setAside: {
    list(): Promise<readonly SetAside[]>;
  };
  /**
   * Sets 8 MB aside, once, which a full disk gives back: what was recorded can then be finished, and
   * attempts can be removed. For the app's start. Fulfilled without it where there is no room.
   */
  layInReserve(): Promise<void>;
  /** What lies in the trash, and how many bytes of sound would be free without it. */
  weighTrash(): Promise<{ readonly records: number; readonly bytes: number }>;
  /** Deletes for good what was removed before `before`, with everything that belongs to it. */
  purgeTrash(before: EpochMs): Promise<void>;
  onChange(listener: (change: Change) => void): () => void;
  close(): Promise<void>;
};
