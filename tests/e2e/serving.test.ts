import { cspHeader, cspMeta } from '../../scripts/csp.ts';
import { expect, test } from '../support/test.ts';

test('the page carries its policy in the document and in the header', async ({ page, request }) => {
  const response = await request.get('/');
  expect(response.headers()['content-security-policy']).toBe(cspHeader);
  await page.goto('/');
  await expect(page.locator('meta[http-equiv="Content-Security-Policy"]')).toHaveAttribute(
    'content',
    cspMeta,
  );
});

test('a deep link is answered with the app, a missing file with 404', async ({ request }) => {
  expect((await request.get('/history')).status()).toBe(200);
  expect((await request.get('/assets/nothing.js')).status()).toBe(404);
  expect((await request.get('/../package.json')).status()).not.toBe(200);
});
