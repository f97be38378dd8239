import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright';
import { STEP_LABELS } from '../../src/domain/step.ts';
import type { Ms } from '../../src/domain/timeline.ts';
import { downloadClip, lengthMs, PROMPT } from '../e2e/journey.ts';
import type { Sound } from '../support/audio.ts';
import { checkInvariants } from '../support/invariants.ts';
import { wav } from '../support/microphone.ts';
import { fedSpeech } from '../support/speech.ts';
import { FAULTS } from './faults.ts';
import { type Loss, lossOf } from './loss.ts';
import { MOST_LOST_MS, type Run } from './plan.ts';
import { type Screen, type SoundServer, Stage, startScreen, startSoundServer, until } from './stage.ts';
import { Take } from './take.ts';

export type Outcome = {
  readonly run: Run;
  /** When the fault really struck, after the first sound. */
  readonly momentMs: Ms;
  readonly loss: Loss | null;
  /** What is not as it must be, in words. */
  readonly violations: readonly string[];
};

/** The length a player shows and the samples of a clip may differ by a few packets. */
const LENGTH_OFF_MS: Ms = 300;

const evidence = resolve(import.meta.dirname, '../../test-results/faults');
const fed = fedSpeech();

/** Records a take through the app, lets the fault strike, and checks what is left of it. */
export async function rehearse(run: Run, origin: string): Promise<Outcome> {
  const fault = FAULTS[run.fault];
  const violations: string[] = [];
  let clip: Sound | null = null;
  let loss: Loss | null = null;
  let take: Take | null = null;
  let page: Page | null = null;
  const stage = new Stage(origin);
  let soundServer: SoundServer | null = null;
  let screen: Screen | null = null;
  const open = async (opening: Promise<Page>): Promise<Page> => {
    const opened = await opening;
    opened.on('pageerror', ({ message }) => violations.push(`exception: ${message}`));
    page = opened;
    return opened;
  };
  try {
    if (fault.needs === 'sound-server') soundServer = await startSoundServer();
    if (fault.needs === 'screen') screen = await startScreen();
    const first = await open(screen === null ? stage.launch(soundServer) : stage.launchSeen(screen));
    if (run.format === 'mp4') await first.addInitScript(recordMp4);
    await fault.prepare?.(first, stage);
    soundServer?.speak();
    take = await Take.start(first, run, origin);
    const { tag } = await take.perform(() => fault.strike({ run, stage, page: first, soundServer }));
    let last = first;
    if (tag === 'browser-dead') last = await open(stage.launch());
    if (tag === 'tab-dead') {
      last = await open(first.context().newPage());
      await first.close();
    }
    if (last === first) {
      await take.finish(Date.now());
      await fault.settle?.(first);
    } else await recover(last, origin, violations);
    if (screen !== null) {
      // Only a browser that Playwright has started gives it the download.
      const address = first.url();
      await stage.close();
      last = await open(stage.launch());
      await last.goto(address);
    }
    clip = await review(last, take, violations);
    loss = lossOf(fed, clip, take.spoken);
    if (loss.lostMs >= MOST_LOST_MS[run.format])
      violations.push(`more than ${MOST_LOST_MS[run.format]} ms lost`);
    violations.push(...loss.holes);
    await leave(last, origin, violations);
  } catch (error) {
    violations.push(error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error));
  }
  if (violations.length > 0) await keepEvidence(run, page, clip);
  await stage.remove();
  await soundServer?.stop();
  await screen?.stop();
  return { run, momentMs: take?.momentMs ?? Number.NaN, loss, violations };
}

/** From the Practice page to the attempt, as one who comes back after a crash. */
async function recover(page: Page, origin: string, violations: string[]): Promise<void> {
  await page.goto(origin);
  const recovered = page.getByRole('region', { name: 'Recovered takes' });
  const link = recovered.getByRole('link', { name: new RegExp(`^Review ${PROMPT.title}`) });
  await until(() => link.isVisible(), 'the take to be offered as recovered');
  violations.push(...(await page.evaluate(checkInvariants)));
  await link.click();
  await page.waitForURL(/\/attempts\//);
}

/** The clip plays, is as long as it says, has its marks, and holds what was said. */
async function review(page: Page, take: Take, violations: string[]): Promise<Sound> {
  const player = page.getByRole('region', { name: 'Player' });
  const position = player.getByRole('slider', { name: 'Position' });
  await until(() => position.isVisible(), 'the clip to be there');
  for (const step of take.marked) {
    const mark = player
      .getByRole('list', { name: 'Steps' })
      .getByRole('button', { name: `Play ${STEP_LABELS[step]}` });
    if (!(await mark.isVisible())) violations.push(`the mark of ${STEP_LABELS[step]} is missing`);
  }
  await player.getByRole('button', { name: 'Play', exact: true }).click();
  await until(async () => Number(await position.inputValue()) > 0.1, 'the clip to play');
  const { sound } = await downloadClip(page);
  const shownMs = Number(await position.getAttribute('max')) * 1000;
  // It may be longer: a recorder leaves out of its samples what a stopped machine did not deliver.
  if (shownMs < lengthMs(sound) - LENGTH_OFF_MS)
    violations.push(`the player shows ${shownMs} ms of ${lengthMs(sound)} ms`);
  return sound;
}

/** The attempt is the only one, kept, and no longer offered as recovered. */
async function leave(page: Page, origin: string, violations: string[]): Promise<void> {
  await page.goto(origin);
  await page.getByRole('heading', { level: 1, name: 'Practice' }).waitFor({ state: 'attached' });
  if ((await page.getByRole('region', { name: 'Recovered takes' }).count()) > 0)
    violations.push('the take is still offered as recovered');
  await page.goto(`${origin}/history`);
  const rows = page.getByRole('table', { name: 'Attempts' }).getByRole('row');
  await rows.first().waitFor();
  const attempts = (await rows.count()) - 1;
  if (attempts !== 1) violations.push(`${attempts} attempts in the history`);
  violations.push(...(await page.evaluate(checkInvariants)));
}

/** What the page looks like and what the clip sounds like, to be looked into. */
async function keepEvidence(run: Run, page: Page | null, clip: Sound | null): Promise<void> {
  const name = join(evidence, `run-${run.number}`);
  mkdirSync(evidence, { recursive: true });
  await page?.screenshot({ path: `${name}.png`, timeout: 5000 }).catch(() => {});
  if (clip !== null) writeFileSync(`${name}.wav`, wav(clip.samples, clip.sampleRate));
}

/** Before the page's own scripts: a browser that records nothing but MP4. */
function recordMp4(): void {
  const isSupported = MediaRecorder.isTypeSupported.bind(MediaRecorder);
  MediaRecorder.isTypeSupported = (type) => !/webm|ogg/.test(type) && isSupported(type);
}
