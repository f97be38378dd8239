import { blankCoaching, type Coaching } from '../domain/coaching.ts';
import { coachingSchema } from '../domain/coaching-records.ts';
import type { AttemptId } from '../domain/ids.ts';
import { encode } from '../domain/records.ts';
import type { Archive, SavedFocus } from './archive.ts';
import type { ChangeFeed } from './changes.ts';
import type { Connection } from './connection.ts';
import { StorageError } from './errors.ts';
import { isKnownAttempt } from './schema.ts';
import { type Quarantine, sieve } from './set-aside.ts';

export function openCoaching(
  connection: Connection,
  feed: ChangeFeed,
  quarantine: Quarantine,
): Archive['coaching'] {
  async function ofAll(ids: readonly AttemptId[]): Promise<readonly Coaching[]> {
    const sift = sieve(coachingSchema);
    const found = await connection.read(['coaching'], (tx) => {
      const coaching = tx.objectStore('coaching');
      return Promise.all(ids.map(async (id) => sift.decode(id, await coaching.get(id)) ?? blankCoaching(id)));
    });
    await quarantine.setAside('coaching', sift.unreadable);
    return found;
  }

  return {
    ofAll,

    async of(id) {
      const [coaching = blankCoaching(id)] = await ofAll([id]);
      return coaching;
    },

    async update(id, change) {
      // Whatever cannot be read is out of the way first: writing never goes over it.
      await ofAll([id]);
      const written = await connection.write(['attempts', 'trash', 'coaching'], 'relaxed', async (tx) => {
        if (!(await isKnownAttempt(tx, id))) return null;
        const coaching = tx.objectStore('coaching');
        const sift = sieve(coachingSchema);
        const stored: unknown = await coaching.get(id);
        const before = sift.decode(id, stored) ?? blankCoaching(id);
        if (sift.unreadable.length > 0) throw new StorageError('corrupt');
        const after = change(before);
        const updatedAt = Math.max(Date.now(), before.updatedAt + 1);
        const record = encode(coachingSchema, { ...after, attemptId: id, updatedAt });
        await coaching.put(record);
        return record;
      });
      if (written !== null) feed.announce('coaching');
      return written;
    },

    async focuses(limit, startedBefore = Number.POSITIVE_INFINITY) {
      const sift = sieve(coachingSchema);
      const found = await connection.read(['coaching', 'attempts'], async (tx) => {
        const attempts = tx.objectStore('attempts');
        const found: SavedFocus[] = [];
        let cursor = await tx.objectStore('coaching').index('byFocus').openCursor(null, 'prev');
        while (cursor !== null && found.length < limit) {
          const record = sift.decode(cursor.primaryKey, cursor.value);
          const focus = record?.focus;
          // That of an attempt in the trash comes back with it.
          const attempt = focus === undefined ? undefined : await attempts.get(cursor.primaryKey);
          if (focus !== undefined && attempt !== undefined && attempt.startedAt < startedBefore)
            found.push({ attemptId: attempt.id, promptId: attempt.promptId, focus });
          cursor = await cursor.continue();
        }
        return found;
      });
      await quarantine.setAside('coaching', sift.unreadable);
      return found;
    },
  };
}
