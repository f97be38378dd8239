import { useEffect, useId, useRef, useState } from 'react';
import { Link } from 'react-router';
import { measurePeaks } from '../analysis/client.ts';
import type { KeptAttempt } from '../domain/attempt.ts';
import type { AttemptId } from '../domain/ids.ts';
import type { Peaks } from '../domain/peaks.ts';
import { STEP_LABELS } from '../domain/step.ts';
import { type EpochMs, type Ms, plural, timecode } from '../domain/timeline.ts';
import type { Archive } from '../storage/archive.ts';
import { StorageError } from '../storage/errors.ts';
import { Button } from '../ui/Button.tsx';
import { classes } from '../ui/classes.ts';
import { ConfirmDialog } from '../ui/Dialog.tsx';
import { download } from '../ui/download.ts';
import { Select } from '../ui/Field.tsx';
import { formatBytes, formatWhen } from '../ui/format.ts';
import { Notice } from '../ui/Notice.tsx';
import { Progress } from '../ui/Progress.tsx';
import { refocus } from '../ui/refocus.ts';
import styles from './Recordings.module.css';
import type { Sound } from './space.ts';

type RecordingsProps = {
  readonly archive: Archive;
  readonly sounds: readonly Sound[];
  readonly nameFile: (attempt: KeptAttempt) => string;
  /** Says in words what storage refuses; fulfils with whether all went well. */
  readonly write: (work: () => Promise<unknown>) => Promise<boolean>;
};

const PAGE = 20;
/** Browsers keep so many downloads waiting that the rest is better asked for again. */
const DOWNLOADS_AT_ONCE = 10;
const DAY_MS: Ms = 86_400_000;

const ORDERS = [
  { value: 'large', label: 'Largest first' },
  { value: 'old', label: 'Oldest first' },
] as const;
type Order = (typeof ORDERS)[number]['value'];

const olderThan =
  (days: number) =>
  ({ attempt }: Sound, now: EpochMs): boolean =>
    now - attempt.startedAt > days * DAY_MS;

/** A rule never takes what was kept because it is in no clip: that is ticked by hand. */
const mayBeRuled = ({ attempt }: Sound): boolean => attempt.isPartial !== true;

const RULES = [
  { value: 'month', label: 'Older than 30 days', holds: olderThan(30) },
  { value: 'quarter', label: 'Older than 90 days', holds: olderThan(90) },
  { value: 'year', label: 'Older than a year', holds: olderThan(365) },
  { value: 'locked', label: 'Reviewed and locked', holds: ({ isLocked }: Sound) => isLocked },
  { value: 'all', label: 'All', holds: () => true },
] as const;
type Choice = 'hand' | (typeof RULES)[number]['value'];

type Job = {
  readonly label: string;
  readonly done: number;
  readonly of: number;
  readonly stop: () => void;
};

/** Where the space goes: recordings to download, and to delete without their scores. */
export function Recordings({ archive, sounds, nameFile, write }: RecordingsProps) {
  const [now] = useState(() => Date.now());
  const [order, setOrder] = useState<Order>('large');
  const [choice, setChoice] = useState<Choice>('hand');
  const [ticked, setTicked] = useState<ReadonlySet<AttemptId>>(new Set());
  const [handed, setHanded] = useState<ReadonlySet<AttemptId>>(new Set());
  // Those that cannot be read too: the next download goes on after them.
  const [tried, setTried] = useState<ReadonlySet<AttemptId>>(new Set());
  const [limit, setLimit] = useState(PAGE);
  const [asks, setAsks] = useState(false);
  const [job, setJob] = useState<Job | null>(null);
  const [outcome, setOutcome] = useState<{ readonly title: string; readonly text: string } | null>(null);
  const countId = useId();
  const isEmpty = sounds.length === 0;
  const wasEmpty = useRef(isEmpty);
  useEffect(() => {
    // The last one goes with the button that had the focus.
    if (isEmpty && !wasEmpty.current && document.activeElement === document.body) refocus();
    wasEmpty.current = isEmpty;
  }, [isEmpty]);

  if (isEmpty) {
    return (
      <>
        {outcome !== null && <Outcome {...outcome} />}
        <p className="muted">No recording takes any space.</p>
      </>
    );
  }

  const sorted = sounds.toSorted((a, b) =>
    order === 'large' ? b.attempt.bytes - a.attempt.bytes : a.attempt.startedAt - b.attempt.startedAt,
  );
  const chosen = sorted.filter(({ attempt }) => ticked.has(attempt.id));
  const waiting = chosen.filter(({ attempt }) => !tried.has(attempt.id));
  const next = (waiting.length > 0 ? waiting : chosen).slice(0, DOWNLOADS_AT_ONCE);
  const isIdle = job === null && chosen.length > 0;

  async function work(
    label: string,
    list: readonly Sound[],
    one: (sound: Sound, signal: AbortSignal) => Promise<void>,
    after: () => Promise<void> = async () => undefined,
  ): Promise<void> {
    const stopped = new AbortController();
    const { signal } = stopped;
    setOutcome(null);
    setJob({ label, done: 0, of: list.length, stop: () => stopped.abort() });
    await write(async () => {
      try {
        for (const [done, sound] of list.entries()) {
          if (signal.aborted) break;
          await one(sound, signal);
          setJob((before) => before && { ...before, done: done + 1 });
        }
      } finally {
        await after();
      }
    });
    setJob(null);
  }

  async function downloadNext() {
    const missing: string[] = [];
    const [seen, files] = [new Set<AttemptId>(), new Set<AttemptId>()];
    await work('Preparing downloads', next, async ({ attempt }) => {
      const clip = await archive.clips.read(attempt.id).catch(nullIfCorrupt);
      seen.add(attempt.id);
      if (clip === null) {
        missing.push(attempt.prompt.title);
        return;
      }
      download(clip, nameFile(attempt));
      files.add(attempt.id);
    });
    if (seen.size === 0) return;
    setTried((before) => new Set([...before, ...seen]));
    setHanded((before) => new Set([...before, ...files]));
    const text =
      missing.length === 0
        ? 'They are in your browser’s downloads; it may ask first whether this page may save several files.'
        : `Not whole any more, and not downloaded: ${missing.join(', ')}. Its review page may still save a part.`;
    const saved = plural(files.size, 'recording');
    setOutcome({ title: `${saved} handed to the browser`, text });
  }

  async function deleteAudio() {
    setAsks(false);
    let freed = 0;
    const gone = new Set<AttemptId>();
    const eraseOne = async ({ attempt }: Sound, signal: AbortSignal) => {
      const peaks = await peaksToKeep(archive, attempt, signal);
      if (signal.aborted || (await archive.clips.erase(attempt.id)) === null) return;
      freed += attempt.bytes;
      gone.add(attempt.id);
      if (peaks !== null) await archive.peaks.put(peaks).catch(ignoreStorageFault);
    };
    // A disk that was full has given the reserve up.
    // The largest first: on the fullest disk it makes the room for the rest.
    const largest = chosen.toSorted((a, b) => b.attempt.bytes - a.attempt.bytes);
    await work('Deleting audio', largest, eraseOne, () => archive.layInReserve());
    setTicked((before) => new Set([...before].filter((id) => !gone.has(id))));
    setChoice('hand');
    if (gone.size === 0) return;
    setOutcome({
      title: `Freed ${formatBytes(freed)}`,
      text: `The audio of ${plural(gone.size, 'attempt')} is deleted. Marks and scores are kept.`,
    });
  }

  const tick = (id: AttemptId, isTicked: boolean) => {
    setChoice('hand');
    const others = [...ticked].filter((other) => other !== id);
    setTicked(new Set(isTicked ? [...others, id] : others));
  };
  return (
    <div className={styles['recordings']}>
      <div className={styles['choices']}>
        <Select label="Order" value={order} options={ORDERS} onChange={setOrder} />
        <Select
          label="Tick"
          value={choice}
          options={[
            { value: 'hand', label: 'By hand' },
            ...RULES.map(({ value, label, holds }) => ({
              value,
              label: `${label} (${sounds.filter((sound) => mayBeRuled(sound) && holds(sound, now)).length})`,
            })),
          ]}
          onChange={(value) => {
            setChoice(value);
            const rule = RULES.find((candidate) => candidate.value === value);
            const found = sounds.filter((sound) => mayBeRuled(sound) && rule?.holds(sound, now) === true);
            setTicked(new Set(found.map(({ attempt }) => attempt.id)));
          }}
        />
      </div>
      <ul role="list" aria-label="Recordings" className={styles['list']}>
        {sorted.slice(0, limit).map((sound) => (
          <Row
            key={sound.attempt.id}
            sound={sound}
            isTicked={ticked.has(sound.attempt.id)}
            isHanded={handed.has(sound.attempt.id)}
            isBusy={job !== null}
            onTick={(isTicked) => tick(sound.attempt.id, isTicked)}
          />
        ))}
      </ul>
      {sorted.length > limit && (
        <Button slim onClick={() => setLimit(limit + PAGE)}>
          {`Show ${Math.min(PAGE, sorted.length - limit)} more of ${sorted.length}`}
        </Button>
      )}
      <div className={classes(styles['bar'], (job !== null || chosen.length > 0) && styles['held'])}>
        {job === null ? (
          <p id={countId} role="status">
            {chosen.length === 0
              ? 'Nothing ticked'
              : `${chosen.length} ticked, ${formatBytes(bytesOf(chosen))}`}
          </p>
        ) : (
          <div className={styles['job']}>
            <Progress label={job.label} value={job.done / job.of} />
            <Button slim onClick={job.stop}>
              Stop
            </Button>
          </div>
        )}
        <Button
          slim
          aria-disabled={!isIdle}
          aria-describedby={countId}
          onClick={() => isIdle && void downloadNext()}
        >
          {downloadLabel(chosen.length, waiting.length)}
        </Button>
        <Button
          slim
          aria-disabled={!isIdle}
          aria-describedby={countId}
          onClick={() => isIdle && setAsks(true)}
        >
          Delete audio, keep scores
        </Button>
      </div>
      {outcome !== null && <Outcome {...outcome} />}
      {asks && chosen.length > 0 && (
        <ConfirmDialog
          title={`Delete the audio of ${plural(chosen.length, 'attempt')}?`}
          confirmLabel={`Delete ${formatBytes(bytesOf(chosen))}`}
          onConfirm={() => void deleteAudio()}
          onCancel={() => setAsks(false)}
        >
          <Consequences
            chosen={chosen}
            notDownloaded={chosen.filter(({ attempt }) => !handed.has(attempt.id)).length}
          />
        </ConfirmDialog>
      )}
    </div>
  );
}

type RowProps = {
  readonly sound: Sound;
  readonly isTicked: boolean;
  readonly isHanded: boolean;
  readonly isBusy: boolean;
  readonly onTick: (isTicked: boolean) => void;
};

function Row({ sound, isTicked, isHanded, isBusy, onTick }: RowProps) {
  const { attempt } = sound;
  const id = useId();
  const { title } = attempt.prompt;
  const when = formatWhen(attempt.startedAt);
  return (
    <li>
      <input
        id={id}
        type="checkbox"
        checked={isTicked}
        disabled={isBusy}
        aria-label={`${title}, ${when}`}
        onChange={(event) => onTick(event.currentTarget.checked)}
      />
      <label htmlFor={id}>
        <span className={styles['title']}>{title}</span>
        <span className={styles['facts']}>
          {when} · {timecode(attempt.durationMs)} · {standing(sound)}
          {attempt.isPartial === true && ' · not all of it in the clip'}
          {isHanded && ' · downloaded'}
        </span>
      </label>
      <span className={styles['size']}>{formatBytes(attempt.bytes)}</span>
      <Link to={`/attempts/${attempt.id}`} aria-label={`Listen to ${title}, ${when}`}>
        Listen
      </Link>
    </li>
  );
}

type ConsequencesProps = { readonly chosen: readonly Sound[]; readonly notDownloaded: number };

function Consequences({ chosen, notDownloaded }: ConsequencesProps) {
  const open = chosen.filter(({ attempt, isLocked }) => !isLocked && attempt.drillStep === undefined).length;
  const partial = chosen.filter(({ attempt }) => attempt.isPartial === true);
  return (
    <div className="stack">
      <p>
        {`This frees ${formatBytes(bytesOf(chosen))} at once, and cannot be undone. Dates, marks, scores and the drawn waves stay.`}
      </p>
      {open > 0 && (
        <p>
          {`${open === chosen.length ? 'None is' : `${open} of them ${open === 1 ? 'is not' : 'are not'}`} scored and locked yet: without the audio, scoring is from memory.`}
        </p>
      )}
      {partial.length > 0 && (
        <p>
          {`Not all that was recorded is in the clip of ${partial.map(({ attempt }) => `“${attempt.prompt.title}”`).join(', ')}. What was kept of the rest goes with it.`}
        </p>
      )}
      {notDownloaded > 0 && (
        <p>
          {chosen.length === 1
            ? 'It was not downloaded here.'
            : `${notDownloaded} of ${chosen.length} ${notDownloaded === 1 ? 'was' : 'were'} not downloaded here.`}
        </p>
      )}
    </div>
  );
}

function Outcome({ title, text }: { readonly title: string; readonly text: string }) {
  return (
    <Notice tone="info" title={title}>
      {text}
    </Notice>
  );
}

function downloadLabel(chosen: number, waiting: number): string {
  if (chosen === 0) return 'Download';
  if (waiting === 0) return 'Download again';
  const isFirst = waiting === chosen;
  if (waiting <= DOWNLOADS_AT_ONCE) return isFirst ? `Download ${waiting}` : `Download the other ${waiting}`;
  return `Download the ${isFirst ? 'first' : 'next'} ${DOWNLOADS_AT_ONCE}`;
}

function bytesOf(sounds: readonly Sound[]): number {
  return sounds.reduce((sum, { attempt }) => sum + attempt.bytes, 0);
}

/** Those of a clip that was never drawn: afterwards nothing can make them. Null: stored, or not to be had. */
async function peaksToKeep(
  archive: Archive,
  { id }: KeptAttempt,
  signal: AbortSignal,
): Promise<Peaks | null> {
  if ((await archive.peaks.get(id)) !== null) return null;
  const clip = await archive.clips.read(id).catch(nullIfCorrupt);
  // A clip that cannot be decoded, or no time for it: nothing to keep a deletion waiting for.
  return clip === null ? null : measurePeaks(clip, id, { signal }).catch(() => null);
}

function nullIfCorrupt(error: unknown): null {
  if (error instanceof StorageError && error.fault === 'corrupt') return null;
  throw error;
}

function ignoreStorageFault(error: unknown): void {
  if (!(error instanceof StorageError)) throw error;
}

/** A drill is never scored. */
function standing({ attempt: { drillStep }, isLocked }: Sound): string {
  if (drillStep !== undefined) return `drill of ${STEP_LABELS[drillStep]}`;
  return isLocked ? 'scores locked' : 'scores not locked';
}
