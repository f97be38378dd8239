import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  // oxlint-disable-next-line typescript/consistent-type-definitions -- only an interface can be merged
  interface ProvidedContext {
    /** Where the built app is served. */
    app: string;
  }
}

/** Serves the built app for all files of the project. */
export async function setup(project: TestProject): Promise<() => void> {
  const server = spawn(process.execPath, [resolve(import.meta.dirname, '../../scripts/serve.ts')], {
    env: { ...process.env, PORT: process.env['E2E_PORT'] ?? '4181' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface(server.stdout);
  const ended = once(server, 'close').then(() => {
    throw new Error('The app is not served');
  });
  const address = (async () => {
    for await (const line of lines) {
      const url = /http:\/\/localhost:\d+/.exec(line)?.[0];
      if (url !== undefined) return url;
    }
    return ended;
  })();
  project.provide('app', await Promise.race([address, ended]));
  ended.catch(() => undefined);
  return () => void server.kill();
}
