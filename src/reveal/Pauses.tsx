import { Play } from 'lucide-react';
import { PAUSE_LABELS, PAUSE_PLACES, type PausePlace } from '../domain/facts.ts';
import { STEP_LABELS, type StepId } from '../domain/step.ts';
import type { Ms, Span } from '../domain/timeline.ts';
import { Button } from '../ui/Button.tsx';
import { Choices } from '../ui/Choices.tsx';
import type { Playhead } from '../ui/playhead.ts';
import styles from './Pauses.module.css';
import type { Pause } from './shown.ts';
import { lengthWords } from './words.ts';

/** Heard before and after a pause, so that it can be told where it fell. */
const AROUND_MS: Ms = 2000;

const PLACES = PAUSE_PLACES.map((value) => ({ value, label: PAUSE_LABELS[value] }));

export type PausesProps = {
  readonly longest: readonly Pause[];
  /** The others that want a tag. */
  readonly others: readonly Pause[];
  readonly stepOf: (pause: Span) => StepId | null;
  /** Its beginning, which tells it from all others. */
  readonly atOf: (pause: Span) => string;
  readonly durationMs: Ms;
  readonly playhead: Pick<Playhead, 'canPlay' | 'playSpan'>;
  readonly onTag: (pause: Span, place: PausePlace) => void;
};

export function Pauses({ longest, others, ...rest }: PausesProps) {
  return (
    <>
      <PauseList label="Three longest pauses" pauses={longest} {...rest} />
      {others.length > 0 && (
        <>
          <h4 className={styles['more']}>Also over 2 seconds</h4>
          <PauseList label="Also over 2 seconds" pauses={others} {...rest} />
        </>
      )}
    </>
  );
}

type PauseListProps = Omit<PausesProps, 'longest' | 'others'> & {
  readonly label: string;
  readonly pauses: readonly Pause[];
};

function PauseList({ label, pauses, ...rest }: PauseListProps) {
  return (
    <ul role="list" aria-label={label} className={styles['pauses']}>
      {pauses.map((pause) => (
        <PauseRow key={pause.startMs} pause={pause} {...rest} />
      ))}
    </ul>
  );
}

function PauseRow({
  pause,
  stepOf,
  atOf,
  durationMs,
  playhead,
  onTag,
}: Omit<PauseListProps, 'label' | 'pauses'> & { readonly pause: Pause }) {
  const { startMs, endMs, place } = pause;
  const at = atOf(pause);
  const step = stepOf(pause);
  return (
    <li className="row">
      <Button
        slim
        aria-label={`Play pause at ${at}`}
        disabled={!playhead.canPlay}
        onClick={() =>
          playhead.playSpan({
            startMs: Math.max(0, startMs - AROUND_MS),
            endMs: Math.min(durationMs, endMs + AROUND_MS),
          })
        }
      >
        <Play size={14} fill="currentColor" aria-hidden="true" />
        {at}
      </Button>
      <span>
        <strong>{lengthWords(pause)}</strong>
        {step !== null && <span className="muted"> in {STEP_LABELS[step]}</span>}
      </span>
      <div className={styles['tag']}>
        <Choices
          name={{ 'aria-label': `Pause at ${at}` }}
          options={PLACES}
          value={place}
          areLong
          onChoose={(chosen) => onTag(pause, chosen)}
        />
      </div>
    </li>
  );
}
