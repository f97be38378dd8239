import { expect, onTestFinished, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { CommentId } from '../../src/domain/ids.ts';
import type { Archive } from '../../src/storage/archive.ts';
import { StorageError } from '../../src/storage/errors.ts';
import { setSingleKeys } from '../../src/ui/shortcuts.ts';
import { expectGoodLooks } from './app.tsx';
import { form, LONG, openReview, patiently, player, slider } from './open-review.ts';

const comments = () => page.getByRole('region', { name: 'Comments' });
const field = () => comments().getByRole('textbox', { name: 'Comment', exact: true });
const add = () => comments().getByRole('button', { name: 'Add comment' });
const items = () => comments().getByRole('listitem');
const play = () => player().getByRole('button', { name: 'Play', exact: true });
const pause = () => player().getByRole('button', { name: 'Pause', exact: true });
const edit = (index: number) => comments().getByRole('button', { name: 'Edit comment' }).nth(index);
const remove = (index: number) => comments().getByRole('button', { name: 'Delete comment' }).nth(index);

/** Plays without taking the focus; once more where the clip had ended before anybody looked. */
async function start() {
  const isPlaying = () => pause().elements().length > 0;
  const startOnce = async () => {
    if (!isPlaying()) (play().element() as HTMLButtonElement).click();
    await expect.poll(isPlaying, { timeout: 2000 }).toBe(true);
  };
  await startOnce().catch(startOnce);
}

type Opened = Awaited<ReturnType<typeof openReview>>;
const stored = async ({ archive, attempt }: Opened) => (await archive.coaching.of(attempt.id)).comments;

/** A review with comments at these instants. */
async function openWith(times: readonly number[], change?: (archive: Archive) => Archive) {
  const opened = await openReview({}, change);
  await opened.archive.coaching.update(opened.attempt.id, (coaching) => ({
    ...coaching,
    comments: times.map((atMs, index) => ({
      id: `c${index}` as CommentId,
      atMs,
      text: `Note ${index}`,
      createdAt: index,
      updatedAt: index,
    })),
  }));
  await expect.element(items().first()).toBeInTheDocument();
  await expect.element(slider()).toBeEnabled();
  return opened;
}

async function again({ router, attempt }: Opened) {
  await router.navigate('/settings');
  await expect.element(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible();
  await router.navigate(`/attempts/${attempt.id}`);
  await expect.element(form()).toBeVisible();
}

test('C notes something at the playhead: it pauses, Enter saves and plays on, and the focus goes back', async () => {
  const opened = await openReview();
  await expect.element(comments()).toMatchTextContent(/Press C while listening/);
  await expect.element(slider()).toBeEnabled();
  await slider().fill('1');
  player().getByRole('combobox', { name: 'Speed' }).element().focus();
  await userEvent.tab({ shift: true });
  const before = document.activeElement;
  await start();
  await userEvent.keyboard('c');
  await expect.element(play()).toBeVisible();
  await expect.element(field()).toHaveFocus();
  const at = Number((slider().element() as HTMLInputElement).value);
  await expect.element(field()).toHaveAttribute('placeholder', `At 0:0${Math.floor(at)}`);
  await userEvent.keyboard('Chosen <b>and</b> rejected{Enter}');
  await expect.element(pause()).toBeVisible();
  expect(document.activeElement).toBe(before);
  await expect.poll(() => stored(opened), patiently).toMatchObject([{ text: 'Chosen <b>and</b> rejected' }]);
  const [comment] = await stored(opened);
  // The sound goes on for some milliseconds after the key.
  expect(Math.abs((comment?.atMs ?? 0) - at * 1000)).toBeLessThan(150);
  await expect.element(items()).toMatchTextContent(/Chosen <b>and<\/b> rejected/);
  await expect.element(field()).toHaveValue('');
});

test('Escape drops it, plays on, and gives the focus back; a replay that stood stays so', async () => {
  const opened = await openReview();
  await expect.element(slider()).toBeEnabled();
  await start();
  await userEvent.keyboard('c');
  await userEvent.keyboard('Nothing much{Escape}');
  await expect.element(pause()).toBeVisible();
  await expect.element(field()).not.toHaveFocus();
  await expect.element(field()).toHaveValue('');
  await userEvent.keyboard(' ');
  await expect.element(play()).toBeVisible();
  await userEvent.keyboard('c');
  await userEvent.keyboard('Here it stands{Enter}');
  await expect.poll(() => stored(opened), patiently).toHaveLength(1);
  await expect.element(play()).toBeVisible();
});

test('the time in the empty field follows the playhead, and stands from the first letter on', async () => {
  const opened = await openReview();
  await expect.element(slider()).toBeEnabled();
  await slider().fill('1.2');
  await expect.element(field()).toHaveAttribute('placeholder', 'At 0:01');
  await slider().fill('2.4');
  await expect.element(field()).toHaveAttribute('placeholder', 'At 0:02');
  await field().fill('Two');
  await slider().fill('0.5');
  await expect.element(comments()).toMatchTextContent(/At 0:02\. Enter saves/);
  await add().click();
  await expect.poll(() => stored(opened), patiently).toMatchObject([{ text: 'Two', atMs: 2400 }]);
  await expect.element(field()).toHaveAttribute('placeholder', 'At 0:00');
});

test('typing pauses the replay', async () => {
  await openReview();
  await expect.element(slider()).toBeEnabled();
  await start();
  await field().fill('x');
  await expect.element(play()).toBeVisible();
});

test('words on their way survive a reload, with their time; an empty comment is none', async () => {
  const opened = await openReview();
  await expect.element(slider()).toBeEnabled();
  await slider().fill('1.5');
  await field().fill('Half a sent');
  await again(opened);
  await expect.element(field()).toHaveValue('Half a sent');
  await expect.element(comments()).toMatchTextContent(/At 0:01\. Enter saves/);
  await add().click();
  await expect.poll(() => stored(opened), patiently).toMatchObject([{ text: 'Half a sent', atMs: 1500 }]);
  await field().fill('   ');
  await add().click();
  await again(opened);
  await expect.element(items()).toMatchTextContent(/Half a sent/);
  expect(await stored(opened)).toHaveLength(1);
});

test('words that cannot be stored are in the field again', async () => {
  await openReview({}, (real) => ({
    ...real,
    coaching: { ...real.coaching, update: () => Promise.reject(new StorageError('full')) },
  }));
  await field().fill('Not to be lost');
  await add().click();
  await expect.element(page.getByRole('alert')).toBeVisible();
  await expect.element(field()).toHaveValue('Not to be lost');
  await expect.element(items()).not.toBeInTheDocument();
});

test('what was written while the last comment could not be stored stands after it', async () => {
  let refuse: () => void = () => undefined;
  await openReview({}, (real) => ({
    ...real,
    coaching: {
      ...real.coaching,
      update: () =>
        new Promise((_, reject) => {
          refuse = () => reject(new StorageError('full'));
        }),
    },
  }));
  await field().fill('One');
  await add().click();
  await expect.element(field()).toHaveValue('');
  await field().fill('Two');
  refuse();
  await expect.element(page.getByRole('alert')).toBeVisible();
  await expect.element(field()).toHaveValue('One\nTwo');
});

test('a change of a comment that cannot be stored stays in its form', async () => {
  let isFull = false;
  const opened = await openWith([500, 2000], (real) => ({
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
  await edit(0).click();
  const text = comments().getByRole('textbox', { name: 'Text' });
  await text.fill('Not to be lost');
  await comments().getByRole('spinbutton', { name: 'Time in seconds' }).fill('2.9');
  isFull = true;
  await comments().getByRole('button', { name: 'Save' }).click();
  await expect.element(page.getByRole('alert')).toBeVisible();
  await expect.element(text).toHaveValue('Not to be lost');
  await expect.element(text).toHaveFocus();
  await again(opened);
  await expect.element(text).toHaveValue('Not to be lost');
  isFull = false;
  await comments().getByRole('button', { name: 'Save' }).click();
  await expect.element(text).not.toBeInTheDocument();
  await expect.element(items().nth(1).getByRole('button').first()).toHaveFocus();
  expect(await stored(opened)).toMatchObject([{ text: 'Note 1' }, { text: 'Not to be lost', atMs: 2900 }]);
  await again(opened);
  await expect.element(items().nth(1)).toBeVisible();
  await expect.element(text).not.toBeInTheDocument();
});

test('each begins with its time, which goes there and plays; the one at the playhead is marked', async () => {
  await openWith([500, 2000]);
  const [first, second] = [items().nth(0), items().nth(1)];
  await slider().fill('0.4');
  await expect.element(first).not.toHaveAttribute('aria-current');
  await slider().fill('0.6');
  await expect.element(first).toHaveAttribute('aria-current', 'true');
  await second.getByRole('button', { name: '0:02' }).click();
  await expect.element(pause()).toBeVisible();
  await expect.element(second).toHaveAttribute('aria-current', 'true');
  await expect.element(first).not.toHaveAttribute('aria-current');
  expect(second.getByRole('button').first().element().textContent).toBe('0:02');
  await expectGoodLooks();
});

test('a comment is changed in place, and its time by a number or at the playhead', async () => {
  const opened = await openWith([500, 2000]);
  await edit(0).click();
  const text = comments().getByRole('textbox', { name: 'Text' });
  await expect.element(text).toHaveFocus();
  await text.fill('Better words');
  const seconds = comments().getByRole('spinbutton', { name: 'Time in seconds' });
  await seconds.fill('9');
  await expect.element(comments().getByRole('button', { name: 'Save' })).toBeDisabled();
  await expect.element(comments()).toMatchTextContent(/From 0 to 3\./);
  await seconds.fill('2.5');
  await again(opened);
  await expect.element(text).toHaveValue('Better words');
  await expect.element(seconds).toHaveValue(2.5);
  await expectGoodLooks();
  await text.fill('Best words');
  await userEvent.keyboard('{Enter}');
  await expect
    .poll(() => stored(opened), patiently)
    .toMatchObject([{ text: 'Note 1' }, { text: 'Best words', atMs: 2500 }]);
  await expect.element(items().nth(1).getByRole('button').first()).toHaveFocus();
  await slider().fill('1');
  await edit(1).click();
  await comments().getByRole('button', { name: 'Move here' }).click();
  await expect.element(seconds).toHaveValue(1);
  await comments().getByRole('button', { name: 'Save' }).click();
  await expect.poll(() => stored(opened), patiently).toMatchObject([{ text: 'Best words', atMs: 1000 }, {}]);
  await edit(0).click();
  await text.fill('Never mind');
  await userEvent.keyboard('{Escape}');
  await expect.element(items().nth(0)).toMatchTextContent(/Best words/);
  await expect.element(items().nth(0).getByRole('button').first()).toHaveFocus();
});

test('a time that was not touched keeps its milliseconds', async () => {
  const opened = await openWith([1234]);
  await edit(0).click();
  await comments().getByRole('textbox', { name: 'Text' }).fill('Same place');
  await userEvent.keyboard('{Enter}');
  await expect.poll(() => stored(opened), patiently).toMatchObject([{ text: 'Same place', atMs: 1234 }]);
});

test('deleting can be undone', async () => {
  const opened = await openWith([500, 2000]);
  const before = await stored(opened);
  await remove(0).click();
  await expect.poll(() => stored(opened), patiently).toHaveLength(1);
  await expect.element(page.getByText('Deleted the comment at 0:00.')).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => stored(opened), patiently).toEqual(before);
});

test('each is a pin on the drawing, for the eye alone, and the one at the playhead is filled', async () => {
  await openWith([500, 2000]);
  const pins = () => [...player().element().querySelectorAll<HTMLElement>('[class*=pin]')];
  expect(pins().map((pin) => [pin.style.getPropertyValue('--at'), pin.ariaHidden])).toEqual([
    [String(500 / 3000), 'true'],
    [String(2000 / 3000), 'true'],
  ]);
  await slider().fill('2.1');
  await expect.poll(() => pins().map((pin) => pin.className.includes('here'))).toEqual([false, true]);
});

test('single keys that are switched off neither comment nor are promised', async () => {
  await openReview(LONG);
  setSingleKeys(false);
  onTestFinished(() => setSingleKeys(true));
  await expect.element(comments()).toMatchTextContent(/Typing pauses the replay/);
  await userEvent.keyboard('c');
  await expect.element(field()).not.toHaveFocus();
});

test('without its sound an attempt can still be commented on', async () => {
  const opened = await openReview({ audioDeletedAt: 1_790_000_200_000 });
  await field().fill('From memory');
  await add().click();
  await expect.poll(() => stored(opened), patiently).toMatchObject([{ text: 'From memory', atMs: 0 }]);
  await expect.element(items().getByRole('button', { name: '0:00' })).toBeDisabled();
});

test('of five hundred only what changes renders again while it plays', async () => {
  const opened = await openWith(Array.from({ length: 500 }, (_, index) => index * 5));
  await expect.poll(() => items().elements().length, patiently).toBe(500);
  await slider().fill('0');
  const changed = new Set<Node>();
  const observer = new MutationObserver((records) => {
    for (const { target } of records)
      changed.add(target instanceof Element ? (target.closest('li') ?? target) : target);
  });
  observer.observe(items().first().element().parentElement ?? document.body, {
    subtree: true,
    attributes: true,
    childList: true,
    characterData: true,
  });
  await slider().fill('0.006');
  await expect.element(items().nth(1)).toHaveAttribute('aria-current', 'true');
  observer.disconnect();
  expect(changed.size).toBe(2);
  // The rest of the page is no further away than with a screenful.
  const { height } = comments().element().getBoundingClientRect();
  expect(height).toBeLessThan(900);
  expect(await stored(opened)).toHaveLength(500);
});
