import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { newAttemptId } from '../../src/storage/new-id.ts';
import { anEmptyArchive, aReview } from '../support/factories.ts';
import { CELL_IDS } from '../support/rubric.ts';
import { expectGoodLooks, openApp } from './app.tsx';
import { keepALongAttempt, openALongReview, ready } from './long-review.ts';
import { all, form, lock, lockUncited, overall, radio, slider } from './open-review.ts';

const DAY_MS = 86_400_000;
const OLD = Date.now() - 14 * DAY_MS - 1000;
const AGAIN = { path: '/rescore' };
const LOCKED = {
  scores: all(3),
  moments: Object.fromEntries(CELL_IDS.map((cell) => [cell, [42_000]])),
  lockedAt: OLD + 1000,
  updatedAt: OLD + 1000,
  startedAt: OLD + 500,
};
/** Eleven cells of the blind score, with the three of Situation to go. */
const BEGUN = {
  mode: 'rescore',
  scores: Object.fromEntries(
    CELL_IDS.flatMap((cell) =>
      cell.endsWith('.situation') || cell === 'clarity.next' ? [] : [[cell, 3 as const]],
    ),
  ),
} as const;
const both = () => page.getByRole('table', { name: 'Both scores' });

test('an old attempt is scored again without a view of what was said of it, nor of its date', async () => {
  const { archive, attempt } = await openALongReview({ startedAt: OLD, reviews: [LOCKED] }, AGAIN);
  await archive.coaching.update(attempt.id, (before) => ({
    ...before,
    comments: [{ id: 'c' as never, atMs: 1000, text: 'Too fast here', createdAt: OLD, updatedAt: OLD }],
  }));
  await ready();
  await expect.element(page.getByRole('heading', { level: 1, name: 'Idempotency' })).toBeVisible();
  await expect.element(page.getByText('How do you make a retried payment harmless?')).toBeVisible();
  await expect.element(slider()).toBeVisible();
  await expect.element(form()).toMatchTextContent(/0 of 15/);
  expect(form().getByRole('radio', { checked: true }).elements()).toEqual([]);
  const text = page.getByRole('main').element().textContent ?? '';
  for (const hidden of [
    /0:42/,
    /draft saved/,
    /Locked/,
    /Earlier scores/,
    /too fast/i,
    /Your outline/,
    /Correct these/,
  ])
    expect(text).not.toMatch(hidden);
  expect(document.querySelectorAll('main time[datetime*="-"]')).toHaveLength(0);
});

test('after the lock it says cell by cell what differs, and the first scores stay as they were', async () => {
  const { archive, attempt, router } = await openALongReview(
    { startedAt: OLD, reviews: [LOCKED, BEGUN] },
    AGAIN,
  );
  await ready();
  const first = (await archive.reviews.of(attempt.id)).find(({ mode }) => mode === 'full');
  await radio('Clarity: Situation', '2 Partial').click();
  // Half done, it is there again, and neither the page of the attempt nor its history knows of it.
  await router.navigate(`/attempts/${attempt.id}`);
  await expect.element(overall()).toMatchTextContent(/75 of 100/);
  await router.navigate(`/attempts/${attempt.id}/rescore`);
  await expect.element(radio('Clarity: Situation', '2 Partial')).toBeChecked();
  await expect.element(both()).not.toBeInTheDocument();
  await radio('Pacing: Situation', '1 Start').click();
  // Thirteen cells, but not all of depth.
  await expect.element(form()).toMatchTextContent(/13 of 15/);
  await expect.element(lock()).toBeDisabled();
  await expect
    .element(form())
    .toMatchTextContent(/at least 12 of 15 cells and every technical depth cell to lock/);
  await radio('Technical depth: Situation', '3 Solid').click();
  await lockUncited();
  await expect.element(overall()).toMatchTextContent(/provisional/);
  await expect
    .element(
      page.getByText('12 of 14 cells have the same level both times, 1 is one level apart, 1 further apart.'),
    )
    .toBeVisible();
  await expect
    .element(page.getByText('On average the levels are 0.2 lower than the first time.'))
    .toBeVisible();
  expect(both().getByRole('row').elements()).toHaveLength(16);
  const row = both().getByRole('row', { name: /^Pacing: Situation/ });
  await expect.element(row).toHaveTextContent('Pacing: Situation312 lower');
  await expect.element(form().getByRole('button', { name: 'Correct these scores' })).not.toBeInTheDocument();
  const reviews = await archive.reviews.of(attempt.id);
  expect(reviews).toHaveLength(2);
  expect(reviews).toContainEqual(first);
  const again = reviews.find(({ mode }) => mode === 'rescore');
  expect(again).toMatchObject({ rubricVersion: first?.rubricVersion });
  expect(again?.lockedAt).toBeTypeOf('number');
  await router.navigate(`/attempts/${attempt.id}`);
  await expect.element(overall()).toMatchTextContent(/75 of 100/);
  await router.navigate(`/attempts/${attempt.id}/rescore`);
  await expect.element(both()).toBeVisible();
});

const REFUSED = [
  [
    'was scored too lately',
    { startedAt: OLD - 30 * DAY_MS, reviews: [{ ...LOCKED, lockedAt: OLD + DAY_MS }] },
    /14 days after its scores were locked: this one from /,
  ],
  ['was never locked', { startedAt: OLD, reviews: [{ scores: all(3) }] }, /scored and locked/],
  [
    'was only reviewed quickly',
    { startedAt: OLD, reviews: [{ ...LOCKED, mode: 'quick' as const, quickStep: 'next' as const }] },
    /scored and locked/,
  ],
  ['has no sound', { startedAt: OLD, audioDeletedAt: OLD, reviews: [LOCKED] }, /nothing to hear/],
  [
    'was scored by a rubric that is gone',
    { startedAt: OLD, reviews: [{ ...LOCKED, rubricVersion: '0.1' }] },
    /version of the rubric .* is not here any more/,
  ],
] as const;

for (const [why, fields, words] of REFUSED)
  test(`an attempt that ${why} is not scored again, and the page leads on`, async () => {
    const { attempt } = await openALongReview(fields, AGAIN);
    await expect.element(page.getByRole('main')).toMatchTextContent(words);
    await expect.element(form()).not.toBeInTheDocument();
    await expect
      .element(page.getByRole('link', { name: 'Go to this attempt' }))
      .toHaveAttribute('href', `/attempts/${attempt.id}`);
  });

test('an attempt of the prompt in focus is not scored again, unless that was begun before', async () => {
  const archive = await anEmptyArchive();
  const attempt = await keepALongAttempt(archive, { startedAt: OLD, reviews: [LOCKED] });
  const newer = await keepALongAttempt(archive, { promptId: attempt.promptId });
  const rubric = { id: 'explanation-rubric', version: '1.0.0' };
  await archive.coaching.update(newer.id, (before) => ({
    ...before,
    focus: { cell: 'depth.next', label: 'Depth', level: 1, ifThen: 'If', rubric, savedAt: Date.now() },
  }));
  await openApp(archive, `/attempts/${attempt.id}/rescore`);
  await expect.element(page.getByRole('main')).toMatchTextContent(/too fresh in mind/);
  await archive.reviews.put(aReview({ attemptId: attempt.id, mode: 'rescore' }));
  await expect.element(form()).toBeVisible();
});

test('an attempt nobody knows cannot be scored again', async () => {
  await openApp(await anEmptyArchive(), `/attempts/${newAttemptId()}/rescore`);
  await expect
    .element(page.getByRole('heading', { level: 1 }))
    .toMatchTextContent(/There is no such attempt/);
});

test('the page is accessible and fits, open, locked and refused', { timeout: 120_000 }, async () => {
  const { router, archive } = await openALongReview({ startedAt: OLD, reviews: [LOCKED, BEGUN] }, AGAIN);
  await ready();
  await expectGoodLooks();
  await radio('Technical depth: Situation', '2 Partial').click();
  await lockUncited();
  await expect.element(both()).toBeVisible();
  await expectGoodLooks();
  const newer = await keepALongAttempt(archive);
  await router.navigate(`/attempts/${newer.id}/rescore`);
  await expect.element(page.getByText(/scored and locked/)).toBeVisible();
  await userEvent.keyboard('{Tab}');
  await expectGoodLooks();
});
