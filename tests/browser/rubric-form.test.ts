import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { KeptAttempt } from '../../src/domain/attempt.ts';
import type { Scores } from '../../src/domain/rubric.ts';
import { StorageError } from '../../src/storage/errors.ts';
import { openArchive } from '../../src/storage/open-archive.ts';
import { aReview, keepAnAttempt } from '../support/factories.ts';
import { anOwnRubric } from '../support/own-rubric.ts';
import {
  all,
  form,
  group,
  LONG,
  lock,
  lockUncited,
  NAMES,
  openReview,
  overall,
  patiently,
  radio,
  slider,
  storedReview,
} from './open-review.ts';
import { record, wholeOf } from './takes.ts';

test('the form has its fifteen groups with four levels each, and a way to clear each', async () => {
  await openReview();
  await expect.element(form()).toBeVisible();
  expect(form().getByRole('radiogroup').elements()).toHaveLength(15);
  for (const name of NAMES) {
    await expect.element(form().getByRole('button', { name: `Clear ${name}`, exact: true })).toBeDisabled();
    const levels = group(name).getByRole('radio').elements();
    expect(levels.map((level) => level.getAttribute('aria-label'))).toEqual([
      '4 Full',
      '3 Solid',
      '2 Partial',
      '1 Start',
    ]);
  }
  const boxes = form().getByRole('checkbox').elements();
  expect(boxes.map((box) => box.closest('div')?.textContent)).toEqual([
    'Something said in Approach is wrong',
    'Something said in Trade-offs is wrong',
  ]);
  await expect.element(lock()).toBeDisabled();
  await expect.element(overall()).toBeEmptyDOMElement();
});

test('a cell of a folded step is scored like one of the open step, and its description stands beneath', async () => {
  await openReview(LONG);
  const folded = page.getByText('Names one next action and ends on a complete closing sentence.');
  await expect.element(form()).toBeVisible();
  await expect.element(folded).not.toBeVisible();
  await radio('Clarity: Next', '3 Solid').click();
  await expect.element(folded).toBeVisible();
  await radio('Clarity: Situation', '2 Partial').click();
  const open = page.getByText('The topic is named with at least one of two: who is affected, or what fails.');
  await expect.element(open).toBeVisible();
  await form().getByRole('button', { name: 'Clear Clarity: Next' }).click();
  await expect.element(folded).not.toBeVisible();
  // The button is disabled now, and must not take the focus with it.
  await expect.element(radio('Clarity: Next', '3 Solid')).toHaveFocus();
  await expect.element(form()).toMatchTextContent(/1 of 15 · draft saved/);
});

test('what is pressed never moves: neither a level that is chosen nor a step that is opened', async () => {
  await openReview(LONG);
  await expect.element(slider()).toBeVisible();
  for (const name of ['Clarity: Situation', 'Pacing: Results']) {
    const target = radio(name, '2 Partial').element();
    target.scrollIntoView({ block: 'center' });
    const { top } = target.getBoundingClientRect();
    await userEvent.click(target);
    await expect.element(radio(name, '2 Partial')).toBeChecked();
    expect(target.getBoundingClientRect().top).toBe(top);
  }
  const heading = form().getByRole('button', { name: /^Results/ });
  heading.element().scrollIntoView({ block: 'center' });
  const { top } = heading.element().getBoundingClientRect();
  await userEvent.click(heading.element());
  await expect.element(heading).toHaveAttribute('aria-expanded', 'true');
  expect(Math.abs(heading.element().getBoundingClientRect().top - top)).toBeLessThan(1);
  await expect
    .element(form().getByRole('button', { name: /^Situation/ }))
    .toHaveAttribute('aria-expanded', 'false');
});

test('a choice is on disk at once, and is there again when the attempt is opened again', async () => {
  const { archive, attempt, router } = await openReview(LONG);
  await radio('Technical depth: Approach', '1 Start').click();
  await expect
    .poll(() => storedReview(archive, attempt), patiently)
    .toMatchObject({
      scores: { 'depth.approach': 1 },
      lockedAt: null,
    });
  await form().getByRole('checkbox', { name: 'Something said in Approach is wrong' }).click();
  await router.navigate('/settings');
  await router.navigate(`/attempts/${attempt.id}`);
  await expect.element(radio('Technical depth: Approach', '1 Start')).toBeChecked();
  await expect
    .element(form().getByRole('checkbox', { name: 'Something said in Approach is wrong' }))
    .toBeChecked();
  expect(await archive.reviews.of(attempt.id)).toHaveLength(1);
});

/** Writes of reviews meet a full disk until `free` is called, and wait, once asked to, for `answer`. */
async function openOnAFullDisk() {
  let isFull = true;
  let held: Promise<void> = Promise.resolve();
  let answer: () => void = () => undefined;
  const opened = await openReview(LONG, (real) => ({
    ...real,
    reviews: {
      ...real.reviews,
      put: async (review) => {
        await held;
        if (isFull) throw new StorageError('full');
        return real.reviews.put(review);
      },
    },
  }));
  return {
    ...opened,
    free: () => {
      isFull = false;
    },
    hold: () => {
      held = new Promise((resolve) => {
        answer = resolve;
      });
    },
    answer: () => answer(),
  };
}

const saveAgain = () => page.getByRole('button', { name: 'Save again' });

test('a choice that cannot be saved stays, says so, and is saved at the next try', async () => {
  const { archive, attempt, free, hold, answer } = await openOnAFullDisk();
  await radio('Clarity: Situation', '2 Partial').click();
  await expect.element(page.getByRole('alert')).toMatchTextContent(/not saved/);
  await expect.element(radio('Clarity: Situation', '2 Partial')).toBeChecked();
  hold();
  await lock().click();
  await expect.element(page.getByRole('alert')).not.toBeInTheDocument();
  answer();
  await expect.element(page.getByRole('alert')).toMatchTextContent(/not saved/);
  await expect.element(overall()).toBeEmptyDOMElement();
  await expect.element(lock()).toBeEnabled();
  free();
  await saveAgain().click();
  await expect.element(page.getByRole('alert')).not.toBeInTheDocument();
  expect(document.activeElement?.contains(lock().element())).toBe(true);
  expect(document.activeElement?.closest('form')).toBe(form().element());
  await expect.element(form()).toMatchTextContent(/draft saved/);
  expect(await storedReview(archive, attempt)).toMatchObject({
    scores: { 'clarity.situation': 2 },
    lockedAt: null,
  });
});

test('what could not be saved is there again after going away, and is saved once there is room', async () => {
  const { archive, attempt, router, free } = await openOnAFullDisk();
  await radio('Clarity: Situation', '4 Full').click();
  await radio('Pacing: Next', '1 Start').click();
  await expect.element(saveAgain()).toBeVisible();
  await router.navigate('/history');
  await expect.element(form()).not.toBeInTheDocument();
  await router.navigate(`/attempts/${attempt.id}`);
  await expect.element(radio('Clarity: Situation', '4 Full')).toBeChecked();
  await expect.element(saveAgain()).toBeVisible();
  expect(await archive.reviews.of(attempt.id)).toEqual([]);
  await router.navigate('/history');
  await expect.element(form()).not.toBeInTheDocument();
  free();
  await router.navigate(`/attempts/${attempt.id}`);
  await expect.element(form()).toMatchTextContent(/2 of 15 · draft saved/);
  expect(await storedReview(archive, attempt)).toMatchObject({
    scores: { 'clarity.situation': 4, 'pacing.next': 1 },
  });
});

test('a draft is called saved only when it is on disk', async () => {
  const { free, hold, answer } = await openOnAFullDisk();
  free();
  hold();
  const shown: string[] = [];
  await expect.element(form()).toBeVisible();
  const watch = new MutationObserver(() => shown.push(form().element().textContent ?? ''));
  watch.observe(form().element(), { subtree: true, childList: true, characterData: true });
  await radio('Clarity: Situation', '4 Full').click();
  await expect.element(form()).toMatchTextContent(/1 of 15 · saving…/);
  await radio('Clarity: Situation', '3 Solid').click();
  await expect.element(form()).toMatchTextContent(/1 of 15 · saving…/);
  watch.disconnect();
  expect(shown.filter((text) => text.includes('draft saved'))).toEqual([]);
  answer();
  await expect.element(form()).toMatchTextContent(/1 of 15 · draft saved/);
});

test('locking makes it final: a total, no more choices, the same after opening it again', async () => {
  const { archive, attempt, router } = await openReview({ ...LONG, review: { scores: all(3) } });
  await radio('Technical depth: Approach', '2 Partial').click();
  await lockUncited();
  // 75 − 25 × 0.45 × 0.25 = 72.19
  await expect.element(overall()).toMatchTextContent(/72 of 100/);
  await expect.element(overall()).toMatchTextContent(/Workable\./);
  await expect.element(lock()).not.toBeInTheDocument();
  await expect.element(form().getByRole('heading', { name: 'Score' })).toHaveFocus();
  const check = async () => {
    await expect.element(radio('Technical depth: Approach', '2 Partial')).toBeChecked();
    for (const name of NAMES) await expect.element(radio(name, '4 Full')).toBeDisabled();
    await expect.element(form().getByRole('button', { name: /^Clear/ })).not.toBeInTheDocument();
  };
  await check();
  expect((await storedReview(archive, attempt))?.lockedAt).toBeTypeOf('number');
  await router.navigate('/settings');
  await router.navigate(`/attempts/${attempt.id}`);
  await expect.element(overall()).toMatchTextContent(/72 of 100/);
  await check();
});

test('Ctrl + Enter locks once there is something to lock', async () => {
  await openReview(LONG);
  await expect.element(form()).toBeVisible();
  await userEvent.keyboard('{Control>}{Enter}{/Control}');
  await expect.element(overall()).toBeEmptyDOMElement();
  await radio('Clarity: Situation', '2 Partial').click();
  await userEvent.keyboard('{Control>}{Enter}{/Control}');
  await expect.element(overall()).toMatchTextContent(/50 of 100, provisional/);
  await expect.element(overall()).toMatchTextContent(/Only 1 of 15 cells count/);
  // One cell says nothing of the whole.
  await expect
    .element(overall())
    .toMatchTextContent(/Provisional: what to do next is said once all 15 cells/);
  expect(overall().element().textContent).not.toMatch(/Gaps|give or take/);
});

test('a locked score with a blank cell is provisional and says how many count', async () => {
  const { 'clarity.next': _, ...scores } = all(3);
  await openReview({ ...LONG, review: { scores } });
  await lockUncited();
  await expect.element(overall()).toMatchTextContent(/75 of 100, provisional/);
  await expect.element(overall()).toMatchTextContent(/14 of 15 cells count/);
  expect(overall().element().textContent).not.toContain('trends');
});

test('a missing step counts 0 whatever was chosen, and says so; without marks none is missing', async () => {
  const marks: KeptAttempt['marks'] = [
    { step: 'situation', atMs: 0 },
    { step: 'approach', atMs: 10_000 },
    { step: 'tradeoffs', atMs: 20_000 },
    { step: 'results', atMs: 30_000 },
    { step: 'next', atMs: 56_600 },
  ];
  const { router, archive } = await openReview({ durationMs: 60_000, marks, review: { scores: all(3) } });
  await expect
    .element(form())
    .toMatchTextContent(/3 s marked: under 5 seconds a step counts as missing, 0 in all its cells/);
  await expect.element(form()).toMatchTextContent(/12 of 12 · 3 missing/);
  await expect.element(radio('Clarity: Next', '3 Solid')).toBeChecked();
  await radio('Clarity: Next', '4 Full').click();
  await lockUncited();
  await expect.element(overall()).toMatchTextContent(/64 of 100/);
  await expect.element(overall()).toMatchTextContent(/Next counts as missing/);
  const clip = await wholeOf(await record({ seconds: 3 })).arrayBuffer();
  const unmarked = await keepAnAttempt(archive, { marks: [], durationMs: 3000 }, [clip]);
  await archive.reviews.put(aReview({ attemptId: unmarked.id, scores: all(3) }));
  await router.navigate(`/attempts/${unmarked.id}`);
  await expect.element(page.getByText('No steps marked in this take')).toBeVisible();
  await lockUncited();
  await expect.element(overall()).toMatchTextContent(/75 of 100/);
});

test('the caps that lower the total are named', async () => {
  const scores: Scores = { ...all(4), 'depth.tradeoffs': 1 };
  await openReview({ ...LONG, review: { scores, wrongSteps: ['tradeoffs'] } });
  await lockUncited();
  await expect.element(overall()).toMatchTextContent(/60 of 100/);
  await expect
    .element(overall())
    .toMatchTextContent(/At most 60 while something said in Approach or Trade-offs is wrong\./);
});

test('under a rubric without depth nothing is asked about what was wrong', async () => {
  const shallow = await anOwnRubric((draft) => ({ ...draft, criteria: ['clarity', 'pacing'] }));
  const { archive, attempt, router } = await openReview(LONG);
  await archive.rubrics.add(shallow);
  const { id: rubricId, version: rubricVersion } = shallow;
  await archive.reviews.put(
    aReview({ attemptId: attempt.id, rubricId, rubricVersion, scores: { 'pacing.next': 2 } }),
  );
  await router.navigate('/settings');
  await expect.element(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible();
  await router.navigate(`/attempts/${attempt.id}`);
  await expect.element(radio('Pacing: Next', '2 Partial')).toBeChecked();
  expect(form().getByRole('radiogroup').elements()).toHaveLength(10);
  await expect.element(form().getByText(/Something said in/)).not.toBeInTheDocument();
});

test('a clip that is not there leaves nothing to cite, and nothing is called uncited at the lock', async () => {
  await openReview({ ...LONG, review: { scores: all(3) } }, (real) => ({
    ...real,
    clips: { ...real.clips, read: () => Promise.resolve(null), part: () => Promise.resolve(null) },
  }));
  await expect.element(form()).toMatchTextContent(/There is nothing to hear/);
  await lock().click();
  await expect.element(overall()).toMatchTextContent(/75 of 100/);
});

test('the locked total says what to aim at in so much time, for what was recorded to a prompt', async () => {
  const review = { scores: all(3), lockedAt: 1_790_000_200_000 };
  const open = (fields: Partial<KeptAttempt>) => openReview({ ...LONG, ...fields, review });
  await open({ targetMs: 300_000 });
  await expect.element(overall()).toMatchTextContent(/75 is the aim at 5 minutes\./);
  await open({ targetMs: 210_000 });
  await expect.element(overall()).toMatchTextContent(/73 is the aim at 3 minutes 30 seconds\./);
  await open({ source: 'imported', imported: { fileName: 'memo.wav' } });
  await expect.element(overall()).toMatchTextContent(/75 of 100/);
  expect(overall().element().textContent).not.toContain('the aim');
});

test('in a group 1 to 4 choose a level and Delete clears it, without jumping to a step', async () => {
  await openReview(LONG);
  radio('Pacing: Approach', '4 Full').element().focus();
  await userEvent.keyboard('2');
  await expect.element(radio('Pacing: Approach', '2 Partial')).toBeChecked();
  await expect.element(radio('Pacing: Approach', '2 Partial')).toHaveFocus();
  await userEvent.keyboard('5');
  await expect.element(slider()).toHaveAttribute('aria-valuetext', '0 seconds, Situation');
  await userEvent.keyboard('{ArrowUp}');
  await expect.element(radio('Pacing: Approach', '3 Solid')).toBeChecked();
  await userEvent.keyboard('{Delete}');
  await expect.element(radio('Pacing: Approach', '3 Solid')).not.toBeChecked();
});

test('what is chosen after another tab’s lock gives way to it, also when it was heard of too late', async () => {
  // Deaf: nothing that another tab writes is heard of.
  const { archive, attempt } = await openReview({ ...LONG, review: { scores: all(3) } }, (real) => ({
    ...real,
    onChange: () => () => undefined,
  }));
  await expect.element(radio('Clarity: Next', '3 Solid')).toBeChecked();
  const review = await storedReview(archive, attempt);
  if (review === undefined) throw new Error('It was stored');
  const elsewhere = await openArchive();
  const lockedAt = review.updatedAt + 1;
  const locked = { ...review, scores: all(4), updatedAt: lockedAt, lockedAt };
  expect(await elsewhere.reviews.put(locked)).toBeNull();
  await radio('Clarity: Next', '1 Start').click();
  await expect.element(overall()).toMatchTextContent(/100 of 100/);
  await expect.element(radio('Clarity: Next', '4 Full')).toBeDisabled();
  await expect.element(form()).not.toMatchTextContent(/saving|not saved/);
  expect(await storedReview(archive, attempt)).toEqual(locked);
  await elsewhere.close();
});

test('a lock of another tab is taken over although a later change stands here', async () => {
  const { archive, attempt } = await openReview({ ...LONG, review: { scores: all(3) } }, (real) => ({
    ...real,
    reviews: { ...real.reviews, put: () => Promise.reject(new StorageError('full')) },
  }));
  await radio('Clarity: Next', '1 Start').click();
  await expect.element(saveAgain()).toBeVisible();
  const review = await storedReview(archive, attempt);
  if (review === undefined) throw new Error('It was stored');
  const lockedAt = review.updatedAt + 1;
  await archive.reviews.put({ ...review, scores: all(4), updatedAt: lockedAt, lockedAt });
  await expect.element(overall()).toMatchTextContent(/100 of 100/);
  await expect.element(saveAgain()).not.toBeInTheDocument();
});

test('all cells are scored after a quick lock whose clock was ahead, and their lock is the last', async () => {
  const lockedAt = Date.now() + 3_600_000;
  const quick = { mode: 'quick', quickStep: 'next', updatedAt: lockedAt, lockedAt } as const;
  const { archive, attempt } = await openReview({
    ...LONG,
    review: { ...quick, scores: { 'clarity.next': 1 } },
  });
  await form().getByRole('button', { name: 'Score all cells' }).click();
  await radio('Clarity: Situation', '2 Partial').click();
  await expect.element(form()).toMatchTextContent(/1 of 15 · draft saved/);
  await lock().click();
  await expect.element(overall()).toMatchTextContent(/50 of 100, provisional/);
  const reviews = await archive.reviews.of(attempt.id);
  expect(reviews.map(({ mode }) => mode)).toEqual(['quick', 'full']);
  expect(reviews[1]?.lockedAt).toBeGreaterThan(lockedAt);
});

test('what another tab scores or locks is taken over', async () => {
  const { archive, attempt } = await openReview({ ...LONG, review: { scores: { 'clarity.next': 2 } } });
  await expect.element(radio('Clarity: Next', '2 Partial')).toBeChecked();
  const review = await storedReview(archive, attempt);
  if (review === undefined) throw new Error('It was stored');
  const at = Date.now();
  await archive.reviews.put({ ...review, scores: { 'clarity.next': 4 }, updatedAt: at, lockedAt: at });
  await expect.element(overall()).toMatchTextContent(/100 of 100/);
  await expect.element(radio('Clarity: Next', '4 Full')).toBeDisabled();
});
