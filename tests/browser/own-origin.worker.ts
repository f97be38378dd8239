import '../../src/analysis/own-origin.ts';
import { expose } from 'comlink';

/** What came of each way to reach somebody, `null` where it was allowed. */
export type Tried = Readonly<Record<string, string | null>>;

export type OwnOriginWorker = { tryAll(foreign: string): Promise<Tried> };

type Loader = { import(address: string): Promise<unknown> };

async function attempt(way: () => unknown): Promise<string | null> {
  try {
    await way();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const worker: OwnOriginWorker = {
  async tryAll(foreign) {
    const xhr = (address: string) => () => {
      const request = new XMLHttpRequest();
      request.open('GET', address, false);
      request.send();
    };
    const loader = self as unknown as Loader;
    const ways: Readonly<Record<string, () => unknown>> = {
      'fetch foreign': () => fetch(foreign),
      'fetch foreign request': () => fetch(new Request(foreign)),
      'post foreign': () => fetch(foreign, { method: 'POST', body: 'x', mode: 'no-cors' }),
      'xhr foreign': xhr(foreign),
      'import foreign': () => loader.import(`${foreign}/x.js`),
      'importScripts foreign': () =>
        (self as unknown as { importScripts(a: string): void }).importScripts(foreign),
      socket: () => new WebSocket(foreign.replace('http', 'ws')),
      events: () => new EventSource(foreign),
      'nested worker': () =>
        new Worker(new URL('./own-origin.worker.ts', import.meta.url), { type: 'module' }),
      cache: () => (self as unknown as { caches: CacheStorage }).caches.open('x'),
      'fetch own': async () => (await fetch(self.location.href)).text(),
      'xhr own': xhr(self.location.href),
    };
    const tried: Record<string, string | null> = {};
    for (const [name, way] of Object.entries(ways)) tried[name] = await attempt(way);
    return tried;
  },
};

expose(worker);
