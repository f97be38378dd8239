import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { browserArguments, findBrowser } from '../../scripts/browser.ts';
import { processesOf, signal } from '../support/processes.ts';
import { speechFile } from '../support/speech.ts';
import { test as base, expect } from '../support/test.ts';
import { violations } from './database.ts';
import {
  downloadClip,
  finish,
  lengthMs,
  locateInSpeech,
  mark,
  PROMPT,
  type RecordLabel,
  speakUntil,
  startTake,
  watchRecorders,
} from './journey.ts';

/** WebM: a chunk every 500 ms, plus what lies between the microphone and the chunk. */
const MOST_LOST_MS = 1000;

type Profile = {
  /** Starts a browser on this profile and gives its page. */
  launch(): Promise<Page>;
  /** SIGKILL for every process of it: nothing gets a chance to tidy up. */
  kill(): Promise<void>;
};

const test = base.extend<{ profile: Profile }>({
  profile: async ({ baseURL, watch }, provide) => {
    const folder = mkdtempSync(join(tmpdir(), 'talkthrough-crash-'));
    const executablePath = findBrowser();
    let close = async () => {};
    const kill = async () => {
      signal(processesOf(folder), 'SIGKILL');
      await close();
    };
    const launch = async () => {
      const context = await chromium.launchPersistentContext(folder, {
        ...(executablePath === undefined ? {} : { executablePath }),
        ...(baseURL === undefined ? {} : { baseURL }),
        args: browserArguments(speechFile()),
        headless: true,
      });
      close = async () => context.close().catch(() => {});
      watch(context);
      return context.pages()[0] ?? (await context.newPage());
    };
    await provide({ launch, kill });
    await kill();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  },
});

test.describe.configure({ timeout: 120_000 });
test.skip(process.platform !== 'linux', 'finds the processes of the browser in /proc');

/** Records until `killAfterMs` after the first recorder began, kills, and says what had been spoken. */
async function recordAndKill(
  profile: Profile,
  killAfterMs: number,
  record: RecordLabel = 'Audio',
): Promise<number> {
  const page = await profile.launch();
  const recorders = await watchRecorders(page);
  await startTake(page, PROMPT.id, { record });
  await mark(page, 'Situation');
  await expect.poll(async () => (await recorders()).length).toBe(1);
  const [recorder] = await recorders();
  const startedAt = (record === 'Audio' ? recorder?.startedAt : recorder?.calledAt) ?? Number.NaN;
  await mark(page, 'Approach');
  await page.waitForTimeout(Math.max(0, killAfterMs - (Date.now() - startedAt)));
  const spokenMs = Date.now() - startedAt;
  await profile.kill();
  return spokenMs;
}

for (const killAfterMs of [1730, 3210, 4480, 6950]) {
  test(`a browser killed after ${killAfterMs} ms loses at most a second, and the take is reviewable`, async ({
    profile,
  }) => {
    const spokenMs = await recordAndKill(profile, killAfterMs);

    const page = await profile.launch();
    await page.goto('/');
    const recovered = page.getByRole('region', { name: 'Recovered takes' });
    await recovered.getByRole('link', { name: new RegExp(`^Review ${PROMPT.title}`) }).click();
    await expect(page.getByRole('slider', { name: 'Position' })).toBeVisible();
    const { sound } = await downloadClip(page);
    const lostMs = Math.round(spokenMs - lengthMs(sound));
    test.info().annotations.push({ type: 'lost', description: `${lostMs} ms of ${spokenMs} ms` });
    expect(lostMs).toBeLessThan(MOST_LOST_MS);
    expect(locateInSpeech(sound, 100, lengthMs(sound) - 100).agreement).toBeGreaterThan(0.9);
    const steps = page.getByRole('list', { name: 'Steps' });
    await expect(steps.getByRole('button', { name: 'Play Approach' })).toBeVisible();
    await page.goto('/');
    await expect(page.getByRole('heading', { level: 1, name: 'Practice' })).toBeAttached();
    await expect(recovered).toHaveCount(0);
    expect(await violations(page)).toEqual([]);
  });
}

for (const [record, killAfterMs] of [
  ['Audio and camera', 2730],
  ['Audio and camera', 6210],
  ['Audio and screen', 4480],
] as const) {
  test(`${record}: killed after ${killAfterMs} ms, at most a second is lost, and the rest is seen and heard`, async ({
    profile,
  }) => {
    const spokenMs = await recordAndKill(profile, killAfterMs, record);

    const page = await profile.launch();
    await page.goto('/');
    const recovered = page.getByRole('region', { name: 'Recovered takes' });
    await recovered.getByRole('link', { name: new RegExp(`^Review ${PROMPT.title}`) }).click();
    await expect(page.getByRole('slider', { name: 'Position' })).toBeVisible();
    const picture = page.getByLabel('Picture', { exact: true });
    await expect
      .poll(() => picture.evaluate((video: HTMLVideoElement) => video.videoWidth))
      .toBeGreaterThan(0);
    const { name, sound } = await downloadClip(page);
    expect(name).toMatch(/\.webm$/);
    const lostMs = Math.round(spokenMs - lengthMs(sound));
    test.info().annotations.push({ type: 'lost', description: `${lostMs} ms of ${spokenMs} ms` });
    expect(lostMs).toBeLessThan(MOST_LOST_MS);
    expect(locateInSpeech(sound, 100, lengthMs(sound) - 100).agreement).toBeGreaterThan(0.9);
    await page.getByRole('slider', { name: 'Position' }).fill('1.5');
    await expect
      .poll(() => picture.evaluate((video: HTMLVideoElement) => video.currentTime))
      .toBeCloseTo(1.5, 1);
    expect(await violations(page)).toEqual([]);
  });
}

test('a recovered take is continued in a new segment', async ({ profile }) => {
  const spokenMs = await recordAndKill(profile, 4000);

  const page = await profile.launch();
  await page.goto('/');
  await page.getByRole('button', { name: new RegExp(`^Continue ${PROMPT.title}`) }).click();
  await expect(page.getByRole('heading', { level: 1, name: PROMPT.title })).toBeVisible();
  await page.getByRole('button', { name: 'Start recording' }).click();
  await speakUntil(page, 7);
  await mark(page, 'Results');
  await speakUntil(page, 9);
  await finish(page);
  const { sound } = await downloadClip(page);
  expect(lengthMs(sound)).toBeGreaterThan(8500);
  expect(lengthMs(sound)).toBeLessThan(11_000);
  const before = locateInSpeech(sound, 100, spokenMs - MOST_LOST_MS - 100);
  expect(before.agreement).toBeGreaterThan(0.9);
  expect(locateInSpeech(sound, 5000, 8000).agreement).toBeGreaterThan(0.9);
  const steps = page.getByRole('list', { name: 'Steps' });
  for (const step of ['Situation', 'Approach', 'Results']) {
    await expect(steps.getByRole('button', { name: `Play ${step}` })).toBeVisible();
  }
  expect(await violations(page)).toEqual([]);
});

test('a recovered take is deleted, and taken back', async ({ profile }) => {
  await recordAndKill(profile, 2500);

  const page = await profile.launch();
  await page.goto('/');
  const recovered = page.getByRole('region', { name: 'Recovered takes' });
  await page.getByRole('button', { name: new RegExp(`^Delete ${PROMPT.title}`) }).click();
  await expect(recovered).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(recovered.getByRole('link', { name: new RegExp(`^Review ${PROMPT.title}`) })).toBeVisible();
  expect(await violations(page)).toEqual([]);
});

test('a killed tab loses at most a second', async ({ context, page }) => {
  const recorders = await watchRecorders(page);
  await startTake(page);
  await mark(page, 'Situation');
  await speakUntil(page, 4);
  const startedAt = (await recorders())[0]?.startedAt ?? Number.NaN;
  const session = await context.newCDPSession(page);
  const spokenMs = Date.now() - startedAt;
  // A crashed page answers nothing any more.
  void session.send('Page.crash').catch(() => {});
  await page.waitForEvent('crash');
  await page.close();

  const next = await context.newPage();
  await next.goto('/');
  await next
    .getByRole('region', { name: 'Recovered takes' })
    .getByRole('link', { name: new RegExp(`^Review ${PROMPT.title}`) })
    .click();
  await expect(next.getByRole('slider', { name: 'Position' })).toBeVisible();
  const { sound } = await downloadClip(next);
  expect(spokenMs - lengthMs(sound)).toBeLessThan(MOST_LOST_MS);
});
