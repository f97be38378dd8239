import { setTimeout as wait } from 'node:timers/promises';
import type { Page } from 'playwright';
import type { FaultName, Run } from './plan.ts';
import { isInstalled, type SoundServer, type Stage, until } from './stage.ts';

/** What a fault works on: a take that runs, or rests. */
export type Scene = {
  readonly run: Run;
  readonly stage: Stage;
  readonly page: Page;
  readonly soundServer: SoundServer | null;
};

/**
 * What has become of the take. `at` is the instant (Unix milliseconds) up to which what was said counts;
 * after a gap it counts again.
 */
export type Aftermath =
  | { readonly tag: 'browser-dead' | 'tab-dead' | 'ends'; readonly at: number }
  | {
      readonly tag: 'goes-on';
      readonly at: number;
      readonly gapMs: number;
      /** Else it may also have ended by itself. */
      readonly isUntouched: boolean;
    };

export type Fault = {
  /** Where the real thing cannot be had here: what is done in its place. */
  readonly standIn?: string;
  /** Why it cannot be done here at all. */
  readonly missing?: string;
  readonly needs?: 'sound-server' | 'screen';
  /** Before the app is opened. */
  readonly prepare?: (page: Page, stage: Stage) => Promise<void>;
  readonly strike: (scene: Scene) => Promise<Aftermath>;
  /** Once the take is finished. */
  readonly settle?: (page: Page) => Promise<void>;
};

/** Room for the 8 MB set aside, some records, and what fills the rest. */
const QUOTA_BYTES = 14_000_000;

export const FAULTS: Readonly<Record<FaultName, Fault>> = {
  'browser killed': {
    async strike({ stage }) {
      const at = Date.now();
      stage.signal('SIGKILL');
      await stage.close();
      return { tag: 'browser-dead', at };
    },
  },

  'tab killed': {
    async strike({ run, stage, page }) {
      const crashed = page.waitForEvent('crash');
      const session = await page.context().newCDPSession(page);
      const at = Date.now();
      if (run.chance < 0.5) stage.signal('SIGKILL', 'renderer');
      // A crashed page answers nothing any more.
      else void session.send('Page.crash').catch(() => {});
      await crashed;
      return { tag: 'tab-dead', at };
    },
  },

  'disk full': {
    async prepare(page, stage) {
      const session = await page.context().newCDPSession(page);
      // Before the first write: Chromium believes for half a minute in the room it knows of.
      await session.send('Storage.overrideQuotaForOrigin', { origin: stage.origin, quotaSize: QUOTA_BYTES });
    },
    async strike({ page }) {
      await page.evaluate(fillDisk);
      return { tag: 'ends', at: Date.now() };
    },
  },

  'database closed': {
    async prepare(page) {
      await page.addInitScript(keepDatabases);
    },
    async strike({ page }) {
      await page.evaluate(() => (window as unknown as { closeDatabases: () => void }).closeDatabases());
      return { tag: 'goes-on', at: Date.now(), gapMs: 0, isUntouched: false };
    },
  },

  'device lost': ['pulseaudio', 'pactl', 'paplay'].every(isInstalled)
    ? {
        needs: 'sound-server',
        async strike({ soundServer }) {
          const at = Date.now();
          soundServer?.unplug();
          return { tag: 'ends', at };
        },
      }
    : {
        standIn: 'without PulseAudio: its track is stopped and says `ended`',
        async prepare(page) {
          await page.addInitScript(keepTracks);
        },
        async strike({ page }) {
          const at = Date.now();
          await page.evaluate(() => {
            for (const track of (window as unknown as { openTracks: MediaStreamTrack[] }).openTracks) {
              track.stop();
              track.dispatchEvent(new Event('ended'));
            }
          });
          return { tag: 'ends', at };
        },
      },

  'permission revoked': {
    async strike({ page, stage }) {
      const session = await page.context().newCDPSession(page);
      const at = Date.now();
      await session.send('Browser.setPermission', {
        origin: stage.origin,
        permission: { name: 'microphone' },
        setting: 'denied',
      });
      return { tag: 'ends', at };
    },
  },

  'machine asleep': {
    async strike({ run, stage }) {
      const at = Date.now();
      stage.signal('SIGSTOP');
      await wait(1000 + run.chance * 4000);
      stage.signal('SIGCONT');
      return { tag: 'goes-on', at, gapMs: Date.now() - at, isUntouched: false };
    },
  },

  'tab hidden': {
    ...(isInstalled('Xvfb') ? {} : { missing: 'no Xvfb' }),
    needs: 'screen',
    async strike({ run, page }) {
      const at = Date.now();
      const front = await page.context().newPage();
      await until(() => page.evaluate(() => document.hidden), 'the tab to be hidden');
      await wait(1000 + run.chance * 2000);
      if (!(await page.evaluate(() => document.hidden))) throw new Error('The tab did not stay hidden');
      await front.close();
      await until(() => page.evaluate(() => !document.hidden), 'the tab to be seen again');
      return { tag: 'goes-on', at, gapMs: 0, isUntouched: true };
    },
  },

  'second tab': {
    async strike({ page }) {
      const at = Date.now();
      const second = await page.context().newPage();
      await second.goto(page.url());
      await second.getByRole('button', { name: 'Start recording' }).click();
      await second
        .getByRole('alert')
        .getByText(/another tab/i)
        .first()
        .waitFor();
      await second.close();
      return { tag: 'goes-on', at, gapMs: 0, isUntouched: true };
    },
  },

  upgrade: {
    async strike({ page, stage }) {
      const at = Date.now();
      const newer = await page.context().newPage();
      // A document of the same origin without the app.
      await newer.goto(`${stage.origin}/icon.svg`);
      await newer.evaluate(askForUpgrade);
      await until(
        () => newer.evaluate(() => (window as unknown as { upgrade: string }).upgrade === 'waits'),
        'the upgrade to be held off',
      );
      await page.bringToFront();
      return { tag: 'goes-on', at, gapMs: 0, isUntouched: true };
    },
    async settle(page) {
      const newer = page
        .context()
        .pages()
        .find((other) => other !== page);
      if (newer === undefined) throw new Error('The upgrading tab is gone');
      const turn = () => newer.evaluate(() => (window as unknown as { upgrade: string }).upgrade);
      await until(
        async () => (await turn()) === 'had its turn',
        'the upgrade to have its turn after the take',
      );
      await newer.close();
      // The bar says so, and so does the page, which can read nothing any more.
      await page.getByRole('button', { name: 'Reload' }).first().click();
    },
  },
};

/** In the page: writes until not even half a kilobyte has room. */
async function fillDisk(): Promise<void> {
  const db = await new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open('ballast');
    request.onupgradeneeded = () => request.result.createObjectStore('ballast', { autoIncrement: true });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('The ballast has no database'));
  });
  const put = (bytes: number) =>
    new Promise<boolean>((resolve) => {
      const tx = db.transaction('ballast', 'readwrite', { durability: 'strict' });
      const data = new Uint8Array(bytes);
      for (let at = 0; at < bytes; at += 65_536) crypto.getRandomValues(data.subarray(at, at + 65_536));
      tx.objectStore('ballast').add(data.buffer);
      tx.oncomplete = () => resolve(true);
      tx.onabort = () => resolve(false);
    });
  for (const bytes of [1_048_576, 65_536, 4096, 512]) while (await put(bytes));
  db.close();
}

/** Before the page's own scripts: keeps every connection it opens, to take them away as a browser does. */
function keepDatabases(): void {
  const kept = new Set<IDBDatabase>();
  const { open } = IDBFactory.prototype;
  IDBFactory.prototype.open = function (this: IDBFactory, name: string, version?: number) {
    const request = version === undefined ? open.call(this, name) : open.call(this, name, version);
    request.addEventListener('success', () => kept.add(request.result));
    return request;
  };
  Object.assign(window, {
    closeDatabases: () => {
      for (const db of kept) {
        db.close();
        db.dispatchEvent(new Event('close'));
      }
      kept.clear();
    },
  });
}

/** Before the page's own scripts: keeps the tracks of every microphone it opens. */
function keepTracks(): void {
  const openTracks: MediaStreamTrack[] = [];
  Object.assign(window, { openTracks });
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    const stream = await ask(constraints);
    openTracks.push(...stream.getTracks());
    return stream;
  };
}

/** In the page: what a newer version does first. Taken back when it has its turn, so that this one can go on. */
function askForUpgrade(): void {
  const say = (upgrade: string) => Object.assign(window, { upgrade });
  const request = indexedDB.open('practice', 9999);
  request.onblocked = () => say('waits');
  request.onupgradeneeded = () => {
    say('had its turn');
    request.transaction?.abort();
  };
}
