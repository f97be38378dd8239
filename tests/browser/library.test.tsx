import { expect, onTestFinished, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { freezePrompt } from '../../src/domain/prompt.ts';
import { loadCatalog } from '../../src/library/catalog.ts';
import type { Archive } from '../../src/storage/archive.ts';
import { StorageError } from '../../src/storage/errors.ts';
import {
  aChunk,
  anEmptyArchive,
  anOwnPrompt,
  anUnfinishedAttempt,
  aReview,
  keepAnAttempt,
} from '../support/factories.ts';
import { expectGoodLooks, openApp } from './app.tsx';

const practise = () => page.getByRole('link', { name: /^Practise: / });
const names = () =>
  practise()
    .elements()
    .map((link) => link.getAttribute('aria-label') ?? link.textContent);

async function keepAt(archive: Archive, id: string, daysAgo: number) {
  const { prompts } = await loadCatalog();
  const prompt = prompts.find((candidate) => candidate.id === id);
  if (prompt === undefined) throw new Error(`No prompt ${id}`);
  return keepAnAttempt(archive, {
    promptId: prompt.id,
    prompt: freezePrompt(prompt),
    startedAt: Date.now() - daysAgo * 86_400_000,
  });
}

test('the first visit says what this is and offers three prompts of three categories', async () => {
  await openApp(await anEmptyArchive(), '/');
  await expect.poll(() => names().length).toBe(3);
  await expect.element(page.getByText('no account, no upload', { exact: false })).toBeVisible();
  await expect.element(page.getByRole('list', { name: '5 minutes, step by step' })).toBeVisible();
  await expect.element(page.getByRole('region', { name: 'Recovered takes' })).not.toBeInTheDocument();
  const { prompts } = await loadCatalog();
  const offered = names().map(
    (name) => prompts.find((prompt) => name === `Practise: ${prompt.title}`)?.category,
  );
  expect(new Set(offered).size).toBe(3);
  await expectGoodLooks();
});

test('the next prompt is of another category than the last, and says why', async () => {
  const archive = await anEmptyArchive();
  await keepAt(archive, 'py-gil', 5);
  await openApp(archive, '/');
  await expect.element(page.getByText('New · ML & LLM operations', { exact: true })).toBeVisible();
  await expect.element(page.getByText('no account, no upload', { exact: false })).not.toBeInTheDocument();
  await expect
    .element(page.getByRole('link', { name: 'Practise: What the GIL protects and what it does not' }))
    .toBeVisible();
  await expectGoodLooks();
});

test('unfinished reviews wait with how far they are', async () => {
  const archive = await anEmptyArchive();
  const draft = await keepAt(archive, 'py-gil', 1);
  const locked = await keepAt(archive, 'llm-judge', 2);
  await archive.reviews.put(aReview({ attemptId: draft.id }));
  await archive.reviews.put(aReview({ attemptId: locked.id, lockedAt: Date.now() }));
  const router = await openApp(archive, '/');
  await expect.element(page.getByText('2 of 6 · 9 missing')).toBeVisible();
  expect(page.getByRole('link', { name: /^Finish scoring/ }).elements()).toHaveLength(1);
  await page
    .getByRole('link', {
      name: /^Finish scoring: What the GIL protects and what it does not recorded yesterday/,
    })
    .click();
  await expect.poll(() => router.state.location.pathname).toBe(`/attempts/${draft.id}`);
});

/** A take of 3 min 12 s that nobody finished. */
async function anOrphan(archive: Archive) {
  const attempt = anUnfinishedAttempt({ startedAt: Date.now() - 86_400_000 });
  await archive.attempts.begin(attempt);
  await archive.attempts.append(aChunk({ attemptId: attempt.id, clockEndMs: 192_000 }));
  return attempt;
}

test('a recovered take can be reviewed, continued, and deleted with undo', async () => {
  const archive = await anEmptyArchive();
  const orphan = await anOrphan(archive);
  const router = await openApp(archive, '/');
  const kept = page.getByRole('region', { name: 'Recovered takes' });
  const review = kept.getByRole('link', { name: /^Review Idempotency, yesterday \d\d:\d\d, 3:12$/ });
  await expect.element(review).toHaveAttribute('href', `/attempts/${orphan.id}`);
  await expect.element(kept.getByText('Recovered: 3:12 of “Idempotency”.')).toBeVisible();
  await expectGoodLooks();
  await kept.getByRole('button', { name: /^Delete Idempotency, yesterday/ }).click();
  await expect.element(kept).not.toBeInTheDocument();
  await page.getByRole('button', { name: 'Undo' }).click();
  await kept.getByRole('button', { name: /^Continue Idempotency, yesterday/ }).click();
  await expect.poll(() => router.state.location.pathname).toBe('/practice/idempotency');
  expect(router.state.location.search).toBe(`?continue=${orphan.id}`);
});

test('the library lists every prompt by category, with when it was last practised', async () => {
  await page.viewport(1280, 800);
  const archive = await anEmptyArchive();
  await keepAt(archive, 'py-gil', 1);
  await openApp(archive, '/prompts');
  const { categories, prompts } = await loadCatalog();
  await expect.element(page.getByText('54 prompts')).toBeVisible();
  for (const { id, label } of categories) {
    const list = page.getByRole('list', { name: label });
    const count = prompts.filter((prompt) => prompt.category === id).length;
    expect(list.getByRole('listitem').elements()).toHaveLength(count);
    await expect.element(page.getByRole('heading', { name: `${label} ${count}` })).toBeVisible();
  }
  await expect.element(page.getByText('Practised yesterday')).toBeVisible();
  await expectGoodLooks();
});

test('search finds as one types, whatever the case and the accents, in titles, questions and tags', async () => {
  const archive = await anEmptyArchive();
  await archive.prompts.put(anOwnPrompt({ title: 'Le cafétéria naïve' }));
  await openApp(archive, '/prompts');
  const search = page.getByRole('searchbox', { name: 'Search' });
  await search.fill('CAFETERIA naive');
  await expect.element(page.getByText('1 of 55 prompts')).toBeVisible();
  await expect.element(page.getByRole('link', { name: 'Le cafétéria naïve' })).toBeVisible();
  await search.fill('cpython gc');
  await expect
    .element(page.getByRole('link', { name: 'Reference counting and the cycle collector' }))
    .toBeVisible();
  await search.fill('<nothing>');
  await expect.element(page.getByText('No prompt has all of these words.')).toBeVisible();
  await expectGoodLooks();
  await page.getByRole('button', { name: 'Show all prompts' }).click();
  await expect.element(page.getByText('55 prompts')).toBeVisible();
  await expect.element(search).toHaveFocus();
});

/** An archive with one own prompt, and its page. */
async function anOwnPromptsPage(change: (archive: Archive) => Archive = (archive) => archive) {
  await page.viewport(1280, 800);
  const archive = await anEmptyArchive();
  const own = anOwnPrompt({ targetSec: 100 });
  await archive.prompts.put(own);
  const router = await openApp(change(archive), `/prompts/${own.id}`);
  return { archive, own, router };
}

const button = (name: string) => page.getByRole('button', { name, exact: true });

test('an undo that stands lets the search be typed in, and is not offered again', async () => {
  const { own, router } = await anOwnPromptsPage();
  await button('Delete').click();
  await expect.poll(() => router.state.location.pathname).toBe('/prompts');
  await expect.element(page.getByText(`Deleted “${own.title}”. Its attempts stay.`)).toBeVisible();
  await page.getByRole('searchbox', { name: 'Search' }).click();
  await userEvent.keyboard('gil');
  await expect.element(page.getByRole('searchbox', { name: 'Search' })).toHaveValue('gil');
  await expect.element(button('Undo')).toBeVisible();
  expect(router.state.location.state).toBeNull();
});

test('what was deleted for good in the meantime is not taken back in silence', async () => {
  const { archive } = await anOwnPromptsPage();
  await button('Delete').click();
  await expect.element(button('Undo')).toBeVisible();
  await archive.purgeTrash(Date.now() + 1);
  await button('Undo').click();
  await expect.element(page.getByRole('alert')).toMatchTextContent(/can no longer be taken back/);
  await button('Dismiss').click();
  await expect.element(page.getByRole('heading', { level: 1 })).toHaveFocus();
});

const isFull = () => Promise.reject(new StorageError('full'));

test('a prompt that cannot be deleted is still there, and says so', async () => {
  const { own, router } = await anOwnPromptsPage((archive) => ({
    ...archive,
    prompts: { ...archive.prompts, remove: isFull },
  }));
  await button('Delete').click();
  await expect.element(page.getByRole('alert')).toMatchTextContent(/The disk is full/);
  expect(router.state.navigation.state).toBe('idle');
  expect(router.state.location.pathname).toBe(`/prompts/${own.id}`);
  await expect.element(button('Undo')).not.toBeInTheDocument();
});

test('a prompt that cannot be saved says so where it is being written', async () => {
  await anOwnPromptsPage((archive) => ({ ...archive, prompts: { ...archive.prompts, put: isFull } }));
  await button('Edit').click();
  const dialog = page.getByRole('dialog', { name: 'Edit prompt' });
  await dialog.getByRole('button', { name: 'Save prompt' }).click();
  await expect.element(dialog.getByRole('alert')).toMatchTextContent(/The disk is full/);
  await expectGoodLooks();
  await dialog.getByRole('button', { name: 'Dismiss' }).click();
  await expect.element(dialog.getByRole('textbox', { name: 'Title' })).toHaveFocus();
});

test('what was typed is not thrown away without asking', async () => {
  const { archive, own } = await anOwnPromptsPage();
  await button('Edit').click();
  const dialog = page.getByRole('dialog', { name: 'Edit prompt' });
  const minutes = dialog.getByRole('spinbutton', { name: 'Target length (minutes)' });
  await expect.element(minutes).toHaveValue(1.67);
  await userEvent.keyboard('{Escape}');
  await expect.element(dialog).not.toBeInTheDocument();
  await button('Edit').click();
  await dialog.getByRole('textbox', { name: 'Title' }).fill('Another');
  await userEvent.keyboard('{Escape}');
  const question = page.getByRole('dialog', { name: 'Throw away what you wrote?' });
  await question.getByRole('button', { name: 'Keep writing' }).click();
  await expect.element(dialog.getByRole('textbox', { name: 'Title' })).toHaveValue('Another');
  await dialog.getByRole('button', { name: 'Save prompt' }).click();
  await expect.element(dialog).not.toBeInTheDocument();
  expect(await archive.prompts.get(own.id)).toMatchObject({ title: 'Another', targetSec: 100 });
});

test('Save pressed twice writes one prompt', async () => {
  const archive = await anEmptyArchive();
  await openApp(archive, '/prompts');
  await button('New prompt').click();
  await page.getByRole('textbox', { name: 'Title' }).fill('One');
  await page.getByRole('textbox', { name: 'Question' }).fill('Two?');
  const save = button('Save prompt').element() as HTMLButtonElement;
  save.click();
  save.click();
  await expect.element(page.getByRole('dialog')).not.toBeInTheDocument();
  expect(await archive.prompts.list()).toHaveLength(1);
});

test('an own prompt is written, checked, shown as text, changed, and deleted with undo', async () => {
  await page.viewport(1280, 800);
  const archive = await anEmptyArchive();
  const router = await openApp(archive, '/prompts');
  await page.getByRole('button', { name: 'New prompt' }).click();
  const dialog = page.getByRole('dialog', { name: 'New prompt' });
  await expect.element(dialog.getByRole('textbox', { name: 'Title' })).toHaveFocus();
  await dialog.getByRole('textbox', { name: 'Question' }).fill('Why is it slow?');
  await dialog.getByRole('button', { name: 'Save prompt' }).click();
  await expect.element(dialog.getByRole('textbox', { name: 'Title' })).toHaveFocus();
  await expect.element(dialog.getByText('Give the prompt a title', { exact: false })).toBeVisible();
  await expectGoodLooks();
  await dialog.getByRole('textbox', { name: 'Title' }).fill('  Our <b>build</b> ');
  await dialog.getByRole('combobox', { name: 'Kind' }).selectOptions('A system or plan to choose');
  await dialog.getByRole('spinbutton', { name: 'Target length (minutes)' }).fill('2');
  await dialog
    .getByRole('textbox', { name: 'Points to cover' })
    .fill('Cache key\n\n  Cold start \nCache key');
  await dialog.getByRole('button', { name: 'Save prompt' }).click();
  await expect.element(dialog).not.toBeInTheDocument();
  const [saved] = await archive.prompts.list();
  expect(saved).toMatchObject({
    title: 'Our <b>build</b>',
    question: 'Why is it slow?',
    kind: 'design',
    category: 'own',
    targetSec: 120,
  });
  expect(saved?.covers.map((point) => point.text)).toEqual(['Cache key', 'Cold start']);

  await page.getByRole('link', { name: 'Our <b>build</b>' }).click();
  await expect.element(page.getByRole('heading', { level: 1, name: 'Our <b>build</b>' })).toHaveFocus();
  await expect.element(page.getByRole('link', { name: 'Practise: Our <b>build</b>' })).toBeVisible();
  await expectGoodLooks();
  await page.getByRole('button', { name: 'Edit' }).click();
  const edit = page.getByRole('dialog', { name: 'Edit prompt' });
  await edit.getByRole('textbox', { name: 'Points to cover' }).fill('Cold start\nWhat it cost');
  await edit.getByRole('button', { name: 'Save prompt' }).click();
  await expect.element(edit).not.toBeInTheDocument();
  const [changed] = await archive.prompts.list();
  expect(changed?.covers[0]).toEqual(saved?.covers[1]);
  expect(changed?.covers[1]?.id).not.toBe(saved?.covers[0]?.id);
  expect(changed?.createdAt).toBe(saved?.createdAt);

  await page.getByRole('button', { name: 'Delete' }).click();
  await expect.poll(() => router.state.location.pathname).toBe('/prompts');
  await expect.element(page.getByText('54 prompts')).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.element(page.getByRole('link', { name: 'Our <b>build</b>' })).toBeVisible();
  await expect.element(page.getByRole('button', { name: 'Undo' })).not.toBeInTheDocument();
});

test('a length that makes no sense is refused next to its field', async () => {
  await openApp(await anEmptyArchive(), '/prompts');
  await page.getByRole('button', { name: 'New prompt' }).click();
  await page.getByRole('textbox', { name: 'Title' }).fill('One');
  await page.getByRole('textbox', { name: 'Question' }).fill('Two?');
  const length = page.getByRole('spinbutton', { name: 'Target length (minutes)' });
  for (const bad of ['', '0', '-3', '61', '1e9']) {
    await length.fill(bad);
    await page.getByRole('button', { name: 'Save prompt' }).click();
    await expect.element(length).toBeInvalid();
  }
  await expect.element(length).toHaveAccessibleDescription('Give a length from 0.5 to 60 minutes.');
});

test('the page of a prompt lists the attempts at it and no others', async () => {
  const archive = await anEmptyArchive();
  await keepAt(archive, 'py-gil', 2);
  await keepAt(archive, 'py-gil', 1);
  await keepAt(archive, 'llm-judge', 3);
  await openApp(archive, '/prompts/py-gil');
  const rows = () => page.getByRole('table', { name: 'Attempts' }).getByRole('row').elements();
  await expect.poll(() => rows().length).toBe(3);
  await page.getByRole('button', { name: /^Delete .*, yesterday, \d\d:\d\d$/ }).click();
  await expect.poll(() => rows().length).toBe(2);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => rows().length).toBe(3);
  await expectGoodLooks();
});

test('a word that never ends scrolls nothing sideways', async () => {
  const archive = await anEmptyArchive();
  const word = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft';
  const own = anOwnPrompt({ title: word, question: `${word}?` });
  await archive.prompts.put(own);
  await keepAnAttempt(archive, { promptId: own.id, prompt: freezePrompt(own) });
  await archive.attempts.begin(anUnfinishedAttempt({ promptId: own.id, prompt: freezePrompt(own) }));
  const router = await openApp(archive, '/');
  for (const path of ['/', '/prompts', `/prompts/${own.id}`, '/history']) {
    await router.navigate(path);
    await expect.element(page.getByText(word, { exact: false }).first()).toBeVisible();
    await expectGoodLooks();
  }
});

test('a prompt practised before it was deleted keeps its attempts in history', async () => {
  const archive = await anEmptyArchive();
  const own = anOwnPrompt();
  await archive.prompts.put(own);
  await keepAnAttempt(archive, { promptId: own.id, prompt: freezePrompt(own) });
  await archive.prompts.remove(own.id);
  await openApp(archive, '/history');
  await expect.element(page.getByRole('link', { name: own.title })).toBeVisible();
  onTestFinished(() => page.viewport(1280, 800));
});
