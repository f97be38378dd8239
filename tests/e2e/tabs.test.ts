import { expect, test } from '../support/test.ts';
import { violations } from './database.ts';
import { finish, mark, PROMPT, recordShortly, speakUntil, startTake } from './journey.ts';

test.describe.configure({ timeout: 120_000 });

const OTHER = 'py-gc-leak-hunt';

test('another tab says which prompt is being recorded, and offers to record when that take ends', async ({
  context,
  page,
}) => {
  const second = await context.newPage();
  await second.goto(`/practice/${OTHER}`);
  await second.evaluate(() => {
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    Object.assign(window, { asked: 0 });
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      (window as unknown as { asked: number }).asked += 1;
      return ask(constraints);
    };
  });
  const asked = async () => second.evaluate(() => (window as unknown as { asked: number }).asked);

  await startTake(page);
  await expect(second.getByRole('main').getByText(`Recording in another tab: ${PROMPT.title}`)).toBeVisible();
  await second.getByRole('button', { name: 'Start recording' }).click();
  await expect(second.getByRole('alert')).toContainText(`It records “${PROMPT.title}”`);
  await speakUntil(page, 2);
  await finish(page);
  await expect(second.getByText('You can record here now')).toBeVisible();
  await expect(second.getByRole('alert')).toHaveCount(0);
  await expect(second.getByRole('main').getByText(/^Recording in another tab/)).toHaveCount(0);
  expect(await asked()).toBe(0);
  await second.getByRole('button', { name: 'Start recording' }).click();
  await speakUntil(second, 1);
  expect(await asked()).toBe(1);
  await finish(second);
});

test('a tab whose microphone is merely open gives way to the one that is used', async ({ context, page }) => {
  await page.goto(`/practice/${PROMPT.id}`);
  await page.getByRole('button', { name: 'Allow microphone' }).click();
  await expect(page.getByRole('button', { name: 'Allow microphone' })).toHaveCount(0);
  const second = await context.newPage();
  await startTake(second, OTHER);
  await expect(page.getByText('Another tab has the microphone')).toBeAttached();
  await page.getByRole('button', { name: 'Start recording' }).click();
  await expect(page.getByRole('alert')).toContainText('Another tab is recording');
  await speakUntil(second, 1);
  await finish(second);
});

test('a tab that dies in mid-take leaves a recovered take in the others, without a reload', async ({
  context,
  page,
}) => {
  const second = await context.newPage();
  await second.goto('/');
  await startTake(page);
  await mark(page, 'Situation');
  await expect(second.getByRole('main').getByText(`Recording in another tab: ${PROMPT.title}`)).toBeVisible();
  await speakUntil(page, 2);
  const session = await context.newCDPSession(page);
  void session.send('Page.crash').catch(() => {});
  await page.waitForEvent('crash');
  await page.close();
  const recovered = second.getByRole('region', { name: 'Recovered takes' });
  const review = recovered.getByRole('link', { name: new RegExp(`^Review ${PROMPT.title}`) });
  await expect(review).toBeVisible();
  await expect(second.getByRole('main').getByText(/^Recording in another tab/)).toHaveCount(0);

  // Two tabs press Review at once: one makes the clip, both show it.
  const third = await context.newPage();
  await third.goto('/');
  const other = third
    .getByRole('region', { name: 'Recovered takes' })
    .getByRole('link', { name: new RegExp(`^Review ${PROMPT.title}`) });
  await expect(other).toBeVisible();
  await Promise.all([review.click(), other.click()]);
  await expect(second.getByRole('slider', { name: 'Position' })).toBeEnabled();
  await expect(third.getByRole('slider', { name: 'Position' })).toBeEnabled();
  expect(second.url()).toBe(third.url());
  await third.goto('/history');
  await expect(third.getByRole('table', { name: 'Attempts' }).getByRole('row')).toHaveCount(2);
  expect(await violations(third)).toEqual([]);
});

test('what one tab deletes and takes back, the list of the other shows', async ({ context, page }) => {
  await recordShortly(page, 1);
  await page.goto('/history');
  const second = await context.newPage();
  await second.goto('/history');
  const rows = second.getByRole('table', { name: 'Attempts' }).getByRole('row');
  await expect(rows).toHaveCount(2);
  await page.getByRole('button', { name: new RegExp(`^Delete ${PROMPT.title}`) }).click();
  await expect(second.getByText('Nothing recorded yet')).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(rows).toHaveCount(2);
});

test('a newer version that opens elsewhere waits for the take, which is finished and kept', async ({
  context,
  page,
}) => {
  await startTake(page);
  await mark(page, 'Situation');
  await speakUntil(page, 2);
  const newer = await context.newPage();
  // The address, and nothing of this version.
  await newer.route('**/newer', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<link rel="icon" href="data:,">' }),
  );
  await newer.goto('/newer');
  await newer.evaluate(async () => {
    const databases = await indexedDB.databases();
    const version = databases.find(({ name }) => name === 'practice')?.version ?? 0;
    const log = { isBlocked: false, isOpen: false };
    Object.assign(window, { log });
    const request = indexedDB.open('practice', version + 1);
    request.onblocked = () => {
      log.isBlocked = true;
    };
    request.onsuccess = () => {
      log.isOpen = true;
      request.result.close();
    };
  });
  const log = async () =>
    newer.evaluate(() => (window as unknown as { log: { isBlocked: boolean; isOpen: boolean } }).log);
  await expect.poll(log).toEqual({ isBlocked: true, isOpen: false });
  await mark(page, 'Approach');
  await speakUntil(page, 5);
  expect(await log()).toEqual({ isBlocked: true, isOpen: false });
  await page.getByRole('button', { name: 'Finish' }).click();
  await expect(page).toHaveURL(/\/attempts\//);
  await expect(page.getByText('Talkthrough was updated in another tab')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Reload' }).first()).toBeVisible();
  await expect.poll(log).toEqual({ isBlocked: true, isOpen: true });
  const kept = await newer.evaluate(
    async () =>
      new Promise<unknown>((resolve, reject) => {
        const request = indexedDB.open('practice');
        request.onerror = () => reject(request.error);
        request.onsuccess = () => {
          const reading = request.result.transaction('attempts').objectStore('attempts').getAll();
          reading.onsuccess = () => {
            request.result.close();
            resolve(
              reading.result.map(({ status, endedBy, marks }) => ({ status, endedBy, marks: marks.length })),
            );
          };
        };
      }),
  );
  expect(kept).toEqual([{ status: 'kept', endedBy: 'user', marks: 2 }]);
  expect(await violations(newer)).toEqual([]);
});
