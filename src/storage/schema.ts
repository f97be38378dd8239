import type { DBSchema, IDBPDatabase, IDBPObjectStore, IDBPTransaction, StoreNames } from 'idb';
import type { Attempt, Chunk } from '../domain/attempt.ts';
import type { Coaching } from '../domain/coaching.ts';
import type { Delivery, DeliveryFailure, Sounds, Unmeasured } from '../domain/facts.ts';
import type { AttemptId, PromptId, ReviewId } from '../domain/ids.ts';
import type { Peaks } from '../domain/peaks.ts';
import type { OwnPrompt } from '../domain/prompt.ts';
import type { ClipPart } from '../domain/records.ts';
import type { OwnRubric, Review } from '../domain/rubric.ts';
import type { Settings } from '../domain/settings.ts';
import type { EpochMs } from '../domain/timeline.ts';
import type { SetAside } from './archive.ts';

export const DATABASE = 'practice';

/** What can be removed and taken back. */
export type Removable = 'attempts' | 'prompts';

/** A removed record as it was stored; what belongs to it stays where it is until the trash is purged. */
export type Trashed = {
  readonly store: Removable;
  readonly id: AttemptId | PromptId;
  readonly removedAt: EpochMs;
  readonly record: unknown;
};

export type SettingsRow = { readonly name: keyof Settings; readonly value: unknown };

/**
 * What was written. What is read is only *claimed* to have these types: every value goes through
 * `decode` first.
 */
export type Schema = DBSchema & {
  attempts: {
    key: AttemptId;
    value: Attempt;
    indexes: {
      byStatus: [Attempt['status'], EpochMs, AttemptId];
      byPrompt: [PromptId, Attempt['status'], EpochMs];
      /** Drills and whatever else belongs to another attempt. */
      byParent: [AttemptId, EpochMs];
    };
  };
  /** Only while an attempt is unfinished, or its clip partial. */
  chunks: { key: [AttemptId, number, number]; value: Chunk };
  clips: { key: [AttemptId, number]; value: ClipPart };
  peaks: { key: AttemptId; value: Peaks };
  reviews: { key: ReviewId; value: Review; indexes: { byAttempt: [AttemptId, EpochMs] } };
  /** By attempt; only those with a focus are in the index. */
  coaching: { key: AttemptId; value: Coaching; indexes: { byFocus: EpochMs } };
  deliveries: {
    key: AttemptId;
    value: Delivery | DeliveryFailure;
    /** Only failures are in the second. */
    indexes: { byVersion: number; byFailed: [number, Unmeasured] };
  };
  sounds: { key: AttemptId; value: Sounds; indexes: { byVersion: number } };
  /** Versions of own rubrics, which never change. */
  rubrics: { key: [string, string]; value: OwnRubric };
  prompts: { key: PromptId; value: OwnPrompt; indexes: { byUpdatedAt: EpochMs } };
  settings: { key: keyof Settings; value: SettingsRow };
  trash: { key: [Removable, AttemptId | PromptId]; value: Trashed; indexes: { byRemovedAt: EpochMs } };
  quarantine: { key: [string, string]; value: SetAside };
  /** At most one record: space that a full disk gives back. */
  reserve: { key: number; value: { readonly id: number; readonly data: ArrayBuffer } };
};

export type StoreName = StoreNames<Schema>;
export type Database = IDBPDatabase<Schema>;
export type Reading<Names extends readonly StoreName[]> = IDBPTransaction<Schema, Names, 'readonly'>;
export type Writing<Names extends readonly StoreName[]> = IDBPTransaction<Schema, Names, 'readwrite'>;
export type Upgrade = IDBPTransaction<Schema, StoreName[], 'versionchange'>;

/** A store of which only the name is known while compiling. */
export function untyped(store: unknown): IDBPObjectStore<unknown, ArrayLike<string>, string, 'readwrite'> {
  return store as IDBPObjectStore<unknown, ArrayLike<string>, string, 'readwrite'>;
}

/** All keys that begin with `start`. An array sorts after every string and number. */
export function beginningWith(...start: readonly IDBValidKey[]): IDBKeyRange {
  return IDBKeyRange.bound(start, [...start, []]);
}

/** Whether an attempt is there or in the trash: what belongs to one that is not is never written. */
export async function isKnownAttempt(
  tx: { objectStore(name: 'attempts' | 'trash'): unknown },
  id: AttemptId,
): Promise<boolean> {
  const inList = await untyped(tx.objectStore('attempts')).getKey(id);
  return (inList ?? (await untyped(tx.objectStore('trash')).getKey(['attempts', id]))) !== undefined;
}
