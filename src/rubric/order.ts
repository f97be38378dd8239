import type { CriterionId, Rubric } from '../domain/rubric.ts';
import type { StepId } from '../domain/step.ts';

/**
 * The order in which a step's criteria are asked: random, so that none always colours the next, and the
 * same whenever the attempt is opened again.
 *
 * @param of what keeps its order: an attempt's id
 */
export function criteriaOrder(
  { criteria }: Pick<Rubric, 'criteria'>,
  of: string,
  step: StepId,
): readonly CriterionId[] {
  return criteria
    .map(({ id }) => ({ id, rank: hash(`${of}/${step}/${id}`) }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ id }) => id);
}

/** FNV-1a of the UTF-16 units, then the final mix of MurmurHash3, because FNV's low bits are poor. */
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1)
    state = Math.imul(state ^ text.charCodeAt(index), 0x01000193);
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}
