import { type KeptAttempt, targetOf } from './attempt.ts';
import { overlapMs } from './delivery.ts';
import {
  type Delivery,
  FACT_IDS,
  LONG_PAUSE_MS,
  type LocalRate,
  type PausePlace,
  type PauseTag,
  type StepFacts,
} from './facts.ts';
import { isHeardInPart } from './heard.ts';
import { STEP_IDS, type StepId, type StepSpan, stepSpans } from './step.ts';
import { clamp, type Ms, type Span } from './timeline.ts';

/*
 * What facts.ts names, worked out of marks, delivery and tags. Apart from it, because only a locked review
 * and the calibration need it, and storage needs facts.ts at once.
 */

/** How far from a mark the pause may lie that ends its step. */
const BOUNDARY_MS: Ms = 1500;
/** So near to its budget a step is on it. */
const TOLERANCE_MS: Ms = 5000;
const LONGEST_COUNT = 3;
const FAST_RATIO = 1.25;
const FAST_RUN_MS: Ms = 15_000;
const FINAL_MS: Ms = 10_000;

/** The pauses within the speech: the silence before the first word and after the last is none. */
export function pausesOf({ speech, pauses }: Pick<Delivery, 'speech' | 'pauses'>): readonly Span[] {
  if (speech === null) return [];
  return pauses.filter(({ startMs, endMs }) => startMs >= speech.startMs && endMs <= speech.endMs);
}

/** Those to be tagged: the three longest, longest first, and the others over 2 s, in order. */
export function pausesToTag<Pause extends Span>(
  pauses: readonly Pause[],
): { readonly longest: readonly Pause[]; readonly others: readonly Pause[] } {
  const longest = pauses.toSorted((a, b) => lengthOf(b) - lengthOf(a)).slice(0, LONGEST_COUNT);
  const others = pauses.filter((pause) => lengthOf(pause) > LONG_PAUSE_MS && !longest.includes(pause));
  return { longest, others };
}

/** Where each pause fell, in their order; null: it has no tag. */
export function placesOf(pauses: readonly Span[], tags: readonly PauseTag[]): readonly (PausePlace | null)[] {
  const owners = tags.map((tag) => pauseOf(pauses, tag));
  return pauses.map((pause) => {
    const own = tags.filter((_, index) => owners[index] === pause);
    return mostOverlapping(own, pause)?.place ?? null;
  });
}

/** With a pause tagged, in place of what it was tagged before. */
export function tagPause(
  tags: readonly PauseTag[],
  pauses: readonly Span[],
  pause: Span,
  place: PausePlace,
): readonly PauseTag[] {
  const others = tags.filter((tag) => pauseOf(pauses, tag) !== pause);
  const { startMs, endMs } = pause;
  return [...others, { startMs, endMs, place }].toSorted((a, b) => a.startMs - b.startMs);
}

/**
 * The spans of the steps with each boundary moved into the longest pause near it: a mark is pressed a little
 * before or after the point has ended. Pauses never change the order of two boundaries.
 */
export function snappedSpans(
  { marks, durationMs }: Pick<KeptAttempt, 'marks' | 'durationMs'>,
  pauses: readonly Span[],
): readonly StepSpan[] {
  const spans = stepSpans(marks, durationMs);
  const snap = (atMs: Ms) => {
    const pause = pauseNear(pauses, atMs);
    return pause === null || atMs === 0 || atMs === durationMs
      ? atMs
      : clamp(atMs, pause.startMs, pause.endMs);
  };
  return spans.map((span) => ({ ...span, startMs: snap(span.startMs), endMs: snap(span.endMs) }));
}

/** The pauses that follow what was said in a step, the one at its end included. */
export function pausesIn(spans: readonly StepSpan[], pauses: readonly Span[], step: StepId): readonly Span[] {
  const own = spans.filter((span) => span.step === step);
  return pauses.filter(({ startMs }) => own.some((span) => startMs > span.startMs && startMs <= span.endMs));
}

type Measured = Pick<KeptAttempt, 'marks' | 'durationMs' | 'promptId' | 'targetMs'>;

/**
 * What is known of each step (rubric.json, `facts`). Without marks nothing about steps is; without a delivery,
 * or speech in it, only what the marks tell.
 *
 * @param budgets what each step may take at the attempt's target; null: it has none (budget.ts, `budgetsOf`)
 */
export function stepFacts(
  attempt: Measured,
  delivery: Delivery | null,
  tags: readonly PauseTag[],
  budgets: Readonly<Record<StepId, Ms>> | null,
): Readonly<Record<StepId, StepFacts>> {
  const whole = wholeFacts(attempt, delivery);
  const pauses = delivery === null ? [] : pausesOf(delivery);
  const spans = snappedSpans(attempt, pauses);
  const places = placesOf(pauses, tags);
  const runs = fastRuns(delivery?.localRates ?? []);
  const factsOf = (step: StepId): StepFacts => {
    if (attempt.marks.length === 0) return { ...UNKNOWN, ...whole };
    const own = spans.filter((span) => span.step === step);
    const timeMs = sum(own.map(lengthOf));
    const marked = {
      stepTimeSec: timeMs / 1000,
      stepSharePct: attempt.durationMs === 0 ? null : percentOf(timeMs, attempt.durationMs),
      stepTimeDeviationPct: budgets === null ? null : deviation(timeMs, budgets[step]),
    };
    if (delivery === null || delivery.speech === null) return { ...UNKNOWN, ...whole, ...marked };
    const within = pausesIn(spans, pauses, step);
    const midSentence = (overMs: Ms) => {
      const long = within.filter((pause) => lengthOf(pause) > overMs);
      const found = long.map((pause) => places[pauses.indexOf(pause)] ?? null);
      return found.includes(null) ? null : found.filter((place) => place === 'mid-sentence').length;
    };
    return {
      ...whole,
      ...marked,
      stepLongestPauseSec: Math.max(0, ...within.map(lengthOf)) / 1000,
      stepEndPauseSec: endPause(attempt, pauses, step),
      midSentencePauseOver2sCount: midSentence(2000),
      midSentencePauseOver3sCount: midSentence(3000),
      fastStretchCount:
        delivery.localRates === null ? null : runs.filter((run) => stepHolding(spans, run) === step).length,
    };
  };
  return Object.fromEntries(STEP_IDS.map((step) => [step, factsOf(step)])) as Record<StepId, StepFacts>;
}

const UNKNOWN = Object.fromEntries(FACT_IDS.map((fact) => [fact, null])) as StepFacts;

function wholeFacts(
  attempt: Measured,
  delivery: Delivery | null,
): Pick<StepFacts, 'totalTimeSec' | 'totalOverPct' | 'final10sRateRatio'> {
  if (delivery === null || delivery.speech === null || isHeardInPart(delivery, attempt.durationMs))
    return { totalTimeSec: null, totalOverPct: null, final10sRateRatio: null };
  const { speech, localRates } = delivery;
  const targetMs = targetOf(attempt) ?? 0;
  const totalMs = lengthOf(speech);
  // The windows are counted back from the end of the speech; one with too little speech in it is left out.
  const final = localRates?.find(
    ({ startMs, endMs }) => endMs === speech.endMs && endMs - startMs === FINAL_MS,
  );
  return {
    totalTimeSec: totalMs / 1000,
    totalOverPct: targetMs === 0 ? null : percentOf(Math.max(0, totalMs - targetMs), targetMs),
    final10sRateRatio: final?.ratio ?? null,
  };
}

function deviation(timeMs: Ms, budgetMs: Ms): number | null {
  if (budgetMs === 0) return null;
  const offMs = Math.abs(timeMs - budgetMs);
  return offMs <= TOLERANCE_MS ? 0 : percentOf(offMs, budgetMs);
}

/** Multiplied before it is divided, so that what is exactly at a limit is not pushed over it by binary fractions. */
function percentOf(part: Ms, whole: Ms): number {
  return (part * 100) / whole;
}

/** Of the last end of the step that is a mark; null when it ends with the take, or never came. */
function endPause({ marks, durationMs }: Measured, pauses: readonly Span[], step: StepId): number | null {
  const ends = stepSpans(marks, durationMs).filter((span) => span.step === step && span.endMs < durationMs);
  const last = ends.at(-1);
  if (last === undefined) return null;
  const pause = pauseNear(pauses, last.endMs);
  return pause === null ? 0 : lengthOf(pause) / 1000;
}

/** The longest pause of which some lies within 1.5 s. */
function pauseNear(pauses: readonly Span[], atMs: Ms): Span | null {
  return pauses
    .filter(({ startMs, endMs }) => startMs - atMs <= BOUNDARY_MS && atMs - endMs <= BOUNDARY_MS)
    .reduce<Span | null>(
      (longest, pause) => (longest === null || lengthOf(pause) > lengthOf(longest) ? pause : longest),
      null,
    );
}

/** Windows above the ratio that follow one another without one below between them, at least 15 s together. */
export function fastRuns(rates: readonly LocalRate[]): readonly Span[] {
  const runs: { startMs: Ms; endMs: Ms }[] = [];
  let wasFast = false;
  for (const { startMs, endMs, ratio } of rates) {
    const isFast = ratio > FAST_RATIO;
    const run = runs.at(-1);
    if (isFast && wasFast && run !== undefined && startMs <= run.endMs)
      run.endMs = Math.max(run.endMs, endMs);
    else if (isFast) runs.push({ startMs, endMs });
    wasFast = isFast;
  }
  return runs.filter((run) => lengthOf(run) >= FAST_RUN_MS);
}

/** The step in which most of a stretch lies. */
export function stepHolding(spans: readonly StepSpan[], stretch: Span): StepId | null {
  const shares = STEP_IDS.map((step) =>
    sum(spans.filter((span) => span.step === step).map((span) => overlapMs(span, stretch))),
  );
  const most = Math.max(...shares);
  return most === 0 ? null : (STEP_IDS[shares.indexOf(most)] ?? null);
}

/** The pause a tag belongs to. */
function pauseOf(pauses: readonly Span[], tag: Span): Span | null {
  return mostOverlapping(pauses, tag);
}

/** The later one of two that overlap it as much; null when none does. */
function mostOverlapping<Item extends Span>(items: readonly Item[], span: Span): Item | null {
  let most: Item | null = null;
  for (const item of items) {
    const shared = overlapMs(item, span);
    if (shared > 0 && (most === null || shared >= overlapMs(most, span))) most = item;
  }
  return most;
}

export function lengthOf({ startMs, endMs }: Span): Ms {
  return endMs - startMs;
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
