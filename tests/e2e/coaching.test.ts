import { expect, test } from '../support/test.ts';
import { storedCoaching } from './database.ts';
import { recordShortly } from './journey.ts';

test('a half-done review survives a reload at every stage, by keys alone', async ({ page }) => {
  test.setTimeout(120_000);
  await recordShortly(page);
  const region = (name: string) => page.getByRole('region', { name, exact: true });
  const predicted = (criterion: string) =>
    region('Predict').getByRole('radiogroup', { name: `Predicted ${criterion}` });
  /** Shown, it is some milliseconds away from the disk. */
  const onDisk = (words: RegExp) => expect.poll(() => storedCoaching(page)).toMatch(words);
  const chosen = (name: string) => page.getByRole('radio', { name, exact: true, checked: true });

  await predicted('clarity').getByRole('radio').first().focus();
  await page.keyboard.press('3');
  await page.keyboard.press('Tab');
  await page.keyboard.press('2');
  await expect(chosen('2 Partial')).toHaveCount(1);
  await onDisk(/"pacing":2/);
  await page.reload();
  await expect(predicted('clarity').getByRole('radio', { name: '3 Solid' })).toBeChecked();
  await predicted('technical depth').getByRole('radio').first().focus();
  await page.keyboard.press('3');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(region('Gap')).toBeVisible();
  await onDisk(/"gap"/);
  await page.reload();
  await expect(region('Gap').getByRole('timer', { name: 'Time left' })).toHaveText(/^(10:00|9:\d\d)$/);
  await expect(region('Predict')).toHaveCount(0);
  await region('Gap').getByRole('button', { name: 'Score now' }).press('Enter');
  await expect(region('Gap')).toHaveCount(0);
  await onDisk(/"choice":"none"/);

  const field = region('Comments').getByRole('textbox', { name: 'Comment', exact: true });
  await page.keyboard.press('c');
  await expect(field).toBeFocused();
  await page.keyboard.type('The number comes too l');
  await page.reload();
  await expect(region('Gap')).toHaveCount(0);
  await expect(field).toHaveValue('The number comes too l');
  await field.focus();
  await page.keyboard.press('End');
  await page.keyboard.type('ate');
  await page.keyboard.press('Enter');
  await expect(region('Comments').getByRole('listitem')).toContainText('The number comes too late');

  const points = region('Covered points');
  await points.getByRole('radiogroup').first().getByRole('radio', { name: 'Yes' }).press('Space');
  await expect(points).toContainText('1 yes');
  await onDisk(/"yes"/);
  const cell = page.getByRole('radiogroup', { name: 'Technical depth: Situation' });
  await cell.getByRole('radio').first().focus();
  await page.keyboard.press('2');
  await expect(page.getByRole('form', { name: 'Score' })).toContainText('draft saved');
  await page.reload();
  await expect(region('Comments').getByRole('listitem')).toContainText('The number comes too late');
  await expect(points).toContainText('1 yes');
  await expect(cell.getByRole('radio', { name: '2 Partial' })).toBeChecked();

  await page.keyboard.press('Control+Enter');
  const ifThen = region('Focus').getByRole('textbox', { name: 'If-then' });
  await expect(ifThen).toHaveValue(/\S/);
  await ifThen.fill('When I begin, I will say whom it hur');
  await page.reload();
  await expect(ifThen).toHaveValue('When I begin, I will say whom it hur');
  await ifThen.press('End');
  await page.keyboard.type('ts.');
  await region('Focus').getByRole('button', { name: 'Save focus' }).press('Enter');
  await expect(region('Focus')).toContainText('When I begin, I will say whom it hurts.');
  await onDisk(/"savedAt"/);
  await page.reload();
  await expect(region('Focus')).toContainText('When I begin, I will say whom it hurts.');
  await expect(region('Focus').getByRole('link', { name: /^Redo .+, \d+ seconds$/ })).toBeVisible();
});
