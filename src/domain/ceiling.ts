import type { FactId, StepFacts } from './facts.ts';
import { type AutoClause, LEVELS, type Level, type RubricCell } from './rubric.ts';

/** The highest level of a cell that the recording leaves possible. It is shown beside the score and changes none. */
export type Ceiling = {
  readonly level: Level;
  /** The limits of the next level that do not hold; empty at 4. */
  readonly broken: readonly AutoClause[];
  /** Facts not known yet, in limits of this level or a lower one: what they turn out to be may lower it. */
  readonly skipped: readonly FactId[];
};

/**
 * The highest level whose limits hold, those of lower levels included; 1 when those of 2 do not. A limit whose
 * fact is not known is passed over. Null: the cell has no limits, or none whose fact is known.
 */
export function ceilingOf({ auto }: Pick<RubricCell, 'auto'>, facts: StepFacts): Ceiling | null {
  const limitsAt = (level: Level) => (level === 1 ? [] : (auto?.[level] ?? []));
  const upTo = (level: Level) => LEVELS.filter((lower) => lower <= level).flatMap(limitsAt);
  const isKnown = ({ fact }: AutoClause) => facts[fact] !== null;
  const isBroken = (clause: AutoClause) => !holds(clause, facts[clause.fact]);
  if (!upTo(4).some(isKnown)) return null;
  const level = LEVELS.find((candidate) => !upTo(candidate).some(isBroken)) ?? 1;
  const next = LEVELS.find((candidate) => candidate === level + 1);
  const skipped = upTo(level).filter((clause) => !isKnown(clause));
  return {
    level,
    broken: next === undefined ? [] : limitsAt(next).filter(isBroken),
    skipped: [...new Set(skipped.map(({ fact }) => fact))],
  };
}

function holds(clause: AutoClause, value: number | null): boolean {
  if (value === null) return true;
  if (clause.op === '<=') return value <= clause.value;
  const [least, most] = clause.value;
  return value >= least && value <= most;
}
