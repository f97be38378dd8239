import type { Outline } from '../domain/attempt.ts';
import type { PromptId } from '../domain/ids.ts';
import { STEP_IDS } from '../domain/step.ts';

/**
 * The outline being written for a prompt: it survives a reload and leaving the page, for as long as the
 * tab lives. A finished take has its own copy and clears the draft, because the next take starts cold.
 * Where the browser keeps no session data the draft lasts as long as the page.
 */
export function readOutlineDraft(promptId: PromptId): Outline {
  const stored = parse(orNull(() => sessionStorage.getItem(keyOf(promptId))));
  return Object.fromEntries(
    STEP_IDS.flatMap((step) => {
      const text = stored[step];
      return typeof text === 'string' ? [[step, text]] : [];
    }),
  );
}

export function writeOutlineDraft(promptId: PromptId, outline: Outline): void {
  orNull(() => sessionStorage.setItem(keyOf(promptId), JSON.stringify(outline)));
}

export function clearOutlineDraft(promptId: PromptId): void {
  orNull(() => sessionStorage.removeItem(keyOf(promptId)));
}

function keyOf(promptId: PromptId): string {
  return `talkthrough.outline.${promptId}`;
}

function parse(text: string | null): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(text ?? '{}');
  return typeof value === 'object' ? { ...value } : {};
}

/** Browsers throw at the mere mention of session storage when site data is blocked, and when it is full. */
function orNull<Value>(action: () => Value): Value | null {
  try {
    return action();
  } catch {
    return null;
  }
}
