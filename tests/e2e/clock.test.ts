import { chromium, type Page } from '@playwright/test';
import { envelope, FRAME_MS, type Sound } from '../support/audio.ts';
import { type Headed, hasXvfb, startHeaded } from '../support/headed.ts';
import { fedSpeech } from '../support/speech.ts';
import { test as base, expect } from '../support/test.ts';
import { violations } from './database.ts';
import {
  clock,
  downloadClip,
  finish,
  lengthMs,
  locateInSpeech,
  PROMPT,
  speakUntil,
  startTake,
  watchRecorders,
} from './journey.ts';

/** The screen turns once a second, with the frame after. */
const FRESH_MS = 1300;
/** A tab shows this long after it came back what it shows by itself. */
const SETTLED_MS = 500;
const HIDDEN_MS = 10_000;
/** Of the length, on a busy machine: an encoder starts and stops a little late. */
const MOST_OFF_MS = 600;
/** Of the level of a second, in the mean: an encoder changes it by 1 dB, silence in place of speech by 20. */
const MOST_OFF_DB = 5;

/** A browser whose tabs are really hidden, as long as nothing is attached to it; and where the app is. */
type Tabs = Pick<Headed, 'endpoint'> & { readonly origin: string };

const test = base.extend<{ tabs: Tabs }>({
  tabs: async ({ baseURL }, provide, info) => {
    info.skip(!hasXvfb(), 'Xvfb is not installed');
    const { endpoint, close } = await startHeaded();
    await provide({ endpoint, origin: baseURL ?? '' });
    await close();
  },
});

test.describe.configure({ timeout: 120_000 });

/** What a page noted of its own life while nobody was attached; times by the wall clock. */
type Seen = {
  readonly hiddenAt: number;
  /** While it was hidden: of a timer that wants ten a second, and of the screen. */
  readonly ticks: number;
  readonly frames: number;
  /** When it asked an encoder for what it had. */
  readonly hurriedAt: readonly number[];
  readonly lookedAt: number;
  /** What *Elapsed* showed then. */
  readonly shown: string;
};

async function noteHiding(page: Page): Promise<void> {
  await page.evaluate((settledMs) => {
    const seen = { hiddenAt: 0, ticks: 0, frames: 0, hurriedAt: [] as number[], lookedAt: 0, shown: '' };
    Object.assign(window, { seen });
    const isHidden = () => document.visibilityState === 'hidden';
    setInterval(() => {
      if (isHidden()) seen.ticks += 1;
    }, 100);
    requestAnimationFrame(function next() {
      if (isHidden()) seen.frames += 1;
      requestAnimationFrame(next);
    });
    const { requestData } = MediaRecorder.prototype;
    MediaRecorder.prototype.requestData = function (this: MediaRecorder) {
      seen.hurriedAt.push(Date.now());
      requestData.call(this);
    };
    document.addEventListener('visibilitychange', () => {
      if (isHidden()) seen.hiddenAt = Date.now();
      else
        setTimeout(() => {
          seen.lookedAt = Date.now();
          seen.shown = document.querySelector('[role=timer]')?.textContent ?? '';
        }, settledMs);
    });
  }, SETTLED_MS);
}

async function attach({ endpoint, origin }: Tabs): Promise<Page> {
  const browser = await chromium.connectOverCDP(endpoint);
  const pages = browser.contexts().flatMap((context) => context.pages());
  const page = pages.find((candidate) => candidate.url().startsWith(origin)) ?? pages[0];
  if (page === undefined) throw new Error('The browser has no tab');
  return page;
}

async function detach(page: Page): Promise<void> {
  await page.context().browser()?.close();
}

/** A command of Chromium's own to its tabs, which attaches nothing to them. */
async function command({ endpoint }: Tabs, words: string, method = 'GET'): Promise<Response> {
  const answer = await fetch(`${endpoint}/json/${words}`, { method });
  if (!answer.ok) throw new Error(`${words}: ${answer.status}`);
  return answer;
}

function expectRightClock(shown: string, lookedAt: number, startedAt: number): void {
  const behindMs = lookedAt - startedAt - clock(shown) * 1000;
  expect(behindMs, `${shown} after ${lookedAt - startedAt} ms`).toBeGreaterThan(1000 - FRESH_MS);
  expect(behindMs, `${shown} after ${lookedAt - startedAt} ms`).toBeLessThan(FRESH_MS);
}

/** Every second of the sound is what was fed at its time: none is missing, silent or late. */
function expectUnbroken(sound: Sound): void {
  const [fed, got] = [envelope(fedSpeech()), envelope(sound)];
  const begin = Math.round(locateInSpeech(sound, 0, lengthMs(sound)).atMs / FRAME_MS);
  const perSecond = 1000 / FRAME_MS;
  const offDb = Array.from({ length: Math.floor(got.length / perSecond) }, (_, second) => {
    let sum = 0;
    for (let frame = second * perSecond; frame < (second + 1) * perSecond; frame += 1)
      sum += Math.abs((got[frame] ?? 0) - (fed[(begin + frame) % fed.length] ?? 0));
    return sum / perSecond;
  });
  expect(Math.max(...offDb), `seconds off by ${offDb.map(Math.round).join()} dB`).toBeLessThan(MOST_OFF_DB);
}

test('a tab behind another records every second, and shows the right time when it comes back', async ({
  tabs,
  watch,
}) => {
  let page = await attach(tabs);
  watch(page.context());
  await watchRecorders(page);
  await startTake(page, PROMPT.id, { origin: tabs.origin });
  await speakUntil(page, 3);
  await noteHiding(page);
  await detach(page);

  const listed = (await (await command(tabs, 'list')).json()) as readonly { id: string; url: string }[];
  const own = listed.find(({ url }) => url.startsWith(tabs.origin));
  await command(tabs, 'new?about:blank', 'PUT');
  await new Promise((resolve) => setTimeout(resolve, HIDDEN_MS));
  await command(tabs, `activate/${own?.id}`);
  await new Promise((resolve) => setTimeout(resolve, 3 * SETTLED_MS));

  page = await attach(tabs);
  watch(page.context());
  const seen = await page.evaluate(() => (window as unknown as { seen: Seen }).seen);
  // It was really hidden: no frame, and a tick a second.
  expect(seen).toMatchObject({ frames: 0, hurriedAt: [expect.any(Number)] });
  expect(seen.ticks).toBeLessThan((2 * HIDDEN_MS) / 1000);
  expect(Math.abs((seen.hurriedAt[0] ?? 0) - seen.hiddenAt)).toBeLessThan(500);
  const recorders = await watchRecorders(page);
  const startedAt = (await recorders())[0]?.startedAt ?? Number.NaN;
  expectRightClock(seen.shown, seen.lookedAt, startedAt);

  await finish(page);
  expect(await recorders()).toHaveLength(1);
  const { sound } = await downloadClip(page);
  const spokenMs = ((await recorders())[0]?.stoppedAt ?? Number.NaN) - startedAt;
  expect(Math.abs(lengthMs(sound) - spokenMs)).toBeLessThan(MOST_OFF_MS);
  expectUnbroken(sound);
  expect(await violations(page)).toEqual([]);
  await detach(page);
});

test('timers that come late change neither the clock nor the take', async ({ page }) => {
  const recorders = await watchRecorders(page);
  await startTake(page);
  await speakUntil(page, 2);
  const { shown, lookedAt } = await page.evaluate(async () => {
    for (const until = Date.now() + 3000; Date.now() < until; );
    // A frame for the clock to be looked at, and one for it to be drawn.
    for (let frame = 0; frame < 2; frame += 1) await new Promise((resolve) => requestAnimationFrame(resolve));
    return { lookedAt: Date.now(), shown: document.querySelector('[role=timer]')?.textContent ?? '' };
  });
  const startedAt = (await recorders())[0]?.startedAt ?? Number.NaN;
  expectRightClock(shown, lookedAt, startedAt);
  await finish(page);
  const { sound } = await downloadClip(page);
  const spokenMs = ((await recorders())[0]?.stoppedAt ?? Number.NaN) - startedAt;
  expect(Math.abs(lengthMs(sound) - spokenMs)).toBeLessThan(MOST_OFF_MS);
  expectUnbroken(sound);
});
