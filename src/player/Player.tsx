import { Pause, Play } from 'lucide-react';
import { type MouseEvent, type ReactNode, useEffect, useId, useMemo, useState } from 'react';
import { type KeptAttempt, pictureSource } from '../domain/attempt.ts';
import { addMark } from '../domain/marks.ts';
import { type Mark, STEP_IDS, STEP_LABELS, type StepId, stepAt, stepSpans } from '../domain/step.ts';
import { spokenTime } from '../domain/timeline.ts';
import type { Archive } from '../storage/archive.ts';
import type { StorageFault } from '../storage/errors.ts';
import { announce } from '../ui/announcer.tsx';
import { Button } from '../ui/Button.tsx';
import { download } from '../ui/download.ts';
import { Select } from '../ui/Field.tsx';
import { formatBytes, formatDay } from '../ui/format.ts';
import { Notice } from '../ui/Notice.tsx';
import { Progress } from '../ui/Progress.tsx';
import { type Shortcut, useShortcuts, useSingleKeys } from '../ui/shortcuts.ts';
import { Timecode } from '../ui/Timecode.tsx';
import { type ClipState, useClip } from './clip.ts';
import { fileName } from './file-name.ts';
import { MarkPanel, MarkSwitch } from './MarkSteps.tsx';
import { Picture } from './Picture.tsx';
import styles from './Player.module.css';
import { usePeaks } from './peaks.ts';
import { StepStrip } from './StepStrip.tsx';
import { TimeLine, useTimeLine, Zoom } from './TimeLine.tsx';
import { createTransport, RATES, type Transport } from './transport.ts';
import { useTransport } from './use-transport.ts';
import { type Pins, type Strips, Waveform } from './Waveform.tsx';

type PlayerProps = {
  readonly archive: Archive;
  /** Another attempt needs another player: give it a `key`. */
  readonly attempt: KeptAttempt;
  /** A storage fault in words. */
  readonly explain: (fault: StorageFault) => string;
  /** Whether the picture of an attempt that has one is seen. */
  readonly showsPicture: boolean;
  readonly onShowsPicture: (isShown: boolean) => void;
  /** A step was asked for by its button or its key. */
  readonly onStep?: (step: StepId) => void;
  /**
   * The marks were changed; they are shown once they come back with the attempt. Fulfils with whether they
   * were stored. Not given: they stay as they are.
   */
  readonly onMarks?: (marks: readonly Mark[]) => Promise<boolean>;
  /** The replay, once there is something to hear, and null when there no longer is. */
  readonly onTransport?: (transport: Transport | null) => void;
  /** What was noted, in order of time: a pin each. */
  readonly pins?: Pins;
  /** What else is drawn along the time line. */
  readonly strips?: Strips | undefined;
};

/** The replay of an attempt, with its keys. */
export function Player(props: PlayerProps) {
  const { archive, attempt, explain } = props;
  const clip = useClip(archive, attempt);
  return (
    <section tabIndex={-1} className={styles['player']} aria-label="Player">
      {clip.tag === 'loading' ? (
        // What comes, unseen: whatever the fonts and the width, nothing moves when it is there.
        <div className={styles['waiting']}>
          <Controls {...props} clip={clip} />
        </div>
      ) : (
        <Controls key={clip.tag} {...props} clip={clip} />
      )}
      {clip.tag === 'refused' && (
        <Notice
          tone="error"
          title="The recording cannot be read now"
          actions={
            <Button
              slim
              onClick={(event) => {
                focusPlayer(event);
                clip.again();
              }}
            >
              Try again
            </Button>
          }
        >
          {`${explain(clip.fault)} Scoring works as ever.`}
        </Notice>
      )}
    </section>
  );
}

/** A message goes with the button in it: the focus stays in the player. */
function focusPlayer({ currentTarget }: MouseEvent<HTMLElement>): void {
  currentTarget.closest('section')?.focus({ preventScroll: true });
}

type ControlsProps = PlayerProps & { readonly clip: ClipState };

function Controls(props: ControlsProps) {
  const { archive, attempt, clip, pins, strips, onStep, onMarks, onTransport } = props;
  const { showsPicture, onShowsPicture } = props;
  const { marks, durationMs } = attempt;
  const panelId = useId();
  const [isMarking, setMarking] = useState(
    attempt.source === 'imported' && marks.length === 0 && attempt.audioDeletedAt === undefined,
  );
  const [earlier, setEarlier] = useState<readonly (readonly Mark[])[]>([]);
  const spans = useMemo(() => stepSpans(marks, durationMs), [marks, durationMs]);
  const blob = clip.tag === 'ready' ? clip.clip : null;
  const [transport] = useState(() => createTransport(blob, durationMs));
  useEffect(() => {
    transport.setSpansAt((atMs) => {
      const step = stepAt(marks, atMs);
      return spans.filter((span) => span.step === step);
    });
  }, [transport, marks, spans]);
  const fault = useTransport(transport, (state) => state.fault);
  const isDisabled = blob === null || fault === 'unplayable';
  useEffect(() => {
    if (isDisabled) return undefined;
    onTransport?.(transport);
    return () => onTransport?.(null);
  }, [transport, isDisabled, onTransport]);
  const peaks = usePeaks(archive, attempt, isDisabled ? null : blob);
  const line = useTimeLine(transport);

  const stepsSpoken = STEP_IDS.filter((step) => spans.some((span) => span.step === step));
  const playStep = (step: StepId) => {
    transport.playSpans(spans.filter((span) => span.step === step));
    onStep?.(step);
  };
  const jumpTo = (step: StepId) => {
    transport.seek(spans.find((span) => span.step === step)?.startMs ?? 0);
    onStep?.(step);
  };
  const change = (next: readonly Mark[]) => {
    if (next === marks) return;
    const entry = [...marks];
    setEarlier((list) => [...list, entry]);
    void onMarks?.(next).then((isStored) => {
      if (!isStored) setEarlier((list) => list.filter((other) => other !== entry));
    });
  };
  const markHere = (step: StepId) => {
    const atMs = transport.getSnapshot().positionMs;
    // Who begins with the keys goes on with them.
    setMarking(true);
    change(addMark(marks, { step, atMs }, durationMs));
    announce(`${STEP_LABELS[step]} at ${spokenTime(atMs)}`);
  };
  const undo = () => {
    const before = earlier.at(-1);
    if (before === undefined) return;
    setEarlier(earlier.slice(0, -1));
    void onMarks?.(before).then((isStored) => {
      if (isStored) announce('Taken back');
      else setEarlier((list) => [...list, before]);
    });
  };
  const canMark = onMarks !== undefined;
  const keysMark = canMark && (isMarking || marks.length === 0);
  const seekBy = (byMs: number) => transport.seek(transport.getSnapshot().positionMs + byMs);
  const shortcuts: readonly Shortcut[] = [
    { keys: 'Space', label: 'Play or pause', run: transport.toggle },
    { keys: 'ArrowLeft', label: '5 seconds back', run: () => seekBy(-5000) },
    { keys: 'ArrowRight', label: '5 seconds on', run: () => seekBy(5000) },
    { keys: 'Shift+ArrowLeft', label: '1 second back', run: () => seekBy(-1000) },
    { keys: 'Shift+ArrowRight', label: '1 second on', run: () => seekBy(1000) },
    { keys: '[', label: 'Slower', run: transport.slower },
    { keys: ']', label: 'Faster', run: transport.faster },
    ...(spans.length === 0
      ? []
      : [{ keys: 'l', label: 'Loop this step on or off', run: () => toggleLoop(transport) }]),
    ...(canMark ? [{ keys: 'm', label: 'Mark steps on or off', run: () => setMarking(!isMarking) }] : []),
    ...(earlier.length === 0 ? [] : [{ keys: 'Mod+z', label: 'Undo the last mark', run: undo }]),
    ...(keysMark ? STEP_IDS : stepsSpoken).map((step) => ({
      keys: String(STEP_IDS.indexOf(step) + 1),
      label: `${keysMark ? 'Mark' : 'Jump to'} ${STEP_LABELS[step]}`,
      run: () => (keysMark ? markHere(step) : jumpTo(step)),
    })),
  ];
  useShortcuts(shortcuts, { enabled: !isDisabled });

  const isWaiting = clip.tag === 'loading';
  // Only of what was recorded here it is known where the picture came from.
  const isFilm = pictureSource(attempt) !== null || attempt.mimeType.startsWith('video/');
  const hasPicture = isFilm && (isWaiting || !isDisabled);
  const recording = clip.tag === 'damaged' ? clip.remains : blob;
  const save = recording === null ? null : () => download(recording, fileName(attempt));
  return (
    <>
      {hasPicture && (
        <Picture attempt={attempt} transport={isWaiting ? null : transport} isHidden={!showsPicture} />
      )}
      <TimeLine line={line}>
        <StepStrip
          transport={transport}
          marks={marks}
          spans={spans}
          isDisabled={isDisabled}
          onPlay={playStep}
        />
        <Waveform
          transport={transport}
          marks={marks}
          spans={spans}
          axis={line.axis}
          envelope={peaks.tag === 'ready' ? peaks.envelope : null}
          pins={pins}
          strips={strips}
          isDisabled={isDisabled}
        >
          {!isDisabled && peaks.tag !== 'ready' && <WaitingForPeaks {...peaks} />}
        </Waveform>
      </TimeLine>
      <TransportRow transport={transport} isDisabled={isDisabled} hasSteps={spans.length > 0} />
      {clip.tag === 'deleted' && (
        <Notice tone="info" title="The audio of this attempt was deleted">
          {`You deleted it ${formatDay(clip.at)} to free ${formatBytes(attempt.bytes)}. What was marked and scored is all here.`}
        </Notice>
      )}
      {clip.tag === 'damaged' && <Damaged hasRemains={save !== null} />}
      {clip.tag === 'ready' && fault === 'unplayable' && (
        <Notice tone="error" title="This browser cannot play the recording">
          It is all there: download it and open it in another player. Scoring works as ever.
        </Notice>
      )}
      {fault === 'blocked' && (
        <Notice tone="info" title="The browser held the sound back">
          Press Play once more.
        </Notice>
      )}
      <div className={styles['extras']}>
        {canMark && (
          <MarkSwitch
            panelId={panelId}
            isOn={isMarking}
            isDisabled={isDisabled}
            onToggle={() => setMarking(!isMarking)}
          />
        )}
        {(save !== null || isWaiting) && (
          <Button variant="plain" slim onClick={save ?? undefined}>
            Download recording
          </Button>
        )}
        {hasPicture && (
          <Button variant="plain" slim onClick={() => onShowsPicture(!showsPicture)}>
            {showsPicture ? 'Hide picture' : 'Show picture'}
          </Button>
        )}
        <Zoom line={line} durationMs={durationMs} isDisabled={isWaiting} />
        {/* Whoever is shown strips has found the keys, and the player is tall enough. */}
        {strips === undefined && (isWaiting || !isDisabled) && (
          <KeysHint does={keysMark ? 'mark' : 'jump to'} />
        )}
      </div>
      {canMark && (
        <MarkPanel
          id={panelId}
          transport={transport}
          marks={marks}
          isOn={isMarking}
          isDisabled={isDisabled}
          canUndo={earlier.length > 0}
          onMark={markHere}
          onChange={change}
          onUndo={undo}
        />
      )}
    </>
  );
}

function toggleLoop(transport: Transport): void {
  transport.setLooping(!transport.getSnapshot().isLooping);
}

function WaitingForPeaks(peaks: Exclude<ReturnType<typeof usePeaks>, { readonly tag: 'ready' }>): ReactNode {
  if (peaks.tag === 'measuring')
    return (
      <div className={styles['late']}>
        <Progress label="Drawing the sound" value={peaks.progress} />
      </div>
    );
  if (peaks.tag === 'waiting') return null;
  return (
    <>
      <p role="alert">The sound could not be drawn. Playing and scoring work as ever.</p>
      <Button
        slim
        onClick={(event) => {
          focusPlayer(event);
          peaks.again();
        }}
      >
        Analyse again
      </Button>
    </>
  );
}

function Damaged({ hasRemains }: { readonly hasRemains: boolean }) {
  return (
    <Notice
      tone="error"
      title={hasRemains ? 'Part of this recording is missing' : 'This recording is missing'}
    >
      {hasRemains
        ? 'What the browser still has may play elsewhere: download it. Scoring works as ever.'
        : 'The browser no longer has its sound. Its marks and scores are still here.'}
    </Notice>
  );
}

type TransportRowProps = {
  readonly transport: Transport;
  readonly isDisabled: boolean;
  readonly hasSteps: boolean;
};

function TransportRow({ transport, isDisabled, hasSteps }: TransportRowProps) {
  const loopId = useId();
  const isPlaying = useTransport(transport, (state) => state.isPlaying);
  const isLooping = useTransport(transport, (state) => state.isLooping);
  const rate = useTransport(transport, (state) => state.rate);
  const Icon = isPlaying ? Pause : Play;
  return (
    <div className={styles['transport']}>
      <Button
        variant="primary"
        className={styles['play']}
        aria-label={isPlaying ? 'Pause' : 'Play'}
        disabled={isDisabled}
        onClick={transport.toggle}
      >
        <Icon size={20} fill="currentColor" strokeWidth={1.5} aria-hidden="true" />
      </Button>
      <Clock transport={transport} />
      <div className={styles['loop']}>
        <input
          id={loopId}
          type="checkbox"
          checked={isLooping}
          disabled={isDisabled || !hasSteps}
          onChange={(event) => transport.setLooping(event.currentTarget.checked)}
        />
        <label htmlFor={loopId}>
          Loop<span className={styles['extra']}> this step</span>
        </label>
      </div>
      <div className={styles['speed']}>
        <span className={styles['word']} aria-hidden="true">
          Speed
        </span>
        <Select
          label="Speed"
          hideLabel
          value={String(rate)}
          options={RATES.map((value) => ({ value: String(value), label: `${value}×` }))}
          disabled={isDisabled}
          onChange={(value) => {
            const chosen = RATES.find((candidate) => String(candidate) === value);
            if (chosen !== undefined) transport.setRate(chosen);
          }}
        />
      </div>
    </div>
  );
}

function Clock({ transport }: { readonly transport: Transport }) {
  const second = useTransport(transport, ({ positionMs }) => Math.floor(positionMs / 1000));
  return (
    <p className={styles['clock']}>
      <strong>
        <Timecode ms={second * 1000} />
      </strong>{' '}
      <span className="muted">
        / <Timecode ms={transport.durationMs} />
      </span>
    </p>
  );
}

function KeysHint({ does }: { readonly does: 'mark' | 'jump to' }) {
  if (!useSingleKeys()) return null;
  return (
    <p className={styles['hint']}>
      <kbd>Space</kbd> plays, <kbd>1</kbd> to <kbd>5</kbd> {does} a step.
    </p>
  );
}
