import { expect, test } from '../support/test.ts';
import { PROMPT, recordShortly, speakUntil } from './journey.ts';

test.describe.configure({ timeout: 120_000 });

test('one step is spoken again and heard beside the original, by keyboard, and outlives a reload', async ({
  page,
}) => {
  await recordShortly(page, 6);
  const review = new URL(page.url()).pathname;
  const drills = page.getByRole('region', { name: 'Drills' });
  // A step is chosen by what was scored.
  await expect(drills).toHaveCount(0);
  await page.getByRole('radiogroup', { name: 'Clarity: Situation' }).getByRole('radio').first().focus();
  await page.keyboard.press('2');
  await page.keyboard.press('Control+Enter');
  await drills.getByRole('link', { name: 'Redo Situation, 60 seconds' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Drill: Situation');
  await page.keyboard.press('r');
  await speakUntil(page, 3);
  await expect(page.getByRole('group', { name: 'Steps' })).toHaveCount(0);
  await page.keyboard.press('3');
  await page.keyboard.press('Control+Enter');
  await expect(page).toHaveURL(new RegExp(`${review}#drills$`));
  await expect(drills.getByRole('heading', { name: 'Drills' })).toBeInViewport();
  await page.reload();
  await drills.getByRole('button', { name: /^Play the drill of Situation/ }).focus();
  await page.keyboard.press('Enter');
  await expect(drills.getByRole('button', { name: /^Pause the drill of Situation/ })).toBeVisible();
  await drills.getByRole('button', { name: 'Play the original Situation' }).focus();
  await page.keyboard.press('Enter');
  await expect(drills.getByRole('button', { name: /^Play the drill of Situation/ })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Pause', exact: true })).toBeVisible();
  await page.goto('/history');
  const rows = page
    .getByRole('table', { name: 'Attempts' })
    .getByRole('row')
    .filter({ hasText: PROMPT.title });
  await expect(rows).toHaveCount(2);
  await expect(rows.filter({ hasText: 'drill of Situation' })).toHaveCount(1);
});

test('an exam by keyboard: a minute that is cut short, no pause, and the mode is kept', async ({ page }) => {
  await page.goto(`/practice/${PROMPT.id}`);
  await page.getByRole('combobox', { name: 'Mode' }).selectOption({ label: 'Exam' });
  await page.getByRole('combobox', { name: 'Countdown' }).selectOption({ label: 'None' });
  await page.getByRole('heading', { level: 1 }).focus();
  await page.keyboard.press('r');
  await expect(page.getByRole('timer', { name: 'Recording starts in' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Outline' })).toBeVisible();
  await page.keyboard.press('r');
  await speakUntil(page, 2);
  await expect(page.getByRole('region', { name: 'Outline' })).toHaveCount(0);
  await page.keyboard.press('Space');
  await speakUntil(page, 3);
  await expect(page.getByRole('button', { name: /Pause|Resume/ })).toHaveCount(0);
  await page.keyboard.press('Control+Enter');
  await expect(page).toHaveURL(/\/attempts\//);
  await expect(page.getByText('Exam', { exact: true })).toBeVisible();
});
