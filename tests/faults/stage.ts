import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type BrowserContext, chromium, type Page } from 'playwright';
import { browserArguments, requireBrowser } from '../../scripts/browser.ts';
import { processesOf, signal } from '../support/processes.ts';
import { speechFile } from '../support/speech.ts';

const PATIENCE_MS = 30_000;

/** A browser's profile, and the browser that runs on it. */
export class Stage {
  readonly folder = mkdtempSync(join(tmpdir(), 'talkthrough-faults-'));
  readonly origin: string;
  #close: () => Promise<unknown> = async () => {};

  constructor(origin: string) {
    this.origin = origin;
  }

  /** @param soundServer in place of the speech file */
  async launch(soundServer: SoundServer | null = null): Promise<Page> {
    const context = await chromium.launchPersistentContext(this.folder, {
      executablePath: requireBrowser(),
      args: browserArguments(speechFile()).filter((argument) => soundServer === null || !isDevice(argument)),
      headless: true,
      ...(soundServer === null ? {} : { env: { ...process.env, ...soundServer.env } }),
    });
    this.#close = () => context.close();
    return this.#firstPage(context);
  }

  /**
   * With a window on a screen, and without what Playwright does so that every page believes that it is seen.
   */
  async launchSeen(screen: Screen): Promise<Page> {
    const child = spawn(
      requireBrowser(),
      [
        ...browserArguments(speechFile()),
        `--user-data-dir=${this.folder}`,
        '--remote-debugging-port=0',
        '--no-first-run',
        '--password-store=basic',
        'about:blank',
      ],
      { stdio: 'ignore', env: { ...process.env, DISPLAY: screen.display } },
    );
    this.#close = () => end(child);
    const file = join(this.folder, 'DevToolsActivePort');
    await until(() => existsSync(file) && readFileSync(file, 'utf8').includes('\n'), 'the browser to start');
    const [port] = readFileSync(file, 'utf8').split('\n');
    const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`, { noDefaults: true });
    this.#close = async () => {
      await (await browser.newBrowserCDPSession()).send('Browser.close').catch(() => {});
      await end(child);
    };
    const [context] = browser.contexts();
    if (context === undefined) throw new Error('The browser has no window');
    return this.#firstPage(context);
  }

  /** Every process, or those of one kind. */
  signal(name: NodeJS.Signals, type?: string): void {
    signal(processesOf(this.folder, ...(type === undefined ? [] : [`--type=${type}`])), name);
  }

  async close(): Promise<void> {
    await this.#close().catch(() => {});
    this.#close = async () => {};
  }

  async remove(): Promise<void> {
    this.signal('SIGCONT');
    this.signal('SIGKILL');
    await this.close();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async #firstPage(context: BrowserContext): Promise<Page> {
    context.setDefaultTimeout(PATIENCE_MS);
    return context.pages()[0] ?? (await context.newPage());
  }
}

/** A sound server of its own with one microphone that says the speech: a device which can really go away. */
export type SoundServer = {
  readonly env: Readonly<Record<string, string>>;
  readonly speak: () => void;
  readonly unplug: () => void;
  readonly stop: () => Promise<void>;
};

export async function startSoundServer(): Promise<SoundServer> {
  const folder = mkdtempSync(join(tmpdir(), 'talkthrough-sound-'));
  const env = { XDG_RUNTIME_DIR: folder };
  const inherited = { ...process.env, ...env };
  const load = [
    'module-native-protocol-unix',
    // `norewinds` bounds what it hands on at once to 50 ms. Else it is up to 2 s, for `paplay` asks for no less, and
    // what of it the microphone has not passed on yet is lost with it (PulseAudio 16.1, seen 2026-11-25).
    'module-null-sink sink_name=air norewinds=1',
    'module-remap-source source_name=microphone master=air.monitor source_properties=device.description=Unpluggable',
  ].map((module) => `--load=${module}`);
  const server = spawn('pulseaudio', ['-n', '--daemonize=no', '--exit-idle-time=-1', ...load], {
    stdio: 'ignore',
    env: inherited,
  });
  const control = (...args: string[]) =>
    spawnSync('pactl', args, { stdio: 'ignore', env: inherited }).status === 0;
  let voice: ChildProcess | null = null;
  const stop = async () => {
    if (voice !== null) await end(voice);
    await end(server);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await ready(server, () => control('info'));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    env,
    speak: () => {
      voice = spawn('paplay', ['--device=air', speechFile()], { stdio: 'ignore', env: inherited });
      // Without a listener a program that cannot be started would end the rig; the take shows that nobody spoke.
      voice.once('error', () => undefined);
    },
    unplug: () => {
      if (!control('unload-module', 'module-remap-source'))
        throw new Error('The source could not be unloaded');
    },
    stop,
  };
}

export type Screen = { readonly display: string; readonly stop: () => Promise<void> };

export async function startScreen(): Promise<Screen> {
  const server = spawn('Xvfb', ['-displayfd', '1', '-screen', '0', '1280x900x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let number = '';
  server.stdout.on('data', (data: Buffer) => {
    number += data.toString();
  });
  try {
    await ready(server, () => number.includes('\n'));
  } catch (error) {
    await end(server);
    throw error;
  }
  return { display: `:${number.trim()}`, stop: () => end(server) };
}

/** Rejects at once when the program cannot be started, or ends before it is ready. */
async function ready(child: ChildProcess, holds: () => boolean): Promise<void> {
  const failures: Error[] = [];
  child.once('error', (error) => failures.push(error));
  child.once('exit', () => failures.push(new Error(`${child.spawnfile} ended`)));
  await until(() => failures.length > 0 || holds(), `${child.spawnfile} to start`);
  for (const failure of failures) throw failure;
}

export function isInstalled(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Asks every 50 ms. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what: string,
  patienceMs = PATIENCE_MS,
): Promise<void> {
  const givenUpAt = Date.now() + patienceMs;
  while (!(await holds())) {
    if (Date.now() > givenUpAt) throw new Error(`Waited ${patienceMs / 1000} s in vain for ${what}`);
    await wait(50);
  }
}

function isDevice(argument: string): boolean {
  return argument.startsWith('--use-fake-device') || argument.startsWith('--use-file-for-fake');
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGTERM');
  const isLate = Symbol('late');
  if ((await Promise.race([closed, wait(5000, isLate)])) === isLate) child.kill('SIGKILL');
}
