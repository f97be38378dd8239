import { type KeptAttempt, targetOf } from './attempt.ts';
import { overlapMs } from './delivery.ts';
import type { Delivery, Unmeasured } from './facts.ts';
import { isHeardInPart } from './heard.ts';
import { STEP_IDS, type StepId, stepSpans } from './step.ts';
import {
  fastRuns,
  lengthOf,
  pausesOf,
  pausesToTag,
  snappedSpans,
  stepFacts,
  stepHolding,
  sum,
} from './step-facts.ts';
import type { Ms, Span } from './timeline.ts';
import { figuresOf } from './usual.ts';

/*
 * Every fact of rubric.json whose source is the sound, or the sound with the marks. step-facts.ts has those
 * that limits may name; the others set no limit and are shown as they are.
 */

/** What each is called and counted in, as rubric.json has it. */
export const RECORDED_FACTS = {
  totalTimeSec: { label: 'Total time', unit: 's' },
  totalOverPct: { label: 'Over target', unit: '%' },
  pauseSharePct: { label: 'Pause share', unit: '%' },
  longestPauses: { label: 'Three longest pauses', unit: 's' },
  stepLongestPauseSec: { label: 'Longest pause in step', unit: 's' },
  stepEndPauseSec: { label: 'Pause at step boundary', unit: 's' },
  syllableRate: { label: 'Estimated syllables per second', unit: 'syll/s' },
  localRateRatio: { label: 'Local rate / own median', unit: 'ratio' },
  fastStretchCount: { label: 'Fast stretches', unit: 'count' },
  final10sRateRatio: { label: 'Rate in the last 10 s', unit: 'ratio' },
} as const;

/** Why a fact is not known. */
export type WhyUnknown =
  | Unmeasured
  /** Nothing was measured yet. */
  | 'not-measured'
  | 'no-marks'
  | 'no-target'
  /** The marks leave the step no time. */
  | 'no-such-step'
  /** The step ends with the take, so that no mark says where. */
  | 'ends-the-take'
  /** Under 5 s of speech in it, or no window of 10 s mostly in it. */
  | 'short-step'
  /** Mostly pause. */
  | 'little-speech'
  /** The end of it could not be decoded. */
  | 'heard-in-part';

export type Known<Value = number> = Value | WhyUnknown;

/** The facts about one step. */
export type StepRecorded = Readonly<
  Record<
    | 'pauseSharePct'
    | 'stepLongestPauseSec'
    | 'stepEndPauseSec'
    | 'syllableRate'
    | 'localRateRatio'
    | 'fastStretchCount',
    Known
  >
>;

/** Those about the whole. The median of its local rates is what they are measured against, and so 1. */
export type WholeRecorded = Readonly<
  Record<
    | 'totalTimeSec'
    | 'totalOverPct'
    | 'pauseSharePct'
    | 'syllableRate'
    | 'localRateRatio'
    | 'fastStretchCount'
    | 'final10sRateRatio',
    Known
  > & {
    /** At most three, longest first. */
    readonly longestPauses: Known<readonly Span[]>;
  }
>;

export type RecordedFacts = {
  readonly whole: WholeRecorded;
  readonly steps: Readonly<Record<StepId, StepRecorded>>;
};

/** A rate over less speech than this would be chance. */
const LEAST_RATED_MS: Ms = 5000;

type Attempt = Pick<KeptAttempt, 'marks' | 'durationMs' | 'promptId' | 'targetMs'>;

/** Null delivery: nothing was measured yet. */
export function recordedFacts(attempt: Attempt, delivery: Delivery | null): RecordedFacts {
  if (delivery === null) return unknown('not-measured');
  const { speech, measures, localRates } = delivery;
  if (speech === null)
    return unknown(typeof measures.speechRate === 'string' ? measures.speechRate : 'no-speech');
  const pauses = pausesOf(delivery);
  const facts = stepFacts(attempt, delivery, [], null);
  const { totalTimeSec, totalOverPct, final10sRateRatio } = facts.situation;
  const noRates = typeof measures.speechRate === 'string' ? measures.speechRate : 'too-short';
  const noFinalRate = isHeardInPart(delivery, attempt.durationMs) ? 'heard-in-part' : 'little-speech';
  const runs = fastRuns(localRates ?? []);
  const whole: WholeRecorded = {
    totalTimeSec: totalTimeSec ?? 'heard-in-part',
    totalOverPct: totalOverPct ?? (targetOf(attempt) === null ? 'no-target' : 'heard-in-part'),
    pauseSharePct: figuresOf(delivery).pauseShare,
    longestPauses: pausesToTag(pauses).longest,
    syllableRate: measures.speechRate,
    localRateRatio: median((localRates ?? []).map(({ ratio }) => ratio)) ?? noRates,
    fastStretchCount: localRates === null ? noRates : runs.length,
    final10sRateRatio: final10sRateRatio ?? (localRates === null ? noRates : noFinalRate),
  };
  const spans = snappedSpans(attempt, pauses);
  const recordedIn = (step: StepId): StepRecorded => {
    if (attempt.marks.length === 0) return stepUnknown('no-marks');
    const own = spans.filter((span) => span.step === step).flatMap((span) => within(span, speech));
    if (!stepSpans(attempt.marks, attempt.durationMs).some((span) => span.step === step))
      return stepUnknown('no-such-step');
    const ratios = (localRates ?? []).filter((window) => stepHolding(spans, window) === step);
    return {
      pauseSharePct: pauseShare(pauses, own),
      stepLongestPauseSec: facts[step].stepLongestPauseSec ?? 'no-speech',
      stepEndPauseSec: facts[step].stepEndPauseSec ?? 'ends-the-take',
      syllableRate: syllableRate(delivery, own),
      localRateRatio:
        median(ratios.map(({ ratio }) => ratio)) ?? (localRates === null ? noRates : 'short-step'),
      fastStretchCount: facts[step].fastStretchCount ?? noRates,
    };
  };
  return { whole, steps: forEachStep(recordedIn) };
}

function unknown(why: WhyUnknown): RecordedFacts {
  const { stepLongestPauseSec: _, stepEndPauseSec: _end, ...both } = stepUnknown(why);
  return {
    whole: { ...both, totalTimeSec: why, totalOverPct: why, longestPauses: why, final10sRateRatio: why },
    steps: forEachStep(() => stepUnknown(why)),
  };
}

function stepUnknown(why: WhyUnknown): StepRecorded {
  return {
    pauseSharePct: why,
    stepLongestPauseSec: why,
    stepEndPauseSec: why,
    syllableRate: why,
    localRateRatio: why,
    fastStretchCount: why,
  };
}

function forEachStep<Value>(make: (step: StepId) => Value): Readonly<Record<StepId, Value>> {
  return Object.fromEntries(STEP_IDS.map((step) => [step, make(step)])) as Record<StepId, Value>;
}

/** Of what lies in a step of the time from first to last speech. */
function pauseShare(pauses: readonly Span[], spans: readonly Span[]): Known {
  const totalMs = sum(spans.map(lengthOf));
  if (totalMs === 0) return 'no-speech';
  const silentMs = sum(spans.flatMap((span) => pauses.map((pause) => overlapMs(pause, span))));
  return (silentMs * 100) / totalMs;
}

/** With the pauses, as the rate of the whole. */
function syllableRate({ measures, syllables }: Delivery, spans: readonly Span[]): Known {
  if (typeof measures.speechRate === 'string') return measures.speechRate;
  const totalMs = sum(spans.map(lengthOf));
  if (totalMs === 0) return 'no-speech';
  if (totalMs < LEAST_RATED_MS) return 'short-step';
  const found = syllables.filter((atMs) => spans.some((span) => span.startMs <= atMs && atMs < span.endMs));
  return (found.length * 1000) / totalMs;
}

function within(span: Span, limits: Span): readonly Span[] {
  const cut = {
    startMs: Math.max(span.startMs, limits.startMs),
    endMs: Math.min(span.endMs, limits.endMs),
  };
  return cut.startMs < cut.endMs ? [cut] : [];
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}
