import type { Attempt, KeptAttempt } from '../domain/attempt.ts';
import type { AttemptId, PromptId } from '../domain/ids.ts';
import { attemptSchema, chunkSchema, decode, encode } from '../domain/records.ts';
import type { EpochMs } from '../domain/timeline.ts';
import type { Archive, Orphan } from './archive.ts';
import type { ChangeFeed } from './changes.ts';
import { append } from './chunks.ts';
import type { Connection } from './connection.ts';
import { finishLock, heldLocks, takeLock } from './locks.ts';
import { beginningWith, type Reading } from './schema.ts';
import { type Quarantine, sieve } from './set-aside.ts';
import { dropImport } from './sweep.ts';
import type { Trash } from './trash.ts';

type Parts = {
  readonly connection: Connection;
  /** For a take in progress: without the reserve. */
  readonly recording: Connection;
  readonly feed: ChangeFeed;
  readonly quarantine: Quarantine;
  readonly trash: Trash;
};

export function openAttempts({ connection, recording, feed, quarantine, trash }: Parts): Archive['attempts'] {
  return {
    async begin(attempt) {
      const record = encode(attemptSchema, attempt);
      await recording.write(['attempts'], 'strict', async (tx) => {
        const attempts = tx.objectStore('attempts');
        const there = await attempts.get(record.id);
        // Written by a try whose answer was lost.
        if (there?.status === 'recording' && there.startedAt === record.startedAt) return;
        await attempts.add(record);
      });
      feed.announce('attempts');
    },

    append: (chunk, { mayUseReserve = false } = {}) => append(mayUseReserve ? connection : recording, chunk),

    async update(id, change, { sparesReserve = false } = {}) {
      const sift = sieve(attemptSchema);
      const changed = await (sparesReserve ? recording : connection).write(
        ['attempts'],
        'strict',
        async (tx) => {
          const attempts = tx.objectStore('attempts');
          const attempt = sift.decode(id, await attempts.get(id));
          if (attempt === null) return null;
          const next = change(attempt);
          if (next.id !== id) throw new Error('An attempt keeps its id');
          if ((next.status === 'kept') !== (attempt.status === 'kept'))
            throw new Error('An attempt becomes kept by clips.keep, and stays kept');
          await attempts.put(encode<Attempt>(attemptSchema, next));
          return next;
        },
      );
      await quarantine.setAside('attempts', sift.unreadable);
      if (changed !== null) feed.announce('attempts');
      return changed;
    },

    async get(id) {
      const sift = sieve(attemptSchema);
      const record = await connection.read(['attempts'], (tx) => tx.objectStore('attempts').get(id));
      const attempt = sift.decode(id, record);
      await quarantine.setAside('attempts', sift.unreadable);
      return attempt;
    },

    async page({ before, limit }) {
      const sift = sieve(attemptSchema);
      const older = before ? ['kept', before.startedAt, before.id] : ['kept', []];
      const range = IDBKeyRange.bound(['kept'], older, true, true);
      const page = await connection.read(['attempts'], async (tx) => {
        const byStatus = tx.objectStore('attempts').index('byStatus');
        const attempts: KeptAttempt[] = [];
        let last: Attempt | null = null;
        let cursor = await byStatus.openCursor(range, 'prev');
        while (cursor !== null) {
          const attempt = sift.decode(cursor.primaryKey, cursor.value);
          if (attempt?.status === 'kept') attempts.push(attempt);
          if (attempts.length >= limit) {
            last = attempt;
            break;
          }
          cursor = await cursor.continue();
        }
        if (last === null) return { attempts, next: null };
        const { startedAt, id } = last;
        const rest = IDBKeyRange.bound(['kept'], ['kept', startedAt, id], true, true);
        const hasMore = (await byStatus.getKey(rest)) !== undefined;
        return { attempts, next: hasMore ? { startedAt, id } : null };
      });
      await quarantine.setAside('attempts', sift.unreadable);
      return page;
    },

    async atPrompt(promptId, limit, before) {
      const sift = sieve(attemptSchema);
      const range =
        before === undefined
          ? beginningWith(promptId, 'kept')
          : IDBKeyRange.bound([promptId, 'kept'], [promptId, 'kept', before], false, true);
      const attempts = await connection.read(['attempts'], async (tx) => {
        const byPrompt = tx.objectStore('attempts').index('byPrompt');
        const found: KeptAttempt[] = [];
        let cursor = await byPrompt.openCursor(range, 'prev');
        while (cursor !== null) {
          const attempt = sift.decode(cursor.primaryKey, cursor.value);
          if (attempt?.status === 'kept') found.push(attempt);
          cursor = found.length < limit ? await cursor.continue() : null;
        }
        return found;
      });
      await quarantine.setAside('attempts', sift.unreadable);
      return attempts;
    },

    async drillsOf(id) {
      const sift = sieve(attemptSchema);
      const attempts = await connection.read(['attempts'], async (tx) => {
        const byParent = tx.objectStore('attempts').index('byParent');
        const range = beginningWith(id);
        return sift.decodeAll(await byParent.getAllKeys(range), await byParent.getAll(range));
      });
      await quarantine.setAside('attempts', sift.unreadable);
      return attempts.filter((attempt) => attempt.status === 'kept');
    },

    practised() {
      return connection.read(['attempts'], async (tx) => {
        const newest = new Map<PromptId, EpochMs>();
        const byPrompt = tx.objectStore('attempts').index('byPrompt');
        let cursor = await byPrompt.openKeyCursor(null, 'prev');
        while (cursor !== null) {
          const [promptId, status, startedAt] = cursor.key;
          if (status === 'kept') newest.set(promptId, startedAt);
          // Backwards it is recording, kept, finishing: from the first kept one on, skip to the next prompt.
          const next = status === 'recording' ? [promptId, 'kept', []] : [promptId];
          cursor = await byPrompt.openKeyCursor(IDBKeyRange.upperBound(next, true), 'prev');
        }
        return newest;
      });
    },

    async orphans() {
      const sift = sieve(attemptSchema);
      // Looked at before and after: a take may begin, or be finished, while this reads.
      const heldBefore = await heldLocks();
      const unfinished = await connection.read(['attempts', 'chunks'], async (tx) => {
        const byStatus = tx.objectStore('attempts').index('byStatus');
        const found: Orphan[] = [];
        for (const status of ['recording', 'finishing']) {
          const range = beginningWith(status);
          const keys = await byStatus.getAllKeys(range);
          for (const attempt of sift.decodeAll(keys, await byStatus.getAll(range)))
            if (attempt.status !== 'kept' && attempt.source === 'recorded')
              found.push({ attempt, ...(await saved(tx, attempt.id)) });
        }
        return found.toSorted((a, b) => b.attempt.startedAt - a.attempt.startedAt);
      });
      await quarantine.setAside('attempts', sift.unreadable);
      const held = new Set([...heldBefore, ...(await heldLocks())]);
      return unfinished.filter(({ attempt: { id } }) => !held.has(takeLock(id)) && !held.has(finishLock(id)));
    },

    async dropImport(id) {
      const kept = await dropImport(connection, id);
      feed.announce('attempts');
      return kept;
    },

    released: () => feed.announce('attempts'),
    remove: (id) => trash.remove('attempts', id),
    restore: (id) => trash.restore('attempts', id),
  };
}

/** How much of a take is on disk; of each segment only the last chunk is read. A damaged one counts as none. */
export async function saved(
  tx: Reading<readonly ('attempts' | 'chunks' | 'trash')[]>,
  id: AttemptId,
): Promise<Pick<Orphan, 'keptMs' | 'bytes'>> {
  const chunks = tx.objectStore('chunks');
  let keptMs = 0;
  let bytes = 0;
  let cursor = await chunks.openCursor(beginningWith(id), 'prev');
  while (cursor !== null) {
    const [, segment] = cursor.key;
    const chunk = decode(chunkSchema, cursor.value);
    if (chunk.tag === 'ok') {
      keptMs = Math.max(keptMs, chunk.value.clockEndMs);
      bytes += chunk.value.offset + chunk.value.data.byteLength;
    }
    cursor = await chunks.openCursor(IDBKeyRange.bound([id], [id, segment], true, true), 'prev');
  }
  return { keptMs, bytes };
}
