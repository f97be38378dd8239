/**
 * How far two honest scores of the same recording lie apart by chance (rubric.json, `scoring.noise`). Half a
 * level of re-score error per cell (12.5 points), correlated 0.3 across cells, is a standard error of
 * 12.5 · √(0.0767 + 0.3 · 0.9233) = 7.43 points, 0.0767 being the sum of the squared weights.
 */
const SEM_OF_THRESHOLDS = 7.43;
/** A smaller difference is none. */
const NO_CHANGE_BELOW = 10;
/** 1.96 · √2 · 7.43 = 20.6, rounded up: from here on, chance alone is unlikely. */
const BEYOND_CHANCE_FROM = 21;

/** So many blind re-scores make an own standard error. */
export const LEAST_RESCORES = 5;

export type Noise = {
  /** The standard error of an overall, in points. */
  readonly sem: number;
  /** It comes from the speaker's own re-scores. */
  readonly isOwn: boolean;
  readonly noChangeBelow: number;
  readonly beyondChanceFrom: number;
};

/**
 * The noise of scoring: what five or more blind re-scores say, until then the default.
 *
 * @param differences re-score − original of the overall, one for each re-scored attempt
 * @param semDefault rubric.json, `scoring.noise.semDefault`
 */
export function noiseOf(differences: readonly number[], semDefault: number): Noise {
  if (differences.length < LEAST_RESCORES)
    return {
      sem: semDefault,
      isOwn: false,
      noChangeBelow: NO_CHANGE_BELOW,
      beyondChanceFrom: BEYOND_CHANCE_FROM,
    };
  const sem = sampleDeviation(differences) / Math.SQRT2;
  // Overalls are whole points: a difference of one cannot be told from their rounding.
  const scaled = (threshold: number) => Math.max(1, (threshold * sem) / SEM_OF_THRESHOLDS);
  return {
    sem,
    isOwn: true,
    noChangeBelow: scaled(NO_CHANGE_BELOW),
    beyondChanceFrom: scaled(BEYOND_CHANCE_FROM),
  };
}

export type ChangeVerdict = 'no-change' | 'maybe-chance' | 'beyond-chance';

/** What a difference between two overalls can carry, up or down alike. */
export function verdictOf({ noChangeBelow, beyondChanceFrom }: Noise, difference: number): ChangeVerdict {
  const size = Math.abs(difference);
  if (size < noChangeBelow) return 'no-change';
  return size < beyondChanceFrom ? 'maybe-chance' : 'beyond-chance';
}

/** With n − 1 in the denominator: the mean comes from the same numbers. At least two are needed. */
export function sampleDeviation(values: readonly number[]): number {
  const mean = values.reduce((total, value) => total + value, 0) / values.length;
  const squares = values.reduce((total, value) => total + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}
