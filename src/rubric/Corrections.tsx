import type { KeptAttempt } from '../domain/attempt.ts';
import { lockedReviews } from '../domain/reviews.ts';
import type { Review, Rubric } from '../domain/rubric.ts';
import { missingFor, overall } from '../domain/scoring.ts';
import { STEP_LABELS } from '../domain/step.ts';
import { formatWhen } from '../ui/format.ts';
import styles from './ScoreForm.module.css';

/** That scores were corrected, and why: in the speaker's own words. */
export function Corrected({ review }: { readonly review: Review }) {
  if (review.revises === undefined || review.lockedAt === null) return null;
  return (
    <p className={styles['corrected']}>
      Corrected {formatWhen(review.lockedAt)}: <q className="voice">{review.reason}</q> Trends keep to the
      first lock.
    </p>
  );
}

type EarlierProps = {
  readonly attempt: KeptAttempt;
  readonly rubric: Rubric;
  readonly reviews: readonly Review[];
  /** The one that is shown. */
  readonly review: Review;
};

/** What was locked before, and never changes. */
export function EarlierScores({ attempt, rubric, reviews, review }: EarlierProps) {
  const earlier = lockedReviews(reviews).filter(({ id }) => id !== review.id);
  if (earlier.length === 0) return null;
  return (
    <details className={styles['rule']}>
      <summary>Earlier scores</summary>
      <ul role="list">
        {earlier.map((other) => (
          <li key={other.id}>
            {formatWhen(other.lockedAt ?? 0)}: {totalWords(attempt, rubric, other)}
          </li>
        ))}
      </ul>
    </details>
  );
}

function totalWords(attempt: KeptAttempt, rubric: Rubric, review: Review): string {
  if (review.rubricId !== rubric.id || review.rubricVersion !== rubric.version)
    return 'under another version of the rubric';
  const { scores, wrongSteps, mode, quickStep } = review;
  const { points } = overall(rubric, { scores, wrongSteps, missing: missingFor(attempt, review) });
  const of = mode === 'quick' && quickStep !== undefined ? `, ${STEP_LABELS[quickStep]} alone` : '';
  return `${points ?? 0} of 100${of}`;
}
