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

/** What scoring needs to know beside the levels. */
export type Marking = {
  readonly scores: Scores;
  /** Their cells count 0, whatever was chosen in them. */
  readonly missing: readonly StepId[];
  readonly wrongSteps: readonly WrongStep[];
};

export type Total = {
  /** 0–100, or null while no cell is scored. */
  readonly points: number | null;
  /** Cells that count, missing ones included. */
  readonly scored: number;
  /** Under 12 cells, or a step without scored depth: shown as provisional and kept out of trends. */
  readonly isProvisional: boolean;
  /** The caps that lowered `points`, as sentences; empty when none did. */
  readonly caps: readonly string[];
};

const LEAST_CELLS = 12;

function levelOf({ scores, missing }: Marking, criterion: CriterionId, step: StepId): Level | 0 | null {
  return missing.includes(step) ? 0 : (scores[cellId(criterion, step)] ?? null);
}

function weightedMean(
  rubric: Rubric,
  marking: Marking,
  only: { readonly criterion?: CriterionId; readonly step?: StepId },
): number | null {
  const points = new Map<number, number>(rubric.levels.map((level) => [level.value, level.points]));
  let sum = 0;
  let weights = 0;
  for (const criterion of rubric.criteria) {
    for (const step of rubric.steps) {
      if (only.criterion !== undefined && only.criterion !== criterion.id) continue;
      if (only.step !== undefined && only.step !== step.id) continue;
      const level = levelOf(marking, criterion.id, step.id);
      if (level === null) continue;
      const weight = criterion.weight * step.weight;
      sum += (points.get(level) ?? 0) * weight;
      weights += weight;
    }
  }
  return weights === 0 ? null : sum / weights;
}

/** Half up, after removing the dust of binary fractions: 74.49999999999999 is 74.5. */
function round(value: number): number {
  return Math.round(Number(value.toFixed(9)));
}

function caps(marking: Marking): readonly { readonly atMost: number; readonly because: string }[] {
  const isMissing = (step: StepId) => marking.missing.includes(step);
  const found: { atMost: number; because: string }[] = [];
  if (isMissing('approach') || isMissing('tradeoffs') || isMissing('results'))
    found.push({ atMost: 60, because: 'At most 60 while Approach, Trade-offs or Results is missing.' });
  if (isMissing('situation') || isMissing('next'))
    found.push({ atMost: 74, because: 'At most 74 while Situation or Next is missing.' });
  const isWrong = marking.wrongSteps.some((step) => levelOf(marking, 'depth', step) === 1);
  if (isWrong)
    found.push({
      atMost: 60,
      because: 'At most 60 while something said in Approach or Trade-offs is wrong.',
    });
  return found;
}

/**
 * The overall score (rubric.json, `scoring`): the weighted mean of the scored cells' points, rounded,
 * then capped. Blank cells are left out and the rest reweighted.
 */
export function overall(rubric: Rubric, marking: Marking): Total {
  const scored = CELL_IDS.filter((cell) => {
    const [criterion, step] = cell.split('.') as [CriterionId, StepId];
    return levelOf(marking, criterion, step) !== null;
  }).length;
  const mean = weightedMean(rubric, marking, {});
  const lacksDepth = rubric.steps.some((step) => levelOf(marking, 'depth', step.id) === null);
  const isProvisional = scored < LEAST_CELLS || lacksDepth;
  if (mean === null) return { points: null, scored, isProvisional, caps: [] };
  const points = round(mean);
  const biting = caps(marking).filter((cap) => cap.atMost < points);
  return {
    points: Math.min(points, ...biting.map((cap) => cap.atMost)),
    scored,
    isProvisional,
    caps: biting.map((cap) => cap.because),
  };
}

/** The weighted mean of one criterion, 0–100 rounded; null while none of its cells is scored. */
export function criterionScore(rubric: Rubric, marking: Marking, criterion: CriterionId): number | null {
  const mean = weightedMean(rubric, marking, { criterion });
  return mean === null ? null : round(mean);
}

/** The weighted mean of one step, 0–100 rounded; null while none of its cells is scored. */
export function stepScore(rubric: Rubric, marking: Marking, step: StepId): number | null {
  const mean = weightedMean(rubric, marking, { step });
  return mean === null ? null : round(mean);
}
