import { readFileSync } from 'node:fs';
import type { Download, Page } from '@playwright/test';
import { envelope, locate, type Sound } from '../support/audio.ts';
import { fedSpeech } from '../support/speech.ts';
import { expect } from '../support/test.ts';

export const PROMPT = {
  id: 'py-refcount-cycles',
  title: 'Reference counting and the cycle collector',
} as const;

export const STEPS = ['Situation', 'Approach', 'Trade-offs', 'Results', 'Next'] as const;
export const CRITERIA = ['Clarity', 'Pacing', 'Technical depth'] as const;

/** What the page's own MediaRecorders did, by the wall clock: seen from outside, not told by the app. */
type RecorderLog = {
  /** With a picture the sound begins here, and `start` is reported late. */
  readonly calledAt: number;
  readonly startedAt: number;
  readonly stoppedAt: number | null;
}[];

/** Must be called before the page opens: notes when each MediaRecorder began and was told to stop. */
export async function watchRecorders(page: Page): Promise<() => Promise<RecorderLog>> {
  await page.addInitScript(() => {
    type Row = { calledAt: number; startedAt: number; stoppedAt: number | null };
    const log: Row[] = [];
    Object.assign(window, { recorderLog: log });
    const { start, stop } = MediaRecorder.prototype;
    const rows = new WeakMap<MediaRecorder, Row>();
    MediaRecorder.prototype.start = function (this: MediaRecorder, timeslice?: number) {
      const calledAt = Date.now();
      this.addEventListener('start', () => {
        const row = { calledAt, startedAt: Date.now(), stoppedAt: null };
        rows.set(this, row);
        log.push(row);
      });
      start.call(this, timeslice);
    };
    MediaRecorder.prototype.stop = function (this: MediaRecorder) {
      const row = rows.get(this);
      if (row !== undefined) row.stoppedAt = Date.now();
      stop.call(this);
    };
  });
  return async () => page.evaluate(() => (window as unknown as { recorderLog: RecorderLog }).recorderLog);
}

export type RecordLabel = 'Audio' | 'Audio and camera' | 'Audio and screen';

export async function startTake(
  page: Page,
  promptId: string = PROMPT.id,
  record: RecordLabel = 'Audio',
): Promise<void> {
  await page.goto(`/practice/${promptId}`);
  await page.getByRole('combobox', { name: 'Record' }).selectOption({ label: record });
  await page.getByRole('combobox', { name: 'Countdown' }).selectOption({ label: 'None' });
  await page.getByRole('button', { name: 'Start recording' }).click();
  // A camera takes its time.
  await expect(page.getByRole('timer', { name: 'Elapsed' })).toBeVisible({ timeout: 15_000 });
}

export async function mark(page: Page, step: (typeof STEPS)[number]): Promise<void> {
  const button = page.getByRole('group', { name: 'Steps' }).getByRole('button', { name: step, exact: true });
  await button.click();
  await expect(button).toHaveAttribute('aria-current', 'step');
}

/** Waits until the take is at least this long, by its own timer. */
export async function speakUntil(page: Page, seconds: number): Promise<void> {
  const timer = page.getByRole('timer', { name: 'Elapsed' });
  await expect
    .poll(async () => clock(await timer.innerText()), { timeout: (seconds + 10) * 1000, intervals: [100] })
    .toBeGreaterThanOrEqual(seconds);
}

/** Seconds of a `m:ss`. */
function clock(text: string): number {
  const [minutes = Number.NaN, seconds = Number.NaN] = text.trim().split(':').map(Number);
  return minutes * 60 + seconds;
}

/**
 * Notes when *Elapsed* turns to another second from now on: what it shows to the millisecond can be worked
 * out from its last turn. Answers when the take has ended.
 */
export async function watchTimer(
  page: Page,
): Promise<() => Promise<{ readonly seconds: number; readonly at: number }>> {
  const timer = page.getByRole('timer', { name: 'Elapsed' });
  await timer.evaluate(async (element) => {
    const shown = element.textContent;
    await new Promise<void>((turned) => {
      const observer = new MutationObserver(() => {
        Object.assign(window, { timerTurn: { text: element.textContent, at: Date.now() } });
        if (element.textContent !== shown) turned();
      });
      observer.observe(element, { characterData: true, childList: true, subtree: true });
    });
  });
  return async () => {
    const { text, at } = await page.evaluate(
      () => (window as unknown as { timerTurn: { text: string; at: number } }).timerTurn,
    );
    return { seconds: clock(text), at };
  };
}

export async function finish(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Finish' }).click();
  await expect(page).toHaveURL(/\/attempts\//);
  await expect(page.getByRole('slider', { name: 'Position' })).toBeVisible();
}

/** A short take from start to review. */
export async function recordShortly(page: Page, seconds = 3, promptId: string = PROMPT.id): Promise<void> {
  await startTake(page, promptId);
  await mark(page, 'Situation');
  await speakUntil(page, seconds);
  await finish(page);
}

/** The clip as the person gets it, decoded by the browser. */
export async function downloadClip(page: Page): Promise<{ readonly name: string; readonly sound: Sound }> {
  const waiting = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download recording' }).click();
  const download: Download = await waiting;
  const bytes = readFileSync(await download.path());
  const samples = await page.evaluate(async (base64) => {
    const context = new OfflineAudioContext(1, 1, 16_000);
    const encoded = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const buffer = await context.decodeAudioData(encoded.buffer);
    const channels = Array.from({ length: buffer.numberOfChannels }, (_, index) =>
      buffer.getChannelData(index),
    );
    const mixed = new Int16Array(buffer.length);
    for (let index = 0; index < buffer.length; index += 1) {
      const sum = channels.reduce((total, channel) => total + (channel[index] ?? 0), 0);
      mixed[index] = Math.round((sum / channels.length) * 32_767);
    }
    let text = '';
    for (const byte of new Uint8Array(mixed.buffer)) text += String.fromCharCode(byte);
    return btoa(text);
  }, bytes.toString('base64'));
  const raw = Buffer.from(samples, 'base64');
  const mono = Float32Array.from(
    { length: raw.length / 2 },
    (_, index) => raw.readInt16LE(index * 2) / 32_768,
  );
  return { name: download.suggestedFilename(), sound: { sampleRate: 16_000, samples: mono } };
}

export function lengthMs({ sampleRate, samples }: Sound): number {
  return (samples.length / sampleRate) * 1000;
}

/** Where in the fed speech a piece of a clip comes from, and how surely. */
export function locateInSpeech(sound: Sound, fromMs: number, toMs: number) {
  const per = sound.sampleRate / 1000;
  const piece = {
    ...sound,
    samples: sound.samples.subarray(Math.round(fromMs * per), Math.round(toMs * per)),
  };
  return locate(envelope(fedSpeech()), envelope(piece));
}
