import type { AttemptId } from '../domain/ids.ts';
import { CRITERION_IDS, type CriterionId } from '../domain/rubric.ts';
import type { StepId } from '../domain/step.ts';

const ORDERS: readonly (readonly CriterionId[])[] = CRITERION_IDS.flatMap((first) => {
  const [second, third] = CRITERION_IDS.filter((criterion) => criterion !== first) as [
    CriterionId,
    CriterionId,
  ];
  return [
    [first, second, third],
    [first, third, second],
  ];
});

/**
 * The order in which a step's criteria are asked: random, so that none always colours the next, and the
 * same whenever the attempt is opened again.
 */
export function criteriaOrder(attemptId: AttemptId, step: StepId): readonly CriterionId[] {
  const order = ORDERS[hash(`${attemptId}/${step}`) % ORDERS.length];
  return order ?? CRITERION_IDS;
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
