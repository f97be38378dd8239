import type { Noise } from '../domain/noise.ts';
import { bandOf, cellsOf, type Review, type Rubric } from '../domain/rubric.ts';
import { criterionScore, leastCells, type Marking, overall, type Total } from '../domain/scoring.ts';
import { STEP_LABELS } from '../domain/step.ts';
import { CriterionShape } from '../ui/CriterionShape.tsx';
import styles from './ScoreSummary.module.css';

type ScoreSummaryProps = {
  readonly rubric: Rubric;
  readonly marking: Marking;
  readonly noise: Noise;
  readonly review: Pick<Review, 'mode' | 'quickStep'>;
};

/** What the locked scores come to, and what to do next. About cells, never about the person. */
export function ScoreSummary({ rubric, marking, noise, review }: ScoreSummaryProps) {
  const total = overall(rubric, marking);
  if (total.points === null) return null;
  const band = bandOf(rubric, total.points);
  const { mode, quickStep } = review;
  const isFull = mode === 'full';
  const scope = isFull ? (provisionalWords(rubric, total, marking) ?? []) : OUTSIDE[mode];
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
      {isFull && (
        <p>
          <strong>{band.label}.</strong> {band.next}
        </p>
      )}
    </div>
  );
}

const OUTSIDE: Readonly<Record<Exclude<Review['mode'], 'full'>, string>> = {
  quick: 'A quick review stays out of the trends.',
  rescore: 'A second scoring stays out of the trends.',
};

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
