import type { ReactNode, RefObject } from 'react';
import type { Mode, Outline } from '../domain/attempt.ts';
import type { RecordKind } from '../domain/picture.ts';
import type { StepId } from '../domain/step.ts';
import { type Ms, timecode } from '../domain/timeline.ts';
import { Button } from '../ui/Button.tsx';
import { classes } from '../ui/classes.ts';
import { formatTarget } from '../ui/format.ts';
import { Notice } from '../ui/Notice.tsx';
import { useSingleKeys } from '../ui/shortcuts.ts';
import type { FaultWords } from './fault-words.ts';
import { MicrophoneCheck } from './MicrophoneCheck.tsx';
import { OutlineFields } from './OutlineFields.tsx';
import { PictureCheck } from './PictureCheck.tsx';
import styles from './Setup.module.css';
import type { Session } from './session.ts';
import type { RecorderSnapshot } from './snapshot.ts';
import { type Choices, TakeChoices } from './TakeChoices.tsx';
import { lengthMs } from './take-length.ts';

const IN_ONE_GO: Readonly<Record<Mode, string>> = {
  cold: 'cold: outline hidden',
  outline: 'with outline in view',
  exam: 'exam: no pause, no outline',
};

type SetupProps = {
  readonly session: Session;
  readonly snapshot: RecorderSnapshot;
  readonly words: FaultWords;
  /** Title and question. */
  readonly brief: ReactNode;
  readonly asks: Readonly<Record<StepId, string>>;
  readonly budgets: Readonly<Record<StepId, Ms>>;
  readonly outline: Outline;
  readonly choices: Choices;
  /** How much of a recovered take there is already; null: this is a new one. */
  readonly continuesMs: Ms | null;
  readonly isFirstVisit: boolean;
  readonly startButton: RefObject<HTMLButtonElement | null>;
  readonly onOutline: (outline: Outline) => void;
  readonly onChoices: (choices: Choices) => void;
  readonly showsPreview: boolean;
  readonly onMicrophone: (id: string | null) => void;
  readonly onRecord: (kind: RecordKind) => void;
  readonly onCamera: (id: string | null) => void;
  readonly onShowsPreview: (isShown: boolean) => void;
  readonly onStart: () => void;
};

/** Everything before a take, on one page: nothing here has to be done first. */
export function Setup(props: SetupProps) {
  const { session, snapshot, words, brief, asks, budgets, outline, choices, continuesMs, isFirstVisit } =
    props;
  const { startButton, onOutline, onChoices, onMicrophone, onStart } = props;
  const { record } = snapshot;
  const hasKeys = useSingleKeys();
  const targetMs = lengthMs(choices.length);
  return (
    <div className={classes(styles['setup'], isFirstVisit && styles['first'])}>
      <div className={styles['plan']}>
        {brief}
        <OutlineFields
          outline={outline}
          mode={choices.mode}
          asks={asks}
          budgets={budgets}
          readOnly={continuesMs !== null}
          onChange={onOutline}
        />
      </div>
      <section className={styles['ready']} aria-label="Recorder">
        {continuesMs !== null && (
          <Notice tone="info" title={`This take goes on from ${timecode(continuesMs)}`}>
            What you say next is joined to what was recovered.
          </Notice>
        )}
        <MicrophoneCheck
          session={session}
          snapshot={snapshot}
          words={words}
          isFirstVisit={isFirstVisit}
          onChoose={onMicrophone}
        />
        <TakeChoices
          choices={choices}
          isFixed={continuesMs !== null}
          onChange={onChoices}
          record={record}
          onRecord={props.onRecord}
        />
        <PictureCheck
          session={session}
          snapshot={snapshot}
          words={words}
          showsPreview={props.showsPreview}
          onCamera={props.onCamera}
          onShowsPreview={props.onShowsPreview}
        />
      </section>
      <div className={styles['start']}>
        <Button
          ref={startButton}
          variant={isFirstVisit && snapshot.state.tag !== 'ready' ? 'outline' : 'primary'}
          {...(hasKeys ? { 'aria-keyshortcuts': 'R' } : {})}
          aria-disabled={targetMs === null}
          onClick={onStart}
        >
          Start recording
        </Button>
        <p className="small muted">
          {targetMs === null
            ? 'Give a length first.'
            : `${formatTarget(targetMs)}, ${IN_ONE_GO[choices.mode]}${record === 'audio' ? '' : `, with ${record}`}.`}
        </p>
      </div>
    </div>
  );
}
