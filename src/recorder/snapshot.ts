import type { Mode, Outline, Processing } from '../domain/attempt.ts';
import type { CarriedFocus } from '../domain/coaching.ts';
import type { AttemptId } from '../domain/ids.ts';
import type { RecordKind } from '../domain/picture.ts';
import type { Prompt } from '../domain/prompt.ts';
import type { CountdownSec, Settings } from '../domain/settings.ts';
import type { Mark, StepId } from '../domain/step.ts';
import type { Ms } from '../domain/timeline.ts';
import type { FinishResult } from '../finish/client.ts';
import type { Orphan } from '../storage/archive.ts';
import { type EndedBy, type RecorderState, takeOf } from './machine.ts';
import type { Camera, PictureState } from './picture.ts';
import type { Elsewhere } from './recorder-lock.ts';

/**
 * A device that can be chosen. Nothing is listed before the person has allowed a microphone once.
 * `group`: the same for all entries of one physical device, its entry as the default one among them.
 */
export type Microphone = { readonly id: string; readonly label: string; readonly group: string };

/**
 * What deserves a word while nothing has failed, the gravest first.
 *
 * - `muted`: the system or a switch on the device took the microphone away; a running take pauses
 * - `silent`: for three seconds nothing at all arrived, not even noise: probably the wrong microphone
 * - `replaced`: before a take: the chosen microphone is not connected, another one is open
 * - `slow-disk`: more than five chunks wait to be written, or after the take's end some still do after two
 *   seconds; they are safe in memory only
 * - `slept`: the machine slept during the take, which has gone on since
 * - `switched`: the take goes on with another microphone, because the system's default is another one now
 */
export type Warning = 'muted' | 'silent' | 'replaced' | 'slow-disk' | 'slept' | 'switched';

/** What the screen shows. A new object whenever something in it changed, and only then. */
export type RecorderSnapshot = {
  readonly state: RecorderState;
  /** `recording`, but the encoder does not run yet: nothing said now would be heard. */
  readonly isStarting: boolean;
  readonly microphones: readonly Microphone[];
  /** The open microphone, else the chosen one; null: the browser's default. */
  readonly microphoneId: string | null;
  /** The processing asked for (`setProcessing`). */
  readonly processing: Settings['recording']['processing'];
  /** What the open microphone says it does; null while none is open. */
  readonly applied: Processing | null;
  /** What is recorded beside the voice (`chooseRecord`), and how that stands. */
  readonly record: RecordKind;
  readonly picture: PictureState;
  readonly cameras: readonly Camera[];
  /** The open camera, else the chosen one; null: the browser's default. */
  readonly cameraId: string | null;
  /** Of the take, once it is planned and still when it is saved; else null, empty and 0. */
  readonly mode: Mode | null;
  readonly marks: readonly Mark[];
  /** "Saved to 2:46": a crash now would keep this much. */
  readonly savedMs: Ms;
  /** What another tab is about, while this one is refused or has given way; else null. */
  readonly elsewhere: Elsewhere | null;
  readonly warning: Warning | null;
  /** 0…1 while the clip is made; null before and after, and until the worker has reported. */
  readonly finishProgress: number | null;
  /** Seconds left of the countdown; null when none runs. */
  readonly countdownLeft: number | null;
  /** The attempt the last `discard` put in the trash; `attempts.restore` brings it back. */
  readonly lastDiscarded: AttemptId | null;
};

export type TakeFacts = Pick<RecorderSnapshot, 'mode' | 'marks' | 'savedMs'>;

export const NO_TAKE: TakeFacts = { mode: null, marks: [], savedMs: 0 };

/** What is known of the take in this state; none in those that have no take, nor in `saved`. */
export function takeFacts(state: RecorderState): TakeFacts {
  const plan = 'plan' in state ? state.plan : null;
  return takeOf(state) ?? (plan === null ? NO_TAKE : { ...plan, savedMs: plan.bankedMs });
}

export type TakePlan = {
  readonly prompt: Prompt;
  readonly mode: Mode;
  readonly targetMs: Ms;
  readonly outline: Outline;
  readonly countdownSec: CountdownSec;
  /** What the speaker means to do differently; kept with the attempt, to be asked about in its review. */
  readonly focus: CarriedFocus | null;
  /** One step of an attempt, spoken again; null: a full take. */
  readonly drill: { readonly of: AttemptId; readonly step: StepId } | null;
  /** A recovered take that goes on; its own prompt, mode, target and outline then hold. */
  readonly continues: Orphan | null;
};

/** What the meter shows at this instant. */
export type Level = {
  /** Peak in dBFS with a meter's slow fall, −100…0: for the bar. */
  readonly db: number;
  /** The highest peak of the last three seconds: for the word (`levelWord`), which must not flicker. */
  readonly heldDb: number;
  /** A sample reached full scale in the last second and a half. */
  readonly isClipping: boolean;
  /** Exact digital silence for three seconds. */
  readonly isSilent: boolean;
  /** False while nothing can be measured: no microphone is open, or this browser's meter does not run. */
  readonly isMeasured: boolean;
};

export type SessionOptions = {
  readonly settings: Settings['recording'];
  /** Joins the take's segments into its clip. Can be run again for the same attempt at any time. */
  readonly finish: (
    id: AttemptId,
    endedBy: EndedBy,
    onProgress: (ratio: number) => void,
  ) => Promise<FinishResult>;
  /** Loads ahead what `finish` needs; called when a take begins. */
  readonly warmFinish?: () => void;
  /** Lets go of that; called when a take is over, whether `finish` was called or not. */
  readonly coolFinish?: () => void;
  /** Monotonic milliseconds; `performance.now` unless a test brings its own. */
  readonly clock?: () => number;
};
