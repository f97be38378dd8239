import { type Ref, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { cellName } from '../domain/reviews.ts';
import type { CellId, Review, Rubric } from '../domain/rubric.ts';
import { Button } from '../ui/Button.tsx';
import { TextField } from '../ui/Field.tsx';
import { useShortcuts } from '../ui/shortcuts.ts';
import { leastWords } from './count-words.ts';
import styles from './ScoreForm.module.css';

type LockPanelProps = {
  readonly rubric: Rubric;
  readonly review: Review;
  /** Enough cells have a level. */
  readonly canLock: boolean;
  /** What was locked before is there to go back to. */
  readonly followsLock: boolean;
  /** Cells at 3 or 4 that cite no moment; none where there is nothing to cite from. */
  readonly uncited: readonly CellId[];
  readonly onGoTo: (cell: CellId) => void;
  readonly onReason: (reason: string) => void;
  readonly onLock: () => void;
  readonly onDiscard: () => void;
  /** What is left when a message above goes. */
  readonly ref: Ref<HTMLDivElement>;
};

/**
 * The end of the form. What is uncited is said once: whoever presses the same again means it. A correction is
 * not locked without its reason.
 */
export function LockPanel(props: LockPanelProps) {
  const { rubric, review, canLock, followsLock, uncited, onGoTo, onReason, onLock, onDiscard, ref } = props;
  const [listed, setListed] = useState<readonly CellId[] | null>(null);
  const [asksReason, setAsksReason] = useState(false);
  const list = useRef<HTMLElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const isCorrection = review.revises !== undefined;
  const lacksReason = isCorrection && (review.reason ?? '').trim() === '';

  const lockAnyway = () => {
    if (!lacksReason) {
      onLock();
      return;
    }
    setAsksReason(true);
    field.current?.focus();
  };
  const lock = () => {
    if (!canLock) return;
    if (uncited.every((cell) => listed?.includes(cell))) {
      lockAnyway();
      return;
    }
    flushSync(() => setListed(uncited));
    list.current?.focus({ preventScroll: true });
    list.current?.scrollIntoView({ block: 'nearest' });
  };
  useShortcuts([{ keys: 'Mod+Enter', label: 'Lock scores', run: lock }], { enabled: canLock });

  return (
    <div ref={ref} tabIndex={-1} className={styles['lock']}>
      {isCorrection && (
        <TextField
          ref={field}
          label="Reason"
          hint="It stands beside the corrected scores."
          error={asksReason && lacksReason ? 'Say in a few words what was scored wrongly, then lock.' : null}
          value={review.reason ?? ''}
          onChange={(event) => onReason(event.currentTarget.value)}
        />
      )}
      <div className={styles['actions']}>
        {/* The second click of a double click would not have read what the first one brought. */}
        <Button variant="primary" disabled={!canLock} onClick={({ detail }) => detail < 2 && lock()}>
          Lock scores
        </Button>
        {followsLock && (
          <Button variant="plain" onClick={onDiscard}>
            {isCorrection ? 'Discard correction' : 'Discard this review'}
          </Button>
        )}
      </div>
      <p className="small muted">
        {canLock
          ? 'Locked scores never change. Blank cells are left out; they do not count as 0.'
          : leastWords(rubric, review)}
      </p>
      {listed !== null && uncited.length > 0 && (
        <section ref={list} tabIndex={-1} className={styles['uncited']} aria-label="Not cited">
          <p>
            <strong>
              {uncited.length === 1
                ? '1 cell at 3 or 4 cites no moment.'
                : `${uncited.length} cells at 3 or 4 cite no moment.`}
            </strong>{' '}
            A score that names its moment can be checked by listening.
          </p>
          <ul role="list">
            {uncited.map((cell) => (
              <li key={cell}>
                <Button variant="plain" slim onClick={() => onGoTo(cell)}>
                  {cellName(rubric, cell)}
                </Button>
              </li>
            ))}
          </ul>
          <Button onClick={lockAnyway}>Lock anyway</Button>
        </section>
      )}
    </div>
  );
}
