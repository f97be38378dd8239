import * as v from 'valibot';
import { FACT_IDS } from '../domain/facts.ts';
import { PROMPT_KINDS } from '../domain/prompt.ts';
import { type CellId, cellsOf, LEVELS, type Rubric, stepOf, WRONG_STEPS } from '../domain/rubric.ts';
import { STEP_IDS, type StepId } from '../domain/step.ts';
import source from './rubric.json' with { type: 'json' };

const text = v.pipe(v.string(), v.nonEmpty());
const points = v.pipe(v.number(), v.minValue(0), v.maxValue(100));
const weight = v.pipe(v.number(), v.gtValue(0), v.maxValue(1));
const seconds = v.pipe(v.number(), v.gtValue(0));
const step = v.picklist(STEP_IDS);
const fact = v.picklist(FACT_IDS);
const clauses = v.exactOptional(
  v.array(
    v.variant('op', [
      v.object({ fact, op: v.literal('<='), value: v.number() }),
      v.object({ fact, op: v.literal('between'), value: v.tuple([v.number(), v.number()]) }),
    ]),
  ),
);

function each<const Key extends string, Value extends v.GenericSchema>(keys: readonly Key[], value: Value) {
  return v.object(Object.fromEntries(keys.map((key) => [key, value])) as Record<Key, Value>);
}

/** Exactly these ids, in this order: the form and the stored scores rest on them. */
function haveIds(items: readonly { readonly id: string }[], ids: readonly string[]): boolean {
  return items.length === ids.length && items.every((item, index) => item.id === ids[index]);
}

const Definition = v.object({
  schemaVersion: v.literal(1),
  id: text,
  version: text,
  title: text,
  selectionRule: text,
  levels: v.pipe(
    v.array(v.object({ value: v.picklist(LEVELS), label: text, points })),
    v.check(
      (levels) => LEVELS.every((level, index) => levels[index]?.value === level),
      'Expected 4, 3, 2, 1',
    ),
  ),
  criteria: v.pipe(
    v.array(v.object({ id: text, label: text, weight, question: text })),
    v.minLength(1),
    v.check(
      (criteria) => new Set(criteria.map(({ id }) => id)).size === criteria.length,
      'Expected each criterion once',
    ),
  ),
  steps: v.pipe(
    v.array(v.object({ id: step, label: text, weight, asks: text, byKind: each(PROMPT_KINDS, text) })),
    v.check((steps) => haveIds(steps, STEP_IDS), 'Expected the five steps in order'),
  ),
  cells: v.array(
    v.object({
      id: v.custom<CellId>((value) => typeof value === 'string' && stepOf(value) !== null),
      criterion: text,
      step,
      levels: each(['1', '2', '3', '4'], text),
      lookFor: text,
      drill: text,
      ifThen: text,
      auto: v.exactOptional(v.object({ 2: clauses, 3: clauses, 4: clauses })),
    }),
  ),
  scoring: v.object({
    bands: v.array(v.object({ from: points, to: points, label: text, next: text })),
    targets: v.objectWithRest({ note: v.exactOptional(v.string()) }, v.union([points, v.string()])),
    noise: v.object({ semDefault: v.pipe(v.number(), v.gtValue(0)) }),
  }),
  timeBudgets: v.object({ unit: v.literal('s'), byTarget: v.record(v.string(), each(STEP_IDS, seconds)) }),
});

/**
 * Reads a rubric in the form of `rubric.json`.
 *
 * @throws ValiError when it is not one: the built-in file is code, so that is a bug
 */
export function decodeRubric(input: unknown): Rubric {
  const { schemaVersion: _, scoring, timeBudgets, ...rest } = v.parse(Definition, input);
  const wanted = cellsOf(rest);
  const found = new Set<string>(rest.cells.map((cell) => cell.id));
  const isComplete = wanted.every((id) => found.has(id)) && found.size === wanted.length;
  if (!isComplete || rest.cells.length !== wanted.length)
    throw new RangeError('A rubric has each criterion of each step once');
  const targets = Object.fromEntries(
    Object.entries(scoring.targets).flatMap(([target, aim]) =>
      typeof aim === 'number' ? [[target, aim]] : [],
    ),
  );
  return { ...rest, bands: scoring.bands, budgets: timeBudgets.byTarget, targets };
}

/** The rubric that ships with the app. */
export const builtInRubric: Rubric = decodeRubric(source);

/** How far two honest scores of one recording lie apart by chance: the standard error, in points. */
export const scoreNoise: number = v.parse(Definition.entries.scoring, source.scoring).noise.semDefault;

export function hasWrongBox(stepId: StepId): stepId is (typeof WRONG_STEPS)[number] {
  return WRONG_STEPS.some((candidate) => candidate === stepId);
}
