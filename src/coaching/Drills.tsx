import { Pause, Play } from 'lucide-react';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { Link } from 'react-router';
import type { Attempt, KeptAttempt } from '../domain/attempt.ts';
import type { AttemptId } from '../domain/ids.ts';
import { STEP_LABELS, type StepId } from '../domain/step.ts';
import { type Ms, plural, timecode } from '../domain/timeline.ts';
import { Button, LinkButton } from '../ui/Button.tsx';
import { capitalised, formatWhen } from '../ui/format.ts';
import { StepLetter } from '../ui/Steps.tsx';
import styles from './Drills.module.css';

/** The replay of the attempt, beside which its drills are heard. */
export type Original = {
  readonly subscribe: (listener: () => void) => () => void;
  readonly isPlaying: () => boolean;
  readonly pause: () => void;
  readonly playStep: (step: StepId) => void;
};

/** A step that can be spoken again, how long, and where. */
export type Redo = { readonly step: StepId; readonly lengthMs: Ms; readonly to: string };

type DrillsProps = {
  /** Oldest first. */
  readonly drills: readonly KeptAttempt[];
  /** All steps in order. */
  readonly redos: readonly Redo[];
  /** The step of the focus, which is the one to begin with. */
  readonly focusStep: StepId | null;
  /** Null: there is nothing to hear. */
  readonly original: Original | null;
  /** Steps that were spoken in the attempt. */
  readonly spoken: readonly StepId[];
  /** The sound of a drill; null: it cannot be had. */
  readonly readClip: (id: AttemptId) => Promise<Blob | null>;
  readonly onDelete: (drill: KeptAttempt) => void;
};

/** One step spoken again: each beside the original, and the way to another. */
export function Drills(props: DrillsProps) {
  const { drills, redos, focusStep, original, spoken, readClip, onDelete } = props;
  const sound = useSound(original, readClip);
  const first = redos.find(({ step }) => step === focusStep);
  const others = redos.filter((redo) => redo !== first);
  return (
    <section id="drills" className={styles['drills']} aria-label="Drills">
      <h2>Drills</h2>
      <p className="small muted">
        One step spoken again, for 60 to 90 seconds. Drills are heard beside the original; they are not scored
        and stay out of the trends.
      </p>
      {drills.length > 0 && (
        <ul className="rows" role="list">
          {drills.map((drill) => (
            <Drilled
              key={drill.id}
              drill={drill}
              isPlaying={sound.playing === drill.id}
              redo={redos.find(({ step }) => step === drill.drillStep)}
              onPlay={() => sound.toggle(drill.id)}
              onPlayOriginal={
                original !== null && drill.drillStep !== undefined && spoken.includes(drill.drillStep)
                  ? original.playStep
                  : null
              }
              onDelete={onDelete}
            />
          ))}
        </ul>
      )}
      {sound.isLost && (
        <p role="alert">The sound of that drill cannot be read now. Its own page may say more.</p>
      )}
      {first !== undefined && (
        <p>
          <LinkButton to={first.to}>{redoWords(first)}</LinkButton>
        </p>
      )}
      <div className={styles['redos']}>
        {others.map((redo) => (
          <Link key={redo.step} to={redo.to}>
            {redoWords(redo)}
          </Link>
        ))}
      </div>
    </section>
  );
}

type DrilledProps = {
  readonly drill: KeptAttempt;
  readonly isPlaying: boolean;
  readonly redo: Redo | undefined;
  readonly onPlay: () => void;
  readonly onPlayOriginal: ((step: StepId) => void) | null;
  readonly onDelete: (drill: KeptAttempt) => void;
};

function Drilled({ drill, isPlaying, redo, onPlay, onPlayOriginal, onDelete }: DrilledProps) {
  const { id, drillStep: step, startedAt, durationMs, audioDeletedAt } = drill;
  if (step === undefined) return null;
  const when = formatWhen(startedAt);
  const name = `the drill of ${STEP_LABELS[step]}, ${when}`;
  const Icon = isPlaying ? Pause : Play;
  return (
    <li className={styles['drill']}>
      <p>
        <StepLetter step={step} />{' '}
        <Link to={`/attempts/${id}`}>
          {STEP_LABELS[step]}, {when}
        </Link>{' '}
        <span className="small muted">
          {timecode(durationMs)}
          {audioDeletedAt !== undefined && ' · audio deleted'}
        </span>
      </p>
      <div className={styles['acts']}>
        {audioDeletedAt === undefined && (
          <Button slim aria-label={`${isPlaying ? 'Pause' : 'Play'} ${name}`} onClick={onPlay}>
            <Icon size={14} fill="currentColor" aria-hidden="true" />
            {isPlaying ? 'Pause' : 'Play'}
          </Button>
        )}
        {onPlayOriginal !== null && (
          <Button slim onClick={() => onPlayOriginal(step)}>
            Play the original {STEP_LABELS[step]}
          </Button>
        )}
        {redo !== undefined && (
          <LinkButton variant="plain" slim to={redo.to}>
            {redoWords(redo)}
          </LinkButton>
        )}
        <Button variant="quiet" slim aria-label={`Delete ${name}`} onClick={() => onDelete(drill)}>
          Delete
        </Button>
      </div>
    </li>
  );
}

type DrillOfProps = {
  readonly step: StepId;
  /** The attempt it belongs to; null: it was deleted. */
  readonly parent: Attempt | null;
};

/** On a drill's own page, where scores would be. */
export function DrillOf({ step, parent }: DrillOfProps) {
  return (
    <section className={styles['of']} aria-label="Drill">
      <p>
        A drill of {STEP_LABELS[step]}
        {parent === null ? (
          '. The attempt it belonged to was deleted.'
        ) : (
          <>
            {' for '}
            <Link to={`/attempts/${parent.id}#drills`}>
              {parent.prompt.title}, {formatWhen(parent.startedAt)}
            </Link>
            .
          </>
        )}
      </p>
      <p className="small muted">{capitalised('it is heard, and not scored.')}</p>
    </section>
  );
}

/** `Redo Trade-offs, 75 seconds`. */
function redoWords({ step, lengthMs }: Redo): string {
  return `Redo ${STEP_LABELS[step]}, ${plural(Math.round(lengthMs / 1000), 'second')}`;
}

/** The sound of one drill at a time; the original and it are never heard together. */
function useSound(
  original: Original | null,
  readClip: DrillsProps['readClip'],
): {
  readonly playing: AttemptId | null;
  readonly isLost: boolean;
  readonly toggle: (id: AttemptId) => void;
} {
  const [playing, setPlaying] = useState<AttemptId | null>(null);
  const [isLost, setLost] = useState(false);
  const stopLast = useRef<() => void>(() => undefined);
  const stop = () => {
    stopLast.current();
    stopLast.current = () => undefined;
    setPlaying(null);
  };

  const replayed = useEffectEvent(() => stop());
  useEffect(() => {
    if (original === null) return undefined;
    // A replay that has just been told to stop may say for a moment more that it plays.
    let wasPlaying = original.isPlaying();
    return original.subscribe(() => {
      const isPlaying = original.isPlaying();
      if (isPlaying && !wasPlaying) replayed();
      wasPlaying = isPlaying;
    });
  }, [original]);
  useEffect(() => () => stopLast.current(), []);

  async function play(id: AttemptId) {
    stop();
    setLost(false);
    setPlaying(id);
    original?.pause();
    let isWanted = true;
    stopLast.current = () => {
      isWanted = false;
    };
    const clip = await readClip(id);
    if (!isWanted) return;
    if (clip === null) {
      stop();
      setLost(true);
      return;
    }
    const url = URL.createObjectURL(clip);
    const audio = new Audio(url);
    const lose = () => {
      if (!isWanted) return;
      stop();
      setLost(true);
    };
    audio.addEventListener('ended', stop, { once: true });
    audio.addEventListener('error', lose, { once: true });
    stopLast.current = () => {
      isWanted = false;
      audio.removeEventListener('ended', stop);
      audio.pause();
      audio.removeAttribute('src');
      URL.revokeObjectURL(url);
    };
    // AbortError: it was stopped before its first sound.
    await audio.play().catch(lose);
  }

  return { playing, isLost, toggle: (id) => (playing === id ? stop() : void play(id)) };
}
