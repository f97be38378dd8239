import { setTimeout as wait } from 'node:timers/promises';
import type { Locator, Page } from 'playwright';
import { STEP_LABELS, type StepId } from '../../src/domain/step.ts';
import type { Ms } from '../../src/domain/timeline.ts';
import { PROMPT, watchRecorders } from '../e2e/journey.ts';
import type { Aftermath } from './faults.ts';
import type { Spoken } from './loss.ts';
import type { Run } from './plan.ts';
import { until } from './stage.ts';

/** When Finish is pressed, should the take still run, but not sooner than this after the fault. */
const LENGTH_MS: Ms = 6000;
const AFTER_MS: Ms = 1500;
/** A device that goes away is noticed when the list of devices is asked for, every two seconds. */
const NOTICED_WITHIN_MS: Ms = 8000;
/** A mark is on disk at once, in the same queue as the sound. */
const MARK_SAVED_MS: Ms = 1000;

type Recorders = () => Promise<readonly { readonly calledAt: number }[]>;

/** A take, driven through the app as a person would, and what was said into it by the wall clock. */
export class Take {
  readonly #page: Page;
  readonly #run: Run;
  readonly #recorders: Recorders;
  readonly #spoken: Spoken[] = [];
  readonly #marks: { readonly step: StepId; readonly at: number; readonly clockMs: Ms }[] = [];
  #startedAt = Number.NaN;
  #since: number | null = null;
  #aftermath: Aftermath | null = null;

  private constructor(page: Page, run: Run, recorders: Recorders) {
    this.#page = page;
    this.#run = run;
    this.#recorders = recorders;
  }

  /** Resolves with the first sound. */
  static async start(page: Page, run: Run, origin: string): Promise<Take> {
    const take = new Take(page, run, await watchRecorders(page));
    await page.addInitScript(notePresses);
    await page.goto(`${origin}/practice/${PROMPT.id}`);
    await page.getByRole('combobox', { name: 'Countdown' }).selectOption({ label: 'None' });
    await page.getByRole('button', { name: 'Start recording' }).click();
    await take.#speak(0);
    take.#startedAt = take.#since ?? Number.NaN;
    return take;
  }

  /** When the fault struck, after the first sound. */
  get momentMs(): Ms {
    return (this.#aftermath?.at ?? Number.NaN) - this.#startedAt;
  }

  get spoken(): readonly Spoken[] {
    return this.#spoken;
  }

  /** Steps whose mark must have been kept. */
  get marked(): readonly StepId[] {
    const until = (this.#spoken.at(-1)?.to ?? 0) - MARK_SAVED_MS;
    // Of several marks at one instant, as while paused, the last one counts.
    return this.#marks
      .filter(({ clockMs }, index) => clockMs !== this.#marks[index + 1]?.clockMs)
      .filter(({ at }) => at < until)
      .map(({ step }) => step);
  }

  /** Speaks, pauses and marks as planned, and lets the fault strike meanwhile. */
  async perform(strike: () => Promise<Aftermath>): Promise<Aftermath> {
    const { momentMs, marks, pause } = this.#run;
    const acts = [
      ...marks.map(({ step, atMs }) => ({ atMs, act: () => this.#mark(step) })),
      ...(pause === null
        ? []
        : [
            { atMs: pause.fromMs, act: () => this.#pause() },
            { atMs: pause.toMs, act: () => this.#resume() },
          ]),
      { atMs: momentMs, act: () => this.#suffer(strike) },
    ].toSorted((a, b) => a.atMs - b.atMs);
    for (const { atMs, act } of acts) {
      await wait(Math.max(0, this.#startedAt + atMs - Date.now()));
      if (this.#aftermath !== null && (this.#aftermath.tag !== 'goes-on' || !(await this.#isLive()))) break;
      await act();
    }
    if (this.#aftermath === null) throw new Error('The fault did not strike');
    return this.#aftermath;
  }

  /**
   * Ends the take with Finish, or follows what the app offers for one that has ended by itself. Resolves on the
   * page of the attempt.
   */
  async finish(struckAt: number): Promise<void> {
    const aftermath = this.#aftermath;
    if (aftermath?.tag === 'goes-on') {
      await wait(Math.max(this.#startedAt + LENGTH_MS, struckAt + AFTER_MS) - Date.now());
      if (await this.#isLive()) this.#hush(await this.#press(this.#finish));
      else if (aftermath.isUntouched) throw new Error('The take ended, which the fault is no reason for');
      else this.#cut(aftermath.at);
    } else {
      const recorder = this.#page.getByRole('region', { name: 'Recorder' });
      const isRecording = recorder.getByText('Recording', { exact: true });
      const noticed = async () => !(await isRecording.isVisible());
      await until(noticed, 'the fault to be noticed', NOTICED_WITHIN_MS).catch(() => {});
    }
    await until(() => this.#follow(), 'the way to the attempt');
  }

  /** One press on the way to the attempt, where one is due. */
  async #follow(): Promise<boolean> {
    if (/\/attempts\//.test(this.#page.url())) return true;
    for (const next of [this.#review, this.#finish]) {
      // It may go away while it is aimed at: the take has just ended by itself.
      if (await next.isVisible()) await next.click({ timeout: 1000 }).catch(() => {});
    }
    return false;
  }

  get #finish() {
    return this.#page.getByRole('button', { name: 'Finish' });
  }

  get #review() {
    return this.#page.getByRole('link', { name: 'Review it' });
  }

  #isLive(): Promise<boolean> {
    return this.#finish.isVisible();
  }

  async #mark(step: StepId): Promise<void> {
    const steps = this.#page.getByRole('group', { name: 'Steps' });
    const at = await this.#press(steps.getByRole('button', { name: STEP_LABELS[step], exact: true }));
    this.#marks.push({ step, at, clockMs: this.#saidMs(at) });
  }

  async #pause(): Promise<void> {
    this.#hush(await this.#press(this.#page.getByRole('button', { name: 'Pause' })));
  }

  async #resume(): Promise<void> {
    const before = (await this.#recorders()).length;
    await this.#press(this.#page.getByRole('button', { name: 'Resume' }));
    await this.#speak(before);
  }

  /** When the page felt it: a busy machine is late. */
  async #press(button: Locator): Promise<number> {
    await button.click();
    return this.#page.evaluate(() => (window as unknown as { pressedAt: number }).pressedAt);
  }

  async #suffer(strike: () => Promise<Aftermath>): Promise<void> {
    const aftermath = await strike();
    this.#aftermath = aftermath;
    const isSpeaking = this.#since !== null;
    if (aftermath.tag !== 'goes-on') return this.#hush(aftermath.at);
    if (aftermath.gapMs === 0 || !isSpeaking) return;
    this.#hush(aftermath.at);
    this.#since = aftermath.at + aftermath.gapMs;
  }

  /** What is said counts from when the encoder hears it. */
  async #speak(recordersBefore: number): Promise<void> {
    await until(async () => (await this.#recorders()).length > recordersBefore, 'the encoder to run');
    this.#since = (await this.#recorders()).at(-1)?.calledAt ?? null;
  }

  #hush(at: number): void {
    if (this.#since !== null) this.#spoken.push({ from: this.#since, to: at });
    this.#since = null;
  }

  /** What was said later was not into the take. */
  #cut(at: number): void {
    this.#hush(at);
    const before = this.#spoken
      .filter(({ from }) => from < at)
      .map(({ from, to }) => ({ from, to: Math.min(to, at) }));
    this.#spoken.splice(0, this.#spoken.length, ...before);
  }

  #saidMs(at: number): Ms {
    const earlier = this.#spoken.reduce((sum, { from, to }) => sum + to - from, 0);
    return earlier + (this.#since === null ? 0 : at - this.#since);
  }
}

/** Before the page's own scripts. */
function notePresses(): void {
  addEventListener('click', () => Object.assign(window, { pressedAt: Date.now() }), { capture: true });
}
