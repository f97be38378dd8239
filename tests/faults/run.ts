import '../../scripts/require-node.js';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { requireBrowser } from '../../scripts/browser.ts';
import type { Counts } from '../../scripts/vitest-report.ts';
import { FAULTS } from './faults.ts';
import { FAULT_NAMES, plan, type Run } from './plan.ts';
import { type Outcome, rehearse } from './rehearse.ts';

/*
 * The fault rig: records takes in a real browser, lets something befall each of them at a random moment, and measures
 * what of the speech survived. `npm run test:faults -- --runs 200 --seed 7` (options below).
 */

const root = resolve(import.meta.dirname, '../..');

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    /** Takes that are recorded side by side. */
    workers: { type: 'string', default: '2' },
    /** Only these runs of the plan: `3,17`. */
    only: { type: 'string' },
    /** Where to write every outcome. */
    json: { type: 'string' },
  },
});

function whole(name: 'runs' | 'seed' | 'workers'): number {
  const value = Number(options[name]);
  if (Number.isSafeInteger(value) && value >= (name === 'seed' ? 0 : 1)) return value;
  console.error(`--${name} is "${options[name]}", which is not a whole number.`);
  process.exit(1);
}

/** Serves the app as it was built last on a free port, as long as this process lives. Returns its origin. */
async function serve(): Promise<string> {
  const server = spawn(process.execPath, ['scripts/serve.ts'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, PORT: process.env['E2E_PORT'] ?? '4190' },
  });
  process.once('exit', () => server.kill());
  let said = '';
  for await (const data of server.stdout) {
    said += String(data);
    const origin = /http:\/\/localhost:\d+/.exec(said)?.[0];
    if (origin !== undefined) return origin;
  }
  throw new Error('The server did not start');
}

function machine(): string {
  const all = cpus();
  const system = existsSync('/etc/os-release')
    ? /^PRETTY_NAME="(.*)"$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1]
    : process.platform;
  const browser = spawnSync(requireBrowser(), ['--version'], { encoding: 'utf8' }).stdout.trim();
  return `${browser}; ${system}, kernel ${release()}; ${all.length} × ${all[0]?.model.trim()}, ${(totalmem() / 2 ** 30).toFixed(1)} GB; Node ${process.version}`;
}

const seconds = (ms: number) => (Number.isNaN(ms) ? '–' : `${(ms / 1000).toFixed(2)} s`);
const columns = [4, 20, 6, 8, 8, 10, 8] as const;
const row = (...cells: readonly (string | number)[]) =>
  cells
    .map((cell, index) =>
      index === 1 ? String(cell).padEnd(columns[1]) : String(cell).padStart(columns[index] ?? 0),
    )
    .join('  ');

function line({ run, momentMs, loss, violations }: Outcome): string {
  const { spokenMs = '–', survivedMs = '–', lostMs = '–' } = loss ?? {};
  const [first = 'ok', ...others] = violations;
  const verdict = others.length === 0 ? first : `${first} (and ${others.length} more)`;
  return `${row(run.number, run.fault, run.format, seconds(momentMs), spokenMs, survivedMs, lostMs)}  ${verdict}`;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return Math.round(((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2);
}

function table(outcomes: readonly Outcome[]): string {
  const rows = FAULT_NAMES.flatMap((fault) => {
    const own = outcomes.filter(({ run }) => run.fault === fault);
    if (own.length === 0) return [];
    const losses = (format: Run['format']) => {
      const lost = own.flatMap(({ run, loss }) =>
        run.format === format && loss !== null ? [loss.lostMs] : [],
      );
      return lost.length === 0 ? ['0', '–', '–'] : [lost.length, median(lost), Math.max(...lost)].map(String);
    };
    const failed = own.filter(({ violations }) => violations.length > 0).length;
    return [`| ${[fault, ...losses('webm'), ...losses('mp4'), failed].join(' | ')} |`];
  });
  return [
    '| Fault | WebM takes | median loss, ms | worst | MP4 takes | median loss, ms | worst | violations |',
    '|---|--:|--:|--:|--:|--:|--:|--:|',
    ...rows,
  ].join('\n');
}

const seed = whole('seed');
const chosen = options.only?.split(',').map(Number);
const planned = plan(whole('runs'), seed).filter(({ number }) => chosen?.includes(number) ?? true);
const skipped = planned.flatMap((run) => {
  const missing = process.platform === 'linux' ? FAULTS[run.fault].missing : 'finds processes in /proc';
  return missing === undefined ? [] : [{ run, missing }];
});
const waiting = planned.filter((run) => !skipped.some((other) => other.run === run));
const outcomes: Outcome[] = [];
const startedAt = performance.now();

console.log(`${planned.length} takes, seed ${seed}. ${machine()}`);
for (const { run, missing } of skipped)
  console.log(`${row(run.number, run.fault, run.format)}  skipped: ${missing}`);
for (const fault of FAULT_NAMES) {
  const { standIn } = FAULTS[fault];
  if (standIn !== undefined) console.log(`“${fault}” stands in for the real thing, ${standIn}`);
}
console.log(row('', 'fault', 'format', 'moment', 'spoken', 'survived', 'lost'));
const origin = await serve();
await Promise.all(
  Array.from({ length: whole('workers') }, async () => {
    for (let run = waiting.shift(); run !== undefined; run = waiting.shift()) {
      const outcome = await rehearse(run, origin);
      outcomes.push(outcome);
      console.log(line(outcome));
    }
  }),
);

const failed = outcomes.filter(({ violations }) => violations.length > 0).length;
console.log(`\n${table(outcomes)}\n`);
console.log(
  `${outcomes.length - failed} passed, ${failed} failed, ${skipped.length} skipped in ${Math.round((performance.now() - startedAt) / 1000)} s (seed ${seed})`,
);
if (options.json !== undefined)
  writeFileSync(
    options.json,
    `${JSON.stringify({ seed, machine: machine(), outcomes, skipped }, null, 2)}\n`,
  );
const countsFile = process.env['COUNTS_FILE'];
if (countsFile !== undefined) {
  const counts: Counts = {
    passed: outcomes.length - failed,
    failed,
    skipped: skipped.map(({ run, missing }) => `${run.fault} (${missing})`),
  };
  writeFileSync(countsFile, JSON.stringify(counts));
}
// Off Linux every take is skipped, which is no failure.
process.exit(failed > 0 || planned.length === 0 ? 1 : 0);
