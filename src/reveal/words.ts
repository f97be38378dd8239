import type { MeanGap } from '../domain/calibration.ts';
import type { FactId } from '../domain/facts.ts';
import {
  type AutoClause,
  type CriterionId,
  cellId,
  type Level,
  type Review,
  type Rubric,
} from '../domain/rubric.ts';
import { criterionScore, levelOf, type Marking } from '../domain/scoring.ts';
import { STEP_IDS, STEP_LABELS, type StepId } from '../domain/step.ts';
import { type Ms, type Span, timecode } from '../domain/timeline.ts';
import type { Pause, Row, Shown } from './shown.ts';

/** `Situation`, `Situation and Approach`, `Situation, Approach and Next`. */
export function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}

/** `4.4 s`, `2 s`. */
function secondsWords(seconds: number): string {
  return `${Number(seconds.toFixed(1))} s`;
}

export function lengthWords({ startMs, endMs }: Span): string {
  return secondsWords((endMs - startMs) / 1000);
}

/** Where recording and score disagree, both ways: the first thing to be read. About cells, never the person. */
export function findingWords(shown: readonly Shown[], isMeasured: boolean): string {
  const rows = shown.flatMap(({ rows }) => rows);
  const compared = rows.flatMap(({ step, level, ceiling }) =>
    level === null || level === 0 || ceiling === null ? [] : [{ step, level, ceiling }],
  );
  if (compared.length === 0)
    return rows.every(({ ceiling }) => ceiling === null)
      ? 'Not enough is known of this recording to set beside your scores.'
      : 'No step has both a score and something measured to set beside it.';
  const stepsWhere = (isSo: (row: (typeof compared)[number]) => boolean) =>
    listed([...new Set(compared.filter(isSo).map(({ step }) => STEP_LABELS[step]))]);
  const less = stepsWhere(({ level, ceiling }) => ceiling.level < level);
  // What is not known yet may still lower it.
  const more = stepsWhere(({ level, ceiling }) => ceiling.level > level && ceiling.skipped.length === 0);
  if (less !== '' && more !== '')
    return `In ${less} the recording allows less than you gave; in ${more}, more.`;
  if (less !== '') return `In ${less} the recording allows less than you gave.`;
  if (more !== '') return `In ${more} the recording allows more than you gave.`;
  const criteria = listed(shown.map(({ criterion }) => criterion.label.toLowerCase()));
  return isMeasured
    ? `Nothing measured stands against your scores for ${criteria}.`
    : `The step times stand against none of your scores for ${criteria}.`;
}

/** `1:02 of 0:45`; the budget alone where the time is not known, `1:02, no target` where there is none. */
export function timeWords({ facts, budgetMs }: Pick<Row, 'facts' | 'budgetMs'>): string {
  const usedSec = facts.stepTimeSec;
  if (budgetMs === null) return `${usedSec === null ? 'not known' : timecode(usedSec * 1000)}, no target`;
  return usedSec === null
    ? `not known, of ${timecode(budgetMs)}`
    : `${timecode(usedSec * 1000)} of ${timecode(budgetMs)}`;
}

const NO_TARGET = 'Without a target there is no budget to compare with.';

/** What decides the level the recording allows, and what of it is still open. */
export function becauseWords(row: Row): readonly string[] {
  const { level, ceiling, pauses, facts, budgetMs } = row;
  if (level === 0) return ['Counts as missing: there is nothing to compare.'];
  const time = deviationWords(row);
  if (ceiling === null)
    // That there are no marks is said once, under the table.
    return time === null ? (facts.stepTimeSec === null ? [] : [NO_TARGET]) : [time];
  const next = (ceiling.level + 1) as Level;
  const broken = ceiling.broken.map((clause) => brokenWords(clause, row, next));
  const isFree = ceiling.level === 4 && ceiling.skipped.length === 0;
  const untagged = pauses.filter((pause) => pause.place === null && isTagMissing(pause, ceiling.skipped));
  const because = [
    ...(time === null ? [] : [time]),
    ...broken,
    ...(isFree ? ['Nothing measured stands against 4.'] : []),
    ...(untagged.length > 0 ? [untaggedWords(untagged)] : []),
  ];
  return because.length === 0 && budgetMs === null ? [NO_TARGET] : because;
}

function isTagMissing(pause: Pause, skipped: readonly FactId[]): boolean {
  const lengthMs = pause.endMs - pause.startMs;
  const isOver = (fact: FactId, ms: Ms) => skipped.includes(fact) && lengthMs > ms;
  return isOver('midSentencePauseOver2sCount', 2000) || isOver('midSentencePauseOver3sCount', 3000);
}

function untaggedWords(pauses: readonly Pause[]): string {
  return pauses.length === 1
    ? `The pause at ${timesOf(pauses)} has no tag yet.`
    : `The pauses at ${timesOf(pauses)} have no tag yet.`;
}

function deviationWords({ facts, budgetMs, ceiling }: Row): string | null {
  const { stepTimeSec, stepTimeDeviationPct } = facts;
  if (stepTimeSec === null || stepTimeDeviationPct === null || budgetMs === null) return null;
  if (stepTimeDeviationPct === 0) return 'On budget.';
  // As the clock beside it reads.
  const offSec = Math.floor(stepTimeSec) - Math.floor(budgetMs / 1000);
  const which = offSec > 0 ? 'over' : 'short';
  const limits = (ceiling?.broken ?? []).filter(({ fact }) => fact === 'stepTimeDeviationPct').map(mostOf);
  return `${Math.abs(offSec)} s ${which}, ${percentBeside(stepTimeDeviationPct, limits)} off budget.`;
}

/** Which limit of the next level does not hold, and by what. */
function brokenWords(clause: AutoClause, { facts, pauses, step }: Row, next: Level): string {
  const value = facts[clause.fact] ?? 0;
  const allows = (limit: string) => `level ${next} allows ${limit}`;
  const most = mostOf(clause);
  const countLimit = most === 0 ? 'none' : String(most);
  switch (clause.fact) {
    case 'stepTimeDeviationPct':
      // The sentence before it says by how much.
      return `Level ${next} allows ${percent(most)}.`;
    case 'stepLongestPauseSec': {
      const longest = pauses.toSorted((a, b) => b.endMs - b.startMs - (a.endMs - a.startMs)).at(0);
      const where = longest === undefined ? 'A pause' : `The pause at ${timecode(longest.startMs)}`;
      return `${where} lasts ${secondsWords(value)}; ${allows(secondsWords(most))}.`;
    }
    case 'stepEndPauseSec': {
      const [low, high] = clause.op === '<=' ? [0, clause.value] : clause.value;
      const silence = value === 0 ? 'No pause' : `A pause of ${secondsWords(value)}`;
      return `${silence} at the end of ${STEP_LABELS[step]}; level ${next} has one of ${low} to ${high} s.`;
    }
    case 'midSentencePauseOver2sCount':
      return midSentenceWords(value, pauses, 2, next, most);
    case 'midSentencePauseOver3sCount':
      return midSentenceWords(value, pauses, 3, next, most);
    case 'fastStretchCount':
      return `${value} ${value === 1 ? 'stretch' : 'stretches'} of 15 s or more a quarter above your median rate; ${allows(countLimit)}.`;
    case 'totalOverPct':
      return `The whole is ${percentBeside(value, [most])} over its target; ${allows(most === 0 ? 'none' : percent(most))}.`;
    case 'final10sRateRatio':
      return `The last 10 s are ${percentBeside((value - 1) * 100, [(most - 1) * 100])} above your median rate; ${allows(percent((most - 1) * 100))}.`;
    case 'stepTimeSec':
      return `${secondsWords(value)} in this step; ${rangeWords(clause, next, ' s')}.`;
    case 'stepSharePct':
      return `${percentBeside(value, limitsOf(clause))} of the whole; ${rangeWords(clause, next, '%')}.`;
    case 'totalTimeSec':
      return `${secondsWords(value)} of speech; ${rangeWords(clause, next, ' s')}.`;
  }
}

function midSentenceWords(
  count: number,
  pauses: readonly Pause[],
  overSec: number,
  next: Level,
  most: number,
): string {
  const found = pauses.filter(
    ({ place, startMs, endMs }) => place === 'mid-sentence' && endMs - startMs > overSec * 1000,
  );
  const limit = most === 0 ? `has none over ${overSec} s` : `allows ${most} over ${overSec} s`;
  const which =
    count === 1
      ? `The pause at ${timesOf(found)} is mid-sentence`
      : `The pauses at ${timesOf(found)} are mid-sentence`;
  return `${which}; level ${next} ${limit}.`;
}

function timesOf(pauses: readonly Span[]): string {
  return listed(pauses.map(({ startMs }) => timecode(startMs)));
}

function rangeWords(clause: AutoClause, next: Level, unit: string): string {
  return clause.op === '<='
    ? `level ${next} allows ${clause.value}${unit}`
    : `level ${next} has ${clause.value[0]} to ${clause.value[1]}${unit}`;
}

function limitsOf(clause: AutoClause): readonly number[] {
  return clause.op === '<=' ? [clause.value] : clause.value;
}

function mostOf(clause: AutoClause): number {
  return clause.op === '<=' ? clause.value : clause.value[1];
}

/** A limit, as the rubric has it. */
function percent(value: number): string {
  return `${exactly(value)}%`;
}

/** Without the dust of binary fractions: 1.15 − 1 is 0.1499…. */
function exactly(value: number): number {
  return Number(value.toFixed(6));
}

/** Whole per cent; `just over 35%` where that would read as a limit which it is above or below. */
function percentBeside(value: number, limits: readonly number[]): string {
  const exact = exactly(value);
  const whole = Math.round(exact);
  const limit = limits.map(exactly).find((one) => one !== exact && Math.round(one) === whole);
  if (limit === undefined) return `${whole}%`;
  return limit === 0 ? 'less than 1%' : `just ${exact > limit ? 'over' : 'under'} ${limit}%`;
}

/** Where a pause in the middle of a sentence counts: `pacing in Approach and Trade-offs`. Null: nowhere. */
export function midSentenceScope({ criteria, cells }: Pick<Rubric, 'criteria' | 'cells'>): string | null {
  const limited = cells.filter(({ auto = {} }) =>
    Object.values(auto)
      .flat()
      .some(({ fact }) => fact.startsWith('midSentence')),
  );
  if (limited.length === 0) return null;
  const scopes = criteria.flatMap(({ id, label }) => {
    const steps = STEP_IDS.filter((step) =>
      limited.some((cell) => cell.criterion === id && cell.step === step),
    );
    return steps.length === 0
      ? []
      : [`${label.toLowerCase()} in ${listed(steps.map((step) => STEP_LABELS[step]))}`];
  });
  return listed(scopes);
}

/** The step a pause belongs to; null without marks. */
export function stepOfPause(rows: readonly Pick<Row, 'step' | 'pauses'>[], pause: Span): StepId | null {
  const isIt = ({ startMs }: Span) => startMs === pause.startMs;
  return rows.find(({ pauses }) => pauses.some(isIt))?.step ?? null;
}

/** A criterion's score in levels, 0 to 4; null while none of its cells is scored. */
export function scoreIn(rubric: Rubric, marking: Marking, criterion: CriterionId): number | null {
  const points = criterionScore(rubric, marking, criterion);
  return points === null ? null : points / 25;
}

/** The cells on the score's side of the prediction, with the moments cited for them: the gap comes from these. */
export function gapWords(
  marking: Marking,
  criterion: CriterionId,
  { predicted, scored }: { readonly predicted: number | null; readonly scored: number | null },
  moments: NonNullable<Review['moments']> = {},
): string {
  if (scored === null || predicted === null) return '';
  const gap = scored - predicted;
  if (Math.abs(gap) < 0.05) return 'As predicted.';
  const found = new Map<number, string[]>();
  for (const step of STEP_IDS) {
    const level = levelOf(marking, criterion, step);
    if (level === null || (gap < 0 ? level >= predicted : level <= predicted)) continue;
    const cited = (moments[cellId(criterion, step)] ?? []).map(timecode);
    const name = cited.length === 0 ? STEP_LABELS[step] : `${STEP_LABELS[step]} (${cited.join(', ')})`;
    found.set(level, [...(found.get(level) ?? []), name]);
  }
  const parts = [...found]
    .toSorted(([a], [b]) => (gap < 0 ? a - b : b - a))
    .map(([level, steps]) => `${listed(steps)} ${level === 0 ? 'missing' : `at ${level}`}`);
  return `${gap < 0 ? 'Below' : 'Above'} ${predicted}: ${parts.join(', ')}.`;
}

/** A mean gap with its interval. @param down what less than 0 means, such as `below` @param than `the prediction` */
export function meanGapWords(
  { mean, low, high }: MeanGap,
  [down, up]: readonly [string, string],
  than: string,
): string {
  const size = (value: number) => Math.abs(value).toFixed(1);
  const sign = (value: number) => (value < 0 ? down : up);
  const isEven = size(mean) === '0.0';
  const found = isEven
    ? `neither ${up} nor ${down} ${than} on average`
    : `${size(mean)} of a level ${sign(mean)} ${than} on average`;
  if (low <= 0 && high >= 0)
    return `${found}${isEven ? '' : ', which may be chance'}: the 95% interval runs from ${size(low)} ${sign(low)} to ${size(high)} ${sign(high)}.`;
  const [near, far] = mean < 0 ? [high, low] : [low, high];
  return `${found} (95% interval ${size(near)} to ${size(far)} ${sign(mean)}).`;
}
