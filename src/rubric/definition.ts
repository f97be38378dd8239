import * as v from 'valibot';
import { PROMPT_KINDS } from '../domain/prompt.ts';
import type { CellId, CriterionId, Rubric } from '../domain/rubric.ts';
import { CELL_IDS, CRITERION_IDS, LEVELS, WRONG_STEPS } from '../domain/rubric.ts';
import { STEP_IDS, type StepId } from '../domain/step.ts';
import source from './rubric.json' with { type: 'json' };

const text = v.pipe(v.string(), v.nonEmpty());
const points = v.pipe(v.number(), v.minValue(0), v.maxValue(100));
const weight = v.pipe(v.number(), v.gtValue(0), v.maxValue(1));
const seconds = v.pipe(v.number(), v.gtValue(0));
const step = v.picklist(STEP_IDS);
const criterion = v.picklist(CRITERION_IDS);

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
    v.array(v.object({ id: criterion, label: text, weight, question: text })),
    v.check((criteria) => haveIds(criteria, CRITERION_IDS), 'Expected the three criteria in order'),
  ),
  steps: v.pipe(
    v.array(v.object({ id: step, label: text, weight, asks: text, byKind: each(PROMPT_KINDS, text) })),
    v.check((steps) => haveIds(steps, STEP_IDS), 'Expected the five steps in order'),
  ),
  cells: v.array(
    v.object({
      id: v.picklist(CELL_IDS),
      criterion,
      step,
      levels: each(['1', '2', '3', '4'], text),
      lookFor: text,
    }),
  ),
  scoring: v.object({
    bands: v.array(v.object({ from: points, to: points, label: text, next: text })),
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
  const found = new Set(rest.cells.map((cell) => cell.id));
  if (rest.cells.length !== CELL_IDS.length || found.size !== CELL_IDS.length)
    throw new RangeError('A rubric has each of the 15 cells once');
  return { ...rest, bands: scoring.bands, budgets: timeBudgets.byTarget };
}

/** The rubric that ships with the app. */
export const rubric: Rubric = decodeRubric(source);

/** How far two honest scores of one recording lie apart by chance: the standard error, in points. */
export const scoreNoise: number = v.parse(Definition.entries.scoring, source.scoring).noise.semDefault;

export type Cell = Rubric['cells'][number];

const cells = new Map<CellId, Cell>(rubric.cells.map((cell) => [cell.id, cell]));

export function cellOf(criterionId: CriterionId, stepId: StepId): Cell {
  const cell = cells.get(`${criterionId}.${stepId}`);
  if (cell === undefined) throw new RangeError(`No cell ${criterionId}.${stepId}`);
  return cell;
}

export function hasWrongBox(stepId: StepId): stepId is (typeof WRONG_STEPS)[number] {
  return WRONG_STEPS.some((candidate) => candidate === stepId);
}

export function bandOf(total: number): Rubric['bands'][number] {
  const band = rubric.bands.find((candidate) => total >= candidate.from && total <= candidate.to);
  if (band === undefined) throw new RangeError(`No band holds ${total}`);
  return band;
}
