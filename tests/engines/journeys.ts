import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout as wait } from 'node:timers/promises';
import type axe from 'axe-core';
import { expect, inject, test } from 'vitest';
import { checkInvariants } from '../support/invariants.ts';
import { eventually } from './machine.ts';
import { decodedClip, lengthMs, observing, playbackOf, recordersOf } from './observer.ts';
import type { Engine, Found, Tab } from './tab.ts';

const PROMPT = {
  id: 'py-refcount-cycles',
  title: 'Reference counting and the cycle collector',
} as const;

/** From the call of `start` to the encoder's first sound, and from `stop` to its last; per segment. */
const SEGMENT_MS = 300;

async function visit(tab: Tab, path: string): Promise<void> {
  await tab.goto(inject('app') + path);
  await eventually(async () => {
    expect(await tab.evaluate(() => location.pathname)).toBe(path);
    expect(await tab.evaluate(() => document.readyState)).toBe('complete');
  });
  await observing(tab);
}

/** The one element of this role and name, once it is there. */
export function find(tab: Tab, role: string, name: string | RegExp, withinMs?: number): Promise<Found> {
  return eventually(async () => {
    const [found, ...others] = await tab.all(role, name);
    if (found === undefined) throw new Error(`There is no ${role} "${name}"`);
    if (others.length > 0) throw new Error(`There are ${others.length + 1} of ${role} "${name}"`);
    return found;
  }, withinMs);
}

/** A page may replace an element between its being found and being pressed. */
function press(tab: Tab, role: string, name: string | RegExp): Promise<void> {
  return eventually(async () => (await find(tab, role, name)).press());
}

async function gone(tab: Tab, role: string, name: string | RegExp): Promise<void> {
  await eventually(async () => expect(await tab.all(role, name), `${role} "${name}"`).toHaveLength(0));
}

async function choose(tab: Tab, role: 'combobox', name: string, label: string): Promise<void> {
  const labels = await (await find(tab, role, name)).read((element) =>
    Array.from((element as HTMLSelectElement).options, (option) => option.label),
  );
  const index = labels.indexOf(label);
  if (index === -1) throw new Error(`${name} has no ${label}, but ${labels.join(', ')}`);
  await tab.evaluate(
    (options, chosen) => {
      const select = Array.from(document.querySelectorAll('select')).find(
        (candidate) => Array.from(candidate.options, (option) => option.label).join() === options,
      );
      if (select === undefined) throw new Error('The list went away');
      select.selectedIndex = chosen;
      select.dispatchEvent(new Event('change', { bubbles: true }));
    },
    labels.join(),
    index,
  );
}

export async function startTake(tab: Tab): Promise<void> {
  await visit(tab, `/practice/${PROMPT.id}`);
  await choose(tab, 'combobox', 'Countdown', 'None');
  // Open beforehand, so that what it takes a device to start is no part of what a take has lost.
  await press(tab, 'button', 'Allow microphone');
  await find(tab, 'meter', 'Input level');
  await press(tab, 'button', 'Start recording');
  await eventually(async () => expect(await recordersOf(tab)).toHaveLength(1), 30_000);
}

export async function mark(tab: Tab, step: string): Promise<void> {
  await press(tab, 'button', step);
  await eventually(async () => {
    const current = await (await find(tab, 'button', step)).read((button) =>
      button.getAttribute('aria-current'),
    );
    expect(current).toBe('step');
  });
}

/** Waits until the take is at least this long by its own timer. */
export async function speakUntil(tab: Tab, seconds: number): Promise<void> {
  await eventually(
    async () => {
      const text = await (await find(tab, 'timer', 'Elapsed')).read((timer) => timer.textContent);
      const [minutes = Number.NaN, rest = Number.NaN] = text.trim().split(':').map(Number);
      expect(minutes * 60 + rest).toBeGreaterThanOrEqual(seconds);
    },
    (seconds + 20) * 1000,
  );
}

export async function finish(tab: Tab): Promise<void> {
  await press(tab, 'button', 'Finish');
  await find(tab, 'slider', 'Position');
}

export async function sliderOf(tab: Tab): Promise<{ readonly maxMs: number; readonly atMs: number }> {
  const slider = await find(tab, 'slider', 'Position');
  const [max, value] = await slider.read((element) => {
    const input = element as HTMLInputElement;
    return [Number(input.max), Number(input.value)];
  });
  return { maxMs: Math.round((max ?? 0) * 1000), atMs: Math.round((value ?? 0) * 1000) };
}

/** Moves the slider, and waits until the media element is there. */
async function seek(tab: Tab, toMs: number): Promise<void> {
  await tab.evaluate((seconds) => {
    const slider = document.querySelector<HTMLInputElement>('input[type=range]');
    const value = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value');
    value?.set?.call(slider, String(seconds));
    slider?.dispatchEvent(new Event('input', { bubbles: true }));
  }, toMs / 1000);
  await eventually(async () => {
    const playback = await playbackOf(tab);
    expect(playback?.isSeeking).toBe(false);
    expect(Math.abs((playback?.at ?? 0) * 1000 - toMs), `asked for ${toMs} ms`).toBeLessThan(50);
  });
}

/** Plays on from where it stands for at least this long, then pauses. */
export async function playFor(tab: Tab, ms: number): Promise<void> {
  const before = (await playbackOf(tab))?.at ?? 0;
  await press(tab, 'button', 'Play');
  await eventually(async () =>
    expect(((await playbackOf(tab))?.at ?? 0) * 1000).toBeGreaterThan(before * 1000 + ms),
  );
  // As a headset's key does: a busy machine may be at the end by now, where the button plays again.
  await tab.evaluate(() => observed.media?.pause());
  await find(tab, 'button', 'Play');
}

export async function soundStorage(tab: Tab): Promise<void> {
  expect(await tab.evaluate(checkInvariants)).toEqual([]);
}

/** Opens the one recovered take from the Practice page. */
export async function reviewRecovered(tab: Tab): Promise<void> {
  await visit(tab, '/');
  await find(tab, 'region', 'Recovered takes');
  await press(tab, 'link', new RegExp(`^Review ${PROMPT.title}`));
  await find(tab, 'slider', 'Position');
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** No rules are broken by the screen as it stands, wide and as narrow as the window gets; no sideways scrolling. */
async function audit(tab: Tab, name: string): Promise<void> {
  await tab.run(axeSource);
  for (const width of [1280, 320]) {
    await tab.resize(width, 800);
    const broken = await tab.evaluate(async (tags) => {
      const { run } = (globalThis as unknown as { axe: typeof axe }).axe;
      const { violations } = await run(document, { runOnly: tags });
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`);
    }, WCAG);
    const { page, seen } = await tab.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      return { page: scrollWidth, seen: clientWidth };
    });
    expect(broken, `${name}, ${seen} px`).toEqual([]);
    expect(page, `${name} scrolls sideways at ${seen} px`).toBeLessThanOrEqual(seen);
  }
  await tab.resize(1280, 800);
}

/** Self-contained, so that it can be sent into a page. */
async function storedDeliveries(): Promise<unknown[]> {
  const settled = <Result>(request: IDBRequest<Result>): Promise<Result> =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error ?? new Error('Reading failed'));
    });
  const db = await settled(indexedDB.open('practice'));
  try {
    return await settled(db.transaction('deliveries').objectStore('deliveries').getAll());
  } finally {
    db.close();
  }
}

/** What every engine must do, whatever it records and however it is driven. */
export function journeysIn(engine: Engine): void {
  const { name, missing } = engine;

  test(`${name} records, pauses, resumes and finishes; the clip is as long as the take, plays and is seeked in`, async ({
    skip,
  }) => {
    skip(missing !== null, missing ?? '');
    const tab = await engine.launch();
    await startTake(tab);
    await mark(tab, 'Situation');
    await speakUntil(tab, 2);
    await press(tab, 'button', 'Pause');
    await find(tab, 'button', 'Resume');
    const clock = () =>
      find(tab, 'timer', 'Elapsed').then((timer) => timer.read((element) => element.textContent));
    const shown = await clock();
    await wait(2000);
    expect(await clock()).toBe(shown);
    await press(tab, 'button', 'Resume');
    await find(tab, 'button', 'Pause');
    await mark(tab, 'Approach');
    await speakUntil(tab, 5);
    await finish(tab);

    await gone(tab, 'progressbar', 'Drawing the sound');
    const { maxMs } = await sliderOf(tab);
    const recorders = await recordersOf(tab);
    expect(recorders).toHaveLength(2);
    const recordedMs = recorders.reduce(
      (sum, { startedAt, stoppedAt }) => sum + (stoppedAt ?? 0) - startedAt,
      0,
    );
    expect(recordedMs).toBeGreaterThan(4500);
    expect(Math.abs(maxMs - recordedMs), 'against the encoders’ time').toBeLessThan(2 * SEGMENT_MS);
    expect(Math.abs(maxMs - lengthMs(await decodedClip(tab))), 'against the decoded clip').toBeLessThan(150);
    await seek(tab, Math.round(maxMs / 2));
    expect(Math.abs(((await playbackOf(tab))?.lasts ?? 0) * 1000 - maxMs)).toBeLessThan(150);
    await choose(tab, 'combobox', 'Speed', '2×');
    await playFor(tab, 300);
    expect((await sliderOf(tab)).atMs).toBeGreaterThan(maxMs / 2);
    expect((await playbackOf(tab))?.rate).toBe(2);
    await seek(tab, maxMs);
    expect(await tab.all('list', 'Steps')).toHaveLength(1);
    await find(tab, 'button', 'Play Approach');
    await soundStorage(tab);
    // In the background, by whatever this engine decodes what it records with.
    await eventually(async () => {
      const [delivery] = await tab.evaluate(storedDeliveries);
      expect(delivery).toMatchObject({ measures: { loudness: expect.any(Number) } });
    }, 30_000);
  });

  test(`${name} recovers a take whose page was loaded again in its middle`, async ({ skip }) => {
    skip(missing !== null, missing ?? '');
    const tab = await engine.launch();
    await startTake(tab);
    await mark(tab, 'Situation');
    await speakUntil(tab, 3);
    const [recorder] = await recordersOf(tab);
    const spokenMs = Date.now() - (recorder?.startedAt ?? Number.NaN);
    await tab.reload();
    await find(tab, 'button', 'Start recording');
    await reviewRecovered(tab);
    const { maxMs } = await sliderOf(tab);
    expect(spokenMs - maxMs).toBeLessThan(1500);
    expect(Math.abs(maxMs - lengthMs(await decodedClip(tab)))).toBeLessThan(150);
    await playFor(tab, 300);
    await soundStorage(tab);
  });

  test(`${name} takes back what was discarded and what was deleted`, async ({ skip }) => {
    skip(missing !== null, missing ?? '');
    const tab = await engine.launch();
    await startTake(tab);
    await speakUntil(tab, 2);
    await press(tab, 'button', 'Discard');
    await find(tab, 'dialog', 'Discard this take?');
    await press(tab, 'button', 'Discard');
    await find(tab, 'button', 'Start recording');
    await press(tab, 'button', 'Undo');
    await find(tab, 'slider', 'Position');
    await visit(tab, '/history');
    await press(tab, 'button', new RegExp(`^Delete ${PROMPT.title}`));
    await gone(tab, 'link', PROMPT.title);
    await press(tab, 'button', 'Undo');
    await find(tab, 'link', PROMPT.title);
    await soundStorage(tab);
  });

  test(`${name} shows the record and the review screen without a breach of WCAG`, async ({ skip }) => {
    skip(missing !== null, missing ?? '');
    const tab = await engine.launch();
    await startTake(tab);
    await mark(tab, 'Situation');
    await audit(tab, 'recording');
    await press(tab, 'button', 'Pause');
    await find(tab, 'button', 'Resume');
    await audit(tab, 'paused');
    await finish(tab);
    await audit(tab, 'review');
  });
}
