import type { Delivery, LocalRate, Measures } from './facts.ts';
import type { Ms, Span } from './timeline.ts';

/*
 * What follows from when somebody spoke and where the syllables are. Knows no sound: where these come from is
 * src/analysis.
 */

/** A shorter gap is the closure of a consonant or a breath within a phrase (de Jong & Bosker, DiSS 2013). */
const SHORTEST_PAUSE_MS: Ms = 250;
/** With less speech, one syllable more or less is a fifth of the rate. */
const SHORTEST_SPEECH_MS: Ms = 1000;
const WINDOW_MS: Ms = 10_000;
const HOP_MS: Ms = 5000;
/** Some twelve syllables: with less speech in it, the rate of a window is chance. */
const WINDOW_SPEECH_MS: Ms = 3000;

type Rates = Pick<
  Measures,
  'syllables' | 'speechRate' | 'articulationRate' | 'phonationTimeRatio' | 'meanLengthOfRun'
>;

/**
 * All of a delivery that time alone tells. `syllables` are those from the first to the last speech, and the measure
 * is their number.
 *
 * @param spans where there is speech, in order, without overlap
 * @param nuclei the instants of syllables, in order
 */
export function deliveryOf(
  spans: readonly Span[],
  nuclei: readonly Ms[],
): Pick<Delivery, 'speech' | 'pauses' | 'syllables' | 'localRates'> & { readonly measures: Rates } {
  const speech = extentOf(spans);
  if (speech === null)
    return { speech, pauses: [], syllables: [], localRates: null, measures: ratesFor('no-speech') };
  const pauses = pausesBetween(spans);
  const syllables = nuclei.filter((atMs) => atMs >= speech.startMs && atMs < speech.endMs);
  return {
    speech,
    pauses,
    syllables,
    localRates: localRates(speech, pauses, syllables),
    measures: ratesOf(speech, pauses, syllables.length),
  };
}

/** From the first speech to the last; null when there is none. */
export function extentOf(spans: readonly Span[]): Span | null {
  const [first, last] = [spans[0], spans.at(-1)];
  return first === undefined || last === undefined ? null : { startMs: first.startMs, endMs: last.endMs };
}

/** The gaps that are long enough to be pauses. */
export function pausesBetween(spans: readonly Span[], shortestMs: Ms = SHORTEST_PAUSE_MS): readonly Span[] {
  return spans.slice(1).flatMap(({ startMs: endMs }, index) => {
    const startMs = spans[index]?.endMs ?? endMs;
    return endMs - startMs >= shortestMs ? [{ startMs, endMs }] : [];
  });
}

/** The time of speaking in `within`: gaps that are too short for a pause belong to it. */
export function phonationMs(within: Span, pauses: readonly Span[]): Ms {
  return pauses.reduce((ms, pause) => ms - overlapMs(pause, within), within.endMs - within.startMs);
}

function ratesOf(speech: Span, pauses: readonly Span[], syllables: number): Rates {
  const totalMs = speech.endMs - speech.startMs;
  const spokenMs = phonationMs(speech, pauses);
  if (spokenMs < SHORTEST_SPEECH_MS) return ratesFor('too-short');
  const phonationTimeRatio = spokenMs / totalMs;
  if (syllables === 0) return { ...ratesFor('no-voice'), phonationTimeRatio };
  return {
    syllables,
    speechRate: (syllables * 1000) / totalMs,
    articulationRate: (syllables * 1000) / spokenMs,
    phonationTimeRatio,
    meanLengthOfRun: syllables / (pauses.length + 1),
  };
}

function ratesFor(reason: 'no-speech' | 'too-short' | 'no-voice'): Rates {
  return {
    syllables: reason,
    speechRate: reason,
    articulationRate: reason,
    phonationTimeRatio: reason,
    meanLengthOfRun: reason,
  };
}

/**
 * Windows of 10 s, each with the rate of its speech against that of the median window. They are counted back from the
 * end of the speech, so that the last 10 s are one of them; what is over at the beginning is less than 5 s.
 *
 * Pauses are left out of the rate, for three reasons. The rubric judges pauses by themselves and wants them between
 * parts: with them in the rate, one who pauses well would seem to rush between two pauses, and one who
 * thinks at length before the last sentence would seem to slow down in it. Pauses are what differs most between
 * windows, so that the median would be a measure of pausing. And a listener who is asked what was rushed points at words,
 * not at gaps.
 *
 * A window with too little speech is left out; null when fewer than two remain.
 */
function localRates(
  speech: Span,
  pauses: readonly Span[],
  syllables: readonly Ms[],
): readonly LocalRate[] | null {
  const count = Math.floor((speech.endMs - speech.startMs - WINDOW_MS) / HOP_MS) + 1;
  const windows = Array.from({ length: Math.max(0, count) }, (_, index) => {
    const endMs = speech.endMs - (count - 1 - index) * HOP_MS;
    const window = { startMs: endMs - WINDOW_MS, endMs };
    const spokenMs = phonationMs(window, pauses);
    return { ...window, spokenMs, rate: countWithin(window, syllables) / spokenMs };
  }).filter(({ spokenMs }) => spokenMs >= WINDOW_SPEECH_MS);
  const median = medianOf(windows.map(({ rate }) => rate));
  if (windows.length < 2 || median === 0) return null;
  return windows.map(({ startMs, endMs, rate }) => ({ startMs, endMs, ratio: withoutDust(rate / median) }));
}

/** Rates of 15 and 12 have 1.25000…2 between them, but the rubric counts only what is above 1.25. */
function withoutDust(ratio: number): number {
  return Math.round(ratio * 1e9) / 1e9;
}

function countWithin({ startMs, endMs }: Span, instants: readonly Ms[]): number {
  return countBefore(endMs, instants) - countBefore(startMs, instants);
}

/** By halves: an hour has 720 windows and ten thousand syllables. */
function countBefore(limitMs: Ms, instants: readonly Ms[]): number {
  let [low, high] = [0, instants.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((instants[middle] as Ms) < limitMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Of at least one; of an even number, the mean of the two in the middle. */
function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  return ((sorted[Math.ceil(half) - 1] ?? 0) + (sorted[Math.floor(half)] ?? 0)) / 2;
}

/** How much of the time two spans share. */
export function overlapMs(a: Span, b: Span): Ms {
  return Math.max(0, Math.min(a.endMs, b.endMs) - Math.max(a.startMs, b.startMs));
}
