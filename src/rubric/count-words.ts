import type { CellCount } from '../domain/scoring.ts';

/** `8 of 15`; `8 of 12 · 3 missing`; `15 missing`. */
export function countWords({ asked, scored, missing }: CellCount): string {
  const words = [asked > 0 ? [`${scored} of ${asked}`] : [], missing > 0 ? [`${missing} missing`] : []];
  return words.flat().join(' · ');
}
