import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { openArchive } from '../../src/storage/open-archive.ts';
import { anEmptyArchive } from '../support/factories.ts';
import { expectGoodLooks, openApp } from './app.tsx';

const groups = () => page.getByRole('radiogroup');
const compare = () => page.getByRole('button', { name: 'Compare with the key' });
const example = (nth: number) => page.getByRole('group', { name: `Example ${nth} of 4` });

async function openWarmUp() {
  sessionStorage.clear();
  const archive = await anEmptyArchive();
  const router = await openApp(archive, '/warm-up');
  return { archive, router };
}

async function choose(levels: readonly string[]) {
  for (const [index, level] of levels.entries())
    await groups().nth(index).getByRole('radio', { name: level }).click();
}

test('an example has ten cells, none of them of pacing, and can be skipped', async () => {
  const { router } = await openWarmUp();
  await expect.element(example(1)).toBeVisible();
  expect(groups().elements()).toHaveLength(10);
  expect(
    groups()
      .elements()
      .map((group) => group.getAttribute('aria-label')),
  ).not.toContain('Pacing: Situation');
  await expect.element(compare()).toBeDisabled();
  await expectGoodLooks();
  await page.getByRole('link', { name: 'Skip the warm-up' }).click();
  await expect.poll(() => router.state.location.pathname).toBe('/');
});

test('what was scored survives a reload, is compared cell by cell, and then stays', async () => {
  const { router } = await openWarmUp();
  await expect.element(example(1)).toBeVisible();
  await choose(['4 Full', '3 Solid', '4 Full', '2 Partial', '1 Start']);
  await router.navigate('/settings');
  await openApp(await openArchive(), '/warm-up');
  await expect
    .element(page.getByText('5 of 10 cells have a level. Blank ones stay blank.').first())
    .toBeVisible();
  await compare().click();
  await expect
    .element(page.getByText('3 as in the key, 1 one apart, 1 three apart, 5 left blank.'))
    .toBeVisible();
  await expect.element(page.getByText('Yours 3.')).toBeVisible();
  await expect.element(page.getByText(/nothing says how fast would be a success, so not 3\./)).toBeVisible();
  await expect.element(groups().first().getByRole('radio').first()).toBeDisabled();
  await page.getByRole('button', { name: 'Score it again' }).click();
  await expect.element(page.getByText('0 of 10 cells have a level. Blank ones stay blank.')).toBeVisible();
});

test('by keyboard alone: a digit is a level, and once all four are compared that is remembered', async () => {
  const { archive } = await openWarmUp();
  for (const nth of [1, 2, 3, 4]) {
    await expect.element(example(nth)).toBeVisible();
    (groups().first().getByRole('radio').first().element() as HTMLElement).focus();
    await userEvent.keyboard('2');
    await expect.element(groups().first().getByRole('radio', { name: '2 Partial' })).toBeChecked();
    expect(await archive.settings.get('warmUp')).toMatchObject({ doneAt: null });
    (compare().element() as HTMLElement).focus();
    await userEvent.keyboard('{Enter}');
    const next =
      nth < 4
        ? page.getByRole('button', { name: 'Next example' })
        : page.getByRole('link', { name: 'Go to Practice' });
    await expect.element(next).toBeVisible();
    if (nth === 4) break;
    await userEvent.keyboard('{Tab}{Enter}');
  }
  await expect
    .poll(async () => (await archive.settings.get('warmUp')).doneAt)
    .toBeGreaterThan(1_790_000_000_000);
  expect(page.getByRole('navigation', { name: 'Examples' }).getByText('compared').elements()).toHaveLength(4);
  await expectGoodLooks();
});
