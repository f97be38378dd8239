import { expect, onTestFinished, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { KeptAttempt } from '../../src/domain/attempt.ts';
import type { Archive } from '../../src/storage/archive.ts';
import { keepAnAttempt } from '../support/factories.ts';
import { checkInvariants } from '../support/invariants.ts';
import { expectGoodLooks } from './app.tsx';
import { all, LONG, marksAt, openReview, patiently } from './open-review.ts';
import { record, storeTake, wholeOf } from './takes.ts';

const drills = () => page.getByRole('region', { name: 'Drills' });
const button = (name: string | RegExp) => drills().getByRole('button', { name });
const player = () => page.getByRole('region', { name: 'Player' });

async function addDrill(
  archive: Archive,
  parent: KeptAttempt,
  fields: Partial<KeptAttempt> = {},
  seconds = 2,
) {
  const clip = wholeOf(await record({ seconds, seed: 7 }));
  return keepAnAttempt(
    archive,
    {
      promptId: parent.promptId,
      parentId: parent.id,
      drillStep: 'tradeoffs',
      marks: [{ step: 'tradeoffs', atMs: 0 }],
      durationMs: seconds * 1000,
      targetMs: 75_000,
      ...fields,
    },
    [await clip.arrayBuffer()],
  );
}

/** Every sound element that plays, however it was made. */
function watchSounds({ neverEnd = false } = {}) {
  const playing = new Set<HTMLMediaElement>();
  const { play } = HTMLMediaElement.prototype;
  HTMLMediaElement.prototype.play = function (this: HTMLMediaElement) {
    playing.add(this);
    if (neverEnd) this.loop = true;
    return play.call(this);
  };
  onTestFinished(() => {
    HTMLMediaElement.prototype.play = play;
  });
  return () => [...playing].filter((media) => !media.paused).length;
}

test('a locked review offers to speak each step again, that of its focus first', async () => {
  const { attempt, archive } = await openReview({
    ...LONG,
    review: { scores: all(2), lockedAt: 1_790_000_200_000 },
  });
  const names = () =>
    drills()
      .getByRole('link')
      .elements()
      .map((link) => link.textContent);
  await expect
    .poll(names)
    .toEqual([
      'Redo Situation, 60 seconds',
      'Redo Approach, 90 seconds',
      'Redo Trade-offs, 75 seconds',
      'Redo Results, 60 seconds',
      'Redo Next, 60 seconds',
    ]);
  const rubric = { id: 'explanation-rubric', version: '1.0.0' };
  const focus = {
    cell: 'depth.tradeoffs',
    label: 'Technical depth: Trade-offs',
    level: 2,
    ifThen: 'I will',
    rubric,
    savedAt: 1,
  } as const;
  await archive.coaching.update(attempt.id, (coaching) => ({ ...coaching, focus }));
  await expect.poll(() => names()[0]).toBe('Redo Trade-offs, 75 seconds');
  await expect
    .element(drills().getByRole('link', { name: 'Redo Trade-offs, 75 seconds' }))
    .toHaveAttribute('href', `/practice/${attempt.promptId}?drill=${attempt.id}&step=tradeoffs`);
});

test('a drill and the original are heard one at a time', async () => {
  const sounds = watchSounds();
  const { archive, attempt } = await openReview();
  await addDrill(archive, attempt, {}, 3);
  await button(/^Play the drill of Trade-offs/).click();
  await expect.element(button(/^Pause the drill of Trade-offs/)).toBeVisible();
  await expect.poll(sounds, patiently).toBe(1);
  // So that the original never ends by itself.
  await userEvent.keyboard('l');
  await button('Play the original Trade-offs').click();
  await expect.element(player().getByRole('button', { name: 'Pause', exact: true })).toBeVisible();
  await expect.element(button(/^Play the drill of Trade-offs/)).toBeVisible();
  await expect.poll(sounds, patiently).toBe(1);
  await button(/^Play the drill of Trade-offs/).click();
  await expect.element(player().getByRole('button', { name: 'Play', exact: true })).toBeVisible();
  await expect.poll(sounds, patiently).toBe(1);
  await expect.element(button(/^Pause the drill of Trade-offs/)).toBeVisible();
  // To its end, where it stops by itself.
  await expect.element(button(/^Play the drill of Trade-offs/), patiently).toBeVisible();
  expect(sounds()).toBe(0);
});

test('leaving the page stops the drill', async () => {
  const sounds = watchSounds({ neverEnd: true });
  const { archive, attempt, router } = await openReview();
  await addDrill(archive, attempt, {}, 3);
  await button(/^Play the drill of/).click();
  await expect.poll(sounds, patiently).toBe(1);
  await router.navigate('/history');
  await expect.poll(sounds).toBe(0);
});

test('a drill can be deleted, and taken back', async () => {
  const { archive, attempt } = await openReview();
  const drill = await addDrill(archive, attempt);
  await expect.element(button(/^Play the drill of/)).toBeVisible();
  await expectGoodLooks();
  await button(/^Delete the drill of Trade-offs/).click();
  await expect.element(button(/^Play the drill of/)).not.toBeInTheDocument();
  expect(await archive.attempts.drillsOf(attempt.id)).toEqual([]);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.element(button(/^Play the drill of/)).toBeVisible();
  expect((await archive.attempts.drillsOf(attempt.id)).map(({ id }) => id)).toEqual([drill.id]);
});

test('a step that was not spoken has no original to play, and a deleted sound none at all', async () => {
  const { archive, attempt } = await openReview({ marks: marksAt(0, 500), durationMs: 3000 });
  const drill = await addDrill(archive, attempt);
  await expect.element(button(/^Play the drill of/)).toBeVisible();
  await expect.element(button(/^Play the original/)).not.toBeInTheDocument();
  await archive.clips.erase(drill.id);
  await expect.element(button(/^Play the drill of/)).not.toBeInTheDocument();
  await expect.element(drills()).toMatchTextContent(/audio deleted/);
});

test('a sound that is not there any more is said', async () => {
  let lost = '';
  const { archive, attempt } = await openReview({}, (real) => ({
    ...real,
    clips: { ...real.clips, read: async (id) => (id === lost ? null : real.clips.read(id)) },
  }));
  lost = (await addDrill(archive, attempt)).id;
  await button(/^Play the drill of/).click();
  await expect.element(drills().getByRole('alert')).toMatchTextContent(/cannot be read now/);
  await expect.element(button(/^Play the drill of/)).toBeVisible();
});

test('a drill’s own page plays it and says what it belongs to; it asks for no scores', async () => {
  const { archive, attempt, router } = await openReview(LONG);
  const drill = await addDrill(archive, attempt);
  await drills()
    .getByRole('link', { name: /^Trade-offs, / })
    .click();
  await expect.poll(() => router.state.location.pathname).toBe(`/attempts/${drill.id}`);
  await expect.element(player().getByRole('button', { name: 'Play Trade-offs' })).toBeVisible();
  await expect.element(page.getByRole('form', { name: 'Score' })).not.toBeInTheDocument();
  await expect.element(drills()).not.toBeInTheDocument();
  await expect.element(page.getByText('Drill of Trade-offs', { exact: true })).toBeVisible();
  await expectGoodLooks();
  const about = page.getByRole('region', { name: 'Drill', exact: true });
  await expect.element(about.getByRole('link')).toHaveAttribute('href', `/attempts/${attempt.id}#drills`);
  await archive.attempts.remove(attempt.id);
  await expect.element(about).toMatchTextContent(/The attempt it belonged to was deleted\./);
});

test('a drill that a crash cut short is finished like any take, and is its attempt’s', async () => {
  const { archive, attempt, router } = await openReview(LONG);
  const orphan = await storeTake(archive, [await record({ seconds: 2, seed: 7 })], {
    promptId: attempt.promptId,
    parentId: attempt.id,
    drillStep: 'results',
    marks: [{ step: 'results', atMs: 0 }],
  });
  await router.navigate(`/attempts/${orphan.id}`);
  const about = page.getByRole('region', { name: 'Drill', exact: true });
  await expect.element(about).toMatchTextContent(/^A drill of Results for Idempotency/);
  await about.getByRole('link').click();
  await expect.element(button(/^Play the drill of Results/)).toBeVisible();
  expect(await checkInvariants()).toEqual([]);
});

const away = () => page.getByRole('region', { name: 'Print or copy' });

test('before anything is scored there is nothing to take away, and no step to speak again', async () => {
  await openReview(LONG);
  await expect.element(page.getByRole('form', { name: 'Score' })).toBeVisible();
  await expect.element(drills()).not.toBeInTheDocument();
  await expect.element(away()).not.toBeInTheDocument();
});

test('a review is copied as Markdown', async () => {
  const { writeText } = navigator.clipboard;
  let copied = '';
  navigator.clipboard.writeText = async (text) => {
    copied = text;
  };
  onTestFinished(() => {
    navigator.clipboard.writeText = writeText;
  });
  await openReview({ ...LONG, review: { scores: all(3), lockedAt: Date.now() } });
  await away().getByRole('button', { name: 'Copy as Markdown' }).click();
  await expect.element(page.getByText('Copied as Markdown')).toBeInTheDocument();
  expect(copied).toMatch(/^# Idempotency\n/);
  expect(copied).toContain('**75 of 100, give or take 7**');
});

test('where the clipboard is refused, the text is there to be copied by hand', async () => {
  const { writeText } = navigator.clipboard;
  navigator.clipboard.writeText = () => Promise.reject(new DOMException('No', 'NotAllowedError'));
  onTestFinished(() => {
    navigator.clipboard.writeText = writeText;
  });
  await openReview({ ...LONG, review: { scores: all(3), lockedAt: Date.now() } });
  await away().getByRole('button', { name: 'Copy as Markdown' }).click();
  const field = page.getByRole('dialog').getByRole('textbox', { name: 'The review' });
  await expect.element(field).toHaveValue(expect.stringMatching(/^# Idempotency\n/));
  const { selectionStart, selectionEnd, value } = field.element() as HTMLTextAreaElement;
  expect([selectionStart, selectionEnd]).toEqual([0, value.length]);
  await expectGoodLooks();
  await userEvent.keyboard('{Escape}');
  await expect.element(page.getByRole('dialog')).not.toBeInTheDocument();
});

test('what is printed is in the page only while it is printed', async () => {
  await openReview({ ...LONG, review: { scores: all(3), lockedAt: Date.now() } });
  await expect.element(away()).toBeVisible();
  const paper = () => document.querySelector('body > article');
  expect(paper()).toBeNull();
  await expect
    .poll(() => {
      dispatchEvent(new Event('beforeprint'));
      return paper()?.textContent ?? '';
    })
    .toContain('75 of 100');
  dispatchEvent(new Event('afterprint'));
  await expect.poll(paper).toBeNull();
});
