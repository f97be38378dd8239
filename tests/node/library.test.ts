import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PromptId } from '../../src/domain/ids.ts';
import type { Prompt } from '../../src/domain/prompt.ts';
import { decodeCatalog } from '../../src/library/catalog.ts';
import { dueAgain, suggest } from '../../src/library/next.ts';
import { matches } from '../../src/library/search.ts';

const shipped = readFileSync(resolve('src/library/prompts.json'), 'utf8');
const original = resolve('../shared/content/prompts.json');
const catalog = decodeCatalog(JSON.parse(shipped));
const DAY_MS = 86_400_000;

test('the catalogue decodes: 54 prompts with ids of their own, in categories there are', () => {
  expect(catalog.prompts).toHaveLength(54);
  expect(new Set(catalog.prompts.map(({ id }) => id)).size).toBe(54);
  const categories = new Set(catalog.categories.map(({ id }) => id));
  for (const { category, covers } of catalog.prompts) {
    expect(categories).toContain(category);
    expect(covers.length).toBeGreaterThan(0);
  }
});

test('the catalogue is the one it was copied from', ({ skip }) => {
  if (!existsSync(original)) skip('The folder with the original content is not beside this one.');
  expect(shipped).toBe(readFileSync(original, 'utf8'));
});

test.for([
  {},
  { schemaVersion: 2, categories: [], prompts: [] },
  { schemaVersion: 1, categories: [], prompts: [{}] },
])('what is no catalogue is refused (%#)', (input) => {
  expect(() => decodeCatalog(input)).toThrow();
});

function aPrompt(id: string, category: string): Prompt {
  const texts = { title: id, question: `${id}?`, kind: 'concept' as const };
  return { id: id as PromptId, ...texts, category, targetSec: 300, covers: [], followUps: {} };
}

const library = fc
  .array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 12 })
  .map((categories) => categories.map((category, index) => aPrompt(`p${index}`, category)));
const history = fc
  .array(fc.tuple(fc.nat(14), fc.integer({ min: 1, max: 1e12 })), { maxLength: 12 })
  .map((pairs) => new Map(pairs.map(([index, at]) => [`p${index}` as PromptId, at])));

test('one suggestion of each category, what is new before what is not', () => {
  fc.assert(
    fc.property(library, history, (prompts, practised) => {
      const suggestions = suggest(prompts, practised);
      const categories = suggestions.map(({ prompt }) => prompt.category);
      expect(new Set(categories)).toEqual(new Set(prompts.map((prompt) => prompt.category)));
      expect(categories).toHaveLength(new Set(categories).size);
      const isOld = suggestions.map(({ practisedAt }) => Number(practisedAt !== null));
      expect(isOld).toEqual(isOld.toSorted((a, b) => a - b));
      for (const { prompt, practisedAt } of suggestions) {
        expect(practisedAt).toBe(practised.get(prompt.id) ?? null);
        const others = prompts.filter(({ category }) => category === prompt.category);
        const oldest = Math.min(...others.map(({ id }) => practised.get(id) ?? 0));
        expect(practisedAt ?? 0).toBe(oldest);
      }
    }),
  );
});

test('categories take turns: whatever was just practised, the next prompt is of another category', () => {
  const practised = new Map<PromptId, number>();
  let last: string | null = null;
  for (let turn = 1; turn <= 60; turn += 1) {
    const [next] = suggest(catalog.prompts, practised);
    if (next === undefined) throw new Error('Nothing to practise');
    expect(next.prompt.category).not.toBe(last);
    last = next.prompt.category;
    practised.set(next.prompt.id, turn);
    if (practised.size > 36) break;
  }
});

test('what was practised longest ago comes again, after some days', () => {
  const prompts = [aPrompt('p0', 'a'), aPrompt('p1', 'a'), aPrompt('p2', 'b')];
  const now = 100 * DAY_MS;
  const at = (daysAgo: readonly number[]) =>
    new Map(daysAgo.map((days, index) => [`p${index}` as PromptId, now - days * DAY_MS]));
  expect(dueAgain(prompts, at([]), now)).toBeNull();
  expect(dueAgain(prompts, at([1, 2]), now)).toBeNull();
  expect(dueAgain(prompts, at([4, 9, 5]), now)?.prompt.id).toBe('p1');
});

test('search wants every word, in any order, whatever the case and the accents', () => {
  fc.assert(
    fc.property(fc.lorem({ maxCount: 6 }), (text) => {
      const words = text.replaceAll('.', '').split(' ');
      expect(matches(words.toReversed().join('  ').toUpperCase(), [text])).toBe(true);
    }),
  );
  expect(matches('', ['anything'])).toBe(true);
  expect(matches('  ', ['anything'])).toBe(true);
  expect(matches('creme brulee', ['Crème', 'brûlée'])).toBe(true);
  expect(matches('crème', ['creme'])).toBe(true);
  expect(matches('one three', ['one', 'two'])).toBe(false);
});
