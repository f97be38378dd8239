import { type Rubric, stepOf } from '../domain/rubric.ts';
import { STEP_IDS, STEP_LABELS, type StepId } from '../domain/step.ts';
import { type RubricFault, readRubric } from './definition.ts';
import { CELL_TEXT_LABELS } from './fields.ts';

/** Ten times what the built-in rubric takes. */
const MOST_BYTES = 1_000_000;
const MOST_PROBLEMS = 20;

export type ReadFile =
  | { readonly tag: 'rubric'; readonly rubric: Rubric }
  /** `more`: how many problems there are beside those that are named. */
  | { readonly tag: 'refused'; readonly problems: readonly string[]; readonly more: number };

/** Reads a rubric file and checks all of it. Nothing of it is kept anywhere. */
export async function readRubricFile(file: Blob): Promise<ReadFile> {
  if (file.size === 0) return refused('The file is empty.');
  if (file.size > MOST_BYTES)
    return refused(
      `The file has ${Math.ceil(file.size / 1000)} kB; a rubric takes at most ${MOST_BYTES / 1000}.`,
    );
  let input: unknown;
  try {
    // Fatal: what is no UTF-8 is no text, and must not become one with holes. The mark some editors put first goes.
    input = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer()));
  } catch (error) {
    if (error instanceof SyntaxError) return refused(`It is not JSON: ${error.message}.`);
    if (error instanceof TypeError) return refused('It is not text in UTF-8.');
    if (error instanceof DOMException) return refused('It was moved, deleted or changed while it was read.');
    throw error;
  }
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    return refused('It is JSON, but no rubric: a rubric is a group of fields, such as criteria and cells.');
  const read = readRubric(input);
  if (read.tag === 'rubric') return read;
  const problems = [...new Set(read.faults.map((fault) => problemWords(fault, input)))];
  return {
    tag: 'refused',
    problems: problems.slice(0, MOST_PROBLEMS),
    more: Math.max(0, problems.length - MOST_PROBLEMS),
  };
}

/** The rubric as a file others can read, and this app again. */
export function rubricFile(rubric: Rubric): Blob {
  const { id, version, title, selectionRule, levels, criteria, steps, cells, bands, budgets, targets } =
    rubric;
  const file = {
    schemaVersion: 1,
    id,
    version,
    title,
    selectionRule,
    levels,
    criteria,
    steps,
    cells,
    scoring: { bands, targets },
    timeBudgets: { unit: 's', byTarget: budgets },
  };
  return new Blob([`${JSON.stringify(file, null, 2)}\n`], { type: 'application/json' });
}

function refused(problem: string): ReadFile {
  return { tag: 'refused', problems: [problem], more: 0 };
}

/** `cells → Technical depth: Results → level 3 is missing`. */
function problemWords({ path, what }: RubricFault, file: object): string {
  const places = placesIn(path, file);
  const last = places.at(-1);
  // What is said of the place itself goes on as a sentence; anything else after a colon.
  const isPredicate = what.startsWith('is ') || what.startsWith('stands ');
  if (last === undefined) return what;
  return `${places.join(' → ')}${isPredicate ? ' ' : ': '}${what}`;
}

const NAMES: Readonly<Record<string, string>> = {
  ...CELL_TEXT_LABELS,
  lookFor: 'look for',
  drill: 'drill',
  ifThen: 'if-then',
  selectionRule: 'selection rule',
  schemaVersion: 'schema version',
  byKind: 'by kind',
  timeBudgets: 'time budgets',
  byTarget: 'by target',
  auto: 'limits (auto)',
};

/** Each part of a path in the words of the file itself, as far as it has any. */
function placesIn(path: RubricFault['path'], file: object): readonly string[] {
  const places: string[] = [];
  let here: unknown = file;
  for (const [index, key] of path.entries()) {
    const before = String(path[index - 1] ?? '');
    here =
      typeof here === 'object' && here !== null && Object.hasOwn(here, key)
        ? (here as Readonly<Record<string, unknown>>)[String(key)]
        : undefined;
    // Of a cell the list of its levels need not be named: `level 3` says it.
    if (key === 'levels' && index > 0) continue;
    if (typeof key === 'number') places.push(itemName(before, key, here, file));
    else if (before === 'cells')
      places.push(cellName(key.slice(0, key.lastIndexOf('.')), stepOf(key), file) ?? key);
    else places.push(fieldName(path, index));
  }
  return places;
}

function fieldName(path: RubricFault['path'], index: number): string {
  const key = String(path[index]);
  if ((path[index - 1] === 'levels' && index > 1) || path[index - 1] === 'auto') return `level ${key}`;
  if (path[index - 1] === 'byTarget') return `${key} s`;
  const step = STEP_IDS.find((candidate) => candidate === key);
  // A band has a `next` of its own.
  if (step !== undefined && path[index - 2] === 'byTarget') return STEP_LABELS[step];
  return Object.hasOwn(NAMES, key) ? (NAMES[key] ?? key) : key;
}

function itemName(list: string, index: number, item: unknown, file: object): string {
  const nth = String(index + 1);
  switch (list) {
    case 'levels':
      return `level ${textIn(item, 'value') ?? `no. ${nth}`}`;
    case 'criteria':
      return textIn(item, 'label') ?? textIn(item, 'id') ?? `criterion ${nth}`;
    case 'steps':
      return textIn(item, 'label') ?? textIn(item, 'id') ?? `step ${nth}`;
    case 'bands':
      return textIn(item, 'label') ?? `band ${nth}`;
    case 'cells': {
      const step = STEP_IDS.find((candidate) => candidate === textIn(item, 'step')) ?? null;
      return cellName(textIn(item, 'criterion') ?? '', step, file) ?? textIn(item, 'id') ?? `cell ${nth}`;
    }
    default:
      return nth;
  }
}

/** `Technical depth: Results`; null without a step. */
function cellName(criterion: string, step: StepId | null, file: object): string | null {
  if (step === null) return null;
  const criteria: unknown = Reflect.get(file, 'criteria');
  const found: unknown = Array.isArray(criteria)
    ? criteria.find((candidate: unknown) => textIn(candidate, 'id') === criterion)
    : undefined;
  return `${textIn(found, 'label') ?? criterion}: ${STEP_LABELS[step]}`;
}

function textIn(fields: unknown, key: string): string | null {
  const value: unknown = typeof fields === 'object' && fields !== null ? Reflect.get(fields, key) : undefined;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}
