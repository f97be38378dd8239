import type { KeptAttempt } from '../domain/attempt.ts';
import type { Noise } from '../domain/noise.ts';
import { OTHER_PROMPT_ID } from '../domain/prompt.ts';
import { bandOf, cellsOf, type Review, type Rubric } from '../domain/rubric.ts';
import { aimAt, criterionScore, leastCells, type Marking, overall, type Total } from '../domain/scoring.ts';
import { STEP_LABELS } from '../domain/step.ts';
import { spokenTime } from '../domain/timeline.ts';
import { CriterionShape } from '../ui/CriterionShape.tsx';
import styles from './ScoreSummary.module.css';

type ScoreSummaryProps = {
  readonly attempt: Pick<KeptAttempt, 'source' | 'promptId' | 'targetMs'>;
  readonly rubric: Rubric;
  readonly marking: Marking;
  readonly noise: Noise;
  readonly review: Pick<Review, 'mode' | 'quickStep'>;
};

/** What the locked scores come to, and what to do next. About cells, never about the person. */
export function ScoreSummary({ attempt, rubric, marking, noise, review }: ScoreSummaryProps) {
  const total = overall(rubric, marking);
  if (total.points === null) return null;
  const { mode, quickStep } = review;
  const isFull = mode === 'full';
  const scope = isFull ? (provisionalWords(rubric, total, marking) ?? []) : OUTSIDE[mode];
  const aim = isFull ? aimWords(attempt, rubric) : null;
  const notes = [scope, missingWords(marking), total.caps].flat();
  return (
    <div className={styles['summary']}>
      <p className={styles['total']}>
        <strong>{total.points}</strong> of 100
        {mode === 'quick' && quickStep !== undefined
          ? `, ${STEP_LABELS[quickStep]} alone`
          : total.isProvisional
            ? ', provisional'
            : `, give or take ${Math.round(noise.sem)}`}
      </p>
      {notes.map((note) => (
        <p key={note} className="small">
          {note}
        </p>
      ))}
      <dl className={styles['criteria']}>
        {rubric.criteria.map(({ id, label }) => (
          <div key={id}>
            <dt>
              <CriterionShape criterion={id} /> {label}
            </dt>
            <dd>{criterionScore(rubric, marking, id) ?? 'not scored'}</dd>
          </div>
        ))}
      </dl>
      {mode !== 'quick' && !total.isProvisional && (
        <p className="small">
          Scoring the same recording again moves the score by about so much: that is “give or take”.
        </p>
      )}
      {isFull && <Band rubric={rubric} total={total} />}
      {aim !== null && <p className="small">{aim}</p>}
    </div>
  );
}

/** What to do next rests on the whole: a few cells say nothing of it. */
function Band({ rubric, total }: { readonly rubric: Rubric; readonly total: Total }) {
  if (total.points === null) return null;
  if (total.isProvisional)
    return <p>Provisional: what to do next is said once all {cellsOf(rubric).length} cells are scored.</p>;
  const { label, next } = bandOf(rubric, total.points);
  return (
    <p>
      <strong>{label}.</strong> {next}
    </p>
  );
}

const OUTSIDE: Readonly<Record<Exclude<Review['mode'], 'full'>, string>> = {
  quick: 'A quick review stays out of the trends.',
  rescore: 'A second scoring stays out of the trends.',
};

/** Only what was spoken to a prompt had so much time. */
function aimWords(
  { source, promptId, targetMs }: ScoreSummaryProps['attempt'],
  rubric: Rubric,
): string | null {
  const aim = source === 'recorded' && promptId !== OTHER_PROMPT_ID ? aimAt(rubric, targetMs) : null;
  return aim === null ? null : `${aim} is the aim at ${spokenTime(targetMs)}.`;
}

function provisionalWords(rubric: Rubric, total: Total, { scores, missing }: Marking): string | null {
  const { isProvisional, countsInTrends } = total;
  if (!isProvisional) return null;
  const scored = `${total.scored} of ${cellsOf(rubric).length}`;
  if (countsInTrends) return `${scored} cells count; the blank ones are left out.`;
  if (total.scored < leastCells(rubric)) return `Only ${scored} cells count, so it stays out of the trends.`;
  const shallow = rubric.steps.filter(
    ({ id }) => !missing.includes(id) && scores[`depth.${id}`] === undefined,
  );
  const blank = shallow.map(({ label }) => label).join(' and ');
  return `${scored} cells count. Technical depth is blank for ${blank}, so it stays out of the trends.`;
}

function missingWords({ missing }: Marking): readonly string[] {
  return missing.map((step) => `${STEP_LABELS[step]} counts as missing: 0 in its cells.`);
}
