import { targetOf } from './attempt.ts';
import { STEP_IDS, type StepId } from './step.ts';
import { clamp, type Ms } from './timeline.ts';

/** Seconds for each step at the target lengths the rubric names (rubric.json, `timeBudgets.byTarget`). */
export type BudgetTable = Readonly<Record<string, Readonly<Record<StepId, number>>>>;

/**
 * What each step may take. At a target the table names these are its own figures; between two of them
 * the shares are interpolated linearly, below the first and above the last the nearest shares hold.
 *
 * @returns milliseconds per step, summing up to `targetMs` within rounding
 */
export function stepBudgets(table: BudgetTable, targetMs: Ms): Readonly<Record<StepId, Ms>> {
  const rows = Object.entries(table)
    .map(([seconds, budgets]) => ({ atMs: Number(seconds) * 1000, budgets }))
    .toSorted((a, b) => a.atMs - b.atMs);
  const first = rows[0];
  const last = rows.at(-1);
  if (first === undefined || last === undefined)
    throw new RangeError('A rubric needs at least one time budget');
  const low = rows.findLast((row) => row.atMs <= targetMs) ?? first;
  const high = rows.find((row) => row.atMs >= targetMs) ?? last;
  const weight = high.atMs === low.atMs ? 0 : clamp((targetMs - low.atMs) / (high.atMs - low.atMs), 0, 1);
  const share = (row: typeof first, step: StepId) => (row.budgets[step] * 1000) / row.atMs;
  const budget = (step: StepId) =>
    Math.round(targetMs * (share(low, step) * (1 - weight) + share(high, step) * weight));
  return Object.fromEntries(STEP_IDS.map((step) => [step, budget(step)])) as Record<StepId, Ms>;
}

/** What each step of an attempt may take. Null: it has no target. */
export function budgetsOf(
  table: BudgetTable,
  attempt: Parameters<typeof targetOf>[0],
): Readonly<Record<StepId, Ms>> | null {
  const targetMs = targetOf(attempt);
  return targetMs === null ? null : stepBudgets(table, targetMs);
}

/** Long enough for a step to be said well, and short enough to be said again (rubric.json, `focusRule`). */
const SHORTEST_DRILL_MS: Ms = 60_000;
const LONGEST_DRILL_MS: Ms = 90_000;

/** How long a step alone is spoken again: its own budget, within 60 to 90 seconds. */
export function drillLength(table: BudgetTable, targetMs: Ms, step: StepId): Ms {
  return clamp(stepBudgets(table, targetMs)[step], SHORTEST_DRILL_MS, LONGEST_DRILL_MS);
}
