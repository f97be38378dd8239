/*
 * For a worker that runs the code of others, imported before that code: whatever it tries to reach is this app's own
 * address, or fails. The content security policy says the same, but a policy in the page (`<meta>`) does not hold in
 * its workers, and not every server sends one.
 */

/** The whole address. Throws for one that is not ours. */
function ours(address: string | URL): string {
  const { href, origin } = new URL(address, self.location.href);
  if (origin !== self.location.origin)
    throw new TypeError(`${origin} is not contacted: nothing here talks to another origin`);
  return href;
}

const { fetch, importScripts } = self;

function replace(name: string, value: unknown, owner: object = self): void {
  Object.defineProperty(owner, name, { value, configurable: true, writable: true });
}

replace('fetch', async (input: RequestInfo | URL, init?: RequestInit) => {
  // What our own server might send elsewhere is not followed.
  const request = new Request(input, { ...init, redirect: 'error' });
  ours(request.url);
  return fetch(request);
});

replace('importScripts', (...addresses: readonly (string | URL)[]) => importScripts(...addresses.map(ours)));

/** MediaPipe's way to load its own module, where there is such a function; the one of the language cannot be replaced. */
replace(
  'import',
  async (address: string | URL) => import(/* @vite-ignore */ ours(address)) as Promise<unknown>,
);

const { open } = XMLHttpRequest.prototype;
replace(
  'open',
  function (this: XMLHttpRequest, method: string, address: string | URL, ...rest: [boolean]) {
    return open.call(this, method, ours(address), ...rest);
  },
  XMLHttpRequest.prototype,
);

replace('sendBeacon', () => false, Object.getPrototypeOf(self.navigator) as object);

// Nothing here needs them at all; a further worker would begin without these rules.
for (const name of [
  'WebSocket',
  'WebSocketStream',
  'EventSource',
  'WebTransport',
  'Worker',
  'SharedWorker',
  'caches',
])
  replace(name, undefined);
