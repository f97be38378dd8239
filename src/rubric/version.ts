import { cellsOf, type OwnRubric, type Rubric, type RubricRef } from '../domain/rubric.ts';
import type { EpochMs } from '../domain/timeline.ts';
import { sha256Hex } from '../storage/sha256.ts';
import { formatWhen } from '../ui/format.ts';
import { builtInRubric } from './definition.ts';

/** The id of every rubric that is not the built-in one. */
const OWN_ID = 'own-rubric';
/** 64 bits: two versions of one person never meet by chance. */
const DIGITS = 16;

export type AnyVersion = Rubric | OwnRubric;

/**
 * The version a content makes. Its name is the hash of the content, so that what was edited back, or brought
 * from another device, is the version it was, with all reviews made under it. The built-in content is the
 * built-in version.
 */
export async function asVersion(content: Rubric, createdAt: EpochMs): Promise<AnyVersion> {
  const version = await hashOf(content);
  if (version === (await hashOf(builtInRubric))) return builtInRubric;
  return { ...contentOf(content), id: OWN_ID, version, createdAt };
}

export function isOwn(rubric: AnyVersion): rubric is OwnRubric {
  return 'createdAt' in rubric;
}

export function refOf({ id, version }: RubricRef): RubricRef {
  return { id, version };
}

export function isSameVersion(a: RubricRef, b: RubricRef): boolean {
  return a.id === b.id && a.version === b.version;
}

/** `Built-in rubric`; `Version of 25 November, 14:20`. */
export function versionName(rubric: AnyVersion): string {
  return isOwn(rubric) ? `Version of ${formatWhen(rubric.createdAt)}` : 'Built-in rubric';
}

/** All that scores and sentences come from, and nothing else; cells criterion by criterion. */
function contentOf(rubric: Rubric): Omit<Rubric, 'id' | 'version'> {
  const { title, selectionRule, levels, criteria, steps, cells, bands, budgets, targets } = rubric;
  const order = cellsOf(rubric);
  return {
    title,
    selectionRule,
    levels,
    criteria,
    steps,
    cells: cells.toSorted((a, b) => order.indexOf(a.id) - order.indexOf(b.id)),
    bands,
    budgets,
    targets,
  };
}

async function hashOf(rubric: Rubric): Promise<string> {
  const bytes = new TextEncoder().encode(canonical(contentOf(rubric)));
  return (await sha256Hex(bytes.buffer)).slice(0, DIGITS);
}

/** JSON without blanks whose fields stand in the order of their names. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, part]) => `${JSON.stringify(key)}:${canonical(part)}`).join()}}`;
}
