import type { Page } from '@playwright/test';
import { expect, test } from '../support/test.ts';
import { recordShortly } from './journey.ts';

/** Counts what the page asks of the browser, and how it answers is the browser's. */
async function countQuestions(page: Page): Promise<() => Promise<number>> {
  await page.addInitScript(() => {
    const persist = navigator.storage.persist.bind(navigator.storage);
    navigator.storage.persist = async () => {
      sessionStorage.setItem('asked', String(Number(sessionStorage.getItem('asked') ?? '0') + 1));
      return persist();
    };
  });
  return async () => page.evaluate(() => Number(sessionStorage.getItem('asked') ?? '0'));
}

const QUESTION = 'Shall the browser keep your recordings?';

test('after the first kept attempt it is asked, in words, whether the browser keeps it', async ({
  context,
  page,
}) => {
  const asked = await countQuestions(page);
  await page.goto('/');
  await page.goto('/settings');
  await expect(page.getByText('The browser may delete them when space runs out.')).toBeVisible();
  await recordShortly(page, 1);
  await expect(page.getByText(QUESTION)).toBeVisible();
  expect(await asked()).toBe(0);

  // A browser without a window would refuse; with the permission it agrees as another might.
  const session = await context.newCDPSession(page);
  const { targetInfo } = await session.send('Target.getTargetInfo');
  await session.send('Browser.grantPermissions', {
    origin: new URL(page.url()).origin,
    permissions: ['durableStorage', 'audioCapture'],
    ...(targetInfo.browserContextId === undefined ? {} : { browserContextId: targetInfo.browserContextId }),
  });
  await page.getByRole('button', { name: 'Keep my recordings' }).click();
  await expect(page.getByText('Your recordings are kept until you delete them')).toBeVisible();
  expect(await asked()).toBe(1);
  await page.goto('/settings');
  await expect(page.getByText('Kept until you delete them.')).toBeVisible();
  await recordShortly(page, 1);
  await expect(page.getByText(QUESTION)).toHaveCount(0);
  expect(await asked()).toBe(1);
});

test('whoever does not want to be asked is not asked again, and finds it in the settings', async ({
  page,
}) => {
  const asked = await countQuestions(page);
  await recordShortly(page, 1);
  await page.getByRole('button', { name: 'Not now' }).click();
  await expect(page.getByText(QUESTION)).toHaveCount(0);
  await page.reload();
  await expect(page.getByRole('slider', { name: 'Position' })).toBeVisible();
  await expect(page.getByText(QUESTION)).toHaveCount(0);
  expect(await asked()).toBe(0);
  await page.goto('/settings');
  await page.getByRole('button', { name: 'Keep my recordings' }).click();
  await expect(page.getByText(/It was asked to keep them and did not agree/)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Ask again' })).toBeVisible();
  expect(await asked()).toBe(1);
});

test('a browser that refuses is not made to look as if it had agreed', async ({ page }) => {
  await recordShortly(page, 1);
  await page.getByRole('button', { name: 'Keep my recordings' }).click();
  await expect(page.getByText('The browser did not agree')).toBeVisible();
  await page.reload();
  await expect(page.getByRole('slider', { name: 'Position' })).toBeVisible();
  await expect(page.getByText(QUESTION)).toHaveCount(0);
});

test('a browser that cannot be asked is not asked, and settings say so', async ({ page }) => {
  await page.addInitScript(() => Reflect.deleteProperty(Navigator.prototype, 'storage'));
  await recordShortly(page, 1);
  await expect(page.getByText(QUESTION)).toHaveCount(0);
  await page.goto('/settings');
  await expect(page.getByText('This browser does not say how much space is used.')).toBeVisible();
  await expect(
    page.getByText('This browser does not say, and cannot be asked, whether it keeps them.'),
  ).toBeVisible();
});
