import type { Page } from '@playwright/test';
import { expect, test } from '../support/test.ts';
import { isMeasured } from './database.ts';
import { mark, PROMPT, recordShortly, speakUntil, startTake } from './journey.ts';

async function refuse(page: Page, name: string): Promise<void> {
  await page.addInitScript((errorName) => {
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    Object.assign(window, { refuses: true });
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      if ((window as unknown as { refuses: boolean }).refuses) throw new DOMException('refused', errorName);
      return ask(constraints);
    };
  }, name);
}

const REFUSALS = [
  ['NotAllowedError', /allow/i],
  ['NotFoundError', /no microphone/i],
  ['NotReadableError', /another (app|program)|in use|busy/i],
] as const;

for (const [name, words] of REFUSALS) {
  test(`a microphone that answers ${name} is explained, and can be tried again`, async ({ page }) => {
    await refuse(page, name);
    await page.goto(`/practice/${PROMPT.id}`);
    await page.getByRole('button', { name: 'Start recording' }).click();
    const alert = page.getByRole('alert');
    await expect(alert).toContainText(words);
    await expect(page.getByRole('button', { name: 'Start recording' })).toBeVisible();
    await page.evaluate(() => Object.assign(window, { refuses: false }));
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(alert).toHaveCount(0);
  });
}

test('a browser without MediaRecorder is told so in words', async ({ page }) => {
  await page.addInitScript(() => Reflect.deleteProperty(window, 'MediaRecorder'));
  await page.goto(`/practice/${PROMPT.id}`);
  await page.getByRole('button', { name: 'Start recording' }).click();
  await expect(page.getByRole('alert')).toContainText(/cannot record|can’t record/i);
});

test('an insecure address is told so in words', async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(window, 'isSecureContext', { value: false });
    Reflect.deleteProperty(Navigator.prototype, 'mediaDevices');
  });
  await page.goto(`/practice/${PROMPT.id}`);
  await page.getByRole('button', { name: 'Start recording' }).click();
  await expect(page.getByRole('alert')).toContainText(/https/);
});

test('without IndexedDB the app says what is wrong instead of staying blank', async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(window, 'indexedDB', { value: undefined });
  });
  await page.goto('/');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(page.getByRole('alert')).toContainText(/private window|storage/i);
});

test('data of a newer version is left alone and named', async ({ page }) => {
  await page.goto('/settings');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await page.evaluate(
    async () =>
      new Promise<void>((resolve, reject) => {
        const request = indexedDB.open('practice', 9999);
        request.onsuccess = () => {
          request.result.close();
          resolve();
        };
        request.onerror = () => reject(request.error);
      }),
  );
  await page.goto('/');
  await expect(page.getByRole('alert')).toContainText(/newer version/i);
  await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
});

test('a record nobody can read is set aside by name, and the rest still shows', async ({ page }) => {
  await recordShortly(page, 1);
  await recordShortly(page, 1, 'py-gc-leak-hunt');
  const id = new URL(page.url()).pathname.split('/').at(-1) ?? '';
  await page.evaluate(
    async (key) =>
      new Promise<void>((resolve, reject) => {
        const request = indexedDB.open('practice');
        request.onerror = () => reject(request.error);
        request.onsuccess = () => {
          const store = request.result.transaction('attempts', 'readwrite').objectStore('attempts');
          const reading = store.get(key);
          reading.onsuccess = () => {
            store.put({ ...reading.result, durationMs: 'long' });
            store.transaction.oncomplete = () => {
              request.result.close();
              resolve();
            };
          };
        };
      }),
    id,
  );
  await page.goto('/history');
  const table = page.getByRole('table', { name: 'Attempts' });
  await expect(table.getByRole('link', { name: PROMPT.title })).toBeVisible();
  await expect(table.getByRole('row')).toHaveCount(2);
  await expect(page.getByText(/1 entry could not be read/)).toBeVisible();
});

test('a microphone that goes away halts the take, and Finish keeps what was said', async ({ page }) => {
  await page.addInitScript(() => {
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      const stream = await ask(constraints);
      Object.assign(window, { stream });
      return stream;
    };
  });
  await startTake(page);
  await mark(page, 'Situation');
  await speakUntil(page, 3);
  await page.evaluate(() => {
    const [track] = (window as unknown as { stream: MediaStream }).stream.getAudioTracks();
    track?.stop();
    track?.dispatchEvent(new Event('ended'));
  });
  await expect(page.getByRole('alert')).toContainText(/microphone was lost/i);
  await page.getByRole('button', { name: 'Finish' }).click();
  await expect(page.getByRole('alert')).toContainText(/We kept 0:0[2-4]/);
  await page
    .getByRole('link', { name: 'Review it' })
    .or(page.getByRole('button', { name: 'Review it' }))
    .click();
  await expect(page.getByRole('slider', { name: 'Position' })).toBeVisible();
});

test('leaving the page during a take asks first, and staying goes on recording', async ({ page }) => {
  await startTake(page);
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'History' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toBeVisible();
  await dialog.getByRole('button', { name: /^(Stay|Keep recording)/ }).click();
  await expect(dialog).toHaveCount(0);
  await speakUntil(page, 2);
  await page.getByRole('button', { name: 'Finish' }).click();
  await expect(page.getByRole('slider', { name: 'Position' })).toBeVisible();
});

test('a second tab is told that the first is recording', async ({ context, page }) => {
  await startTake(page);
  const second = await context.newPage();
  await second.goto(`/practice/${PROMPT.id}`);
  await second.getByRole('button', { name: 'Start recording' }).click();
  await expect(second.getByRole('alert')).toContainText(/another tab/i);
  await second.goto('/');
  await expect(second.getByRole('region', { name: 'Recovered takes' })).toHaveCount(0);
  await page.getByRole('button', { name: 'Finish' }).click();
  await expect(page.getByRole('slider', { name: 'Position' })).toBeVisible();
});

test('a trash that cannot be emptied keeps nothing from being measured', async ({ page }) => {
  await page.route('**/empty-trash-*.js', (route) =>
    route.fulfill({ contentType: 'text/javascript', body: 'throw new Error("It is not what was built");' }),
  );
  await recordShortly(page, 3);
  await expect.poll(() => isMeasured(page), { timeout: 20_000 }).toBe(true);
});
