import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { wav } from '../support/microphone.ts';
import { speechLike } from '../support/speech-like.ts';
import { expect, test } from '../support/test.ts';
import { violations } from './database.ts';
import { downloadClip, lengthMs, PROMPT, recordShortly } from './journey.ts';

type Given = { readonly name: string; readonly mimeType: string; readonly buffer: Buffer };

const RATE = 16_000;

function memo(seconds: number, name = 'Voice memo.wav'): Given {
  return { name, mimeType: 'audio/wav', buffer: wav(speechLike(seconds, 1, RATE), RATE) };
}

/** As much silence as MP3 frames of 1044 bytes hold: nothing that is read for long compresses worse. */
function silentMp3(frames: number): Buffer {
  const frame = Buffer.alloc(1044);
  // MPEG 1, layer III, 320 kb/s, 44.1 kHz, no padding, mono.
  frame.set([0xff, 0xfb, 0xe0, 0xc0]);
  return Buffer.concat(Array.from({ length: frames }, () => frame));
}

const importButton = (page: Page) => page.getByRole('button', { name: 'Import a recording' });
const dialog = (page: Page) => page.getByRole('dialog', { name: 'Import a recording' });
const startButton = (page: Page) => dialog(page).getByRole('button', { name: 'Import', exact: true });

async function choose(page: Page, file: Given | string): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await importButton(page).click();
  await (await chooser).setFiles(file);
}

/** To the review of the attempt the file becomes. */
async function bringIn(page: Page, file: Given): Promise<void> {
  await page.goto('/');
  await choose(page, file);
  await startButton(page).click();
  await expect(page).toHaveURL(/\/attempts\//);
  await expect(page.getByRole('slider', { name: 'Position' })).toBeEnabled();
}

async function attemptCount(page: Page): Promise<number> {
  await page.goto('/history');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  return page.getByRole('table', { name: 'Attempts' }).locator('tbody tr').count();
}

test('a file is imported by the button, to a prompt of the library, and plays', async ({ page }) => {
  await page.goto('/');
  await choose(page, memo(12));
  await dialog(page).getByRole('combobox', { name: 'Prompt' }).selectOption({ label: PROMPT.title });
  await expect(dialog(page).getByRole('textbox', { name: 'Title' })).toHaveCount(0);
  await startButton(page).click();
  await expect(page).toHaveURL(/\/attempts\//);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(PROMPT.title);
  await expect(page.getByText('Imported from “Voice memo.wav”.')).toBeVisible();
  await expect(page.getByRole('slider', { name: 'Position' })).toHaveAttribute('max', '12.000');
  const { name, sound } = await downloadClip(page);
  expect(name).toMatch(/Reference counting and the cycle collector\.webm$/);
  expect(Math.abs(lengthMs(sound) - 12_000)).toBeLessThan(50);
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await expect
    .poll(async () => Number(await page.getByRole('slider', { name: 'Position' }).inputValue()))
    .toBeGreaterThan(0.5);
  await page.getByRole('link', { name: 'History' }).click();
  await expect(page.getByRole('row', { name: new RegExp(PROMPT.title) })).toContainText('imported');
});

test('a file that is dropped is imported under a title of its own', async ({ page }) => {
  await page.goto('/');
  await expect(importButton(page)).toBeVisible();
  const data = memo(6).buffer.toString('base64');
  const dropped = await page.evaluateHandle((base64) => {
    const transfer = new DataTransfer();
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    transfer.items.add(new File([bytes], 'Our outage.wav', { type: 'audio/wav' }));
    return transfer;
  }, data);
  await page.dispatchEvent('body', 'dragover', { dataTransfer: dropped });
  await expect(page.getByText('Let go to import it.')).toBeVisible();
  await page.dispatchEvent('body', 'drop', { dataTransfer: dropped });
  await expect(dialog(page).getByRole('textbox', { name: 'Title' })).toHaveValue('Our outage');
  await dialog(page).getByRole('textbox', { name: 'Title' }).fill('The outage of May');
  await startButton(page).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('The outage of May');
  await expect(page.getByRole('link', { name: 'Practise again' })).toHaveCount(0);
  await expect(page.getByRole('heading', { name: 'The question' })).toHaveCount(0);
});

test('of several files dropped at once none is imported, and that is said', async ({ page }) => {
  await page.goto('/');
  await expect(importButton(page)).toBeVisible();
  const dropped = await page.evaluateHandle(() => {
    const transfer = new DataTransfer();
    for (const name of ['one.wav', 'two.wav']) transfer.items.add(new File(['x'], name));
    return transfer;
  });
  await page.dispatchEvent('body', 'drop', { dataTransfer: dropped });
  await expect(page.getByRole('alert')).toContainText('2 files were dropped');
  await expect(dialog(page)).toHaveCount(0);
});

const bad: readonly (readonly [string, Given, RegExp])[] = [
  ['an empty file', { name: 'nothing.wav', mimeType: 'audio/wav', buffer: Buffer.alloc(0) }, /empty/],
  [
    'a text',
    { name: 'notes.wav', mimeType: 'audio/wav', buffer: Buffer.from('Dear diary. '.repeat(300)) },
    /not a recording of a kind/,
  ],
];

for (const [what, file, reason] of bad)
  test(`${what} is refused by its name and the reason, and another can be chosen`, async ({ page }) => {
    await page.goto('/');
    await choose(page, file);
    const alert = dialog(page).getByRole('alert');
    await expect(alert).toContainText(file.name);
    await expect(alert).toContainText(reason);
    const chooser = page.waitForEvent('filechooser');
    await dialog(page).getByRole('button', { name: 'Choose another file' }).click();
    await (await chooser).setFiles(memo(6));
    await expect(startButton(page)).toBeVisible();
    await expect(alert).toHaveCount(0);
    await page.keyboard.press('Escape');
    await expect(dialog(page)).toHaveCount(0);
    await expect(importButton(page)).toBeFocused();
    expect(await attemptCount(page)).toBe(0);
  });

test('importing that cannot be started says so, and not that storage failed', async ({ page }, testInfo) => {
  const path = testInfo.outputPath('memo.wav');
  writeFileSync(path, memo(6).buffer);
  await page.goto('/');
  await expect(importButton(page)).toBeVisible();
  await page.route(/import\.worker/, (route) => route.abort());
  await choose(page, path);
  const alert = dialog(page).getByRole('alert');
  await expect(alert).toContainText('Importing could not be started.');
  await expect(alert).toContainText('Reload the page and try again.');
  await page.unroute(/import\.worker/);
  // The very same file is looked at anew.
  const chooser = page.waitForEvent('filechooser');
  await dialog(page).getByRole('button', { name: 'Choose another file' }).click();
  await (await chooser).setFiles(path);
  await expect(startButton(page)).toBeVisible();
});

test('a torn file is imported as far as it goes, and the review says so', async ({ page }) => {
  const { buffer, ...whole } = memo(12);
  await bringIn(page, { ...whole, buffer: buffer.subarray(0, 44 + 6 * RATE * 2) });
  await expect(
    page.getByText(
      '“Voice memo.wav” breaks off: this is the 0:06 that could be read of it, which says that it lasts 0:12.',
      {
        exact: false,
      },
    ),
  ).toBeVisible();
});

/** Long enough that something can happen while it is read. */
function longFile(path: string): string {
  writeFileSync(path, wav(new Float32Array(40 * 60 * RATE), RATE));
  return path;
}

async function isUnderWay(page: Page): Promise<void> {
  const progress = dialog(page).getByRole('progressbar', { name: /^Importing / });
  await expect.poll(async () => Number(await progress.getAttribute('value'))).toBeGreaterThan(0);
}

test('an import can be cancelled, and leaves nothing', async ({ page }, testInfo) => {
  await page.goto('/');
  await choose(page, longFile(testInfo.outputPath('long.wav')));
  await startButton(page).click();
  await isUnderWay(page);
  await page.keyboard.press('Escape');
  await expect(dialog(page)).toBeVisible();
  await dialog(page).getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByText('The import was cancelled. Nothing of it was kept.')).toBeAttached();
  await expect(dialog(page)).toHaveCount(0);
  await expect(importButton(page)).toBeFocused();
  expect(await violations(page)).toEqual([]);
  expect(await attemptCount(page)).toBe(0);
});

for (const [what, harm] of [
  ['deleted', (path: string) => rmSync(path)],
  ['written to', (path: string) => appendFileSync(path, 'more')],
] as const)
  test(`a file that is ${what} while it is read is named, and leaves nothing`, async ({ page }, testInfo) => {
    const path = longFile(testInfo.outputPath('vanishing.wav'));
    await page.goto('/');
    await choose(page, path);
    await startButton(page).click();
    await isUnderWay(page);
    harm(path);
    const alert = dialog(page).getByRole('alert');
    await expect(alert).toContainText('vanishing.wav');
    await expect(alert).toContainText('moved, deleted or changed');
    await dialog(page).getByRole('button', { name: 'Close' }).click();
    expect(await violations(page)).toEqual([]);
    expect(await attemptCount(page)).toBe(0);
  });

test('a disk that is full during an import is said, and what was there stays', async ({ page, baseURL }) => {
  test.setTimeout(120_000);
  const session = await page.context().newCDPSession(page);
  const origin = new URL(baseURL ?? '').origin;
  // Before the first write, because Chromium remembers the room there is. Less than the reserve and one part.
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 14_000_000 });
  await recordShortly(page, 2);
  await page.goto('/');
  await choose(page, { name: 'long.mp3', mimeType: 'audio/mpeg', buffer: silentMp3(40_000) });
  await startButton(page).click();
  await expect(dialog(page).getByRole('alert')).toContainText('no room', { timeout: 60_000 });
  await dialog(page).getByRole('button', { name: 'Close' }).click();
  await session.send('Storage.overrideQuotaForOrigin', { origin });
  expect(await violations(page)).toEqual([]);
  expect(await attemptCount(page)).toBe(1);
});

test('a tab that dies during an import leaves nothing to the next one', async ({
  page,
  context,
}, testInfo) => {
  await page.goto('/');
  await choose(page, longFile(testInfo.outputPath('long.wav')));
  await startButton(page).click();
  await isUnderWay(page);
  const session = await context.newCDPSession(page);
  const died = page.waitForEvent('crash');
  void session.send('Page.crash').catch(() => undefined);
  await died;
  await page.close();
  const next = await context.newPage();
  await next.goto('/');
  await expect(importButton(next)).toBeVisible();
  await expect(next.getByRole('region', { name: 'Recovered takes' })).toHaveCount(0);
  await expect.poll(() => violations(next)).toEqual([]);
  expect(await attemptCount(next)).toBe(0);
});

test('who cannot record is led to importing, with the prompt chosen', async ({ page }) => {
  await page.addInitScript(() => Reflect.deleteProperty(window, 'MediaRecorder'));
  await page.goto(`/practice/${PROMPT.id}`);
  await page.getByRole('button', { name: 'Start recording' }).click();
  await page.getByRole('alert').getByRole('link', { name: 'Import a recording' }).click();
  await expect(importButton(page)).toBeInViewport();
  await choose(page, memo(6));
  await expect(dialog(page).getByRole('combobox', { name: 'Prompt' })).toHaveValue(PROMPT.id);
});

const slider = (page: Page) => page.getByRole('slider', { name: 'Position' });
const panel = (page: Page) => page.getByRole('group', { name: 'Mark at the playhead' });
const markSwitch = (page: Page) => page.getByRole('button', { name: 'Mark steps' });

async function marksOf(page: Page): Promise<readonly (readonly [string, number])[]> {
  return page.evaluate(async () => {
    const settled = <Result>(request: IDBRequest<Result>) =>
      new Promise<Result>((resolve) => {
        request.onsuccess = () => resolve(request.result);
      });
    const db = await settled(indexedDB.open('practice'));
    type Row = { readonly marks: readonly { readonly step: string; readonly atMs: number }[] };
    const [attempt] = await settled(
      db.transaction('attempts').objectStore('attempts').getAll() as IDBRequest<Row[]>,
    );
    db.close();
    return (attempt?.marks ?? []).map(({ step, atMs }) => [step, atMs] as const);
  });
}

test('steps are marked while replaying, by keys and by buttons, moved, removed and taken back', async ({
  page,
}) => {
  await bringIn(page, memo(40));
  const at = (second: number) => slider(page).fill(String(second));
  // Without marks the keys mark.
  await expect(page.getByText('1 to 5 mark a step')).toBeVisible();
  await at(6);
  await page.keyboard.press('2');
  await expect.poll(() => marksOf(page)).toEqual([['approach', 6000]]);
  await expect(page.getByRole('button', { name: 'Play Situation' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Play Approach' })).toBeVisible();
  // Whoever began with the keys goes on with them.
  await expect(markSwitch(page)).toHaveAttribute('aria-pressed', 'true');
  await at(14);
  await page.keyboard.press('3');
  await at(22);
  await panel(page).getByRole('button', { name: 'Mark Results' }).click();
  await at(30);
  await panel(page).getByRole('button', { name: 'Mark Next' }).click();
  const all = [
    ['approach', 6000],
    ['tradeoffs', 14_000],
    ['results', 22_000],
    ['next', 30_000],
  ];
  await expect.poll(() => marksOf(page)).toEqual(all);

  await at(8);
  const list = page.getByRole('list', { name: 'Marks' });
  await list.getByRole('button', { name: 'Move here: Approach at 6 seconds' }).click();
  await expect.poll(async () => (await marksOf(page))[0]).toEqual(['approach', 8000]);
  await list.getByRole('button', { name: 'Remove Results at 22 seconds' }).click();
  await expect.poll(async () => (await marksOf(page)).length).toBe(3);
  await expect(page.getByRole('button', { name: 'Play Results' })).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo last mark' }).click();
  await page.keyboard.press('ControlOrMeta+z');
  await expect.poll(() => marksOf(page)).toEqual(all);

  // Off, the keys jump.
  await page.keyboard.press('m');
  await expect(markSwitch(page)).toHaveAttribute('aria-pressed', 'false');
  await expect(panel(page)).toBeHidden();
  await page.keyboard.press('4');
  await expect(slider(page)).toHaveValue('22');
  await page.keyboard.press('m');
  await expect(panel(page)).toBeVisible();

  await page.reload();
  await expect(
    page.getByRole('button', { name: /^Play (Situation|Approach|Trade-offs|Results|Next)$/ }),
  ).toHaveCount(5);
  expect(await marksOf(page)).toEqual(all);
  await page.keyboard.press('3');
  await expect(slider(page)).toHaveValue('14');
});

test('marks that are set anew after the lock change nothing of the locked review', async ({ page }) => {
  await bringIn(page, memo(40));
  await slider(page).fill('8');
  await page.keyboard.press('2');
  await slider(page).fill('16');
  await page.keyboard.press('4');
  await expect.poll(async () => (await marksOf(page)).length).toBe(2);
  const form = page.getByRole('form', { name: 'Score' });
  await form
    .getByRole('radiogroup', { name: 'Clarity: Situation' })
    .getByRole('radio', { name: '4 Full' })
    .check();
  await form
    .getByRole('radiogroup', { name: 'Technical depth: Approach' })
    .getByRole('radio', { name: '3 Solid' })
    .check();
  await page.getByRole('button', { name: 'Lock scores' }).click();
  await page.getByRole('button', { name: 'Lock anyway' }).click();
  const overall = page.getByRole('status', { name: 'Overall score' });
  await expect(overall).toContainText('Trade-offs counts as missing');
  const locked = await overall.innerText();

  await slider(page).fill('24');
  await page.keyboard.press('3');
  await expect(page.getByRole('button', { name: 'Play Trade-offs' })).toBeVisible();
  await expect.poll(async () => (await marksOf(page)).length).toBe(3);
  expect(await overall.innerText()).toBe(locked);
  await page.reload();
  await expect(page.getByRole('button', { name: 'Play Trade-offs' })).toBeVisible();
  expect(await overall.innerText()).toBe(locked);
  await page.goto('/history');
  const points = /(\d+) of 100/.exec(locked)?.[1] ?? 'no points';
  await expect(page.getByRole('row', { name: /Voice memo/ })).toContainText(points);
});

test('a recorded take can be marked again the same way', async ({ page }) => {
  await recordShortly(page, 3);
  await expect(markSwitch(page)).toHaveAttribute('aria-pressed', 'false');
  await slider(page).fill('1.5');
  await page.keyboard.press('m');
  await page.keyboard.press('5');
  await expect(page.getByRole('button', { name: 'Play Next' })).toBeVisible();
  await expect.poll(async () => (await marksOf(page)).at(-1)).toEqual(['next', 1500]);
});
