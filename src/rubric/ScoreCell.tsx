import { Eraser, MapPin } from 'lucide-react';
import type { KeyboardEvent, ReactNode } from 'react';
import { cellName, wantsMoment } from '../domain/reviews.ts';
import { type CellId, LEVELS, type Level, type Rubric, type RubricCell } from '../domain/rubric.ts';
import type { Ms } from '../domain/timeline.ts';
import { IconButton } from '../ui/Button.tsx';
import { CriterionShape } from '../ui/CriterionShape.tsx';
import { classes } from '../ui/classes.ts';
import { Moments } from './Moments.tsx';
import styles from './ScoreCell.module.css';

type ScoreCellProps = {
  readonly rubric: Rubric;
  readonly cell: RubricCell;
  readonly level: Level | null;
  readonly isOpen: boolean;
  readonly isLocked: boolean;
  readonly onChoose: (level: Level) => void;
  readonly onClear: () => void;
  /** Null: what is scored is not heard, and no moment of it can be cited. */
  readonly evidence: Evidence | null;
  readonly children?: ReactNode;
};

/** The moments that stand for a cell's level, and how to cite them. */
export type Evidence = {
  readonly moments: readonly Ms[];
  /** There is something to hear. */
  readonly canCite: boolean;
  /** Of what says why there is nothing to cite. */
  readonly whyNotId: string;
  /** The key that cites is meant for this cell. */
  readonly isTouched: boolean;
  readonly onTouch: () => void;
  readonly onCite: () => void;
  readonly onUncite: (atMs: Ms) => void;
  readonly onPlay: (atMs: Ms) => void;
};

/** Every part of a cell has an id, so that it can be found from elsewhere in the form. */
function partOf(cell: CellId, part: string | number): string {
  return `${cell.replaceAll('.', '-')}-${part}`;
}

/** Moves the focus to a cell that is in the page, and all of the cell into view. */
export function focusCell(cell: CellId): void {
  const group = document.getElementById(partOf(cell, 'levels'));
  const radio = group?.querySelector<HTMLElement>('input:checked') ?? group?.querySelector('input');
  group?.parentElement?.scrollIntoView({ block: 'nearest' });
  radio?.focus();
}

/** One criterion of one step. Choosing never moves what was pressed: descriptions come and go beneath it. */
export function ScoreCell(props: ScoreCellProps) {
  const { rubric, cell, level, isOpen, isLocked, onChoose, onClear, evidence, children } = props;
  const criterion = rubric.criteria.find(({ id }) => id === cell.criterion)?.label ?? cell.criterion;
  const name = cellName(rubric, cell.id);
  const idOf = (part: string | number) => partOf(cell.id, part);

  const press = (event: KeyboardEvent) => {
    if (event.defaultPrevented || isLocked || event.ctrlKey || event.metaKey || event.altKey) return;
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
    <div
      className={classes(styles['cell'], isOpen && styles['open'], evidence?.isTouched && styles['touched'])}
      onFocus={evidence?.onTouch}
    >
      <span className={styles['criterion']} aria-hidden="true">
        <CriterionShape criterion={cell.criterion} />
        {criterion}
      </span>
      <p className={styles['look']} id={idOf('look')}>
        {cell.lookFor}
      </p>
      <fieldset
        role="radiogroup"
        id={idOf('levels')}
        className={styles['levels']}
        aria-label={name}
        aria-describedby={classes(idOf('look'), evidence !== null && idOf('moments'))}
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
              onChange={() => {
                // WebKit gives a radio that is clicked no focus.
                evidence?.onTouch();
                onChoose(value);
              }}
            />
            {value}
            <span className={styles['word']}>{label}</span>
          </label>,
          isOpen || value !== level ? description(value) : null,
        ])}
      </fieldset>
      {evidence !== null && (
        <Moments
          id={idOf('moments')}
          name={name}
          moments={evidence.moments}
          isUncited={wantsMoment(level ?? undefined)}
          canPlay={evidence.canCite}
          onPlay={evidence.onPlay}
          onRemove={isLocked ? null : evidence.onUncite}
          isOpen={isOpen}
        />
      )}
      {!isOpen && level !== null && <p className={styles['chosen']}>{description(level)}</p>}
      {!isLocked && (
        <div className={styles['tools']}>
          {evidence !== null && (
            <IconButton
              id={idOf('moments-cite')}
              className={styles['tool']}
              label={`Cite this moment for ${name}`}
              icon={MapPin}
              disabled={!evidence.canCite}
              aria-describedby={evidence.canCite ? undefined : evidence.whyNotId}
              aria-keyshortcuts={evidence.isTouched ? 'E' : undefined}
              onKeyDown={press}
              onClick={evidence.onCite}
            />
          )}
          <IconButton
            className={styles['tool']}
            label={`Clear ${name}`}
            icon={Eraser}
            disabled={level === null}
            onKeyDown={press}
            onClick={() => {
              // This button is about to be disabled, and would drop the focus.
              document.getElementById(idOf(level ?? ''))?.focus({ preventScroll: true });
              onClear();
            }}
          />
        </div>
      )}
      {children !== undefined && <div className={styles['more']}>{children}</div>}
    </div>
  );
}
