import type { Mode } from './attempt.ts';
import type { RecordKind } from './picture.ts';
import type { RubricRef } from './rubric.ts';
import type { EpochMs } from './timeline.ts';

export const COUNTDOWNS = [0, 3, 5] as const;
export type CountdownSec = (typeof COUNTDOWNS)[number];

export const COUNTDOWN_LABELS: Readonly<Record<CountdownSec, string>> = {
  0: 'None',
  3: '3 seconds',
  5: '5 seconds',
};

export const APPEARANCES = ['system', 'light', 'dark'] as const;
export type Appearance = (typeof APPEARANCES)[number];

/** What came of the question whether the browser keeps everything; `later`: the person put it off. */
export const KEEPING_ANSWERS = ['granted', 'refused', 'later'] as const;
export type KeepingAnswer = (typeof KEEPING_ANSWERS)[number];

/** What the app remembers of the person's choices, one stored row per group. */
export type Settings = {
  readonly recording: {
    /** Null: the browser's default device. */
    readonly microphoneId: string | null;
    readonly countdownSec: CountdownSec;
    readonly mode: Mode;
    /** Ask the browser to process the voice. Off, because processing falsifies what is measured. */
    readonly processing: { readonly echo: boolean; readonly noise: boolean; readonly gain: boolean };
    readonly record: RecordKind;
    /** Null: the browser's default camera. */
    readonly cameraId: string | null;
    /** Whether one sees oneself, or the shared screen, while recording. */
    readonly showsPreview: boolean;
  };
  readonly replay: {
    /** Many would rather listen to themselves than watch. */
    readonly showsPicture: boolean;
  };
  readonly keyboard: {
    /** Single keys such as R, Space and 1–5 (WCAG 2.1.4 asks that they can be switched off). */
    readonly singleKeys: boolean;
  };
  readonly storage: {
    /** Null: the browser was never asked to keep what is stored here (settings/persistence.ts). */
    readonly keeping: KeepingAnswer | null;
  };
  readonly rubric: {
    /** Null: the built-in one. */
    readonly inUse: RubricRef | null;
  };
  readonly warmUp: {
    /** When all of its examples were last compared with their key, or null. */
    readonly doneAt: EpochMs | null;
    /** The offer was put aside until then. */
    readonly laterUntil: EpochMs | null;
  };
};

export const DEFAULT_SETTINGS: Settings = {
  recording: {
    microphoneId: null,
    countdownSec: 0,
    mode: 'cold',
    processing: { echo: false, noise: false, gain: false },
    record: 'audio',
    cameraId: null,
    showsPreview: true,
  },
  replay: { showsPicture: true },
  keyboard: { singleKeys: true },
  storage: { keeping: null },
  rubric: { inUse: null },
  warmUp: { doneAt: null, laterUntil: null },
};
