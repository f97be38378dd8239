import type { KeptAttempt } from '../domain/attempt.ts';
import {
  type Delivery,
  LONG_PAUSE_MS,
  type PausePlace,
  type PauseTag,
  type Sound,
  type SoundKind,
} from '../domain/facts.ts';
import { type StepId, type StepSpan, stepSpans } from '../domain/step.ts';
import {
  fastRuns,
  lengthOf,
  pausesOf,
  pausesToTag,
  placesOf,
  snappedSpans,
  stepHolding,
} from '../domain/step-facts.ts';
import { clamp, type Ms, type Span, timecode } from '../domain/timeline.ts';
import { type Axis, xOf } from '../ui/axis.ts';

/*
 * What was measured, laid out along the time line: each strip as something to draw on an axis and as a table that
 * says the same. Everything is drawn as few paths, however much there is of it, and only where it can be seen.
 */

export type Chart<Marks, Row> = {
  readonly marks: (axis: Axis) => Marks;
  readonly table: readonly Row[];
};

/** Words at a place of the strip, in pixels from the beginning of the clip. */
export type Label = { readonly x: number; readonly text: string };

/** Whole pixels, `toPx` not included. */
export type Run = { readonly fromPx: number; readonly toPx: number };

/** Widths are told without a browser: these are those of the small type, rounded up. */
const LETTER_PX = 8;
const LABEL_GAP_PX = 8;
/** At the beginning stands the name of the strip. */
const NAME_PX = 60;

type Timed = Pick<KeptAttempt, 'marks' | 'durationMs'>;

/* Pauses */

export type PauseRow = Span & {
  readonly step: StepId | null;
  /** Null: not tagged yet, or it wants no tag. */
  readonly place: PausePlace | null;
  readonly wantsTag: boolean;
  /** One of the three longest, or as long as one of them. */
  readonly isLongest: boolean;
};

export type PauseMarks = {
  /** Under two seconds: the taller, the more of a pixel's time they take. */
  readonly short: string;
  readonly long: string;
  /** With their lengths, where there is room. */
  readonly longest: string;
  readonly labels: readonly Label[];
};

/** How tall a strip is, in pixels. */
export const PAUSES_PX = 12;
const SHORT_PX = 6;
const LONG_PX = 9;
const LEAST_PX = 2;

export function pausesChart(
  attempt: Timed,
  delivery: Delivery,
  tags: readonly PauseTag[],
): Chart<PauseMarks, PauseRow> {
  const pauses = pausesOf(delivery);
  const places = placesOf(pauses, tags);
  const { longest, others } = pausesToTag(pauses);
  const leastMs = Math.min(...longest.map(lengthOf));
  const spans = snappedSpans(attempt, pauses);
  const table = pauses.map((pause, index) => ({
    ...pause,
    step: stepBefore(spans, pause.startMs),
    place: places[index] ?? null,
    wantsTag: longest.includes(pause) || others.includes(pause),
    isLongest: lengthOf(pause) >= leastMs,
  }));
  const isLong = (row: PauseRow) => lengthOf(row) >= LONG_PAUSE_MS;
  const short = table.filter((row) => !isLong(row) && !row.isLongest);
  const long = table.filter((row) => isLong(row) && !row.isLongest);
  const marked = table.filter((row) => row.isLongest);
  const byLength = marked.toSorted((a, b) => lengthOf(b) - lengthOf(a));
  return {
    table,
    marks: (axis) => ({
      short: densityPath(densityOf(short, axis), PAUSES_PX, SHORT_PX, axis),
      long: runsPath(runsOf(long, axis, LEAST_PX), PAUSES_PX - LONG_PX, LONG_PX, axis),
      longest: runsPath(runsOf(marked, axis, LEAST_PX), 0, PAUSES_PX, axis),
      labels: seen(
        placed(
          byLength.map((pause) => centred(secondsOf(pause), pause, axis)),
          axis,
        ),
        axis,
      ),
    }),
  };
}

/** As `pausesIn` has it: a pause belongs to what was said before it. */
function stepBefore(spans: readonly StepSpan[], atMs: Ms): StepId | null {
  return spans.find(({ startMs, endMs }) => atMs > startMs && atMs <= endMs)?.step ?? null;
}

/** `4.4 s`. */
export function secondsOf({ startMs, endMs }: Span): string {
  return `${((endMs - startMs) / 1000).toFixed(1)} s`;
}

/**
 * How much of each pixel's time lies in a span, 0 to 1, from the axis' first pixel to its last. What is there at
 * all is more than 0, however short it is.
 */
export function densityOf(spans: readonly Span[], axis: Axis): Float64Array {
  const { fromPx, toPx } = pixelsOf(axis);
  const shares = new Float64Array(Math.max(0, toPx - fromPx));
  for (const span of spans) {
    const [startPx, endPx] = [xOf(axis, span.startMs), xOf(axis, span.endMs)];
    const lastPx = Math.ceil(axis.widthPx) - 1;
    const first = Math.min(Math.floor(startPx), lastPx);
    const last = Math.max(first, Math.min(Math.ceil(endPx) - 1, lastPx));
    for (let px = Math.max(first, fromPx); px <= Math.min(last, toPx - 1); px += 1) {
      const share = Math.min(endPx, px + 1) - Math.max(startPx, px);
      const index = px - fromPx;
      shares[index] = Math.min(1, (shares[index] ?? 0) + Math.max(share, Number.EPSILON));
    }
  }
  return shares;
}

/** A bar on each pixel, standing at the bottom. */
function densityPath(shares: Float64Array, bottom: number, tallest: number, axis: Axis): string {
  const { fromPx } = pixelsOf(axis);
  const tall = Array.from(shares, (share) =>
    share === 0 ? 0 : Math.max(LEAST_PX, Math.round(share * tallest)),
  );
  let path = '';
  for (let px = 0; px < tall.length; ) {
    const height = tall[px] ?? 0;
    let end = px + 1;
    while (end < tall.length && tall[end] === height) end += 1;
    if (height > 0) path += boxPath({ fromPx: fromPx + px, toPx: fromPx + end }, bottom - height, height);
    px = end;
  }
  return path;
}

/** Spans as runs of whole pixels, in order, each at least so wide; those that touch become one. */
export function runsOf(spans: readonly Span[], axis: Axis, leastPx = 1): readonly Run[] {
  const widthPx = Math.ceil(axis.widthPx);
  const runs: { fromPx: number; toPx: number }[] = [];
  for (const { startMs, endMs } of spans) {
    const fromPx = clamp(Math.floor(xOf(axis, startMs)), 0, Math.max(0, widthPx - leastPx));
    const toPx = Math.min(widthPx, Math.max(fromPx + leastPx, Math.ceil(xOf(axis, endMs))));
    const last = runs.at(-1);
    if (last !== undefined && fromPx <= last.toPx) last.toPx = Math.max(last.toPx, toPx);
    else runs.push({ fromPx, toPx });
  }
  return runs;
}

function runsPath(runs: readonly Run[], top: number, height: number, axis: Axis): string {
  const { fromPx, toPx } = pixelsOf(axis);
  return runs
    .filter((run) => run.toPx > fromPx && run.fromPx < toPx)
    .map((run) => boxPath(run, top, height))
    .join('');
}

function boxPath({ fromPx, toPx }: Run, top: number, height: number): string {
  return `M${fromPx} ${top}H${toPx}v${height}H${fromPx}z`;
}

function pixelsOf({ fromPx, toPx }: Axis): Run {
  return { fromPx: Math.floor(fromPx), toPx: Math.ceil(toPx) };
}

/* Pace */

export type PaceRow = Span & {
  readonly ratio: number;
  readonly step: StepId | null;
  /** Within a stretch of at least 15 s that is a quarter above the median. */
  readonly isFast: boolean;
};

export type PaceMarks = {
  readonly line: string;
  /** The same line where it is fast, and the whole of each such stretch along the top. */
  readonly fast: string;
  readonly stretches: string;
  readonly labels: readonly Label[];
};

export const PACE_PX = 44;
/** Above the line is room for the bar over a fast stretch, and at both ends for half of a thick line. */
const PACE_TOP_PX = 6;
const PACE_BOTTOM_PX = 2;
/** The ratio at the bottom and at the top; what is beyond them is drawn there. */
const PACE_RANGE = [0.5, 1.5] as const;

/** Where a ratio to the own median lies in the strip, from its top. */
export function paceY(ratio: number): number {
  const [low, high] = PACE_RANGE;
  const share = (high - clamp(ratio, low, high)) / (high - low);
  return round(PACE_TOP_PX + share * (PACE_PX - PACE_TOP_PX - PACE_BOTTOM_PX));
}

/** Stretches as the rubric counts them, with the highest ratio in each. */
export function fastStretches(delivery: Delivery): readonly (Span & { readonly ratio: number })[] {
  const rates = delivery.localRates ?? [];
  return fastRuns(rates).map((run) => {
    const own = rates.filter(({ startMs, endMs }) => startMs >= run.startMs && endMs <= run.endMs);
    return { ...run, ratio: Math.max(...own.map(({ ratio }) => ratio)) };
  });
}

export function paceChart(attempt: Timed, delivery: Delivery): Chart<PaceMarks, PaceRow> {
  const spans = snappedSpans(attempt, pausesOf(delivery));
  const runs = fastStretches(delivery);
  const table = (delivery.localRates ?? []).map((rate) => ({
    ...rate,
    step: stepHolding(spans, rate),
    isFast: runs.some((run) => rate.startMs >= run.startMs && rate.endMs <= run.endMs),
  }));
  // The longest first: where there is no room for all, its words stay.
  const byLength = runs.toSorted((a, b) => b.endMs - b.startMs - (a.endMs - a.startMs));
  return {
    table,
    marks: (axis) => ({
      line: linePath(table, axis),
      fast: linePath(
        table.filter((row) => row.isFast),
        axis,
      ),
      stretches: runsPath(runsOf(runs, axis, 3), 0, 3, axis),
      labels: seen(
        placed(
          byLength.map((run) => centred(stretchWords(run), run, axis)),
          axis,
        ),
        axis,
      ),
    }),
  };
}

function stretchWords({ startMs, endMs, ratio }: Span & { readonly ratio: number }): string {
  return `${timecode(startMs)} to ${timecode(endMs)}, ${ratioWords(ratio)}`;
}

/** `31% above`, `5% below`, `at the median`. */
export function ratioWords(ratio: number): string {
  const percent = Math.round(Math.abs(ratio - 1) * 100);
  if (percent === 0) return 'at the median';
  return `${percent}% ${ratio > 1 ? 'above' : 'below'}`;
}

/** From middle to middle of windows that overlap; one that stands alone is as long as it lasts. */
function linePath(rows: readonly PaceRow[], axis: Axis): string {
  const { fromPx, toPx } = pixelsOf(axis);
  let path = '';
  for (const [index, row] of rows.entries()) {
    const [before, after] = [rows[index - 1], rows[index + 1]];
    // A window out of sight may still be joined to one that is in sight.
    if (xOf(axis, after?.endMs ?? row.endMs) < fromPx || xOf(axis, before?.startMs ?? row.startMs) > toPx)
      continue;
    const isJoined = before !== undefined && before.endMs > row.startMs;
    const goesOn = after !== undefined && row.endMs > after.startMs;
    const y = paceY(row.ratio);
    if (!isJoined && !goesOn) {
      path += `M${round(xOf(axis, row.startMs))} ${y}H${round(xOf(axis, row.endMs))}`;
      continue;
    }
    path += `${isJoined && path !== '' ? 'L' : 'M'}${round(xOf(axis, (row.startMs + row.endMs) / 2))} ${y}`;
  }
  return path;
}

/* Sounds */

export type SoundMarks = { readonly bars: string; readonly labels: readonly Label[] };

export const SOUNDS_PX = 6;

export const SOUND_LABELS: Readonly<Record<SoundKind, string>> = {
  typing: 'Typing',
  cough: 'Cough',
  'throat-clearing': 'Throat clearing',
  laughter: 'Laughter',
  breath: 'Breath',
  knock: 'Knock',
  phone: 'Phone',
  music: 'Music',
  'other-speech': 'Other speech',
  'background-noise': 'Background noise',
};

export function soundsChart(sounds: readonly Sound[]): Chart<SoundMarks, Sound> {
  return {
    table: sounds,
    marks: (axis) => ({
      bars: densityPath(densityOf(sounds, axis), SOUNDS_PX, SOUNDS_PX, axis),
      labels: seen(soundLabels(sounds, axis), axis),
    }),
  };
}

type Group = {
  readonly kind: SoundKind;
  readonly isMixed: boolean;
  readonly count: number;
  readonly x: number;
};

/** A word at each sound; where there is no room for the next one, the word before it counts it: `Typing +2`. */
export function soundLabels(
  sounds: readonly Sound[],
  axis: Pick<Axis, 'durationMs' | 'widthPx'>,
): readonly (Label & { readonly count: number })[] {
  const within = (group: Group): Group => ({
    ...group,
    x: Math.max(NAME_PX, Math.min(group.x, axis.widthPx - widthOf(groupWords(group)))),
  });
  const groups: Group[] = [];
  for (const { kind, startMs } of sounds) {
    let next = within({ kind, isMixed: false, count: 1, x: xOf(axis, startMs) });
    let before = groups.at(-1);
    while (before !== undefined && next.x < before.x + widthOf(groupWords(before)) + LABEL_GAP_PX) {
      groups.pop();
      const isMixed = before.isMixed || next.isMixed || before.kind !== next.kind;
      next = within({ ...before, isMixed, count: before.count + next.count });
      before = groups.at(-1);
    }
    groups.push(next);
  }
  return groups.map((group) => ({ x: group.x, text: groupWords(group), count: group.count }));
}

function groupWords({ kind, isMixed, count }: Group): string {
  if (count === 1) return SOUND_LABELS[kind];
  return isMixed ? `${SOUND_LABELS[kind]} +${count - 1}` : `${SOUND_LABELS[kind]} ×${count}`;
}

/* Steps */

/** Where a step begins when its mark was moved into the pause beside it. */
export type Boundary = { readonly step: StepId; readonly markedMs: Ms; readonly atMs: Ms };

export function boundariesOf(attempt: Timed, delivery: Delivery): readonly Boundary[] {
  const snapped = snappedSpans(attempt, pausesOf(delivery));
  return stepSpans(attempt.marks, attempt.durationMs)
    .map(({ step, startMs }, index) => ({
      step,
      markedMs: startMs,
      atMs: snapped[index]?.startMs ?? startMs,
    }))
    .slice(1);
}

/** From each mark at the top to where the step begins, and down. */
export function boundaryPath(boundaries: readonly Boundary[], heightPx: number, axis: Axis): string {
  const { fromPx, toPx } = pixelsOf(axis);
  return boundaries
    .map(({ markedMs, atMs }) => [round(xOf(axis, markedMs)), round(xOf(axis, atMs))] as const)
    .filter(([marked, at]) => Math.max(marked, at) >= fromPx && Math.min(marked, at) <= toPx)
    .map(([marked, at]) => `M${marked} 0v4H${at}V${heightPx}`)
    .join('');
}

/* Labels */

function centred(text: string, span: Span, axis: Axis): Label {
  return { text, x: xOf(axis, (span.startMs + span.endMs) / 2) - widthOf(text) / 2 };
}

/** Those for which there is room, the first ones first, none beyond the ends of the strip. */
export function placed(labels: readonly Label[], { widthPx }: Pick<Axis, 'widthPx'>): readonly Label[] {
  const found: Label[] = [];
  for (const { text, x } of labels) {
    const width = widthOf(text);
    const at = Math.max(NAME_PX, Math.min(x, widthPx - width));
    const isFree = found.every(
      (other) => at + width + LABEL_GAP_PX <= other.x || other.x + widthOf(other.text) + LABEL_GAP_PX <= at,
    );
    if (isFree && at + width <= widthPx) found.push({ text, x: at });
  }
  return found;
}

function seen(labels: readonly Label[], { fromPx, toPx }: Axis): readonly Label[] {
  return labels.filter(({ x, text }) => x + widthOf(text) >= fromPx && x <= toPx);
}

function widthOf(text: string): number {
  return text.length * LETTER_PX;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
