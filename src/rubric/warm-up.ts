import * as v from 'valibot';
import { type CellId, cellId, LEVELS, type Level, type Scores } from '../domain/rubric.ts';
import { STEP_IDS, type StepId } from '../domain/step.ts';
import { builtInRubric } from './definition.ts';
import source from './warm-up.json' with { type: 'json' };

/** A text has no time: what is written cannot be scored for pacing. */
export const WARM_UP_CRITERIA = builtInRubric.criteria.filter(({ id }) => id !== 'pacing');

export type Key = { readonly level: Level; readonly reason: string };

/** An explanation to score for practice, step by step, with its key by cell. */
export type Example = {
  readonly id: string;
  readonly texts: Readonly<Record<StepId, string>>;
  readonly keys: ReadonlyMap<CellId, Key>;
};

const text = v.pipe(v.string(), v.nonEmpty());
const key = v.object({ level: v.picklist(LEVELS), reason: text });
/** `from`: the rubric's examples it is put together from; the rest are joining words of our own. */
const part = v.object({ text, from: v.array(text), key: v.object({ clarity: key, depth: key }) });
const Source = v.object({
  examples: v.array(v.object({ id: text, steps: v.object(v.entriesFromList(STEP_IDS, part)) })),
});

/** @throws ValiError when warm-up.json is not what it should be: it is code, so that is a bug */
export const examples: readonly Example[] = v.parse(Source, source).examples.map(({ id, steps }) => ({
  id,
  texts: {
    situation: steps.situation.text,
    approach: steps.approach.text,
    tradeoffs: steps.tradeoffs.text,
    results: steps.results.text,
    next: steps.next.text,
  },
  keys: new Map(
    STEP_IDS.flatMap((step) =>
      (['clarity', 'depth'] as const).map((criterion) => [
        cellId(criterion, step),
        steps[step].key[criterion],
      ]),
    ),
  ),
}));

/** `7 as in the key, 2 one apart, 1 left blank`. */
export function agreement({ keys }: Example, scores: Scores): string {
  const counts = new Map<string, number>();
  for (const [cell, { level }] of keys) {
    const own = scores[cell];
    const words = own === undefined ? BLANK : (APART[Math.abs(own - level)] ?? BLANK);
    counts.set(words, (counts.get(words) ?? 0) + 1);
  }
  return [...APART, BLANK]
    .flatMap((words) => (counts.has(words) ? [`${counts.get(words)} ${words}`] : []))
    .join(', ');
}

const APART = ['as in the key', 'one apart', 'two apart', 'three apart'] as const;
const BLANK = 'left blank';

/** How far one has come: it survives a reload and leaving the page, for as long as the tab lives. */
export type WarmUp = {
  readonly at: string;
  readonly scores: Readonly<Record<string, Scores>>;
  readonly compared: readonly string[];
};

const KEY = 'talkthrough.warm-up';
const blank: WarmUp = { at: examples[0]?.id ?? '', scores: {}, compared: [] };

const stored = v.object({
  at: v.picklist(examples.map(({ id }) => id)),
  scores: v.record(v.string(), v.record(v.string(), v.picklist(LEVELS))),
  compared: v.array(v.string()),
});

export function readWarmUp(): WarmUp {
  try {
    const found = v.safeParse(stored, JSON.parse(sessionStorage.getItem(KEY) ?? 'null'));
    return found.success ? found.output : blank;
  } catch {
    // Browsers throw at the mere mention of session storage when site data is blocked.
    return blank;
  }
}

export function writeWarmUp(warmUp: WarmUp): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(warmUp));
  } catch {
    // Then it lasts as long as the page.
  }
}
