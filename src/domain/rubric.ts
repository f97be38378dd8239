import type { BudgetTable } from './budget.ts';
import type { FactId } from './facts.ts';
import type { AttemptId, ReviewId } from './ids.ts';
import type { PromptKind } from './prompt.ts';
import { STEP_IDS, type StepId } from './step.ts';
import type { EpochMs, Ms } from './timeline.ts';

/** The built-in rubric has `clarity`, `pacing` and `depth`; an own one may have others. */
export type CriterionId = string;

export const LEVELS = [4, 3, 2, 1] as const;
/** No middle to hide in. A missing step is 0, and only the clock or the speaker says so. */
export type Level = (typeof LEVELS)[number];

/** A criterion of a step, such as `clarity.situation`. */
export type CellId = `${CriterionId}.${StepId}`;

export function cellId(criterion: CriterionId, step: StepId): CellId {
  return `${criterion}.${step}`;
}

/** The step of a cell; null for what is no cell's id. */
export function stepOf(cell: string): StepId | null {
  const dot = cell.lastIndexOf('.');
  return dot < 1 ? null : (STEP_IDS.find((step) => step === cell.slice(dot + 1)) ?? null);
}

/** Levels chosen so far. A cell left out is not scored, which is never 0. */
export type Scores = Readonly<Record<CellId, Level>>;

/** Instants cited for a cell, in order. Levels 3 and 4 want at least one. */
export type Moments = Readonly<Record<CellId, readonly Ms[]>>;

/** Steps whose depth the speaker may declare factually wrong (the rubric's third cap). */
export const WRONG_STEPS = ['approach', 'tradeoffs'] as const;
export type WrongStep = (typeof WRONG_STEPS)[number];

/**
 * `full`: all cells. `quick`: those of one step, outside the trends. `rescore`: all cells once more, without
 * what was said before in sight.
 */
export const REVIEW_MODES = ['full', 'quick', 'rescore'] as const;
export type ReviewMode = (typeof REVIEW_MODES)[number];

/** One filled-in rubric. Locked, it never changes again: an edit is another review that `revises` it. */
export type Review = {
  readonly id: ReviewId;
  readonly attemptId: AttemptId;
  readonly rubricId: string;
  readonly rubricVersion: string;
  readonly reviewer: 'self';
  readonly mode: ReviewMode;
  /** Of a quick review: the step whose cells are asked. */
  readonly quickStep?: StepId;
  readonly scores: Scores;
  readonly moments?: Moments;
  readonly wrongSteps: readonly WrongStep[];
  /** Steps the speaker says were skipped, whatever the clock says. */
  readonly declaredMissing?: readonly StepId[];
  /** The steps that counted as missing when it was locked: marks may be set anew afterwards. */
  readonly missing?: readonly StepId[];
  /** The locked review this one corrects, and why. Trends keep to the first lock. */
  readonly revises?: ReviewId;
  readonly reason?: string;
  readonly startedAt: EpochMs;
  readonly updatedAt: EpochMs;
  readonly lockedAt: EpochMs | null;
};

/** A limit that a measured fact has to keep for a level to be possible. */
export type AutoClause =
  | { readonly fact: FactId; readonly op: '<='; readonly value: number }
  | { readonly fact: FactId; readonly op: 'between'; readonly value: readonly [number, number] };

export type RubricCell = {
  readonly id: CellId;
  readonly criterion: CriterionId;
  readonly step: StepId;
  readonly levels: Readonly<Record<'1' | '2' | '3' | '4', string>>;
  readonly lookFor: string;
  /** A step-only exercise. */
  readonly drill: string;
  /** The plan for the next attempt, to be put into one's own words. */
  readonly ifThen: string;
  /** What a recording has to keep for each level; those of lower levels hold above them, too. */
  readonly auto?: Readonly<Partial<Record<'2' | '3' | '4', readonly AutoClause[]>>>;
};

/** The rubric as data: what rubric.json holds that scoring, its form and what follows it need. */
export type Rubric = {
  readonly id: string;
  /** Scores compare only under one version. */
  readonly version: string;
  readonly title: string;
  readonly selectionRule: string;
  readonly levels: readonly { readonly value: Level; readonly label: string; readonly points: number }[];
  readonly criteria: readonly {
    readonly id: CriterionId;
    readonly label: string;
    readonly weight: number;
    readonly question: string;
  }[];
  readonly steps: readonly {
    readonly id: StepId;
    readonly label: string;
    readonly weight: number;
    readonly asks: string;
    readonly byKind: Readonly<Record<PromptKind, string>>;
  }[];
  /** Each criterion of each step once. */
  readonly cells: readonly RubricCell[];
  readonly bands: readonly {
    readonly from: number;
    readonly to: number;
    readonly label: string;
    readonly next: string;
  }[];
  readonly budgets: BudgetTable;
  /** The overall to aim at, by target length in seconds. */
  readonly targets: Readonly<Record<string, number>>;
};

/** Which rubric, in which version. */
export type RubricRef = { readonly id: string; readonly version: string };

/** A rubric the person made, as it is stored: once written it never changes. */
export type OwnRubric = Rubric & { readonly createdAt: EpochMs };

/** Its cells, step by step. */
export function cellsOf(rubric: Pick<Rubric, 'criteria'>): readonly CellId[] {
  return STEP_IDS.flatMap((step) => rubric.criteria.map(({ id }) => cellId(id, step)));
}

/** @throws RangeError when the rubric has no such cell: a bug */
export function cellOf(rubric: Rubric, id: CellId): RubricCell {
  const cell = rubric.cells.find((candidate) => candidate.id === id);
  if (cell === undefined) throw new RangeError(`No cell ${id}`);
  return cell;
}

/** @throws RangeError when no band holds the total: a decoded rubric covers 0 to 100 */
export function bandOf(rubric: Rubric, total: number): Rubric['bands'][number] {
  const band = rubric.bands.find((candidate) => total >= candidate.from && total <= candidate.to);
  if (band === undefined) throw new RangeError(`No band holds ${total}`);
  return band;
}
