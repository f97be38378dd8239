import { X } from 'lucide-react';
import type { KeyboardEvent, ReactNode } from 'react';
import { LEVELS, type Level, type Rubric, type RubricCell } from '../domain/rubric.ts';
import { IconButton } from '../ui/Button.tsx';
import { CriterionShape } from '../ui/CriterionShape.tsx';
import { classes } from '../ui/classes.ts';
import styles from './ScoreCell.module.css';

type ScoreCellProps = {
  readonly rubric: Rubric;
  readonly cell: RubricCell;
  readonly stepLabel: string;
  readonly level: Level | null;
  readonly isOpen: boolean;
  readonly isLocked: boolean;
  readonly onChoose: (level: Level) => void;
  readonly onClear: () => void;
  readonly children?: ReactNode;
};

/** One criterion of one step. Choosing never moves what was pressed: descriptions come and go beneath it. */
export function ScoreCell(props: ScoreCellProps) {
  const { rubric, cell, stepLabel, level, isOpen, isLocked, onChoose, onClear, children } = props;
  const criterion = rubric.criteria.find(({ id }) => id === cell.criterion)?.label ?? cell.criterion;
  const name = `${criterion}: ${stepLabel}`;
  const idOf = (part: string | number) => `${cell.criterion}-${cell.step}-${part}`;

  const press = (event: KeyboardEvent) => {
    if (isLocked || event.ctrlKey || event.metaKey || event.altKey) return;
    const chosen = LEVELS.find((candidate) => String(candidate) === event.key);
    if (chosen !== undefined) {
      onChoose(chosen);
      document.getElementById(idOf(chosen))?.focus();
    } else if (event.key === 'Delete' || event.key === 'Backspace') onClear();
    // 5 is no level, and must not jump to a step from here either.
    else if (event.key !== '5') return;
    event.preventDefault();
  };
  const description = (value: Level) => (
    <label key={`${value}d`} className={styles['description']} id={idOf(`${value}d`)} htmlFor={idOf(value)}>
      {cell.levels[value]}
    </label>
  );

  return (
    <div className={classes(styles['cell'], isOpen && styles['open'])}>
      <span className={styles['criterion']} aria-hidden="true">
        <CriterionShape criterion={cell.criterion} />
        {criterion}
      </span>
      <p className={styles['look']} id={idOf('look')}>
        {cell.lookFor}
      </p>
      <fieldset
        role="radiogroup"
        className={styles['levels']}
        aria-label={name}
        aria-describedby={idOf('look')}
        onKeyDown={press}
      >
        {rubric.levels.map(({ value, label }) => [
          <label key={value} className={styles['level']}>
            <input
              type="radio"
              id={idOf(value)}
              name={cell.id}
              value={value}
              aria-label={`${value} ${label}`}
              aria-describedby={idOf(`${value}d`)}
              checked={value === level}
              disabled={isLocked}
              onChange={() => onChoose(value)}
            />
            {value}
            <span className={styles['word']}>{label}</span>
          </label>,
          isOpen || value !== level ? description(value) : null,
        ])}
      </fieldset>
      {!isOpen && level !== null && <p className={styles['chosen']}>{description(level)}</p>}
      {!isLocked && (
        <IconButton
          className={styles['clear']}
          label={`Clear ${name}`}
          icon={X}
          disabled={level === null}
          onClick={() => {
            // This button is about to be disabled, and would drop the focus.
            document.getElementById(idOf(level ?? ''))?.focus({ preventScroll: true });
            onClear();
          }}
        />
      )}
      {children !== undefined && <div className={styles['more']}>{children}</div>}
    </div>
  );
}
