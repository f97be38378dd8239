import { mkdirSync } from 'node:fs';
import { expect, test } from '../support/test.ts';
import { finish, mark, STEPS, speakUntil, startTake } from './journey.ts';

/** Folder for further pictures of every screen, in light and dark, wide and narrow; unset = only the README's. */
const everything = process.env['PICTURES'];

test.use({ viewport: { width: 1280, height: 800 }, colorScheme: 'light' });

test('the pictures of the README, from a real take', async ({ page }) => {
  test.setTimeout(300_000);
  mkdirSync('docs', { recursive: true });

  async function picture(name: string): Promise<void> {
    if (everything === undefined) return;
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const width of [1280, 320]) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await page.setViewportSize({ width, height: 800 });
        await page.screenshot({ path: `${everything}/${name}-${width}-${colorScheme}.png`, fullPage: true });
      }
    }
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 1280, height: 800 });
  }

  for (const [name, path] of [
    ['practice-empty', '/'],
    ['history-empty', '/history'],
    ['prompts', '/prompts'],
    ['settings', '/settings'],
    ['nowhere', '/nowhere'],
    ['record-first', '/practice/py-profiler-choice'],
  ] as const) {
    if (everything === undefined) continue;
    await page.goto(path);
    await expect(page.getByRole('heading', { level: 1 })).toBeAttached();
    await picture(name);
  }

  await startTake(page, 'py-profiler-choice');
  for (const [index, step] of STEPS.slice(0, 3).entries()) {
    await mark(page, step);
    await speakUntil(page, [7, 14, 19][index] ?? 0);
  }
  await page.screenshot({ path: 'docs/record.png' });
  await picture('recording');
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible();
  await picture('paused');
  await page.getByRole('button', { name: 'Resume' }).click();
  await mark(page, 'Results');
  await speakUntil(page, 30);
  await mark(page, 'Next');
  await speakUntil(page, 37);
  await finish(page);
  await page.getByRole('button', { name: 'Not now' }).click();
  await picture('review-unscored');
  await page.getByRole('button', { name: 'Skip prediction' }).click();
  await page.getByRole('button', { name: 'Score now' }).click();
  const form = page.getByRole('form', { name: 'Score' });
  const choose = async (cell: string, level: string) =>
    form.getByRole('radiogroup', { name: cell, exact: true }).getByRole('radio', { name: level }).check();
  const slider = page.getByRole('slider', { name: 'Position' });
  const cite = async (cell: string, at: number) => {
    await slider.fill(String(at));
    await form.getByRole('button', { name: `Cite this moment for ${cell}` }).click();
  };
  for (const [step, at] of [
    ['Situation', 3],
    ['Approach', 9],
  ] as const) {
    await cite(`Clarity: ${step}`, at);
    await choose(`Clarity: ${step}`, '3 Solid');
    await choose(`Pacing: ${step}`, '3 Solid');
    await choose(`Technical depth: ${step}`, '2 Partial');
  }
  await choose('Clarity: Trade-offs', '3 Solid');
  await cite('Clarity: Trade-offs', 17);
  await expect(page.getByText('draft saved')).toBeVisible();
  await page.evaluate(() => scrollTo(0, 0));
  await page.screenshot({ path: 'docs/review.png', fullPage: true });
  await picture('review-half');
  for (const step of STEPS) await choose(`Pacing: ${step}`, '2 Partial');
  await page.getByRole('button', { name: 'Lock scores' }).click();
  await expect(page.getByRole('status', { name: 'Overall score' })).not.toBeEmpty();
  await expect(page.getByRole('table', { name: 'Delivery' })).toBeVisible({ timeout: 30_000 });
  await page.evaluate(() => scrollTo(0, 0));
  await page.screenshot({
    path: 'docs/reveal.png',
    fullPage: true,
    clip: { x: 0, y: 0, width: 1280, height: 1060 },
  });
  await picture('review-locked');
  if (everything === undefined) return;
  for (const [name, path] of [
    ['practice-used', '/'],
    ['history-used', '/history'],
    ['prompt-used', '/prompts/py-profiler-choice'],
  ] as const) {
    await page.goto(path);
    await expect(page.getByRole('heading', { level: 1 })).toBeAttached();
    await picture(name);
  }
});
