import type { Rubric, RubricRef } from '../domain/rubric.ts';
import type { Archive } from '../storage/archive.ts';
import { builtInRubric } from './definition.ts';

/** A version of a rubric: the built-in one, or one the person made. Null: it is not here any more. */
export async function findRubric(archive: Archive, ref: RubricRef): Promise<Rubric | null> {
  if (ref.id === builtInRubric.id && ref.version === builtInRubric.version) return builtInRubric;
  return archive.rubrics.get(ref);
}

/** The rubric new reviews are made under. One that cannot be found gives way to the built-in one. */
export async function rubricInUse(archive: Archive): Promise<Rubric> {
  const { inUse } = await archive.settings.get('rubric');
  return (inUse === null ? null : await findRubric(archive, inUse)) ?? builtInRubric;
}
