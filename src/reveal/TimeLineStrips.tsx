import { type ReactNode, useMemo } from 'react';
import type { KeptAttempt } from '../domain/attempt.ts';
import type { Delivery, PauseTag, Sounds } from '../domain/facts.ts';
import { pausesOf, snappedSpans } from '../domain/step-facts.ts';
import { type Axis, xOf } from '../ui/axis.ts';
import styles from './TimeLineStrips.module.css';
import {
  boundariesOf,
  boundaryPath,
  type Label,
  PACE_PX,
  PAUSES_PX,
  paceChart,
  paceY,
  pausesChart,
  SOUNDS_PX,
  soundsChart,
} from './time-line.ts';

type TimeLineStripsProps = {
  readonly axis: Axis;
  readonly attempt: KeptAttempt;
  readonly delivery: Delivery | null;
  readonly sounds: Sounds | null;
  readonly tags: readonly PauseTag[];
};

/** Whether there is anything to draw. */
export function hasStrips({ delivery, sounds }: Pick<TimeLineStripsProps, 'delivery' | 'sounds'>): boolean {
  const isHeard = sounds !== null && sounds.sounds.length > 0;
  return isHeard || (delivery !== null && delivery.speech !== null);
}

/** What was measured, on the axis of the wave above it. For the eye: TimeLineTables.tsx says the same. */
export function TimeLineStrips({ axis, attempt, delivery, sounds, tags }: TimeLineStripsProps) {
  return (
    <div className={styles['strips']}>
      {delivery !== null && <Measured axis={axis} attempt={attempt} delivery={delivery} tags={tags} />}
      {sounds !== null && sounds.sounds.length > 0 && <Heard axis={axis} sounds={sounds} />}
    </div>
  );
}

type MeasuredProps = Pick<TimeLineStripsProps, 'axis' | 'attempt' | 'tags'> & { readonly delivery: Delivery };

function Measured({ axis, attempt, delivery, tags }: MeasuredProps) {
  const pauses = useMemo(() => pausesChart(attempt, delivery, tags), [attempt, delivery, tags]);
  const pace = useMemo(() => paceChart(attempt, delivery), [attempt, delivery]);
  const drawnPauses = useMemo(() => pauses.marks(axis), [pauses, axis]);
  const drawnPace = useMemo(() => pace.marks(axis), [pace, axis]);
  const boundaries = useMemo(() => boundariesOf(attempt, delivery), [attempt, delivery]);
  const spans = useMemo(() => snappedSpans(attempt, pausesOf(delivery)), [attempt, delivery]);
  const right = Math.ceil(axis.toPx);
  return (
    <>
      {boundaries.length > 0 && (
        <Drawing axis={axis} heightPx={100} className={styles['boundaries']}>
          <path d={boundaryPath(boundaries, 100, axis)} />
        </Drawing>
      )}
      {pauses.table.length > 0 && (
        <Strip name="Pauses" axis={axis} heightPx={PAUSES_PX} labels={drawnPauses.labels}>
          <path className={styles['short']} d={drawnPauses.short} />
          <path className={styles['long']} d={drawnPauses.long} />
          <path className={styles['longest']} d={drawnPauses.longest} />
        </Strip>
      )}
      {pace.table.length > 0 && (
        <Strip
          name="Pace"
          axis={axis}
          heightPx={PACE_PX}
          labels={drawnPace.labels}
          scale={[
            { text: '+25%', y: paceY(1.25) - 6 },
            { text: '−25%', y: paceY(0.75) + 6 },
          ]}
        >
          {spans.map(({ step, startMs, endMs }) => (
            <path
              key={startMs}
              data-step={step}
              className={styles['step']}
              d={`M${xOf(axis, startMs)} 0H${xOf(axis, endMs)}V${PACE_PX}H${xOf(axis, startMs)}z`}
            />
          ))}
          <path className={styles['median']} d={across(axis, right, 1)} />
          <path className={styles['quarter']} d={across(axis, right, 0.75) + across(axis, right, 1.25)} />
          <path className={styles['pace']} d={drawnPace.line} />
          <path className={styles['fast']} d={drawnPace.fast} />
          <path className={styles['stretches']} d={drawnPace.stretches} />
        </Strip>
      )}
    </>
  );
}

function across(axis: Axis, right: number, ratio: number): string {
  return `M${Math.floor(axis.fromPx)} ${paceY(ratio)}H${right}`;
}

function Heard({ axis, sounds: { sounds } }: { readonly axis: Axis; readonly sounds: Sounds }) {
  const chart = useMemo(() => soundsChart(sounds), [sounds]);
  const { bars, labels } = useMemo(() => chart.marks(axis), [chart, axis]);
  return (
    <Strip name="Sounds" axis={axis} heightPx={SOUNDS_PX} labels={labels}>
      <path className={styles['sound']} d={bars} />
    </Strip>
  );
}

type StripProps = {
  readonly name: string;
  readonly axis: Axis;
  readonly heightPx: number;
  readonly labels: readonly Label[];
  /** What the lines across the strip stand for, beside them, in pixels from its top. */
  readonly scale?: readonly { readonly y: number; readonly text: string }[];
  readonly children: ReactNode;
};

function Strip({ name, axis, heightPx, labels, scale = [], children }: StripProps) {
  return (
    <div>
      <div className={styles['labels']}>
        <span className={styles['name']}>{name}</span>
        {labels.map(({ x, text }) => (
          <span key={x} className={styles['label']} style={{ '--x': `${x}px` }}>
            {text}
          </span>
        ))}
      </div>
      {scale.length > 0 && (
        <div className={styles['scale']}>
          {scale.map(({ y, text }) => (
            <span key={text} style={{ '--y': `${y}px` }}>
              {text}
            </span>
          ))}
        </div>
      )}
      <Drawing axis={axis} heightPx={heightPx}>
        {children}
      </Drawing>
    </div>
  );
}

type DrawingProps = {
  readonly axis: Axis;
  readonly heightPx: number;
  readonly className?: string | undefined;
  readonly children: ReactNode;
};

function Drawing({ axis: { fromPx, toPx }, heightPx, className, children }: DrawingProps) {
  const left = Math.floor(fromPx);
  const width = Math.ceil(toPx) - left;
  return (
    <svg
      className={className ?? styles['drawing']}
      style={{ '--x': `${left}px`, '--w': `${width}px`, '--h': `${heightPx}px` }}
      viewBox={`${left} 0 ${width} ${heightPx}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {children}
    </svg>
  );
}
