import type { AttemptId } from './ids.ts';
import type { Ms, Span } from './timeline.ts';

/**
 * What can be counted in a recording, by the ids of rubric.json (`facts`): those that a rubric's clauses may
 * name. `null` everywhere: not known, which is never 0.
 */
export const FACT_IDS = [
  'stepTimeSec',
  'stepSharePct',
  'stepTimeDeviationPct',
  'totalTimeSec',
  'totalOverPct',
  'stepLongestPauseSec',
  'stepEndPauseSec',
  'midSentencePauseOver2sCount',
  'midSentencePauseOver3sCount',
  'fastStretchCount',
  'final10sRateRatio',
] as const;
export type FactId = (typeof FACT_IDS)[number];

/** The facts about one step; those of the whole attempt are the same in each. */
export type StepFacts = Readonly<Record<FactId, number | null>>;

/** The rate of a stretch of speech against the median of the same attempt. */
export type LocalRate = Span & { readonly ratio: number };

/** The numbers that describe a whole recording, with their units. */
export const MEASURES = {
  /** How many syllables were heard. */
  syllables: 'syllables',
  /** Syllables for each second from the first to the last speech, pauses included. */
  speechRate: 'syll/s',
  /** The same without the pauses. */
  articulationRate: 'syll/s',
  /** Time of speaking over the time from first to last speech, 0 to 1. */
  phonationTimeRatio: 'ratio',
  /** Syllables between two pauses, on average. */
  meanLengthOfRun: 'syllables',
  pitchMedian: 'Hz',
  /** Standard deviation of the pitch within 10 s; the median of all such windows. */
  pitchSpread: 'semitones',
  /** Integrated loudness (ITU-R BS.1770-4). */
  loudness: 'LUFS',
  /** How far the short-term loudness moves (EBU Tech 3342). */
  loudnessRange: 'LU',
  /** Speech over what is heard in the pauses. */
  signalToNoise: 'dB',
  /** Time in which the sound was cut off at full scale. */
  clipped: 'ms',
} as const;
export type MeasureId = keyof typeof MEASURES;
export const MEASURE_IDS = Object.keys(MEASURES) as readonly MeasureId[];

/** The most that is told of `signalToNoise`, in dB: beyond it the number says nothing more. */
export const MOST_SIGNAL_TO_NOISE = 60;

/** Why something could not be measured. */
export const UNMEASURED = [
  'undecodable',
  'silent',
  'no-speech',
  'no-pauses',
  'no-voice',
  'too-short',
] as const;
export type Unmeasured = (typeof UNMEASURED)[number];

/** A value in its unit, or the reason why there is none. */
export type Measures = Readonly<Record<MeasureId, number | Unmeasured>>;

/**
 * What was measured in a clip, as stored: derived data, made anew whenever `version` is older than the code's.
 * Pauses are at least 0.25 s long; all lists are sorted.
 */
export type Delivery = {
  readonly attemptId: AttemptId;
  readonly version: number;
  /** First to last speech; null when there is none. */
  readonly speech: Span | null;
  readonly pauses: readonly Span[];
  /** The instant of each syllable. */
  readonly syllables: readonly Ms[];
  /** Windows of 10 s every 5 s; null when the rate could not be measured. */
  readonly localRates: readonly LocalRate[] | null;
  readonly measures: Measures;
  /** How far the sound was decoded, where its end could not be. */
  readonly heardMs?: Ms;
};

/** A clip that could not be measured, as stored in the place of its delivery: it is not tried at every start. */
export type DeliveryFailure = {
  readonly attemptId: AttemptId;
  readonly version: number;
  readonly failed: Unmeasured;
};

/** What is heard beside the speech. */
export const SOUND_KINDS = [
  'typing',
  'cough',
  'throat-clearing',
  'laughter',
  'breath',
  'knock',
  'phone',
  'music',
  'other-speech',
  'background-noise',
] as const;
export type SoundKind = (typeof SOUND_KINDS)[number];

/** One stretch in which a classifier heard the same kind of sound. */
export type Sound = Span & {
  readonly kind: SoundKind;
  /** The classifier's highest score in it, 0 to 1. */
  readonly score: number;
};

/** The sounds of a clip, as stored: derived data, like `Delivery`. Sorted by their beginning. */
export type Sounds = {
  readonly attemptId: AttemptId;
  readonly version: number;
  readonly sounds: readonly Sound[];
};

/** Where the speaker says a pause fell: acoustic silence cannot tell. */
export const PAUSE_PLACES = ['between-points', 'mid-sentence'] as const;
export type PausePlace = (typeof PAUSE_PLACES)[number];

/** Belongs to the measured pause that it overlaps most: a new analysis may move its edges a little. */
export type PauseTag = Span & { readonly place: PausePlace };

export const PAUSE_LABELS: Readonly<Record<PausePlace, string>> = {
  'between-points': 'Between points',
  'mid-sentence': 'Mid-sentence',
};

/** Pauses longer than this want a tag, beside the three longest. */
export const LONG_PAUSE_MS: Ms = 2000;
