/* oxlint-disable jsx-a11y/no-interactive-element-to-noninteractive-role -- it takes every td for a grid's */
import {
  type Known,
  RECORDED_FACTS,
  type RecordedFacts,
  type StepRecorded,
  type WhyUnknown,
} from '../domain/recorded-facts.ts';
import { STEP_IDS, STEP_LABELS } from '../domain/step.ts';
import { StepLetter } from '../ui/Steps.tsx';
import { numberWords, unmeasuredWords } from './delivery-words.ts';
import styles from './StepFactsTable.module.css';

type Row = {
  readonly id: Exclude<keyof typeof RECORDED_FACTS, 'longestPauses'>;
  readonly digits: number;
  /** In plainer words than the rubric's, its unit included. */
  readonly label?: string;
};

/** The longest pauses have a list of their own. */
const ROWS: readonly Row[] = [
  { id: 'totalTimeSec', digits: 1 },
  { id: 'totalOverPct', digits: 0 },
  { id: 'pauseSharePct', digits: 0 },
  { id: 'stepLongestPauseSec', digits: 1 },
  { id: 'stepEndPauseSec', digits: 1 },
  { id: 'syllableRate', digits: 1 },
  { id: 'localRateRatio', digits: 2, label: 'Pace in windows of 10 s; 1 is your own median' },
  { id: 'fastStretchCount', digits: 0 },
  { id: 'final10sRateRatio', digits: 2 },
];

/** The facts of the rubric that come out of the sound: for the whole, and for each step where that makes sense. */
export function StepFactsTable({ facts: { whole, steps } }: { readonly facts: RecordedFacts }) {
  const isMarked = STEP_IDS.some((step) => steps[step].pauseSharePct !== 'no-marks');
  const shownSteps = isMarked ? STEP_IDS : [];
  // Without marks the whole is all there is, and it is said once.
  const rows = ROWS.filter(({ id }) => isMarked || id in whole).map(({ id, digits, label }) => ({
    id,
    digits,
    label,
    cells: [
      id in whole ? whole[id as keyof Omit<typeof whole, 'longestPauses'>] : null,
      ...shownSteps.map((step) => (id in steps[step] ? steps[step][id as keyof StepRecorded] : null)),
    ],
  }));
  const whys = new Set(rows.flatMap(({ cells }) => cells.filter((cell) => typeof cell === 'string')));
  return (
    <>
      <table className={styles['table']} role="table" aria-label="Measured, step by step">
        <thead role="rowgroup">
          <tr role="row">
            <th role="columnheader" scope="col">
              Fact
            </th>
            <th role="columnheader" scope="col">
              Whole
            </th>
            {shownSteps.map((step) => (
              <th key={step} role="columnheader" scope="col">
                <StepLetter step={step} />
                <span className={styles['name']}> {STEP_LABELS[step]}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map(({ id, digits, label, cells }) => (
            <tr key={id} role="row">
              <th role="rowheader" scope="row">
                {label ?? RECORDED_FACTS[id].label}
                {label === undefined && <span className="muted">, {RECORDED_FACTS[id].unit}</span>}
              </th>
              {cells.map((cell, column) => (
                // The columns never move.
                <td key={column} role="cell">
                  {cell !== null && <Cell known={cell} digits={digits} />}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {!isMarked && (
        <p className={styles['why']}>The attempt has no marks, so nothing is known step by step.</p>
      )}
      {whys.size > 0 && <p className={styles['why']}>{dashWords([...whys])}</p>}
    </>
  );
}

function Cell({ known, digits }: { readonly known: Known; readonly digits: number }) {
  if (typeof known === 'number') return numberWords(known, digits);
  return (
    <>
      <span aria-hidden="true">–</span>
      <span className="vh">{unmeasuredWords(known)}</span>
    </>
  );
}

/** `A dash: cannot be measured, because the step is too short; or because the step ends with the take.` */
function dashWords(whys: readonly WhyUnknown[]): string {
  const [first, ...others] = whys.map(unmeasuredWords);
  const rest = others.map((words) => `; or ${words.slice(words.indexOf('because'))}`);
  return `A dash: ${first}${rest.join('')}.`;
}
