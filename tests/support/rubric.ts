import { cellsOf } from '../../src/domain/rubric.ts';
import { builtInRubric } from '../../src/rubric/definition.ts';

export const CELL_IDS = cellsOf(builtInRubric);
export const CRITERION_IDS = builtInRubric.criteria.map(({ id }) => id);
