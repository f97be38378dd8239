import { Play } from 'lucide-react';
import { type ReactNode, useId, useMemo, useState } from 'react';
import { Link } from 'react-router';
import type { KeptAttempt } from '../domain/attempt.ts';
import { type Delivery, PAUSE_LABELS, type PauseTag, type Sounds, type Unmeasured } from '../domain/facts.ts';
import { STEP_LABELS, type StepId } from '../domain/step.ts';
import { type Ms, type Span, timecode } from '../domain/timeline.ts';
import { Button } from '../ui/Button.tsx';
import { Progress } from '../ui/Progress.tsx';
import type { Playhead } from '../ui/playhead.ts';
import { VisuallyHidden } from '../ui/VisuallyHidden.tsx';
import { unmeasuredWords, whyNoSpeech } from './delivery-words.ts';
import type { Listening, Measuring } from './measuring.ts';
import styles from './TimeLineTables.module.css';
import {
  boundariesOf,
  type PauseRow,
  paceChart,
  pausesChart,
  ratioWords,
  SOUND_LABELS,
  secondsOf,
  soundsChart,
} from './time-line.ts';
import {
  beginsAmong,
  notMeasuredWords,
  paceWords,
  pausesWords,
  scoreWords,
  soundsWords,
  tenths,
} from './time-line-words.ts';

/** Heard before and after what is played. */
const AROUND_MS: Ms = 2000;
/** An hour has thousands of pauses: so many stand on one page of a table. */
const PAGE = 50;

type TimeLineTablesProps = {
  readonly attempt: KeptAttempt;
  /** Null: not measured (yet). */
  readonly delivery: Delivery | null;
  readonly measuring: Measuring;
  /** Null: nobody has listened (yet). */
  readonly sounds: Sounds | null;
  readonly listening: Listening;
  readonly tags: readonly PauseTag[];
  readonly playhead: Pick<Playhead, 'canPlay' | 'playSpan'>;
};

/** What is drawn along the time line, in words and as tables. */
export function TimeLineTables(props: TimeLineTablesProps) {
  const { attempt, delivery, measuring } = props;
  const isDeleted = attempt.audioDeletedAt !== undefined;
  const title = useId();
  return (
    <section className={styles['tables']} aria-labelledby={title}>
      <h2 id={title} className={styles['label']}>
        On the time line
      </h2>
      {delivery === null ? (
        <p className="muted">{notMeasuredWords('Pauses and pace', measuring, isDeleted)}</p>
      ) : (
        <Measured {...props} delivery={delivery} />
      )}
      <Heard {...props} />
    </section>
  );
}

function Measured(props: TimeLineTablesProps & { readonly delivery: Delivery }) {
  const { attempt, delivery, tags } = props;
  const pauses = useMemo(() => pausesChart(attempt, delivery, tags), [attempt, delivery, tags]);
  const pace = useMemo(() => paceChart(attempt, delivery), [attempt, delivery]);
  const moved = useMemo(
    () => boundariesOf(attempt, delivery).filter(({ markedMs, atMs }) => markedMs !== atMs),
    [attempt, delivery],
  );
  const pauseAt = useMemo(() => beginsAmong(pauses.table), [pauses]);
  if (delivery.speech === null)
    return <p className="muted">Pauses and pace {unmeasuredWords(whyNoSpeech(delivery))}.</p>;
  return (
    <>
      <Block title="Pauses" words={pausesWords(pauses.table)}>
        {pauses.table.length > 0 && (
          <Twin
            label="Pauses"
            columns={['When', 'How long', 'Step', 'Tag']}
            rows={pauses.table}
            renderRow={(row) => [
              <PlaySpan key="when" span={row} at={pauseAt(row)} what="pause" {...props} />,
              <Length key="length" pause={row} />,
              nameOf(row.step),
              tagWords(row),
            ]}
          >
            Low marks are pauses of a quarter of a second or more. Higher ones: the three longest, and all of
            2 seconds or more. The longest carry their lengths where there is room.
          </Twin>
        )}
      </Block>
      <Block
        title="Pace"
        words={
          delivery.localRates === null
            ? `The pace ${unmeasuredWords(whyNoPace(delivery))}.`
            : paceWords(delivery)
        }
      >
        {pace.table.length > 0 && (
          <Twin
            label="Pace"
            columns={['Window', 'Against your median', 'Step']}
            rows={pace.table}
            renderRow={({ startMs, endMs, ratio, isFast, step }) => [
              `${timecode(startMs)} to ${timecode(endMs)}`,
              isFast ? <strong key="ratio">{ratioWords(ratio)}, fast stretch</strong> : ratioWords(ratio),
              nameOf(step),
            ]}
          >
            Estimate. Windows of ten seconds against your own median in this take, drawn at their middle, so
            that the line begins 5 seconds into the speech. The dotted lines are 25% faster and 25% slower.
            Where the line is thick, with a bar at the top, it was above the upper one for 15 seconds or more.
            Never compared with other people.
          </Twin>
        )}
      </Block>
      {moved.length > 0 && (
        <Block
          title="Where steps begin"
          words={`${moved.length === 1 ? 'One boundary' : `${moved.length} boundaries`} moved from the mark into the pause beside it.`}
        >
          <Twin
            label="Where steps begin"
            columns={['Step', 'Marked', 'Begins']}
            rows={moved}
            renderRow={({ step, markedMs, atMs }) => [STEP_LABELS[step], tenths(markedMs), tenths(atMs)]}
          />
        </Block>
      )}
    </>
  );
}

function whyNoPace({ measures: { articulationRate } }: Delivery): Unmeasured {
  return typeof articulationRate === 'number' ? 'too-short' : articulationRate;
}

function Heard(props: TimeLineTablesProps) {
  const { sounds, delivery } = props;
  if (sounds === null)
    return (
      <Block title="Sounds">
        <NotHeard {...props} />
      </Block>
    );
  const { table } = soundsChart(sounds.sounds);
  const soundAt = beginsAmong(table);
  return (
    <Block title="Sounds" words={soundsWords(table, delivery === null || delivery.speech !== null)}>
      {table.length > 0 && (
        <Twin
          label="Sounds"
          columns={['When', 'How long', 'What', 'How sure']}
          rows={table}
          renderRow={(sound) => [
            <PlaySpan
              key="when"
              span={sound}
              at={soundAt(sound)}
              // Two kinds may begin at the same instant.
              what={SOUND_LABELS[sound.kind].toLowerCase()}
              {...props}
            />,
            secondsOf(sound),
            SOUND_LABELS[sound.kind],
            scoreWords(sound.score),
          ]}
        >
          Estimate, by a classifier on this device. Under speech it hears little.
        </Twin>
      )}
    </Block>
  );
}

function NotHeard({ attempt, listening }: Pick<TimeLineTablesProps, 'attempt' | 'listening'>) {
  switch (listening.tag) {
    case 'off':
      return (
        <p className="muted">
          Sounds are off: no classifier is here. Add it in <Link to="/settings">Settings</Link>.
        </p>
      );
    case 'done':
    case 'waiting':
      return (
        <p className="muted">{notMeasuredWords('Sounds', listening, attempt.audioDeletedAt !== undefined)}</p>
      );
    case 'measuring':
      return (
        <div className="row">
          <Progress label="Listening for sounds" value={listening.progress} />
          <Button slim onClick={listening.stop}>
            Stop listening for sounds
          </Button>
        </div>
      );
    case 'stopped':
    case 'failed':
      return (
        <div className="row">
          <p className="muted">{notMeasuredWords('Sounds', listening, false)}</p>
          {(listening.tag === 'stopped' || listening.why === null) && (
            <Button slim onClick={listening.start}>
              Listen for sounds
            </Button>
          )}
        </div>
      );
  }
}

type BlockProps = { readonly title: string; readonly words?: string; readonly children?: ReactNode };

function Block({ title, words, children }: BlockProps) {
  return (
    <div className={styles['block']}>
      <h3>{title}</h3>
      {words !== undefined && <p>{words}</p>}
      {children}
    </div>
  );
}

function nameOf(step: StepId | null): string {
  return step === null ? '' : STEP_LABELS[step];
}

function Length({ pause }: { readonly pause: PauseRow }) {
  if (!pause.isLongest) return secondsOf(pause);
  return (
    <strong>
      {secondsOf(pause)}
      <VisuallyHidden>, one of the longest</VisuallyHidden>
    </strong>
  );
}

function tagWords({ place, wantsTag }: PauseRow): string {
  if (place !== null) return PAUSE_LABELS[place];
  return wantsTag ? 'not tagged yet' : '';
}

type PlaySpanProps = Pick<TimeLineTablesProps, 'attempt' | 'playhead'> & {
  readonly span: Span;
  /** Its beginning, which tells it from the others. */
  readonly at: string;
  readonly what: string;
};

function PlaySpan({ attempt: { durationMs }, playhead, span: { startMs, endMs }, at, what }: PlaySpanProps) {
  return (
    <Button
      slim
      aria-label={`Play ${what} at ${at}`}
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
  );
}

type TwinProps<Row> = {
  readonly label: string;
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
  /** One cell for each column. */
  readonly renderRow: (row: Row) => readonly ReactNode[];
  /** How to read the drawing. */
  readonly children?: ReactNode;
};

/** The same as a drawing, for those who read: made when it is opened, a page at a time. */
function Twin<Row extends object>({ label, columns, rows, renderRow, children }: TwinProps<Row>) {
  const [isOpen, setOpen] = useState(false);
  const [first, setFirst] = useState(0);
  // The rows may have become fewer.
  const from = first < rows.length ? first : 0;
  const shown = rows.slice(from, from + PAGE);
  const isLast = from + PAGE >= rows.length;
  return (
    <>
      {children !== undefined && <p className={styles['how']}>{children}</p>}
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          Show as table<VisuallyHidden>: {label.toLowerCase()}</VisuallyHidden>
        </summary>
        {isOpen && (
          <>
            <table aria-label={label}>
              <thead>
                <tr>
                  {columns.map((name) => (
                    <th key={name} scope="col">
                      {name}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {shown.map((row, index) => (
                  // Two may begin at the same instant.
                  // oxlint-disable-next-line no-array-index-key
                  <tr key={from + index}>
                    {renderRow(row).map((cell, column) => (
                      <td key={columns[column]}>{cell}</td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
            {rows.length > PAGE && (
              <div className="row">
                <Button
                  slim
                  aria-disabled={from === 0}
                  onClick={() => from > 0 && setFirst(Math.max(0, from - PAGE))}
                >
                  Earlier
                </Button>
                <Button slim aria-disabled={isLast} onClick={() => !isLast && setFirst(from + PAGE)}>
                  Later
                </Button>
                <span className="small muted" role="status">
                  {from + 1} to {from + shown.length} of {rows.length}
                </span>
              </div>
            )}
          </>
        )}
      </details>
    </>
  );
}
