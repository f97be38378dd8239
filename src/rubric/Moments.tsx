import { X } from 'lucide-react';
import type { KeyboardEvent } from 'react';
import { type Ms, timecode } from '../domain/timeline.ts';
import { IconButton } from '../ui/Button.tsx';
import { classes } from '../ui/classes.ts';
import { Timecode } from '../ui/Timecode.tsx';
import styles from './Moments.module.css';

type MomentsProps = {
  readonly id: string;
  /** Of the cell: `Pacing: Approach`. */
  readonly name: string;
  readonly moments: readonly Ms[];
  /** A level of 3 or 4 was chosen, and nothing is cited for it. */
  readonly isUncited: boolean;
  readonly canPlay: boolean;
  readonly onPlay: (atMs: Ms) => void;
  /** Null: they are only read. */
  readonly onRemove: ((atMs: Ms) => void) | null;
  /** There is room for a button to remove each; Delete removes the one that has the focus in any case. */
  readonly isOpen: boolean;
};

/** The moments of a cell, or, in their place, that there should be one. */
export function Moments(props: MomentsProps) {
  const { id, name, moments, isUncited, canPlay, onPlay, onRemove, isOpen } = props;
  const remove = (atMs: Ms, from: Element) => {
    const list = from.closest('ul');
    onRemove?.(atMs);
    // The button that was pressed is gone: the focus stays with the moments, or else with the cell.
    requestAnimationFrame(() => {
      const next = list?.isConnected === true ? list.querySelector('button') : null;
      (next ?? document.getElementById(`${id}-cite`))?.focus({ preventScroll: true });
    });
  };
  const press = (event: KeyboardEvent, atMs: Ms) => {
    if (event.key !== 'Delete' && event.key !== 'Backspace') return;
    event.preventDefault();
    remove(atMs, event.currentTarget);
  };
  if (moments.length === 0)
    return (
      <p id={id} className={styles['moments']}>
        {isUncited && <span className={styles['uncited']}>uncited</span>}
      </p>
    );
  return (
    <ul
      role="list"
      id={id}
      className={classes(styles['moments'], !isOpen && styles['folded'])}
      aria-label={`Moments for ${name}`}
    >
      {moments.map((atMs) => (
        <li key={atMs}>
          <button
            type="button"
            className={styles['at']}
            aria-label={`${timecode(atMs)}, cited for ${name}`}
            title="Play the 10 seconds around it"
            disabled={!canPlay}
            onClick={() => onPlay(atMs)}
            onKeyDown={onRemove === null ? undefined : (event) => press(event, atMs)}
          >
            <Timecode ms={atMs} />
          </button>
          {isOpen && onRemove !== null && (
            <IconButton
              className={styles['remove']}
              label={`Remove ${timecode(atMs)} from ${name}`}
              icon={X}
              onClick={(event) => remove(atMs, event.currentTarget)}
            />
          )}
        </li>
      ))}
    </ul>
  );
}
