import type { KeptAttempt } from '../domain/attempt.ts';
import type { Rubric } from '../domain/rubric.ts';
import type { Archive } from '../storage/archive.ts';
import type { AttemptRow } from './AttemptsTable.tsx';
import { scoringOf } from './scoring.ts';

/** Attempts with how their scoring stands. */
export async function readRows(
  archive: Archive,
  rubric: Rubric,
  attempts: readonly KeptAttempt[],
): Promise<readonly AttemptRow[]> {
  const reviews = await archive.reviews.ofAll(attempts.map(({ id }) => id));
  return attempts.map((attempt, index) => ({
    attempt,
    scoring: scoringOf(attempt, reviews[index] ?? [], rubric),
  }));
}
