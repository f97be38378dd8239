import type { BudgetTable } from './budget.ts';
import type { AttemptId, ReviewId } from './ids.ts';
import type { PromptKind } from './prompt.ts';
import { STEP_IDS, type StepId } from './step.ts';
import type { EpochMs } from './timeline.ts';

export const CRITERION_IDS = ['clarity', 'pacing', 'depth'] as const;
export type CriterionId = (typeof CRITERION_IDS)[number];

export const LEVELS = [4, 3, 2, 1] as const;
/** No middle to hide in. A missing step is 0, and only the clock or the speaker says so. */
export type Level = (typeof LEVELS)[number];

/** A criterion of a step, such as `clarity.situation`. */
export type CellId = `${CriterionId}.${StepId}`;

export const CELL_IDS: readonly CellId[] = STEP_IDS.flatMap((step) =>
  CRITERION_IDS.map((criterion): CellId => `${criterion}.${step}`),
);

export function cellId(criterion: CriterionId, step: StepId): CellId {
  return `${criterion}.${step}`;
}

/** Levels chosen so far. A cell left out is not scored, which is never 0. */
export type Scores = Partial<Readonly<Record<CellId, Level>>>;

/** Steps whose depth the speaker may declare factually wrong (the rubric's third cap). */
export const WRONG_STEPS = ['approach', 'tradeoffs'] as const;
export type WrongStep = (typeof WRONG_STEPS)[number];

/** One filled-in rubric. Locked, it never changes again. */
export type Review = {
  readonly id: ReviewId;
  readonly attemptId: AttemptId;
  readonly rubricId: string;
  readonly rubricVersion: string;
  readonly reviewer: 'self';
  readonly mode: 'full';
  readonly scores: Scores;
  readonly wrongSteps: readonly WrongStep[];
  /** The steps that counted as missing when it was locked: marks may be set anew afterwards. */
  readonly missing?: readonly StepId[];
  readonly startedAt: EpochMs;
  readonly updatedAt: EpochMs;
  readonly lockedAt: EpochMs | null;
};

/** The rubric as data: what rubric.json holds that scoring and its form need. */
export type Rubric = {
  readonly id: string;
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
  readonly cells: readonly {
    readonly id: CellId;
    readonly criterion: CriterionId;
    readonly step: StepId;
    readonly levels: Readonly<Record<'1' | '2' | '3' | '4', string>>;
    readonly lookFor: string;
  }[];
  readonly bands: readonly {
    readonly from: number;
    readonly to: number;
    readonly label: string;
    readonly next: string;
  }[];
  readonly budgets: BudgetTable;
};
