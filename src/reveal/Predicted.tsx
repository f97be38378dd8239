import type { KeptAttempt } from '../domain/attempt.ts';
import { markingOf, type WhyNotPredicted, whyNotPredicted } from '../domain/calibration.ts';
import { type Prediction, predictedOverall } from '../domain/coaching.ts';
import type { CriterionId, Level, Review, Rubric } from '../domain/rubric.ts';
import { type Marking, overall } from '../domain/scoring.ts';
import { CriterionShape } from '../ui/CriterionShape.tsx';
import styles from './Predicted.module.css';
import { gapWords, scoreIn } from './words.ts';

type PredictedProps = {
  readonly rubric: Rubric;
  readonly attempt: KeptAttempt;
  /** The lock that is compared: of all cells, under this rubric. */
  readonly review: Review;
  readonly prediction: Prediction | undefined;
};

/** What was expected right after speaking, beside what was scored, with the cells between the two. */
export function Predicted({ rubric, attempt, review, prediction }: PredictedProps) {
  const why = whyNotPredicted(review, prediction);
  if (why !== null || prediction === undefined) return <p className="muted">{WHY[why ?? 'none']}</p>;
  const marking = markingOf(attempt, review);
  const total = overallWords(rubric, marking, prediction);
  return (
    <>
      <dl className={styles['list']}>
        {rubric.criteria.map(({ id, label }) => (
          <Criterion
            key={id}
            id={id}
            label={label}
            predicted={prediction.levels[id] ?? null}
            scored={scoreIn(rubric, marking, id)}
            words={gapWords(
              marking,
              id,
              { predicted: prediction.levels[id] ?? null, scored: scoreIn(rubric, marking, id) },
              review.moments,
            )}
          />
        ))}
      </dl>
      {total !== null && <p className="small">{total}</p>}
      <p className={styles['how']}>
        Open ring: the prediction, right after speaking. Filled: the score that was locked.
      </p>
    </>
  );
}

const WHY: Readonly<Record<WhyNotPredicted, string>> = {
  'not-full': 'Not compared: only a review of all cells is set beside a prediction.',
  skipped: 'Not predicted: the prediction was skipped.',
  none: 'Not predicted: no prediction was saved for this take.',
  'another-version': 'Not compared: the prediction was made under another version of the rubric.',
};

type CriterionProps = {
  readonly id: CriterionId;
  readonly label: string;
  readonly predicted: Level | null;
  readonly scored: number | null;
  readonly words: string;
};

function Criterion({ id, label, predicted, scored, words }: CriterionProps) {
  return (
    <div data-criterion={id}>
      <dt>
        <CriterionShape criterion={id} /> {label}
        <span className={styles['numbers']}>
          {predicted ?? 'not predicted'}
          <span aria-hidden="true"> → </span>
          <span className="vh"> predicted, then </span>
          {scored === null ? 'not scored' : scored.toFixed(1)}
          {scored !== null && <span className="vh"> scored</span>}
        </span>
      </dt>
      <dd className={styles['chart']}>
        <Dumbbell predicted={predicted} scored={scored} />
      </dd>
      <dd className={styles['words']}>{words}</dd>
    </div>
  );
}

const x = (level: number) => 10 + level * 45;

/** For the eye: the numbers stand beside it. From 0, because a missing step counts 0. */
function Dumbbell({ predicted, scored }: Pick<CriterionProps, 'predicted' | 'scored'>) {
  return (
    <svg viewBox="0 0 200 40" aria-hidden="true">
      {[0, 1, 2, 3, 4].map((level) => (
        <g key={level}>
          <path className={styles['axis']} d={`M${x(level)} 3V25`} />
          <text x={x(level)} y="38" textAnchor="middle">
            {level}
          </text>
        </g>
      ))}
      {predicted !== null && scored !== null && (
        <path className={styles['gap']} d={`M${x(predicted)} 14H${x(scored)}`} />
      )}
      {scored !== null && <circle className={styles['scored']} cx={x(scored)} cy="14" r="5" />}
      {predicted !== null && <circle className={styles['predicted']} cx={x(predicted)} cy="14" r="7" />}
    </svg>
  );
}

function overallWords(rubric: Rubric, marking: Marking, { levels }: Prediction): string | null {
  const predicted = predictedOverall(rubric, levels);
  const { points, isProvisional } = overall(rubric, marking);
  return predicted === null || points === null
    ? null
    : `Overall: ${predicted} predicted, ${points} scored${isProvisional ? ', provisional' : ''}.`;
}
