import type { PromptId } from '../domain/ids.ts';
import type { Prompt } from '../domain/prompt.ts';
import type { EpochMs } from '../domain/timeline.ts';

/** A prompt to practise, with what there is to say about why. */
export type Suggestion = { readonly prompt: Prompt; readonly practisedAt: EpochMs | null };

/**
 * What to practise next, best first, one of each category: categories take turns, the one practised
 * longest ago first; within one, what was never practised in the order given, then what was practised
 * longest ago. Whatever is new comes before whatever is not.
 */
export function suggest(
  prompts: readonly Prompt[],
  practised: ReadonlyMap<PromptId, EpochMs>,
): readonly Suggestion[] {
  const turns = new Map<string, { best: Suggestion; latestAt: EpochMs }>();
  for (const prompt of prompts) {
    const practisedAt = practised.get(prompt.id) ?? null;
    const turn = turns.get(prompt.category);
    if (turn === undefined) {
      turns.set(prompt.category, { best: { prompt, practisedAt }, latestAt: practisedAt ?? 0 });
      continue;
    }
    if ((practisedAt ?? 0) < (turn.best.practisedAt ?? 0)) turn.best = { prompt, practisedAt };
    turn.latestAt = Math.max(turn.latestAt, practisedAt ?? 0);
  }
  return [...turns.values()]
    .toSorted((a, b) => rank(a.best) - rank(b.best) || a.latestAt - b.latestAt)
    .map((turn) => turn.best);
}

function rank({ practisedAt }: Suggestion): number {
  return practisedAt === null ? 0 : 1;
}

/** Under this a repetition trains memory of the last take rather than the explanation. */
const LEAST_DAYS = 3;
const DAY_MS = 86_400_000;

/** What was practised longest ago, once that is some days back; null: nothing was. */
export function dueAgain(
  prompts: readonly Prompt[],
  practised: ReadonlyMap<PromptId, EpochMs>,
  now: EpochMs,
): Suggestion | null {
  const due = prompts
    .flatMap((prompt) => {
      const practisedAt = practised.get(prompt.id);
      return practisedAt === undefined ? [] : [{ prompt, practisedAt }];
    })
    .filter(({ practisedAt }) => now - practisedAt >= LEAST_DAYS * DAY_MS)
    .toSorted((a, b) => a.practisedAt - b.practisedAt);
  return due[0] ?? null;
}
