import { type CellId, type CriterionId, cellId, cellsOf, type Level, type Rubric } from './rubric.ts';
import { levelOf, type Marking } from './scoring.ts';
import { STEP_IDS, type StepId } from './step.ts';

/** The focus of an earlier attempt: which cell, and the level it had then. */
export type EarlierFocus = { readonly cell: CellId; readonly level: Level | 0 };

export type FocusPick = {
  /** `drill`: two attempts had it without a change, so that the step alone comes first. */
  readonly tag: 'cell' | 'drill';
  readonly cell: CellId;
  readonly level: Level | 0;
  /** How many attempts in a row have had it with this one: 1 for a new focus. */
  readonly times: number;
  /** The cell that would gain more, but has had its attempts in a row, and has changed. */
  readonly insteadOf?: CellId;
};

type Candidate = EarlierFocus & {
  readonly criterion: CriterionId;
  readonly step: StepId;
  readonly weight: number;
};

/** From this level on a cell is solid, and gains nothing while another is not (rubric.json, `focusRule`). */
const SOLID = 3;
const FULL = 4;

/** Criteria win ties in this order; others after them, as the rubric has them. */
const TIE_ORDER: readonly CriterionId[] = ['depth', 'clarity', 'pacing'];

/** The same cell at most so many attempts in a row. */
const MOST_IN_A_ROW = 2;

/** Gains are shares of the whole. Two that differ by less are the same, but for the dust of binary fractions. */
const SAME_GAIN = 1e-9;

/**
 * The one cell to work on next (rubric.json, `focusRule`): where the score has most to gain up to a solid
 * level, or up to a full one when all are solid. A blank cell is never picked.
 *
 * @param before the focuses of the earlier attempts, newest first
 * @param among the cells to pick from: those of one step in a quick review
 * @returns null when there is no cell with a level
 */
export function pickFocus(
  rubric: Rubric,
  marking: Marking,
  before: readonly EarlierFocus[],
  among: readonly CellId[] = cellsOf(rubric),
): FocusPick | null {
  const candidates = candidatesOf(rubric, marking, among);
  const best = bestOf(rubric, candidates);
  if (best === null) return null;
  const run = runOf(best.cell, before);
  if (run < MOST_IN_A_ROW) return picked('cell', best, run);
  const first = before[MOST_IN_A_ROW - 1];
  const other = bestOf(
    rubric,
    candidates.filter(({ cell }) => cell !== best.cell),
  );
  if (first?.level === best.level || other === null) return picked('drill', best, run);
  return { ...picked('cell', other, 0), insteadOf: best.cell };
}

/** How many attempts in a row, the latest first, had this focus. */
function runOf(cell: CellId, before: readonly EarlierFocus[]): number {
  const end = before.findIndex((earlier) => earlier.cell !== cell);
  return end === -1 ? before.length : end;
}

function picked(tag: FocusPick['tag'], { cell, level }: Candidate, run: number): FocusPick {
  return { tag, cell, level, times: run + 1 };
}

function candidatesOf(rubric: Rubric, marking: Marking, among: readonly CellId[]): readonly Candidate[] {
  const all = (items: readonly { readonly weight: number }[]) =>
    items.reduce((sum, { weight }) => sum + weight, 0);
  const whole = all(rubric.criteria) * all(rubric.steps);
  return rubric.criteria.flatMap((criterion) =>
    rubric.steps.flatMap((step): readonly Candidate[] => {
      const cell = cellId(criterion.id, step.id);
      const level = levelOf(marking, criterion.id, step.id);
      if (level === null || !among.includes(cell)) return [];
      const weight = (criterion.weight * step.weight) / whole;
      return [{ cell, level, criterion: criterion.id, step: step.id, weight }];
    }),
  );
}

function bestOf(rubric: Rubric, candidates: readonly Candidate[]): Candidate | null {
  const aim = candidates.every(({ level }) => level >= SOLID) ? FULL : SOLID;
  const gainOf = ({ level, weight }: Candidate) => weight * (aim - Math.min(level, aim));
  const most = Math.max(...candidates.map(gainOf));
  const tied = candidates.filter((candidate) => gainOf(candidate) >= most - SAME_GAIN);
  const rank = (criterion: CriterionId) => {
    const named = TIE_ORDER.indexOf(criterion);
    return named === -1 ? TIE_ORDER.length + rubric.criteria.findIndex(({ id }) => id === criterion) : named;
  };
  const isMissing = ({ level }: Candidate) => (level === 0 ? 0 : 1);
  const [first] = tied.toSorted(
    (a, b) =>
      isMissing(a) - isMissing(b) ||
      rank(a.criterion) - rank(b.criterion) ||
      a.level - b.level ||
      STEP_IDS.indexOf(a.step) - STEP_IDS.indexOf(b.step),
  );
  return first ?? null;
}

/** What the next level of a cell is. A missing step aims at 2: level 1 only says what is lacking. Null at 4. */
export function nextLevel(level: Level | 0): Level | null {
  if (level === 0) return 2;
  return level === FULL ? null : ((level + 1) as Level);
}
