import type { Page } from '@playwright/test';
import axe from 'axe-core';
import { wav } from '../support/microphone.ts';
import { speechLike } from '../support/speech-like.ts';
import { expect, test } from '../support/test.ts';
import { mark, PROMPT, recordShortly, speakUntil, startTake } from './journey.ts';

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

test.describe.configure({ timeout: 120_000 });
// The page's own policy would refuse the script that axe is.
test.use({ bypassCSP: true });

/** Rules broken by the screen as it stands, in light and in dark, wide and at 320 px; and no sideways scrolling. */
async function audit(page: Page, screen: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1280, 320]) {
      // A colour on its way to another would be measured halfway.
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width, height: 800 });
      if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
      const broken = await page.evaluate(async (tags) => {
        const { violations } = await (window as unknown as { axe: typeof import('axe-core') }).axe.run(
          document,
          {
            runOnly: tags,
          },
        );
        return violations.map(
          ({ id, nodes }) =>
            `${id}: ${nodes.map((node) => `${node.html} ${node.failureSummary}`).join(' | ')}`,
        );
      }, WCAG);
      expect(broken, `${screen}, ${colorScheme}, ${width} px`).toEqual([]);
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow, `${screen} scrolls sideways at ${width} px`).toBeLessThanOrEqual(0);
    }
  }
  await page.setViewportSize({ width: 1280, height: 800 });
}

test('every screen of an empty app', async ({ page }) => {
  const screens = [
    '/',
    '/history',
    '/prompts',
    `/prompts/${PROMPT.id}`,
    '/settings',
    '/settings/rubric',
    '/warm-up',
    `/practice/${PROMPT.id}`,
  ];
  for (const path of [...screens, '/nowhere', '/attempts/nothing']) {
    await page.goto(path);
    await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
    await audit(page, `empty ${path}`);
  }
});

test('the record screen in each of its states', async ({ page }) => {
  await page.goto(`/practice/${PROMPT.id}`);
  await page.getByRole('button', { name: 'Allow microphone' }).click();
  await expect(page.getByRole('combobox', { name: 'Microphone' })).toBeVisible();
  await audit(page, 'microphone open');
  await page.getByRole('button', { name: 'Start recording' }).click();
  await expect(page.getByRole('timer', { name: 'Elapsed' })).toBeVisible();
  await mark(page, 'Approach');
  await audit(page, 'recording');
  await page.getByRole('button', { name: 'Show outline' }).click();
  await audit(page, 'recording with outline');
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible();
  await audit(page, 'paused');
  await page.getByRole('button', { name: 'Discard' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await audit(page, 'discard asks');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible();
});

test('every screen of an app in use', async ({ page }) => {
  await startTake(page);
  await mark(page, 'Situation');
  await speakUntil(page, 1);
  await mark(page, 'Approach');
  await speakUntil(page, 7);
  await page.getByRole('button', { name: 'Finish' }).click();
  await expect(page.getByRole('slider', { name: 'Position' })).toBeVisible();
  await audit(page, 'review');
  const form = page.getByRole('form', { name: 'Score' });
  await form
    .getByRole('radiogroup', { name: 'Clarity: Approach' })
    .getByRole('radio', { name: '3 Solid' })
    .check();
  await form
    .getByRole('radiogroup', { name: 'Technical depth: Approach' })
    .getByRole('radio', { name: '1 Start' })
    .check();
  await audit(page, 'review, half scored');
  await page.getByRole('button', { name: 'Lock scores' }).click();
  await audit(page, 'review, uncited');
  await page.getByRole('button', { name: 'Lock anyway' }).click();
  await expect(page.getByRole('status', { name: 'Overall score' })).not.toBeEmpty();
  await audit(page, 'review, locked');
  const reviewed = page.url();
  await recordShortly(page, 1, 'py-gc-leak-hunt');
  for (const path of ['/', '/history', '/prompts', `/prompts/${PROMPT.id}`, reviewed]) {
    await page.goto(path);
    await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
    await audit(page, `full ${path}`);
  }
});

test('importing a recording, and marking its steps', async ({ page }) => {
  const choose = async (name: string, buffer: Buffer): Promise<void> => {
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Import a recording' }).click();
    await (await chooser).setFiles({ name, mimeType: 'audio/wav', buffer });
  };
  await page.goto('/');
  await choose('notes.wav', Buffer.from('Dear diary. '.repeat(300)));
  await expect(page.getByRole('alert')).toBeVisible();
  await audit(page, 'import refused');
  await page.getByRole('button', { name: 'Close' }).click();
  await choose('memo.wav', wav(speechLike(20, 1, 16_000), 16_000));
  const start = page.getByRole('button', { name: 'Import', exact: true });
  await expect(start).toBeVisible();
  await audit(page, 'import asking');
  await start.click();
  await page.getByRole('slider', { name: 'Position' }).fill('8');
  await page.getByRole('button', { name: 'Mark Trade-offs' }).click();
  await expect(page.getByRole('list', { name: 'Marks' })).toBeVisible();
  await audit(page, 'review, marking');
});
