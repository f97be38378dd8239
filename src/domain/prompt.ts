import type { PromptId } from './ids.ts';
import type { StepId } from './step.ts';
import type { EpochMs } from './timeline.ts';

export const PROMPT_KINDS = ['experience', 'concept', 'design'] as const;
export type PromptKind = (typeof PROMPT_KINDS)[number];

/** What is to be explained. */
export type Prompt = {
  readonly id: PromptId;
  readonly title: string;
  readonly question: string;
  readonly kind: PromptKind;
  /** A category id of the library; own prompts stand under `own`. */
  readonly category: string;
  /** Length to aim at, in seconds. */
  readonly targetSec: number;
  readonly covers: readonly { readonly id: string; readonly text: string }[];
  readonly followUps: Partial<Readonly<Record<StepId, string>>>;
  /** Built-in prompts only: what depends on a version. */
  readonly caveat?: string;
};

/** A prompt the person wrote; it can be edited and deleted. */
export type OwnPrompt = Prompt & {
  readonly category: 'own';
  readonly createdAt: EpochMs;
  readonly updatedAt: EpochMs;
};

/** The copy an attempt keeps: prompts may be edited or deleted later. */
export type FrozenPrompt = Pick<Prompt, 'title' | 'question' | 'kind' | 'covers' | 'followUps'>;

export function freezePrompt({ title, question, kind, covers, followUps }: Prompt): FrozenPrompt {
  return { title, question, kind, covers, followUps };
}

/** Stands for no prompt of the library. Attempts at it have their own titles and nothing else in common. */
export const OTHER_PROMPT_ID = 'other' as PromptId;
