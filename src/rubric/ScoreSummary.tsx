import { CELL_IDS } from '../domain/rubric.ts';
import { criterionScore, LEAST_CELLS, type Marking, overall, type Total } from '../domain/scoring.ts';
import { STEP_LABELS } from '../domain/step.ts';
import { CriterionShape } from '../ui/CriterionShape.tsx';
import { bandOf, rubric, scoreNoise } from './definition.ts';
import styles from './ScoreSummary.module.css';

/** What the locked scores come to, and what to do next. About cells, never about the person. */
export function ScoreSummary({ marking }: { readonly marking: Marking }) {
  const total = overall(rubric, marking);
  if (total.points === null) return null;
  const band = bandOf(total.points);
  const notes = [provisionalWords(total, marking) ?? [], missingWords(marking), total.caps].flat();
  return (
    <div className={styles['summary']}>
      <p className={styles['total']}>
        <strong>{total.points}</strong> of 100
        {total.isProvisional ? ', provisional' : `, give or take ${Math.round(scoreNoise)}`}
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

function provisionalWords(total: Total, { scores, missing }: Marking): string | null {
  const { isProvisional, countsInTrends } = total;
  if (!isProvisional) return null;
  const scored = `${total.scored} of ${CELL_IDS.length}`;
  if (countsInTrends) return `${scored} cells count; the blank ones are left out.`;
  if (total.scored < LEAST_CELLS) return `Only ${scored} cells count, so it stays out of the trends.`;
  const shallow = rubric.steps.filter(
    ({ id }) => !missing.includes(id) && scores[`depth.${id}`] === undefined,
  );
  const blank = shallow.map(({ label }) => label).join(' and ');
  return `${scored} cells count. Technical depth is blank for ${blank}, so it stays out of the trends.`;
}

function missingWords({ missing }: Marking): readonly string[] {
  return missing.map((step) => `${STEP_LABELS[step]} counts as missing: 0 in its three cells.`);
}
