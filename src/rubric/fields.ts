import { PROMPT_KINDS, type PromptKind } from '../domain/prompt.ts';
import { LEVELS, type Rubric, type RubricCell } from '../domain/rubric.ts';
import { STEP_IDS, STEP_LABELS } from '../domain/step.ts';
import { plural } from '../domain/timeline.ts';
import { formatTarget } from '../ui/format.ts';

/**
 * A rubric as one text per place, by a path such as `cells.depth.next.levels.3`: what is edited, and what two
 * versions differ in.
 */
export type Fields = ReadonlyMap<string, string>;

/** What one may edit in a cell beside its levels. */
export const CELL_TEXTS = ['lookFor', 'drill', 'ifThen'] as const;
export const CELL_TEXT_LABELS = { lookFor: 'Look for', drill: 'Drill', ifThen: 'If-then' } as const;
export const KIND_NAMES: Readonly<Record<PromptKind, string>> = {
  experience: 'a real story',
  concept: 'how something works',
  design: 'a system or plan',
};

/** A weight as a share of all of its kind, in per cent: `35`, `33.33`. */
function shareText(weight: number, all: readonly { readonly weight: number }[]): string {
  const sum = all.reduce((total, one) => total + one.weight, 0);
  return String(Number(((weight / sum) * 100).toFixed(2)));
}

export function fieldsOf(rubric: Rubric): Fields {
  const { criteria, steps, levels, cells, bands, budgets, targets } = rubric;
  const all: (readonly [string, string])[] = [
    ['title', rubric.title],
    ['selectionRule', rubric.selectionRule],
  ];
  for (const { value, label } of levels) all.push([`levels.${value}.label`, label]);
  for (const { id, label, question, weight } of criteria)
    all.push(
      [`criteria.${id}.label`, label],
      [`criteria.${id}.question`, question],
      [`criteria.${id}.weight`, shareText(weight, criteria)],
    );
  for (const { id, weight, asks, byKind } of steps) {
    all.push([`steps.${id}.weight`, shareText(weight, steps)], [`steps.${id}.asks`, asks]);
    for (const kind of PROMPT_KINDS) all.push([`steps.${id}.byKind.${kind}`, byKind[kind]]);
  }
  for (const cell of cells) all.push(...cellFields(cell));
  for (const [index, { from, to, label, next }] of bands.entries())
    all.push(
      [`bands.${index}.range`, `${from}–${to}`],
      [`bands.${index}.label`, label],
      [`bands.${index}.next`, next],
    );
  for (const [target, parts] of Object.entries(budgets))
    for (const step of STEP_IDS) all.push([`budgets.${target}.${step}`, String(parts[step])]);
  for (const [target, aim] of Object.entries(targets)) all.push([`aims.${target}`, String(aim)]);
  return new Map(all);
}

function cellFields(cell: RubricCell): (readonly [string, string])[] {
  const at = `cells.${cell.id}`;
  return [
    ...LEVELS.map((level) => [`${at}.levels.${level}`, cell.levels[level]] as const),
    ...CELL_TEXTS.map((text) => [`${at}.${text}`, cell[text]] as const),
    ...(cell.auto === undefined ? [] : [[`${at}.auto`, JSON.stringify(cell.auto)] as const]),
  ];
}

/**
 * What `after` has otherwise than `before`, a line each: criteria that came and went, weights, budgets, and how
 * many texts of which cells. Empty: nothing one could see.
 */
export function differences(before: Rubric, after: Rubric): readonly string[] {
  const labels = new Map([...before.criteria, ...after.criteria].map(({ id, label }) => [id, label]));
  const has = ({ criteria }: Rubric, id: string) => criteria.some((criterion) => criterion.id === id);
  const lines: string[] = [];
  for (const { id, label } of after.criteria)
    if (!has(before, id)) lines.push(`The criterion ${label} is added.`);
  for (const { id, label } of before.criteria)
    if (!has(after, id)) lines.push(`The criterion ${label} is removed.`);

  const was = fieldsOf(before);
  const is = fieldsOf(after);
  const inCells = new Map<string, string[]>();
  const inBudgets = new Map<string, string[]>();
  const others: string[] = [];
  const lasting = [...new Set([...was.keys(), ...is.keys()])].filter((path) => {
    const [group, id = ''] = path.split('.');
    if (was.get(path) === is.get(path)) return false;
    return (group !== 'criteria' && group !== 'cells') || (has(before, id) && has(after, id));
  });
  for (const path of lasting) {
    const [group = '', id = '', part = '', ...rest] = path.split('.');
    const change = `${was.get(path) ?? 'nothing'} → ${is.get(path) ?? 'nothing'}`;
    const step = STEP_IDS.find((candidate) => candidate === (group === 'cells' ? part : id));
    if (group === 'cells' && step !== undefined) {
      const cell = `${labels.get(id)}: ${STEP_LABELS[step]}`;
      inCells.set(cell, [
        ...(inCells.get(cell) ?? []),
        rest.length > 1 ? `level ${rest[1]}` : partName(rest[0]),
      ]);
    } else if (part === 'weight')
      lines.push(`Weight of ${step === undefined ? labels.get(id) : STEP_LABELS[step]}: ${change} %.`);
    else if (group === 'budgets')
      inBudgets.set(id, [...(inBudgets.get(id) ?? []), `${stepName(part)} ${change} s`]);
    else if (group === 'aims')
      lines.push(`Score to aim at for ${formatTarget(Number(id) * 1000)}: ${change}.`);
    else others.push(otherName(group, id, part, labels));
  }
  for (const [target, parts] of inBudgets)
    lines.push(`Budgets for ${formatTarget(Number(target) * 1000)}: ${parts.join(', ')}.`);
  for (const [cell, parts] of inCells) lines.push(`${cell}: ${parts.join(', ')}.`);
  if (others.length > 0) lines.push(`Other words: ${[...new Set(others)].join(', ')}.`);
  return lines;
}

function partName(part = ''): string {
  const known = CELL_TEXTS.find((text) => text === part);
  return known === undefined ? 'the limits of its ceiling' : CELL_TEXT_LABELS[known].toLowerCase();
}

function stepName(part: string): string {
  const step = STEP_IDS.find((candidate) => candidate === part);
  return step === undefined ? part : STEP_LABELS[step];
}

function otherName(group: string, id: string, part: string, labels: ReadonlyMap<string, string>): string {
  switch (group) {
    case 'title':
      return 'the title';
    case 'selectionRule':
      return 'the rule for choosing';
    case 'levels':
      return `the name of level ${id}`;
    case 'criteria':
      return part === 'label' ? `the name of ${labels.get(id)}` : `the question of ${labels.get(id)}`;
    case 'bands':
      return 'what follows from a score';
    default:
      return `what ${stepName(id)} asks`;
  }
}

/** `12 texts, 2 weights` in few words: for a list of versions. */
export function differenceWords(before: Rubric, after: Rubric): string {
  const lines = differences(before, after);
  if (lines.length === 0) return 'As the built-in one';
  const first = lines[0] ?? '';
  return lines.length === 1 ? first : `${first} And ${plural(lines.length - 1, 'more difference')}.`;
}
