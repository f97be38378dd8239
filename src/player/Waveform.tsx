import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { type Mark, STEP_LABELS, type StepSpan, stepAt } from '../domain/step.ts';
import { spokenTime } from '../domain/timeline.ts';
import type { Transport } from './transport.ts';
import { useTransport } from './use-transport.ts';
import styles from './Waveform.module.css';
import { type Columns, columnCount, PITCH_PX, shareOf, wavePath } from './waveform.ts';

type WaveformProps = {
  readonly transport: Transport;
  readonly marks: readonly Mark[];
  readonly spans: readonly StepSpan[];
  /** The envelope in as many columns as there is room for; null while there is none. */
  readonly columns: ((count: number) => Columns) | null;
  readonly isDisabled: boolean;
  /** In place of the drawing, while there is none. */
  readonly children?: ReactNode;
};

/** The unit of the drawing; the style sheet decides how tall it is on screen. */
const HEIGHT = 128;

/** The drawing of the sound under a native range: the whole of it is the target, the thumb the playhead. */
export function Waveform({ transport, marks, spans, columns, isDisabled, children }: WaveformProps) {
  const frame = useRef<HTMLDivElement>(null);
  const [count, setCount] = useState<number | null>(null);
  useEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setCount(columnCount(entry.contentRect.width));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const path = columns === null || count === null ? null : wavePath(columns(count), HEIGHT);
  return (
    <div className={styles['wave']} ref={frame}>
      {spans.slice(1).map(({ startMs }) => (
        <span
          key={startMs}
          className={styles['edge']}
          style={{ '--at': shareOf(startMs, transport.durationMs) }}
        />
      ))}
      {path !== null && count !== null && <Drawing transport={transport} path={path} count={count} />}
      {children !== undefined && <div className={styles['instead']}>{children}</div>}
      <Position transport={transport} marks={marks} isDisabled={isDisabled} />
    </div>
  );
}

type DrawingProps = { readonly transport: Transport; readonly path: string; readonly count: number };

function Drawing({ transport, path, count }: DrawingProps) {
  const played = useTransport(transport, ({ positionMs }) => shareOf(positionMs, transport.durationMs));
  return (
    <div className={styles['drawing']} style={{ '--played': played }} aria-hidden="true">
      {(['left', 'done'] as const).map((part) => (
        <svg
          key={part}
          className={styles[part]}
          viewBox={`0 0 ${count * PITCH_PX} ${HEIGHT}`}
          preserveAspectRatio="none"
          aria-hidden="true"
        >
          <path d={path} />
        </svg>
      ))}
    </div>
  );
}

const STEPS_MS: Readonly<Record<string, number>> = {
  ArrowLeft: -5000,
  ArrowDown: -5000,
  ArrowRight: 5000,
  ArrowUp: 5000,
};

type PositionProps = Pick<WaveformProps, 'transport' | 'marks' | 'isDisabled'>;

function Position({ transport, marks, isDisabled }: PositionProps) {
  const { durationMs } = transport;
  const positionMs = useTransport(transport, (state) => state.positionMs);
  const step = stepAt(marks, positionMs);
  // The native step is one millisecond, which no arrow key should move by.
  const move = (event: KeyboardEvent) => {
    const byMs = STEPS_MS[event.key];
    if (byMs === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    transport.seek(positionMs + (event.shiftKey ? byMs / 5 : byMs));
  };
  return (
    <input
      type="range"
      className={styles['position']}
      aria-label="Position"
      min="0"
      max={(durationMs / 1000).toFixed(3)}
      step="0.001"
      value={(positionMs / 1000).toFixed(3)}
      aria-valuetext={spokenTime(positionMs) + (step === null ? '' : `, ${STEP_LABELS[step]}`)}
      disabled={isDisabled}
      onChange={(event) => transport.seek(Math.round(event.currentTarget.valueAsNumber * 1000))}
      onKeyDown={move}
    />
  );
}
