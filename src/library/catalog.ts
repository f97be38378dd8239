import * as v from 'valibot';
import type { PromptId } from '../domain/ids.ts';
import { PROMPT_KINDS, type Prompt, type PromptKind } from '../domain/prompt.ts';
import type { Archive } from '../storage/archive.ts';

/** A prompt that ships with the app. */
export type BuiltInPrompt = Prompt & { readonly tags: readonly string[] };

export type Category = { readonly id: string; readonly label: string };

/** The built-in prompts, in the order in which they are best met. */
export type Catalog = {
  readonly categories: readonly Category[];
  readonly prompts: readonly BuiltInPrompt[];
};

/** One word each, for lists. */
export const KIND_WORDS: Readonly<Record<PromptKind, string>> = {
  experience: 'Story',
  concept: 'Concept',
  design: 'Design',
};

/** Where the person's own prompts stand. */
export const OWN_CATEGORY: Category = { id: 'own', label: 'Your own' };

export const KIND_LABELS: Readonly<Record<PromptKind, string>> = {
  experience: 'A real story',
  concept: 'How something works',
  design: 'A system or plan to choose',
};

const text = v.pipe(v.string(), v.nonEmpty());
const promptId = v.pipe(
  text,
  v.transform((id) => id as PromptId),
);
const followUp = v.exactOptional(text);

const Source = v.object({
  schemaVersion: v.literal(1),
  categories: v.array(v.object({ id: text, label: text })),
  prompts: v.array(
    v.object({
      id: promptId,
      title: text,
      question: text,
      kind: v.picklist(PROMPT_KINDS),
      category: text,
      targetSec: v.pipe(v.number(), v.gtValue(0)),
      tags: v.array(text),
      covers: v.array(v.object({ id: text, text })),
      followUps: v.object({
        situation: followUp,
        approach: followUp,
        tradeoffs: followUp,
        results: followUp,
        next: followUp,
      }),
      caveat: v.exactOptional(text),
    }),
  ),
});

/**
 * Reads a catalogue in the form of `prompts.json`.
 *
 * @throws ValiError when it is not one: the built-in file is code, so that is a bug
 */
export function decodeCatalog(input: unknown): Catalog {
  const { categories, prompts } = v.parse(Source, input);
  return { categories, prompts };
}

let loaded: Promise<Catalog> | null = null;

/** The catalogue that ships with the app; a chunk of its own, fetched once. */
export function loadCatalog(): Promise<Catalog> {
  loaded ??= import('./prompts.json').then((module: { readonly default: unknown }) =>
    decodeCatalog(module.default),
  );
  loaded.catch(() => {
    loaded = null;
  });
  return loaded;
}

/** A prompt by its id, built in or the person's own; null when there is none. */
export async function findPrompt(archive: Archive, id: PromptId): Promise<Prompt | null> {
  const { prompts } = await loadCatalog();
  return prompts.find((prompt) => prompt.id === id) ?? (await archive.prompts.get(id));
}
