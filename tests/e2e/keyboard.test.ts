import { expect, test } from '../support/test.ts';
import { tabTo } from './hands.ts';
import { PROMPT, STEPS, speakUntil } from './journey.ts';

test('the whole job without a mouse: choose, record, mark, pause, finish, replay, score, lock, find again', async ({
  page,
}) => {
  test.setTimeout(120_000);
  await page.goto('/');
  await expect(page.getByRole('link', { name: /^Practise: / }).first()).toBeVisible();
  const skip = page.getByRole('link', { name: 'Skip to content' });
  await page.keyboard.press('Tab');
  await expect(skip).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
  const first = page.getByRole('link', { name: /^Practise: / }).first();
  await tabTo(page, first);
  await page.keyboard.press('Enter');
  const title = page.getByRole('heading', { level: 1 });
  await expect(title).toBeFocused();

  await page.keyboard.press('r');
  const timer = page.getByRole('timer', { name: 'Elapsed' });
  await expect(timer).toBeVisible();
  const steps = page.getByRole('group', { name: 'Steps' });
  for (const [index, step] of STEPS.entries()) {
    await page.keyboard.press(String(index + 1));
    await expect(steps.getByRole('button', { name: step, exact: true })).toHaveAttribute(
      'aria-current',
      'step',
    );
  }
  await page.keyboard.press('Space');
  await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible();
  await page.keyboard.press('r');
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
  await speakUntil(page, 2);
  await page.keyboard.press('Control+Enter');
  await expect(page).toHaveURL(/\/attempts\//);
  const slider = page.getByRole('slider', { name: 'Position' });
  await expect(slider).toBeVisible();

  await page.keyboard.press('Space');
  await expect(
    page.getByRole('region', { name: 'Player' }).getByRole('button', { name: 'Pause' }),
  ).toBeVisible();
  await page.keyboard.press('Space');
  await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
  await slider.fill('0');
  await page.keyboard.press('Shift+ArrowRight');
  await expect(slider).toHaveAttribute('aria-valuetext', /^1 second,/);
  const speed = page.getByRole('combobox', { name: 'Speed' });
  await page.keyboard.press(']');
  await expect(speed.locator('option:checked')).toHaveText(/1\.25/);

  const cell = page.getByRole('radiogroup', { name: 'Clarity: Situation' });
  await tabTo(page, cell.getByRole('radio').first());
  await page.keyboard.press('ArrowDown');
  await expect(cell.getByRole('radio', { checked: true })).toHaveCount(1);
  const lock = page.getByRole('button', { name: 'Lock scores' });
  await tabTo(page, lock);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('status', { name: 'Overall score' })).not.toBeEmpty();

  const history = page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'History' });
  await tabTo(page, history);
  await page.keyboard.press('Enter');
  const table = page.getByRole('table', { name: 'Attempts' });
  await expect(table.getByRole('row')).toHaveCount(2);
  await tabTo(page, table.getByRole('button', { name: /^Delete / }));
  await page.keyboard.press('Enter');
  await expect(table).toHaveCount(0);
  await tabTo(page, page.getByRole('button', { name: 'Undo' }));
  await page.keyboard.press('Enter');
  await expect(table.getByRole('row')).toHaveCount(2);
});

test('? shows the keys, Escape closes them, and single keys can be switched off', async ({ page }) => {
  await page.goto(`/practice/${PROMPT.id}`);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await page.keyboard.press('?');
  const keys = page.getByRole('dialog');
  await expect(keys).toBeVisible();
  await expect(keys).toContainText('Start');
  await page.keyboard.press('Escape');
  await expect(keys).toHaveCount(0);

  await page.goto('/settings');
  await page.getByRole('checkbox', { name: 'Single-key shortcuts' }).uncheck();
  await page.goto(`/practice/${PROMPT.id}`);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await page.keyboard.press('r');
  await expect(page.getByRole('button', { name: 'Start recording' })).toBeVisible();
  await expect(page.getByRole('timer')).toHaveCount(0);
});

test('keys stay letters while somebody types', async ({ page }) => {
  await page.goto(`/practice/${PROMPT.id}`);
  const field = page.getByRole('region', { name: 'Outline' }).getByRole('textbox', { name: 'Situation' });
  await field.focus();
  await page.keyboard.type('r? 12345');
  await expect(field).toHaveValue('r? 12345');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByRole('timer', { name: 'Elapsed' })).toHaveCount(0);
});
