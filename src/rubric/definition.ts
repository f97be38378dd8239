import * as v from 'valibot';
import { FACT_IDS } from '../domain/facts.ts';
import { PROMPT_KINDS } from '../domain/prompt.ts';
import { type CellId, cellId, LEVELS, type Rubric, stepOf, WRONG_STEPS } from '../domain/rubric.ts';
import { STEP_IDS, STEP_LABELS, type StepId } from '../domain/step.ts';
import source from './rubric.json' with { type: 'json' };

/** As long as anything in a rubric may be: what it is shown in has to stay readable. */
export const MOST_LETTERS = { text: 2000, name: 60 } as const;
/** A column each in the history, and a row each in every step. */
export const MOST_CRITERIA = 8;

const filled = v.check((words: string) => words.trim() !== '', 'is empty');
const text = v.pipe(
  v.string(),
  filled,
  v.maxLength(MOST_LETTERS.text, `is longer than ${MOST_LETTERS.text} characters`),
);
const name = v.pipe(
  v.string(),
  filled,
  v.maxLength(MOST_LETTERS.name, `is longer than ${MOST_LETTERS.name} characters`),
);
// Ids become keys of objects, where some names of JavaScript's own would be found without being there.
const criterionId = v.pipe(
  v.string(),
  v.regex(/^(?!constructor$)[a-z][a-z0-9-]{0,39}$/, 'is no id: small letters, digits and hyphens make one'),
);
const points = v.pipe(v.number(), v.minValue(0, 'expected 0 to 100'), v.maxValue(100, 'expected 0 to 100'));
const weight = v.pipe(
  v.number(),
  v.gtValue(0, 'expected a number over 0'),
  v.maxValue(1, 'expected at most 1'),
);
const seconds = v.pipe(v.number(), v.gtValue(0, 'expected a number over 0'));
const step = v.picklist(STEP_IDS);
const fact = v.picklist(FACT_IDS);
const limit = v.pipe(v.number(), v.finite('expected a number'));
const clauses = v.exactOptional(
  v.array(
    v.variant('op', [
      v.object({ fact, op: v.literal('<='), value: limit }),
      v.object({ fact, op: v.literal('between'), value: v.tuple([limit, limit]) }),
    ]),
  ),
);

function each<const Key extends string, Value extends v.GenericSchema>(keys: readonly Key[], value: Value) {
  return v.object(Object.fromEntries(keys.map((key) => [key, value])) as Record<Key, Value>);
}

const Definition = v.object({
  schemaVersion: v.literal(1),
  id: text,
  version: text,
  title: text,
  selectionRule: text,
  levels: v.array(v.object({ value: v.picklist(LEVELS), label: name, points })),
  criteria: v.pipe(
    v.array(v.object({ id: criterionId, label: name, weight, question: text })),
    v.minLength(1, 'expected at least one'),
    v.maxLength(MOST_CRITERIA, `expected at most ${MOST_CRITERIA}`),
  ),
  steps: v.array(v.object({ id: step, label: name, weight, asks: text, byKind: each(PROMPT_KINDS, text) })),
  cells: v.array(
    v.object({
      id: v.custom<CellId>((value) => typeof value === 'string' && stepOf(value) !== null),
      criterion: text,
      step,
      levels: v.strictObject({ 1: text, 2: text, 3: text, 4: text }),
      lookFor: text,
      drill: text,
      ifThen: text,
      auto: v.exactOptional(v.object({ 2: clauses, 3: clauses, 4: clauses })),
    }),
  ),
  scoring: v.object({
    bands: v.array(v.object({ from: points, to: points, label: name, next: text })),
    targets: v.objectWithRest({ note: v.exactOptional(v.string()) }, points),
    noise: v.exactOptional(
      v.object({ semDefault: v.pipe(v.number(), v.gtValue(0, 'expected a number over 0')) }),
    ),
  }),
  timeBudgets: v.object({ unit: v.literal('s'), byTarget: v.record(v.string(), each(STEP_IDS, seconds)) }),
});

/** What is wrong at one place of a rubric: `is missing`; `expected a number over 0, got 0`. */
export type RubricFault = { readonly path: readonly (string | number)[]; readonly what: string };

export type ReadRubric =
  | { readonly tag: 'rubric'; readonly rubric: Rubric }
  | { readonly tag: 'wrong'; readonly faults: readonly RubricFault[] };

/** Reads a rubric in the form of `rubric.json`, or says everything that keeps it from being one. */
export function readRubric(input: unknown): ReadRubric {
  const result = v.safeParse(Definition, input);
  const found = [...(result.issues ?? []).map(faultOf), ...disagreements(input)];
  if (!result.success || found.length > 0) return { tag: 'wrong', faults: found };
  const { schemaVersion: _, scoring, timeBudgets, ...rest } = result.output;
  const { note: _note, ...targets } = scoring.targets;
  return {
    tag: 'rubric',
    rubric: { ...rest, bands: scoring.bands, budgets: timeBudgets.byTarget, targets },
  };
}

/** @throws RangeError when it is no rubric: the built-in file is code, so that is a bug */
export function decodeRubric(input: unknown): Rubric {
  const read = readRubric(input);
  if (read.tag === 'rubric') return read.rubric;
  throw new RangeError(read.faults.map(({ path, what }) => `${path.join('.')}: ${what}`).join('\n'));
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  array: 'a list',
  object: 'a group of fields',
  strict_object: 'a group of fields',
  record: 'a group of fields',
  tuple: 'two numbers',
};

function faultOf(issue: v.BaseIssue<unknown>): RubricFault {
  const path = (issue.path ?? []).flatMap(({ key }) =>
    typeof key === 'string' || typeof key === 'number' ? [key] : [],
  );
  return { path, what: whatIs(issue) };
}

function whatIs({ kind, type, expected, received, message }: v.BaseIssue<unknown>): string {
  if (expected === 'never') return 'is not one of 4, 3, 2, 1';
  if (kind === 'validation') return message.startsWith('is ') ? message : `${message}, got ${received}`;
  if (received === 'undefined') return 'is missing';
  const options = (expected ?? '').replaceAll(/[()]/g, '').split(' | ');
  if (type === 'picklist' && options.length > 1) return `${received} is not one of ${options.join(', ')}`;
  if (type === 'literal') return `expected ${expected}, got ${received}`;
  if (type === 'custom') return `${received} is no cell`;
  return `expected ${KINDS[type] ?? expected}, got ${received}`;
}

/** A target length, as a key: whole seconds. */
const LENGTH = /^[1-9]\d{0,4}$/;

type Fields = Readonly<Record<string, unknown>>;

function fieldsIn(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function listIn(fields: Fields, key: string): readonly Fields[] {
  const list = fields[key];
  return Array.isArray(list) ? list.map(fieldsIn) : [];
}

/** Where parts that are right by themselves do not go together. Looks past whatever else is wrong. */
function disagreements(input: unknown): readonly RubricFault[] {
  const file = fieldsIn(input);
  const faults: RubricFault[] = [];
  const find = (path: RubricFault['path'], what: string) => faults.push({ path, what });

  const levels = listIn(file, 'levels');
  const values = levels.map(({ value }) => value);
  const areKnown = values.every((value) => LEVELS.some((level) => level === value));
  if (areKnown && values.join() !== LEVELS.join()) find(['levels'], 'expected 4, 3, 2, 1, each once');
  // 25 a level: what is shown as a level of a criterion is worked out from its points.
  for (const [index, { value, points: worth }] of levels.entries())
    if (typeof value === 'number' && typeof worth === 'number' && areKnown && worth !== value * 25)
      find(['levels', index, 'points'], `expected ${value * 25}, got ${worth}`);

  const steps = listIn(file, 'steps');
  if (steps.map(({ id }) => id).join() !== STEP_IDS.join())
    find(['steps'], 'expected the five steps in order');
  for (const [index, { id, label }] of steps.entries()) {
    const known = STEP_IDS.find((candidate) => candidate === id);
    if (known !== undefined && typeof label === 'string' && label !== STEP_LABELS[known])
      find(['steps', index, 'label'], `steps keep their names: expected "${STEP_LABELS[known]}"`);
  }

  const criteria = listIn(file, 'criteria');
  for (const [index, { id, label }] of criteria.entries()) {
    const before = criteria.slice(0, index);
    if (typeof id === 'string' && before.some((other) => other['id'] === id))
      find(['criteria', index, 'id'], `two criteria have the id ${id}`);
    if (typeof label === 'string' && before.some((other) => other['label'] === label))
      find(['criteria', index, 'label'], `two criteria are called ${label}`);
  }

  const ids = new Set(criteria.flatMap(({ id }) => (typeof id === 'string' ? [id] : [])));
  const counts = new Map<string, number>();
  for (const [index, { id, criterion, step: of, auto }] of listIn(file, 'cells').entries()) {
    // What can be counted in a recording says nothing of depth (rubric.json, `depthNeverInferred`).
    if (criterion === 'depth' && auto !== undefined)
      find(['cells', index, 'auto'], 'is not for depth: nothing measured sets its levels');
    for (const level of LEVELS)
      for (const [nth, { op, value }] of listIn(fieldsIn(auto), String(level)).entries()) {
        const [least, most] = op === 'between' && Array.isArray(value) ? (value as readonly unknown[]) : [];
        if (typeof least === 'number' && typeof most === 'number' && least > most)
          find(
            ['cells', index, 'auto', String(level), nth, 'value'],
            `expected the smaller number first, got ${least} and ${most}`,
          );
      }
    if (typeof criterion !== 'string' || typeof of !== 'string') continue;
    const own = `${criterion}.${of}`;
    counts.set(own, (counts.get(own) ?? 0) + 1);
    if (!ids.has(criterion)) find(['cells', index, 'criterion'], `no criterion has the id ${criterion}`);
    else if (typeof id === 'string' && id !== own)
      find(['cells', index, 'id'], `expected "${own}", got "${id}"`);
    if (counts.get(own) === 2) find(['cells', index], 'stands there twice');
  }
  for (const criterion of ids)
    for (const of of STEP_IDS)
      if (!counts.has(cellId(criterion, of))) find(['cells', cellId(criterion, of)], 'is missing');

  const bands = listIn(fieldsIn(file['scoring']), 'bands');
  for (let total = 0; total <= 100 && bands.length > 0; total += 1) {
    const holding = bands.filter(({ from, to }) => Number(from) <= total && total <= Number(to)).length;
    if (holding === 1) continue;
    find(['scoring', 'bands'], `${holding === 0 ? 'no band holds' : 'two bands hold'} a score of ${total}`);
    break;
  }
  if (Array.isArray(fieldsIn(file['scoring'])['bands']) && bands.length === 0)
    find(['scoring', 'bands'], 'expected at least one');

  for (const target of Object.keys(fieldsIn(fieldsIn(file['scoring'])['targets'])))
    if (target !== 'note' && !LENGTH.test(target))
      find(['scoring', 'targets', target], 'is no length in whole seconds');

  const byTarget = fieldsIn(fieldsIn(file['timeBudgets'])['byTarget']);
  for (const [target, budgets] of Object.entries(byTarget)) {
    const path = ['timeBudgets', 'byTarget', target];
    const parts = STEP_IDS.map((id) => fieldsIn(budgets)[id]).filter((part) => typeof part === 'number');
    const sum = Number(parts.reduce((total, part) => total + part, 0).toFixed(6));
    if (!LENGTH.test(target)) find(path, 'is no length in whole seconds');
    else if (parts.length === STEP_IDS.length && sum !== Number(target))
      find(path, `the steps add up to ${sum} s, not to ${target} s`);
  }
  if ('timeBudgets' in file && Object.keys(byTarget).length === 0)
    find(['timeBudgets', 'byTarget'], 'expected at least one length');
  return faults;
}

/** The rubric that ships with the app. */
export const builtInRubric: Rubric = decodeRubric(source);

/** How far two honest scores of one recording lie apart by chance: the standard error, in points. */
export const scoreNoise: number = source.scoring.noise.semDefault;

export function hasWrongBox(stepId: StepId): stepId is (typeof WRONG_STEPS)[number] {
  return WRONG_STEPS.some((candidate) => candidate === stepId);
}
