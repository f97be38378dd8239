import type { Attempt } from '../../domain/attempt.ts';
import { drillLength } from '../../domain/budget.ts';
import type { AttemptId } from '../../domain/ids.ts';
import type { Prompt } from '../../domain/prompt.ts';
import type { Rubric } from '../../domain/rubric.ts';
import { STEP_IDS, type StepId } from '../../domain/step.ts';
import { findRubric } from '../../rubric/in-use.ts';
import type { Archive } from '../../storage/archive.ts';

/** A step to be spoken again. */
export type Drill = {
  readonly of: AttemptId;
  readonly step: StepId;
  /** What to do in it. */
  readonly exercise: string;
  /** What was asked when the attempt was made, as long as the step is to last. */
  readonly prompt: Prompt;
  /** Its attempt was not deleted in the meantime. */
  readonly hasParent: boolean;
};

/** Where a step of an attempt is spoken again. */
export function drillPath({ id, promptId }: Pick<Attempt, 'id' | 'promptId'>, step: StepId): string {
  return `/practice/${promptId}?${new URLSearchParams({ drill: id, step })}`;
}

/** The drill an address of `drillPath` asks for; null: there is no such attempt or step. */
export async function readDrill(
  archive: Archive,
  rubric: Rubric,
  { promptId, search }: { readonly promptId: string; readonly search: URLSearchParams },
): Promise<Drill | null> {
  const [id, wanted] = [search.get('drill'), search.get('step')];
  const step = STEP_IDS.find((candidate) => candidate === wanted);
  const parent = id === null || step === undefined ? null : await archive.attempts.get(id as AttemptId);
  if (parent === null || step === undefined || parent.promptId !== promptId) return null;
  // A drill is drilled as its attempt is: by the attempt's own address.
  if (parent.status !== 'kept' || parent.drillStep !== undefined) return null;
  return drillOf(archive, rubric, parent, step);
}

/** The drill a recovered take was begun as; null: a full take. */
export async function recoveredDrill(
  archive: Archive,
  rubric: Rubric,
  attempt: Attempt,
): Promise<Drill | null> {
  const { parentId, drillStep: step } = attempt;
  if (parentId === null || step === undefined) return null;
  const parent = await archive.attempts.get(parentId);
  if (parent !== null)
    return { ...(await drillOf(archive, rubric, parent, step)), prompt: promptOf(attempt) };
  const exercise = asksOf(rubric, attempt.prompt)[step];
  return { of: parentId, step, exercise, prompt: promptOf(attempt), hasParent: false };
}

async function drillOf(archive: Archive, rubric: Rubric, parent: Attempt, step: StepId): Promise<Drill> {
  const { focus } = await archive.coaching.of(parent.id);
  const own = focus === undefined ? null : await findRubric(archive, focus.rubric);
  const cell = own?.cells.find((candidate) => candidate.id === focus?.cell && candidate.step === step);
  const exercise = cell?.drill ?? asksOf(rubric, parent.prompt)[step];
  const targetMs = drillLength(rubric.budgets, parent.targetMs, step);
  return { of: parent.id, step, exercise, prompt: promptOf({ ...parent, targetMs }), hasParent: true };
}

/** The prompt as an attempt has kept it: it may have been edited or deleted since. */
export function promptOf({
  prompt,
  promptId,
  targetMs,
}: Pick<Attempt, 'prompt' | 'promptId' | 'targetMs'>): Prompt {
  return { ...prompt, id: promptId, category: 'own', targetSec: targetMs / 1000 };
}

/** What each step asks of this kind of prompt. */
export function asksOf(rubric: Rubric, { kind }: Pick<Prompt, 'kind'>): Readonly<Record<StepId, string>> {
  const byStep = new Map(rubric.steps.map((step) => [step.id, step.byKind[kind]]));
  return Object.fromEntries(STEP_IDS.map((step) => [step, byStep.get(step) ?? ''])) as Record<StepId, string>;
}
