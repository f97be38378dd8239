import '../../scripts/require-node.js';
import { spawn } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';
import { resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { chromium, type Page } from '@playwright/test';
import { browserArguments, requireBrowser } from '../../scripts/browser.ts';
import { checkInvariants } from '../support/invariants.ts';
import { type Memory, pageMemory } from '../support/memory.ts';
import { speechFile } from '../support/speech.ts';

/*
 * One take in real time, in the built app, with what the page holds every minute: a leak of a few bytes a chunk shows
 * only in a take that lasts. Fails when anything grows from the first minute to the last.
 */

const MOST_GROWTH_BYTES = 20e6;
/** Far from one for each chunk, of which there are 110 a minute; some belong to the write under way. */
const MOST_GROWTH_COUNT = 100;
/** The take's clock against the wall's: pressing buttons through a driver takes that long. */
const MOST_OFF_MS = 1500;
const PAUSE_EVERY_MIN = 5;
const PAUSE_MS = 2000;

type Row = Memory & { readonly minute: number; readonly shown: string };

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '15' } } });
const minutes = Number(values.minutes);
if (!Number.isInteger(minutes) || minutes < 2) {
  console.error(`--minutes is "${values.minutes}"; it must be a whole number from 2 on.`);
  process.exit(1);
}

/** Starts scripts/serve.ts and gives the address it prints. */
async function serve(): Promise<{ readonly address: string; readonly end: () => void }> {
  const server = spawn(process.execPath, [resolve(import.meta.dirname, '../../scripts/serve.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, PORT: process.env['PORT'] ?? '4185' },
  });
  const end = () => void server.kill();
  process.once('exit', end);
  for await (const text of server.stdout.setEncoding('utf8')) {
    const address = /http:\/\/localhost:\d+/.exec(String(text))?.[0];
    if (address !== undefined) return { address, end };
  }
  throw new Error('The server ended before it said its address.');
}

/** Records, looks every minute, and gives the rows with what the take was and became. */
async function longTake(page: Page) {
  const timer = page.getByRole('timer', { name: 'Elapsed' });
  await page.getByRole('combobox', { name: 'Countdown' }).selectOption({ label: 'None' });
  await page.getByRole('button', { name: 'Start recording' }).click();
  await timer.waitFor();
  const startedAt = performance.now();
  let pausedMs = 0;
  const rows: Row[] = [];
  const steps = page.getByRole('group', { name: 'Steps' }).getByRole('button');
  for (let minute = 1; minute <= minutes; minute += 1) {
    await wait(startedAt + minute * 60_000 - performance.now());
    const row = { minute, shown: await timer.innerText(), ...(await pageMemory(page)) };
    rows.push(row);
    console.log(lineOf(row));
    await steps.nth(minute % 5).click();
    if (minute % PAUSE_EVERY_MIN === 0 && minute < minutes) {
      await page.getByRole('button', { name: 'Pause' }).click();
      const before = performance.now();
      await wait(PAUSE_MS);
      await page.getByRole('button', { name: 'Resume' }).click();
      pausedMs += performance.now() - before;
    }
  }
  const spokenMs = performance.now() - startedAt - pausedMs;
  const pressedAt = performance.now();
  await page.getByRole('button', { name: 'Finish' }).click();
  const position = page.getByRole('slider', { name: 'Position' });
  await position.waitFor();
  const finishMs = performance.now() - pressedAt;
  const lengthMs = Number(await position.getAttribute('max')) * 1000;
  return { rows, spokenMs, finishMs, lengthMs, violations: await page.evaluate(checkInvariants) };
}

function lineOf({ minute, shown, heapBytes, rendererBytes, nodes, listeners }: Row): string {
  const cells = [minute, shown.trim(), inMb(heapBytes), inMb(rendererBytes), nodes, listeners];
  return `| ${cells.map((cell) => String(cell).padStart(9)).join(' | ')} |`;
}

function inMb(bytes: number | null): string {
  return bytes === null ? '–' : (bytes / 1e6).toFixed(2);
}

function problemsOf({ rows, spokenMs, lengthMs, violations }: Awaited<ReturnType<typeof longTake>>) {
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined) return ['nothing was measured'];
  const growths: readonly (readonly [string, number, number])[] = [
    ['heap, bytes', last.heapBytes - first.heapBytes, MOST_GROWTH_BYTES],
    ['renderer, bytes', (last.rendererBytes ?? 0) - (first.rendererBytes ?? 0), MOST_GROWTH_BYTES],
    ['nodes', last.nodes - first.nodes, MOST_GROWTH_COUNT],
    ['listeners', last.listeners - first.listeners, MOST_GROWTH_COUNT],
  ];
  return [
    ...growths
      .filter(([, growth, most]) => growth >= most)
      .map(([what, growth, most]) => `${what}: grew by ${growth}, and must by less than ${most}`),
    ...(Math.abs(lengthMs - spokenMs) > MOST_OFF_MS
      ? [`the clip lasts ${Math.round(lengthMs)} ms of ${Math.round(spokenMs)} ms spoken`]
      : []),
    ...violations,
  ];
}

const server = await serve();
const browser = await chromium.launch({
  executablePath: requireBrowser(),
  args: browserArguments(speechFile()),
});
try {
  const page = await browser.newPage({ baseURL: server.address });
  await page.goto('/practice/py-refcount-cycles');
  console.log(
    `Chromium ${browser.version()}, ${process.platform}, ${cpus().length} × ${cpus()[0]?.model}, ${Math.round(totalmem() / 1e9)} GB`,
  );
  console.log('\n|    minute |     clock |   heap MB | renderer MB | nodes | listeners |');
  console.log('|----------:|----------:|----------:|----------:|----------:|----------:|');
  const taken = await longTake(page);
  const { finishMs, lengthMs, spokenMs } = taken;
  console.log(
    `\nFinish to the review: ${Math.round(finishMs)} ms. Spoken ${(spokenMs / 1000).toFixed(1)} s, the clip lasts ${(lengthMs / 1000).toFixed(1)} s.`,
  );
  console.log(`Load of the last 15 minutes: ${loadavg()[2]?.toFixed(1)}.`);
  const problems = problemsOf(taken);
  console.log(problems.length === 0 ? 'Nothing grew by more than it may.' : problems.join('\n'));
  process.exitCode = problems.length === 0 ? 0 : 1;
} finally {
  await browser.close();
  server.end();
}
