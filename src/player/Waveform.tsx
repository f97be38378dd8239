import { type KeyboardEvent, memo, type ReactNode, useMemo } from 'react';
import { indexAt } from '../domain/coaching.ts';
import { type Mark, STEP_LABELS, type StepSpan, stepAt } from '../domain/step.ts';
import { type Ms, spokenTime } from '../domain/timeline.ts';
import { type Axis, shareOf } from '../ui/axis.ts';
import { classes } from '../ui/classes.ts';
import type { Envelope } from './peaks.ts';
import type { Transport } from './transport.ts';
import { useTransport } from './use-transport.ts';
import styles from './Waveform.module.css';
import { columnsIn, PITCH_PX, wavePath } from './waveform.ts';

export type Pins = readonly { readonly atMs: Ms }[];

/** What is drawn along the time line under the wave. For the eye: what it says is also said in words. */
export type Strips = (axis: Axis) => ReactNode;

type WaveformProps = {
  readonly transport: Transport;
  readonly marks: readonly Mark[];
  readonly spans: readonly StepSpan[];
  /** Null until the width is known. */
  readonly axis: Axis | null;
  /** Null while there is none. */
  readonly envelope: Envelope | null;
  readonly pins?: Pins | undefined;
  readonly strips?: Strips | undefined;
  readonly isDisabled: boolean;
  /** In place of the drawing, while there is none. */
  readonly children?: ReactNode;
};

/** The unit of the drawing; the style sheet decides how tall it is on screen. */
const HEIGHT = 128;

/**
 * The drawing of the sound, and the strips, under a native range: the whole of it is the target, the thumb the
 * playhead.
 */
export function Waveform(props: WaveformProps) {
  const { transport, marks, spans, axis, envelope, pins, strips, isDisabled, children } = props;
  const { durationMs } = transport;
  return (
    <div className={classes(styles['line'], strips !== undefined && styles['withStrips'])}>
      <div className={styles['wave']}>
        {spans.slice(1).map(({ startMs }) => (
          <span key={startMs} className={styles['edge']} style={{ '--at': shareOf(startMs, durationMs) }} />
        ))}
        {envelope !== null && axis !== null && (
          <Drawing transport={transport} envelope={envelope} axis={axis} />
        )}
        {pins !== undefined && <PinRow transport={transport} pins={pins} />}
        {children !== undefined && <div className={styles['instead']}>{children}</div>}
      </div>
      {strips !== undefined && (
        <div className={styles['strips']} aria-hidden="true">
          {axis !== null && strips(axis)}
        </div>
      )}
      <Position transport={transport} marks={marks} isDisabled={isDisabled} />
    </div>
  );
}

type DrawingProps = {
  readonly transport: Transport;
  readonly envelope: Envelope;
  readonly axis: Axis;
};

/** Only the columns near the view: of an hour at the closest zoom there are fifty thousand. */
function Drawing({ transport, envelope, axis }: DrawingProps) {
  const { durationMs } = axis;
  const { all, first, count } = columnsIn(axis);
  const path = useMemo(() => {
    const at = (column: number) => (column / all) * durationMs;
    return wavePath(envelope.columns(count, at(first), at(first + count)), HEIGHT, envelope.loudest);
  }, [envelope, all, first, count, durationMs]);
  const played = useTransport(transport, ({ positionMs }) => {
    const columns = shareOf(positionMs, durationMs) * all;
    return Math.min(1, Math.max(0, (columns - first) / count));
  });
  const place = { '--played': played, '--at': first / all, '--w': count / all };
  return (
    <div className={styles['drawing']} style={place} aria-hidden="true">
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
