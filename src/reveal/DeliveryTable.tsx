/* oxlint-disable jsx-a11y/no-interactive-element-to-noninteractive-role -- it takes every td for a grid's */
import type { Unmeasured } from '../domain/facts.ts';
import { type Confidence, confidenceIn, type Doubt, type FigureId, type Usual } from '../domain/usual.ts';
import { classes } from '../ui/classes.ts';
import { capitalised } from '../ui/format.ts';
import { VisuallyHidden } from '../ui/VisuallyHidden.tsx';
import styles from './DeliveryTable.module.css';
import { FIGURES, figureWords, shownValue, unmeasuredWords, usualWords } from './delivery-words.ts';

export type FigureRow = {
  readonly id: FigureId;
  readonly value: number | Unmeasured;
  readonly usual: Usual;
};

type DeliveryTableProps = {
  readonly rows: readonly FigureRow[];
  readonly pauseCount: number;
  readonly doubts: readonly Doubt[];
};

/**
 * Each figure beside what is usual for the same person. No value is called good or bad. The roles are named
 * because a table laid out as blocks loses them.
 */
export function DeliveryTable({ rows, pauseCount, doubts }: DeliveryTableProps) {
  return (
    <table className={styles['table']} role="table" aria-label="Delivery">
      <thead role="rowgroup">
        <tr role="row">
          {['Measure', 'What it is', 'Value', 'Your usual range', 'Confidence'].map((name) => (
            <th key={name} role="columnheader" scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <Figure
            key={row.id}
            {...row}
            count={row.id === 'pauseRate' ? pauseCount : null}
            confidence={confidenceIn(row.id, doubts)}
          />
        ))}
      </tbody>
    </table>
  );
}

type FigureProps = FigureRow & {
  /** Of what is given for each minute. */
  readonly count: number | null;
  readonly confidence: Confidence;
};

const CONFIDENCES: Readonly<Record<Confidence, string>> = {
  low: 'low',
  unknown: 'not known',
  normal: 'normal',
};

function Figure({ id, value, usual, count, confidence }: FigureProps) {
  const { label, meaning, isEstimate = false } = FIGURES[id];
  const isMeasured = typeof value === 'number';
  return (
    <tr role="row">
      <th role="rowheader" scope="row">
        {label}
        {isEstimate && <span className={styles['estimate']}> estimate</span>}
      </th>
      <td role="cell" className={styles['meaning']}>
        {meaning}
      </td>
      <td
        role="cell"
        className={isMeasured ? styles['value'] : styles['why']}
        {...(isMeasured ? {} : { colSpan: 3 })}
      >
        {isMeasured ? (
          <>
            {count !== null && <span className={styles['count']}>{count} in all, </span>}
            {figureWords(id, value)}
          </>
        ) : (
          `${capitalised(unmeasuredWords(value))}.`
        )}
      </td>
      {isMeasured && (
        <>
          <td role="cell" className={styles['usual']}>
            {usual.tag === 'range' ? (
              <>
                <Strip
                  low={shownValue(id, usual.low)}
                  high={shownValue(id, usual.high)}
                  value={shownValue(id, value)}
                />
                <span className={styles['key']}>Usually </span>
                {usualWords(id, usual)}
              </>
            ) : (
              // Said once, under the table.
              <>
                <span aria-hidden="true">–</span>
                <VisuallyHidden>{usualWords(id, usual)}</VisuallyHidden>
              </>
            )}
          </td>
          <td role="cell" className={classes(styles['confidence'], confidence === 'low' && styles['low'])}>
            <span className={styles['key']}>Confidence </span>
            {CONFIDENCES[confidence]}
          </td>
        </>
      )}
    </tr>
  );
}

type StripProps = { readonly low: number; readonly high: number; readonly value: number };

/** The usual range as a band, and this recording as a dot. For the eye: the numbers stand beside it. */
function Strip({ low, high, value }: StripProps) {
  const [least, most] = [Math.min(low, value), Math.max(high, value)];
  // Room on both sides, so that an end of the line is no limit.
  const margin = (most - least || Math.abs(most) || 1) * 0.25;
  const at = (one: number) => ((one - least + margin) / (most - least + 2 * margin)) * 100;
  return (
    <svg className={styles['strip']} aria-hidden="true">
      <line className={styles['axis']} x1="0" x2="100%" y1="50%" y2="50%" />
      <rect
        className={styles['band']}
        x={`${at(low)}%`}
        width={`${at(high) - at(low)}%`}
        y="15%"
        height="70%"
      />
      <circle className={styles['dot']} cx={`${at(value)}%`} cy="50%" r="4.5" />
    </svg>
  );
}
