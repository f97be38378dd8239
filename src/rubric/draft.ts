import type { AttemptId } from '../domain/ids.ts';
import type { CellId, Level, Review, WrongStep } from '../domain/rubric.ts';
import type { StepId } from '../domain/step.ts';
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
  /**
   * Resolves with true once the locked review is on disk. On failure the draft stays open.
   * @param missing the steps that count as missing now
   */
  lock(missing: readonly StepId[]): Promise<boolean>;
  retry(): void;
  /** Writes what is waiting for its turn or has failed, because the page may go away. */
  flush(): void;
  /** Takes over what another tab wrote, if it is newer than what is here. */
  adopt(review: Review): void;
};

type Options = {
  readonly review: Review;
  /** It came from the archive, so there is nothing to write yet. */
  readonly isStored: boolean;
  /** Rejects with StorageError, and with nothing else that is expected. */
  readonly save: (review: Review) => Promise<void>;
  readonly now?: () => number;
};

/** What is not on disk yet, or could not be: whoever comes back to the attempt finds it. */
const unsaved = new Map<AttemptId, Draft>();

/** The attempt's draft that is not saved yet, or a new one. */
export function openDraft(options: Options): Draft {
  return unsaved.get(options.review.attemptId) ?? createDraft(options);
}

export function createDraft({ review, isStored, save, now = Date.now }: Options): Draft {
  let state: DraftState = { review, saving: { tag: isStored ? 'saved' : 'untouched' } };
  const listeners = new Set<() => void>();
  let isWriting = false;
  let isBehind = false;
  let isLocking = false;
  let settled: Promise<void> = Promise.resolve();

  function set(next: DraftState): void {
    state = next;
    if (state.saving.tag === 'saved') unsaved.delete(review.attemptId);
    else unsaved.set(review.attemptId, draft);
    for (const listener of listeners) listener();
  }

  async function write(): Promise<void> {
    isWriting = true;
    do {
      isBehind = false;
      try {
        await save(state.review);
      } catch (error) {
        isWriting = false;
        if (!(error instanceof StorageError)) throw error;
        set({ ...state, saving: { tag: 'failed', fault: error.fault } });
        return;
      }
    } while (isBehind);
    isWriting = false;
    set({ ...state, saving: { tag: 'saved' } });
  }

  function writeSoon(): void {
    if (isWriting) isBehind = true;
    else settled = write();
  }

  function change(part: Partial<Review>): void {
    if (state.review.lockedAt !== null || isLocking) return;
    const updatedAt = Math.max(now(), state.review.updatedAt + 1);
    set({ review: { ...state.review, ...part, updatedAt }, saving: { tag: 'saving' } });
    writeSoon();
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
      const others = state.review.wrongSteps.filter((candidate) => candidate !== step);
      change({ wrongSteps: isWrong ? [...others, step] : others });
    },
    async lock(missing) {
      if (isLocking || state.review.lockedAt !== null) return state.review.lockedAt !== null;
      isLocking = true;
      set({ ...state, saving: { tag: 'saving' } });
      try {
        await settled;
        const at = Math.max(now(), state.review.updatedAt + 1);
        const locked = { ...state.review, missing, updatedAt: at, lockedAt: at };
        await save(locked);
        set({ review: locked, saving: { tag: 'saved' } });
      } catch (error) {
        if (!(error instanceof StorageError)) throw error;
        set({ ...state, saving: { tag: 'failed', fault: error.fault } });
      } finally {
        isLocking = false;
      }
      return state.review.lockedAt !== null;
    },
    retry() {
      set({ ...state, saving: { tag: 'saving' } });
      writeSoon();
    },
    flush() {
      if (state.saving.tag === 'failed') draft.retry();
      // Writes keep their order: the one that waits for its turn then writes the same once more.
      else if (isBehind) save(state.review).catch(ignoreStorageFault);
    },
    adopt(other) {
      if (state.review.lockedAt !== null || other.updatedAt <= state.review.updatedAt) return;
      if (isWriting) return;
      set({ review: other, saving: { tag: 'saved' } });
    },
  };
  return draft;
}

/** Whoever waits for its turn meets the same fault, and tells. */
function ignoreStorageFault(error: unknown): void {
  if (!(error instanceof StorageError)) throw error;
}

/** Nothing scored yet. */
export function blankReview(
  attemptId: AttemptId,
  by: Pick<Review, 'id' | 'rubricId' | 'rubricVersion' | 'startedAt'>,
): Review {
  return {
    ...by,
    attemptId,
    reviewer: 'self',
    mode: 'full',
    scores: {},
    wrongSteps: [],
    updatedAt: by.startedAt,
    lockedAt: null,
  };
}
