import { type BrowserContext, test as base, expect } from '@playwright/test';

type Fixtures = {
  /** Console messages a test causes on purpose: `test.use({ knownConsole: [/…/] })`. */
  readonly knownConsole: readonly RegExp[];
  /** Watches a further context, one the test has opened itself. */
  readonly watch: (context: BrowserContext) => void;
};

/**
 * Playwright's `test`. Every test fails on an exception nobody caught, on a console error or warning, and on a request
 * to anyone but the app's own server, whatever else it asserts.
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
      expect(problems, 'exceptions, console errors and requests to other origins').toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };
