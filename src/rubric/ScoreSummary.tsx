import type { Noise } from '../domain/noise.ts';
import { bandOf, cellsOf, type Rubric } from '../domain/rubric.ts';
import { criterionScore, leastCells, type Marking, overall, type Total } from '../domain/scoring.ts';
import { STEP_LABELS } from '../domain/step.ts';
import { CriterionShape } from '../ui/CriterionShape.tsx';
import styles from './ScoreSummary.module.css';

type ScoreSummaryProps = { readonly rubric: Rubric; readonly marking: Marking; readonly noise: Noise };

/** What the locked scores come to, and what to do next. About cells, never about the person. */
export function ScoreSummary({ rubric, marking, noise }: ScoreSummaryProps) {
  const total = overall(rubric, marking);
  if (total.points === null) return null;
  const band = bandOf(rubric, total.points);
  const notes = [provisionalWords(rubric, total, marking) ?? [], missingWords(marking), total.caps].flat();
  return (
    <div className={styles['summary']}>
      <p className={styles['total']}>
        <strong>{total.points}</strong> of 100
        {total.isProvisional ? ', provisional' : `, give or take ${Math.round(noise.sem)}`}
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
      <p>
        <strong>{band.label}.</strong> {band.next}
      </p>
    </div>
  );
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
