import { type KeyboardEvent, memo, type ReactNode, useEffect, useRef, useState } from 'react';
import { indexAt } from '../domain/coaching.ts';
import { type Mark, STEP_LABELS, type StepSpan, stepAt } from '../domain/step.ts';
import { type Ms, spokenTime } from '../domain/timeline.ts';
import { classes } from '../ui/classes.ts';
import type { Transport } from './transport.ts';
import { useTransport } from './use-transport.ts';
import styles from './Waveform.module.css';
import { type Columns, columnCount, PITCH_PX, shareOf, wavePath } from './waveform.ts';

export type Pins = readonly { readonly atMs: Ms }[];

type WaveformProps = {
  readonly transport: Transport;
  readonly marks: readonly Mark[];
  readonly spans: readonly StepSpan[];
  /** The envelope in as many columns as there is room for; null while there is none. */
  readonly columns: ((count: number) => Columns) | null;
  readonly pins?: Pins | undefined;
  readonly isDisabled: boolean;
  /** In place of the drawing, while there is none. */
  readonly children?: ReactNode;
};

/** The unit of the drawing; the style sheet decides how tall it is on screen. */
const HEIGHT = 128;

/** The drawing of the sound under a native range: the whole of it is the target, the thumb the playhead. */
export function Waveform({ transport, marks, spans, columns, pins, isDisabled, children }: WaveformProps) {
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
      {pins !== undefined && <PinRow transport={transport} pins={pins} />}
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

type PinRowProps = { readonly transport: Transport; readonly pins: Pins };

/** For the eye: the list of what was noted says the same. */
function PinRow({ transport, pins }: PinRowProps) {
  const here = useTransport(transport, ({ positionMs }) => indexAt(pins, positionMs));
  return pins.map(({ atMs }, index) => (
    // Nothing but their place tells them apart.
    // oxlint-disable-next-line no-array-index-key
    <Pin key={index} at={shareOf(atMs, transport.durationMs)} isHere={index === here} />
  ));
}

const Pin = memo(function Pin({ at, isHere }: { readonly at: number; readonly isHere: boolean }) {
  return (
    <span
      className={classes(styles['pin'], isHere && styles['here'])}
      style={{ '--at': at }}
      aria-hidden="true"
    />
  );
});

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
