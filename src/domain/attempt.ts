import type { CarriedFocus } from './coaching.ts';
import type { AttemptId, PromptId } from './ids.ts';
import type { PictureSource, SegmentPicture } from './picture.ts';
import { type FrozenPrompt, OTHER_PROMPT_ID } from './prompt.ts';
import type { Mark, StepId } from './step.ts';
import type { EpochMs, Ms } from './timeline.ts';

/** How the outline is treated: hidden, visible, or hidden with one take and no pause. */
export const MODES = ['cold', 'outline', 'exam'] as const;
export type Mode = (typeof MODES)[number];

export const MODE_LABELS: Readonly<Record<Mode, string>> = {
  cold: 'Cold',
  outline: 'With outline',
  exam: 'Exam',
};

/** Why a take ended without its speaker. The parts already saved are kept. */
export const TAKE_FAULTS = ['device-lost', 'encoder', 'disk-full', 'disk'] as const;
export type TakeFault = (typeof TAKE_FAULTS)[number];

export type Outline = Partial<Readonly<Record<StepId, string>>>;

/** Voice processing by the browser, as the device reported it; null = the browser does not say. */
export type Processing = {
  readonly echo: boolean | null;
  readonly noise: boolean | null;
  readonly gain: boolean | null;
};

const PROCESSING_NAMES: Readonly<Record<keyof Processing, string>> = {
  echo: 'echo cancellation',
  noise: 'noise suppression',
  gain: 'automatic level',
};

/** What is switched on, in words; empty when nothing is known to be. */
export function processingNames(processing: Processing): readonly string[] {
  const kinds = Object.keys(PROCESSING_NAMES) as (keyof Processing)[];
  return kinds.filter((kind) => processing[kind] === true).map((kind) => PROCESSING_NAMES[kind]);
}

/** The device of a segment as it said it was (`MediaTrackSettings`), whatever was asked of it. */
export type SegmentMicrophone = {
  readonly label: string;
  readonly processing: Processing;
  /** In hertz. */
  readonly sampleRate?: number;
  readonly channelCount?: number;
};

/** One uninterrupted run of the encoder. A pause ends it; resuming begins the next. */
export type Segment = {
  readonly mimeType: string;
  readonly startedAt: EpochMs;
  /** Where it begins on the clock the speaker saw. */
  readonly clockStartMs: Ms;
  readonly microphone: SegmentMicrophone;
  /** Not given: sound alone. */
  readonly picture?: SegmentPicture;
};

/** Where an imported clip came from. */
export type ImportedFrom = {
  readonly fileName: string;
  /** It breaks off before its end. */
  readonly isTorn?: true;
  /** How long a torn file says it lasts, where it does. */
  readonly saysMs?: Ms;
  /** The sound was encoded anew, with loss; otherwise it is the file's own. */
  readonly isReencoded?: true;
};

/** A clip is stored in parts of this size, the last one shorter. */
export const CLIP_PART_BYTES = 8 * 1024 * 1024;

/** The length that was aimed at. Null: an import at no prompt of the library, for which nobody has set one. */
export function targetOf({ promptId, targetMs }: Pick<AttemptFacts, 'promptId' | 'targetMs'>): Ms | null {
  return promptId === OTHER_PROMPT_ID ? null : targetMs;
}

type AttemptFacts = {
  readonly id: AttemptId;
  readonly promptId: PromptId;
  readonly prompt: FrozenPrompt;
  readonly source: 'recorded' | 'imported';
  /** Imported attempts only. */
  readonly imported?: ImportedFrom;
  /** A step drill or a follow-up belongs to an attempt. */
  readonly parentId: AttemptId | null;
  /** Of a step drill: the step that was spoken again. It is never scored. */
  readonly drillStep?: StepId;
  /** What the speaker meant to do differently this time. */
  readonly focus?: CarriedFocus;
  readonly mode: Mode;
  readonly targetMs: Ms;
  readonly outline: Outline;
  readonly segments: readonly Segment[];
  readonly startedAt: EpochMs;
  /** IANA name, such as `Europe/Berlin`: a practice day is a local day. */
  readonly timeZone: string;
  /** On the recorder's clock until kept, on the clip's timeline afterwards (timeline.ts, `clockToClip`). */
  readonly marks: readonly Mark[];
  /** The marks as they were before the first was changed while replaying. */
  readonly firstMarks?: readonly Mark[];
  readonly updatedAt: EpochMs;
};

/**
 * A take whose chunks are on disk and whose clip is not. `recording` may still be growing, or have been
 * orphaned by a crash; `finishing` has all its chunks, and making its clip can be run again at any point.
 * An import is `finishing` without any: its bytes are in a file that only the one who chose it can give again,
 * so that one that was broken off is not recovered but dropped.
 */
export type UnfinishedAttempt = AttemptFacts & {
  readonly status: 'recording' | 'finishing';
  readonly endedBy: 'user' | TakeFault | null;
};

/** An attempt whose whole clip was stored and verified; it is there until `audioDeletedAt`. */
export type KeptAttempt = AttemptFacts & {
  readonly status: 'kept';
  readonly endedBy: 'user' | TakeFault | null;
  /** Length of the clip, the last packet included. */
  readonly durationMs: Ms;
  readonly mimeType: string;
  readonly bytes: number;
  /** One lower-case hexadecimal SHA-256 per stored part. */
  readonly sha256: readonly string[];
  /** Some of what was recorded could not be read into the clip; the chunks are kept as they are. */
  readonly isPartial?: true;
  /** The clip was deleted to free space; `bytes` and `sha256` still say what it was. */
  readonly audioDeletedAt?: EpochMs;
  /** With `isPartial`: the sound is whole, but the picture of some segment fits no clip with the others. */
  readonly lacksPicture?: true;
};

/** One practice run at a prompt. `endedBy` null: it was recovered after a crash. */
export type Attempt = UnfinishedAttempt | KeptAttempt;

/** Where the picture of an attempt comes from; null: it has none. */
export function pictureSource({ segments }: Pick<Attempt, 'segments'>): PictureSource | null {
  return segments.find(({ picture }) => picture !== undefined)?.picture?.source ?? null;
}

/** Some of what MediaRecorder delivered in one timeslice. All chunks of a segment in order are its file. */
export type Chunk = {
  readonly attemptId: AttemptId;
  readonly segment: number;
  /** 0…n−1 without gaps. */
  readonly seq: number;
  /** Bytes of the segment before this chunk. */
  readonly offset: number;
  /** The recorder's clock when it was delivered. */
  readonly clockEndMs: Ms;
  readonly data: ArrayBuffer;
};
