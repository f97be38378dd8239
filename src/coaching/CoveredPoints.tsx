import { X } from 'lucide-react';
import { useId } from 'react';
import {
  ANSWER_LABELS,
  ANSWERS,
  type Answered,
  type Coaching,
  withCovered,
  withMoment,
} from '../domain/coaching.ts';
import type { FrozenPrompt } from '../domain/prompt.ts';
import { IconButton } from '../ui/Button.tsx';
import { Choices } from '../ui/Choices.tsx';
import type { Playhead } from '../ui/playhead.ts';
import styles from './CoveredPoints.module.css';
import { Moment } from './Moment.tsx';

const OPTIONS = ANSWERS.map((value) => ({ value, label: ANSWER_LABELS[value] }));

type CoveredPointsProps = {
  /** As they were when the attempt was made. */
  readonly points: FrozenPrompt['covers'];
  /** Nothing else is due before them: folded until then, they do not answer for one's memory. */
  readonly areDue: boolean;
  readonly covered: Coaching['covered'];
  readonly playhead: Playhead;
  readonly change: (change: (coaching: Coaching) => Coaching) => Promise<boolean>;
};

/** What an answer to the prompt can cover: never shown before it was recorded, and ticked off while listening. */
export function CoveredPoints({ points, areDue, covered, playhead, change }: CoveredPointsProps) {
  const id = useId();
  const answer = (point: string, answered: Answered | null) =>
    void change((coaching) => withCovered(coaching, point, answered));
  return (
    <section aria-label="Covered points" className={styles['covered']}>
      <details open={areDue}>
        <summary>
          <h2>Covered points</h2>
          <span className={styles['count']}>{countWords(points, covered)}</span>
        </summary>
        <ul role="list">
          {points.map(({ id: point, text }, index) => {
            const given = covered[point];
            const textId = `${id}-${index}`;
            return (
              <li key={point}>
                <p id={textId}>{text}</p>
                <Choices
                  name={{ 'aria-labelledby': textId }}
                  options={OPTIONS}
                  value={given?.answer ?? null}
                  onChoose={(chosen) => answer(point, withMoment({ answer: chosen }, given?.atMs ?? null))}
                />
                <span className={styles['tools']}>
                  <Moment
                    of={text}
                    atMs={given?.atMs ?? null}
                    playhead={playhead}
                    isDisabled={given === undefined || given.answer === 'no'}
                    onCite={(atMs) => given !== undefined && answer(point, withMoment(given, atMs))}
                  />
                  <IconButton
                    label={`Clear ${text}`}
                    icon={X}
                    disabled={given === undefined}
                    onClick={(event) => {
                      // This button is about to be disabled, and would drop the focus.
                      event.currentTarget
                        .closest('li')
                        ?.querySelector<HTMLElement>('input:checked')
                        ?.focus({ preventScroll: true });
                      answer(point, null);
                    }}
                  />
                </span>
              </li>
            );
          })}
        </ul>
      </details>
    </section>
  );
}

/** `3 yes, 1 partly, 1 no`, and how many have no answer yet. */
function countWords(points: CoveredPointsProps['points'], covered: Coaching['covered']): string {
  const given = points.flatMap(({ id }) => covered[id]?.answer ?? []);
  const counts = ANSWERS.map((answer) => ({ answer, count: given.filter((one) => one === answer).length }));
  const words = counts.filter(({ count }) => count > 0).map(({ answer, count }) => `${count} ${answer}`);
  const open = points.length - given.length;
  if (given.length === 0) return `${points.length} to tick`;
  return [...words, ...(open > 0 ? [`${open} to tick`] : [])].join(', ');
}
