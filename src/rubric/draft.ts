import type { AttemptId, ReviewId } from '../domain/ids.ts';
import { type CellId, type Level, type Review, WRONG_STEPS, type WrongStep } from '../domain/rubric.ts';
import { STEP_IDS, type StepId } from '../domain/step.ts';
import type { EpochMs, Ms } from '../domain/timeline.ts';
import { StorageError, type StorageFault } from '../storage/errors.ts';

export type Saving =
  | { readonly tag: 'untouched' }
  | { readonly tag: 'saving' }
  | { readonly tag: 'saved' }
  /** What was chosen is still in the form; the next change, or `retry`, tries again. */
  | { readonly tag: 'failed'; readonly fault: StorageFault };

export type DraftState = { readonly review: Review; readonly saving: Saving };

/**
 * The review being filled in. Every change is written at once; while a write is under way the next one
 * waits and takes all changes made meanwhile with it, so that nothing is ever older than one write.
 */
export type Draft = {
  subscribe(listener: () => void): () => void;
  getSnapshot(): DraftState;
  choose(cell: CellId, level: Level): void;
  clear(cell: CellId): void;
  setWrong(step: WrongStep, isWrong: boolean): void;
  /** False: one less than a second away is cited already. */
  cite(cell: CellId, atMs: Ms): boolean;
  uncite(cell: CellId, atMs: Ms): void;
  /** Says that a step was left out, whatever the clock says, or takes it back. */
  setSkipped(step: StepId, isSkipped: boolean): void;
  /** Asks for the cells of one step, or, with null, for all of them. What was scored stays. */
  ask(step: StepId | null): void;
  /** Why a locked review is corrected. */
  setReason(reason: string): void;
  /**
   * Resolves with true once the locked review is on disk: this one, or what another tab has locked before. On
   * failure the draft stays open.
   * @param missing the steps that count as missing now
   * @param notBefore whatever the clock says
   */
  lock(missing: readonly StepId[], notBefore?: EpochMs): Promise<boolean>;
  /**
   * Resolves with true once it was removed; it is then written no more. Otherwise the draft stays as it is, or
   * as another tab has locked it.
   * @param remove fulfils as `save` does
   */
  discard(remove: (id: ReviewId) => Promise<Review | null>): Promise<boolean>;
  retry(): void;
  /** Writes what is waiting for its turn or has failed, because the page may go away. */
  flush(): void;
  /** Takes over what another tab wrote, if it is newer than what is here, or locked. */
  adopt(review: Review): void;
};

type Options = {
  readonly review: Review;
  /** It came from the archive, so there is nothing to write yet. */
  readonly isStored: boolean;
  /**
   * Fulfils with null, or with the locked review that stands in its place. Rejects with StorageError, and with
   * nothing else that is expected.
   */
  readonly save: (review: Review) => Promise<Review | null>;
  readonly now?: () => number;
};

/** Two moments of a cell that are closer than this are the same one. */
const SAME_MOMENT_MS: Ms = 1000;

/** What is not on disk yet, or could not be: whoever comes back to the attempt finds it. */
const unsaved = new Map<string, Draft>();

/** A correction and a blind score have nothing to do with the attempt's other drafts. */
function placeOf({ attemptId, mode, revises }: Review): string {
  return `${attemptId}/${mode === 'rescore' ? mode : ''}/${revises ?? ''}`;
}

/** The draft of the same attempt that is not saved yet, or a new one. */
export function openDraft(options: Options): Draft {
  return unsaved.get(placeOf(options.review)) ?? createDraft(options);
}

export function createDraft({ review, isStored, save, now = Date.now }: Options): Draft {
  let state: DraftState = { review, saving: { tag: isStored ? 'saved' : 'untouched' } };
  const listeners = new Set<() => void>();
  let isWriting = false;
  let isBehind = false;
  /** Being locked or discarded, or gone. */
  let isClosing = false;
  let settled: Promise<void> = Promise.resolve();

  function set(next: DraftState): void {
    state = next;
    if (state.saving.tag === 'saved') unsaved.delete(placeOf(review));
    else unsaved.set(placeOf(review), draft);
    for (const listener of listeners) listener();
  }

  async function write(): Promise<void> {
    isWriting = true;
    try {
      do {
        isBehind = false;
        const stands = await save(state.review);
        if (stands !== null) set({ review: stands, saving: { tag: 'saved' } });
      } while (isBehind && isOpen());
    } catch (error) {
      isWriting = false;
      if (!(error instanceof StorageError)) throw error;
      // What another tab has locked in the meantime is stored.
      if (isOpen()) set({ ...state, saving: { tag: 'failed', fault: error.fault } });
      return;
    }
    isWriting = false;
    set({ ...state, saving: { tag: 'saved' } });
  }

  function isOpen(): boolean {
    return state.review.lockedAt === null;
  }

  function writeSoon(): void {
    if (isWriting) isBehind = true;
    else settled = write();
  }

  function change(part: Partial<Review>, base: Review = state.review): void {
    if (!isOpen() || isClosing) return;
    const updatedAt = Math.max(now(), state.review.updatedAt + 1);
    set({ review: { ...base, ...part, updatedAt }, saving: { tag: 'saving' } });
    writeSoon();
  }

  /**
   * Does the last thing to be done with the draft, after all that is being written.
   *
   * @param work fulfils with the locked review that stands now; null: the draft is gone
   */
  async function close(work: () => Promise<Review | null>): Promise<'locked' | 'gone' | 'failed'> {
    if (isClosing || !isOpen()) return 'failed';
    isClosing = true;
    set({ ...state, saving: { tag: 'saving' } });
    try {
      await settled;
      // Another tab may have locked it in the meantime.
      const stands = isOpen() ? await work() : state.review;
      isClosing = stands === null;
      set({ review: stands ?? state.review, saving: { tag: 'saved' } });
      return stands === null ? 'gone' : 'locked';
    } catch (error) {
      isClosing = false;
      if (!(error instanceof StorageError)) throw error;
      set({ ...state, saving: { tag: 'failed', fault: error.fault } });
      return 'failed';
    }
  }

  const draft: Draft = {
    getSnapshot: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    choose(cell, level) {
      if (state.review.scores[cell] === level) return;
      change({ scores: { ...state.review.scores, [cell]: level } });
    },
    clear(cell) {
      if (state.review.scores[cell] === undefined) return;
      const { [cell]: _, ...scores } = state.review.scores;
      change({ scores });
    },
    setWrong(step, isWrong) {
      change({ wrongSteps: withOrWithout(WRONG_STEPS, state.review.wrongSteps, step, isWrong) });
    },
    cite(cell, atMs) {
      const { moments = {} } = state.review;
      const there = moments[cell] ?? [];
      const at = Math.round(atMs);
      if (there.some((other) => Math.abs(other - at) < SAME_MOMENT_MS)) return false;
      change({ moments: { ...moments, [cell]: [...there, at].toSorted((a, b) => a - b) } });
      return true;
    },
    uncite(cell, atMs) {
      const { [cell]: there = [], ...others } = state.review.moments ?? {};
      const left = there.filter((other) => other !== atMs);
      change({ moments: left.length === 0 ? others : { ...others, [cell]: left } });
    },
    setSkipped(step, isSkipped) {
      const { declaredMissing = [] } = state.review;
      change({ declaredMissing: withOrWithout(STEP_IDS, declaredMissing, step, isSkipped) });
    },
    ask(step) {
      const { quickStep: _, ...rest } = state.review;
      change(step === null ? { mode: 'full' } : { mode: 'quick', quickStep: step }, rest);
    },
    setReason(reason) {
      change({ reason });
    },
    async lock(missing, notBefore = 0) {
      if (!isOpen()) return true;
      const end = await close(async () => {
        const at = Math.max(now(), state.review.updatedAt + 1, notBefore);
        const { reason } = state.review;
        const said = reason === undefined ? {} : { reason: reason.trim() };
        const locked = { ...state.review, ...said, missing, updatedAt: at, lockedAt: at };
        return (await save(locked)) ?? locked;
      });
      return end === 'locked';
    },
    discard: async (remove) => (await close(() => remove(state.review.id))) === 'gone',
    retry() {
      if (isClosing || !isOpen()) return;
      set({ ...state, saving: { tag: 'saving' } });
      writeSoon();
    },
    flush() {
      if (state.saving.tag === 'failed') draft.retry();
      // Writes keep their order: the one that waits for its turn then writes the same once more.
      else if (isBehind) save(state.review).catch(ignoreStorageFault);
    },
    adopt(other) {
      if (!isOpen() || isClosing) return;
      // A lock is final, whatever was changed here after it: nothing of that can be stored any more.
      const isNewer = other.updatedAt > state.review.updatedAt && !isWriting;
      if (other.lockedAt === null && !isNewer) return;
      set({ review: other, saving: { tag: 'saved' } });
    },
  };
  return draft;
}

/** In the order of `all`, so that the order in which they were chosen leaves no trace. */
function withOrWithout<Item>(
  all: readonly Item[],
  chosen: readonly Item[],
  item: Item,
  isChosen: boolean,
): readonly Item[] {
  return all.filter((other) => (other === item ? isChosen : chosen.includes(other)));
}

/** Whoever waits for its turn meets the same fault, and tells. */
function ignoreStorageFault(error: unknown): void {
  if (!(error instanceof StorageError)) throw error;
}

/** Nothing scored yet. */
export function blankReview(
  attemptId: AttemptId,
  by: Pick<Review, 'id' | 'rubricId' | 'rubricVersion' | 'startedAt'> & Partial<Pick<Review, 'mode'>>,
): Review {
  return {
    mode: 'full',
    ...by,
    attemptId,
    reviewer: 'self',
    scores: {},
    wrongSteps: [],
    updatedAt: by.startedAt,
    lockedAt: null,
  };
}
