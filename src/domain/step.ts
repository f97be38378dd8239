import type { Ms, Span } from './timeline.ts';

/** The five steps of an explanation, in order. */
export const STEP_IDS = ['situation', 'approach', 'tradeoffs', 'results', 'next'] as const;
export type StepId = (typeof STEP_IDS)[number];

export const STEP_LABELS: Readonly<Record<StepId, string>> = {
  situation: 'Situation',
  approach: 'Approach',
  tradeoffs: 'Trade-offs',
  results: 'Results',
  next: 'Next',
};

/** The instant at which the speaker said "now Approach". */
export type Mark = { readonly step: StepId; readonly atMs: Ms };

/** A range of the attempt that belongs to one step. */
export type StepSpan = Span & { readonly step: StepId };

/** Under this much marked time a step counts as missing (rubric.json, `missing`). */
const LEAST_STEP_MS: Ms = 5000;

/**
 * The step strip. Whatever precedes the first mark is Situation: with the first mark, Situation begins
 * at 0. No marks, no spans: then the step times are unknown, which is not the same as zero.
 *
 * @returns sorted, without gaps or empty spans, covering 0 to `durationMs`; the same step may come twice
 */
export function stepSpans(marks: readonly Mark[], durationMs: Ms): readonly StepSpan[] {
  if (marks.length === 0) return [];
  const sorted = marks.toSorted((a, b) => a.atMs - b.atMs);
  const spans: StepSpan[] = [];
  let step: StepId = 'situation';
  let startMs = 0;
  const close = (endMs: Ms) => {
    const last = spans.at(-1);
    if (endMs <= startMs) return;
    if (last?.step === step) spans[spans.length - 1] = { ...last, endMs };
    else spans.push({ step, startMs, endMs });
    startMs = endMs;
  };
  for (const mark of sorted) {
    close(Math.min(mark.atMs, durationMs));
    step = mark.step;
  }
  close(durationMs);
  return spans;
}

/** Milliseconds spoken in each step; a step that comes twice has its times added up. */
export function stepTimes(marks: readonly Mark[], durationMs: Ms): Readonly<Record<StepId, Ms>> {
  const times: Record<StepId, Ms> = { situation: 0, approach: 0, tradeoffs: 0, results: 0, next: 0 };
  for (const span of stepSpans(marks, durationMs)) times[span.step] += span.endMs - span.startMs;
  return times;
}

/** The steps the clock calls missing. None without marks: unknown times make nothing missing. */
export function missingSteps(marks: readonly Mark[], durationMs: Ms): readonly StepId[] {
  if (marks.length === 0) return [];
  const times = stepTimes(marks, durationMs);
  return STEP_IDS.filter((step) => times[step] < LEAST_STEP_MS);
}

/** The step at an instant of the replay; null when the attempt has no marks. */
export function stepAt(marks: readonly Mark[], atMs: Ms): StepId | null {
  if (marks.length === 0) return null;
  const before = marks.filter((mark) => mark.atMs <= atMs).toSorted((a, b) => a.atMs - b.atMs);
  return before.at(-1)?.step ?? 'situation';
}
