import { expect, onTestFinished, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { builtInRubric } from '../../src/rubric/definition.ts';
import { readRubricFile, rubricFile } from '../../src/rubric/file.ts';
import { rubricInUse } from '../../src/rubric/in-use.ts';
import source from '../../src/rubric/rubric.json' with { type: 'json' };
import type { Archive } from '../../src/storage/archive.ts';
import { StorageError } from '../../src/storage/errors.ts';
import { openArchive } from '../../src/storage/open-archive.ts';
import { anEmptyArchive } from '../support/factories.ts';
import { anOwnRubric, onlyDepth, otherWords, sixCriteria } from '../support/own-rubric.ts';
import { expectGoodLooks, openApp } from './app.tsx';
import { form, LONG, openReview, patiently, radio } from './open-review.ts';

/** The page as it is first seen in a tab. */
async function openRubric(change: (archive: Archive) => Archive = (same) => same) {
  sessionStorage.clear();
  const archive = await anEmptyArchive();
  const router = await openApp(change(archive), '/settings/rubric');
  return { archive, router };
}

const field = (path: string) => document.querySelector<HTMLInputElement>(`[name="${CSS.escape(path)}"]`);
const save = () => page.getByRole('button', { name: 'Save as a new version' });
const fold = (name: string) => page.getByText(name, { exact: true });
const said = (path: string) =>
  (field(path)?.getAttribute('aria-describedby') ?? '')
    .split(' ')
    .map((id) => document.getElementById(id)?.textContent)
    .join(' ');

async function openCell(step: string, criterion: string) {
  await fold(`${step.charAt(0)} ${step}`).click();
  const cell = [...document.querySelectorAll('summary')].find(
    (summary) => summary.checkVisibility() && summary.textContent.startsWith(` ${criterion}: ${step}`),
  );
  if (cell === undefined) throw new Error(`No ${criterion} of ${step}`);
  await userEvent.click(cell);
}

async function type(path: string, text: string) {
  const element = field(path);
  if (element === null) throw new Error(`No ${path}`);
  await userEvent.fill(element, text);
}

async function choose(file: Blob, name = 'rubric.json') {
  const input = document.querySelector<HTMLInputElement>('input[type=file]');
  if (input === null) throw new Error('No file input');
  await userEvent.upload(input, new File([file], name, { type: 'application/json' }));
}

test('settings lead to the rubric', async () => {
  await openApp(await anEmptyArchive(), '/settings');
  await page.getByRole('link', { name: 'Change what is scored' }).click();
  await expect.element(page.getByRole('heading', { level: 1, name: 'Rubric' })).toBeVisible();
  await expect.element(page.getByText('In use: Built-in rubric')).toBeVisible();
  await expectGoodLooks();
});

test('a text that is changed is a new version, in use from then on, and the built-in one stays', async () => {
  const { archive } = await openRubric();
  await openCell('Situation', 'Clarity');
  await expect.element(save()).not.toBeInTheDocument();
  await type('cells.clarity.situation.levels.4', 'All of it <b>in bold</b>.');
  await expect.element(page.getByText('1 change not saved.')).toBeVisible();
  await expectGoodLooks();
  await save().click();
  await expect.element(page.getByText(/^In use: Version of today/)).toBeVisible();
  await expect.element(save()).not.toBeInTheDocument();
  const own = await rubricInUse(archive);
  expect(own).toMatchObject({ id: 'own-rubric', title: builtInRubric.title });
  expect(own.cells.find(({ id }) => id === 'clarity.situation')?.levels[4]).toBe('All of it <b>in bold</b>.');
  // The hash of the content: what the editor makes of the same words elsewhere is the same version.
  expect(own.version).toBe((await anOwnRubric(otherWords)).version);
  const versions = page.getByRole('list', { name: 'Versions' }).getByRole('listitem');
  expect(versions.elements()).toHaveLength(2);
  await page.getByRole('button', { name: 'Reset to the built-in one' }).click();
  await expect.element(page.getByText('In use: Built-in rubric').first()).toBeVisible();
  expect(await archive.settings.get('rubric')).toEqual({ inUse: null });
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => archive.settings.get('rubric')).toMatchObject({ inUse: { version: own.version } });
  expect(await archive.rubrics.list()).toHaveLength(1);
});

test('a review goes on under the version it began with', async () => {
  const { archive, attempt, router } = await openReview({
    ...LONG,
    review: { scores: { 'clarity.next': 2 } },
  });
  const own = await anOwnRubric(sixCriteria);
  await archive.rubrics.add(own);
  await archive.settings.put('rubric', { inUse: { id: own.id, version: own.version } });
  await router.navigate('/history');
  await expect.element(page.getByRole('columnheader', { name: 'Structure' })).toBeVisible();
  await router.navigate(`/attempts/${attempt.id}`);
  await expect.element(radio('Clarity: Next', '2 Partial')).toBeChecked();
  expect(form().getByRole('radiogroup').elements()).toHaveLength(15);
});

test('a draft survives leaving the page and a reload, and can be discarded and had back', async () => {
  const { router } = await openRubric();
  await type('criteria.pacing.label', 'Timing');
  await router.navigate('/settings');
  await openApp(await openArchive(), '/settings/rubric');
  await expect.poll(() => field('criteria.pacing.label')?.value).toBe('Timing');
  await page.getByRole('button', { name: 'Discard changes' }).click();
  await expect.poll(() => field('criteria.pacing.label')?.value).toBe('Pacing');
  expect(sessionStorage.length).toBe(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => field('criteria.pacing.label')?.value).toBe('Timing');
  await type('criteria.pacing.label', 'Pacing');
  await expect.element(save()).not.toBeInTheDocument();
});

test('what is wrong is said beside its field, the first one has the focus, and nothing is stored', {
  timeout: 60_000,
}, async () => {
  const { archive } = await openRubric();
  await openCell('Results', 'Technical depth');
  await type('cells.depth.results.levels.3', '  ');
  await fold('R Results').click();
  await type('criteria.pacing.weight', '0');
  await type('criteria.depth.label', 'Clarity');
  await type('budgets.300.next', '2.5');
  await type('aims.600', '101');
  await save().click();
  await expect.poll(() => document.activeElement).toBe(field('criteria.pacing.weight'));
  await expect.element(page.getByText(/6 fields need something first\./)).toBeVisible();
  expect(said('criteria.pacing.weight')).toMatch(/Give a share from 0.1 to 100 %\./);
  expect(said('criteria.depth.label')).toMatch(/Another criterion has this name\./);
  expect(said('budgets.300.next')).toMatch(/Give whole seconds over 0\./);
  expect(said('aims.600')).toMatch(/Give a score from 0 to 100\./);
  await expect.element(page.getByText('1 to put right').first()).toBeVisible();
  await expectGoodLooks();
  await type('criteria.pacing.weight', '20');
  await type('criteria.depth.label', 'Technical depth');
  await save().click();
  // Folded away when it was found: the step and the cell open for it.
  await expect.poll(() => document.activeElement).toBe(field('cells.depth.results.levels.3'));
  expect(said('cells.depth.results.levels.3')).toMatch(/This text is missing\./);
  expect(await archive.rubrics.list()).toEqual([]);
});

test('shares that are not 100 % say what they come to, and budgets are filled up at a press', async () => {
  const { archive } = await openRubric();
  await type('criteria.pacing.weight', '40');
  await expect
    .element(
      page.getByText('120 % in all. Each counts by its part of that: Clarity 29.2 %, Pacing 33.3 %', {
        exact: false,
      }),
    )
    .toBeVisible();
  await type('budgets.300.next', '20');
  await expect.element(page.getByText('290 of 300 s: 10 s are left over.')).toBeVisible();
  await page.getByRole('button', { name: 'Fit to 5 minutes' }).click();
  await expect.element(page.getByText('300 s, all of it.')).toBeVisible();
  await save().click();
  await expect.poll(async () => (await archive.rubrics.list()).length).toBe(1);
  const [own] = await archive.rubrics.list();
  expect(own?.criteria.map(({ weight }) => weight)).toEqual([0.2917, 0.3333, 0.375]);
  expect(own?.budgets['300']).toEqual({ situation: 46, approach: 93, tradeoffs: 78, results: 62, next: 21 });
});

test('criteria are added complete, removed with a way back, and the last one stays', async () => {
  const { archive } = await openRubric();
  await page.getByRole('button', { name: 'Remove Pacing' }).click();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.element(page.getByRole('button', { name: 'Remove Pacing' })).toBeVisible();
  await page.getByRole('button', { name: 'Remove Pacing' }).click();
  await page.getByRole('button', { name: 'Remove Clarity' }).click();
  await expect.element(page.getByText('The last criterion stays.')).toBeVisible();
  await expect.element(page.getByRole('button', { name: /^Remove / })).not.toBeInTheDocument();
  await page.getByRole('button', { name: 'Put back Pacing' }).click();
  await page.getByRole('button', { name: 'Add a criterion' }).click();
  await expect
    .poll(() => document.activeElement?.getAttribute('name'))
    .toMatch(/^criteria\.own-[0-9a-f]{8}\.label$/);
  await userEvent.keyboard('{Control>}a{/Control}Evidence');
  await expect.element(page.getByRole('button', { name: 'Remove Evidence' })).toBeVisible();
  await expectGoodLooks();
  await save().click();
  await expect.poll(async () => (await archive.rubrics.list()).length).toBe(1);
  const [own] = await archive.rubrics.list();
  expect(own?.criteria.map(({ label }) => label)).toEqual(['Technical depth', 'Pacing', 'Evidence']);
  expect(own?.cells).toHaveLength(15);
  const pacing = (cells: typeof builtInRubric.cells = []) =>
    cells.filter(({ criterion }) => criterion === 'pacing');
  expect(pacing(own?.cells)).toEqual(pacing(builtInRubric.cells));
});

test('a version that cannot be stored is a fault in words, and the draft stays', async () => {
  await openRubric((archive) => ({
    ...archive,
    rubrics: { ...archive.rubrics, add: () => Promise.reject(new StorageError('full')) },
  }));
  await type('title', 'Mine');
  await save().click();
  await expect.element(page.getByRole('alert')).toMatchTextContent(/The disk is full/);
  expect(field('title')?.value).toBe('Mine');
  await expect.element(save()).toBeVisible();
});

test('switching versions asks before it discards a draft', async () => {
  sessionStorage.clear();
  const archive = await anEmptyArchive();
  await archive.rubrics.add(await anOwnRubric(onlyDepth));
  await openApp(archive, '/settings/rubric');
  await type('title', 'Mine');
  const use = page.getByRole('button', { name: /^Use this version: Version of/ });
  await use.click();
  await page.getByRole('button', { name: 'Keep editing' }).click();
  expect(field('title')?.value).toBe('Mine');
  await use.click();
  await page.getByRole('button', { name: 'Discard and switch' }).click();
  await expect.element(page.getByText('The last criterion stays.')).toBeVisible();
  await expect.poll(() => field('title')?.value).toBe(builtInRubric.title);
});

test('a file that is wrong is refused whole, with all that is wrong in it', async () => {
  const { archive } = await openRubric();
  const file = structuredClone(source);
  file.cells.splice(4, 1);
  Object.assign(file.criteria[0] ?? {}, { weight: 0 });
  Object.assign(file.levels[0] ?? {}, { value: 5 });
  await choose(new Blob([JSON.stringify(file)]), 'mine.json');
  await expect.element(page.getByRole('dialog', { name: 'This file is not used' })).toBeVisible();
  const alert = page.getByRole('alert');
  await expect.element(alert).toMatchTextContent(/3 things are wrong in it/);
  for (const problem of [
    'cells → Clarity: Next is missing',
    'criteria → Clarity → weight: expected a number over 0, got 0',
    'levels → level 5 → value: 5 is not one of 4, 3, 2, 1',
  ])
    await expect.element(alert).toMatchTextContent(problem);
  await expectGoodLooks();
  await page.getByRole('button', { name: 'Close' }).click();
  await expect.element(page.getByRole('dialog')).not.toBeInTheDocument();
  await choose(new Blob(['not json']));
  await expect.element(alert).toMatchTextContent(/It is not JSON/);
  expect(await archive.rubrics.list()).toEqual([]);
  expect(await archive.settings.get('rubric')).toEqual({ inUse: null });
});

test('a file shows what it would change, as text, and changes it at a press', async () => {
  const { archive } = await openRubric();
  const hostile = '<img src=x onerror="document.title=1">';
  const own = await anOwnRubric((draft) => ({
    ...draft,
    criteria: ['clarity', 'depth'],
    changes: {
      'criteria.clarity.label': hostile,
      'cells.depth.next.levels.2': `<script>${hostile}</script>`,
    },
  }));
  await choose(rubricFile(own));
  const lines = page.getByRole('list', { name: 'Differences' });
  await expect.element(lines).toMatchTextContent('The criterion Pacing is removed.');
  await expect.element(lines).toMatchTextContent(`the name of ${hostile}`);
  expect(document.querySelector('img, dialog script')).toBeNull();
  expect(await archive.rubrics.list()).toEqual([]);
  await expectGoodLooks();
  await page.getByRole('button', { name: 'Use it' }).click();
  await expect.poll(async () => (await rubricInUse(archive)).version).toBe(own.version);
  await expect.poll(() => field('criteria.clarity.label')?.value).toBe(hostile);
  expect(document.title).toBe('Rubric · Talkthrough');
  await choose(rubricFile(own));
  await expect.element(page.getByText('Nothing would change.', { exact: false })).toBeVisible();
});

test('the version in use is exported, and the file holds just that version', async () => {
  sessionStorage.clear();
  const archive = await anEmptyArchive();
  const own = await anOwnRubric(sixCriteria);
  await archive.rubrics.add(own);
  await archive.settings.put('rubric', { inUse: { id: own.id, version: own.version } });
  const links: HTMLAnchorElement[] = [];
  const { click } = HTMLAnchorElement.prototype;
  HTMLAnchorElement.prototype.click = function (this: HTMLAnchorElement) {
    links.push(this);
  };
  onTestFinished(() => {
    HTMLAnchorElement.prototype.click = click;
  });
  await openApp(archive, '/settings/rubric');
  await page.getByRole('button', { name: 'Export as JSON' }).click();
  await expect
    .poll(() => links.map(({ download }) => download))
    .toEqual([`Talkthrough rubric 2026-09-21 ${own.version.slice(0, 6)}.json`]);
  const exported = await (await fetch(links[0]?.href ?? '')).blob();
  const { createdAt: _, ...rubric } = own;
  expect(await readRubricFile(exported)).toEqual({ tag: 'rubric', rubric });
});

for (const [count, edit, cells] of [
  ['one criterion', onlyDepth, 5],
  ['six criteria', sixCriteria, 30],
] as const)
  test(`the form, the history and the editor hold ${count}`, { timeout: 120_000 }, async () => {
    sessionStorage.clear();
    const own = await anOwnRubric(edit);
    const { archive, attempt, router } = await openReview(LONG);
    await archive.rubrics.add(own);
    await archive.settings.put('rubric', { inUse: { id: own.id, version: own.version } });
    // The form stays with the rubric it was opened with.
    await router.navigate('/settings/rubric');
    await expect.poll(() => document.querySelectorAll('[name^="cells."]').length).toBe(cells * 7);
    await expectGoodLooks();
    await router.navigate(`/attempts/${attempt.id}`);
    await expect.poll(() => form().getByRole('radiogroup').elements().length, patiently).toBe(cells);
    await radio('Technical depth: Situation', '3 Solid').click();
    await expectGoodLooks();
    await page.getByRole('button', { name: 'Lock scores' }).click();
    await page.getByRole('button', { name: 'Lock anyway' }).click();
    await expect.element(page.getByRole('status', { name: 'Overall score' })).toMatchTextContent(/75 of 100/);
    await router.navigate('/history');
    await expect.element(page.getByRole('cell', { name: '3.0' })).toBeVisible();
    await expectGoodLooks();
    // Six columns do not fit beside a title there: the levels go under it.
    await page.viewport(320, 800);
    const inWords = page.getByText(/Technical depth 3\.0/);
    if (cells > 20) await expect.element(inWords).toBeVisible();
    else await expect.element(inWords).not.toBeVisible();
    await page.viewport(1280, 800);
  });

test('a version that was chosen and is not here gives way to the built-in one, and says so', async () => {
  sessionStorage.clear();
  const archive = await anEmptyArchive();
  await archive.settings.put('rubric', { inUse: { id: 'own-rubric', version: 'gone' } });
  await openApp(archive, '/settings/rubric');
  await expect.element(page.getByText('The version that was chosen is not here')).toBeVisible();
  await expectGoodLooks();
});
