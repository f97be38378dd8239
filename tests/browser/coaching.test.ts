import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { KeptAttempt } from '../../src/domain/attempt.ts';
import { blankCoaching, type CarriedFocus, type Coaching, type Focus } from '../../src/domain/coaching.ts';
import type { AttemptId, PromptId } from '../../src/domain/ids.ts';
import { gapOf } from '../../src/domain/stage.ts';
import type { Archive } from '../../src/storage/archive.ts';
import { StorageError } from '../../src/storage/errors.ts';
import { aReview, keepAnAttempt } from '../support/factories.ts';
import { expectGoodLooks } from './app.tsx';
import {
  all,
  form,
  type Kept,
  LONG,
  lock,
  lockUncited,
  openReview,
  overall,
  patiently,
  player,
  radio,
  slider,
} from './open-review.ts';
import { record, wholeOf } from './takes.ts';

const region = (name: string) => page.getByRole('region', { name, exact: true });
const button = (name: string) => page.getByRole('button', { name, exact: true });
const predicted = (criterion: string, level: string) =>
  region('Predict')
    .getByRole('radiogroup', { name: `Predicted ${criterion}` })
    .getByRole('radio', { name: level });
const status = () => page.getByRole('status', { name: 'Announcements' });

const RUBRIC = { id: 'explanation-rubric', version: '1.0.0' };
const CARRIED: CarriedFocus = {
  cell: 'depth.tradeoffs',
  label: 'Technical depth: Trade-offs',
  ifThen: 'When I decide, I will say <b>when</b> I would not.',
  from: 'earlier' as AttemptId,
};

/** Opens a review with something said already. */
async function openWith(change: (coaching: Coaching) => Coaching, fields: Kept = {}) {
  const opened = await openReview({ ...LONG, ...fields });
  await opened.archive.coaching.update(opened.attempt.id, change);
  return opened;
}

function predictedAt(now: number) {
  return (coaching: Coaching): Coaching => ({
    ...coaching,
    prediction: { levels: { clarity: 3, pacing: 2, depth: 3 }, rubric: RUBRIC, decidedAt: now },
    gap: gapOf('ten-minutes', { now, fromAt: now, timeZone: 'Europe/Berlin' }),
  });
}

/** Nothing is left to wait for. */
function waited(coaching: Coaching): Coaching {
  return predictedAt(Date.now() - 3_600_000)(coaching);
}

type Opened = Awaited<ReturnType<typeof openReview>>;

/** What a reload does: all that is left is on disk and in the session. */
async function again({ router, attempt }: Opened) {
  await router.navigate('/settings');
  await expect.element(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible();
  await router.navigate(`/attempts/${attempt.id}`);
  await expect.element(form()).toBeVisible();
}

const stored = async ({ archive, attempt }: Opened) => archive.coaching.of(attempt.id);

test('three taps are a prediction: each is kept at once, and the overall is computed', async () => {
  const opened = await openReview(LONG);
  await predicted('clarity', '3 Solid').click();
  await predicted('pacing', '2 Partial').click();
  await expect.element(button('Save prediction')).toBeDisabled();
  await expect
    .poll(async () => (await stored(opened)).prediction, patiently)
    .toMatchObject({ levels: { clarity: 3, pacing: 2 }, rubric: RUBRIC, decidedAt: null });
  await again(opened);
  await expect.element(predicted('clarity', '3 Solid')).toBeChecked();
  await expect.element(predicted('pacing', '2 Partial')).toBeChecked();
  await predicted('technical depth', '3 Solid').click();
  await expect.element(region('Predict')).toMatchTextContent(/Overall 70 of 100/);
  await button('Save prediction').click();
  await expect.element(region('Predict')).not.toBeInTheDocument();
  await expect.element(region('Gap')).toMatchTextContent(/kept, and shown after you lock/);
  await expect.element(region('Gap').getByRole('heading')).toHaveFocus();
  await expect
    .poll(() => stored(opened), patiently)
    .toMatchObject({ prediction: { levels: { depth: 3 } }, gap: { choice: 'ten-minutes' } });
  const { prediction, gap } = await stored(opened);
  expect(gap?.endsAt).toBe((prediction?.decidedAt ?? 0) + 600_000);
  await again(opened);
  await expect.element(region('Gap')).toBeVisible();
  await expect.element(region('Predict')).not.toBeInTheDocument();
});

test('the keys 1 to 4 predict, and jump to no step', async () => {
  await openReview(LONG);
  predicted('pacing', '4 Full').element().focus();
  await userEvent.keyboard('2');
  await expect.element(predicted('pacing', '2 Partial')).toBeChecked();
  await expect.element(predicted('pacing', '2 Partial')).toHaveFocus();
  await userEvent.keyboard('5');
  await expect.element(slider()).toHaveValue('0');
});

test('a prediction can be skipped, and the player and the form are there all the while', async () => {
  const opened = await openReview(LONG);
  await expect.element(slider()).toBeVisible();
  await expect.element(radio('Clarity: Situation', '4 Full')).toBeEnabled();
  await predicted('clarity', '3 Solid').click();
  await button('Skip prediction').click();
  await expect.element(region('Gap')).toBeVisible();
  expect(region('Gap').element().textContent).not.toContain('kept');
  await expect
    .poll(async () => (await stored(opened)).prediction, patiently)
    .toMatchObject({ levels: {}, isSkipped: true });
});

const NEVER: readonly (readonly [string, Kept])[] = [
  ['an import', { source: 'imported', imported: { fileName: 'memo.wav' } }],
  ['what is scored already', { review: { scores: { 'clarity.next': 2 } } }],
  ['a locked review', { review: { scores: all(3), lockedAt: 1_790_000_200_000 } }],
];
for (const [what, fields] of NEVER)
  test(`${what} asks for no prediction`, async () => {
    await openReview({ ...LONG, ...fields });
    await expect.element(form()).toBeVisible();
    await expect.element(region('Predict')).not.toBeInTheDocument();
    await expect.element(region('Gap')).not.toBeInTheDocument();
  });

test('a level chosen meanwhile ends the prediction and moves nothing; its room can be closed', async () => {
  const opened = await openReview(LONG);
  const level = radio('Pacing: Results', '2 Partial');
  level.element().scrollIntoView({ block: 'center' });
  const { top } = level.element().getBoundingClientRect();
  await userEvent.click(level.element());
  await expect.element(region('Predict')).not.toBeInTheDocument();
  await expect
    .element(page.getByText('Scoring has begun: there is nothing left to predict.'))
    .toBeInTheDocument();
  expect(level.element().getBoundingClientRect().top).toBe(top);
  await expectGoodLooks();
  await button('Close').click();
  await expect.element(button('Close')).not.toBeInTheDocument();
  await expect.element(form().getByRole('heading', { name: 'Score', exact: true })).toHaveFocus();
  await again(opened);
  await expect.element(page.getByText('Scoring has begun')).not.toBeInTheDocument();
});

test('the wait can be ended, or last until the next morning where it was recorded', async () => {
  const opened = await openWith(predictedAt(Date.now()));
  await expect.element(page.getByRole('timer', { name: 'Time left' })).toMatchTextContent(/^(10:00|9:5\d)$/);
  await button('Tomorrow').click();
  await expect.element(region('Gap')).toMatchTextContent(/It is ready (tomorrow|today|\d+ \w+), \d\d:\d\d\./);
  await expect.poll(async () => (await stored(opened)).gap?.choice, patiently).toBe('tomorrow');
  const { gap } = await stored(opened);
  const there = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: 'Europe/Berlin' });
  expect(there.format(gap?.endsAt)).toBe('06:00');
  await again(opened);
  await expect.element(region('Gap')).toMatchTextContent(/It is ready/);
  await button('After ten minutes').click();
  await expect.element(page.getByRole('timer', { name: 'Time left' })).toBeVisible();
  await button('Score now').click();
  await expect.element(region('Gap')).not.toBeInTheDocument();
  await expect.element(form().getByRole('heading', { name: 'Score', exact: true })).toHaveFocus();
  // What a strong answer covers is ticked before the depth is scored.
  await expect.element(region('Covered points').getByRole('radio').first()).toBeVisible();
  await expect.poll(async () => (await stored(opened)).gap, patiently).toMatchObject({ choice: 'none' });
  await again(opened);
  await expect.element(region('Gap')).not.toBeInTheDocument();
  await expect.element(page.getByText('Your prediction is kept, and shown after you lock.')).toBeVisible();
});

test('when the wait is over the region goes by itself and says so', async () => {
  const almost = Date.now() - 600_000 + 2500;
  await openWith(predictedAt(almost));
  await expect.element(page.getByRole('timer', { name: 'Time left' })).toMatchTextContent(/^0:0\d$/);
  expect(region('Gap').element().querySelector('[aria-live], [role=status]')).toBeNull();
  await expect.element(region('Gap'), patiently).not.toBeInTheDocument();
  await expect.element(status()).toMatchTextContent('Ready to score');
  await expect.element(page.getByText('Ready to score.', { exact: true })).toBeVisible();
});

test('scoring while there is a wait ends it, and moves nothing either', async () => {
  const opened = await openWith(predictedAt(Date.now()));
  await button('Tomorrow').click();
  await expect.poll(async () => (await stored(opened)).gap?.choice, patiently).toBe('tomorrow');
  const level = radio('Pacing: Results', '2 Partial');
  level.element().scrollIntoView({ block: 'center' });
  const { top } = level.element().getBoundingClientRect();
  await userEvent.click(level.element());
  await expect.element(region('Gap')).not.toBeInTheDocument();
  await expect.element(page.getByText('Scoring has begun: the wait is over.')).toBeInTheDocument();
  expect(level.element().getBoundingClientRect().top).toBe(top);
});

test('what was said in another tab shows here', async () => {
  const { archive, attempt } = await openReview(LONG);
  await expect.element(region('Predict')).toBeVisible();
  await archive.coaching.update(attempt.id, predictedAt(Date.now()));
  await expect.element(region('Gap')).toBeVisible();
});

test('a tap that cannot be stored is taken back, in words', async () => {
  await openReview(LONG, (real) => ({
    ...real,
    coaching: { ...real.coaching, update: () => Promise.reject(new StorageError('full')) },
  }));
  await predicted('clarity', '3 Solid').click();
  await expect.element(page.getByRole('alert')).toBeVisible();
  await expect.element(predicted('clarity', '3 Solid')).not.toBeChecked();
});

const PROMPT: KeptAttempt['prompt'] = {
  title: 'Idempotency',
  question: 'How do you make a retried payment harmless?',
  kind: 'design',
  covers: [
    { id: 'key', text: 'The idempotency key' },
    { id: 'store', text: 'Where it is <i>stored</i>' },
    { id: 'race', text: 'Two requests at once' },
  ],
  followUps: {},
};
const point = (name: string, answer: string) =>
  region('Covered points').getByRole('radiogroup', { name }).getByRole('radio', { name: answer });

test('covered points are ticked off, cited, heard, cleared, and counted', async () => {
  const opened = await openWith(waited, { prompt: PROMPT });
  const points = region('Covered points');
  await expect.element(points).toMatchTextContent(/3 to tick/);
  // Folded while something else was due when the page was opened.
  await expect.element(points.getByRole('radio')).not.toBeInTheDocument();
  await points.getByText('3 to tick').click();
  await point('The idempotency key', 'Yes').click();
  await point('Where it is <i>stored</i>', 'No').click();
  await point('Two requests at once', 'Partly').click();
  await expect.element(points).toMatchTextContent(/1 yes, 1 partly, 1 no/);
  await slider().fill('1.5');
  await expect.element(button('Cite this moment for Where it is <i>stored</i>')).toBeDisabled();
  await button('Cite this moment for The idempotency key').click();
  await expect
    .poll(async () => (await stored(opened)).covered, patiently)
    .toEqual({
      key: { answer: 'yes', atMs: 1500 },
      store: { answer: 'no' },
      race: { answer: 'partly' },
    });
  await again(opened);
  await expect.element(point('Two requests at once', 'Partly')).toBeChecked();
  await slider().fill('2.8');
  await button('0:01, cited for The idempotency key').click();
  await expect.element(player().getByRole('button', { name: 'Pause' })).toBeVisible();
  expect(Number((slider().element() as HTMLInputElement).value)).toBeLessThan(2.5);
  await button('Clear The idempotency key').click();
  await expect.element(point('The idempotency key', 'Yes')).not.toBeChecked();
  await expect.element(point('The idempotency key', 'Yes')).toHaveFocus();
  await point('The idempotency key', 'No').click();
  await expect.poll(async () => (await stored(opened)).covered['key'], patiently).toEqual({ answer: 'no' });
});

test('a prompt without points has no such region', async () => {
  await openReview({ ...LONG, prompt: { ...PROMPT, covers: [] } });
  await expect.element(form()).toBeVisible();
  await expect.element(region('Covered points')).not.toBeInTheDocument();
});

test('what a prompt’s points are is not shown before it was recorded', async () => {
  const { archive, router } = await openReview(LONG);
  const own = { ...PROMPT, id: 'own-one' as PromptId, category: 'own' as const, targetSec: 300 };
  await archive.prompts.put({ ...own, createdAt: 1, updatedAt: 1 });
  for (const path of ['/', '/prompts', `/prompts/${own.id}`, `/practice/${own.id}`]) {
    await router.navigate(path);
    await expect.element(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expect.element(page.getByText('Two requests at once')).not.toBeInTheDocument();
  }
});

test('the focus an attempt carried is asked about before scoring, with its moment', async () => {
  const opened = await openWith(waited, { focus: CARRIED });
  const last = region('Last focus');
  await expect.element(last).toMatchTextContent(/I will say <b>when<\/b> I would not\./);
  await slider().fill('1.25');
  await last.getByRole('radio', { name: 'Partly' }).click();
  await button('Cite this moment for the last focus').click();
  await expect
    .poll(async () => (await stored(opened)).focusDone, patiently)
    .toEqual({ answer: 'partly', atMs: 1250 });
  await again(opened);
  await expect.element(last.getByRole('radio', { name: 'Partly' })).toBeChecked();
  await button('0:01, cited for the last focus').click();
  await expect.element(player().getByRole('button', { name: 'Pause' })).toBeVisible();
  await button('Clear the answer').click();
  await expect.poll(async () => (await stored(opened)).focusDone, patiently).toBeUndefined();
});

test('the question about the last focus is passed over by scoring, and moves nothing', async () => {
  await openWith(waited, { focus: CARRIED });
  await expect.element(region('Last focus')).toBeVisible();
  const level = radio('Pacing: Results', '2 Partial');
  level.element().scrollIntoView({ block: 'center' });
  const { top } = level.element().getBoundingClientRect();
  await userEvent.click(level.element());
  await expect.element(form()).toMatchTextContent(/draft saved/);
  expect(level.element().getBoundingClientRect().top).toBe(top);
  await expect.element(region('Last focus')).toBeVisible();
});

const LOCKED = { scores: { ...all(3), 'depth.tradeoffs': 2 as const }, lockedAt: 1_790_000_200_000 };
const PY_GIL = { promptId: 'py-gil' as PromptId };
const ifThen = () => region('Focus').getByRole('textbox', { name: 'If-then' });

test('a lock ends in one focus, in one’s own words, and it is kept', async () => {
  const { lockedAt: _, ...unlocked } = LOCKED;
  const opened = await openReview({ ...LONG, ...PY_GIL, review: unlocked });
  await expect.element(region('Focus')).not.toBeInTheDocument();
  await expect.element(lock()).toBeEnabled();
  await lockUncited();
  await expect.element(overall()).toMatchTextContent(/of 100/);
  const focus = region('Focus');
  await expect.element(focus.getByRole('heading')).toMatchTextContent('Technical depth of Trade-offs');
  await expect.element(focus).toMatchTextContent(/For 3 Compares two options on one axis/);
  await expect
    .element(ifThen())
    .toHaveValue('When I give the decision, I will add: I would switch if {condition}.');
  await ifThen().fill(' ');
  await button('Save focus').click();
  await expect.element(focus).toMatchTextContent(/Write one sentence/);
  await ifThen().fill('When I decide, I will say <b>what</b> flips it.');
  await again(opened);
  await expect.element(ifThen()).toHaveValue('When I decide, I will say <b>what</b> flips it.');
  await expectGoodLooks();
  await button('Save focus').click();
  await expect.element(focus).toMatchTextContent(/When I decide, I will say <b>what<\/b> flips it\./);
  await expect.element(focus.getByRole('heading')).toHaveFocus();
  await expect.element(ifThen()).not.toBeInTheDocument();
  await expect
    .poll(async () => (await stored(opened)).focus, patiently)
    .toMatchObject({
      cell: 'depth.tradeoffs',
      label: 'Technical depth: Trade-offs',
      level: 2,
      ifThen: 'When I decide, I will say <b>what</b> flips it.',
      rubric: RUBRIC,
    });
  await again(opened);
  await expect.element(button('Change')).toBeVisible();
  await expectGoodLooks();
  await button('Change').click();
  await expect.element(ifThen()).toHaveValue('When I decide, I will say <b>what</b> flips it.');
});

test('another cell may be chosen, and each keeps what was typed for it', async () => {
  const opened = await openReview({ ...LONG, ...PY_GIL, review: LOCKED });
  await ifThen().fill('Mine.');
  const other = region('Focus').getByRole('combobox', { name: 'Another cell' });
  await other.selectOptions('Clarity: Next, at 3');
  await expect.element(region('Focus').getByRole('heading')).toMatchTextContent('Clarity of Next');
  await expect
    .element(ifThen())
    .toHaveValue("When 20 seconds remain, I will say 'Next' and give one action and one recap sentence.");
  await expect
    .element(region('Focus').getByRole('link', { name: 'Redo Next, 60 seconds' }))
    .toHaveAttribute('href', `/practice/py-gil?drill=${opened.attempt.id}&step=next`);
  await other.selectOptions('Technical depth: Trade-offs, at 2');
  await expect.element(ifThen()).toHaveValue('Mine.');
  await other.selectOptions('Clarity: Next, at 3');
  await button('Save focus').click();
  await expect.poll(async () => (await stored(opened)).focus?.cell, patiently).toBe('clarity.next');
});

test('the links lead on while the prompt is there, and there is one to practise it again', async () => {
  const opened = await openReview({ ...LONG, ...PY_GIL, review: LOCKED });
  await expect
    .element(region('Focus').getByRole('link', { name: 'Redo Trade-offs, 75 seconds' }))
    .toHaveAttribute('href', `/practice/py-gil?drill=${opened.attempt.id}&step=tradeoffs`);
  expect(page.getByRole('link', { name: 'Practise again' }).elements()).toHaveLength(1);
  const gone = await openReview({ ...LONG, promptId: 'gone' as PromptId, review: LOCKED });
  await expect.element(ifThen()).toBeVisible();
  expect(gone.attempt.promptId).toBe('gone');
  // A step is drilled by the attempt’s own copy of what was asked.
  await expect.element(region('Focus').getByRole('link', { name: /^Redo/ })).toBeVisible();
  await expect.element(page.getByRole('link', { name: 'Practise again' })).not.toBeInTheDocument();
});

/** An earlier attempt whose review ended in this focus. */
async function anEarlierFocus(
  archive: Archive,
  fields: Partial<Focus>,
  savedAt: number,
  startedAt = 1_789_000_000_000,
) {
  const clip = await wholeOf(await record({ seconds: 3 })).arrayBuffer();
  const earlier = await keepAnAttempt(archive, { startedAt }, [clip]);
  const focus: Focus = {
    cell: 'depth.tradeoffs',
    label: 'Technical depth: Trade-offs',
    level: 2,
    ifThen: 'My own words.',
    rubric: RUBRIC,
    savedAt,
    ...fields,
  };
  await archive.coaching.update(earlier.id, () => ({ ...blankCoaching(earlier.id), focus }));
}

test('the same focus comes a second time in one’s own words, then the step alone, then another cell', async () => {
  const opened = await openReview({ ...LONG, ...PY_GIL, review: LOCKED });
  const focus = region('Focus');
  await expect.element(focus).toMatchTextContent(/^One focusTechnical/);
  await anEarlierFocus(opened.archive, {}, 1_790_000_000_001);
  await again(opened);
  await expect.element(focus).toMatchTextContent(/One focus, for the second time/);
  await expect.element(ifThen()).toHaveValue('My own words.');
  await anEarlierFocus(opened.archive, {}, 1_790_000_000_002);
  await again(opened);
  await expect.element(focus).toMatchTextContent(/The step alone first/);
  await expect.element(focus).toMatchTextContent(/Two attempts had this focus, and it is at 2\./);
  await anEarlierFocus(opened.archive, { level: 1 }, 1_790_000_000_003);
  await anEarlierFocus(opened.archive, { level: 1 }, 1_790_000_000_004);
  await again(opened);
  await expect.element(focus.getByRole('heading')).toMatchTextContent('Technical depth of Approach');
  await expect
    .element(focus)
    .toMatchTextContent(/Technical depth of Trade-offs had two attempts and has changed/);
});

test('the focuses of later attempts count for nothing', async () => {
  const opened = await openReview({ ...LONG, ...PY_GIL, review: LOCKED });
  const later = opened.attempt.startedAt + 1;
  for (const savedAt of [1, 2, 3])
    await anEarlierFocus(opened.archive, {}, 1_795_000_000_000 + savedAt, later);
  await again(opened);
  await expect.element(region('Focus')).toMatchTextContent(/^One focusTechnical/);
  await anEarlierFocus(opened.archive, {}, 1_790_000_000_001);
  await again(opened);
  await expect.element(region('Focus')).toMatchTextContent(/One focus, for the second time/);
});

/** Changes are refused for as long as the disk is full, after a moment. */
async function openOnAFullDisk(fields: Kept) {
  let isFull = true;
  const opened = await openReview(fields, (real) => ({
    ...real,
    coaching: {
      ...real.coaching,
      update: async (...given) => {
        await new Promise((resolve) => setTimeout(resolve, 100));
        if (isFull) throw new StorageError('full');
        return real.coaching.update(...given);
      },
    },
  }));
  return {
    ...opened,
    free: () => {
      isFull = false;
    },
  };
}

test('a focus that cannot be stored stays in its field, and is saved once there is room', async () => {
  const opened = await openOnAFullDisk({ ...LONG, ...PY_GIL, review: LOCKED });
  await ifThen().fill('Not to be lost.');
  const field = ifThen().element();
  await button('Save focus').click();
  await expect.element(page.getByRole('alert')).toBeVisible();
  await expect.element(ifThen()).toHaveValue('Not to be lost.');
  expect(ifThen().element()).toBe(field);
  await again(opened);
  await expect.element(ifThen()).toHaveValue('Not to be lost.');
  opened.free();
  await button('Save focus').click();
  await expect.element(button('Change')).toBeVisible();
  await expect.element(region('Focus').getByRole('heading')).toHaveFocus();
  expect((await stored(opened)).focus?.ifThen).toBe('Not to be lost.');
  await button('Change').click();
  await ifThen().fill('Other words.');
  const { focus } = await stored(opened);
  await button('Save focus').click();
  await expect.element(button('Change')).toBeVisible();
  // Other words for the same cell are no newer focus.
  expect((await stored(opened)).focus).toEqual({ ...focus, ifThen: 'Other words.' });
});

test('a quick review is focused within its step', async () => {
  const scores = { 'clarity.next': 2, 'pacing.next': 3, 'depth.next': 3 } as const;
  await openReview({
    ...LONG,
    ...PY_GIL,
    marks: [
      { step: 'situation', atMs: 0 },
      { step: 'next', atMs: 30_000 },
    ],
    review: { mode: 'quick', quickStep: 'next', scores, lockedAt: 1_790_000_200_000 },
  });
  await expect.element(region('Focus').getByRole('heading')).toMatchTextContent('Clarity of Next');
  expect(region('Focus').getByRole('option').elements()).toHaveLength(3);
});

test('the question about the last focus that was scored past is still asked after the lock', async () => {
  const opened = await openReview({ ...LONG, focus: CARRIED, review: LOCKED });
  await region('Last focus').getByRole('radio', { name: 'Partly' }).click();
  await expect.poll(async () => (await stored(opened)).focusDone, patiently).toEqual({ answer: 'partly' });
  await expect.element(region('Last focus').getByRole('radio', { name: 'Partly' })).toBeChecked();
  await again(opened);
  await expect.element(region('Focus')).toBeVisible();
  await expect.element(region('Last focus').getByRole('radio')).not.toBeInTheDocument();
});

test('a review under a rubric that is gone has no focus', async () => {
  await openReview({ ...LONG, review: { ...LOCKED, rubricId: 'gone' } });
  await expect.element(button('Score anew')).toBeVisible();
  await expect.element(region('Focus')).not.toBeInTheDocument();
});

const LOOKS: readonly (readonly [string, (coaching: Coaching) => Coaching, Kept])[] = [
  ['predicting', (coaching) => coaching, {}],
  ['waiting', (coaching) => predictedAt(Date.now())(coaching), {}],
  ['asked about the last focus', waited, { focus: CARRIED, prompt: PROMPT }],
];
for (const [state, change, fields] of LOOKS)
  test(`the screen is accessible and fits, ${state}`, { timeout: 60_000 }, async () => {
    await openWith(change, fields);
    await expect.element(slider()).toBeVisible();
    await expectGoodLooks();
  });

test('a review that was half done survives at every stage', async () => {
  const opened = await openWith(waited, { focus: CARRIED, prompt: PROMPT, ...PY_GIL });
  await region('Last focus').getByRole('radio', { name: 'Yes' }).click();
  await region('Covered points').getByText('3 to tick').click();
  await point('The idempotency key', 'Yes').click();
  await radio('Clarity: Situation', '3 Solid').click();
  await expect.element(form()).toMatchTextContent(/draft saved/);
  await again(opened);
  await expect.element(region('Last focus').getByRole('radio', { name: 'Yes' })).toBeChecked();
  await expect.element(point('The idempotency key', 'Yes')).toBeChecked();
  await expect.element(radio('Clarity: Situation', '3 Solid')).toBeChecked();
  const [review] = await opened.archive.reviews.of(opened.attempt.id);
  if (review === undefined) throw new Error('It was stored');
  const lockedAt = Date.now();
  await opened.archive.reviews.put({ ...aReview(), ...review, updatedAt: lockedAt, lockedAt });
  await expect.element(region('Focus')).toBeVisible();
  await expect.element(region('Last focus')).not.toBeInTheDocument();
});

test('after the lock the answer about the last focus can still be read, and heard', async () => {
  const answered = (coaching: Coaching): Coaching => ({
    ...waited(coaching),
    focusDone: { answer: 'partly', atMs: 1250 },
  });
  await again(await openWith(answered, { focus: CARRIED, ...PY_GIL, review: LOCKED }));
  const main = page.getByRole('main');
  await expect.element(main).toMatchTextContent(/The focus of this attempt: Technical depth: Trade-offs/);
  await expect.element(main).toMatchTextContent(/I will say <b>when<\/b> I would not\./);
  await expect.element(main).toMatchTextContent(/Did you do it\? Partly, at 0:01/);
  await button('0:01, cited for the last focus').click();
  await expect.element(player().getByRole('button', { name: 'Pause' })).toBeVisible();
  await expectGoodLooks();
});
