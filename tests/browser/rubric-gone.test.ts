import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { rubricFile } from '../../src/rubric/file.ts';
import { anOwnRubric, otherWords } from '../support/own-rubric.ts';
import { expectGoodLooks } from './app.tsx';
import { form, LONG, lock, openReview, overall, patiently, radio, storedReview } from './open-review.ts';

/** A locked review under a version that this database does not have. */
async function openGone(lockedAt: number | null) {
  const own = await anOwnRubric(otherWords);
  const opened = await openReview({
    ...LONG,
    review: {
      rubricId: own.id,
      rubricVersion: own.version,
      scores: { 'clarity.situation': 4, 'own-1.next': 2, 'depth.approach': 1 },
      moments: { 'clarity.situation': [12_000] },
      wrongSteps: ['approach'],
      missing: ['results'],
      lockedAt,
    },
  });
  return { ...opened, own };
}

const gone = () => page.getByText('The rubric of this review is not here');

test('a review whose rubric is gone can be read, and nothing of it can be changed', async () => {
  const { own } = await openGone(1_790_000_200_000);
  await expect.element(gone()).toBeVisible();
  await expect.element(page.getByText(own.version)).toBeVisible();
  const main = page.getByRole('main');
  await expect.element(main).toMatchTextContent(/Situation.*Clarity.*4 at 0:12/);
  await expect.element(main).toMatchTextContent(/own-1.*2/);
  await expect.element(main).toMatchTextContent(/Something said here was called wrong\./);
  await expect.element(main).toMatchTextContent(/Counted as missing: 0 in its cells\./);
  await expect.element(form()).not.toBeInTheDocument();
  expect(page.getByRole('radio', { name: '4 Full' }).elements()).toEqual([]);
  await expectGoodLooks();
});

test('importing the file of that very version brings the review back as it was', async () => {
  const { archive, attempt, own, router } = await openGone(1_790_000_200_000);
  await expect.element(gone()).toBeVisible();
  await page.getByRole('link', { name: 'Import its file' }).click();
  await expect.element(page.getByRole('button', { name: 'Import from JSON' })).toBeVisible();
  const chooser = document.querySelector<HTMLInputElement>('input[type=file]');
  if (chooser === null) throw new Error('No file input');
  await userEvent.upload(chooser, new File([rubricFile(own)], 'own.json'));
  await page.getByRole('button', { name: 'Use it' }).click();
  await expect
    .poll(async () => (await archive.rubrics.list()).map(({ version }) => version))
    .toEqual([own.version]);
  await router.navigate(`/attempts/${attempt.id}`);
  await expect.element(radio('Clarity: Situation', '4 Full')).toBeChecked();
  await expect.element(overall()).toMatchTextContent(/of 100/);
  await expect.element(gone()).not.toBeInTheDocument();
});

test('scored anew, the attempt has another review, and the old one stays as it was', async () => {
  const { archive, attempt, router } = await openGone(1_790_000_200_000);
  const [before] = await archive.reviews.of(attempt.id);
  await router.navigate('/history');
  await expect.element(page.getByText('scored by a rubric that is gone').first()).toBeInTheDocument();
  await router.navigate(`/attempts/${attempt.id}`);
  await page.getByRole('button', { name: 'Score anew' }).click();
  await expect.element(form()).toBeVisible();
  expect(form().getByRole('radio', { checked: true }).elements()).toEqual([]);
  // What was locked before says nothing while one judges anew.
  for (const name of ['What the recording shows', 'Predict', 'Focus'])
    await expect.element(page.getByRole('region', { name, exact: true })).not.toBeInTheDocument();
  await radio('Clarity: Situation', '2 Partial').click();
  await expect
    .poll(() => storedReview(archive, attempt), patiently)
    .toMatchObject({ rubricId: 'explanation-rubric', scores: { 'clarity.situation': 2 }, lockedAt: null });
  // Left half-done, it is gone on with.
  await router.navigate('/');
  await expect.element(page.getByRole('link', { name: /^Finish scoring/ })).toBeVisible();
  await router.navigate(`/attempts/${attempt.id}`);
  await expect.element(radio('Clarity: Situation', '2 Partial')).toBeChecked();
  await lock().click();
  await expect.element(overall()).toMatchTextContent(/50 of 100/);
  const [first, ...others] = await archive.reviews.of(attempt.id);
  expect(first).toEqual(before);
  expect(others).toHaveLength(1);
  await router.navigate('/history');
  await expect.element(page.getByRole('cell', { name: '2.0' })).toBeVisible();
});

test('a draft whose rubric is gone is kept, and says when it was last changed', async () => {
  const { archive, attempt } = await openGone(null);
  await expect.element(page.getByText(/It was last changed/)).toBeVisible();
  await expect.element(page.getByRole('main')).toMatchTextContent(/Clarity.*4 at 0:12/);
  expect((await storedReview(archive, attempt))?.scores['clarity.situation']).toBe(4);
});
