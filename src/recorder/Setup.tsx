import type { ReactNode, RefObject } from 'react';
import type { Mode, Outline } from '../domain/attempt.ts';
import type { RecordKind } from '../domain/picture.ts';
import { STEP_IDS, type StepId } from '../domain/step.ts';
import { type Ms, timecode } from '../domain/timeline.ts';
import { Button } from '../ui/Button.tsx';
import { classes } from '../ui/classes.ts';
import { formatTarget } from '../ui/format.ts';
import { Notice } from '../ui/Notice.tsx';
import { useSingleKeys } from '../ui/shortcuts.ts';
import { ExamPrep } from './ExamPrep.tsx';
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
  exam: 'exam: a minute to prepare, then no pause and no outline',
};

type SetupProps = {
  readonly session: Session;
  readonly snapshot: RecorderSnapshot;
  readonly words: FaultWords;
  /** Title, question, and what is meant to be different this time. */
  readonly brief: ReactNode;
  readonly asks: Readonly<Record<StepId, string>>;
  readonly budgets: Readonly<Record<StepId, Ms>>;
  readonly outline: Outline;
  readonly choices: Choices;
  /** How much of a recovered take there is already; null: this is a new one. */
  readonly continuesMs: Ms | null;
  /** One step alone; null: a full take. */
  readonly drillStep: StepId | null;
  /** An exam's minute of preparation runs: the microphone is open. */
  readonly isPreparing: boolean;
  readonly isFirstVisit: boolean;
  readonly startButton: RefObject<HTMLButtonElement | null>;
  readonly onOutline: (outline: Outline) => void;
  readonly onChoices: (choices: Choices) => void;
  readonly showsPreview: boolean;
  readonly onMicrophone: (id: string | null) => void;
  readonly onRecordKind: (kind: RecordKind) => void;
  readonly onCamera: (id: string | null) => void;
  readonly onShowsPreview: (isShown: boolean) => void;
  readonly onStart: () => void;
  /** The minute of preparation is over, or cut short. */
  readonly onRecord: () => void;
  readonly onStopPreparing: () => void;
};

/** Everything before a take, on one page: nothing here has to be done first. */
export function Setup(props: SetupProps) {
  const { session, snapshot, words, brief, asks, budgets, outline, choices, continuesMs, isFirstVisit } =
    props;
  const { drillStep, isPreparing, startButton, onOutline, onChoices, onMicrophone, onStart } = props;
  const { record } = snapshot;
  const keys = useSingleKeys() ? { 'aria-keyshortcuts': 'R' } : {};
  const targetMs = lengthMs(choices.length);
  return (
    <div className={classes(styles['setup'], (isFirstVisit || isPreparing) && styles['first'])}>
      <div className={styles['plan']}>
        {brief}
        <OutlineFields
          outline={outline}
          mode={choices.mode}
          asks={asks}
          budgets={budgets}
          steps={drillStep === null ? STEP_IDS : [drillStep]}
          hasClock={!isPreparing}
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
        {isPreparing ? (
          <ExamPrep session={session} onOver={props.onRecord} />
        ) : (
          <>
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
              isDrill={drillStep !== null}
              onChange={onChoices}
              record={record}
              onRecord={props.onRecordKind}
            />
            <PictureCheck
              session={session}
              snapshot={snapshot}
              words={words}
              showsPreview={props.showsPreview}
              onCamera={props.onCamera}
              onShowsPreview={props.onShowsPreview}
            />
          </>
        )}
      </section>
      {isPreparing ? (
        <div className={styles['start']}>
          <Button variant="primary" {...keys} onClick={({ detail }) => detail < 2 && props.onRecord()}>
            Record now
          </Button>
          <Button onClick={props.onStopPreparing}>Cancel</Button>
        </div>
      ) : (
        <div className={styles['start']}>
          <Button
            ref={startButton}
            variant={isFirstVisit && snapshot.state.tag !== 'ready' ? 'outline' : 'primary'}
            {...keys}
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
      )}
    </div>
  );
}
