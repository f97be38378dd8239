import { createMemoryRouter } from 'react-router';
import { RouterProvider } from 'react-router/dom';
import { expect, onTestFinished, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { BootError } from '../../src/app/BootError.tsx';
import { createRoutes } from '../../src/app/routes.tsx';
import { storageMessages } from '../../src/app/storage-messages.ts';
import { noteOutdated } from '../../src/app/update.ts';
import type { Archive } from '../../src/storage/archive.ts';
import { StorageError, type StorageFault } from '../../src/storage/errors.ts';
import { anEmptyArchive, keepAnAttempt } from '../support/factories.ts';
import { expectGoodLooks, mount, openApp } from './app.tsx';

const main = () => page.getByRole('navigation', { name: 'Main' });

test('navigation names the pages there are, and which one this is', async () => {
  await page.viewport(1280, 800);
  await openApp(await anEmptyArchive(), '/');
  const links = main().getByRole('link');
  expect(links.elements().map((link) => link.textContent)).toEqual([
    'Practice',
    'History',
    'Prompts',
    'Settings',
  ]);
  await expect
    .element(main().getByRole('link', { name: 'Practice' }))
    .toHaveAttribute('aria-current', 'page');
  await main().getByRole('link', { name: 'History' }).click();
  await expect.element(main().getByRole('link', { name: 'History' })).toHaveAttribute('aria-current', 'page');
  await expect.element(main().getByRole('link', { name: 'Practice' })).not.toHaveAttribute('aria-current');
});

test('under 640 px the last page stands behind More', async () => {
  await page.viewport(320, 640);
  onTestFinished(() => page.viewport(1280, 800));
  await openApp(await anEmptyArchive(), '/');
  await expect.element(main().getByRole('link', { name: 'Settings' })).not.toBeInTheDocument();
  await main().getByRole('button', { name: 'More' }).click();
  await main().getByRole('link', { name: 'Settings' }).click();
  await expect.element(page.getByRole('heading', { level: 1, name: 'Settings' })).toHaveFocus();
  await expect.element(main().getByRole('link', { name: 'Settings' })).not.toBeInTheDocument();
});

test('the heading takes the focus after navigation, and names the tab', async () => {
  await page.viewport(1280, 800);
  await openApp(await anEmptyArchive(), '/');
  await expect.element(page.getByRole('heading', { level: 1, name: 'Practice' })).not.toHaveFocus();
  for (const name of ['Settings', 'Prompts', 'History', 'Practice']) {
    await main().getByRole('link', { name }).click();
    await expect.element(page.getByRole('heading', { level: 1, name })).toHaveFocus();
    await expect.poll(() => document.title).toBe(`${name} · Talkthrough`);
    expect(page.getByRole('main').elements()).toHaveLength(1);
    expect(page.getByRole('heading', { level: 1 }).elements()).toHaveLength(1);
  }
});

test('the first Tab offers to skip to the content', async () => {
  await openApp(await anEmptyArchive(), '/');
  (document.activeElement as HTMLElement | null)?.blur();
  await userEvent.keyboard('{Tab}');
  await expect.element(page.getByRole('link', { name: 'Skip to content' })).toHaveFocus();
  await expect.element(page.getByRole('link', { name: 'Skip to content' })).toBeVisible();
});

test('during a take the navigation leaves the place at the thumb', async () => {
  await page.viewport(320, 640);
  document.documentElement.dataset['recording'] = 'true';
  onTestFinished(async () => {
    delete document.documentElement.dataset['recording'];
    await page.viewport(1280, 800);
  });
  await openApp(await anEmptyArchive(), '/settings');
  await expect.element(main()).not.toBeInTheDocument();
});

test.for([
  ['/nowhere', 'There is no page at this address', 'Go to Practice', 'Practice'],
  ['/prompts/nothing', 'There is no such prompt here', 'Go to Prompts', 'Prompts'],
])('%s says so and has a way on', async ([path, words, wayOn, there]) => {
  await openApp(await anEmptyArchive(), path ?? '');
  await expect.element(page.getByRole('heading', { level: 1, name: words ?? '' })).toBeVisible();
  await expectGoodLooks();
  await page.getByRole('link', { name: wayOn ?? '' }).click();
  await expect.element(page.getByRole('heading', { level: 1, name: there ?? '' })).toBeInTheDocument();
});

/** A page whose data cannot be read. */
async function aBrokenPage(error: Error) {
  const archive = await anEmptyArchive();
  const broken: Archive = { ...archive, settings: { ...archive.settings, get: () => Promise.reject(error) } };
  const router = createMemoryRouter(createRoutes(broken), { initialEntries: ['/settings'] });
  mount(<RouterProvider router={router} />);
  onTestFinished(async () => {
    router.dispose();
    await archive.close();
  });
}

test('a page that breaks says so, keeps the navigation and hands out what a report needs', async () => {
  await page.viewport(1280, 800);
  await aBrokenPage(new Error('A bug'));
  await expect.element(page.getByRole('heading', { level: 1, name: 'This page broke' })).toBeVisible();
  await expect.element(page.getByRole('alert')).toBeVisible();
  await expect.element(page.getByRole('button', { name: 'Reload' })).toBeVisible();
  await expectGoodLooks();
  let copied = '';
  const { writeText } = navigator.clipboard;
  navigator.clipboard.writeText = (text) => {
    copied = text;
    return Promise.resolve();
  };
  onTestFinished(() => {
    navigator.clipboard.writeText = writeText;
  });
  await page.getByRole('button', { name: 'Copy diagnostics' }).click();
  const said = page.getByRole('main').getByRole('status');
  await expect.element(said).toMatchTextContent(/^Copied/);
  expect(copied).toContain('A bug');
  expect(copied).toContain(navigator.userAgent);
  navigator.clipboard.writeText = () => Promise.reject(new DOMException('No', 'NotAllowedError'));
  await page.getByRole('button', { name: 'Copy diagnostics' }).click();
  await expect.element(said).toMatchTextContent(/did not let/);
  await expect.element(page.getByRole('textbox', { name: 'Diagnostics' })).toHaveValue(copied);
  await main().getByRole('link', { name: 'Prompts' }).click();
  await expect.element(page.getByRole('heading', { level: 1, name: 'Prompts' })).toBeInTheDocument();
});

test('a page that storage fails says what storage said', async () => {
  await aBrokenPage(new StorageError('full'));
  await expect.element(page.getByRole('heading', { level: 1, name: 'The disk is full' })).toBeVisible();
});

const FAULTS = Object.keys(storageMessages) as StorageFault[];

test.for(FAULTS)('an archive that does not open (%s) is a page with one way on', async (fault) => {
  mount(<BootError error={new StorageError(fault)} />);
  const { title, what, action } = storageMessages[fault];
  await expect.element(page.getByRole('heading', { level: 1, name: title })).toBeVisible();
  await expect.element(page.getByRole('alert')).toHaveTextContent(`${what}${action}`);
  expect(page.getByRole('button').elements()).toHaveLength(1);
  await expectGoodLooks();
});

test('a bug at the start is a page with words too', async () => {
  mount(<BootError error={new TypeError('A bug')} />);
  await expect.element(page.getByRole('alert')).toMatchTextContent(/still stored/);
});

test('what another tab changes is shown without asking', async () => {
  const archive = await anEmptyArchive();
  await openApp(archive, '/history');
  await expect.element(page.getByRole('link', { name: 'Go to Practice' })).toBeVisible();
  await keepAnAttempt(archive);
  await expect.element(page.getByRole('table', { name: 'Attempts' })).toBeVisible();
});

test('an update in another tab is said, and waits until a take is over', async () => {
  await openApp(await anEmptyArchive(), '/settings');
  noteOutdated({ canSave: true });
  const said = page.getByRole('main').getByRole('status');
  await expect.element(said).toMatchTextContent(/updated in another tab/);
  await expect.element(said).not.toMatchTextContent(/cannot save/);
  noteOutdated({ canSave: false });
  await expect.element(said).toMatchTextContent(/until then it cannot save/);
  await expect.element(page.getByRole('button', { name: 'Reload' })).toBeVisible();
  document.documentElement.dataset['recording'] = 'true';
  onTestFinished(() => {
    delete document.documentElement.dataset['recording'];
  });
  await expect.element(said).not.toBeInTheDocument();
});
