/* oxlint-disable jsx-a11y/no-interactive-element-to-noninteractive-role -- it takes every td for a grid's */
import { STEP_LABELS } from '../domain/step.ts';
import type { Ms } from '../domain/timeline.ts';
import { classes } from '../ui/classes.ts';
import { BudgetBar, StepLetter } from '../ui/Steps.tsx';
import { VisuallyHidden } from '../ui/VisuallyHidden.tsx';
import styles from './PacingTable.module.css';
import type { Row, Shown } from './shown.ts';
import { becauseWords, timeWords } from './words.ts';

/**
 * Time against budget, the speaker's level, the one the recording allows, and why. An ink box is the speaker's,
 * an outlined one the machine's. The roles are named because a table laid out as blocks loses them.
 */
export function PacingTable({ criterion, rows }: Shown) {
  const widestMs = Math.max(...rows.flatMap(({ facts, budgetMs }) => [usedOf(facts), budgetMs ?? 0]));
  return (
    <table className={styles['table']} role="table" aria-label={`${criterion.label}, step by step`}>
      <caption className={styles['caption']}>{criterion.label}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {['Step', 'Time against budget', 'You', 'Allows', 'Because'].map((name) => (
            <th key={name} role="columnheader" scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <StepRow key={row.step} row={row} widestMs={widestMs} />
        ))}
      </tbody>
    </table>
  );
}

function StepRow({ row, widestMs }: { readonly row: Row; readonly widestMs: Ms }) {
  const { step, facts, budgetMs, level, ceiling } = row;
  const differs = level !== null && level !== 0 && ceiling !== null && ceiling.level < level;
  return (
    <tr role="row" className={classes(differs && styles['differs'])}>
      <th role="rowheader" scope="row">
        <StepLetter step={step} /> {STEP_LABELS[step]}
      </th>
      <td role="cell" className={styles['time']}>
        {facts.stepTimeSec !== null && budgetMs !== null && (
          <BudgetBar step={step} usedMs={usedOf(facts)} budgetMs={budgetMs} ofMs={widestMs} />
        )}
        <span className="small">{timeWords(row)}</span>
      </td>
      <td role="cell">
        <span className={classes(styles['level'], level !== null && styles['own'])}>
          <span className={styles['key']}>You </span>
          {level ?? <Absent why="not scored" />}
        </span>
      </td>
      <td role="cell">
        <span className={classes(styles['level'], ceiling?.skipped.length !== 0 && styles['open'])}>
          <span className={styles['key']}>Allows </span>
          {ceiling === null ? <Absent why="not known" /> : ceiling.level}
          {ceiling !== null && ceiling.skipped.length > 0 && <VisuallyHidden> so far</VisuallyHidden>}
        </span>
      </td>
      <td role="cell" className={styles['why']}>
        {becauseWords(row).join(' ')}
      </td>
    </tr>
  );
}

function usedOf({ stepTimeSec }: Row['facts']): Ms {
  return (stepTimeSec ?? 0) * 1000;
}

function Absent({ why }: { readonly why: string }) {
  return (
    <>
      <span aria-hidden="true">–</span>
      <VisuallyHidden>{why}</VisuallyHidden>
    </>
  );
}
