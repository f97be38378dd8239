import { expect, test } from '../support/test.ts';
import { CRITERIA, finish, mark, PROMPT, recordShortly, STEPS, speakUntil, startTake } from './journey.ts';

const PAGES = [
  '/',
  '/history',
  '/prompts',
  '/settings',
  `/practice/${PROMPT.id}`,
  '/nowhere',
  '/attempts/nothing',
];

test('every page has the navigation, one main and one first heading', async ({ page }) => {
  for (const path of PAGES) {
    await page.goto(path);
    const navigation = page.getByRole('navigation', { name: 'Main' });
    for (const name of ['Practice', 'History', 'Prompts', 'Settings']) {
      await expect(navigation.getByRole('link', { name, exact: true })).toBeVisible();
    }
    await expect(navigation.getByRole('link', { name: 'Anecdotes' })).toHaveCount(0);
    await expect(navigation.getByRole('link', { name: 'Topics' })).toHaveCount(0);
    await expect(page.getByRole('main')).toHaveCount(1);
    await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
  }
});

test('on a narrow screen the last links stand behind More', async ({ page }) => {
  await page.setViewportSize({ width: 400, height: 800 });
  await page.goto('/');
  const navigation = page.getByRole('navigation', { name: 'Main' });
  await expect(navigation.getByRole('link', { name: 'Settings' })).toBeHidden();
  await navigation.getByRole('button', { name: 'More' }).click();
  await navigation.getByRole('link', { name: 'Settings' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible();
});

test('an unknown address says so and has a way on', async ({ page }) => {
  for (const path of ['/nowhere', '/attempts/nothing', '/practice/nothing', '/prompts/nothing']) {
    await page.goto(path);
    await expect(page.getByRole('main').getByRole('link').first()).toBeVisible();
  }
});

test('practice: three prompts to begin with, no recovered takes', async ({ page }) => {
  await page.goto('/');
  await expect(page.getByRole('link', { name: /^Practise: / })).toHaveCount(3);
  await expect(page.getByRole('region', { name: 'Recovered takes' })).toHaveCount(0);
});

test('the record screen, before and during a take', async ({ page }) => {
  await page.goto(`/practice/${PROMPT.id}`);
  await expect(page.getByRole('heading', { level: 1, name: PROMPT.title })).toBeVisible();
  const outline = page.getByRole('region', { name: 'Outline' });
  for (const step of STEPS)
    await expect(outline.getByRole('textbox', { name: step, exact: true })).toBeVisible();

  const target = page.getByRole('combobox', { name: 'Target length' });
  await expect(target.getByRole('option')).toHaveText(['2 minutes', '5 minutes', '10 minutes', 'Custom']);
  await expect(target.locator('option:checked')).toHaveText('5 minutes');
  await target.selectOption({ label: 'Custom' });
  await expect(page.getByRole('spinbutton', { name: 'Custom length (minutes)' })).toBeVisible();
  await target.selectOption({ label: '2 minutes' });
  await expect(page.getByRole('spinbutton')).toHaveCount(0);
  const mode = page.getByRole('combobox', { name: 'Mode' });
  await expect(mode.getByRole('option')).toHaveText(['Cold', 'With outline', 'Exam']);
  await expect(mode.locator('option:checked')).toHaveText('Cold');
  await expect(page.getByRole('combobox', { name: 'Countdown' }).getByRole('option')).toHaveText([
    'None',
    '3 seconds',
    '5 seconds',
  ]);
  const start = page.getByRole('button', { name: 'Start recording' });
  await expect(start).toBeVisible();
  await page.getByRole('button', { name: 'Allow microphone' }).click();
  await expect(page.getByRole('button', { name: 'Allow microphone' })).toHaveCount(0);
  await expect(page.getByRole('combobox', { name: 'Microphone' })).toBeVisible();
  await expect(page.getByRole('meter', { name: 'Input level' })).toBeVisible();

  await outline.getByRole('textbox', { name: 'Approach' }).fill('two collectors');
  await start.click();
  await expect(page.getByRole('timer', { name: 'Elapsed' })).toBeVisible();
  await expect(page.getByText('two collectors')).toHaveCount(0);
  for (const name of ['Pause', 'Finish', 'Discard', 'Show outline']) {
    await expect(page.getByRole('button', { name, exact: true })).toBeVisible();
  }
  const steps = page.getByRole('group', { name: 'Steps' });
  await expect(steps.getByRole('button')).toHaveCount(5);
  for (const [index, step] of STEPS.entries()) {
    const button = steps.getByRole('button', { name: step, exact: true });
    await expect(button).toHaveAttribute('aria-keyshortcuts', String(index + 1));
    await expect(button).toHaveAccessibleDescription(/second|minute/);
    await button.click();
    await expect(button).toHaveAttribute('aria-current', 'step');
    await expect(steps.locator('[aria-current]')).toHaveCount(1);
  }
  await page.getByRole('button', { name: 'Show outline' }).click();
  await expect(page.getByText('two collectors')).toBeVisible();
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible();
  await page.getByRole('button', { name: 'Resume' }).click();
  await speakUntil(page, 3);

  await page.getByRole('button', { name: 'Discard' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toBeVisible();
  await dialog.getByRole('button', { name: /^Discard/ }).click();
  await expect(page.getByRole('button', { name: 'Start recording' })).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByRole('slider', { name: 'Position' })).toBeVisible();
});

test('the review screen', async ({ page }) => {
  await startTake(page);
  for (const step of STEPS) await mark(page, step);
  await speakUntil(page, 3);
  await finish(page);
  const player = page.getByRole('region', { name: 'Player' });
  const slider = player.getByRole('slider', { name: 'Position' });
  await expect(slider).toHaveAttribute('type', 'range');
  await expect(slider).toHaveAttribute('min', '0');
  await expect(slider).toHaveAttribute('max', /^\d+\.\d{3}$/);
  await slider.fill(String(Number(await slider.getAttribute('max')) - 0.1));
  await expect(slider).toHaveAttribute('aria-valuetext', /^\d seconds, Next$/);
  await expect(player.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
  await expect(player.getByRole('combobox', { name: 'Speed' })).toBeVisible();
  await expect(player.getByRole('list', { name: 'Steps' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Download recording' })).toBeVisible();

  const form = page.getByRole('form', { name: 'Score' });
  await expect(form.getByRole('radiogroup')).toHaveCount(15);
  for (const step of STEPS) {
    for (const criterion of CRITERIA) {
      const name = `${criterion}: ${step}`;
      const group = form.getByRole('radiogroup', { name, exact: true });
      for (const level of ['4 Full', '3 Solid', '2 Partial', '1 Start']) {
        await expect(group.getByRole('radio', { name: level, exact: true })).toHaveCount(1);
      }
      await expect(form.getByRole('button', { name: `Clear ${name}`, exact: true })).toHaveCount(1);
      const cite = form.getByRole('button', { name: `Cite this moment for ${name}`, exact: true });
      await expect(cite).toHaveCount(1);
      await expect(group.getByRole('button')).toHaveCount(0);
    }
  }
  for (const step of ['Approach', 'Trade-offs']) {
    await expect(form.getByRole('checkbox', { name: `Something said in ${step} is wrong` })).toHaveCount(1);
  }
  const lock = page.getByRole('button', { name: 'Lock scores' });
  await expect(lock).toBeDisabled();
  await expect(page.getByRole('status', { name: 'Overall score' })).toBeEmpty();
  const cell = form.getByRole('radiogroup', { name: 'Clarity: Situation' });
  await cell.getByRole('radio', { name: '4 Full' }).check();
  await expect(lock).toBeEnabled();
  await form.getByRole('button', { name: 'Clear Clarity: Situation' }).click();
  await expect(cell.getByRole('radio', { checked: true })).toHaveCount(0);
  await expect(lock).toBeDisabled();
});

test('history is a table of attempts, and deleting can be undone', async ({ page }) => {
  await recordShortly(page, 1);
  await page.goto('/history');
  const table = page.getByRole('table', { name: 'Attempts' });
  await expect(table.getByRole('link', { name: PROMPT.title })).toBeVisible();
  await table.getByRole('button', { name: new RegExp(`^Delete ${PROMPT.title}`) }).click();
  await expect(table.getByRole('link', { name: PROMPT.title })).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(table.getByRole('link', { name: PROMPT.title })).toBeVisible();
});

test('settings offer the appearance', async ({ page }) => {
  await page.goto('/settings');
  await page.getByRole('combobox', { name: 'Appearance' }).selectOption({ label: 'Dark' });
  await expect(page.locator('html')).toHaveCSS('color-scheme', 'dark');
  await page.reload();
  await expect(page.locator('html')).toHaveCSS('color-scheme', 'dark');
});
