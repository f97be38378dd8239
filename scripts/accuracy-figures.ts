import { deliveryOf, extentOf, pausesBetween, phonationMs } from '../src/domain/delivery.ts';
import type { Ms, Span } from '../src/domain/timeline.ts';

/*
 * How far what was measured is from what was labelled. Nothing here reads a file, so that the arithmetic can be tested
 * with answers that are known.
 */

/** What is known of a recording; null: it has no such label. */
export type Labels = { readonly speech: readonly Span[] | null; readonly syllables: number | null };

/** What was measured in it. */
export type Found = { readonly speech: readonly Span[]; readonly syllables: readonly Ms[] };

export type Clip = {
  readonly group: string;
  readonly durationMs: Ms;
  readonly labels: Labels;
  readonly found: Found;
};

const FRAME_MS: Ms = 10;
/** A pause that the other side has at this length is no error, because 240 against 260 ms is none. */
const TOLERATED_PAUSE_MS: Ms = 180;
const LEAST_IOU = 0.5;
/** Below this, one syllable more or less is a large part of all. */
export const LONG_MS: Ms = 8000;

/** A mean and how many values it rests on; null where there are none. */
export type Mean = { readonly value: number | null; readonly of: number };

/** All figures of some clips. Errors of syllables, rates and ratios are means over clips; all else is pooled. */
export type Figures = {
  readonly clips: number;
  /** Shares of 10 ms frames: wrong of all, missed of speech, taken for speech of the others. */
  readonly frames: { readonly error: Mean; readonly missed: Mean; readonly falsely: Mean };
  readonly pauses: {
    readonly labelled: number;
    readonly found: number;
    readonly precision: Mean;
    readonly recall: Mean;
    readonly f1: number | null;
  };
  /** Of the pauses that were found, in milliseconds. */
  readonly edges: { readonly median: number | null; readonly p90: number | null; readonly of: number };
  readonly syllables: SyllableFigures;
  readonly longSyllables: SyllableFigures;
  readonly articulationRate: Mean;
  readonly longArticulationRate: Mean;
  readonly phonationTimeRatio: Mean;
};

export type SyllableFigures = {
  /** Mean of how far the count is off, against the labelled one. */
  readonly error: Mean;
  /** The same with its sign. */
  readonly bias: number | null;
  /** Pearson's, of the counts and of the syllables for each second. */
  readonly ofCounts: number | null;
  readonly ofRates: number | null;
};

export function figuresOf(clips: readonly Clip[]): Figures {
  const spoken = clips.flatMap(({ durationMs, labels, found }) =>
    labels.speech === null ? [] : [{ durationMs, labelled: labels.speech, found: found.speech }],
  );
  const frames = spoken.map(({ durationMs, labelled, found }) => frameCounts(durationMs, labelled, found));
  const total = (key: keyof (typeof frames)[number]) => sum(frames.map((each) => each[key]));
  const pauses = spoken.map(({ labelled, found }) => matchPauses(labelled, found));
  const recall = shareOf(pauses.flatMap(({ recalled }) => recalled));
  const precision = shareOf(pauses.flatMap(({ confirmed }) => confirmed));
  const edges = pauses.flatMap((each) => each.edges);
  const isLong = ({ durationMs }: Clip) => durationMs >= LONG_MS;
  return {
    clips: clips.length,
    frames: {
      error: ratio(total('missed') + total('falsely'), total('speech') + total('other')),
      missed: ratio(total('missed'), total('speech')),
      falsely: ratio(total('falsely'), total('other')),
    },
    pauses: { labelled: recall.of, found: precision.of, precision, recall, f1: f1Of(precision, recall) },
    edges: { median: quantile(edges, 0.5), p90: quantile(edges, 0.9), of: edges.length },
    syllables: syllableFigures(clips),
    longSyllables: syllableFigures(clips.filter(isLong)),
    articulationRate: articulationRateError(clips),
    longArticulationRate: articulationRateError(clips.filter(isLong)),
    phonationTimeRatio: meanOf(
      spoken.flatMap(({ labelled, found }) => {
        const [own, known] = [phonationTimeRatio(found), phonationTimeRatio(labelled)];
        return own === null || known === null ? [] : [Math.abs(own - known)];
      }),
    ),
  };
}

function frameCounts(durationMs: Ms, labelled: readonly Span[], found: readonly Span[]) {
  const count = Math.round(durationMs / FRAME_MS);
  const [known, own] = [maskOf(labelled, count), maskOf(found, count)];
  let [speech, missed, falsely] = [0, 0, 0];
  known.forEach((isSpeech, frame) => {
    speech += isSpeech;
    if (isSpeech === 1 && own[frame] === 0) missed += 1;
    if (isSpeech === 0 && own[frame] === 1) falsely += 1;
  });
  return { speech, other: count - speech, missed, falsely };
}

/** 1 for the frames whose middle is in a span. */
function maskOf(spans: readonly Span[], count: number): Uint8Array {
  const mask = new Uint8Array(count);
  for (const { startMs, endMs } of spans)
    mask.fill(1, Math.round(startMs / FRAME_MS), Math.round(endMs / FRAME_MS));
  return mask;
}

/**
 * Two pauses are the same when they share half of what both cover. Pauses of a quarter of a second count; the
 * other side's may be a little shorter. As no two pauses of one side overlap, none has more than one partner.
 */
export function matchPauses(
  labelled: readonly Span[],
  found: readonly Span[],
): {
  /** For each labelled pause, whether it was found; for each found one, whether it is labelled. */
  readonly recalled: readonly boolean[];
  readonly confirmed: readonly boolean[];
  /** How far the edges are off where both agree, in milliseconds: two for each labelled pause that was found. */
  readonly edges: readonly Ms[];
} {
  const partner = (pause: Span, others: readonly Span[]) =>
    others.find((other) => intersectionOverUnion(pause, other) >= LEAST_IOU);
  const tolerated = (spans: readonly Span[]) => pausesBetween(spans, TOLERATED_PAUSE_MS);
  const pairs = pausesBetween(labelled).map((pause) => ({ pause, own: partner(pause, tolerated(found)) }));
  return {
    recalled: pairs.map(({ own }) => own !== undefined),
    confirmed: pausesBetween(found).map((pause) => partner(pause, tolerated(labelled)) !== undefined),
    edges: pairs.flatMap(({ pause, own }) =>
      own === undefined ? [] : [Math.abs(own.startMs - pause.startMs), Math.abs(own.endMs - pause.endMs)],
    ),
  };
}

function intersectionOverUnion(a: Span, b: Span): number {
  const shared = Math.min(a.endMs, b.endMs) - Math.max(a.startMs, b.startMs);
  return shared <= 0 ? 0 : shared / (a.endMs - a.startMs + b.endMs - b.startMs - shared);
}

/** Without a pause on either side there is none; with pauses on one side alone it is 0. */
function f1Of(precision: Mean, recall: Mean): number | null {
  if (precision.of === 0 && recall.of === 0) return null;
  const [p, r] = [precision.value ?? 0, recall.value ?? 0];
  return p + r === 0 ? 0 : (2 * p * r) / (p + r);
}

function syllableFigures(clips: readonly Clip[]): SyllableFigures {
  const counted = clips.flatMap(({ durationMs, labels, found }) =>
    labels.syllables === null || labels.syllables === 0
      ? []
      : [{ durationMs, known: labels.syllables, own: countOf(found) }],
  );
  const offs = counted.map(({ known, own }) => own / known - 1);
  return {
    error: meanOf(offs.map(Math.abs)),
    bias: meanOf(offs).value,
    ofCounts: correlation(counted.map(({ own, known }) => [own, known])),
    ofRates: correlation(counted.map(({ own, known, durationMs }) => [own / durationMs, known / durationMs])),
  };
}

/** As the app counts them: from the first to the last speech. */
function countOf({ speech, syllables }: Found): number {
  return deliveryOf(speech, syllables).syllables.length;
}

function articulationRateError(clips: readonly Clip[]): Mean {
  return meanOf(
    clips.flatMap(({ labels, found }) => {
      if (labels.speech === null || labels.syllables === null) return [];
      const [own, known] = [spokenMs(found.speech), spokenMs(labels.speech)];
      if (own === 0 || known === 0 || labels.syllables === 0) return [];
      return [Math.abs(countOf(found) / own / (labels.syllables / known) - 1)];
    }),
  );
}

function spokenMs(spans: readonly Span[]): Ms {
  const extent = extentOf(spans);
  return extent === null ? 0 : phonationMs(extent, pausesBetween(spans));
}

function phonationTimeRatio(spans: readonly Span[]): number | null {
  const extent = extentOf(spans);
  return extent === null ? null : spokenMs(spans) / (extent.endMs - extent.startMs);
}

function meanOf(values: readonly number[]): Mean {
  return ratio(sum(values), values.length);
}

function shareOf(values: readonly boolean[]): Mean {
  return ratio(values.filter(Boolean).length, values.length);
}

function ratio(part: number, of: number): Mean {
  return { value: of === 0 ? null : part / of, of };
}

/** Interpolated between the two nearest values. */
export function quantile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return low === undefined || high === undefined ? null : low + (at - Math.floor(at)) * (high - low);
}

/** Pearson's; null where there are fewer than three pairs, or one side does not vary. */
export function correlation(pairs: readonly (readonly [number, number])[]): number | null {
  const mean = (side: 0 | 1) => sum(pairs.map((pair) => pair[side])) / pairs.length;
  const [meanA, meanB] = [mean(0), mean(1)];
  const moment = (of: (a: number, b: number) => number) =>
    sum(pairs.map(([a, b]) => of(a - meanA, b - meanB)));
  const spread = Math.sqrt(moment((a) => a * a) * moment((_, b) => b * b));
  return pairs.length < 3 || spread === 0 ? null : moment((a, b) => a * b) / spread;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
