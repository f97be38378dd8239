import type { KeptAttempt } from '../domain/attempt.ts';
import type { Rubric } from '../domain/rubric.ts';
import type { Archive } from '../storage/archive.ts';
import type { AttemptRow } from './AttemptsTable.tsx';
import { scoringOf } from './scoring.ts';

/** Attempts with how their scoring stands; one read of reviews for each. */
export function readRows(
  archive: Archive,
  rubric: Rubric,
  attempts: readonly KeptAttempt[],
): Promise<readonly AttemptRow[]> {
  return Promise.all(
    attempts.map(async (attempt) => ({
      attempt,
      scoring: scoringOf(attempt, await archive.reviews.of(attempt.id), rubric),
    })),
  );
}
