import * as v from 'valibot';
import { PROMPT_KINDS } from '../../domain/prompt.ts';
import {
  type CriterionId,
  cellId,
  cellsOf,
  LEVELS,
  type Rubric,
  type RubricCell,
  type RubricRef,
} from '../../domain/rubric.ts';
import { STEP_IDS, STEP_LABELS, type StepId } from '../../domain/step.ts';
import { builtInRubric } from '../definition.ts';
import { CELL_TEXTS, type Fields, fieldsOf } from '../fields.ts';

/** A rubric being edited: what is otherwise than in the version it began with. */
export type RubricDraft = {
  readonly base: RubricRef;
  readonly criteria: readonly CriterionId[];
  /** By path (fields.ts), as typed. */
  readonly changes: Readonly<Record<string, string>>;
};

/** What is wrong in the draft, by path, in words for the field. */
export type DraftProblems = ReadonlyMap<string, string>;

export const LEAST_SHARE = 0.1;
const builtInFields = fieldsOf(builtInRubric);

export function beginDraft(base: Rubric): RubricDraft {
  return {
    base: { id: base.id, version: base.version },
    criteria: base.criteria.map(({ id }) => id),
    changes: {},
  };
}

/** What a field shows: what was typed, else what the base has; a built-in criterion that was put back has its own. */
export function valueIn(draft: RubricDraft, base: Fields, path: string): string {
  return draft.changes[path] ?? base.get(path) ?? builtInFields.get(path) ?? '';
}

export function setIn(draft: RubricDraft, base: Fields, path: string, value: string): RubricDraft {
  const { [path]: _, ...others } = draft.changes;
  const isAsBefore = value === (base.get(path) ?? builtInFields.get(path));
  return { ...draft, changes: isAsBefore ? others : { ...others, [path]: value } };
}

/** How many things differ from the base; what was typed into a criterion that was removed does not count. */
export function countChanges(draft: RubricDraft, base: Rubric): number {
  const { criteria } = draft;
  const texts = Object.keys(draft.changes).filter((path) => {
    const [group, id = ''] = path.split('.');
    const isNew = !base.criteria.some((criterion) => criterion.id === id);
    return (group !== 'criteria' && group !== 'cells') || (criteria.includes(id) && !isNew);
  });
  const came = criteria.filter((id) => !base.criteria.some((criterion) => criterion.id === id));
  const went = base.criteria.filter(({ id }) => !criteria.includes(id));
  return texts.length + came.length + went.length;
}

/** A new criterion: complete, so that every text shows by example what belongs there. */
export function addCriterion(draft: RubricDraft, base: Fields): RubricDraft {
  // Random, and never used again: a later criterion must not be taken for an earlier one in old reviews.
  const id = `own-${crypto.randomUUID().slice(0, 8)}`;
  const texts: [string, string][] = [
    [`criteria.${id}.label`, freshName(draft, base)],
    [`criteria.${id}.question`, 'What should a listener be able to say afterwards?'],
    [`criteria.${id}.weight`, '20'],
  ];
  for (const step of STEP_IDS) {
    const at = `cells.${cellId(id, step)}`;
    const name = STEP_LABELS[step];
    texts.push(
      [`${at}.levels.4`, 'Every point on your list is said, and each is explained.'],
      [`${at}.levels.3`, 'Every point on your list is said.'],
      [`${at}.levels.2`, 'At least one point on your list is said.'],
      [`${at}.levels.1`, 'No point on your list is said.'],
      [`${at}.lookFor`, `List beforehand the points you want to hear in ${name}.`],
      [`${at}.drill`, `Say only the points of ${name}, one sentence each.`],
      [`${at}.ifThen`, `When I begin ${name}, I will first say: {point}.`],
    );
  }
  return {
    ...draft,
    criteria: [...draft.criteria, id],
    changes: { ...draft.changes, ...Object.fromEntries(texts) },
  };
}

/** The built-in criteria that are not in the draft: they can be put back. */
export function removedBuiltIns({ criteria }: RubricDraft): Rubric['criteria'] {
  return builtInRubric.criteria.filter(({ id }) => !criteria.includes(id));
}

function freshName(draft: RubricDraft, base: Fields): string {
  const names = new Set(draft.criteria.map((id) => valueIn(draft, base, `criteria.${id}.label`).trim()));
  let name = 'New criterion';
  for (let count = 2; names.has(name); count += 1) name = `New criterion ${count}`;
  return name;
}

/** Everything that keeps the draft from being saved. */
export function problemsIn(draft: RubricDraft, base: Rubric): DraftProblems {
  const fields = fieldsOf(base);
  const found = new Map<string, string>();
  const value = (path: string) => valueIn(draft, fields, path).trim();
  const number = (path: string) => (value(path) === '' ? Number.NaN : Number(value(path)));
  const names = new Map<string, CriterionId>();
  for (const path of pathsOf(draft, base)) {
    const [group, , part] = path.split('.');
    const amount = number(path);
    if (part === 'weight') {
      if (!(amount >= LEAST_SHARE && amount <= 100))
        found.set(path, `Give a share from ${LEAST_SHARE} to 100 %.`);
    } else if (group === 'budgets') {
      if (!(Number.isInteger(amount) && amount > 0)) found.set(path, 'Give whole seconds over 0.');
    } else if (group === 'aims') {
      if (!(amount >= 0 && amount <= 100)) found.set(path, 'Give a score from 0 to 100.');
    } else if (value(path) === '') found.set(path, 'This text is missing.');
  }
  for (const id of draft.criteria) {
    const path = `criteria.${id}.label`;
    const name = value(path);
    if (name !== '' && names.has(name)) found.set(path, 'Another criterion has this name.');
    names.set(name, id);
  }
  for (const target of Object.keys(base.budgets)) {
    const paths = STEP_IDS.map((step) => `budgets.${target}.${step}`);
    const off = Number(target) - paths.reduce((sum, path) => sum + number(path), 0);
    // A sum of what is no number is none either, and was said at its field.
    if (off > 0) found.set(`budgets.${target}`, `${off} s are left over.`);
    if (off < 0) found.set(`budgets.${target}`, `That is ${-off} s too much.`);
  }
  return found;
}

/** All that is there to fill in, in the order of the page. */
function pathsOf({ criteria }: RubricDraft, base: Rubric): readonly string[] {
  return [
    ...criteria.flatMap((id) => ['label', 'question', 'weight'].map((part) => `criteria.${id}.${part}`)),
    ...STEP_IDS.flatMap((step) => [
      `steps.${step}.weight`,
      `steps.${step}.asks`,
      ...PROMPT_KINDS.map((kind) => `steps.${step}.byKind.${kind}`),
      ...criteria.flatMap((id) => cellPaths(id, step)),
    ]),
    ...Object.keys(base.budgets).flatMap((target) => STEP_IDS.map((step) => `budgets.${target}.${step}`)),
    ...Object.keys(base.targets).map((target) => `aims.${target}`),
    'title',
    'selectionRule',
    ...LEVELS.map((level) => `levels.${level}.label`),
    ...base.bands.flatMap((_, index) => [`bands.${index}.label`, `bands.${index}.next`]),
  ];
}

export function cellPaths(id: CriterionId, step: StepId): readonly string[] {
  const at = `cells.${cellId(id, step)}`;
  return [...LEVELS.map((level) => `${at}.levels.${level}`), ...CELL_TEXTS.map((text) => `${at}.${text}`)];
}

/** Shares as weights that sum up to 1. Those typed to 100 % are kept to the last digit. */
export function weightsOf(shares: readonly number[]): readonly number[] {
  const sum = shares.reduce((total, share) => total + share, 0);
  if (Math.abs(sum - 100) < 0.05) return shares.map((share) => Number((share / 100).toFixed(6)));
  return shares.map((share) => Number((share / sum).toFixed(4)));
}

/** The same budgets, made to fill the target to the second: each keeps its share as nearly as it goes. */
export function fillUp(parts: readonly number[], target: number): readonly number[] {
  const whole = parts.map((part) => (part > 0 ? part : 1));
  const sum = whole.reduce((total, part) => total + part, 0);
  const exact = whole.map((part) => (part / sum) * target);
  const filled = exact.map((part) => Math.max(1, Math.floor(part)));
  const rest = (index: number) => (exact[index] ?? 0) - (filled[index] ?? 0);
  for (;;) {
    const off = target - filled.reduce((total, part) => total + part, 0);
    if (off === 0) return filled;
    const order = filled.map((_, index) => index).toSorted((a, b) => (rest(b) - rest(a)) * Math.sign(off));
    const index = order.find((candidate) => off > 0 || (filled[candidate] ?? 0) > 1);
    if (index === undefined) return filled;
    filled[index] = (filled[index] ?? 0) + Math.sign(off);
  }
}

/** The draft as a rubric. Ids and what is not edited here stay those of the base. */
export function toRubric(draft: RubricDraft, base: Rubric): Rubric {
  const fields = fieldsOf(base);
  const value = (path: string) => valueIn(draft, fields, path).trim();
  const share = (path: string) => Number(value(path));
  const isChanged = (paths: readonly string[]) => paths.some((path) => draft.changes[path] !== undefined);

  const criterionPaths = draft.criteria.map((id) => `criteria.${id}.weight`);
  const isSameCriteria = draft.criteria.join() === base.criteria.map(({ id }) => id).join();
  // Shares are shown to two digits: weights nobody has touched stay what they were.
  const criterionWeights =
    isSameCriteria && !isChanged(criterionPaths)
      ? base.criteria.map(({ weight }) => weight)
      : weightsOf(criterionPaths.map(share));
  const stepPaths = STEP_IDS.map((step) => `steps.${step}.weight`);
  const stepWeights = isChanged(stepPaths)
    ? weightsOf(stepPaths.map(share))
    : base.steps.map(({ weight }) => weight);

  const cell = (criterion: CriterionId, step: StepId): RubricCell => {
    const id = cellId(criterion, step);
    const at = `cells.${id}`;
    const kept = [...base.cells, ...builtInRubric.cells].find((candidate) => candidate.id === id);
    return {
      id,
      criterion,
      step,
      levels: {
        1: value(`${at}.levels.1`),
        2: value(`${at}.levels.2`),
        3: value(`${at}.levels.3`),
        4: value(`${at}.levels.4`),
      },
      lookFor: value(`${at}.lookFor`),
      drill: value(`${at}.drill`),
      ifThen: value(`${at}.ifThen`),
      ...(kept?.auto === undefined ? {} : { auto: kept.auto }),
    };
  };
  const criteria = draft.criteria.map((id, index) => ({
    id,
    label: value(`criteria.${id}.label`),
    weight: criterionWeights[index] ?? 0,
    question: value(`criteria.${id}.question`),
  }));
  return {
    ...base,
    title: value('title'),
    selectionRule: value('selectionRule'),
    levels: base.levels.map((level) => ({ ...level, label: value(`levels.${level.value}.label`) })),
    criteria,
    steps: base.steps.map((step, index) => ({
      ...step,
      weight: stepWeights[index] ?? 0,
      asks: value(`steps.${step.id}.asks`),
      byKind: {
        experience: value(`steps.${step.id}.byKind.experience`),
        concept: value(`steps.${step.id}.byKind.concept`),
        design: value(`steps.${step.id}.byKind.design`),
      },
    })),
    cells: cellsOf({ criteria }).map((id) => {
      const step = STEP_IDS.find((candidate) => id.endsWith(`.${candidate}`)) ?? 'situation';
      return cell(id.slice(0, -step.length - 1), step);
    }),
    bands: base.bands.map((band, index) => ({
      ...band,
      label: value(`bands.${index}.label`),
      next: value(`bands.${index}.next`),
    })),
    budgets: Object.fromEntries(
      Object.keys(base.budgets).map((target) => {
        const of = (step: StepId) => share(`budgets.${target}.${step}`);
        const [situation, approach, tradeoffs, results, next] = STEP_IDS.map(of) as [
          number,
          number,
          number,
          number,
          number,
        ];
        return [target, { situation, approach, tradeoffs, results, next }];
      }),
    ),
    targets: Object.fromEntries(Object.keys(base.targets).map((target) => [target, share(`aims.${target}`)])),
  };
}

const KEY = 'talkthrough.rubric-draft';

const stored = v.object({
  base: v.object({ id: v.string(), version: v.string() }),
  criteria: v.pipe(v.array(v.string()), v.minLength(1)),
  changes: v.record(v.string(), v.string()),
});

/** The draft of this tab: it survives a reload and leaving the page. Null: there is none. */
export function readDraft(): RubricDraft | null {
  try {
    const draft = v.safeParse(stored, JSON.parse(sessionStorage.getItem(KEY) ?? 'null'));
    return draft.success ? draft.output : null;
  } catch {
    // Browsers throw at the mere mention of session storage when site data is blocked.
    return null;
  }
}

/** Null: it was saved or discarded. */
export function writeDraft(draft: RubricDraft | null): void {
  try {
    if (draft === null) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, JSON.stringify(draft));
  } catch {
    // Then it lasts as long as the page.
  }
}
