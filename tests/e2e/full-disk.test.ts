import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from '@playwright/test';
import { browserArguments, findBrowser } from '../../scripts/browser.ts';
import { speechFile } from '../support/speech.ts';
import { test as base, expect } from '../support/test.ts';
import { violations } from './database.ts';
import { finish, mark, PROMPT, recordShortly, speakUntil, startTake } from './journey.ts';

type Disk = {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Until not even 1 kB has room; then as much is given back. */
  fill(leaving?: number): Promise<void>;
};

const QUOTA = 20_000_000;

// A profile of its own: a private one gives no room back for what is deleted. The quota must stand before the
// first write of a profile, or Chromium goes on for half a minute with what it knew.
const test = base.extend<{ disk: Disk }>({
  disk: async ({ baseURL, watch }, provide) => {
    if (baseURL === undefined) throw new Error('The quota is set for the address of the app');
    const folder = mkdtempSync(join(tmpdir(), 'talkthrough-full-'));
    const executablePath = findBrowser();
    const context = await chromium.launchPersistentContext(folder, {
      ...(executablePath === undefined ? {} : { executablePath }),
      baseURL,
      args: browserArguments(speechFile()),
      headless: true,
    });
    watch(context);
    const page = context.pages()[0] ?? (await context.newPage());
    const session = await context.newCDPSession(page);
    const { origin } = new URL(baseURL);
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: QUOTA });
    await provide({ context, page, fill: async (leaving = 0) => page.evaluate(fillDisk, leaving) });
    await context.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  },
});

test.describe.configure({ timeout: 120_000 });

/** Writes to a database of its own, as another part of the site might. */
async function fillDisk(leaving: number): Promise<void> {
  const db = await new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open('ballast', 1);
    request.onupgradeneeded = () => request.result.createObjectStore('tons', { autoIncrement: true });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const change = async (work: (store: IDBObjectStore) => void) =>
    new Promise<boolean>((resolve) => {
      const tx = db.transaction('tons', 'readwrite');
      work(tx.objectStore('tons'));
      tx.oncomplete = () => resolve(true);
      tx.onabort = () => resolve(false);
    });
  // Random, because what can be compressed takes no room.
  const random = (length: number) => {
    const data = new Uint8Array(length);
    for (let at = 0; at < length; at += 65_536)
      crypto.getRandomValues(data.subarray(at, Math.min(length, at + 65_536)));
    return data;
  };
  const add = async (length: number) => change((store) => store.add(random(length)));
  if (leaving > 0) await change((store) => store.put(random(leaving), 'plug'));
  for (let length = 8_000_000; length >= 1000; length = Math.floor(length / 2)) {
    // What did not take twice as much has no room for more than two: more is what a take has given back meanwhile.
    for (let count = 0; count < 2 && (await add(length)); count += 1);
  }
  if (leaving > 0) await change((store) => store.delete('plug'));
  db.close();
}

/** Peaks that are measured while the disk is filled would take the reserve, and the ballast its room. */
async function recordUntilDrawn(page: Page): Promise<void> {
  await recordShortly(page, 4);
  const drawn = async () =>
    page.evaluate(
      async () =>
        new Promise<number>((resolve, reject) => {
          const request = indexedDB.open('practice');
          request.onerror = () => reject(request.error);
          request.onsuccess = () => {
            const counting = request.result.transaction('peaks').objectStore('peaks').count();
            counting.onsuccess = () => {
              request.result.close();
              resolve(counting.result);
            };
          };
        }),
    );
  await expect.poll(drawn).toBe(1);
}

async function liveTracks(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      (window as unknown as { streams: MediaStream[] }).streams
        .flatMap((stream) => stream.getTracks())
        .filter(({ readyState }) => readyState === 'live').length,
  );
}

async function watchMicrophone(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const streams: MediaStream[] = [];
    Object.assign(window, { streams });
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      const stream = await ask(constraints);
      streams.push(stream);
      return stream;
    };
  });
}

/** Ticks everything there and deletes its audio. */
async function deleteAllAudio(page: Page): Promise<void> {
  const data = page.getByRole('region', { name: 'Data' });
  await data.getByRole('combobox', { name: 'Tick' }).selectOption('all');
  await data.getByRole('button', { name: 'Delete audio, keep scores' }).click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Delete \d/ })
    .click();
  await expect(data.getByText(/^Freed/)).toBeVisible({ timeout: 20_000 });
}

test('a disk that fills during a take: what was said is kept, space is freed, and the next take is recorded', async ({
  disk: { page, fill },
}) => {
  await recordShortly(page, 3);
  const old = page.url();
  await startTake(page, 'py-gc-leak-hunt');
  await mark(page, 'Situation');
  await speakUntil(page, 3);
  await fill();
  const alert = page.getByRole('alert');
  await expect(alert).toContainText(/We kept 0:0[3-9]/, { timeout: 30_000 });
  await expect(alert).toContainText('The disk is full');
  await alert.getByRole('link', { name: 'Free space' }).click();
  await expect(page).toHaveURL(/\/settings#data$/);
  const data = page.getByRole('region', { name: 'Data' });
  await expect(data).toBeInViewport();
  await expect(data.getByRole('list', { name: 'Recordings' }).getByRole('listitem')).toHaveCount(2);
  const saved = page.waitForEvent('download');
  await data.getByRole('checkbox', { name: new RegExp(`^${PROMPT.title}`) }).check();
  await data.getByRole('button', { name: 'Download 1' }).click();
  expect((await saved).suggestedFilename()).toContain(PROMPT.title);
  await data.getByRole('button', { name: 'Delete audio, keep scores' }).click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Delete \d/ })
    .click();
  await expect(data.getByText(/^Freed/)).toBeVisible({ timeout: 20_000 });

  // No reload in between.
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Practice' }).click();
  await page
    .getByRole('link', { name: /^Practise: / })
    .first()
    .click();
  await page.getByRole('button', { name: 'Start recording' }).click();
  await speakUntil(page, 2);
  await finish(page);
  await page.goto(old);
  await expect(page.getByRole('region', { name: 'Player' })).toContainText(
    'The audio of this attempt was deleted',
  );
  await expect(page.getByRole('form', { name: 'Score' })).toBeVisible();
  await page.goto('/history');
  await expect(page.getByRole('table', { name: 'Attempts' }).getByRole('row')).toHaveCount(4);
  expect(await violations(page)).toEqual([]);
});

/** Asks for what the full disk costs, frees space in the way that is offered, and records again without a reload. */
async function freeSpaceAndRecord(page: Page, settings: Page): Promise<void> {
  await deleteAllAudio(settings);
  if (settings === page) await page.goBack();
  else await settings.close();
  const again = page.getByRole('button', { name: 'Start again' });
  if (settings !== page) await again.click();
  await page.getByRole('button', { name: 'Start recording' }).click();
  await speakUntil(page, 2);
  await finish(page);
  await page.goto('/');
  await expect(page.getByRole('heading', { level: 1 })).toBeAttached();
  await expect(page.getByRole('region', { name: 'Recovered takes' })).toHaveCount(0);
  expect(await violations(page)).toEqual([]);
}

test('a take that begins on a full disk: clear words, nothing half-made, and the microphone is let go', async ({
  disk: { page, fill },
}) => {
  await watchMicrophone(page);
  await recordUntilDrawn(page);
  await fill();
  await page.goto('/practice/py-gc-leak-hunt');
  await page.getByRole('button', { name: 'Start recording' }).click();
  const alert = page.getByRole('alert');
  await expect(alert).toContainText(/Nothing was recorded.*disk is full/i, { timeout: 30_000 });
  expect(await liveTracks(page)).toBe(0);
  await alert.getByRole('link', { name: 'Free space' }).click();
  await freeSpaceAndRecord(page, page);
});

test('when the very first chunk does not fit, space is freed beside it and the take can still be saved', async ({
  disk: { page, fill },
}) => {
  await watchMicrophone(page);
  await page.exposeFunction('fillNow', async () => fill());
  await page.addInitScript(() => {
    const { start } = MediaRecorder.prototype;
    MediaRecorder.prototype.start = function (timeslice) {
      const isFull = location.pathname.includes('py-gc-leak-hunt')
        ? (window as unknown as { fillNow(): Promise<void> }).fillNow()
        : Promise.resolve();
      // By now the take's record is on disk, and of its sound nothing.
      void isFull.then(() => start.call(this, timeslice));
    };
  });
  await recordUntilDrawn(page);
  await fill(200_000);
  await page.goto('/practice/py-gc-leak-hunt');
  await page.getByRole('button', { name: 'Start recording' }).click();
  const alert = page.getByRole('alert');
  await expect(alert).toContainText(/Nothing is saved yet.*disk is full/i, { timeout: 30_000 });
  expect(await liveTracks(page)).toBe(0);
  const [settings] = await Promise.all([
    page.waitForEvent('popup'),
    alert.getByRole('link', { name: 'Free space in another tab' }).click(),
  ]);
  await deleteAllAudio(settings);
  await settings.close();
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('alert')).toContainText(/We kept 0:0\d/);
  await page.getByRole('link', { name: 'Review it' }).click();
  await expect(page.getByRole('slider', { name: 'Position' })).toBeEnabled();
  expect(await violations(page)).toEqual([]);
});
