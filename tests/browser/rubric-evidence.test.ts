import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { AttemptId } from '../../src/domain/ids.ts';
import { StorageError } from '../../src/storage/errors.ts';
import { anOwnRubric, otherWords } from '../support/own-rubric.ts';
import { CELL_IDS } from '../support/rubric.ts';
import { expectGoodLooks } from './app.tsx';
import { keepALongAttempt, openALongReview, ready } from './long-review.ts';
import {
  all,
  form,
  group,
  lock,
  NAMES,
  overall,
  patiently,
  player,
  radio,
  slider,
  storedReview,
} from './open-review.ts';

const cite = (name: string) => form().getByRole('button', { name: `Cite this moment for ${name}` });
const moment = (time: string, name: string) =>
  form().getByRole('button', { name: `${time}, cited for ${name}` });
const uncited = () => page.getByRole('region', { name: 'Not cited' });
const said = () => page.getByRole('status', { name: 'Announcements' });
const seconds = () => Number((slider().element() as HTMLInputElement).value);
const every = (atMs: number) => Object.fromEntries(CELL_IDS.map((cell) => [cell, [atMs]]));

async function goTo(time: number): Promise<void> {
  await slider().fill(String(time));
  await expect.poll(seconds).toBe(time);
}

test('a moment is cited at the playhead, for as many cells as it serves, and plays the ten seconds around it', async () => {
  const { archive, attempt } = await openALongReview();
  await ready();
  await goTo(51);
  await cite('Clarity: Situation').click();
  await cite('Pacing: Trade-offs').click();
  await cite('Pacing: Trade-offs').click();
  await goTo(30);
  await cite('Clarity: Situation').click();
  await expect.element(moment('0:51', 'Pacing: Trade-offs')).toBeVisible();
  const list = form().getByRole('list', { name: 'Moments for Clarity: Situation' });
  await expect.element(list).toMatchTextContent(/^0:300:51$/);
  await expect
    .poll(async () => (await storedReview(archive, attempt))?.moments, patiently)
    .toEqual({ 'clarity.situation': [30_000, 51_000], 'pacing.tradeoffs': [51_000] });
  await moment('0:51', 'Clarity: Situation').click();
  await expect.element(player().getByRole('button', { name: 'Pause' })).toBeVisible();
  expect(seconds()).toBeGreaterThanOrEqual(46);
  expect(seconds()).toBeLessThanOrEqual(56);
});

test('only a chosen 3 or 4 without a moment is uncited, in the place of the moment', async () => {
  await openALongReview();
  await ready();
  await expect.element(form()).not.toMatchTextContent(/uncited/);
  for (const [level, count] of [
    ['1 Start', 0],
    ['3 Solid', 1],
    ['4 Full', 1],
    ['2 Partial', 0],
    ['4 Full', 1],
  ] as const) {
    await radio('Pacing: Approach', level).click();
    await expect.element(radio('Pacing: Approach', level)).toBeChecked();
    expect(form().getByText('uncited', { exact: true }).elements()).toHaveLength(count);
  }
  await expect.element(group('Pacing: Approach')).toHaveAccessibleDescription(/uncited/);
  const before = cite('Pacing: Approach').element().getBoundingClientRect();
  await cite('Pacing: Approach').click();
  await expect.element(moment('0:00', 'Pacing: Approach')).toBeVisible();
  await expect.element(form()).not.toMatchTextContent(/uncited/);
  // What is pressed does not move.
  expect(cite('Pacing: Approach').element().getBoundingClientRect()).toEqual(before);
});

test('a moment is taken away by its button or by Delete, and the focus stays with the cell', async () => {
  const moments = { 'clarity.situation': [10_000, 20_000, 30_000], 'pacing.next': [40_000] };
  const { archive, attempt } = await openALongReview({ reviews: [{ moments }] });
  await ready();
  await form().getByRole('button', { name: 'Remove 0:20 from Clarity: Situation' }).click();
  await expect.element(moment('0:20', 'Clarity: Situation')).not.toBeInTheDocument();
  await expect.element(moment('0:10', 'Clarity: Situation')).toHaveFocus();
  moment('0:40', 'Pacing: Next').element().focus();
  await userEvent.keyboard('{Delete}');
  await expect.element(moment('0:40', 'Pacing: Next')).not.toBeInTheDocument();
  await expect.element(cite('Pacing: Next')).toHaveFocus();
  await expect
    .poll(async () => (await storedReview(archive, attempt))?.moments, patiently)
    .toEqual({ 'clarity.situation': [10_000, 30_000] });
});

test('a whole review takes at most 75 presses of a key, fifteen moments and the lock included', async () => {
  const { archive, attempt } = await openALongReview();
  await ready();
  let presses = 0;
  const press = async (...keys: readonly string[]) => {
    presses += keys.length;
    await userEvent.keyboard(keys.length === 2 ? `{${keys[0]}>}{${keys[1]}}{/${keys[0]}}` : `${keys[0]}`);
  };
  for (let cell = 0; cell < 15; cell += 1) {
    await press('n');
    await press(cell % 2 === 0 ? '3' : '4');
    await press('.');
    await press('e');
  }
  await press('Control', 'Enter');
  await expect.element(overall()).toMatchTextContent(/of 100, give or take/);
  expect(presses).toBeLessThanOrEqual(75);
  const review = await storedReview(archive, attempt);
  const levels = Object.values(review?.scores ?? {});
  expect([3, 4].map((level) => levels.filter((chosen) => chosen === level).length)).toEqual([8, 7]);
  const cited = CELL_IDS.flatMap((cell) => review?.moments?.[cell] ?? []);
  expect(cited.toSorted((a, b) => a - b)).toEqual(CELL_IDS.map((_, index) => (index + 1) * 5000));
});

test('N goes to the next cell that wants something, opens its step, and at last leads to the lock', async () => {
  const { 'pacing.approach': _, ...scores } = all(2);
  const review = { scores: { ...scores, 'depth.results': 3 as const } };
  await openALongReview({ reviews: [review] });
  await ready();
  await userEvent.keyboard('n');
  const focused = () => document.activeElement?.closest('[role=radiogroup]')?.getAttribute('aria-label');
  expect(focused()).toBe('Pacing: Approach');
  await expect
    .element(form().getByRole('button', { name: /^Approach/ }))
    .toHaveAttribute('aria-expanded', 'true');
  // Nothing is entered: one goes on all the same, and round.
  await userEvent.keyboard('n');
  expect(focused()).toBe('Technical depth: Results');
  await expect.element(radio('Technical depth: Results', '3 Solid')).toHaveFocus();
  await userEvent.keyboard('n');
  expect(focused()).toBe('Pacing: Approach');
  await userEvent.keyboard('1n');
  expect(focused()).toBe('Technical depth: Results');
  await userEvent.keyboard('en');
  await expect.element(lock()).toHaveFocus();
  await expect.element(said()).toHaveTextContent('No cell is left to score or to cite');
});

test('E cites for the cell last touched and says so; before that it says what to do', async () => {
  await openALongReview();
  await ready();
  await goTo(72);
  await userEvent.keyboard('e');
  await expect.element(said()).toHaveTextContent('Go to a cell first, with N');
  await radio('Pacing: Results', '2 Partial').click();
  await player().getByRole('button', { name: 'Play Approach' }).click();
  await player().getByRole('button', { name: 'Pause' }).click();
  await goTo(72);
  await userEvent.keyboard('e');
  await expect.element(said()).toHaveTextContent('1 minute 12 seconds cited for Pacing: Results');
  await expect.element(moment('1:12', 'Pacing: Results')).toBeVisible();
  await userEvent.keyboard('e');
  await expect.element(said()).toHaveTextContent('1 minute 12 seconds is cited already for Pacing: Results');
  // A letter in a field stays one, and with Shift it is still the same key.
  await userEvent.keyboard('?');
  const keys = page.getByRole('dialog');
  await expect.element(keys).toMatchTextContent(/Next cell that wants something/);
  await expect.element(keys).toMatchTextContent(/Cite this moment for the last cell/);
});

test('what is uncited is listed once before the lock, and each leads to its cell', async () => {
  const scores = {
    'clarity.situation': 3,
    'pacing.approach': 4,
    'depth.next': 3,
    'depth.results': 2,
  } as const;
  await openALongReview({ reviews: [{ scores, moments: { 'depth.next': [1000] } }] });
  await ready();
  const { top } = lock().element().getBoundingClientRect();
  expect(top).toBeGreaterThan(0);
  await lock().click();
  await expect.element(overall()).toBeEmptyDOMElement();
  await expect.element(uncited()).toHaveFocus();
  await expect.element(uncited()).toMatchTextContent(/2 cells at 3 or 4 cite no moment/);
  const items = uncited().getByRole('listitem').elements();
  expect(items.map((item) => item.textContent)).toEqual(['Clarity: Situation', 'Pacing: Approach']);
  await uncited().getByRole('button', { name: 'Pacing: Approach' }).click();
  await expect.element(radio('Pacing: Approach', '4 Full')).toHaveFocus();
  await userEvent.keyboard('e');
  await expect.element(uncited()).toMatchTextContent(/1 cell at 3 or 4 cites no moment/);
  await uncited().getByRole('button', { name: 'Lock anyway' }).click();
  await expect.element(overall()).toMatchTextContent(/of 100, provisional/);
  await expect.element(uncited()).not.toBeInTheDocument();
});

test('the second press locks unless something is newly uncited; a double click is one press', async () => {
  await openALongReview({ reviews: [{ scores: { 'clarity.situation': 3 } }] });
  await ready();
  // High enough that the list needs no scrolling, which would move the button away from the second click.
  await page.viewport(1280, 3000);
  await lock().dblClick();
  await expect.element(uncited()).toMatchTextContent(/1 cell at 3 or 4 cites no moment/);
  await radio('Clarity: Next', '4 Full').click();
  await userEvent.keyboard('{Control>}{Enter}{/Control}');
  await expect.element(uncited()).toMatchTextContent(/2 cells at 3 or 4 cite no moment/);
  await expect.element(overall()).toBeEmptyDOMElement();
  await userEvent.keyboard('{Control>}{Enter}{/Control}');
  await expect.element(overall()).toMatchTextContent(/of 100, provisional/);
});

test('where nothing can be heard, citing is off and says why, and the lock asks for nothing', async () => {
  await openALongReview({ audioDeletedAt: 1_790_000_200_000, reviews: [{ scores: all(4) }] });
  await expect.element(cite('Pacing: Approach')).toBeDisabled();
  await expect
    .element(cite('Pacing: Approach'), patiently)
    .toHaveAccessibleDescription(/There is nothing to hear, so no moment can be cited/);
  await userEvent.keyboard('n');
  await expect.element(lock()).toHaveFocus();
  await lock().click();
  await expect.element(overall()).toMatchTextContent(/100 of 100/);
});

test('a step that is declared skipped asks for nothing and counts 0, until it is taken back', async () => {
  const { archive, attempt } = await openALongReview({ marks: [], reviews: [{ scores: all(2) }] });
  await ready();
  await form()
    .getByRole('button', { name: /^Results/ })
    .click();
  const skipped = form().getByRole('checkbox', { name: 'Results was skipped' });
  await skipped.click();
  await expect.element(skipped).toBeChecked();
  await expect.element(group('Clarity: Results')).not.toBeInTheDocument();
  await expect.element(form()).toMatchTextContent(/Skipped: 0 in all its cells/);
  await expect.element(form()).toMatchTextContent(/12 of 12 · 3 missing/);
  await skipped.click();
  await expect.element(radio('Clarity: Results', '2 Partial')).toBeChecked();
  await expect.element(form()).toMatchTextContent(/15 of 15/);
  await skipped.click();
  await lock().click();
  // 50 × 0.8
  await expect.element(overall()).toMatchTextContent(/40 of 100/);
  await expect.element(overall()).toMatchTextContent(/Results counts as missing/);
  await expect.element(form().getByRole('checkbox', { name: 'Results was skipped' })).not.toBeInTheDocument();
  expect(await storedReview(archive, attempt)).toMatchObject({
    declaredMissing: ['results'],
    missing: ['results'],
    scores: all(2),
  });
});

const LOCKED = { scores: all(2), lockedAt: 1_790_000_200_000, updatedAt: 1_790_000_200_000 };
const correct = () => form().getByRole('button', { name: 'Correct these scores' });
const reason = () => form().getByRole('textbox', { name: 'Reason' });

test('locked scores are corrected in a review of its own, with a reason, and stay as they were', async () => {
  const { archive, attempt, router } = await openALongReview({
    reviews: [{ ...LOCKED, moments: every(7000) }],
  });
  await ready();
  const [first] = await archive.reviews.of(attempt.id);
  await correct().click();
  await expect.element(form().getByRole('heading', { name: 'Score' })).toHaveFocus();
  await expect.element(overall()).toBeEmptyDOMElement();
  await expect.element(radio('Clarity: Situation', '2 Partial')).toBeChecked();
  await expect.element(moment('0:07', 'Clarity: Situation')).toBeVisible();
  await radio('Clarity: Situation', '1 Start').click();
  await lock().click();
  await expect.element(reason()).toHaveFocus();
  await expect.element(reason()).toHaveAccessibleDescription(/Say in a few words what was scored wrongly/);
  await reason().fill('Heard it <b>again</b>');
  // Half done, it is there again.
  await router.navigate('/settings');
  await router.navigate(`/attempts/${attempt.id}`);
  await expect.element(reason()).toHaveValue('Heard it <b>again</b>');
  await expect.element(radio('Clarity: Situation', '1 Start')).toBeChecked();
  await lock().click();
  // 50 − 25 × 0.35 × 0.15 = 48.69
  await expect.element(overall()).toMatchTextContent(/49 of 100/);
  await expect
    .element(form())
    .toMatchTextContent(
      /Corrected today, \d\d:\d\d: .?Heard it <b>again<\/b>.? Trends keep to the first lock\./,
    );
  const reviews = await archive.reviews.of(attempt.id);
  expect(reviews[0]).toEqual(first);
  expect(reviews[1]).toMatchObject({ revises: first?.id, reason: 'Heard it <b>again</b>', missing: [] });
  await page.getByText('Earlier scores').click();
  await expect.element(form()).toMatchTextContent(/50 of 100/);
  await router.navigate('/history');
  const row = page.getByRole('table', { name: 'Attempts' }).getByRole('row').nth(1);
  await expect.element(row).toMatchTextContent(/50/);
  await expect.element(row).not.toMatchTextContent(/49/);
});

test('a correction can be thrown away, and taken back', async () => {
  const { archive, attempt } = await openALongReview({ reviews: [LOCKED] });
  await correct().click();
  await radio('Clarity: Situation', '4 Full').click();
  await form().getByRole('button', { name: 'Discard correction' }).click();
  await expect.element(overall()).toMatchTextContent(/50 of 100/);
  await expect.element(radio('Clarity: Situation', '2 Partial')).toBeChecked();
  expect(await archive.reviews.of(attempt.id)).toHaveLength(1);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.element(radio('Clarity: Situation', '4 Full')).toBeChecked();
  await expect.element(reason()).toBeVisible();
  expect(await archive.reviews.of(attempt.id)).toHaveLength(2);
});

test('a correction that cannot be begun says why, and the next press begins it', async () => {
  let isFull = true;
  await openALongReview(
    { reviews: [LOCKED] },
    {
      change: (real) => ({
        ...real,
        reviews: {
          ...real.reviews,
          put: (review) => (isFull ? Promise.reject(new StorageError('full')) : real.reviews.put(review)),
        },
      }),
    },
  );
  await correct().click();
  await expect.element(page.getByRole('alert')).toMatchTextContent(/could not be opened again/);
  isFull = false;
  await correct().click();
  await expect.element(reason()).toBeVisible();
});

test('a correction that another tab locks or discards is taken over', async () => {
  const { archive, attempt } = await openALongReview({ reviews: [LOCKED] });
  await correct().click();
  await expect.element(reason()).toBeVisible();
  const draft = (await archive.reviews.of(attempt.id)).at(-1);
  if (draft === undefined) throw new Error('It was stored');
  await archive.reviews.discard(draft.id);
  await expect.element(overall()).toMatchTextContent(/50 of 100/);
  await correct().click();
  await expect.element(reason()).toBeVisible();
  const second = (await archive.reviews.of(attempt.id)).at(-1);
  if (second === undefined) throw new Error('It was stored');
  const at = second.updatedAt + 1;
  await archive.reviews.put({ ...second, scores: all(4), reason: 'Elsewhere', updatedAt: at, lockedAt: at });
  await expect.element(overall()).toMatchTextContent(/100 of 100/);
  await expect.element(form()).toMatchTextContent(/Elsewhere/);
});

const FOCUS = {
  cell: 'depth.tradeoffs' as const,
  label: 'Technical depth: Trade-offs',
  ifThen: 'If I name an option, then I name its cost.',
  from: 'earlier' as AttemptId,
};
const quick = () => form().getByRole('button', { name: 'Quick review: only Trade-offs' });
const scoreAll = () => form().getByRole('button', { name: 'Score all cells' });

test('a quick review asks for the three cells of the focus step, stays out of the trends, and a full one follows', async () => {
  const { archive, attempt, router } = await openALongReview({ focus: FOCUS });
  await ready();
  await quick().click();
  await expect.element(form()).toMatchTextContent(/0 of 3/);
  expect(form().getByRole('radiogroup').elements()).toHaveLength(3);
  expect(form().getByText('not asked').elements()).toHaveLength(4);
  for (const _ of [1, 2, 3]) await userEvent.keyboard('n2');
  await userEvent.keyboard('n');
  await expect.element(lock()).toHaveFocus();
  // Taken back, it keeps what was scored, and is offered only while nothing is.
  await scoreAll().click();
  await expect.element(form()).toMatchTextContent(/3 of 15/);
  await expect.element(quick()).not.toBeInTheDocument();
  for (const name of NAMES.filter((each) => each.endsWith('Trade-offs')))
    await form()
      .getByRole('button', { name: `Clear ${name}` })
      .click();
  await quick().click();
  for (const _ of [1, 2, 3]) await userEvent.keyboard('n2');
  await router.navigate('/settings');
  await router.navigate(`/attempts/${attempt.id}`);
  await expect.element(form()).toMatchTextContent(/3 of 3/);
  await lock().click();
  await expect.element(overall()).toMatchTextContent(/50 of 100, Trade-offs alone/);
  await expect.element(overall()).toMatchTextContent(/A quick review stays out of the trends/);
  expect(await storedReview(archive, attempt)).toMatchObject({ mode: 'quick', quickStep: 'tradeoffs' });
  await scoreAll().click();
  await expect.element(form()).toMatchTextContent(/0 of 15/);
  expect(form().getByRole('radiogroup').elements()).toHaveLength(15);
  await expect.element(page.getByText('Earlier scores')).toBeVisible();
  const [, full] = await archive.reviews.of(attempt.id);
  expect(full).toMatchObject({ mode: 'full', scores: {}, lockedAt: null });
  // Who would rather leave it at that goes back to what is locked.
  await form().getByRole('button', { name: 'Discard this review' }).click();
  await expect.element(overall()).toMatchTextContent(/50 of 100, Trade-offs alone/);
  expect(await archive.reviews.of(attempt.id)).toHaveLength(1);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.element(form()).toMatchTextContent(/0 of 15/);
});

test('another rubric put in use before anything is scored begins the form again under its own texts', async () => {
  const { archive, attempt } = await openALongReview();
  await ready();
  const own = await anOwnRubric(otherWords);
  await archive.rubrics.add(own);
  await archive.settings.put('rubric', { inUse: { id: own.id, version: own.version } });
  await expect.element(form().getByText('All of it <b>in bold</b>.').first()).toBeVisible();
  const first = form().getByRole('radio', { name: '2 Partial' }).first();
  await first.click();
  await expect
    .poll(() => storedReview(archive, attempt))
    .toMatchObject({ rubricId: own.id, rubricVersion: own.version });
  await expect.element(first).toBeChecked();
});

test('a quick review is not offered once a cell is scored, nor without a focus', async () => {
  const { router, archive } = await openALongReview({
    focus: FOCUS,
    reviews: [{ scores: { 'clarity.next': 1 } }],
  });
  await expect.element(form()).toMatchTextContent(/1 of 15/);
  await expect.element(quick()).not.toBeInTheDocument();
  const other = await keepALongAttempt(archive);
  await router.navigate(`/attempts/${other.id}`);
  await expect.element(form()).toMatchTextContent(/0 of 15/);
  await expect.element(form()).not.toMatchTextContent(/Quick review/);
});

const LOOKS = [
  ['cited', { reviews: [{ scores: all(3), moments: { ...every(51_000), 'pacing.situation': [] } }] }],
  ['with several moments in a cell', { reviews: [{ moments: { 'clarity.situation': [0, 9e3, 6e4, 9e4] } }] }],
  ['with a skipped step', { reviews: [{ declaredMissing: ['situation' as const] }] }],
  ['with a quick review on offer', { focus: FOCUS, reviews: [{ scores: {} }] }],
  ['in a quick review', { focus: FOCUS, reviews: [{ mode: 'quick' as const, quickStep: 'next' as const }] }],
  ['without its audio', { audioDeletedAt: 1, reviews: [{ scores: all(3) }] }],
] as const;

for (const [state, fields] of LOOKS)
  test(`the screen is accessible and fits, ${state}`, { timeout: 60_000 }, async () => {
    await openALongReview(fields);
    await expect.element(form()).toBeVisible();
    await expectGoodLooks();
  });

test('the list before the lock is accessible and fits', { timeout: 60_000 }, async () => {
  await openALongReview({ reviews: [{ scores: all(3) }] });
  await lock().click();
  await expect.element(uncited()).toBeVisible();
  await expectGoodLooks();
});

test('a correction is accessible and fits, draft and locked', { timeout: 60_000 }, async () => {
  await openALongReview({ reviews: [{ ...LOCKED, scores: all(3) }] });
  await correct().click();
  await expect.element(reason()).toBeVisible();
  await lock().click();
  await page.getByRole('button', { name: 'Lock anyway' }).click();
  await expect.element(reason()).toHaveFocus();
  await expectGoodLooks();
  await reason().fill('An over-long reason that will not stop '.repeat(8));
  await page.getByRole('button', { name: 'Lock anyway' }).click();
  await expect.element(form()).toMatchTextContent(/Corrected/);
  await expectGoodLooks();
});
