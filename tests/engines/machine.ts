import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, globSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

/** An executable of this name in the path or at one of these places (with wildcards). */
export function findProgram(names: readonly string[], places: readonly string[] = []): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const onPath = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  const found = [...onPath, ...places.flatMap((place) => globSync(place))].find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  return found ?? null;
}

/** An empty folder that is deleted after the test. */
export function temporaryFolder(purpose: string): string {
  const folder = mkdtempSync(join(tmpdir(), `talkthrough-${purpose}-`));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** Starts a program that is ended with the test. */
export function start(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
  stdio: 'ignore' | ['ignore', 'ignore', 'ignore', 'pipe'] = 'ignore',
): ChildProcess {
  const child = spawn(command, args, { env, stdio });
  // Without a listener a program that cannot be started would end the test run.
  child.once('error', () => undefined);
  onTestFinished(() => killTree(child.pid));
  return child;
}

/** SIGKILL for a process and all it has started. */
export async function killTree(pid: number | undefined): Promise<void> {
  if (pid === undefined) return;
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((row) => row.trim().split(/\s+/).map(Number));
  const family = [pid];
  for (const parent of family) for (const [child = 0, of] of rows) if (of === parent) family.push(child);
  for (const member of family) {
    try {
      process.kill(member, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
  // What a killed process holds is let go of a little later.
  await wait(200);
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject).listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** Tries again while `work` throws. */
export async function eventually<Result>(work: () => Promise<Result>, withinMs = 15_000): Promise<Result> {
  const end = performance.now() + withinMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (performance.now() > end) throw error;
    }
    await wait(50);
  }
}

/** A screen that nobody sees; its name for DISPLAY. */
export async function startScreen(): Promise<string> {
  const size = '1400x1000x24';
  const args = ['-displayfd', '3', '-screen', '0', size, '-nolisten', 'tcp'];
  const xvfb = start('Xvfb', args, process.env, ['ignore', 'ignore', 'ignore', 'pipe']);
  const output = xvfb.stdio[3];
  if (!output) throw new Error('Xvfb has no third pipe');
  const [number] = (await once(output, 'data')) as [Buffer];
  return `:${number.toString().trim()}`;
}

const [pulseaudio, pactl] = ['pulseaudio', 'pactl'].map((name) => findProgram([name]));

/** For programs that are to find no sound system, neither the user's nor any other. */
export const SILENT = { PULSE_SERVER: 'unix:/nonexistent' };

export type SoundSystem = {
  /** For programs that are to be heard. */
  readonly env: Readonly<Record<string, string>>;
};

/** A PulseAudio of the test's own, where it is installed, with loudspeakers that go nowhere. */
export async function startSound(): Promise<SoundSystem | null> {
  if (!pulseaudio || !pactl) return null;
  const folder = temporaryFolder('sound');
  const env = { ...process.env, HOME: folder, XDG_RUNTIME_DIR: folder };
  const modules = ['module-native-protocol-unix', 'module-null-sink sink_name=speakers'];
  const options = ['-n', '--daemonize=no', '--exit-idle-time=-1', '--disable-shm=yes'];
  start(pulseaudio, [...options, ...modules.flatMap((module) => ['-L', module])], env);
  await eventually(async () => {
    const sinks = execFileSync(pactl, ['list', 'short', 'sinks'], {
      env,
      encoding: 'utf8',
      stdio: 'pipe',
    });
    if (!sinks.includes('speakers')) throw new Error('PulseAudio has no loudspeakers yet');
  });
  return {
    env: { PULSE_SERVER: `unix:${folder}/pulse/native`, PULSE_COOKIE: `${folder}/.config/pulse/cookie` },
  };
}
