import { expect, onTestFinished, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { KeptAttempt } from '../../src/domain/attempt.ts';
import type { PromptId } from '../../src/domain/ids.ts';
import { importInWorker } from '../../src/finish/client.ts';
import { StorageError } from '../../src/storage/errors.ts';
import { holdLock, takeLock } from '../../src/storage/locks.ts';
import { newAttemptId, newPromptId } from '../../src/storage/new-id.ts';
import { anEmptyArchive, anUnfinishedAttempt, keepAnAttempt } from '../support/factories.ts';
import { expectGoodLooks, openApp } from './app.tsx';
import { aFilm, anImport } from './import-files.ts';
import {
  all,
  form,
  type Kept,
  LONG,
  lock,
  marksAt,
  openReview,
  patiently,
  player,
  radio,
  slider,
} from './open-review.ts';
import { record, storeTake, wholeOf } from './takes.ts';

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

test('a clip that storage will not give now is not called missing, and can be asked for again', async () => {
  let isGone = true;
  await openReview(LONG, (real) => ({
    ...real,
    clips: {
      ...real.clips,
      read: (id) => (isGone ? Promise.reject(new StorageError('unavailable')) : real.clips.read(id)),
    },
  }));
  await expect.element(page.getByRole('alert')).toMatchTextContent(/cannot be read now/);
  expect(player().element().textContent).not.toContain('missing');
  await expect.element(player().getByRole('button', { name: 'Play', exact: true })).toBeDisabled();
  await expectGoodLooks();
  isGone = false;
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect.element(player().getByRole('button', { name: 'Play', exact: true })).toBeEnabled();
  await expect.element(page.getByRole('alert')).not.toBeInTheDocument();
  await expect.element(player()).toHaveFocus();
});

test('a drawing that failed is an alert, and can be tried again', async () => {
  let fails = true;
  await openReview(LONG, (real) => ({
    ...real,
    peaks: {
      ...real.peaks,
      get: (id) => (fails ? Promise.reject(new Error('Any failure will do')) : real.peaks.get(id)),
    },
  }));
  await expect.element(page.getByRole('alert')).toMatchTextContent(/could not be drawn/);
  fails = false;
  await page.getByRole('button', { name: 'Analyse again' }).click();
  await expect.element(player()).toHaveFocus();
  await expect.poll(() => document.querySelector('svg path[d^="M2 "]'), patiently).not.toBeNull();
  await expect.element(page.getByRole('alert')).not.toBeInTheDocument();
});

test('a take that ended by itself says why, and what was planned can be read again', async () => {
  const promptId = 'py-gil' as PromptId;
  await openReview({ endedBy: 'disk-full', durationMs: 134_000, promptId });
  await expect.element(page.getByText('We kept 2:14 of this take: the disk was full.')).toBeVisible();
  await page.getByText('Your outline').click();
  await expect.element(page.getByText('A client that times out')).toBeVisible();
  await expect.element(page.getByText('How do you make a retried payment harmless?')).toBeVisible();
  await expect
    .element(page.getByRole('link', { name: 'Practise again' }))
    .toHaveAttribute('href', `/practice/${promptId}`);
});

test('a prompt that was deleted is not offered to be practised again', async () => {
  await openReview({ promptId: newPromptId() });
  await expect.element(slider()).toBeVisible();
  await expect.element(page.getByRole('link', { name: 'Practise again' })).not.toBeInTheDocument();
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
  await expect.element(page.getByText(/^Recovered: 0:0[23]/)).toBeVisible();
  await expect.element(player().getByRole('button', { name: 'Play Approach' })).toBeVisible();
});

test('a take that another tab records is waited for', async () => {
  const archive = await anEmptyArchive();
  const attempt = await storeTake(archive, [await record({ seconds: 3 })]);
  const release = await holdLock(takeLock(attempt.id));
  if (release === null) throw new Error('Nobody else holds it');
  await openApp(archive, `/attempts/${attempt.id}`);
  await expect.element(page.getByText('Another tab is busy with this take')).toBeVisible();
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

test('the picture of a film that was imported is seen', async () => {
  const archive = await anEmptyArchive();
  const film = await aFilm();
  const attempt = anImport(film);
  await importInWorker(archive, film, attempt);
  await openApp(archive, `/attempts/${attempt.id}`);
  const video = () => player().element().querySelector('video');
  await expect.poll(() => (video()?.videoWidth ?? 0) > 0, patiently).toBe(true);
  await expect.element(video()).toBeVisible();
  await player().getByRole('button', { name: 'Hide picture' }).click();
  await expect.element(video()).not.toBeVisible();
  await player().getByRole('button', { name: 'Show picture' }).click();
  await expectGoodLooks();
});

test('an import without its audio does not open the marking that it cannot be used for', async () => {
  const audioDeletedAt = 1_790_000_200_000;
  await openReview({ source: 'imported', imported: { fileName: 'memo.wav' }, marks: [], audioDeletedAt });
  await expect.element(player()).toMatchTextContent('The audio of this attempt was deleted');
  await expect.element(page.getByRole('group', { name: 'Mark at the playhead' })).not.toBeInTheDocument();
  await expect.element(page.getByRole('button', { name: 'Mark steps' })).toBeDisabled();
});

test('a mark that could not be stored leaves nothing to undo', async () => {
  let answer: () => Promise<null> = () => Promise.resolve(null);
  await openReview({ marks: [] }, (real) => ({
    ...real,
    attempts: { ...real.attempts, update: () => answer() },
  }));
  await expect.element(slider(), patiently).toBeEnabled();
  const [mark, undo] = ['Mark Approach', 'Undo last mark'].map((name) => page.getByRole('button', { name }));
  if (mark === undefined || undo === undefined) throw new Error('No buttons');
  await page.getByRole('button', { name: 'Mark steps' }).click();
  // Deleted by another tab, and refused.
  for (const next of [answer, () => Promise.reject(new StorageError('full'))]) {
    answer = next;
    await mark.click();
    await expect.element(undo).toBeDisabled();
    await expect.element(page.getByRole('list', { name: 'Marks' })).not.toBeInTheDocument();
  }
  await expect.element(page.getByRole('alert')).toMatchTextContent('The disk is full');
});
