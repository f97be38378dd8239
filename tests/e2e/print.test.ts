import type { Page } from '@playwright/test';
import { expect, test } from '../support/test.ts';
import { CRITERIA, finish, mark, recordShortly, STEPS, speakUntil, startTake } from './journey.ts';

/** Pages of a PDF as Chromium writes it. */
function pagesOf(pdf: Buffer): number {
  return pdf.toString('latin1').match(/\/Type \/Page\b(?!s)/g)?.length ?? 0;
}

/** What stands on the page while it is printed, and how. */
async function printed(page: Page) {
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  const seen = await page.evaluate(() => {
    const paper = document.querySelector('article');
    const colours = [document.documentElement, document.body, ...document.querySelectorAll('article *')].map(
      (element) => getComputedStyle(element),
    );
    return {
      text: document.body.innerText,
      paper: paper?.innerText ?? '',
      backgrounds: [...new Set(colours.map(({ backgroundColor }) => backgroundColor))],
      inks: [...new Set(colours.slice(1).map(({ color }) => color))],
    };
  });
  await page.evaluate(() => dispatchEvent(new Event('afterprint')));
  await page.emulateMedia({ media: null, colorScheme: 'dark' });
  return seen;
}

test('a whole review fits one page, A4 and Letter, black on white, with nothing of the screen round it', async ({
  page,
}) => {
  test.setTimeout(120_000);
  await startTake(page);
  for (const [index, step] of STEPS.entries()) {
    await mark(page, step);
    await speakUntil(page, (index + 1) * 7);
  }
  await finish(page);
  await page.emulateMedia({ colorScheme: 'dark' });
  const form = page.getByRole('form', { name: 'Score' });
  for (const step of STEPS)
    for (const criterion of CRITERIA)
      await form
        .getByRole('radiogroup', { name: `${criterion}: ${step}` })
        .getByRole('radio', { name: '2 Partial' })
        .check();
  await expect(form.getByText('draft saved')).toBeVisible();
  await page.getByRole('button', { name: 'Lock scores' }).click();
  await expect(page.getByRole('status', { name: 'Overall score' })).toContainText('50');
  const { text, paper, backgrounds, inks } = await printed(page);
  expect(text.trim()).toBe(paper.trim());
  expect(paper).toContain('Reference counting and the cycle collector');
  expect(paper).toContain('50 of 100, give or take 7');
  expect(paper.match(/2 Partial/g)).toHaveLength(15);
  for (const step of STEPS) expect(paper).toContain(step);
  expect(paper.match(/Not answered/g)?.length).toBeGreaterThan(2);
  expect(paper).not.toMatch(/Play|Lock scores|History/);
  expect(backgrounds).toEqual(expect.arrayContaining(['rgb(255, 255, 255)']));
  expect(backgrounds.filter((colour) => colour !== 'rgba(0, 0, 0, 0)')).toEqual(['rgb(255, 255, 255)']);
  expect(inks.toSorted()).toEqual(['rgb(0, 0, 0)', 'rgb(51, 51, 51)']);
  for (const format of ['A4', 'Letter'] as const) {
    const pdf = await page.pdf({ format, preferCSSPageSize: false, printBackground: true });
    expect(pagesOf(pdf), format).toBe(1);
  }
  // It is gone from the page again.
  await expect(page.locator('article')).toHaveCount(0);
});

test('a draft can be printed too, and says that it is one', async ({ page }) => {
  await recordShortly(page);
  await page.getByRole('button', { name: 'Mark steps' }).click();
  const form = page.getByRole('form', { name: 'Score' });
  await form.getByRole('radio', { name: '3 Solid' }).first().check();
  await expect(page.getByRole('button', { name: 'Print or save as PDF' })).toBeVisible();
  const { paper } = await printed(page);
  expect(paper).toMatch(/Draft, \d+ of \d+/);
  expect(paper).not.toContain('of 100');
});
