import { Trash2 } from 'lucide-react';
import { Link } from 'react-router';
import { type KeptAttempt, MODE_LABELS, pictureSource } from '../domain/attempt.ts';
import type { CriterionId, Rubric } from '../domain/rubric.ts';
import { STEP_LABELS } from '../domain/step.ts';
import { timecode } from '../domain/timeline.ts';
import { IconButton } from '../ui/Button.tsx';
import { CriterionShape, hasOwnShape } from '../ui/CriterionShape.tsx';
import { classes } from '../ui/classes.ts';
import { capitalised, formatShortDay, formatWhen } from '../ui/format.ts';
import { VisuallyHidden } from '../ui/VisuallyHidden.tsx';
import styles from './AttemptsTable.module.css';
import type { Scoring } from './scoring.ts';

export type AttemptRow = { readonly attempt: KeptAttempt; readonly scoring: Scoring };

type AttemptsTableProps = {
  readonly rows: readonly AttemptRow[];
  /** Those of the rubric in use, a column each. */
  readonly criteria: Rubric['criteria'];
  readonly onDelete: (attempt: KeptAttempt) => void;
  /** Under the title of their one prompt: an attempt is then named by its date. */
  readonly ofOnePrompt?: boolean;
};

/** So many levels stand beside a title at 320 px. */
const MOST_COLUMNS = 4;

export function AttemptsTable({ rows, criteria, onDelete, ofOnePrompt = false }: AttemptsTableProps) {
  const { wide, number } = styles;
  return (
    <>
      <p className={styles['legend']}>
        {criteria.map(({ id, label }) => (
          <span key={id}>
            <Mark id={id} among={criteria} /> {label}
          </span>
        ))}
        <span>level 0 to 4</span>
        <span>overall 0 to 100</span>
      </p>
      <table
        className={classes(styles['list'], criteria.length > MOST_COLUMNS && styles['many'])}
        aria-label="Attempts"
      >
        <thead>
          <tr>
            {!ofOnePrompt && (
              <th scope="col" className={wide}>
                Date
              </th>
            )}
            <th scope="col">{ofOnePrompt ? 'Date' : 'Prompt'}</th>
            <th scope="col" className={wide}>
              Mode
            </th>
            <th scope="col" className={classes(wide, number)}>
              Length
            </th>
            {criteria.map(({ id, label }) => (
              <th key={id} scope="col" className={classes(styles['level'], number)} title={label}>
                <Mark id={id} among={criteria} />
                <VisuallyHidden>{label}</VisuallyHidden>
              </th>
            ))}
            <th scope="col" className={classes(wide, number)}>
              Overall
            </th>
            <th scope="col" className={styles['tool']}>
              <VisuallyHidden>Delete</VisuallyHidden>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row
              key={row.attempt.id}
              {...row}
              criteria={criteria}
              onDelete={onDelete}
              ofOnePrompt={ofOnePrompt}
            />
          ))}
        </tbody>
      </table>
    </>
  );
}

type RowProps = AttemptRow & Required<Omit<AttemptsTableProps, 'rows'>>;

function Row({ attempt, scoring, criteria, onDelete, ofOnePrompt }: RowProps) {
  const { wide, number } = styles;
  const { title } = attempt.prompt;
  const source = pictureSource(attempt);
  const how = howWords(attempt);
  const mode = `${how}${source === null ? '' : `, ${source}`}`;
  const length = timecode(attempt.durationMs);
  const day = capitalised(formatShortDay(attempt.startedAt));
  return (
    <tr>
      {!ofOnePrompt && <td className={classes(wide, styles['date'])}>{day}</td>}
      <th scope="row" className={styles['name']}>
        <Link to={`/attempts/${attempt.id}`}>
          {ofOnePrompt ? capitalised(formatWhen(attempt.startedAt)) : title}
        </Link>
        <span className={styles['sub']}>
          {!ofOnePrompt && `${day} · `}
          {length} · {mode} · {standing(scoring)}
        </span>
        {scoring.tag === 'locked' && (
          <span className={styles['levels']}>{levelWords(scoring, criteria)}</span>
        )}
        {attempt.audioDeletedAt !== undefined && <span className={styles['note']}>Audio deleted</span>}
      </th>
      <td className={classes(wide, 'muted')}>{mode}</td>
      <td className={classes(wide, number)}>{length}</td>
      <Scores scoring={scoring} criteria={criteria} />
      <td className={styles['tool']}>
        <IconButton
          label={`Delete ${title}, ${formatWhen(attempt.startedAt)}`}
          icon={Trash2}
          // The second click of a double click would meet the row that has moved up.
          onClick={({ detail }) => detail < 2 && onDelete(attempt)}
        />
      </td>
    </tr>
  );
}

type MarkProps = { readonly id: CriterionId; readonly among: Rubric['criteria'] };

/** Criteria of one's own share a shape: a number tells several of them apart. */
function Mark({ id, among }: MarkProps) {
  const own = among.filter((criterion) => !hasOwnShape(criterion.id));
  const nth = own.findIndex((criterion) => criterion.id === id) + 1;
  return (
    <>
      <CriterionShape criterion={id} />
      {nth > 0 && own.length > 1 && <span aria-hidden="true">{`\u2009${nth}`}</span>}
    </>
  );
}

function levelWords(
  { levels }: Extract<Scoring, { readonly tag: 'locked' }>,
  criteria: Rubric['criteria'],
): string {
  return criteria.map(({ id, label }) => `${label} ${levels[id]?.toFixed(1) ?? '–'}`).join(' · ');
}

function howWords({ drillStep, source, mode }: KeptAttempt): string {
  if (drillStep !== undefined) return `drill of ${STEP_LABELS[drillStep]}`;
  return source === 'imported' ? 'imported' : MODE_LABELS[mode].toLowerCase();
}

type ScoresProps = { readonly scoring: Scoring; readonly criteria: Rubric['criteria'] };

function Scores({ scoring, criteria }: ScoresProps) {
  const { wide, number } = styles;
  if (scoring.tag === 'locked') {
    return (
      <>
        {criteria.map(({ id }) => (
          <td key={id} className={classes(styles['level'], number)}>
            {scoring.levels[id]?.toFixed(1) ?? <Absent />}
          </td>
        ))}
        <td className={classes(wide, number)}>
          {scoring.total.points ?? <Absent />}
          {scoring.total.isProvisional && <span className={styles['note']}>{provisionalWords(scoring)}</span>}
        </td>
      </>
    );
  }
  return (
    <>
      {criteria.map(({ id }) => (
        <td key={id} className={classes(styles['level'], number)}>
          <Absent />
        </td>
      ))}
      <td className={classes(wide, number, 'muted')}>{standing(scoring)}</td>
    </>
  );
}

/** Where the columns for it are gone. */
function standing(scoring: Scoring): string {
  switch (scoring.tag) {
    case 'none':
      return 'not scored';
    case 'draft':
      return `draft ${scoring.cells.scored} of ${scoring.cells.asked}`;
    case 'locked': {
      const { points, isProvisional } = scoring.total;
      if (points === null) return 'not scored';
      return `overall ${points}${isProvisional ? `, ${provisionalWords(scoring)}` : ''}`;
    }
    case 'unknown-rubric':
      return 'scored by a rubric that is gone';
    case 'drill':
      return 'not scored';
  }
}

function provisionalWords({ total, asked, isQuick }: Extract<Scoring, { readonly tag: 'locked' }>): string {
  return `${isQuick ? 'quick' : 'provisional'}, ${total.scored} of ${asked}`;
}

function Absent() {
  return (
    <span className="muted">
      <span aria-hidden="true">–</span>
      <VisuallyHidden>not scored</VisuallyHidden>
    </span>
  );
}
