import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { KeptAttempt } from '../../src/domain/attempt.ts';
import type { Prediction } from '../../src/domain/coaching.ts';
import type { PromptId } from '../../src/domain/ids.ts';
import { OTHER_PROMPT_ID } from '../../src/domain/prompt.ts';
import type { Review } from '../../src/domain/rubric.ts';
import type { Archive } from '../../src/storage/archive.ts';
import { StorageError } from '../../src/storage/errors.ts';
import { aDelivery, aReview, keepAnAttempt } from '../support/factories.ts';
import { anOwnRubric, otherWords } from '../support/own-rubric.ts';
import { expectGoodLooks } from './app.tsx';
import {
  all,
  form,
  type Kept,
  lock,
  lockUncited,
  marksAt,
  openReview,
  overall,
  patiently,
  player,
  slider,
} from './open-review.ts';

const lockedAt = 1_790_000_200_000;
const promptId = 'py-gil' as PromptId;
const LOCKED: Kept = {
  promptId,
  durationMs: 300_000,
  marks: marksAt(0, 45_000, 135_000, 210_000, 270_000),
  review: { scores: all(3), lockedAt },
};
const rubric = { id: 'explanation-rubric', version: '1.0.0' };
const PAUSES = [
  { startMs: 45_000, endMs: 46_000 },
  { startMs: 104_000, endMs: 108_400 },
  { startMs: 120_000, endMs: 122_500 },
  { startMs: 130_000, endMs: 132_200 },
  { startMs: 191_000, endMs: 196_200 },
];

const region = () => page.getByRole('region', { name: 'What the recording shows' });
const table = () => region().getByRole('table', { name: 'Pacing, step by step' });
const row = (step: string) =>
  table()
    .getByRole('row')
    .filter({ has: page.getByRole('rowheader', { name: step }) });
const group = (at: string) => region().getByRole('radiogroup', { name: `Pause at ${at}` });

function measure(archive: Archive, { id }: KeptAttempt, pauses = PAUSES): Promise<void> {
  return archive.deliveries.put(aDelivery({ attemptId: id, pauses }));
}

/** What a row says of its step: time, level given, level allowed, why. */
async function expectRow(step: string, ...cells: readonly string[]): Promise<void> {
  await expect
    .poll(
      () =>
        row(step)
          .getByRole('cell')
          .elements()
          .map((cell) => cell.textContent.trim()),
      patiently,
    )
    .toEqual(cells);
}

test('nothing of what was measured is in the page before the lock, and all of it after', async () => {
  const { archive, attempt } = await openReview({ ...LOCKED, review: { scores: all(3) } });
  await measure(archive, attempt);
  await expect.element(lock()).toBeEnabled();
  // The page has read the delivery by the time that it knows this.
  await archive.coaching.update(attempt.id, (before) => before);
  expect(document.body.textContent).not.toMatch(
    /recording shows|Allows|Three longest pauses|Since last time/,
  );
  await lockUncited();
  await expect.element(region()).toBeVisible();
  await expect.element(table()).toBeVisible();
  await expect.element(group('3:11')).toBeVisible();
});

test('what is not measured says so and fills in; a tag changes at once what is allowed, and stays', async () => {
  const { archive, attempt } = await openReview(LOCKED);
  await expect.element(region()).toMatchTextContent(/Three longest pauses\s*Not measured yet\./);
  await expectRow('Approach', '1:30 of 1:30', 'You 3', 'Allows 4 so far', 'On budget.');
  await measure(archive, attempt);
  await expectRow(
    'Approach',
    '1:30 of 1:30',
    'You 3',
    'Allows 4 so far',
    'On budget. The pauses at 1:44, 2:00 and 2:10 have no tag yet.',
  );
  await expect.element(region()).not.toMatchTextContent(/not measured yet/i);
  await group('1:44').getByRole('radio', { name: 'Mid-sentence' }).click();
  await group('2:10').getByRole('radio', { name: 'Between points' }).click();
  // With a key: the arrow chooses and moves on.
  (group('2:00').getByRole('radio', { name: 'Between points' }).element() as HTMLElement).focus();
  await userEvent.keyboard(' ');
  const told = ['Allows 2', 'On budget. The pause at 1:44 is mid-sentence; level 3 has none over 2 s.'];
  await expectRow('Approach', '1:30 of 1:30', 'You 3', ...told);
  const finding = 'In Approach the recording allows less than you gave; in Situation and Results, more.';
  await expect.element(region()).toMatchTextContent(finding);
  await userEvent.keyboard('{ArrowRight}');
  await expect.element(group('2:00').getByRole('radio', { name: 'Mid-sentence' })).toBeChecked();
  await expect
    .poll(async () => (await archive.coaching.of(attempt.id)).pauseTags, patiently)
    .toEqual([
      { startMs: 104_000, endMs: 108_400, place: 'mid-sentence' },
      { startMs: 120_000, endMs: 122_500, place: 'mid-sentence' },
      { startMs: 130_000, endMs: 132_200, place: 'between-points' },
    ]);
});

test('tags survive a reload, and a new analysis that moves the edges of their pauses', async () => {
  const { archive, attempt, router } = await openReview(LOCKED);
  await measure(archive, attempt);
  await group('3:11').getByRole('radio', { name: 'Mid-sentence' }).click();
  await expect.poll(async () => (await archive.coaching.of(attempt.id)).pauseTags.length, patiently).toBe(1);
  await router.navigate('/history');
  await expect.element(region()).not.toBeInTheDocument();
  await measure(archive, attempt, [{ startMs: 190_500, endMs: 196_000 }]);
  await router.navigate(`/attempts/${attempt.id}`);
  await expect.element(group('3:10').getByRole('radio', { name: 'Mid-sentence' })).toBeChecked();
});

test('a pause is played from two seconds before it to two seconds after', async () => {
  const { archive, attempt } = await openReview({ review: { scores: all(3), lockedAt } });
  await measure(archive, attempt, [{ startMs: 200, endMs: 600 }]);
  await expect.element(slider()).toBeEnabled();
  await region().getByRole('button', { name: 'Play pause at 0:00' }).click();
  await expect.element(player().getByRole('button', { name: 'Pause' })).toBeVisible();
  await expect.element(player().getByRole('button', { name: 'Play', exact: true })).toBeVisible();
  await expect.element(slider()).toHaveValue('2.6');
});

test('a tag that could not be stored is taken back, and it is said why', async () => {
  const { archive, attempt } = await openReview(LOCKED, (real) => ({
    ...real,
    coaching: { ...real.coaching, update: () => Promise.reject(new StorageError('full')) },
  }));
  await measure(archive, attempt);
  await group('3:11').getByRole('radio', { name: 'Mid-sentence' }).click();
  await expect.element(page.getByRole('alert')).toMatchTextContent('The disk is full');
  await expect.element(group('3:11').getByRole('radio', { name: 'Mid-sentence' })).not.toBeChecked();
});

test('prediction and score stand side by side, with the cells between them', async () => {
  const scores = { ...all(3), 'clarity.results': 1, 'clarity.next': 2, 'depth.approach': 4 } as const;
  const { archive, attempt } = await openReview({ ...LOCKED, review: { scores, lockedAt } });
  const said = () =>
    region()
      .getByRole('term')
      .elements()
      .map((term) => term.textContent);
  await expect.element(region()).toMatchTextContent('no prediction was saved for this take');
  const predict = (prediction: Prediction) =>
    archive.coaching.update(attempt.id, (before) => ({ ...before, prediction }));
  await predict({ levels: { clarity: 3, pacing: 3 }, rubric, decidedAt: lockedAt });
  await expect
    .poll(said, patiently)
    .toEqual([
      ' Clarity3 →  predicted, then 2.4 scored',
      ' Pacing3 →  predicted, then 3.0 scored',
      ' Technical depthnot predicted →  predicted, then 3.2 scored',
    ]);
  await expect.element(region().getByText('Below 3: Results at 1, Next at 2.')).toBeVisible();
  await expect.element(region().getByText('As predicted.')).toBeVisible();
  await expect.element(region()).not.toMatchTextContent('Overall: ');
  await predict({ levels: { clarity: 2, pacing: 4, depth: 3 }, rubric, decidedAt: lockedAt });
  await expect.element(region()).toMatchTextContent('Overall: 71 predicted, 73 scored.');
  await expect.element(region().getByText('Above 3: Approach at 4.')).toBeVisible();
  await predict({ levels: {}, rubric, decidedAt: lockedAt, isSkipped: true });
  await expect.element(region()).toMatchTextContent('the prediction was skipped');
  await predict({ levels: { clarity: 3 }, rubric: { ...rubric, version: '0.9.0' }, decidedAt: lockedAt });
  await expect.element(region()).toMatchTextContent('under another version of the rubric');
});

test('after a correction, what is compared keeps to the first lock, and says so once', async () => {
  const moments = { 'clarity.results': [12_000] };
  const scores = { ...all(3), 'clarity.results': 1 } as const;
  const { archive, attempt, router } = await openReview({ ...LOCKED, review: { scores, moments, lockedAt } });
  await archive.coaching.update(attempt.id, (before) => ({
    ...before,
    prediction: { levels: { clarity: 3, pacing: 3, depth: 3 }, rubric, decidedAt: lockedAt },
  }));
  await expect.element(region()).toMatchTextContent('Overall: 75 predicted, 72 scored.');
  await expect.element(region().getByText('Below 3: Results (0:12) at 1.')).toBeVisible();
  await expect.element(region()).not.toMatchTextContent('First locked');
  const [first] = await archive.reviews.of(attempt.id);
  if (first === undefined) throw new Error('It was put there');
  await archive.reviews.put(
    aReview({
      attemptId: attempt.id,
      scores: all(4),
      revises: first.id,
      reason: 'A slip',
      lockedAt: lockedAt + 1,
    }),
  );
  await keepAnEarlierOne(archive, {}, { scores: all(3) });
  await router.revalidate();
  await expect.element(overall()).toMatchTextContent('100 of 100');
  await expectRow('Results', '1:00 of 1:00', 'You 4', 'Allows 4 so far', 'On budget.');
  await expect.element(region()).toMatchTextContent('Overall: 75 predicted, 72 scored.');
  await expect.element(region().getByText('Below 3: Results (0:12) at 1.')).toBeVisible();
  await expect
    .element(region())
    .toMatchTextContent(/Overall 72, after 75 \(16 September, \d\d:\d\d\): no change\./);
  expect(
    region()
      .element()
      .textContent?.match(/First locked at 72\./g),
  ).toHaveLength(1);
});

/** Another locked attempt, some days before the one on screen. */
async function keepAnEarlierOne(archive: Archive, fields: Partial<KeptAttempt>, review: Partial<Review>) {
  const { durationMs = 0, marks = [] } = LOCKED;
  const startedAt = 1_790_000_000_000 - 5 * 86_400_000;
  const earlier = await keepAnAttempt(archive, { promptId, durationMs, marks, startedAt, ...fields });
  await archive.reviews.put(aReview({ attemptId: earlier.id, lockedAt, ...review }));
  return earlier;
}

for (const [level, words] of [
  [3, /Overall 75, after 75 \(16 September, \d\d:\d\d\): no change\./],
  [2, /Overall 75, after 50 \(16 September, \d\d:\d\d\): 25 up, beyond chance\./],
  [4, /Overall 75, after 100 \(16 September, \d\d:\d\d\): 25 down, beyond chance\./],
] as const)
  test(`since last time: ${words}`, async () => {
    const { archive, attempt, router } = await openReview(LOCKED);
    await expect.element(region()).toMatchTextContent('Nothing to compare yet');
    const earlier = await keepAnEarlierOne(archive, {}, { scores: all(level) });
    // Nearer, but not to be compared: another target, another prompt, a quick review, another version, a drill.
    const startedAt = 1_790_000_000_000 - 86_400_000;
    await keepAnEarlierOne(archive, { startedAt, targetMs: 120_000 }, { scores: all(1) });
    await keepAnEarlierOne(archive, { startedAt, promptId: 'py-async' as PromptId }, { scores: all(1) });
    await keepAnEarlierOne(archive, { startedAt }, { scores: all(1), mode: 'quick', quickStep: 'next' });
    await keepAnEarlierOne(archive, { startedAt }, { scores: all(1), rubricVersion: '0.9.0' });
    await keepAnEarlierOne(
      archive,
      { startedAt, parentId: attempt.id, drillStep: 'next' },
      { scores: all(1) },
    );
    await router.revalidate();
    await expect.element(region()).toMatchTextContent(words);
    await expect
      .element(region().getByRole('link', { name: /^16 September/ }))
      .toHaveAttribute('href', `/attempts/${earlier.id}`);
  });

test('the last time is found behind however many that do not compare', { timeout: 60_000 }, async () => {
  const { archive, router } = await openReview(LOCKED);
  const earlier = await keepAnEarlierOne(archive, {}, { scores: all(3) });
  const hours = (count: number) => ({ startedAt: 1_790_000_000_000 + count * 3_600_000 });
  for (let count = 1; count <= 101; count += 1)
    await keepAnAttempt(archive, { promptId, durationMs: 300_000, ...hours(-count) });
  // Newer than the one on screen.
  await keepAnEarlierOne(archive, hours(1), { scores: all(1) });
  await router.revalidate();
  await expect
    .element(region(), patiently)
    .toMatchTextContent(/Overall 75, after 75 \(16 September, \d\d:\d\d\)/);
  await expect
    .element(region().getByRole('link', { name: /^16 September/ }))
    .toHaveAttribute('href', `/attempts/${earlier.id}`);
});

test('between ten and twenty points a difference may be chance', async () => {
  const { archive, router } = await openReview(LOCKED);
  const depths = { 'depth.situation': 1, 'depth.approach': 1, 'depth.tradeoffs': 2 } as const;
  await keepAnEarlierOne(archive, {}, { scores: { ...all(3), ...depths } });
  await router.revalidate();
  await expect
    .element(region())
    .toMatchTextContent(/Overall 75, after 63 \(16 September, \d\d:\d\d\): 12 up, which may be chance\./);
});

test('five blind re-scores say how far a score lies by chance', async () => {
  const { archive } = await openReview(LOCKED);
  await expect.element(overall()).toMatchTextContent('75 of 100, give or take 7');
  for (const level of [1, 3, 3, 3, 4] as const) {
    const earlier = await keepAnEarlierOne(archive, {}, { scores: all(3) });
    await archive.reviews.put(
      aReview({ attemptId: earlier.id, mode: 'rescore', scores: all(level), lockedAt: lockedAt + 1 }),
    );
  }
  // Differences −50, 0, 0, 0 and 25: SD 27.4.
  await expect.element(overall(), patiently).toMatchTextContent('75 of 100, give or take 19');
  await expect
    .element(region())
    .toMatchTextContent('By your own blind re-scores, two overalls under 27 points');
});

test('all attempts are read again for the noise once a re-score is locked, and for no other change', async () => {
  const own = await anOwnRubric(otherWords);
  let pages = 0;
  const review = { scores: all(3), lockedAt, rubricId: own.id, rubricVersion: own.version };
  const { archive, attempt, router } = await openReview({ ...LOCKED, review }, (real) => ({
    ...real,
    attempts: {
      ...real.attempts,
      page: (query) => {
        pages += 1;
        return real.attempts.page(query);
      },
    },
  }));
  await archive.rubrics.add(own);
  await expect.element(table()).toBeVisible();
  const other = await keepAnEarlierOne(archive, {}, { scores: all(3) });
  await router.revalidate();
  const before = pages;
  // A draft somewhere, and what makes the page read its rubric again.
  const draft = aReview({ attemptId: other.id, mode: 'rescore', scores: all(2) });
  await archive.reviews.put(draft);
  await archive.coaching.update(attempt.id, (old) => ({
    ...old,
    prediction: { levels: {}, rubric, decidedAt: lockedAt, isSkipped: true },
  }));
  await expect.element(region()).toMatchTextContent('the prediction was skipped');
  expect(pages).toBe(before);
  await archive.reviews.put({ ...draft, lockedAt, updatedAt: lockedAt });
  await expect.poll(() => pages, patiently).toBe(before + 1);
});

test('an import at no prompt has no budget and nothing earlier to compare with', async () => {
  const { archive, attempt } = await openReview({
    ...LOCKED,
    promptId: OTHER_PROMPT_ID,
    source: 'imported',
    endedBy: null,
  });
  await measure(archive, attempt);
  await keepAnEarlierOne(archive, { promptId: OTHER_PROMPT_ID }, { scores: all(1) });
  await expectRow(
    'Results',
    '1:00, no target',
    'You 3',
    'Allows 4 so far',
    'Without a target there is no budget to compare with.',
  );
  await expect.element(region()).toMatchTextContent('Predicted, then scored');
  await expect.element(region()).not.toMatchTextContent('Since last time');
  await form().getByRole('button', { name: 'Results', exact: false }).click();
  await expect.element(form()).toMatchTextContent('1:00 spoken, no target.');
  await expectGoodLooks();
});

test('a quick review shows the recording and compares nothing else', async () => {
  const scores = { 'clarity.next': 3, 'pacing.next': 3, 'depth.next': 3 } as const;
  await openReview({ ...LOCKED, review: { scores, lockedAt, mode: 'quick', quickStep: 'next' } });
  await expectRow('Next', '0:30 of 0:30', 'You 3', 'Allows 4 so far', 'On budget.');
  // The other steps may still be judged.
  await expect.element(row('Results')).not.toBeInTheDocument();
  await expect.element(region()).not.toMatchTextContent('Predicted, then scored');
});

test('a review under a version that is gone keeps its scores and is set beside nothing', async () => {
  const { archive, attempt } = await openReview({
    ...LOCKED,
    review: { scores: all(3), lockedAt, rubricVersion: '0.9.0' },
  });
  await measure(archive, attempt);
  await expect.element(region()).toMatchTextContent('The rubric of this review is not here any more');
  await expect.element(group('3:11')).toBeVisible();
  await expect.element(table()).not.toBeInTheDocument();
  await expect.element(page.getByRole('button', { name: 'Score anew' })).toBeVisible();
});

const LOOKS: readonly (readonly [string, Kept, boolean])[] = [
  ['not measured', LOCKED, false],
  ['measured', LOCKED, true],
  ['without marks', { ...LOCKED, marks: [] }, true],
  ['with a missing step', { ...LOCKED, marks: marksAt(0, 45_000, 135_000) }, true],
];
for (const [state, fields, isMeasured] of LOOKS)
  test(`what the recording shows is accessible and fits, ${state}`, { timeout: 60_000 }, async () => {
    const { archive, attempt } = await openReview(fields);
    await archive.coaching.update(attempt.id, (before) => ({
      ...before,
      prediction: { levels: { clarity: 3, pacing: 2, depth: 4 }, rubric, decidedAt: lockedAt },
    }));
    if (isMeasured) await measure(archive, attempt);
    await expect.element(region().getByText('Overall: ', { exact: false }).first()).toBeVisible();
    if (isMeasured) await expect.element(group('3:11')).toBeVisible();
    await expectGoodLooks();
  });
