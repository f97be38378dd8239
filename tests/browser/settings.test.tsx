import { expect, onTestFinished, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { DEFAULT_SETTINGS } from '../../src/domain/settings.ts';
import { StorageError } from '../../src/storage/errors.ts';
import { openArchive } from '../../src/storage/open-archive.ts';
import { setSingleKeys } from '../../src/ui/shortcuts.ts';
import { anEmptyArchive } from '../support/factories.ts';
import { expectGoodLooks, openApp } from './app.tsx';

test('settings look right, light and dark, wide and narrow', async () => {
  await openApp(await anEmptyArchive(), '/settings');
  await expectGoodLooks();
});

test('the chosen appearance holds at once and at the next visit', async () => {
  localStorage.removeItem('talkthrough.appearance');
  onTestFinished(() => {
    localStorage.removeItem('talkthrough.appearance');
    delete document.documentElement.dataset['theme'];
  });
  await openApp(await anEmptyArchive(), '/settings');
  const appearance = page.getByRole('combobox', { name: 'Appearance' });
  await expect.element(appearance).toHaveValue('system');
  await appearance.selectOptions('Dark');
  expect(localStorage.getItem('talkthrough.appearance')).toBe('dark');
  await expect.poll(() => getComputedStyle(document.body).backgroundColor).toBe('rgb(17, 20, 24)');
  await appearance.selectOptions('Light');
  await expect.poll(() => getComputedStyle(document.body).backgroundColor).toBe('rgb(251, 250, 247)');
  await appearance.selectOptions('System');
  expect(localStorage.getItem('talkthrough.appearance')).toBeNull();
  expect(document.documentElement.dataset['theme']).toBeUndefined();
});

test('single keys can be switched off, and stay off', async () => {
  onTestFinished(() => setSingleKeys(true));
  await openApp(await anEmptyArchive(), '/settings');
  const heading = page.getByRole('heading', { level: 1 });
  const keys = page.getByRole('dialog', { name: 'Keys on this page' });
  (heading.element() as HTMLElement).focus();
  await userEvent.keyboard('?');
  await expect.element(keys).toBeVisible();
  await userEvent.keyboard('{Escape}');
  await page.getByRole('checkbox', { name: 'Single-key shortcuts' }).click();
  await expect.element(page.getByRole('checkbox', { name: 'Single-key shortcuts' })).not.toBeChecked();
  const archive = await openArchive();
  onTestFinished(() => archive.close());
  await expect.poll(() => archive.settings.get('keyboard')).toEqual({ singleKeys: false });
  (heading.element() as HTMLElement).focus();
  await userEvent.keyboard('?');
  await expect.element(keys).not.toBeInTheDocument();
});

test('a press shows at once, however slow the disk', async () => {
  onTestFinished(() => setSingleKeys(true));
  const archive = await anEmptyArchive();
  const written = Promise.withResolvers<undefined>();
  const slow = { ...archive, settings: { ...archive.settings, put: () => written.promise } };
  await openApp(slow, '/settings');
  const box = page.getByRole('checkbox', { name: 'Single-key shortcuts' });
  await box.click();
  expect((box.element() as HTMLInputElement).checked).toBe(false);
  written.resolve(undefined);
  // Nothing was stored, so that what is stored shows again.
  await expect.element(box).toBeChecked();
});

test('what a take begins with is remembered', async () => {
  const archive = await anEmptyArchive();
  await openApp(archive, '/settings');
  await page.getByRole('combobox', { name: 'Countdown' }).selectOptions('5 seconds');
  await expect.element(page.getByRole('combobox', { name: 'Countdown' })).toHaveValue('5');
  await page.getByRole('combobox', { name: 'Mode' }).selectOptions('Exam');
  await expect.element(page.getByText('one take without a pause', { exact: false })).toBeVisible();
  await page.getByRole('checkbox', { name: 'Noise suppression' }).click();
  await expect.element(page.getByRole('checkbox', { name: 'Noise suppression' })).toBeChecked();
  expect(await archive.settings.get('recording')).toEqual({
    ...DEFAULT_SETTINGS.recording,
    countdownSec: 5,
    mode: 'exam',
    processing: { echo: false, noise: true, gain: false },
  });
});

test('a setting that cannot be saved is a fault in words', async () => {
  const archive = await anEmptyArchive();
  const put = () => Promise.reject(new StorageError('full'));
  await openApp({ ...archive, settings: { ...archive.settings, put } }, '/settings');
  await page.getByRole('combobox', { name: 'Mode' }).selectOptions('Exam');
  await expect.element(page.getByRole('alert')).toMatchTextContent(/The disk is full/);
  await expectGoodLooks();
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await expect.element(page.getByRole('alert')).not.toBeInTheDocument();
});
