import { expect, onTestFinished, test, vi } from 'vitest';
import { cdp, page } from 'vitest/browser';
import type { KeptAttempt } from '../../src/domain/attempt.ts';
import type { Archive } from '../../src/storage/archive.ts';
import { StorageError } from '../../src/storage/errors.ts';
import {
  anEmptyArchive,
  anOwnPrompt,
  aPartialOne,
  aReview,
  keepAnAttempt,
  someBytes,
} from '../support/factories.ts';
import { checkInvariants } from '../support/invariants.ts';
import { expectGoodLooks, openApp } from './app.tsx';
import { record, wholeOf } from './takes.ts';

const PATH = '/settings#data';
const DAY_MS = 86_400_000;
const patiently = { timeout: 15_000 };

const data = () => page.getByRole('region', { name: 'Data' });
const rows = () => data().getByRole('list', { name: 'Recordings' }).getByRole('listitem');
const box = (title: string) => data().getByRole('checkbox', { name: new RegExp(`^${title},`) });
const button = (name: string | RegExp) => page.getByRole('button', { name });
const titles = () =>
  rows()
    .elements()
    .map((row) => row.querySelector('label span')?.textContent);

/** An attempt `days` old with a clip of so many bytes. */
function keep(archive: Archive, title: string, days: number, bytes: number): Promise<KeptAttempt> {
  const prompt = { title, question: '?', kind: 'design' as const, covers: [], followUps: {} };
  const fields = { prompt, startedAt: Date.now() - days * DAY_MS - 1000 };
  return keepAnAttempt(archive, fields, [someBytes(bytes)]);
}

/** What the page hands to the browser's downloads, in place of handing it there. */
function catchDownloads(): string[] {
  const names: string[] = [];
  const click = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (
    this: HTMLAnchorElement,
  ) {
    names.push(this.download);
  });
  onTestFinished(() => click.mockRestore());
  return names;
}

test('an app without a recording says that nothing takes space', async () => {
  await openApp(await anEmptyArchive(), PATH);
  await expect.element(data()).toMatchTextContent(/Talkthrough uses .* on this device/);
  await expect.element(data()).toMatchTextContent('No recording takes any space');
  await expect.element(button(/Empty the trash/)).not.toBeInTheDocument();
  await expectGoodLooks();
});

test('recordings stand by size or by age, and are ticked by hand or by rule', async () => {
  const archive = await anEmptyArchive();
  await keep(archive, 'Old and small', 400, 10_000);
  const locked = await keep(archive, 'Large', 40, 3_000_000);
  await archive.reviews.put(aReview({ attemptId: locked.id, lockedAt: Date.now() }));
  await keep(archive, 'New', 1, 20_000);
  await openApp(archive, PATH);
  await expect.poll(titles).toEqual(['Large', 'New', 'Old and small']);
  await expect.element(data()).toMatchTextContent('3 recordings: 3 MB');
  await data().getByRole('combobox', { name: 'Order' }).selectOptions('Oldest first');
  expect(titles()).toEqual(['Old and small', 'Large', 'New']);

  const tick = data().getByRole('combobox', { name: 'Tick' });
  await tick.selectOptions('Older than 30 days (2)');
  await expect.element(data().getByText('2 ticked, 3 MB')).toBeVisible();
  await expect.element(box('New')).not.toBeChecked();
  await tick.selectOptions('Older than a year (1)');
  await expect.element(data().getByText('1 ticked, 10 kB')).toBeVisible();
  await tick.selectOptions('Reviewed and locked (1)');
  await expect.element(box('Large')).toBeChecked();
  await expect.element(box('Old and small')).not.toBeChecked();
  await box('New').click();
  await expect.element(data().getByText('2 ticked, 3 MB')).toBeVisible();
  await expect.element(tick).toHaveValue('hand');
  await expectGoodLooks();
});

test('only so many rows stand at once, and what is out of sight counts as ticked too', async () => {
  const archive = await anEmptyArchive();
  for (let index = 0; index < 25; index += 1) await keep(archive, `Take ${index}`, index, 1000 + index);
  await openApp(archive, PATH);
  await expect.poll(() => rows().elements().length).toBe(20);
  await data().getByRole('combobox', { name: 'Tick' }).selectOptions('All (25)');
  await expect.element(data().getByText(/^25 ticked/)).toBeVisible();
  await button('Show 5 more of 25').click();
  await expect.poll(() => rows().elements().length).toBe(25);
});

test('audio is deleted after one question with a figure; scores, marks and the wave stay', async () => {
  const archive = await anEmptyArchive();
  const sound = await wholeOf(await record({ seconds: 3 })).arrayBuffer();
  const attempt = await keepAnAttempt(archive, { durationMs: 3000, marks: [] }, [sound]);
  const { id } = attempt;
  await archive.reviews.put(aReview({ attemptId: id, lockedAt: 1_790_000_200_000 }));
  const { title } = attempt.prompt;
  await keep(archive, 'Stays', 1, 5000);
  await openApp(archive, PATH);

  await expect.element(button('Delete audio, keep scores')).toBeDisabled();
  await button('Delete audio, keep scores').click({ force: true });
  await expect.element(page.getByRole('dialog')).not.toBeInTheDocument();
  await box(title).click();
  await button('Delete audio, keep scores').click();
  const dialog = page.getByRole('dialog', { name: 'Delete the audio of 1 attempt?' });
  await expect.element(dialog).toMatchTextContent(/frees .* kB at once, and cannot be undone/);
  await expectGoodLooks();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  expect(await archive.clips.part(id, 0)).not.toBeNull();

  await button('Delete audio, keep scores').click();
  await dialog.getByRole('button', { name: /^Delete \d/ }).click();
  await expect.element(data().getByText(/^Freed/), patiently).toBeVisible();
  await expect.poll(titles).toEqual(['Stays']);
  expect(await archive.attempts.get(id)).toMatchObject({ audioDeletedAt: expect.any(Number) as number });
  expect(await archive.clips.part(id, 0)).toBeNull();
  // Its page was never opened: the wave was drawn up before the sound went.
  expect((await archive.peaks.get(id))?.max.some((peak) => peak > 10)).toBe(true);
  expect(await archive.reviews.of(id)).toHaveLength(1);
  expect(await checkInvariants()).toEqual([]);
});

test('an attempt whose audio was deleted shows its wave, its marks and its scores, and says why it is silent', async () => {
  const archive = await anEmptyArchive();
  const sound = await wholeOf(await record({ seconds: 3 })).arrayBuffer();
  const fields = { durationMs: 3000, marks: [{ step: 'approach' as const, atMs: 0 }] };
  const { id } = await keepAnAttempt(archive, fields, [sound]);
  await archive.reviews.put(aReview({ attemptId: id, lockedAt: 1_790_000_200_000 }));
  const router = await openApp(archive, `/attempts/${id}`);
  const player = page.getByRole('region', { name: 'Player' });
  const wave = () => player.element().querySelector('svg[viewBox$=" 128"] path')?.getAttribute('d') ?? null;
  await expect.poll(wave, patiently).not.toBeNull();
  const drawn = wave();
  // As another tab would.
  await archive.clips.erase(id);
  await expect.element(player).toMatchTextContent('The audio of this attempt was deleted');
  await expect.poll(wave, patiently).toBe(drawn);
  await expect.element(player.getByRole('button', { name: 'Play', exact: true })).toBeDisabled();
  await expect.element(player.getByRole('button', { name: 'Play Approach' })).toBeInTheDocument();
  await expect.element(button('Download recording')).not.toBeInTheDocument();
  await expect.element(page.getByRole('status', { name: 'Overall score' })).toMatchTextContent(/\d/);
  await expectGoodLooks();
  await router.navigate('/history');
  await expect.element(page.getByRole('row', { name: /Audio deleted/ })).toBeVisible();
  await expectGoodLooks();
});

test('deleting can be stopped between two attempts, and says what it did', async () => {
  const archive = await anEmptyArchive();
  for (const title of ['First', 'Second', 'Third']) await keep(archive, title, 1, 5000);
  const erased = Promise.withResolvers<undefined>();
  const slow: Archive = {
    ...archive,
    clips: {
      ...archive.clips,
      erase: async (id) => {
        await erased.promise;
        return archive.clips.erase(id);
      },
    },
  };
  await openApp(slow, PATH);
  await data().getByRole('combobox', { name: 'Tick' }).selectOptions('All (3)');
  await button('Delete audio, keep scores').click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Delete \d/ })
    .click();
  await expect.element(data().getByRole('progressbar', { name: 'Deleting audio' }), patiently).toBeVisible();
  await expectGoodLooks();
  await button('Stop').click();
  erased.resolve(undefined);
  await expect.element(data().getByText('Freed 5 kB')).toBeVisible();
  await expect.poll(() => rows().elements().length).toBe(2);
});

test('what storage refuses is said where it was asked for', async () => {
  const archive = await anEmptyArchive();
  await keep(archive, 'Stubborn', 1, 5000);
  const erase = () => Promise.reject(new StorageError('unavailable'));
  await openApp({ ...archive, clips: { ...archive.clips, erase } }, PATH);
  await box('Stubborn').click();
  await button('Delete audio, keep scores').click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Delete \d/ })
    .click();
  await expect.element(data().getByRole('alert'), patiently).toMatchTextContent('Nothing can be stored here');
  await expect.element(data().getByText(/^Freed/)).not.toBeInTheDocument();
  await expect.element(box('Stubborn')).toBeChecked();
});

test('recordings are downloaded by name, ten at a time', async () => {
  const names = catchDownloads();
  const archive = await anEmptyArchive();
  for (let index = 0; index < 12; index += 1) await keep(archive, `Take ${index}`, 1, 1000 + index);
  await openApp(archive, PATH);
  await data().getByRole('combobox', { name: 'Tick' }).selectOptions('All (12)');
  await button('Download the first 10').click();
  await expect.element(data().getByText('10 recordings handed to the browser')).toBeVisible();
  expect(names).toHaveLength(10);
  expect(names[0]).toMatch(/^\d{4}-\d\d-\d\d Take 11\.webm$/);
  await button('Delete audio, keep scores').click();
  await expect.element(page.getByRole('dialog')).toMatchTextContent('2 of 12 were not downloaded here');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await button('Download the other 2').click();
  await expect.poll(() => new Set(names).size).toBe(12);
  await expect.element(button('Download again')).toBeVisible();
});

test('what is not whole any more is tried, and not called downloaded', async () => {
  const names = catchDownloads();
  const archive = await anEmptyArchive();
  await keep(archive, 'Whole', 1, 2000);
  const { id } = await keep(archive, 'Damaged', 1, 3000);
  const read: Archive['clips']['read'] = async (which) => (which === id ? null : archive.clips.read(which));
  await openApp({ ...archive, clips: { ...archive.clips, read } }, PATH);
  await data().getByRole('combobox', { name: 'Tick' }).selectOptions('All (2)');
  await button('Download 2').click();
  await expect.element(data().getByText('1 recording handed to the browser')).toBeVisible();
  expect(names).toHaveLength(1);
  await expect.element(rows().filter({ hasText: 'Whole' })).toMatchTextContent('· downloaded');
  await expect.element(rows().filter({ hasText: 'Damaged' })).not.toMatchTextContent('· downloaded');
  await expect.element(button('Download again')).toBeVisible();
  await button('Delete audio, keep scores').click();
  await expect.element(page.getByRole('dialog')).toMatchTextContent('1 of 2 was not downloaded here.');
});

test('what is in no clip is deleted by hand alone, with a warning, and its page then claims nothing', async () => {
  const archive = await anEmptyArchive();
  const { id } = await aPartialOne(archive, 'Torn');
  await keep(archive, 'Whole', 1, 2000);
  const router = await openApp(archive, `/attempts/${id}`);
  await expect.element(page.getByText(/Nothing of it was deleted/)).toBeVisible();
  await router.navigate(PATH);
  await data().getByRole('combobox', { name: 'Tick' }).selectOptions('All (1)');
  await expect.element(box('Torn')).not.toBeChecked();
  await box('Torn').click();
  await button('Delete audio, keep scores').click();
  const dialog = page.getByRole('dialog');
  await expect.element(dialog).toMatchTextContent('is in the clip of “Torn”. What was kept of the rest goes');
  await dialog.getByRole('button', { name: /^Delete \d/ }).click();
  await expect.element(data().getByText('No recording takes any space.'), patiently).toBeVisible();
  // The button that had the focus went with the last recording.
  await expect.element(page.getByRole('heading', { level: 1 })).toHaveFocus();
  expect(await archive.chunks.read(id, 0, 0, 9)).toEqual([]);
  await router.navigate(`/attempts/${id}`);
  await expect.element(page.getByText('The audio of this attempt was deleted')).toBeVisible();
  await expect.element(page.getByText(/Nothing of it was deleted/)).not.toBeInTheDocument();
});

test('what cannot be added up says why, and can be added up again', async () => {
  const archive = await anEmptyArchive();
  await keep(archive, 'There', 1, 2000);
  let isAway = true;
  const page_: Archive['attempts']['page'] = (query) =>
    isAway ? Promise.reject(new StorageError('unavailable')) : archive.attempts.page(query);
  await openApp({ ...archive, attempts: { ...archive.attempts, page: page_ } }, PATH);
  await expect.element(data().getByRole('alert')).toMatchTextContent('could not be added up');
  await expectGoodLooks();
  isAway = false;
  await button('Try again').click();
  await expect.poll(titles).toEqual(['There']);
  await expect.element(data().getByRole('alert')).not.toBeInTheDocument();
});

test('the trash is emptied at once, with what it frees', async () => {
  const archive = await anEmptyArchive();
  const gone = await keep(archive, 'Gone', 1, 45_000);
  await archive.attempts.remove(gone.id);
  const prompt = anOwnPrompt();
  await archive.prompts.put(prompt);
  await archive.prompts.remove(prompt.id);
  await openApp(archive, PATH);
  await expect.element(data()).toMatchTextContent('2 things you deleted are still here');
  await button('Empty the trash: frees 45 kB').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Empty it' }).click();
  await expect.element(button(/Empty the trash/)).not.toBeInTheDocument();
  expect(await archive.attempts.restore(gone.id)).toBe(false);
  expect(await checkInvariants()).toEqual([]);
});

/** The browser's own answer to `persist()`. */
async function letKeep(mayKeep: boolean): Promise<void> {
  const { targetInfo } = await cdp().send('Target.getTargetInfo');
  await cdp().send('Browser.setPermission', {
    origin: location.origin,
    permission: { name: 'persistent-storage' },
    setting: mayKeep ? 'granted' : 'denied',
    ...(targetInfo.browserContextId === undefined ? {} : { browserContextId: targetInfo.browserContextId }),
  });
}

test('settings say whether the browser keeps everything, and ask it again', async () => {
  await letKeep(false);
  const archive = await anEmptyArchive();
  await openApp(archive, PATH);
  await expect.element(data()).toMatchTextContent('The browser may delete them when space runs out.');
  expect(await archive.settings.get('storage')).toEqual({ keeping: null });
  await button('Keep my recordings').click();
  await expect.element(data()).toMatchTextContent('did not agree');
  expect(await archive.settings.get('storage')).toEqual({ keeping: 'refused' });
  await letKeep(true);
  await button('Ask again').click();
  await expect.element(data()).toMatchTextContent('Kept until you delete them.');
  expect(await archive.settings.get('storage')).toEqual({ keeping: 'granted' });
  await letKeep(false);
});
