import { type BrowserContext, test as base, expect, type Page } from '@playwright/test';
import { checkInvariants } from './invariants.ts';

type Fixtures = {
  /** Console messages a test causes on purpose: `test.use({ knownConsole: [/…/] })`. */
  readonly knownConsole: readonly RegExp[];
  /** Watches a further context, one the test has opened itself. */
  readonly watch: (context: BrowserContext) => void;
};

/**
 * Playwright's `test`. Every test fails on an exception nobody caught, on a console error or warning, on a request to
 * anyone but the app's own server, and on a database that breaks an invariant when it ends, whatever else it asserts.
 */
export const test = base.extend<Fixtures>({
  knownConsole: [[], { option: true }],
  watch: [
    async ({ baseURL, context, knownConsole }, use) => {
      if (baseURL === undefined)
        throw new Error('The tests need a baseURL: requests elsewhere are told by it.');
      const own = new URL(baseURL).origin;
      const problems: string[] = [];
      const checkAddress = (address: string): void => {
        const { protocol, origin } = new URL(address);
        if (protocol === 'data:' || protocol === 'blob:' || origin === own) return;
        problems.push(`request to another origin: ${address}`);
      };
      const watch = (watched: BrowserContext): void => {
        watched.on('weberror', (error) =>
          problems.push(`exception: ${error.error().stack ?? error.error().message}`),
        );
        watched.on('console', (message) => {
          if (message.type() !== 'error' && message.type() !== 'warning') return;
          if (knownConsole.some((known) => known.test(message.text()))) return;
          problems.push(`console ${message.type()}: ${message.text()} (${message.location().url})`);
        });
        watched.on('request', (request) => checkAddress(request.url()));
        watched.on('page', (page) => {
          page.on('websocket', (socket) => checkAddress(socket.url()));
        });
      };
      watch(context);
      await use(watch);
      for (const page of context.pages()) problems.push(...(await violations(page, own)));
      expect(problems, 'exceptions, console errors, requests to other origins, broken invariants').toEqual(
        [],
      );
    },
    { auto: true },
  ],
});

async function violations(page: Page, origin: string): Promise<readonly string[]> {
  if (page.isClosed() || !page.url().startsWith(origin)) return [];
  // Some tests take IndexedDB away from the page.
  if (!(await page.evaluate(() => 'databases' in (window.indexedDB ?? {})))) return [];
  return page.evaluate(checkInvariants);
}

export { expect };
