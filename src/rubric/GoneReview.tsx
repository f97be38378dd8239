import { type CellId, type Review, stepOf } from '../domain/rubric.ts';
import { STEP_IDS, STEP_LABELS } from '../domain/step.ts';
import { timecode } from '../domain/timeline.ts';
import { Button, LinkButton } from '../ui/Button.tsx';
import { CriterionShape } from '../ui/CriterionShape.tsx';
import { formatWhen } from '../ui/format.ts';
import { Notice } from '../ui/Notice.tsx';
import { StepLetter } from '../ui/Steps.tsx';
import { builtInRubric } from './definition.ts';
import styles from './GoneReview.module.css';

type GoneReviewProps = {
  readonly review: Review;
  /** Begins another review, under the rubric in use. */
  readonly onScoreAnew: () => void;
};

/**
 * A review made under a version that is not here: what it holds can be read, and nothing of it changes. Without its
 * texts and weights there is no overall score.
 */
export function GoneReview({ review, onScoreAnew }: GoneReviewProps) {
  const { rubricId, rubricVersion, lockedAt, updatedAt } = review;
  return (
    <section className={styles['gone']} aria-labelledby="gone">
      <h2 id="gone">Score</h2>
      <Notice
        tone="warn"
        title="The rubric of this review is not here"
        actions={
          <>
            <LinkButton slim to="/settings/rubric#versions">
              Import its file
            </LinkButton>
            <Button slim onClick={onScoreAnew}>
              Score anew
            </Button>
          </>
        }
      >
        <p>
          It was {lockedAt === null ? 'last changed' : 'locked'} {formatWhen(lockedAt ?? updatedAt)} under
          version <code className={styles['version']}>{rubricVersion}</code> of “{rubricId}”. Importing that
          version’s file brings it back as it was. Scored anew, the attempt gets another review under the
          rubric in use, and this one stays.
        </p>
      </Notice>
      <Levels review={review} />
    </section>
  );
}

function Levels({ review: { scores, moments, missing, wrongSteps } }: Pick<GoneReviewProps, 'review'>) {
  const cells = Object.keys(scores) as CellId[];
  return (
    <>
      {STEP_IDS.map((step) => {
        const inStep = cells.filter((cell) => stepOf(cell) === step);
        const isMissing = missing?.includes(step) === true;
        if (inStep.length === 0 && !isMissing) return null;
        return (
          <div key={step} className={styles['step']}>
            <h3>
              <StepLetter step={step} /> {STEP_LABELS[step]}
            </h3>
            {isMissing && <p className="small muted">Counted as missing: 0 in its cells.</p>}
            <dl>
              {inStep.map((cell) => {
                const criterion = cell.slice(0, -step.length - 1);
                const cited = moments?.[cell] ?? [];
                return (
                  <div key={cell}>
                    <dt>
                      <CriterionShape criterion={criterion} /> {criterionName(criterion)}
                    </dt>
                    <dd>
                      {scores[cell]}
                      {cited.length > 0 && (
                        <span className="muted"> at {cited.map(timecode).join(', ')}</span>
                      )}
                    </dd>
                  </div>
                );
              })}
            </dl>
            {wrongSteps.some((wrong) => wrong === step) && (
              <p className="small">Something said here was called wrong.</p>
            )}
          </div>
        );
      })}
      {cells.length === 0 && <p className="muted">No cell has a level yet.</p>}
    </>
  );
}

/** Only the built-in names are known without the rubric; of others their id is all there is. */
function criterionName(criterion: string): string {
  return builtInRubric.criteria.find(({ id }) => id === criterion)?.label ?? criterion;
}
