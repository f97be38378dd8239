import puppeteer, { type ElementHandle, type Page } from 'puppeteer-core';
import { onTestFinished } from 'vitest';
import { findProgram, killTree, SILENT, temporaryFolder } from './machine.ts';
import type { Engine, Found, Tab } from './tab.ts';
import { isNamed } from './tab.ts';

const program = findProgram(['firefox-esr', 'firefox'], ['/Applications/Firefox.app/Contents/MacOS/firefox']);

export const firefox: Engine = {
  name: 'Firefox',
  missing: program === null ? 'Firefox is not installed: npm run setup:browsers' : null,
  launch: () => launchFirefox(),
};

/** Firefox by WebDriver BiDi. Its microphone is its own, a tone; it may listen and play without asking. */
export async function launchFirefox(profile = temporaryFolder('firefox')): Promise<Tab> {
  if (program === null) throw new Error('Firefox is not installed');
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: program,
    headless: true,
    userDataDir: profile,
    env: { ...process.env, ...SILENT },
    extraPrefsFirefox: {
      'media.navigator.permission.disabled': true,
      'media.navigator.streams.fake': true,
      'media.autoplay.default': 0,
      'media.autoplay.blocking_policy': 0,
    },
  });
  const kill = () => killTree(browser.process()?.pid);
  onTestFinished(kill);
  const [first] = await browser.pages();
  const page = first ?? (await browser.newPage());
  // Leaving a page in the middle of a take asks.
  page.on('dialog', (dialog) => void dialog.accept().catch(() => undefined));
  await page.setViewport({ width: 1280, height: 800 });
  return {
    kill,
    goto: async (url) => void (await page.goto(url)),
    reload: async () => void (await page.reload()),
    all: (role, name) => all(page, role, name),
    evaluate: async (work, ...args) =>
      (await page.evaluate(`(${work.toString()})(...${JSON.stringify(args)})`)) as Awaited<
        ReturnType<typeof work>
      >,
    run: async (source) => void (await page.evaluate(`${source};undefined`)),
    resize: (width, height) => page.setViewport({ width, height }),
    screenshot: async () => Buffer.from(await page.screenshot()),
  };
}

async function all(page: Page, role: string, name: string | RegExp): Promise<readonly Found[]> {
  const names = typeof name === 'string' ? [name] : await likelyNames(page, role, name);
  const handles = await Promise.all(names.map((exact) => page.$$(`aria/${exact}[role="${role}"]`)));
  return handles.flat().map((handle) => found(handle as ElementHandle<HTMLElement>));
}

/** BiDi looks for whole names only. The text of an element is a guess which Firefox then confirms or not. */
async function likelyNames(page: Page, role: string, name: RegExp): Promise<readonly string[]> {
  const handles = await page.$$(`aria/[role="${role}"]`);
  const texts = await Promise.all(
    handles.map((handle) =>
      handle.evaluate((element) => (element.getAttribute('aria-label') ?? element.textContent).trim()),
    ),
  );
  return [...new Set(texts)].filter((text) => isNamed(text, name));
}

function found(handle: ElementHandle<HTMLElement>): Found {
  return {
    press: () => handle.click(),
    read: (work) => handle.evaluate(work),
  };
}
