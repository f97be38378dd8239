import { expect, onTestFinished, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { CELL_IDS, type Level, type Scores } from '../../src/domain/rubric.ts';
import { SetAsideNotice } from '../../src/history/SetAsideNotice.tsx';
import type { Archive } from '../../src/storage/archive.ts';
import { anEmptyArchive, aReview, keepAnAttempt } from '../support/factories.ts';
import { expectGoodLooks, mount, openApp } from './app.tsx';

const table = () => page.getByRole('table', { name: 'Attempts' });
const rows = () => table().getByRole('row').elements().slice(1);

const everyCell = (level: Level): Scores => Object.fromEntries(CELL_IDS.map((cell) => [cell, level]));

/** `count` attempts, the newest an hour old, a day apart: `Prompt 0` is the newest. */
async function keepAttempts(archive: Archive, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    await keepAnAttempt(archive, {
      startedAt: Date.now() - 3_600_000 - index * 86_400_000,
      durationMs: 312_000,
      prompt: { title: `Prompt ${index}`, question: 'Why?', kind: 'concept', covers: [], followUps: {} },
    });
  }
}

test('history without attempts says so and leads to practice', async () => {
  await openApp(await anEmptyArchive(), '/history');
  await expect.element(page.getByText('Nothing recorded yet.', { exact: false })).toBeVisible();
  await expectGoodLooks();
  await page.getByRole('link', { name: 'Go to Practice' }).click();
  await expect.element(page.getByRole('heading', { level: 1, name: 'Practice' })).toBeInTheDocument();
});

test('an attempt shows its length, its mode and how far its scoring is', async () => {
  await page.viewport(1280, 800);
  const archive = await anEmptyArchive();
  const marks = [
    { step: 'situation' as const, atMs: 0 },
    { step: 'approach' as const, atMs: 20_000 },
    { step: 'tradeoffs' as const, atMs: 60_000 },
    { step: 'results' as const, atMs: 100_000 },
    { step: 'next' as const, atMs: 200_000 },
  ];
  const at = (title: string, hoursAgo: number) => ({
    startedAt: Date.now() - hoursAgo * 86_400_000,
    durationMs: 312_900,
    marks,
    prompt: { title, question: 'Why?', kind: 'concept' as const, covers: [], followUps: {} },
  });
  const locked = await keepAnAttempt(archive, at('Locked', 3));
  const draft = await keepAnAttempt(archive, { ...at('Draft', 2), mode: 'exam' });
  await keepAnAttempt(archive, { ...at('Unscored', 1), mode: 'outline' });
  const lockedAt = Date.now();
  await archive.reviews.put(aReview({ attemptId: locked.id, scores: everyCell(3), lockedAt }));
  await archive.reviews.put(aReview({ attemptId: draft.id }));
  await openApp(archive, '/history');
  await expect.poll(() => rows().length).toBe(3);
  const cells = rows().map((row) =>
    [...row.children].map((cell) => (cell as HTMLElement).innerText.split('\n')[0]),
  );
  expect(cells.map((row) => row.slice(1, 4))).toEqual([
    ['Unscored', 'with outline', '5:12'],
    ['Draft', 'exam', '5:12'],
    ['Locked', 'cold', '5:12'],
  ]);
  expect(cells.map((row) => row[7])).toEqual(['not scored', 'draft 2 of 15', '75']);
  expect(cells[2]?.slice(4, 7)).toEqual(['3.0', '3.0', '3.0']);
  await expectGoodLooks();
  await page.viewport(320, 700);
  await expect.element(table().getByText('overall 75', { exact: false })).toBeVisible();
  await page.viewport(1280, 800);
});

test('fifty at a time, newest first; what comes takes the focus, and the address remembers it', async () => {
  const archive = await anEmptyArchive();
  await keepAttempts(archive, 62);
  const read: number[] = [];
  const watched: Archive = {
    ...archive,
    attempts: {
      ...archive.attempts,
      page: (query) => {
        read.push(query.limit);
        return archive.attempts.page(query);
      },
    },
  };
  const router = await openApp(watched, '/history');
  await expect.poll(() => rows().length).toBe(50);
  expect(rows()[0]?.textContent).toContain('Prompt 0');
  expect(Math.max(...read)).toBe(50);
  await page.getByRole('button', { name: 'Show older' }).click();
  await expect.poll(() => rows().length).toBe(62);
  await expect.element(page.getByRole('link', { name: 'Prompt 50' })).toHaveFocus();
  await expect.element(page.getByRole('button', { name: 'Show older' })).not.toBeInTheDocument();
  expect(router.state.location.search).toBe('?pages=2');
});

test('a deleted attempt can be taken back', async () => {
  const archive = await anEmptyArchive();
  await keepAttempts(archive, 2);
  await openApp(archive, '/history');
  await page.getByRole('button', { name: 'Delete Prompt 1, yesterday' }).click();
  await expect.poll(() => rows().length).toBe(1);
  await expect.element(page.getByRole('status')).toMatchTextContent(/Deleted “Prompt 1”, yesterday\./);
  await expect.element(page.getByRole('status')).toHaveFocus();
  await expectGoodLooks();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => rows().length).toBe(2);
  await expect.element(page.getByRole('heading', { level: 1 })).toHaveFocus();
});

test('the offer to undo goes with its page', async () => {
  await page.viewport(1280, 800);
  const archive = await anEmptyArchive();
  await keepAttempts(archive, 1);
  await openApp(archive, '/history');
  await page.getByRole('button', { name: /^Delete/ }).click();
  await page.getByRole('link', { name: 'Prompts' }).click();
  await expect.element(page.getByRole('heading', { level: 1, name: 'Prompts' })).toBeInTheDocument();
  await expect.element(page.getByRole('button', { name: 'Undo' })).not.toBeInTheDocument();
});

test('what a person typed is shown as text', async () => {
  const archive = await anEmptyArchive();
  const title = '<img src=x onerror="document.title=1"> & <b>bold</b>';
  await keepAnAttempt(archive, {
    prompt: { title, question: '', kind: 'concept', covers: [], followUps: {} },
  });
  await openApp(archive, '/history');
  await expect.element(page.getByRole('link', { name: title })).toBeVisible();
  expect(document.querySelector('main b, main img')).toBeNull();
});

test('records that could not be read are counted, named and can be taken along', async () => {
  const records = [
    {
      store: 'attempts',
      key: 'one',
      reason: 'startedAt: not a number.',
      at: Date.now(),
      record: { id: 'one' },
    },
    {
      store: 'reviews',
      key: 'two',
      reason: 'scores: missing.',
      at: Date.now(),
      record: new Uint8Array([1, 2, 3]),
    },
  ];
  mount(
    <main>
      <h1>History</h1>
      <SetAsideNotice records={records} />
    </main>,
  );
  await expect.element(page.getByText('2 entries could not be read')).toBeVisible();
  await page.getByText('Details').click();
  await expect.element(page.getByText('startedAt: not a number.', { exact: false })).toBeVisible();
  await expectGoodLooks();
  const saved: Blob[] = [];
  const { createObjectURL } = URL;
  URL.createObjectURL = (blob: Blob) => {
    saved.push(blob);
    return createObjectURL(blob);
  };
  onTestFinished(() => {
    URL.createObjectURL = createObjectURL;
  });
  document.addEventListener('click', (event) => event.preventDefault(), { once: true, capture: true });
  (page.getByRole('button', { name: 'Export them' }).element() as HTMLElement).click();
  const exported = JSON.parse((await saved[0]?.text()) ?? '') as { record: unknown }[];
  expect(exported.map(({ record }) => record)).toEqual([{ id: 'one' }, { base64: 'AQID' }]);
});

test('the keyboard reaches every row and its deletion', async () => {
  const archive = await anEmptyArchive();
  await keepAttempts(archive, 1);
  await openApp(archive, '/history');
  await expect.poll(() => rows().length).toBe(1);
  (page.getByRole('link', { name: 'Prompt 0' }).element() as HTMLElement).focus();
  await userEvent.keyboard('{Tab}{Enter}');
  await expect.element(page.getByRole('button', { name: 'Undo' })).toBeVisible();
});
