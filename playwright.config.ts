import { defineConfig } from '@playwright/test';
import { browserArguments, findBrowser } from './scripts/browser.ts';
import { speechFile } from './tests/support/speech.ts';

const port = process.env['E2E_PORT'] ?? '4180';
const reportFile = process.env['COUNTS_FILE'];
const executablePath = findBrowser();

export default defineConfig({
  testDir: 'tests/e2e',
  projects: [
    { name: 'journeys', testMatch: '**/*.test.ts' },
    { name: 'pictures', testMatch: '**/*.shots.ts' },
  ],
  outputDir: 'test-results',
  fullyParallel: true,
  forbidOnly: true,
  workers: 2,
  // What passes only then is named at the end (scripts/test.ts).
  retries: reportFile === undefined ? 0 : 1,
  timeout: 60_000,
  reporter: [['list'], ...(reportFile === undefined ? [] : [['json', { outputFile: reportFile }] as const])],
  use: {
    browserName: 'chromium',
    baseURL: `http://localhost:${port}`,
    headless: true,
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: {
      ...(executablePath === undefined ? {} : { executablePath }),
      args: browserArguments(speechFile()),
    },
  },
  webServer: {
    command: 'node scripts/serve.ts',
    env: { PORT: port },
    url: `http://localhost:${port}`,
    reuseExistingServer: false,
    timeout: 20_000,
  },
});
