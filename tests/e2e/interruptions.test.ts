import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { chromium, type Page } from '@playwright/test';
import { browserArguments, findBrowser } from '../../scripts/browser.ts';
import { processesOf, signal } from '../support/processes.ts';
import { speechFile } from '../support/speech.ts';
import { expect, test } from '../support/test.ts';
import { violations } from './database.ts';
import { downloadClip, finish, lengthMs, locateInSpeech, mark, speakUntil, startTake } from './journey.ts';

test.describe.configure({ timeout: 120_000 });

/** In the page, before its own scripts: keeps the tracks it opens. */
async function keepTracks(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const tracks: MediaStreamTrack[] = [];
    Object.assign(window, { tracks });
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      const stream = await ask(constraints);
      tracks.push(...stream.getTracks());
      return stream;
    };
  });
}

const slider = (page: Page) => page.getByRole('slider', { name: 'Position' });

test('a machine that sleeps in mid-take leaves its sleep out, and nothing else', async ({
  baseURL,
  watch,
}) => {
  test.skip(process.platform !== 'linux', 'finds the processes of the browser in /proc');
  const folder = mkdtempSync(join(tmpdir(), 'talkthrough-sleep-'));
  const executablePath = findBrowser();
  const context = await chromium.launchPersistentContext(folder, {
    ...(executablePath === undefined ? {} : { executablePath }),
    ...(baseURL === undefined ? {} : { baseURL }),
    args: browserArguments(speechFile()),
    headless: true,
  });
  try {
    watch(context);
    const page = context.pages()[0] ?? (await context.newPage());
    await startTake(page);
    await mark(page, 'Situation');
    await speakUntil(page, 3);
    signal(processesOf(folder), 'SIGSTOP');
    await wait(9000);
    signal(processesOf(folder), 'SIGCONT');
    await expect(page.getByText('This device slept')).toBeVisible();
    await mark(page, 'Approach');
    await speakUntil(page, 7);
    const timer = page.getByRole('timer', { name: 'Elapsed' });
    expect(await timer.innerText()).toMatch(/^0:0[78]$/);
    await finish(page);
    const seconds = Number(await slider(page).getAttribute('max'));
    const { sound } = await downloadClip(page);
    expect(seconds).toBeGreaterThan(6);
    expect(seconds).toBeLessThan(9);
    // What the player shows is what there is to be heard.
    expect(Math.abs(lengthMs(sound) - seconds * 1000)).toBeLessThan(500);
    expect(locateInSpeech(sound, 200, 2500).agreement).toBeGreaterThan(0.9);
    expect(locateInSpeech(sound, 4500, 6500).agreement).toBeGreaterThan(0.9);
    expect(await violations(page)).toEqual([]);
  } finally {
    // One that is still stopped would never close.
    signal(processesOf(folder), 'SIGCONT');
    await context.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
});

test('a call pauses the take, and it goes on by itself when that ends', async ({ page }) => {
  await keepTracks(page);
  await startTake(page);
  await speakUntil(page, 2);
  const setMuted = (isMuted: boolean) =>
    page.evaluate((now) => {
      for (const track of (window as unknown as { tracks: MediaStreamTrack[] }).tracks) {
        Object.defineProperty(track, 'muted', { configurable: true, value: now });
        track.dispatchEvent(new Event(now ? 'mute' : 'unmute'));
      }
    }, isMuted);
  await setMuted(true);
  await expect(page.getByText('The microphone is muted')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible();
  await page.waitForTimeout(2000);
  await setMuted(false);
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
  await speakUntil(page, 5);
  await finish(page);
  const { sound } = await downloadClip(page);
  expect(lengthMs(sound)).toBeGreaterThan(4500);
  expect(lengthMs(sound)).toBeLessThan(7500);
});

test('a permission taken back in mid-take halts it; given again, the take goes on', async ({
  baseURL,
  context,
  page,
}) => {
  await startTake(page);
  await speakUntil(page, 2);
  const session = await context.newCDPSession(page);
  const { browserContextId } = (await session.send('Target.getTargetInfo')).targetInfo;
  const allow = (setting: 'denied' | 'granted') =>
    session.send('Browser.setPermission', {
      origin: new URL(baseURL ?? '').origin,
      permission: { name: 'microphone' },
      setting,
      ...(browserContextId === undefined ? {} : { browserContextId }),
    });
  await allow('denied');
  await expect(page.getByRole('alert')).toContainText('The microphone was lost', { timeout: 15_000 });
  await allow('granted');
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
  await speakUntil(page, 5);
  await finish(page);
  const { sound } = await downloadClip(page);
  expect(lengthMs(sound)).toBeGreaterThan(4000);
  expect(locateInSpeech(sound, 100, 1500).agreement).toBeGreaterThan(0.9);
});

test('a database closed under a take is opened anew, and nothing is missing', async ({ page }) => {
  await page.addInitScript(() => {
    const open: IDBDatabase[] = [];
    Object.assign(window, { open });
    const original = IDBFactory.prototype.open;
    IDBFactory.prototype.open = function (this: IDBFactory, ...args: [string, number?]) {
      const request = original.apply(this, args);
      request.addEventListener('success', () => open.push(request.result));
      return request;
    };
  });
  await startTake(page);
  for (const second of [2, 4]) {
    await speakUntil(page, second);
    await page.evaluate(() => {
      for (const db of (window as unknown as { open: IDBDatabase[] }).open) {
        db.close();
        db.dispatchEvent(new Event('close'));
      }
    });
  }
  await speakUntil(page, 6);
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
  await finish(page);
  const { sound } = await downloadClip(page);
  expect(lengthMs(sound)).toBeGreaterThan(5500);
  expect(locateInSpeech(sound, 100, 5400).agreement).toBeGreaterThan(0.9);
});
