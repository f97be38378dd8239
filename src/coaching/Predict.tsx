import { type Coaching, type Prediction, predictedOverall } from '../domain/coaching.ts';
import type { CriterionId, Level, Rubric } from '../domain/rubric.ts';
import { gapOf } from '../domain/stage.ts';
import type { EpochMs } from '../domain/timeline.ts';
import { Button } from '../ui/Button.tsx';
import { Choices } from '../ui/Choices.tsx';
import { CriterionShape } from '../ui/CriterionShape.tsx';
import { Panel } from './Panel.tsx';
import styles from './Predict.module.css';

type PredictProps = {
  readonly rubric: Rubric;
  /** What was tapped so far. */
  readonly prediction: Prediction | undefined;
  /** The attempt's: a gap may last until the next local day. */
  readonly timeZone: string;
  readonly change: (change: (coaching: Coaching) => Coaching) => Promise<boolean>;
  /** It was saved or skipped; fulfils with whether that was stored. */
  readonly onDecided: (work: Promise<boolean>) => void;
};

/** One level per criterion, right after speaking and before anything is heard. Each tap is kept at once. */
export function Predict({ rubric, prediction, timeZone, change, onDecided }: PredictProps) {
  const levels = levelsUnder(rubric, prediction);
  const overall = predictedOverall(rubric, levels);
  const tap = (criterion: CriterionId, level: Level) =>
    void change((coaching) => withTap(coaching, rubric, criterion, level));
  const decide = (isSkipped: boolean) => {
    const now = Date.now();
    onDecided(change((coaching) => decided(coaching, rubric, isSkipped, now, timeZone)));
  };
  return (
    <Panel name="Predict" kicker="Before you listen" title="How was it?">
      <p className="small">
        One level for each criterion, from memory. It is kept apart from the scores and shown beside them
        after you lock.
      </p>
      {rubric.criteria.map(({ id, label, question }) => (
        <div key={id} className={styles['criterion']}>
          <p className={styles['label']} aria-hidden="true">
            <CriterionShape criterion={id} />
            {label}
          </p>
          <p className="small muted">{question}</p>
          <Choices
            name={{ 'aria-label': `Predicted ${label.toLowerCase()}` }}
            options={rubric.levels.map((level) => ({
              value: level.value,
              label: `${level.value} ${level.label}`,
            }))}
            value={levels[id] ?? null}
            isWide
            onChoose={(level) => tap(id, level)}
          />
        </div>
      ))}
      <p className={styles['overall']}>
        {overall === null ? 'The overall follows from all of them.' : `Overall ${overall} of 100`}
      </p>
      <div className="row">
        <Button variant="primary" disabled={overall === null} onClick={() => decide(false)}>
          Save prediction
        </Button>
        <Button variant="quiet" onClick={() => decide(true)}>
          Skip prediction
        </Button>
      </div>
    </Panel>
  );
}

/** What was tapped under another rubric is no answer to the questions of this one. */
function levelsUnder({ id, version }: Rubric, prediction: Prediction | undefined): Prediction['levels'] {
  const isSame = prediction?.rubric.id === id && prediction.rubric.version === version;
  return isSame ? prediction.levels : {};
}

function isDecided({ prediction }: Coaching): boolean {
  return (prediction?.decidedAt ?? null) !== null;
}

function withTap(coaching: Coaching, rubric: Rubric, criterion: CriterionId, level: Level): Coaching {
  // Another tab was quicker.
  if (isDecided(coaching)) return coaching;
  const levels = { ...levelsUnder(rubric, coaching.prediction), [criterion]: level };
  const { id, version } = rubric;
  return { ...coaching, prediction: { levels, rubric: { id, version }, decidedAt: null } };
}

/** Saved, it never changes; the gap begins with it. */
function decided(
  coaching: Coaching,
  rubric: Rubric,
  isSkipped: boolean,
  now: EpochMs,
  timeZone: string,
): Coaching {
  if (isDecided(coaching)) return coaching;
  const { id, version } = rubric;
  const levels = isSkipped ? {} : levelsUnder(rubric, coaching.prediction);
  return {
    ...coaching,
    prediction: { levels, rubric: { id, version }, decidedAt: now, ...(isSkipped ? { isSkipped } : {}) },
    gap: gapOf('ten-minutes', { now, fromAt: now, timeZone }),
  };
}
