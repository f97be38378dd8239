import type { AttemptId } from '../domain/ids.ts';
import { encode, reviewSchema } from '../domain/records.ts';
import type { Review } from '../domain/rubric.ts';
import type { Archive } from './archive.ts';
import type { ChangeFeed } from './changes.ts';
import type { Connection } from './connection.ts';
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
      const isWritten = await connection.write(
        ['attempts', 'trash', 'reviews'],
        'relaxed',
        async (tx, isRetry) => {
          const { id, attemptId, updatedAt } = review;
          if (!(await isKnownAttempt(tx, attemptId))) return false;
          const there = await tx.objectStore('reviews').get(id);
          if (there !== undefined && there.lockedAt !== null) {
            if (isRetry && there.updatedAt === updatedAt) return true;
            throw new Error('A locked review never changes');
          }
          await tx.objectStore('reviews').put(record);
          return true;
        },
      );
      const isRescored = review.mode === 'rescore' && review.lockedAt !== null;
      if (isWritten) feed.announce('reviews', ...(isRescored ? (['rescores'] as const) : []));
    },

    async discard(id) {
      await connection.write(['reviews'], 'relaxed', async (tx) => {
        const reviews = tx.objectStore('reviews');
        const there = await reviews.get(id);
        if (there !== undefined && there.lockedAt !== null) throw new Error('A locked review never goes');
        await reviews.delete(id);
      });
      feed.announce('reviews');
    },
  };
}
