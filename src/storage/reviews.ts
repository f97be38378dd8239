import { reviewSchema } from '../domain/coaching-records.ts';
import type { AttemptId, ReviewId } from '../domain/ids.ts';
import { encode } from '../domain/records.ts';
import type { Review } from '../domain/rubric.ts';
import type { Archive } from './archive.ts';
import type { ChangeFeed } from './changes.ts';
import type { Connection } from './connection.ts';
import { StorageError } from './errors.ts';
import { beginningWith, isKnownAttempt } from './schema.ts';
import { type Quarantine, sieve } from './set-aside.ts';

export function openReviews(
  connection: Connection,
  feed: ChangeFeed,
  quarantine: Quarantine,
): Archive['reviews'] {
  async function ofAll(ids: readonly AttemptId[]): Promise<readonly (readonly Review[])[]> {
    const sift = sieve(reviewSchema);
    const reviews = await connection.read(['reviews'], (tx) => {
      const byAttempt = tx.objectStore('reviews').index('byAttempt');
      const ofOne = async (id: AttemptId) => {
        const range = beginningWith(id);
        return sift.decodeAll(await byAttempt.getAllKeys(range), await byAttempt.getAll(range));
      };
      return Promise.all(ids.map(ofOne));
    });
    await quarantine.setAside('reviews', sift.unreadable);
    return reviews;
  }

  return {
    ofAll,

    async of(id) {
      const [reviews = []] = await ofAll([id]);
      return reviews;
    },

    async put(review) {
      const record = encode(reviewSchema, review);
      const { isWritten, stands } = await connection.write(
        ['attempts', 'trash', 'reviews'],
        'relaxed',
        async (tx, isRetry) => {
          const { id, attemptId, updatedAt } = review;
          if (!(await isKnownAttempt(tx, attemptId))) return { isWritten: false, stands: null };
          const stands = lockedIn(id, await tx.objectStore('reviews').get(id));
          const isOwn = isRetry && stands?.updatedAt === updatedAt;
          if (stands !== null) return { isWritten: isOwn, stands: isOwn ? null : stands };
          await tx.objectStore('reviews').put(record);
          return { isWritten: true, stands: null };
        },
      );
      const isRescored = review.mode === 'rescore' && review.lockedAt !== null;
      if (isWritten) feed.announce('reviews', ...(isRescored ? (['rescores'] as const) : []));
      return stands;
    },

    async discard(id) {
      const stands = await connection.write(['reviews'], 'relaxed', async (tx) => {
        const reviews = tx.objectStore('reviews');
        const locked = lockedIn(id, await reviews.get(id));
        if (locked === null) await reviews.delete(id);
        return locked;
      });
      if (stands === null) feed.announce('reviews');
      return stands;
    },
  };
}

/**
 * The locked review that stands there; null: none does, or a draft.
 *
 * @throws StorageError when one that cannot be read was locked
 */
function lockedIn(id: ReviewId, record: unknown): Review | null {
  const isLocked = typeof record === 'object' && record !== null && Reflect.get(record, 'lockedAt') !== null;
  if (!isLocked) return null;
  const review = sieve(reviewSchema).decode(id, record);
  if (review === null) throw new StorageError('corrupt');
  return review;
}
