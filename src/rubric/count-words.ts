import { cellsOf, type Review, type Rubric } from '../domain/rubric.ts';
import { type CellCount, leastCells } from '../domain/scoring.ts';

/** `8 of 15`; `8 of 12 · 3 missing`; `15 missing`. */
export function countWords({ asked, scored, missing }: CellCount): string {
  const words = [asked > 0 ? [`${scored} of ${asked}`] : [], missing > 0 ? [`${missing} missing`] : []];
  return words.flat().join(' · ');
}

/** What a review wants before it can be locked. */
export function leastWords(rubric: Rubric, { mode }: Pick<Review, 'mode'>): string {
  if (mode !== 'rescore') return 'Score at least one cell to lock.';
  const depth = rubric.criteria.find(({ id }) => id === 'depth');
  const all = depth === undefined ? '' : ` and every ${depth.label.toLowerCase()} cell`;
  return `Score at least ${leastCells(rubric)} of ${cellsOf(rubric).length} cells${all} to lock: with fewer, the two scores would not compare.`;
}
