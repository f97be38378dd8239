import { clamp, type Ms, type Span } from './timeline.ts';

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

/** Marks closer together than this are one: whoever presses again within it has changed their mind. */
const SAME_MARK_MS: Ms = 300;

/**
 * With "now this step" said at an instant of the replay. A mark that is hardly apart from it gives way to it,
 * and one that would only say again what the mark before it says goes.
 *
 * @param atMs clamped to the clip
 * @returns sorted; the same array when nothing changes
 */
export function addMark(marks: readonly Mark[], { step, atMs }: Mark, durationMs: Ms): readonly Mark[] {
  const at = clamp(Math.round(atMs), 0, durationMs);
  const others = marks.filter((mark) => Math.abs(mark.atMs - at) >= SAME_MARK_MS);
  if (others.length > 0 && stepAt(others, at) === step)
    return others.length === marks.length ? marks : tidied(others);
  return tidied([...others, { step, atMs: at }]);
}

/** Without one of its marks: what that began belongs to the step before. */
export function removeMark(marks: readonly Mark[], index: number): readonly Mark[] {
  return tidied(marks.toSpliced(index, 1));
}

/** With one of its marks elsewhere. Past another one they change their order. */
export function moveMark(marks: readonly Mark[], index: number, atMs: Ms, durationMs: Ms): readonly Mark[] {
  const mark = marks[index];
  if (mark === undefined) return marks;
  const others = marks.toSpliced(index, 1);
  const at = clamp(Math.round(atMs), 0, durationMs);
  return tidied([
    ...others.filter((other) => Math.abs(other.atMs - at) >= SAME_MARK_MS),
    { ...mark, atMs: at },
  ]);
}

/** Sorted, without marks that begin what has begun. The first one stays: it says that there are steps. */
function tidied(marks: readonly Mark[]): readonly Mark[] {
  const sorted = marks.toSorted((a, b) => a.atMs - b.atMs);
  return sorted.filter((mark, index) => index === 0 || sorted[index - 1]?.step !== mark.step);
}
