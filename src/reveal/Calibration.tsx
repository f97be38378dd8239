import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { Link } from 'react-router';
import type { KeptAttempt } from '../domain/attempt.ts';
import {
  type CeilingPair,
  ceilingPairs,
  consistencyOf,
  correlations,
  LEAST_CORRELATED,
  LEAST_PAIRS,
  largestGaps,
  meanGap,
  type Pair,
  perAttempt,
  predictionPairs,
  type ScoredAttempt,
} from '../domain/calibration.ts';
import { LEAST_RESCORES } from '../domain/noise.ts';
import { LEVELS, type Rubric, stepOf } from '../domain/rubric.ts';
import { STEP_LABELS } from '../domain/step.ts';
import { plural, timecode } from '../domain/timeline.ts';
import type { Archive } from '../storage/archive.ts';
import { StorageError } from '../storage/errors.ts';
import { LinkButton } from '../ui/Button.tsx';
import { CriterionShape } from '../ui/CriterionShape.tsx';
import { formatDay } from '../ui/format.ts';
import styles from './Calibration.module.css';
import { type CalibrationData, readCalibration } from './read-calibration.ts';
import { Scatter } from './Scatter.tsx';
import { gapWords, listed, meanGapWords } from './words.ts';

/** So many of the largest gaps are named. */
const NAMED = 3;
/** So many of the newest predictions are set beside their scores: judgement changes, and more points say no more. */
const NEWEST = 100;

type CalibrationProps = {
  readonly archive: Archive;
  /** The one in use: only reviews under its version are compared. */
  readonly rubric: Rubric;
  /** Another value, whenever the archive has changed. */
  readonly changed: unknown;
};

/** How judgements of the same takes lie apart. About cells and moments, never the person. */
export function Calibration({ archive, rubric, changed }: CalibrationProps) {
  const data = useCalibration(archive, rubric, changed);
  if (data === 'reading') return <p className="muted">Reading your reviews…</p>;
  if (data === 'unreadable') return <p>Your reviews cannot be read now. Reload the page to try again.</p>;
  return <Findings rubric={rubric} {...data} />;
}

function useCalibration(archive: Archive, rubric: Rubric, changed: unknown) {
  const [data, setData] = useState<CalibrationData | 'reading' | 'unreadable'>('reading');
  // After the first rows are painted; what was shown stays until the new reading is through.
  useEffect(() => {
    const reading = new AbortController();
    readCalibration(archive, rubric, reading.signal).then(
      (found) => found !== null && setData(found),
      (error: unknown) => {
        if (!(error instanceof StorageError)) throw error;
        if (!reading.signal.aborted) setData('unreadable');
      },
    );
    return () => reading.abort();
  }, [archive, rubric, changed]);
  return data;
}

type FindingsProps = CalibrationData & { readonly rubric: Rubric };

function Findings({ rubric, compared, scored, toRescore }: FindingsProps) {
  const limited = rubric.criteria.filter(({ id }) =>
    rubric.cells.some(({ criterion, auto }) => criterion === id && auto !== undefined),
  );
  return (
    <div className={styles['findings']}>
      <Block title="Predicted, then scored">
        <Predictions rubric={rubric} scored={compared} />
      </Block>
      {limited.map((criterion) => (
        <Block key={criterion.id} title={`${criterion.label} given, and what the recording allows`}>
          <Ceilings rubric={rubric} scored={compared} criterion={criterion} />
        </Block>
      ))}
      <Block title="The same take, scored again">
        <Rescores rubric={rubric} scored={scored} toRescore={toRescore} />
      </Block>
      <Block title="One message or several">
        <Messages rubric={rubric} scored={compared} />
      </Block>
    </div>
  );
}

function Block({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <div className={styles['block']}>
      <h3>{title}</h3>
      {children}
    </div>
  );
}

type ScoredProps = { readonly rubric: Rubric; readonly scored: readonly ScoredAttempt[] };

function tooFew(count: number, least: number, noun: string): string {
  return `${count} of ${least} ${noun}: not enough attempts.`;
}

function Predictions({ rubric, scored }: ScoredProps) {
  const all = useMemo(
    () =>
      rubric.criteria.map((criterion) => ({
        criterion,
        pairs: predictionPairs(rubric, scored, criterion.id).slice(0, NEWEST),
      })),
    [rubric, scored],
  );
  const most = Math.max(...all.map(({ pairs }) => pairs.length));
  if (most < LEAST_PAIRS)
    return (
      <p>
        {tooFew(most, LEAST_PAIRS, 'pairs')} A prediction right after speaking and the scores locked later
        make one.
      </p>
    );
  return (
    <div className={styles['charts']}>
      {all.map((one) => (
        <PredictionFigure key={one.criterion.id} {...one} />
      ))}
    </div>
  );
}

type PredictionFigureProps = {
  readonly criterion: Rubric['criteria'][number];
  readonly pairs: readonly Pair[];
};

function PredictionFigure({ criterion: { id, label }, pairs }: PredictionFigureProps) {
  const gap = meanGap(pairs);
  const name = (
    <h4>
      <CriterionShape criterion={id} /> {label}
    </h4>
  );
  if (gap === null)
    return (
      <div>
        {name}
        <p className="small">{tooFew(pairs.length, LEAST_PAIRS, 'pairs')}</p>
      </div>
    );
  return (
    <figure data-criterion={id}>
      <figcaption>
        {name}
        <p className="small">
          Scored {meanGapWords(gap, ['below', 'above'], 'the prediction')}{' '}
          {gap.count === NEWEST ? `The newest ${NEWEST} takes.` : `${plural(gap.count, 'take')}.`}
        </p>
      </figcaption>
      <Scatter pairs={pairs} />
      <details>
        <summary>Show as table</summary>
        <table aria-label={`${label}: predicted, then scored`}>
          <thead>
            <tr>
              <th scope="col">Take</th>
              <th scope="col">Predicted</th>
              <th scope="col">Scored</th>
            </tr>
          </thead>
          <tbody>
            {pairs.map(({ scored, first, second }) => (
              <tr key={scored.attempt.id}>
                <th scope="row">
                  <AttemptLink attempt={scored.attempt} />
                </th>
                <td>{first}</td>
                <td>{second.toFixed(1)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
      <Gaps label={`Largest gaps, ${label.toLowerCase()}`}>
        {largestGaps(pairs, NAMED).map(({ scored, first, second }) => (
          <li key={scored.attempt.id}>
            <AttemptLink attempt={scored.attempt} />: {first} predicted, {second.toFixed(1)} scored.{' '}
            {gapWords(scored.marking, id, { predicted: first, scored: second }, scored.moments)}
          </li>
        ))}
      </Gaps>
    </figure>
  );
}

type CeilingsProps = ScoredProps & { readonly criterion: Rubric['criteria'][number] };

function Ceilings({ rubric, scored, criterion: { id, label } }: CeilingsProps) {
  const pairs = useMemo(() => ceilingPairs(rubric, scored, id), [rubric, scored, id]);
  const takes = perAttempt(pairs);
  const gap = meanGap(takes);
  if (gap === null)
    return (
      <p>
        {tooFew(takes.length, LEAST_PAIRS, 'takes with both')} The marks of a take, and what is measured in
        it, say what the recording allows.
      </p>
    );
  return (
    <>
      <p>
        The recording allows {meanGapWords(gap, ['less', 'more'], 'than was given')}{' '}
        {plural(pairs.length, 'cell')} of {plural(takes.length, 'take')}.
      </p>
      <CountTable label={label} pairs={pairs} />
      <p className="small muted">Cells by level. On the shaded diagonal as much was given as allowed.</p>
      <Gaps label={`Largest gaps, ${label.toLowerCase()} and recording`}>
        {largestGaps(pairs, NAMED).map(({ scored: { attempt, moments }, cell, first, second }) => {
          const step = stepOf(cell);
          const cited = moments[cell]?.[0];
          return (
            <li key={`${attempt.id} ${cell}`}>
              <AttemptLink attempt={attempt} />: {step === null ? cell : STEP_LABELS[step]}, {first} given
              {cited !== undefined && ` at ${timecode(cited)}`}, {second} allowed.
            </li>
          );
        })}
      </Gaps>
    </>
  );
}

/** Which level was given how often for which level allowed: 4 to 1 both ways, as in the score form. */
function CountTable({ label, pairs }: { readonly label: string; readonly pairs: readonly CeilingPair[] }) {
  const count = (given: number, allowed: number) =>
    pairs.filter(({ first, second }) => first === given && second === allowed).length;
  return (
    <table className={styles['counts']} aria-label={`${label}: given, and allowed`}>
      <thead>
        <tr>
          <th scope="col">Given</th>
          {LEVELS.map((level) => (
            <th key={level} scope="col">
              {level} allowed
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {LEVELS.map((given) => (
          <tr key={given}>
            <th scope="row">{given}</th>
            {LEVELS.map((allowed) => (
              <td key={allowed} className={given === allowed ? styles['same'] : undefined}>
                {count(given, allowed)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Rescores({ rubric, scored, toRescore }: ScoredProps & Pick<CalibrationData, 'toRescore'>) {
  const found = consistencyOf(rubric, scored);
  const count = scored.filter(({ rescore }) => rescore !== null).length;
  return (
    <>
      {found === null ? (
        <p>{tooFew(count, LEAST_RESCORES, 're-scores')}</p>
      ) : (
        <>
          <p>
            {percent(found.equal)} of the cells were given the same level again, {percent(found.withinOne)}{' '}
            the same or the next one, in {plural(found.count, 'take')}.
          </p>
          <p>
            The second overall is {Math.abs(found.drift).toFixed(1)} points{' '}
            {found.drift < 0 ? 'lower' : 'higher'} on average. One overall is good to {found.sem.toFixed(1)}{' '}
            points (standard error), and that is what “give or take” says.
          </p>
        </>
      )}
      {toRescore === null ? (
        <p className="small muted">A take can be scored again 14 days after its scores were locked.</p>
      ) : (
        <div className={styles['again']}>
          <LinkButton slim to={`/attempts/${toRescore.id}/rescore`}>
            Score a take again
          </LinkButton>
          <p className="small muted">
            Blind: its old scores, the prediction and what was measured stay out of sight.
          </p>
        </div>
      )}
    </>
  );
}

function Messages({ rubric, scored }: ScoredProps) {
  const found = useMemo(() => correlations(rubric, scored), [rubric, scored]);
  if (scored.length < LEAST_CORRELATED) return <p>{tooFew(scored.length, LEAST_CORRELATED, 'takes')}</p>;
  if (found.length === 0) return <p>No two criteria have moved enough to be compared.</p>;
  const nameOf = (id: string) => rubric.criteria.find((criterion) => criterion.id === id)?.label ?? id;
  const pairName = (criteria: readonly string[]) => listed(criteria.map(nameOf));
  const same = found.filter(({ isOneMessage }) => isOneMessage);
  return (
    <>
      {same.length === 0 ? (
        <p>The criteria say different things: no two of them rise and fall together beyond 0.8.</p>
      ) : (
        same.map(({ criteria, r, count }) => (
          <p key={criteria.join()}>
            {pairName(criteria)} carry one message: over {plural(count, 'take')} they rise and fall together
            (correlation {r.toFixed(2)}).
          </p>
        ))
      )}
      <details>
        <summary>Show as table</summary>
        <table aria-label="Correlation of criteria">
          <thead>
            <tr>
              <th scope="col">Criteria</th>
              <th scope="col">Takes</th>
              <th scope="col">Correlation</th>
            </tr>
          </thead>
          <tbody>
            {found.map(({ criteria, r, count }) => (
              <tr key={criteria.join()}>
                <th scope="row">{pairName(criteria)}</th>
                <td>{count}</td>
                <td>{r.toFixed(2)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </>
  );
}

function Gaps({ label, children }: { readonly label: string; readonly children: readonly ReactNode[] }) {
  if (children.length === 0) return null;
  return (
    <>
      <h4 className={styles['gapsTitle']}>Largest gaps</h4>
      <ul role="list" aria-label={label} className={styles['gaps']}>
        {children}
      </ul>
    </>
  );
}

function AttemptLink({ attempt }: { readonly attempt: KeptAttempt }) {
  return (
    <Link to={`/attempts/${attempt.id}`}>
      {attempt.prompt.title}, {formatDay(attempt.startedAt)}
    </Link>
  );
}

function percent(share: number): string {
  return `${Math.round(share * 100)}%`;
}
