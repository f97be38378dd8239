import type { Database, Upgrade } from './schema.ts';

/** Awaits nothing but requests of its transaction, or the upgrade commits half-way. */
type Migration = (db: Database, tx: Upgrade) => void | Promise<void>;

/**
 * Append-only: the n-th function leads from version n to n + 1, and one that was released never changes.
 * All of them run on an empty database too.
 */
export const migrations: readonly Migration[] = [
  (db) => {
    const attempts = db.createObjectStore('attempts', { keyPath: 'id' });
    attempts.createIndex('byStatus', ['status', 'startedAt', 'id']);
    attempts.createIndex('byPrompt', ['promptId', 'status', 'startedAt']);
    db.createObjectStore('chunks', { keyPath: ['attemptId', 'segment', 'seq'] });
    db.createObjectStore('clips', { keyPath: ['attemptId', 'part'] });
    db.createObjectStore('peaks', { keyPath: 'attemptId' });
    db.createObjectStore('reviews', { keyPath: 'id' }).createIndex('byAttempt', ['attemptId', 'startedAt']);
    db.createObjectStore('prompts', { keyPath: 'id' }).createIndex('byUpdatedAt', 'updatedAt');
    db.createObjectStore('settings', { keyPath: 'name' });
    db.createObjectStore('trash', { keyPath: ['store', 'id'] }).createIndex('byRemovedAt', 'removedAt');
    db.createObjectStore('quarantine', { keyPath: ['store', 'key'] });
    db.createObjectStore('reserve', { keyPath: 'id' });
  },
  (db, tx) => {
    tx.objectStore('attempts').createIndex('byParent', ['parentId', 'startedAt']);
    db.createObjectStore('coaching', { keyPath: 'attemptId' }).createIndex('byFocus', 'focus.savedAt');
    db.createObjectStore('deliveries', { keyPath: 'attemptId' });
    db.createObjectStore('rubrics', { keyPath: ['id', 'version'] });
  },
  (db, tx) => {
    tx.objectStore('deliveries').createIndex('byVersion', 'version');
    db.createObjectStore('sounds', { keyPath: 'attemptId' }).createIndex('byVersion', 'version');
  },
  (_db, tx) => void tx.objectStore('deliveries').createIndex('byFailed', ['version', 'failed']),
];
