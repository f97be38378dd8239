import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { browserArguments, requireBrowser } from '../../scripts/browser.ts';
import { speechFile } from './speech.ts';

/**
 * A Chromium as a person has it: with a window, on a screen of its own. Only here tabs are really hidden: a browser that
 * a driver has launched, or is attached to, shows every tab and slows no timer.
 */
export type Headed = {
  /** For `connectOverCDP` and for Chromium's own HTTP commands (`/json/new`, `/json/activate/…`). */
  readonly endpoint: string;
  readonly close: () => Promise<void>;
};

export function hasXvfb(): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'Xvfb')));
}

export async function startHeaded(): Promise<Headed> {
  const folder = mkdtempSync(join(tmpdir(), 'talkthrough-headed-'));
  const screen = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x900x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  let browser: ChildProcess | null = null;
  const close = async () => {
    if (browser !== null) await ended(browser);
    await ended(screen);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const display = await said(screen, 3, /^(\d+)\n/);
    browser = spawn(
      requireBrowser(),
      [
        ...browserArguments(speechFile()),
        '--no-first-run',
        '--no-default-browser-check',
        '--remote-debugging-port=0',
        `--user-data-dir=${folder}`,
        'about:blank',
      ],
      { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, DISPLAY: `:${display}` } },
    );
    const address = await said(browser, 2, /DevTools listening on ws:\/\/([^/]+)\//);
    return { endpoint: `http://${address}`, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The first group of `pattern` in what the process writes to one of its pipes. */
function said(child: ChildProcess, pipe: 2 | 3, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`${child.spawnfile} ended: ${text}`)));
    // Read to the end, or the process would wait for its reader.
    child.stdio[pipe]?.on('data', (data: Buffer) => {
      text += data.toString('utf8');
      const found = pattern.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
  await exit;
  clearTimeout(timer);
}
