import type { KeptAttempt, Processing } from './attempt.ts';
import { type Delivery, type MeasureId, MOST_SIGNAL_TO_NOISE, type Unmeasured } from './facts.ts';
import { lengthOf, pausesOf, sum } from './step-facts.ts';
import { clamp } from './timeline.ts';

/*
 * What a delivery is set beside: the same person's other recordings through the same microphone, and nobody
 * else's.
 */

/** The figures that can be compared from one recording to the next, whatever its length. */
export type FigureId = Exclude<MeasureId, 'syllables'> | 'pauseRate' | 'pauseShare';

/** A value in its unit, or why there is none. */
export type Figures = Readonly<Record<FigureId, number | Unmeasured>>;

/** The measures, with the pauses for each minute from first to last speech, and their percentage of that time. */
export function figuresOf(delivery: Delivery): Figures {
  const { speech, measures } = delivery;
  const { syllables: _, ...figures } = measures;
  const totalMs = speech === null ? 0 : lengthOf(speech);
  if (totalMs === 0) {
    const why = typeof measures.speechRate === 'string' ? measures.speechRate : 'no-speech';
    return { ...figures, pauseRate: why, pauseShare: why };
  }
  const pauses = pausesOf(delivery);
  return {
    ...figures,
    pauseRate: (pauses.length * 60_000) / totalMs,
    pauseShare: (sum(pauses.map(lengthOf)) * 100) / totalMs,
  };
}

/** So many of the recordings before this one make what is usual; of fewer than five the ends say nothing. */
export const MOST_ALIKE = 10;
export const LEAST_ALIKE = 5;

/**
 * How far two values may lie apart without a difference that means anything: about what the measuring errs by
 * (docs/delivery.md), for the rest what nobody would hear. `share` is of the value, `by` in the figure's unit.
 */
const LEAST_DIFFERENCE: Readonly<Record<FigureId, { readonly share: number } | { readonly by: number }>> = {
  speechRate: { share: 0.05 },
  articulationRate: { share: 0.05 },
  meanLengthOfRun: { share: 0.1 },
  phonationTimeRatio: { by: 0.03 },
  pauseRate: { share: 0.1 },
  pauseShare: { by: 3 },
  pitchMedian: { share: 0.02 },
  pitchSpread: { by: 0.3 },
  loudness: { by: 0.5 },
  loudnessRange: { by: 1 },
  signalToNoise: { by: 2 },
  clipped: { by: 5 },
};

/** What a figure can be at most; at least it is 0, but for the loudness. */
const MOST: Readonly<Partial<Record<FigureId, number>>> = {
  phonationTimeRatio: 1,
  pauseShare: 100,
  signalToNoise: MOST_SIGNAL_TO_NOISE,
};

/** `count`: how many recordings have such a value. */
export type Usual =
  | { readonly tag: 'range'; readonly low: number; readonly high: number; readonly count: number }
  | { readonly tag: 'too-few'; readonly count: number };

/** From the 10th to the 90th percentile of a figure, and at least its least difference to either side of their middle. */
export function usualOf(figures: readonly Figures[], id: FigureId): Usual {
  const values = figures
    .flatMap(({ [id]: value }) => (typeof value === 'number' ? [value] : []))
    .toSorted((a, b) => a - b);
  if (values.length < LEAST_ALIKE) return { tag: 'too-few', count: values.length };
  return { tag: 'range', ...widened(id, quantile(values, 0.1), quantile(values, 0.9)), count: values.length };
}

function widened(id: FigureId, low: number, high: number): { readonly low: number; readonly high: number } {
  const middle = (low + high) / 2;
  const difference = LEAST_DIFFERENCE[id];
  const by = 'by' in difference ? difference.by : Math.abs(middle) * difference.share;
  const least = id === 'loudness' ? Number.NEGATIVE_INFINITY : 0;
  const within = (value: number) => clamp(value, least, MOST[id] ?? Number.POSITIVE_INFINITY);
  return { low: within(Math.min(low, middle - by)), high: within(Math.max(high, middle + by)) };
}

/** Between two values in proportion. @param sorted at least one */
function quantile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1);
  const [low = 0, high = low] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return low + (high - low) * (place - Math.floor(place));
}

type Captured = Pick<KeptAttempt, 'source' | 'imported' | 'mimeType' | 'segments'>;

/**
 * Two recordings with the same one were made through the same microphone and the same processing. Of an import
 * neither is known: it is alike to imports of the same format.
 */
export function captureOf({ source, imported, mimeType, segments }: Captured): string {
  if (source === 'imported') return JSON.stringify({ mimeType, isReencoded: imported?.isReencoded === true });
  const kinds = segments.map(({ microphone: { label, processing } }) =>
    JSON.stringify([label, processing.echo, processing.noise, processing.gain]),
  );
  return [...new Set(kinds)].toSorted().join();
}

/** Under this many decibels syllables and the edges of pauses are told less surely. */
const NOISY_UNDER = 15;

/** What speaks against trusting a figure; of the last three it is not known whether it does. */
export const DOUBTS = [
  'noisy',
  'noise-suppression',
  'gain-control',
  'noise-unmeasured',
  'processing-unsaid',
  'imported',
] as const;
export type Doubt = (typeof DOUBTS)[number];

/** How far a figure can be trusted. `unknown`: what it depends on is not known. */
export type Confidence = 'low' | 'unknown' | 'normal';

const LOWERS: readonly Doubt[] = ['noisy', 'noise-suppression', 'gain-control'];
/** The noise is what these measure, or it does not reach them. */
const NOISE_PROOF: readonly FigureId[] = ['signalToNoise', 'clipped'];

export function doubtsOf(
  { source, segments }: Captured,
  { speech, measures: { signalToNoise } }: Pick<Delivery, 'speech' | 'measures'>,
): readonly Doubt[] {
  const is = (kind: keyof Processing, state: boolean | null) =>
    segments.some(({ microphone }) => microphone.processing[kind] === state);
  const holds: Readonly<Record<Doubt, boolean>> = {
    noisy: typeof signalToNoise === 'number' && signalToNoise < NOISY_UNDER,
    'noise-suppression': is('noise', true),
    'gain-control': is('gain', true),
    'noise-unmeasured': speech !== null && typeof signalToNoise !== 'number',
    'processing-unsaid': is('noise', null) || is('gain', null),
    imported: source === 'imported',
  };
  return DOUBTS.filter((doubt) => holds[doubt]);
}

export function confidenceIn(id: FigureId, doubts: readonly Doubt[]): Confidence {
  const own = NOISE_PROOF.includes(id)
    ? doubts.filter((doubt) => doubt !== 'noisy' && doubt !== 'noise-unmeasured')
    : doubts;
  if (own.some((doubt) => LOWERS.includes(doubt))) return 'low';
  return own.length > 0 ? 'unknown' : 'normal';
}
