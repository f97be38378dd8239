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

/**
 * What was measured in a clip, as stored: derived data, made anew whenever `version` is older than the code's.
 * Pauses are at least 0.25 s long; both lists are sorted.
 */
export type Delivery = {
  readonly attemptId: AttemptId;
  readonly version: number;
  /** First to last speech; null when there is none. */
  readonly speech: Span | null;
  readonly pauses: readonly Span[];
  /** Windows of 10 s every 5 s; null when the rate could not be measured. */
  readonly localRates: readonly LocalRate[] | null;
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
