import { expect, onTestFinished, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { KeptAttempt } from '../../src/domain/attempt.ts';
import { CELL_IDS, type Level, type Review, type Scores } from '../../src/domain/rubric.ts';
import { STEP_IDS } from '../../src/domain/step.ts';
import type { Archive } from '../../src/storage/archive.ts';
import { StorageError } from '../../src/storage/errors.ts';
import { holdLock, takeLock } from '../../src/storage/locks.ts';
import { newAttemptId } from '../../src/storage/new-id.ts';
import { anEmptyArchive, anUnfinishedAttempt, aReview, keepAnAttempt } from '../support/factories.ts';
import { expectGoodLooks, openApp } from './app.tsx';
import { record, storeTake, wholeOf } from './takes.ts';

const STEPS = ['Situation', 'Approach', 'Trade-offs', 'Results', 'Next'];
const CRITERIA = ['Clarity', 'Pacing', 'Technical depth'];
const NAMES = STEPS.flatMap((step) => CRITERIA.map((criterion) => `${criterion}: ${step}`));

type Kept = Partial<KeptAttempt> & { readonly review?: Partial<Review> };

/** A kept attempt of three seconds with a real clip, open for review. */
async function openReview(
  { review, ...fields }: Kept = {},
  change: (archive: Archive) => Archive = (same) => same,
) {
  await page.viewport(1280, 800);
  const archive = await anEmptyArchive();
  const clip = wholeOf(await record({ seconds: 3 }));
  const kept = { marks: marksAt(0, 500, 1000, 1500, 2000), durationMs: 3000, ...fields };
  const attempt = await keepAnAttempt(archive, kept, [await clip.arrayBuffer()]);
  if (review !== undefined) await archive.reviews.put(aReview({ attemptId: attempt.id, ...review }));
  const router = await openApp(change(archive), `/attempts/${attempt.id}`);
  return { archive, attempt, router };
}

function marksAt(...times: readonly number[]): KeptAttempt['marks'] {
  return times.flatMap((atMs, index) => {
    const step = STEP_IDS[index];
    return step === undefined ? [] : [{ step, atMs }];
  });
}

/** Marks of a longer take than was recorded: nothing of it is missing. */
const LONG = { durationMs: 60_000, marks: marksAt(0, 10_000, 20_000, 30_000, 40_000) };

function all(level: Level): Scores {
  return Object.fromEntries(CELL_IDS.map((cell) => [cell, level]));
}

/** Storage and workers may be slow on a busy machine. */
const patiently = { timeout: 10_000, interval: 20 };

const form = () => page.getByRole('form', { name: 'Score' });
const group = (name: string) => form().getByRole('radiogroup', { name, exact: true });
const radio = (name: string, level: string) => group(name).getByRole('radio', { name: level });
const lock = () => page.getByRole('button', { name: 'Lock scores' });
const overall = () => page.getByRole('status', { name: 'Overall score' });
const player = () => page.getByRole('region', { name: 'Player' });
const slider = () => player().getByRole('slider', { name: 'Position' });

async function storedReview(archive: Archive, { id }: KeptAttempt): Promise<Review | undefined> {
  return (await archive.reviews.of(id)).at(-1);
}

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

test('a choice that cannot be saved stays, says so, and is saved at the next try', async () => {
  let isFull = true;
  const { archive, attempt } = await openReview(LONG, (real) => ({
    ...real,
    reviews: {
      ...real.reviews,
      put: (review) => (isFull ? Promise.reject(new StorageError('full')) : real.reviews.put(review)),
    },
  }));
  await radio('Clarity: Situation', '4 Full').click();
  await expect.element(page.getByRole('alert')).toMatchTextContent(/not saved/);
  await expect.element(radio('Clarity: Situation', '4 Full')).toBeChecked();
  await lock().click();
  await expect.element(page.getByRole('alert')).toBeVisible();
  await expect.element(overall()).toBeEmptyDOMElement();
  isFull = false;
  await page.getByRole('button', { name: 'Save again' }).click();
  await expect.element(page.getByRole('alert')).not.toBeInTheDocument();
  expect(await storedReview(archive, attempt)).toMatchObject({
    scores: { 'clarity.situation': 4 },
    lockedAt: null,
  });
});

test('locking makes it final: a total, no more choices, the same after opening it again', async () => {
  const { archive, attempt, router } = await openReview({ ...LONG, review: { scores: all(3) } });
  await radio('Technical depth: Approach', '2 Partial').click();
  await lock().click();
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
  await radio('Clarity: Situation', '4 Full').click();
  await userEvent.keyboard('{Control>}{Enter}{/Control}');
  await expect.element(overall()).toMatchTextContent(/100 of 100, provisional/);
  await expect.element(overall()).toMatchTextContent(/Only 1 of 15 cells count/);
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
  await expect.element(form()).toMatchTextContent(/3 s marked: counts as missing, 0 in all three cells/);
  await expect.element(form()).toMatchTextContent(/12 of 12 · 3 missing/);
  await expect.element(radio('Clarity: Next', '3 Solid')).toBeChecked();
  await radio('Clarity: Next', '4 Full').click();
  await lock().click();
  await expect.element(overall()).toMatchTextContent(/64 of 100/);
  await expect.element(overall()).toMatchTextContent(/Next counts as missing/);
  const clip = await wholeOf(await record({ seconds: 3 })).arrayBuffer();
  const unmarked = await keepAnAttempt(archive, { marks: [], durationMs: 3000 }, [clip]);
  await archive.reviews.put(aReview({ attemptId: unmarked.id, scores: all(3) }));
  await router.navigate(`/attempts/${unmarked.id}`);
  await expect.element(page.getByText('No steps marked in this take')).toBeVisible();
  await lock().click();
  await expect.element(overall()).toMatchTextContent(/75 of 100/);
});

test('the caps that lower the total are named', async () => {
  const scores: Scores = { ...all(4), 'depth.tradeoffs': 1 };
  await openReview({ ...LONG, review: { scores, wrongSteps: ['tradeoffs'] } });
  await lock().click();
  await expect.element(overall()).toMatchTextContent(/60 of 100/);
  await expect
    .element(overall())
    .toMatchTextContent(/At most 60 while something said in Approach or Trade-offs is wrong\./);
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

for (const width of [1280, 375])
  test(`nothing moves when the clip has been read, ${width} px`, async () => {
    let show: () => void = () => undefined;
    const isAsked = new Promise<void>((resolve) => {
      show = resolve;
    });
    await openReview(LONG, (real) => ({
      ...real,
      clips: { ...real.clips, read: (id) => isAsked.then(() => real.clips.read(id)) },
    }));
    await page.viewport(width, 800);
    const question = page.getByRole('heading', { name: 'The question' });
    await expect.element(question).toBeVisible();
    const { top } = question.element().getBoundingClientRect();
    show();
    await expect.element(slider()).toBeVisible();
    expect(Math.abs(question.element().getBoundingClientRect().top - top)).toBeLessThan(1);
  });

test('the slider is a range of the length of the clip that speaks minutes and steps', async () => {
  await openReview();
  await expect.element(slider()).toHaveAttribute('type', 'range');
  await expect.element(slider()).toHaveAttribute('min', '0');
  await expect.element(slider()).toHaveAttribute('max', '3.000');
  await expect.element(slider()).toHaveAttribute('aria-valuetext', '0 seconds, Situation');
  await slider().fill('1.25');
  await expect.element(slider()).toHaveAttribute('aria-valuetext', '1 second, Trade-offs');
  await userEvent.keyboard('{Shift>}{ArrowRight}{/Shift}');
  await expect.element(slider()).toHaveValue('2.25');
  await userEvent.keyboard('{ArrowLeft}');
  await expect.element(slider()).toHaveValue('0');
});

test('keys play, move, change the speed, loop and jump to steps', async () => {
  await openReview();
  await expect.element(slider()).toBeVisible();
  await userEvent.keyboard(' ');
  await expect.element(player().getByRole('button', { name: 'Pause' })).toBeVisible();
  await userEvent.keyboard(' ');
  await expect.element(player().getByRole('button', { name: 'Play', exact: true })).toBeVisible();
  await userEvent.keyboard('4');
  await expect.element(slider()).toHaveAttribute('aria-valuetext', '1 second, Results');
  await expect.element(slider()).toHaveValue('1.5');
  await userEvent.keyboard('{Shift>}{ArrowLeft}{/Shift}');
  await expect.element(slider()).toHaveValue('0.5');
  await userEvent.keyboard(']]');
  await expect.element(player().getByRole('combobox', { name: 'Speed' })).toHaveValue('1.5');
  await userEvent.keyboard('[[');
  await expect.element(player().getByRole('combobox', { name: 'Speed' })).toHaveValue('1.25');
  await userEvent.keyboard('l');
  await expect.element(player().getByRole('checkbox', { name: 'Loop this step' })).toBeChecked();
});

test('each marked step has one button that plays its spans and opens its cells', async () => {
  const marks: KeptAttempt['marks'] = [
    { step: 'situation', atMs: 0 },
    { step: 'results', atMs: 600 },
    { step: 'situation', atMs: 1200 },
    { step: 'next', atMs: 1700 },
  ];
  await openReview({ marks });
  const steps = player().getByRole('list', { name: 'Steps' });
  const names = () =>
    steps
      .getByRole('button')
      .elements()
      .map((button) => button.querySelector('.vh')?.textContent);
  await expect.poll(names, patiently).toEqual(['Play Situation', 'Play Results', 'Play Next']);
  await steps.getByRole('button', { name: 'Play Results' }).click();
  await expect.element(player().getByRole('button', { name: 'Pause' })).toBeVisible();
  await expect
    .element(form().getByRole('button', { name: /^Results/ }))
    .toHaveAttribute('aria-expanded', 'true');
  await expect.element(player().getByRole('button', { name: 'Play', exact: true })).toBeVisible();
  await expect.element(slider()).toHaveValue('1.2');
});

test('the recording is downloaded under a name that can be read', async () => {
  await openReview({ startedAt: Date.UTC(2026, 10, 22, 9), timeZone: 'Europe/Berlin' });
  const downloads: HTMLAnchorElement[] = [];
  const { click } = HTMLAnchorElement.prototype;
  HTMLAnchorElement.prototype.click = function (this: HTMLAnchorElement) {
    downloads.push(this);
  };
  onTestFinished(() => {
    HTMLAnchorElement.prototype.click = click;
  });
  await player().getByRole('button', { name: 'Download recording' }).click();
  expect(downloads[0]?.download).toBe('2026-11-22 Idempotency.webm');
  const saved = await (await fetch(downloads[0]?.href ?? '')).arrayBuffer();
  expect(saved.byteLength).toBe(wholeOf(await record({ seconds: 3 })).size);
});

test('the sound is drawn, and the drawing is stored for the next time', async () => {
  const { archive, attempt } = await openReview();
  await expect.poll(() => document.querySelector('svg path[d^="M2 "]'), patiently).not.toBeNull();
  await expect.poll(() => archive.peaks.get(attempt.id), patiently).not.toBeNull();
});

test('a clip that does not play is said so, can be downloaded, and the form works', async () => {
  const archive = await anEmptyArchive();
  const attempt = await keepAnAttempt(archive, { ...LONG }, [
    new TextEncoder().encode('no sound at all').buffer,
  ]);
  await openApp(archive, `/attempts/${attempt.id}`);
  await expect.element(page.getByRole('alert')).toMatchTextContent(/cannot play the recording/);
  await expect.element(player().getByRole('button', { name: 'Download recording' })).toBeVisible();
  await expect.element(player().getByRole('button', { name: 'Play', exact: true })).toBeDisabled();
  await radio('Clarity: Situation', '4 Full').click();
  await expect.element(form()).toMatchTextContent(/draft saved/);
  await expectGoodLooks();
});

test('a clip with a part missing is said so, and the rest is offered', async () => {
  const archive = await anEmptyArchive();
  const clip = await wholeOf(await record({ seconds: 3 })).arrayBuffer();
  const attempt = await keepAnAttempt(archive, LONG, [clip]);
  await openApp(
    { ...archive, clips: { ...archive.clips, read: async () => null } },
    `/attempts/${attempt.id}`,
  );
  await expect.element(page.getByRole('alert')).toMatchTextContent(/Part of this recording is missing/);
  await expect.element(player().getByRole('button', { name: 'Download recording' })).toBeVisible();
  await expect.element(radio('Clarity: Situation', '4 Full')).toBeEnabled();
});

test('a take that ended by itself says why, and what was planned can be read again', async () => {
  await openReview({ endedBy: 'disk-full', durationMs: 134_000 });
  await expect.element(page.getByText('We kept 2:14 of this take: the disk was full.')).toBeVisible();
  await page.getByText('Your outline').click();
  await expect.element(page.getByText('A client that times out')).toBeVisible();
  await expect.element(page.getByText('How do you make a retried payment harmless?')).toBeVisible();
  await expect
    .element(page.getByRole('link', { name: 'Practise again' }))
    .toHaveAttribute('href', '/practice/idempotency');
});

test('an attempt nobody knows is a page with a way on', async () => {
  await openApp(await anEmptyArchive(), `/attempts/${newAttemptId()}`);
  await expect
    .element(page.getByRole('heading', { level: 1 }))
    .toMatchTextContent(/There is no such attempt/);
  await expect.element(page.getByRole('main').getByRole('link')).toBeVisible();
});

test('an unfinished take is finished and then reviewed', async () => {
  const archive = await anEmptyArchive();
  const attempt = await storeTake(archive, [await record({ seconds: 3 })], { marks: marksAt(0, 1000) });
  await openApp(archive, `/attempts/${attempt.id}`);
  await expect.element(slider(), { timeout: 15_000 }).toBeVisible();
  await expect.element(page.getByText(/^Recovered: 0:03/)).toBeVisible();
  await expect.element(player().getByRole('button', { name: 'Play Approach' })).toBeVisible();
});

test('a take that another tab records is waited for', async () => {
  const archive = await anEmptyArchive();
  const attempt = await storeTake(archive, [await record({ seconds: 3 })]);
  const release = await holdLock(takeLock(attempt.id));
  if (release === null) throw new Error('Nobody else holds it');
  await openApp(archive, `/attempts/${attempt.id}`);
  await expect.element(page.getByText('This take is being recorded in another tab')).toBeVisible();
  await release();
  await expect.element(slider(), { timeout: 15_000 }).toBeVisible();
});

test('a take without a sound is said so and can be deleted', async () => {
  const archive = await anEmptyArchive();
  const attempt = anUnfinishedAttempt();
  await archive.attempts.begin(attempt);
  const router = await openApp(archive, `/attempts/${attempt.id}`);
  await expect
    .element(page.getByRole('alert'), { timeout: 15_000 })
    .toMatchTextContent(/Nothing was recorded/);
  await page.getByRole('button', { name: 'Delete this take' }).click();
  await expect.poll(() => router.state.location.pathname, patiently).toBe('/');
  expect(await archive.attempts.get(attempt.id)).toBeNull();
});

const LOOKS: readonly (readonly [string, Kept])[] = [
  ['unscored', LONG],
  ['half scored', { ...LONG, review: { scores: { 'clarity.situation': 3, 'depth.approach': 1 } } }],
  ['locked', { ...LONG, review: { scores: all(3), lockedAt: 1_790_000_200_000 } }],
  ['without marks', { ...LONG, marks: [] }],
  ['with missing steps', {}],
];

for (const [state, fields] of LOOKS) {
  test(`the screen is accessible and fits, ${state}`, { timeout: 60_000 }, async () => {
    await openReview(fields);
    await expect.element(slider()).toBeVisible();
    await expectGoodLooks();
  });
}

test('on a phone the transport stands above the navigation while the form scrolls', async () => {
  await openReview(LONG);
  await page.viewport(375, 700);
  onTestFinished(() => page.viewport(1280, 800));
  await expect.element(slider()).toBeVisible();
  lock().element().scrollIntoView({ block: 'center' });
  const play = player().getByRole('button', { name: 'Play', exact: true });
  const { bottom } = play.element().getBoundingClientRect();
  const navigation = page.getByRole('navigation', { name: 'Main' }).element().getBoundingClientRect();
  expect(bottom).toBeLessThanOrEqual(navigation.top);
  expect(bottom).toBeGreaterThan(navigation.top - 20);
});

test('on a wide screen the player stays in view while the form scrolls', async () => {
  await openReview(LONG);
  await expect.element(slider()).toBeVisible();
  lock().element().scrollIntoView({ block: 'center' });
  await expect.element(slider()).toBeInViewport();
});
