import { type Mark, stepAt } from './step.ts';
import { clamp, type Ms } from './timeline.ts';

/*
 * Changing the marks of an attempt while it is replayed. Apart from step.ts, which every page needs at once.
 */

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
