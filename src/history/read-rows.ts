import type { KeptAttempt } from '../domain/attempt.ts';
import type { Rubric, RubricRef } from '../domain/rubric.ts';
import type { Archive } from '../storage/archive.ts';
import type { AttemptRow } from './AttemptsTable.tsx';
import { scoringOf } from './scoring.ts';

type Rubrics = {
  readonly inUse: Rubric;
  /** A version that is not the one in use; null: it is not here any more. */
  readonly find: (ref: RubricRef) => Promise<Rubric | null>;
};

/** Attempts with how their scoring stands. */
export async function readRows(
  archive: Archive,
  { inUse, find }: Rubrics,
  attempts: readonly KeptAttempt[],
): Promise<readonly AttemptRow[]> {
  const reviews = await archive.reviews.ofAll(attempts.map(({ id }) => id));
  const nameOf = (ref: RubricRef) => JSON.stringify([ref.id, ref.version]);
  const refOf = (review: { readonly rubricId: string; readonly rubricVersion: string }) => ({
    id: review.rubricId,
    version: review.rubricVersion,
  });
  const refs = new Map(reviews.flat().map((review) => [nameOf(refOf(review)), refOf(review)]));
  const found = new Map<string, Rubric | null>();
  for (const [name, ref] of refs) found.set(name, name === nameOf(inUse) ? inUse : await find(ref));
  return attempts.map((attempt, index) => ({
    attempt,
    scoring: scoringOf(
      attempt,
      reviews[index] ?? [],
      (review) => found.get(nameOf(refOf(review))) ?? null,
      inUse,
    ),
  }));
}
