import { expect, onTestFinished, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { type Level, type Scores } from '../../src/domain/rubric.ts';
import { SetAsideNotice } from '../../src/history/SetAsideNotice.tsx';
import type { Archive } from '../../src/storage/archive.ts';
import { newAttemptId } from '../../src/storage/new-id.ts';
import {
  aChunk,
  anEmptyArchive,
  anUnfinishedAttempt,
  aReview,
  bytesOf,
  keepAnAttempt,
  someBytes,
} from '../support/factories.ts';
import { CELL_IDS } from '../support/rubric.ts';
import { expectGoodLooks, mount, openApp } from './app.tsx';

const table = () => page.getByRole('table', { name: 'Attempts' });
const rows = () => table().getByRole('row').elements().slice(1);

const everyCell = (level: Level): Scores => Object.fromEntries(CELL_IDS.map((cell) => [cell, level]));

/** What is handed to the browser's downloads from now on, instead of it. */
function watchDownloads(): HTMLAnchorElement[] {
  const downloads: HTMLAnchorElement[] = [];
  const { click } = HTMLAnchorElement.prototype;
  HTMLAnchorElement.prototype.click = function (this: HTMLAnchorElement) {
    downloads.push(this);
  };
  onTestFinished(() => {
    HTMLAnchorElement.prototype.click = click;
  });
  return downloads;
}

/** `count` attempts, the newest an hour old, a day apart: `Prompt 0` is the newest. */
/** One a day, the newest now: at noon, so that yesterday is yesterday whatever the time is. */
async function keepAttempts(archive: Archive, count: number): Promise<void> {
  const now = new Date();
  for (let index = 0; index < count; index += 1) {
    const noon = new Date(now.getFullYear(), now.getMonth(), now.getDate() - index, 12);
    await keepAnAttempt(archive, {
      startedAt: index === 0 ? now.getTime() : noon.getTime(),
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
  const partly = await keepAnAttempt(archive, { ...at('Partly', 4), marks: marks.slice(0, 4) });
  const short = await keepAnAttempt(archive, { ...at('Short', 5), marks: marks.slice(0, 4) });
  const lockedAt = Date.now();
  const { 'pacing.results': _, ...scores } = everyCell(3);
  await archive.reviews.put(aReview({ attemptId: partly.id, scores, lockedAt }));
  await archive.reviews.put(
    aReview({ attemptId: short.id, scores: { 'clarity.results': 1, 'depth.next': 1 } }),
  );
  await archive.reviews.put(aReview({ attemptId: locked.id, scores: everyCell(3), lockedAt }));
  await archive.reviews.put(aReview({ attemptId: draft.id }));
  const read: number[] = [];
  const watched: Archive = {
    ...archive,
    reviews: {
      ...archive.reviews,
      of: () => Promise.reject(new Error('Reviews are read for all rows at once')),
      ofAll: (ids) => {
        read.push(ids.length);
        return archive.reviews.ofAll(ids);
      },
    },
  };
  await openApp(watched, '/history');
  await expect.poll(() => rows().length).toBe(5);
  expect(new Set(read)).toEqual(new Set([5]));
  const cells = rows().map((row) =>
    [...row.children].map((cell) => (cell as HTMLElement).innerText.split('\n')[0]),
  );
  expect(cells.map((row) => row.slice(1, 4))).toEqual([
    ['Unscored', 'with outline', '5:12'],
    ['Draft', 'exam', '5:12'],
    ['Locked', 'cold', '5:12'],
    ['Partly', 'cold', '5:12'],
    ['Short', 'cold', '5:12'],
  ]);
  // A missing step asks for nothing and counts 0; a blank cell makes the total provisional.
  expect(cells.map((row) => row[7])).toEqual(['not scored', 'draft 2 of 15', '75', '63', 'draft 1 of 12']);
  expect(rows()[3]?.lastElementChild?.previousElementSibling?.textContent).toBe('63provisional, 14 of 15');
  expect(cells[2]?.slice(4, 7)).toEqual(['3.0', '3.0', '3.0']);
  await expectGoodLooks();
  await page.viewport(320, 700);
  await expect.element(table().getByText('overall 75', { exact: false })).toBeVisible();
  await expect
    .element(table().getByText('overall 63, provisional, 14 of 15', { exact: false }))
    .toBeVisible();
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
  await page.getByRole('button', { name: /^Delete Prompt 1, yesterday, \d\d:\d\d$/ }).click();
  await expect.poll(() => rows().length).toBe(1);
  await expect
    .element(page.getByRole('status').filter({ hasText: 'Deleted' }))
    .toMatchTextContent(/Deleted “Prompt 1”, yesterday, \d\d:\d\d\./);
  await expect.element(page.getByRole('status').filter({ hasText: 'Deleted' })).toHaveFocus();
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
      <SetAsideNotice archive={await anEmptyArchive()} records={records} />
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
  watchDownloads();
  await page.getByRole('button', { name: 'Export them' }).click();
  const exported = JSON.parse((await saved[0]?.text()) ?? '') as { record: unknown }[];
  expect(exported.map(({ record }) => record)).toEqual([{ id: 'one' }, { base64: 'AQID' }]);
});

test('of an attempt that could not be read the sound can be taken along', async () => {
  const archive = await anEmptyArchive();
  const webm = new Uint8Array([0x1a, 0x45, 0xdf, 0xa3, 1, 2, 3, 4]).buffer;
  const kept = await keepAnAttempt(archive, {}, [webm, someBytes(8)]);
  const cut = anUnfinishedAttempt();
  await archive.attempts.begin(cut);
  const mp4 = new Uint8Array([0, 0, 0, 24, 0x66, 0x74, 0x79, 0x70]).buffer;
  for (const chunk of [
    { segment: 0, seq: 0, offset: 0, data: mp4 },
    { segment: 0, seq: 1, offset: 8, data: someBytes(8) },
    { segment: 1, seq: 0, offset: 0, data: someBytes(4) },
  ])
    await archive.attempts.append(aChunk({ attemptId: cut.id, ...chunk }));
  const empty = newAttemptId();
  const records = [kept.id, cut.id, empty].map((key) => ({
    store: 'attempts',
    key,
    reason: 'marks: not a list.',
    at: Date.now(),
    record: {},
  }));
  mount(
    <main>
      <h1>History</h1>
      <SetAsideNotice archive={archive} records={records} />
    </main>,
  );
  await page.getByText('Details').click();
  await expectGoodLooks();
  const downloads = watchDownloads();
  const take = async (key: string) => {
    downloads.length = 0;
    await page.getByRole('button', { name: `Download sound of ${key}` }).click();
  };
  const bytes = () =>
    Promise.all(downloads.map(async ({ href }) => bytesOf(await (await fetch(href)).arrayBuffer())));
  await take(kept.id);
  await expect.poll(() => downloads.map(({ download }) => download)).toEqual([`Talkthrough ${kept.id}.webm`]);
  expect(await bytes()).toEqual([[...(bytesOf(webm) ?? []), ...(bytesOf(someBytes(8)) ?? [])]]);
  await take(cut.id);
  await expect
    .poll(() => downloads.map(({ download }) => download))
    .toEqual([`Talkthrough ${cut.id} 1.m4a`, `Talkthrough ${cut.id} 2.bin`]);
  expect(await bytes()).toEqual([
    [...(bytesOf(mp4) ?? []), ...(bytesOf(someBytes(8)) ?? [])],
    bytesOf(someBytes(4)),
  ]);
  await take(empty);
  await expect.element(page.getByText('There is no sound of it.')).toBeVisible();
  expect(downloads).toEqual([]);
  await archive.close();
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
