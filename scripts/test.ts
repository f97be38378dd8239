import './require-node.js';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join, resolve } from 'node:path';
import { requireBrowser } from './browser.ts';
import type { Counts } from './vitest-report.ts';

type Stage = {
  readonly name: string;
  readonly command: readonly string[];
  readonly needsBrowser?: true;
  /** Before the command. */
  readonly prepare?: () => void;
  /** Reads the counts from the report the command wrote. Without it the stage counts as one test. */
  readonly count?: () => Counts;
};

const root = resolve(import.meta.dirname, '..');
const reports = join(root, 'node_modules/.cache/talkthrough/reports');
const limitMs = 20 * 60_000;

const stages: readonly Stage[] = [
  {
    name: 'format',
    command: ['biome', 'ci', '--error-on-warnings', ...(process.stdout.isTTY ? [] : ['--colors=off'])],
  },
  { name: 'lint', command: ['oxlint', '--type-aware', '--deny-warnings'] },
  { name: 'types', command: ['tsc', '-b'] },
  { name: 'unused', command: ['knip'] },
  vitest('node'),
  { ...vitest('browser'), needsBrowser: true },
  {
    name: 'build',
    command: ['vite', 'build', '--logLevel', 'warn'],
    // An old build must not stand in for one that fails.
    prepare: () => rmSync(join(root, 'dist'), { recursive: true, force: true }),
  },
  { name: 'size', command: ['node', 'scripts/size.ts'] },
  vitest('engines'),
  {
    name: 'e2e',
    command: ['playwright', 'test', '--project=journeys'],
    needsBrowser: true,
    count: () => playwrightCounts(readReport('e2e')),
  },
  {
    name: 'faults',
    command: ['node', 'tests/faults/run.ts', '--runs', '8', '--seed', '1'],
    needsBrowser: true,
    count: () => readReport('faults') as Counts,
  },
];

function vitest(project: string): Stage {
  return {
    name: project,
    command: [
      'vitest',
      'run',
      '--project',
      project,
      '--reporter=default',
      '--reporter=./scripts/vitest-report.ts',
    ],
    count: () => readReport(project) as Counts,
  };
}

function reportFile(stage: string): string {
  return join(reports, `${stage}.json`);
}

function readReport(stage: string): unknown {
  return JSON.parse(readFileSync(reportFile(stage), 'utf8'));
}

function playwrightCounts(report: unknown): Counts {
  type Suite = { file: string; specs?: Spec[]; suites?: Suite[] };
  type Spec = {
    title: string;
    file: string;
    tests: {
      status: string;
      annotations: { type: string; description?: string }[];
      results: { error?: { message?: string } }[];
    }[];
  };
  const { suites, errors } = report as { suites: Suite[]; errors: unknown[] };
  const specsOf = (suite: Suite): Spec[] => [
    ...(suite.specs ?? []),
    ...(suite.suites ?? []).flatMap(specsOf),
  ];
  const tests = suites.flatMap(specsOf).flatMap((spec) => spec.tests.map((test) => ({ ...test, spec })));
  const nameOf = ({ spec }: { spec: Spec }) => `${spec.file}: ${spec.title}`;
  const failed = tests.filter((test) => test.status === 'unexpected');
  const retried = tests.filter((test) => test.status === 'flaky');
  return {
    passed: tests.filter((test) => test.status === 'expected').length + retried.length,
    failed: failed.length + errors.length,
    failures: failed.map(
      (test) =>
        `${nameOf(test)} (${test.results.at(-1)?.error?.message?.split('\n')[0] ?? 'no reason given'})`,
    ),
    retried: retried.map(nameOf),
    skipped: tests
      .filter((test) => test.status === 'skipped')
      .map((test) => {
        const { annotations } = test;
        const reason = annotations.find(({ type }) => type === 'skip' || type === 'fixme')?.description;
        return `${nameOf(test)}${reason === undefined ? '' : ` (${reason})`}`;
      }),
  };
}

let running: ChildProcess | undefined;

/** The exit code, or null where the command could not be started or took too long. */
function run([command = '', ...args]: readonly string[], env: NodeJS.ProcessEnv): Promise<number | null> {
  return new Promise((done) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      shell: process.platform === 'win32',
      // A group of its own, so that what it started can be ended with it.
      detached: process.platform !== 'win32',
      env,
    });
    running = child;
    const timer = setTimeout(() => {
      console.error(`Ended after ${limitMs / 60_000} minutes.`);
      void endRunning();
    }, limitMs);
    const finish = (code: number | null): void => {
      clearTimeout(timer);
      running = undefined;
      done(code);
    };
    child.once('error', (error) => {
      console.error(error.message);
      finish(null);
    });
    child.once('close', finish);
  });
}

/** Asks first: a test runner that is killed leaves its browser behind. */
async function endRunning(): Promise<void> {
  const child = running;
  if (child?.pid === undefined) return;
  const group = process.platform === 'win32' ? child.pid : -child.pid;
  const end = (signal: NodeJS.Signals): void => {
    try {
      process.kill(group, signal);
    } catch {
      // It has ended by itself.
    }
  };
  const closed = once(child, 'close');
  end('SIGTERM');
  const timer = setTimeout(() => end('SIGKILL'), 5000);
  await closed;
  clearTimeout(timer);
}

async function runStage(stage: Stage, env: NodeJS.ProcessEnv): Promise<Counts> {
  try {
    rmSync(reportFile(stage.name), { force: true });
    stage.prepare?.();
    const code = await run(stage.command, {
      ...env,
      COUNTS_FILE: reportFile(stage.name),
      ...(stage.needsBrowser ? { CHROME_PATH: requireBrowser() } : {}),
    });
    if (stage.count === undefined)
      return { passed: Number(code === 0), failed: Number(code !== 0), skipped: [] };
    const counts = stage.count();
    if (counts.passed + counts.failed + counts.skipped.length === 0) console.error('No test ran.');
    const isRed = code !== 0 || counts.passed + counts.skipped.length === 0;
    return isRed && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return { passed: 0, failed: 1, skipped: [] };
  }
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once('error', fail).listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

function chosenStages(): readonly Stage[] {
  const only = process.argv
    .slice(2)
    .flatMap((argument) =>
      argument.startsWith('--only=') ? argument.slice('--only='.length).split(',') : [argument],
    );
  const unknown = only.filter((name) => !stages.some((stage) => stage.name === name));
  if (unknown.length > 0) {
    console.error(
      `No stage is called ${unknown.join(', ')}. Say --only= with some of ${stages.map(({ name }) => name).join(',')}.`,
    );
    console.log('0 passed, 1 failed');
    process.exit(1);
  }
  return only.length === 0 ? stages : stages.filter((stage) => only.includes(stage.name));
}

type Row = Counts & { readonly name: string; readonly seconds: number };
const rows: Row[] = [];

function report(isStoppedEarly: boolean): never {
  const list = (title: string, names: readonly string[]): void => {
    if (names.length > 0) console.log(`\n${title}:\n${names.map((name) => `  ${name}`).join('\n')}`);
  };
  const passed = rows.reduce((sum, row) => sum + row.passed, 0);
  const failed = rows.reduce((sum, row) => sum + row.failed, 0) + (isStoppedEarly ? 1 : 0);
  console.log('\nStage      Passed  Failed  Skipped     Time');
  for (const row of rows) {
    console.log(
      row.name.padEnd(9) +
        String(row.passed).padStart(8) +
        String(row.failed).padStart(8) +
        String(row.skipped.length).padStart(9) +
        `${row.seconds.toFixed(1)} s`.padStart(9),
    );
  }
  list(
    'Skipped',
    rows.flatMap((row) => row.skipped),
  );
  // A browser on a busy machine may be late: named, so that nobody takes one for the other.
  list(
    'Passed at the second try',
    rows.flatMap((row) => row.retried ?? []),
  );
  list(
    'Failed',
    rows.flatMap((row) => row.failures ?? []),
  );
  if (isStoppedEarly) console.log('\nStopped before the end.');
  console.log(`\n${passed} passed, ${failed} failed`);
  process.exit(failed === 0 && passed > 0 ? 0 : 1);
}

let isStopped = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    isStopped = true;
    void endRunning();
  });
}
process.once('uncaughtException', (error) => {
  console.error(error.stack);
  void endRunning().then(() => report(true));
});

const chosen = chosenStages();
mkdirSync(reports, { recursive: true });
const env: NodeJS.ProcessEnv = {
  ...process.env,
  PATH: `${join(root, 'node_modules/.bin')}${delimiter}${process.env['PATH'] ?? ''}`,
  E2E_PORT: String(await freePort()),
};
for (const stage of chosen) {
  if (isStopped) break;
  console.log(`\n── ${stage.name}: ${stage.command.join(' ')}`);
  const startedAt = performance.now();
  const counts = await runStage(stage, env);
  rows.push({ ...counts, name: stage.name, seconds: (performance.now() - startedAt) / 1000 });
}
report(isStopped);
