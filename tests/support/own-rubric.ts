import type { OwnRubric } from '../../src/domain/rubric.ts';
import { builtInRubric } from '../../src/rubric/definition.ts';
import { addCriterion, beginDraft, type RubricDraft, toRubric } from '../../src/rubric/editor/draft.ts';
import { fieldsOf } from '../../src/rubric/fields.ts';
import { asVersion, isOwn } from '../../src/rubric/version.ts';

/** What the editor makes of the built-in rubric. */
export async function anOwnRubric(edit: (draft: RubricDraft) => RubricDraft): Promise<OwnRubric> {
  const version = await asVersion(
    toRubric(edit(beginDraft(builtInRubric)), builtInRubric),
    1_790_000_000_000,
  );
  if (!isOwn(version)) throw new Error('That is the built-in rubric');
  return version;
}

/** Another text in one cell. */
export function otherWords(draft: RubricDraft): RubricDraft {
  return {
    ...draft,
    changes: { ...draft.changes, 'cells.clarity.situation.levels.4': 'All of it <b>in bold</b>.' },
  };
}

export function onlyDepth(draft: RubricDraft): RubricDraft {
  return { ...draft, criteria: ['depth'] };
}

/** The built-in criteria and three more with long names. */
export function sixCriteria(draft: RubricDraft): RubricDraft {
  const base = fieldsOf(builtInRubric);
  const added = addCriterion(addCriterion(addCriterion(draft, base), base), base);
  const names = ['Evidence and its limits', 'The listener in mind', 'Structure'];
  const changes = added.criteria.slice(3).map((id, index) => [`criteria.${id}.label`, names[index] ?? '']);
  return { ...added, changes: { ...added.changes, ...Object.fromEntries(changes) } };
}
