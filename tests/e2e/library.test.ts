import { expect, test } from '../support/test.ts';
import { finish, PROMPT, recordShortly, speakUntil, startTake } from './journey.ts';

test('all 54 prompts are listed by category and found by a word', async ({ page }) => {
  await page.goto('/prompts');
  const links = page.getByRole('main').getByRole('link', { name: /./ });
  await expect(page.getByText(PROMPT.title)).toBeVisible();
  const titles = await page.getByRole('main').getByRole('listitem').count();
  expect(titles).toBeGreaterThanOrEqual(54);
  await page.getByRole('searchbox').fill('kafka');
  await expect(links.filter({ hasText: 'exactly-once' }).first()).toBeVisible();
  await expect(page.getByText(PROMPT.title)).toHaveCount(0);
  await page.getByRole('searchbox').fill('no such word anywhere');
  await expect(page.getByRole('main')).toContainText(/no prompt/i);
});

test('an own prompt is written, practised, changed and deleted; its attempt keeps the text it was made with', async ({
  page,
}) => {
  const hostile = '<img src=x onerror="document.title=1">';
  await page.goto('/prompts');
  await page.getByRole('button', { name: 'New prompt' }).click();
  await page.getByRole('textbox', { name: 'Title' }).fill(`Our cache ${hostile}`);
  await page.getByRole('textbox', { name: 'Question' }).fill('Why two levels?');
  await page.getByRole('button', { name: 'Save prompt' }).click();
  const link = page.getByRole('link', { name: /Our cache/ }).first();
  await expect(link).toContainText(hostile);
  await page.reload();
  await link.click();
  await page
    .getByRole('link', { name: /^Practise/ })
    .first()
    .click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText(hostile);
  await page.getByRole('button', { name: 'Start recording' }).click();
  await speakUntil(page, 1);
  await finish(page);
  const attempt = page.url();

  await page.goto('/prompts');
  await page
    .getByRole('link', { name: /Our cache/ })
    .first()
    .click();
  await page.getByRole('button', { name: /^Edit/ }).first().click();
  await page.getByRole('textbox', { name: 'Title' }).fill('Two caches');
  await page.getByRole('button', { name: 'Save prompt' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Two caches');
  await page.goto(attempt);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Our cache');

  await page.goto('/prompts');
  await page
    .getByRole('link', { name: /Two caches/ })
    .first()
    .click();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(page.getByRole('link', { name: /Two caches/ })).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByRole('link', { name: /Two caches/ }).first()).toBeVisible();
  expect(await page.title()).not.toBe('1');
});

test('a take without marks has no missing steps', async ({ page }) => {
  await startTake(page);
  await speakUntil(page, 2);
  await finish(page);
  const form = page.getByRole('form', { name: 'Score' });
  await form
    .getByRole('radiogroup', { name: 'Clarity: Next' })
    .getByRole('radio', { name: '4 Full' })
    .check();
  await page.getByRole('button', { name: 'Lock scores' }).click();
  await page.getByRole('button', { name: 'Lock anyway' }).click();
  const overall = page.getByRole('status', { name: 'Overall score' });
  await expect(overall).toContainText('100');
  await expect(overall).toContainText(/provisional/i);
  await expect(overall).toContainText('1 of 15');
});

test('history shows fifty attempts at a time, newest first', async ({ page }) => {
  await recordShortly(page, 1);
  await page.goto('/settings');
  await page.evaluate(
    async () =>
      new Promise<void>((resolve, reject) => {
        const request = indexedDB.open('practice');
        request.onerror = () => reject(request.error);
        request.onsuccess = () => {
          const transaction = request.result.transaction(['attempts', 'clips'], 'readwrite');
          const attempts = transaction.objectStore('attempts');
          const clips = transaction.objectStore('clips');
          const reading = attempts.getAll();
          const parts = clips.getAll();
          parts.onsuccess = () => {
            const [first] = reading.result;
            for (let index = 1; index <= 119; index += 1) {
              const id = `${first.id.slice(0, -3)}${String(index).padStart(3, '0')}`;
              const startedAt = first.startedAt - index * 3_600_000;
              attempts.put({ ...first, id, startedAt, updatedAt: startedAt });
              for (const part of parts.result) clips.put({ ...part, attemptId: id });
            }
          };
          transaction.oncomplete = () => {
            request.result.close();
            resolve();
          };
          transaction.onerror = () => reject(transaction.error);
        };
      }),
  );
  await page.goto('/history');
  const rows = page.getByRole('table', { name: 'Attempts' }).getByRole('row');
  await expect(rows).toHaveCount(51);
  await page.getByRole('button', { name: 'Show older' }).click();
  await expect(rows).toHaveCount(101);
  await page.getByRole('button', { name: 'Show older' }).click();
  await expect(rows).toHaveCount(121);
  await expect(page.getByRole('button', { name: 'Show older' })).toHaveCount(0);
});
