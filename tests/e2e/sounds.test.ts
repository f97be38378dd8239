import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test } from '../support/test.ts';
import { storedSounds } from './database.ts';

const shared = resolve(import.meta.dirname, '../../../shared');
const modelFile = join(shared, 'models/yamnet.tflite');
const typingFile = join(shared, 'corpus/typing/typing_3.wav');
const dist = resolve(import.meta.dirname, '../../dist');
const isComplete = existsSync(modelFile) && existsSync(typingFile);
/** `npm run model` was used before the build. */
const hasModelBeside = existsSync(join(dist, 'models/yamnet.tflite'));

const sounds = (page: Page) => page.getByRole('region', { name: 'Sounds' });

async function chooseModel(page: Page): Promise<void> {
  await page.goto('/settings#sounds');
  const chooser = page.waitForEvent('filechooser');
  await sounds(page).getByRole('button', { name: 'Choose the model file' }).click();
  await (await chooser).setFiles(modelFile);
  await expect(sounds(page)).toContainText('Sounds are on.');
}

async function bringInTyping(page: Page): Promise<void> {
  await page.goto('/');
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Import a recording' }).click();
  await (await chooser).setFiles(typingFile);
  await page.getByRole('dialog').getByRole('button', { name: 'Import', exact: true }).click();
  // The machine may be busy.
  await expect(page).toHaveURL(/\/attempts\//, { timeout: 30_000 });
}

/** All that was asked for, by pages and workers; that it is all of our own origin is for support/test.ts to see. */
function watchRequests(page: Page): string[] {
  const asked: string[] = [];
  page.context().on('request', (request) => asked.push(new URL(request.url()).pathname));
  return asked;
}

const kindsHeard = async (page: Page) => [...new Set((await storedSounds(page)).map(({ kind }) => kind))];

test.describe.configure({ timeout: 120_000 });

test('with a chosen model a clip is listened to, and nobody else is asked, then or afterwards', async ({
  page,
}) => {
  test.skip(!isComplete, 'needs the model and the typing of ../shared');
  test.skip(hasModelBeside, 'this build has a model beside it');
  const asked = watchRequests(page);
  // As a server would have it that sends no policy: what the worker tries to reach is then seen, not stopped.
  await page.route('**/sounds.worker-*.js', async (route) => {
    const response = await route.fetch();
    const { 'content-security-policy': _policy, ...headers } = response.headers();
    await route.fulfill({ response, headers });
  });
  await chooseModel(page);
  await bringInTyping(page);
  await expect.poll(() => kindsHeard(page), { timeout: 60_000 }).toEqual(['typing']);
  // The worker’s own requests are among those that are watched.
  expect(asked.filter((path) => /audio_wasm_module_internal-.*\.(js|wasm)$/.test(path))).toHaveLength(2);
  expect(asked.filter((path) => path.startsWith('/models'))).toEqual([]);
  // A later version of MediaPipe reports when it is closed.
  await page.waitForTimeout(3000);
});

test('a model beside the app is used without a word, and is asked for once', async ({ page }) => {
  test.skip(!isComplete, 'needs the model and the typing of ../shared');
  const asked = watchRequests(page);
  await page.route('**/models/yamnet.tflite', (route) => route.fulfill({ path: modelFile }));
  // As scripts/model.ts and the build would have it.
  await page.route(
    ({ pathname }) => /^\/(settings|attempts\/.*)?$/.test(pathname),
    async (route) => {
      const response = await route.fetch();
      const body = (await response.text()).replace(
        '</head>',
        '<meta name="sound-model" content="/models/yamnet.tflite"></head>',
      );
      await route.fulfill({ response, body });
    },
  );
  await bringInTyping(page);
  await expect.poll(() => kindsHeard(page), { timeout: 60_000 }).toEqual(['typing']);
  await page.goto('/settings#sounds');
  await expect(sounds(page)).toContainText('came with this copy');
  await expect(sounds(page).getByRole('button')).toHaveCount(0);
  expect(asked.filter((path) => path.startsWith('/models'))).toEqual(['/models/yamnet.tflite']);
});

test('without a model sounds are off, nothing is asked for, and all else works', async ({ page }) => {
  test.skip(!isComplete, 'needs the typing of ../shared');
  test.skip(hasModelBeside, 'this build has a model beside it');
  const asked = watchRequests(page);
  await bringInTyping(page);
  await expect(page.getByRole('slider', { name: 'Position' })).toBeEnabled();
  await expect(page.getByRole('form', { name: 'Score' })).toBeVisible();
  await page.goto('/settings#sounds');
  await expect(sounds(page)).toContainText('Sounds are off.');
  expect(asked.filter((path) => /models|audio_wasm|sounds\.worker/.test(path))).toEqual([]);
});

test('what MediaPipe runs on is served by its type, and may be kept for ever', async ({ request }) => {
  const file = readdirSync(resolve(dist, 'assets')).find((name) => name.endsWith('.wasm'));
  const { 'content-type': type, 'cache-control': caching } = (
    await request.head(`/assets/${file}`)
  ).headers();
  expect([type, caching]).toEqual(['application/wasm', 'public, max-age=31536000, immutable']);
});
