import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { PromptId } from '../../src/domain/ids.ts';
import type { Archive } from '../../src/storage/archive.ts';
import {
  aChunk,
  anEmptyArchive,
  anOwnPrompt,
  anUnfinishedAttempt,
  keepAnAttempt,
} from '../support/factories.ts';
import { aMicrophone, answerGetUserMedia } from '../support/fake-microphone.ts';
import { checkInvariants } from '../support/invariants.ts';
import { expectGoodLooks, openApp } from './app.tsx';

const PATH = '/practice/py-refcount-cycles';
const STEPS = ['Situation', 'Approach', 'Trade-offs', 'Results', 'Next'] as const;

const button = (name: string) => page.getByRole('button', { name, exact: true });
const select = (name: string) => page.getByRole('combobox', { name, exact: true });
const timer = () => page.getByRole('timer', { name: 'Elapsed' });
const outlineField = (name: string) =>
  page.getByRole('region', { name: 'Outline' }).getByRole('textbox', { name, exact: true });
const step = (name: string) =>
  page.getByRole('group', { name: 'Steps' }).getByRole('button', { name, exact: true });

async function open(archive: Archive, path = PATH) {
  await page.viewport(1280, 800);
  // Outlines written in an earlier test.
  sessionStorage.clear();
  const { stream } = await aMicrophone();
  const asked = answerGetUserMedia(() => Promise.resolve(stream));
  const router = await openApp(archive, path);
  await expect.element(button('Start recording')).toBeVisible();
  return { router, asked };
}

/** Until the take's own timer says so, or more: the machine may be busy. */
async function speaks(seconds: number): Promise<void> {
  await expect
    .poll(() => Number(timer().element().textContent?.split(':')[1]), { timeout: seconds * 1000 + 8000 })
    .toBeGreaterThanOrEqual(seconds);
}

async function onlyAttempt(archive: Archive) {
  const { attempts } = await archive.attempts.page({ limit: 2 });
  expect(attempts).toHaveLength(1);
  return attempts[0];
}

/** The browser frees the lock of a take that was left a moment after it is told to. */
async function onlyOrphan(archive: Archive) {
  await expect.poll(() => archive.attempts.orphans()).toHaveLength(1);
  const [orphan] = await archive.attempts.orphans();
  return orphan;
}

test('before a take everything has its name, and the microphone waits for a press', async () => {
  const { asked } = await open(await anEmptyArchive());
  await expect
    .element(page.getByRole('heading', { level: 1 }))
    .toHaveTextContent('Reference counting and the cycle collector');
  for (const name of STEPS) await expect.element(outlineField(name)).toHaveAttribute('placeholder');
  const options = (name: string) => [...select(name).element().children].map((option) => option.textContent);
  expect(options('Target length')).toEqual(['2 minutes', '5 minutes', '10 minutes', 'Custom']);
  expect(options('Mode')).toEqual(['Cold', 'With outline', 'Exam']);
  expect(options('Countdown')).toEqual(['None', '3 seconds', '5 seconds']);
  await expect.element(select('Target length')).toHaveDisplayValue('5 minutes');
  expect(asked).toHaveLength(0);
  await button('Allow microphone').click();
  await expect.element(button('Allow microphone')).not.toBeInTheDocument();
  await expect.element(button('Start recording')).toHaveFocus();
  await expect.element(select('Microphone')).toBeVisible();
  const meter = page.getByRole('meter', { name: 'Input level' });
  await expect.element(meter).toHaveAttribute('aria-valuetext', 'Good level');
  expect(asked).toHaveLength(1);
});

test('what is covered stays hidden', async () => {
  const archive = await anEmptyArchive();
  const prompt = anOwnPrompt({ covers: [{ id: 'one', text: 'Names the cache key' }], targetSec: 90 });
  await archive.prompts.put(prompt);
  await open(archive, `/practice/${prompt.id}`);
  await expect.element(page.getByText('Names the cache key')).not.toBeInTheDocument();
  await expect.element(select('Target length')).toHaveDisplayValue('Custom');
  await expect.element(page.getByRole('spinbutton', { name: 'Custom length (minutes)' })).toHaveValue(1.5);
});

test('an address without a prompt says so', async () => {
  await openApp(await anEmptyArchive(), '/practice/nothing');
  await expect.element(page.getByRole('heading', { level: 1 })).toMatchTextContent('no such prompt');
  await expect.element(page.getByRole('main').getByRole('link')).toBeVisible();
});

test('the length is chosen by name or in minutes, and the budgets follow', async () => {
  await open(await anEmptyArchive());
  const outline = page.getByRole('region', { name: 'Outline' });
  await expect.element(outline).toMatchTextContent('1:30');
  await select('Target length').selectOptions('2 minutes');
  await expect.element(outline).toMatchTextContent('0:40');
  await select('Target length').selectOptions('Custom');
  const minutes = page.getByRole('spinbutton', { name: 'Custom length (minutes)' });
  await minutes.fill('0');
  await expect.element(page.getByText('Give a length from 0.5 to 180 minutes.')).toBeVisible();
  await expect.element(minutes).toHaveAttribute('aria-invalid', 'true');
  button('Start recording')
    .element()
    .dispatchEvent(new MouseEvent('click', { bubbles: true }));
  await expect.element(timer()).not.toBeInTheDocument();
  await minutes.fill('7.5');
  await expect.element(page.getByText('7 minutes 30 seconds, cold', { exact: false })).toBeVisible();
});

test('mode and countdown are remembered', async () => {
  const archive = await anEmptyArchive();
  await open(archive);
  await select('Mode').selectOptions('Exam');
  await select('Countdown').selectOptions('5 seconds');
  await expect.poll(() => archive.settings.get('recording')).toMatchObject({ mode: 'exam', countdownSec: 5 });
});

test('the outline outlives leaving the page, but not a finished take', async () => {
  const archive = await anEmptyArchive();
  const { router } = await open(archive);
  await outlineField('Approach').fill('Two collectors');
  await router.navigate('/settings');
  await router.navigate(PATH);
  await expect.element(outlineField('Approach')).toHaveValue('Two collectors');
  await button('Start recording').click();
  await speaks(1);
  await button('Finish').click();
  await expect.poll(() => router.state.location.pathname).toMatch('/attempts/');
  expect(await onlyAttempt(archive)).toMatchObject({ outline: { approach: 'Two collectors' } });
  await router.navigate(PATH);
  await expect.element(outlineField('Approach')).toHaveValue('');
});

test('a whole take by keys: start, five marks, pause, resume, finish', async () => {
  const archive = await anEmptyArchive();
  const { router } = await open(archive);
  await userEvent.keyboard('r');
  await expect.element(timer()).toBeVisible();
  expect(document.documentElement.dataset['recording']).toBe('true');
  await expect.element(step('Situation')).toHaveAttribute('aria-current', 'step');
  await expect.element(page.getByText('saved to 0:00')).toBeVisible();
  for (const [index, name] of STEPS.entries()) {
    await userEvent.keyboard(String(index + 1));
    await expect.element(step(name)).toHaveAttribute('aria-current', 'step');
    expect(document.querySelectorAll('[aria-current="step"]')).toHaveLength(1);
  }
  await speaks(1);
  await userEvent.keyboard(' ');
  await expect.element(button('Resume')).toBeVisible();
  await expect.element(page.getByText('Paused', { exact: true }).first()).toBeVisible();
  await userEvent.keyboard('r');
  await expect.element(button('Pause')).toBeVisible();
  await speaks(2);
  await userEvent.keyboard('{Control>}{Enter}{/Control}');
  await expect.poll(() => router.state.location.pathname).toMatch('/attempts/');
  await expect.element(page.getByText(/^Saved, \d+ seconds$/)).toBeInTheDocument();
  expect(document.documentElement.dataset['recording']).toBeUndefined();
  const kept = await onlyAttempt(archive);
  expect(kept?.marks.map((mark) => mark.step)).toEqual([
    'situation',
    'approach',
    'tradeoffs',
    'results',
    'next',
  ]);
  expect(kept?.segments).toHaveLength(2);
  expect(await checkInvariants()).toEqual([]);
});

test('keys stay letters in the outline', async () => {
  await open(await anEmptyArchive());
  await outlineField('Situation').click();
  await userEvent.keyboard('r1 ');
  await expect.element(outlineField('Situation')).toHaveValue('r1 ');
  await expect.element(timer()).not.toBeInTheDocument();
});

test('pressing a step with the mouse leaves Space to the pause', async () => {
  await open(await anEmptyArchive());
  await button('Start recording').click();
  await step('Results').click();
  await expect.element(step('Results')).toHaveAttribute('aria-current', 'step');
  await userEvent.keyboard(' ');
  await expect.element(button('Resume')).toBeVisible();
  await discards();
});

test('the second click upon Start recording marks no step that has appeared under it', async () => {
  await open(await anEmptyArchive());
  await button('Start recording').click();
  await expect.element(button('Pause')).toBeVisible();
  const results = step('Results');
  results.element().dispatchEvent(new MouseEvent('click', { bubbles: true, detail: 2 }));
  await expect.element(results).not.toHaveAttribute('aria-current');
  await results.click();
  await expect.element(results).toHaveAttribute('aria-current', 'step');
  await discards();
});

test('a cold take hides the outline until it is asked for, and is then one with outline', async () => {
  const archive = await anEmptyArchive();
  await open(archive);
  await outlineField('Approach').fill('Two collectors');
  await button('Start recording').click();
  await speaks(1);
  await expect.element(page.getByText('Two collectors')).not.toBeInTheDocument();
  await button('Show outline').click();
  await expect.element(page.getByText('Two collectors')).toBeVisible();
  await expect.element(button('Show outline')).not.toBeInTheDocument();
  await expect.element(page.getByRole('region', { name: 'Recorder' })).toHaveFocus();
  await button('Finish').click();
  await expect
    .poll(async () => (await archive.attempts.page({ limit: 1 })).attempts[0]?.mode)
    .toBe('outline');
});

test('with outline it is there from the start; in an exam there is neither it nor a pause', async () => {
  await open(await anEmptyArchive());
  await outlineField('Approach').fill('Two collectors');
  await select('Mode').selectOptions('With outline');
  await button('Start recording').click();
  await expect.element(page.getByText('Two collectors')).toBeVisible();
  await discards();
  await select('Mode').selectOptions('Exam');
  await button('Start recording').click();
  await button('Record now').click();
  await speaks(1);
  await expect.element(page.getByText('Two collectors')).not.toBeInTheDocument();
  await expect.element(button('Pause')).not.toBeInTheDocument();
  await expect.element(button('Show outline')).not.toBeInTheDocument();
  await userEvent.keyboard(' ');
  await expect.element(button('Resume')).not.toBeInTheDocument();
  await discards();
});

/** Throws the running take away, and waits until it is. */
async function discards(): Promise<void> {
  await button('Discard').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Discard' }).click();
  await expect.element(button('Start recording')).toBeVisible();
}

test('discarding asks, Escape keeps the take, and what was discarded can be taken back', async () => {
  const archive = await anEmptyArchive();
  const { router } = await open(archive);
  await button('Start recording').click();
  await speaks(1);
  await button('Discard').click();
  const dialog = page.getByRole('dialog', { name: 'Discard this take?' });
  await expect.element(dialog).toMatchTextContent(/It is 0:\d\d long/);
  await userEvent.keyboard('{Escape}');
  await expect.element(dialog).not.toBeInTheDocument();
  await expect.element(button('Discard')).toHaveFocus();
  await userEvent.keyboard('{Escape}');
  await speaks(2);
  await discards();
  await expect.element(page.getByText(/^Discarded a take of 0:\d\d\.$/)).toBeVisible();
  expect(await archive.attempts.orphans()).toHaveLength(0);
  await button('Undo').click();
  await expect.poll(() => router.state.location.pathname).toMatch('/attempts/');
});

test('a discarded take can be taken back even after another one was begun', async () => {
  const archive = await anEmptyArchive();
  const { router } = await open(archive);
  await button('Start recording').click();
  await speaks(1);
  await discards();
  await expect.element(button('Undo')).toBeVisible();
  await select('Countdown').selectOptions('3 seconds');
  await button('Start recording').click();
  await button('Cancel').click();
  await expect.element(button('Start recording')).toHaveFocus();
  await button('Undo').click();
  await expect.poll(() => router.state.location.pathname).toMatch('/attempts/');
});

test('a discarded take that is gone for good cannot be taken back, and that is said', async () => {
  const archive = await anEmptyArchive();
  await open(archive);
  await button('Start recording').click();
  await speaks(1);
  await discards();
  await expect.element(button('Undo')).toBeVisible();
  await archive.purgeTrash(Date.now() + 1);
  await button('Undo').click();
  await expect.element(page.getByRole('alert')).toMatchTextContent(/can no longer be taken back/);
});

test('a countdown counts, and can be cancelled', async () => {
  const archive = await anEmptyArchive();
  await open(archive);
  await select('Countdown').selectOptions('3 seconds');
  await button('Start recording').click();
  await expect.element(page.getByRole('timer', { name: 'Starts in' })).toHaveTextContent('3');
  await button('Cancel').click();
  await expect.element(button('Start recording')).toHaveFocus();
  await userEvent.keyboard('r');
  await expect.element(timer(), { timeout: 6000 }).toBeVisible();
  await speaks(1);
  await discards();
});

test('leaving during a take asks: Stay goes on, Leave keeps what was said', async () => {
  const archive = await anEmptyArchive();
  const { router } = await open(archive);
  await button('Start recording').click();
  await speaks(1);
  const history = page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'History' });
  await history.click();
  await page.getByRole('dialog').getByRole('button', { name: 'Stay' }).click();
  await expect.element(page.getByRole('dialog')).not.toBeInTheDocument();
  await speaks(2);
  const unload = new Event('beforeunload', { cancelable: true });
  dispatchEvent(unload);
  expect(unload.defaultPrevented).toBe(true);
  await history.click();
  await page.getByRole('dialog').getByRole('button', { name: 'Leave' }).click();
  await expect.poll(() => router.state.location.pathname).toBe('/history');
  const orphan = await onlyOrphan(archive);
  expect(orphan?.keptMs).toBeGreaterThan(1900);
});

const dialog = () => page.getByRole('dialog');

test('leaving a countdown asks nothing: there is nothing to lose', async () => {
  const archive = await anEmptyArchive();
  const { router } = await open(archive);
  await select('Countdown').selectOptions('5 seconds');
  await button('Start recording').click();
  await expect.element(page.getByRole('timer', { name: 'Starts in' })).toBeVisible();
  await router.navigate('/history');
  await expect.poll(() => router.state.location.pathname).toBe('/history');
  expect(await archive.attempts.orphans()).toEqual([]);
});

test('a paused take is asked about as what it is, and stays asked about until it is on disk', async () => {
  const archive = await anEmptyArchive();
  let save = () => {};
  const saved = new Promise<void>((resolve) => {
    save = resolve;
  });
  let isSlow = false;
  const append: Archive['attempts']['append'] = async (chunk) => {
    if (isSlow) await saved;
    return archive.attempts.append(chunk);
  };
  const { router } = await open({ ...archive, attempts: { ...archive.attempts, append } });
  await button('Start recording').click();
  await speaks(1);
  isSlow = true;
  await button('Pause').click();
  await expect.element(button('Resume')).toBeVisible();
  const left = router.navigate('/history');
  await expect.element(dialog()).toMatchTextContent(/It is paused/);
  await dialog().getByRole('button', { name: 'Leave' }).click();
  await expect.element(dialog().getByRole('button', { name: 'Leaving…' })).toBeVisible();
  await dialog().getByRole('button', { name: 'Stay' }).click({ force: true });
  expect(router.state.location.pathname).toBe(PATH);
  await expect.element(dialog()).toBeVisible();
  save();
  await left;
  await expect.poll(() => router.state.location.pathname).toBe('/history');
  await expect.element(dialog()).not.toBeInTheDocument();
  const orphan = await onlyOrphan(archive);
  expect(orphan?.keptMs).toBeGreaterThan(900);
});

/** A take that was recorded in exam mode and cut short. */
async function anOrphan(archive: Archive) {
  const attempt = anUnfinishedAttempt({ promptId: 'py-refcount-cycles' as PromptId, mode: 'exam' });
  await archive.attempts.begin(attempt);
  await archive.attempts.append(aChunk({ attemptId: attempt.id, clockEndMs: 2000 }));
  return attempt;
}

test('going from a take that goes on to the plain page asks too', async () => {
  const archive = await anEmptyArchive();
  const { id } = await anOrphan(archive);
  const { router } = await open(archive, `${PATH}?continue=${id}`);
  await select('Countdown').selectOptions('3 seconds');
  await expect.poll(() => archive.settings.get('recording')).toMatchObject({ countdownSec: 3 });
  expect(await archive.settings.get('recording')).toMatchObject({ mode: 'cold' });
  await select('Countdown').selectOptions('None');
  await button('Start recording').click();
  await expect.element(timer()).toBeVisible();
  void router.navigate(PATH);
  await dialog().getByRole('button', { name: 'Stay' }).click();
  expect(router.state.location.search).toBe(`?continue=${id}`);
});

test('a take that cannot be continued says so before another is recorded', async () => {
  const archive = await anEmptyArchive();
  await open(archive, `${PATH}?continue=gone`);
  await expect.element(page.getByText('That take cannot be continued')).toBeVisible();
  await expectGoodLooks();
});

test('a recovered take goes on where it ended, as it was, and leaves the outline of the next one alone', async () => {
  const archive = await anEmptyArchive();
  const { router } = await open(archive);
  await select('Target length').selectOptions('2 minutes');
  await button('Start recording').click();
  await userEvent.keyboard('2');
  await speaks(2);
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'History' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Leave' }).click();
  await expect.poll(() => router.state.location.pathname).toBe('/history');
  const orphan = await onlyOrphan(archive);
  const { stream } = await aMicrophone();
  answerGetUserMedia(() => Promise.resolve(stream));
  await router.navigate(PATH);
  await outlineField('Approach').fill('For the next one');
  await router.navigate(`${PATH}?continue=${orphan?.attempt.id}`);
  await expect.element(outlineField('Approach')).toHaveValue('');
  await expect.element(page.getByText(/This take goes on from 0:\d\d/)).toBeVisible();
  await expect.element(select('Target length')).toBeDisabled();
  await expect.element(select('Target length')).toHaveDisplayValue('2 minutes');
  await button('Start recording').click();
  await expect.element(step('Approach')).toHaveAttribute('aria-current', 'step');
  await speaks(4);
  await button('Finish').click();
  await expect.poll(() => router.state.location.pathname).toMatch('/attempts/');
  const kept = await onlyAttempt(archive);
  expect(kept?.id).toBe(orphan?.attempt.id);
  expect(kept?.durationMs).toBeGreaterThan(3500);
  expect(await checkInvariants()).toEqual([]);
  await router.navigate(PATH);
  await expect.element(outlineField('Approach')).toHaveValue('For the next one');
});

test('every state of the page looks right to axe, light and dark, wide and narrow', {
  timeout: 90_000,
}, async () => {
  const archive = await anEmptyArchive();
  await keepAnAttempt(archive);
  await open(archive);
  await expectGoodLooks();
  await outlineField('Situation').fill('Donaudampfschifffahrtsgesellschaftskapitänsmützenhersteller');
  await button('Allow microphone').click();
  await expect.element(button('Allow microphone')).not.toBeInTheDocument();
  await select('Target length').selectOptions('Custom');
  await page.getByRole('spinbutton').fill('');
  await expectGoodLooks();
  await select('Target length').selectOptions('2 minutes');
  await button('Start recording').click();
  await speaks(1);
  await expectGoodLooks();
  await button('Show outline').click();
  await button('Pause').click();
  await expect.element(button('Resume')).toBeVisible();
  await expectGoodLooks();
  await button('Discard').click();
  await expectGoodLooks();
  await page.getByRole('dialog').getByRole('button', { name: 'Discard' }).click();
  await expect.element(button('Undo')).toBeVisible();
  await expectGoodLooks();
});
