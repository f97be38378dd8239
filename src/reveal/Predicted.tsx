import type { Prediction } from '../domain/coaching.ts';
import { type CriterionId, cellsOf, type Level, type Rubric } from '../domain/rubric.ts';
import { type Marking, overall } from '../domain/scoring.ts';
import { CriterionShape } from '../ui/CriterionShape.tsx';
import styles from './Predicted.module.css';
import { gapWords, scoreIn } from './words.ts';

type PredictedProps = {
  readonly rubric: Rubric;
  readonly marking: Marking;
  readonly prediction: Prediction | null;
};

/** What was expected right after speaking, beside what was scored, with the cells between the two. */
export function Predicted({ rubric, marking, prediction }: PredictedProps) {
  const why = whyNot(rubric, prediction);
  if (why !== null || prediction === null) return <p className="muted">{why}</p>;
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
            words={gapWords(marking, id, {
              predicted: prediction.levels[id] ?? null,
              scored: scoreIn(rubric, marking, id),
            })}
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

function whyNot(rubric: Rubric, prediction: Prediction | null): string | null {
  if (prediction?.isSkipped === true) return 'Not predicted: the prediction was skipped.';
  if (prediction === null || prediction.decidedAt === null)
    return 'Not predicted: no prediction was saved for this take.';
  const { id, version } = prediction.rubric;
  if (id !== rubric.id || version !== rubric.version)
    return 'Not compared: the prediction was made under another version of the rubric.';
  return null;
}

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
  if (rubric.criteria.some(({ id }) => levels[id] === undefined)) return null;
  const scores = Object.fromEntries(
    cellsOf(rubric).map((cell) => [cell, levels[cell.slice(0, cell.lastIndexOf('.'))]]),
  );
  const predicted = overall(rubric, { scores: scores as Marking['scores'], missing: [], wrongSteps: [] });
  const locked = overall(rubric, marking);
  return locked.points === null
    ? null
    : `Overall: ${predicted.points} predicted, ${locked.points} scored${locked.isProvisional ? ', provisional' : ''}.`;
}
