import { setTimeout as wait } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import {
  eventually,
  findProgram,
  freePort,
  killTree,
  SILENT,
  type SoundSystem,
  start,
  startScreen,
  startSound,
  temporaryFolder,
} from './machine.ts';
import { candidates, type Engine, type Found, isNamed, type Tab } from './tab.ts';

const driver = findProgram(['WebKitWebDriver']);
const miniBrowser = findProgram(
  ['MiniBrowser'],
  [
    '/usr/lib/*/webkit2gtk-4.?/MiniBrowser',
    '/usr/lib/webkit2gtk-4.?/MiniBrowser',
    '/usr/libexec/webkit2gtk-4.?/MiniBrowser',
  ],
);
const screen = findProgram(['Xvfb']);
const absent = Object.entries({ WebKitWebDriver: driver, MiniBrowser: miniBrowser, Xvfb: screen }).flatMap(
  ([name, file]) => (file === null ? name : []),
);

/** A microphone of WebKit's own, and sound without a press. */
const MEDIA = ['--enable-mock-capture-devices=true', '--enable-media-stream=true', '--autoplay-policy=allow'];

export const webkit: Engine = {
  name: 'WebKitGTK',
  missing: absent.length > 0 ? `without ${absent.join(', ')}: npm run setup:browsers` : null,
  launch: async () => launchWebKit(await startSound()),
};

/** WebKit calls a `<select>` a button (WebKitGTK 2.50, November 2026). */
const ROLES: Readonly<Record<string, string>> = { combobox: 'button' };

/** What is behind a modal dialog, or not visible yet, keeps its role here, but nobody can reach it. */
const REACHABLE = `((selector) => {
  const modal = document.querySelector('dialog:modal');
  return Array.from(document.querySelectorAll(selector)).filter(
    (one) => (modal === null || modal.contains(one)) && getComputedStyle(one).visibility === 'visible',
  );
})`;

/** What WebDriver calls an element (W3C WebDriver, section 11). */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';
type Reference = { readonly [ELEMENT]: string };

/** WebKitGTK by WebKitWebDriver. Its profile is a private one: what is stored goes with the browser. */
async function launchWebKit(sound: SoundSystem | null): Promise<Tab> {
  const folder = temporaryFolder('webkit');
  const port = await freePort();
  const child = start('WebKitWebDriver', ['-p', String(port)], {
    ...process.env,
    ...atHome(folder, sound),
    DISPLAY: await startScreen(),
  });
  const command = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const { value } = (await response.json()) as { value: unknown };
    if (!response.ok) throw new DriverError(path, value as DriverFault);
    return value;
  };
  await eventually(() => command('GET', '/status'));
  const options = { binary: miniBrowser, args: ['--automation', ...MEDIA] };
  const { sessionId } = (await command('POST', '/session', {
    capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': options } },
  })) as { sessionId: string };
  const session = `/session/${sessionId}`;
  onTestFinished(async () => void (await command('DELETE', session).catch(() => undefined)));
  const post = (path: string, body: unknown = {}) => command('POST', session + path, body);
  const get = (path: string) => command('GET', session + path);

  /** Not by `execute/async`, whose answer is lost when it does not come at once (WebKitGTK 2.50.6). */
  async function call(work: string, args: readonly unknown[]): Promise<unknown> {
    type Answer = { readonly value?: unknown; readonly error?: string } | null;
    const sync = async (script: string, values: readonly unknown[]) =>
      (await post('/execute/sync', { script, args: values })) as Answer;
    const script = `window.answer = null;
      const settle = (answer) => (window.answer = answer);
      const failed = (error) => settle({ error: String(error) + ' ' + error?.stack });
      try {
        const made = (${work})(...arguments);
        if (typeof made?.then !== 'function') return { value: made };
        made.then((value) => settle({ value }), failed);
        return null;
      } catch (error) {
        return failed(error);
      }`;
    let answer = await sync(script, args);
    while (answer === null) {
      await wait(50);
      answer = await sync('return window.answer;', []);
    }
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.value;
  }

  async function all(role: string, name: string | RegExp): Promise<readonly Found[]> {
    const found: Found[] = [];
    const script = `return ${REACHABLE}(arguments[0])`;
    for (const reference of (await post('/execute/sync', {
      script,
      args: [candidates(role)],
    })) as Reference[]) {
      const element = `/element/${reference[ELEMENT]}`;
      try {
        if ((await get(`${element}/computedrole`)) !== (ROLES[role] ?? role)) continue;
        if (!isNamed((await get(`${element}/computedlabel`)) as string, name)) continue;
      } catch (error) {
        if (error instanceof DriverError && error.fault.error === 'stale element reference') continue;
        throw error;
      }
      found.push({
        press: async () => void (await post(`${element}/click`)),
        read: async (work) => (await call(work.toString(), [reference])) as ReturnType<typeof work>,
      });
    }
    return found;
  }

  return {
    kill: () => killTree(child.pid),
    goto: async (url) => void (await post('/url', { url })),
    reload: async () => void (await post('/refresh')),
    all,
    evaluate: async (work, ...args) =>
      (await call(work.toString(), args)) as Awaited<ReturnType<typeof work>>,
    run: async (source) => void (await post('/execute/sync', { script: source, args: [] })),
    resize: async (width, height) => {
      const [windowHeight = 0, pageHeight = 0] = (await call(
        '() => [outerHeight, innerHeight]',
        [],
      )) as number[];
      await post('/window/rect', { width, height: height + windowHeight - pageHeight });
    },
    screenshot: async () => Buffer.from((await get('/screenshot')) as string, 'base64'),
  };
}

/**
 * WebKitGTK with a profile that outlives it, which its driver does not offer. It is steered by the inspector's
 * protocol, from outside; a press is then the element's own `click()`.
 */
export async function launchWebKitWithProfile(
  sound: SoundSystem | null,
  folder: string,
  url: string,
): Promise<Tab> {
  const port = await freePort();
  const features = '--features=-MockCaptureDevicesPrompt,-GetUserMediaRequiresFocus';
  const child = start(miniBrowser ?? '', [...MEDIA, '--enable-developer-extras=true', features, url], {
    ...process.env,
    ...atHome(folder, sound),
    DISPLAY: await startScreen(),
    WEBKIT_INSPECTOR_HTTP_SERVER: `127.0.0.1:${port}`,
  });
  const send = await eventually(() => inspect(port));

  type Remote = {
    readonly type: string;
    readonly value?: unknown;
    readonly objectId?: string;
    readonly description?: string;
  };
  const settled = async (method: string, params: object): Promise<Remote> => {
    const { result, wasThrown } = (await send(method, params)) as { result: Remote; wasThrown?: boolean };
    if (wasThrown === true) throw new Error(result.description ?? JSON.stringify(result));
    return result;
  };
  const awaited = async (promise: Remote): Promise<unknown> =>
    (await settled('Runtime.awaitPromise', { promiseObjectId: promise.objectId, returnByValue: true })).value;
  const call = async (work: string, args: readonly unknown[]): Promise<unknown> => {
    const expression = `Promise.resolve().then(() => (${work})(...${JSON.stringify(args)}))`;
    return awaited(await settled('Runtime.evaluate', { expression, emulateUserGesture: true }));
  };

  async function all(role: string, name: string | RegExp): Promise<readonly Found[]> {
    const reachable = `${REACHABLE}(${JSON.stringify(candidates(role))})`;
    const count = Number(await call(`() => ${reachable}.length`, []));
    await send('DOM.getDocument', {});
    const looked = await Promise.all(
      Array.from({ length: count }, async (_, index): Promise<Found | null> => {
        const { objectId } = await settled('Runtime.evaluate', { expression: `${reachable}[${index}]` });
        if (objectId === undefined) return null;
        const { nodeId } = (await send('DOM.requestNode', { objectId })) as { nodeId: number };
        const { properties } = (await send('DOM.getAccessibilityPropertiesForNode', { nodeId })) as {
          properties: { readonly role: string; readonly label: string };
        };
        if (properties.role !== (ROLES[role] ?? role) || !isNamed(properties.label, name)) return null;
        const on = async (work: string) => {
          const functionDeclaration = `function () { return Promise.resolve((${work})(this)); }`;
          const params = { objectId, functionDeclaration, emulateUserGesture: true };
          return awaited(await settled('Runtime.callFunctionOn', params));
        };
        return {
          press: async () => void (await on('(element) => element.click()')),
          read: async (work) => (await on(work.toString())) as ReturnType<typeof work>,
        };
      }),
    );
    const found = looked.filter((one) => one !== null);
    return found;
  }

  return {
    kill: () => killTree(child.pid),
    goto: async (to) => void (await send('Page.navigate', { url: to })),
    reload: async () => void (await send('Page.reload', {})),
    all,
    evaluate: async (work, ...args) =>
      (await call(work.toString(), args)) as Awaited<ReturnType<typeof work>>,
    run: async (source) => void (await settled('Runtime.evaluate', { expression: source })),
    resize: () => Promise.reject(new Error('The inspector cannot size a window')),
    screenshot: () => Promise.reject(new Error('The inspector takes pictures of elements only')),
  };
}

type TargetEvent = {
  readonly method?: string;
  readonly params?: {
    readonly targetInfo?: {
      readonly targetId: string;
      readonly type: string;
      readonly isProvisional?: boolean;
    };
    readonly newTargetId?: string;
    readonly message?: string;
  };
};

type Send = (method: string, params: object) => Promise<unknown>;

/** Speaks to the page by the inspector's protocol, to whichever process shows it at the moment. */
async function inspect(port: number): Promise<Send> {
  const list = await (await fetch(`http://127.0.0.1:${port}/`)).text();
  const path = /socket\/\d+\/\d+\/WebPage/.exec(list)?.[0];
  if (path === undefined) throw new Error('There is nothing to inspect yet');
  const socket = new WebSocket(`ws://127.0.0.1:${port}/${path}`);
  const waiting = new Map<number, (answer: { result?: unknown; error?: { message: string } }) => void>();
  let target = '';
  let sent = 0;
  const ready = new Promise<void>((resolve, reject) => {
    socket.onerror = () => reject(new Error('The inspector does not answer'));
    socket.onmessage = ({ data }: MessageEvent<string>) => {
      const { method, params } = JSON.parse(data) as TargetEvent;
      const page = params?.targetInfo;
      if (method === 'Target.targetCreated' && page?.type === 'page' && page.isProvisional !== true)
        target = page.targetId;
      // Another process shows the page after it went to another origin.
      if (method === 'Target.didCommitProvisionalTarget') target = params?.newTargetId ?? '';
      if (target !== '') resolve();
      if (method !== 'Target.dispatchMessageFromTarget') return;
      const answer = JSON.parse(params?.message ?? '{}') as {
        id?: number;
        result?: unknown;
        error?: { message: string };
      };
      waiting.get(answer.id ?? -1)?.(answer);
    };
  });
  onTestFinished(() => socket.close());
  await ready;
  return (method, params) => {
    sent += 1;
    const id = sent;
    return new Promise((resolve, reject) => {
      waiting.set(id, ({ result, error }) => {
        waiting.delete(id);
        if (error === undefined) resolve(result);
        else reject(new Error(`${method}: ${error.message}`));
      });
      const message = JSON.stringify({ id, method, params });
      const envelope = { id, method: 'Target.sendMessageToTarget', params: { targetId: target, message } };
      socket.send(JSON.stringify(envelope));
    });
  };
}

/** All that the browser stores lies in this folder. */
function atHome(folder: string, sound: SoundSystem | null): NodeJS.ProcessEnv {
  return {
    HOME: folder,
    XDG_CACHE_HOME: `${folder}/cache`,
    XDG_CONFIG_HOME: `${folder}/config`,
    XDG_DATA_HOME: `${folder}/data`,
    XDG_RUNTIME_DIR: folder,
    LC_ALL: 'C.UTF-8',
    ...(sound?.env ?? SILENT),
  };
}

type DriverFault = { readonly error: string; readonly message: string };

class DriverError extends Error {
  override readonly name = 'DriverError';
  readonly fault: DriverFault;

  constructor(path: string, fault: DriverFault) {
    super(`${path}: ${fault.error} ${fault.message}`);
    this.fault = fault;
  }
}
