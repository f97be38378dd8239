import { createMemoryRouter, MemoryRouter } from 'react-router';
import { RouterProvider } from 'react-router/dom';
import { expect, onTestFinished, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import {
  micMessages,
  pictureMessages,
  pictureOverMessage,
  saveMessages,
  takeMessages,
} from '../../src/app/messages.ts';
import { holdsTake } from '../../src/app/recording.ts';
import { DEFAULT_SETTINGS } from '../../src/domain/settings.ts';
import type { FinishResult } from '../../src/finish/client.ts';
import { Ending } from '../../src/recorder/Ending.tsx';
import { RecorderPanel } from '../../src/recorder/RecorderPanel.tsx';
import { WarningNotice } from '../../src/recorder/WarningNotice.tsx';
import { builtInRubric as rubric } from '../../src/rubric/definition.ts';
import { StorageError } from '../../src/storage/errors.ts';
import { holdLock, RECORDER_LOCK } from '../../src/storage/locks.ts';
import { newAttemptId } from '../../src/storage/new-id.ts';
import { aKeptAttempt, anEmptyArchive } from '../support/factories.ts';
import { aMicrophone, answerGetUserMedia, type FakeMicrophone } from '../support/fake-microphone.ts';
import { expectGoodLooks, mount, openApp } from './app.tsx';
import { aPlan, aSession } from './recording.ts';
import { decoded, heard, spoken } from './takes.ts';

const WORDS = {
  microphone: micMessages,
  picture: pictureMessages,
  pictureOver: pictureOverMessage,
  take: takeMessages,
  save: saveMessages,
};

const PATH = '/practice/py-refcount-cycles';

const button = (name: string) => page.getByRole('button', { name, exact: true });
const alert = () => page.getByRole('alert');
const timer = () => page.getByRole('timer', { name: 'Elapsed' });

/** The record page with a microphone that answers as told: an error by name, or a stream. */
async function open(microphone: FakeMicrophone, refusal: string | null = null) {
  await page.viewport(1280, 800);
  const answer = { refusal };
  const asked = answerGetUserMedia(async () => {
    if (answer.refusal !== null) throw new DOMException('Refused', answer.refusal);
    return microphone.stream;
  });
  const archive = await anEmptyArchive();
  const router = await openApp(archive, PATH);
  await expect.element(button('Start recording')).toBeVisible();
  return { answer, archive, router, asked };
}

const REFUSALS = [
  ['NotAllowedError', 'The microphone is not allowed'],
  ['NotFoundError', 'No microphone was found'],
  ['NotReadableError', 'The microphone is busy'],
] as const;

for (const [name, words] of REFUSALS) {
  test(`${name}: words, another try, another device, and the way to start stays`, async () => {
    const { answer } = await open(await aMicrophone(), name);
    await button('Start recording').click();
    await expect.element(alert()).toMatchTextContent(words);
    await expect.element(button('Start recording')).toBeVisible();
    await expect.element(button('Allow microphone')).toBeVisible();
    await button('Choose another device').click();
    await expect.element(page.getByRole('combobox', { name: 'Microphone' })).toHaveFocus();
    if (name === 'NotAllowedError') await expectGoodLooks();
    answer.refusal = null;
    await button('Try again').click();
    await expect.element(alert()).not.toBeInTheDocument();
    await expect
      .element(page.getByRole('meter', { name: 'Input level' }))
      .toHaveAttribute('aria-valuetext', 'Good level');
    await expect.element(timer()).not.toBeInTheDocument();
  });
}

test('a browser that cannot record says so, and offers no other try', async () => {
  const Original = window.MediaRecorder;
  Reflect.deleteProperty(window, 'MediaRecorder');
  onTestFinished(() => {
    window.MediaRecorder = Original;
  });
  await open(await aMicrophone());
  await button('Allow microphone').click();
  await expect.element(alert()).toMatchTextContent('This browser cannot record');
  await expect.element(button('Try again')).not.toBeInTheDocument();
  await expect.element(button('Choose another device')).not.toBeInTheDocument();
});

test('while another tab records, this one says so', async () => {
  const { asked } = await open(await aMicrophone());
  const free = await holdLock(RECORDER_LOCK);
  await button('Start recording').click();
  await expect.element(alert()).toMatchTextContent('Another tab is recording');
  expect(asked).toHaveLength(0);
  await free?.();
  await expect.element(page.getByText('You can record here now')).toBeVisible();
  await expect.element(alert()).not.toBeInTheDocument();
  expect(asked).toHaveLength(0);
  await expectGoodLooks();
  await button('Start recording').click();
  await expect.element(timer()).toBeVisible();
  await expect.element(page.getByText('You can record here now')).not.toBeInTheDocument();
});

test('a microphone that is unplugged halts the take in words; Finish keeps it, and the next one starts here', async () => {
  const microphone = await aMicrophone();
  const { router } = await open(microphone);
  await button('Start recording').click();
  await expect.poll(() => timer().element().textContent).toBe('0:02');
  (button('Pause').element() as HTMLElement).focus();
  microphone.unplug();
  await expect.element(alert(), { timeout: 10_000 }).toMatchTextContent(/The microphone was lost.*is kept/);
  expect(document.documentElement.dataset['recording']).toBe('true');
  await expectGoodLooks();
  await button('Finish').click();
  await expect.element(alert(), { timeout: 10_000 }).toMatchTextContent(/We kept 0:02/);
  expect(router.state.location.pathname).toBe(PATH);
  expect(document.documentElement.dataset['recording']).toBeUndefined();
  await expect.element(page.getByRole('region', { name: 'Recorder' })).toHaveFocus();
  await expectGoodLooks();
  const review = page.getByRole('link', { name: 'Review it' });
  await expect.element(review).toHaveAttribute('href', expect.stringMatching(/^\/attempts\//));
  const { stream } = await aMicrophone();
  answerGetUserMedia(() => Promise.resolve(stream));
  await button('Start again').click();
  await expect.element(button('Start recording')).toBeVisible();
  await expect.element(alert()).not.toBeInTheDocument();
});

test('a question about leaving goes when the take ends by itself, and does not come back', async () => {
  const microphone = await aMicrophone();
  const { archive, router } = await open(microphone);
  await button('Start recording').click();
  await expect.poll(() => timer().element().textContent).toBe('0:01');
  void router.navigate('/history');
  const question = page.getByRole('dialog', { name: 'Leave during the take?' });
  await expect.element(question).toBeVisible();
  vi.spyOn(archive.attempts, 'append').mockRejectedValue(new StorageError('full'));
  await expect.element(alert(), { timeout: 10_000 }).toMatchTextContent(/We kept 0:0/);
  vi.restoreAllMocks();
  await expect.element(question).not.toBeInTheDocument();
  expect(router.state.location.pathname).toBe(PATH);
  const { stream } = await aMicrophone();
  answerGetUserMedia(() => Promise.resolve(stream));
  await button('Start again').click();
  await button('Start recording').click();
  await expect.element(button('Pause')).toBeVisible();
  await expect.element(question).not.toBeInTheDocument();
});

test('in the place of a lost microphone another one is chosen, and the take goes on', async () => {
  const [first, second] = [await aMicrophone({ seed: 1 }), await aMicrophone({ seed: 2 })];
  const { archive, router } = await open(first);
  await button('Start recording').click();
  await expect.poll(() => timer().element().textContent).toBe('0:01');
  first.unplug();
  await expect.element(alert(), { timeout: 10_000 }).toMatchTextContent(/The microphone was lost/);
  answerGetUserMedia(async () => second.stream);
  await page.getByRole('combobox', { name: 'Microphone' }).selectOptions('The browser’s default');
  await button('Resume').click();
  await expect.element(button('Pause')).toBeVisible();
  await expect.element(alert()).not.toBeInTheDocument();
  await expect.poll(() => timer().element().textContent).toBe('0:03');
  await button('Finish').click();
  await expect.poll(() => router.state.location.pathname, { timeout: 10_000 }).toMatch(/^\/attempts\//);
  const [attempt] = (await archive.attempts.page({ limit: 1 })).attempts;
  expect(attempt).toMatchObject({ endedBy: 'user', segments: [{}, {}] });
});

test('before a take two seconds are recorded and played back', async () => {
  const microphone = await aMicrophone();
  const { archive } = await open(microphone);
  await button('Allow microphone').click();
  const played = vi.spyOn(HTMLMediaElement.prototype, 'play');
  onTestFinished(() => played.mockRestore());
  await button('Hear yourself for 2 seconds').click();
  await expect.element(page.getByText('Say something now…')).toBeVisible();
  await expect.element(page.getByText('Playing what was heard.'), { timeout: 8000 }).toBeVisible();
  const sound = document.querySelector('audio');
  const sample = await fetch(sound?.src ?? '').then((answer) => answer.blob());
  const notes = heard(await decoded(sample));
  expect(notes.length).toBeGreaterThan(0);
  expect(spoken(20, 1)).toEqual(expect.arrayContaining([...notes]));
  await expect.element(page.getByText(/what a recording will sound like/), { timeout: 8000 }).toBeVisible();
  await button('Play it again').click();
  await expect.element(page.getByText('Playing what was heard.')).toBeVisible();
  await expectGoodLooks();
  // Nothing of it is stored.
  expect(await archive.attempts.orphans()).toEqual([]);
  await button('Start recording').click();
  await expect.element(button('Pause')).toBeVisible();
});

test('a microphone whose sound is processed says so before the take', async () => {
  const microphone = await aMicrophone();
  microphone.track.getSettings = () => ({ noiseSuppression: true, autoGainControl: true });
  await open(microphone);
  await button('Allow microphone').click();
  await expect.element(page.getByText(/processed \(noise suppression, automatic level\)/)).toBeVisible();
});

test('a microphone that hears nothing is named after three seconds, once', async () => {
  const microphone = await aMicrophone({ gain: 0 });
  await open(microphone);
  await button('Start recording').click();
  await expect.element(alert(), { timeout: 8000 }).toMatchTextContent('Nothing is heard');
  expect(alert().elements()).toHaveLength(1);
  microphone.setGain(1);
  await expect.element(alert()).not.toBeInTheDocument();
  await expect.element(button('Pause')).toBeVisible();
  await button('Finish').click();
  await expect.element(timer(), { timeout: 8000 }).not.toBeInTheDocument();
});

test('a call pauses the take, and it goes on by itself', async () => {
  const microphone = await aMicrophone();
  await open(microphone);
  await button('Start recording').click();
  await expect.poll(() => timer().element().textContent).toBe('0:01');
  microphone.mute(true);
  await expect.element(button('Resume'), { timeout: 8000 }).toBeVisible();
  await expect.element(page.getByText('The microphone is muted')).toBeVisible();
  microphone.mute(false);
  await expect.element(button('Pause')).toBeVisible();
  await expect.element(page.getByText('The microphone is muted')).not.toBeInTheDocument();
  await userEvent.keyboard('{Control>}{Enter}{/Control}');
  await expect.element(timer(), { timeout: 8000 }).not.toBeInTheDocument();
});

test('before a take a warning is polite, and a slow disk is only to be seen', async () => {
  const { unmount } = mount(<WarningNotice warning="silent" isTake={false} />);
  await expect.element(page.getByRole('status')).toMatchTextContent('Nothing is heard');
  unmount();
  mount(<WarningNotice warning="slow-disk" isTake />);
  await expect.element(page.getByText('Recording goes on', { exact: false })).toBeVisible();
  await expect.element(page.getByRole('status')).not.toBeInTheDocument();
});

/** The panel alone, with clips made as told. */
async function panel(results: FinishResult[]) {
  const { stream } = await aMicrophone();
  answerGetUserMedia(() => Promise.resolve(stream));
  const archive = await anEmptyArchive();
  onTestFinished(() => archive.close());
  const session = aSession(archive, {
    finish: async (_id, _endedBy, onProgress) => {
      onProgress(0.5);
      await expect.poll(() => results.length).toBeGreaterThan(0);
      return results.shift() ?? { tag: 'empty' };
    },
  });
  const saved: string[] = [];
  const { prompt } = aPlan();
  const element = (
    <RecorderPanel
      session={session}
      prompt={prompt}
      asks={{ situation: '', approach: '', tradeoffs: '', results: '', next: '' }}
      budgetTable={rubric.budgets}
      focus={null}
      focusFrom={null}
      drill={null}
      settings={DEFAULT_SETTINGS.recording}
      continues={null}
      isFirstVisit={false}
      words={WORDS}
      reviewPath={(id) => `/attempts/${id}`}
      onRemember={() => {}}
      onSaved={(id) => saved.push(id)}
      onDiscarded={() => {}}
    />
  );
  mount(<RouterProvider router={createMemoryRouter([{ path: '*', element }])} />);
  await button('Start recording').click();
  await expect.poll(() => timer().element().textContent).toBe('0:01');
  await button('Finish').click();
  return { saved };
}

test('what is in memory only holds off a newer version until it is left or saved', async () => {
  const { archive } = await open(await aMicrophone());
  const refused = vi.spyOn(archive.attempts, 'append').mockRejectedValue(new StorageError('full'));
  await button('Start recording').click();
  await expect.element(alert(), { timeout: 15_000 }).toMatchTextContent(/held by this tab alone/);
  expect(holdsTake()).toBe(true);
  refused.mockRestore();
  await button('Try again').click();
  await expect.poll(holdsTake, { timeout: 15_000 }).toBe(false);
});

test('making the clip shows its progress when it takes a while', async () => {
  const results: FinishResult[] = [];
  const { saved } = await panel(results);
  const progress = page.getByRole('progressbar', { name: 'Saving the recording' });
  await expect.element(progress).toHaveAttribute('value', '0.5');
  await expect.element(button('Finish')).not.toBeInTheDocument();
  await expect.element(page.getByRole('group', { name: 'Steps' }).getByRole('button').first()).toBeDisabled();
  results.push({ tag: 'kept', attempt: aKeptAttempt() });
  await expect.poll(() => saved).toHaveLength(1);
});

test('a clip that cannot be made leaves the take safe, and can be tried again', async () => {
  const results: FinishResult[] = [{ tag: 'failed', fault: 'full', reason: 'No room' }];
  const { saved } = await panel(results);
  await expect.element(alert()).toMatchTextContent(/We kept 0:01.*No room to finish/);
  await expect.element(page.getByRole('link', { name: 'Review it' })).toBeVisible();
  expect(saved).toEqual([]);
  await button('Try again').click();
  results.push({ tag: 'kept', attempt: aKeptAttempt() });
  await expect.poll(() => saved).toHaveLength(1);
});

test('a take without any sound says that nothing was recorded', async () => {
  await panel([{ tag: 'empty' }]);
  await expect.element(alert()).toMatchTextContent('Nothing was recorded');
  await expect.element(page.getByRole('link', { name: 'Review it' })).not.toBeInTheDocument();
  await button('Start again').click();
  await expect.element(button('Start recording')).toBeVisible();
});

test('of a take that left nothing on disk nothing is offered that cannot be', async () => {
  const failed = (isWhole: boolean) =>
    mount(
      <MemoryRouter>
        <Ending
          state={{
            tag: 'failed',
            cause: 'disk-full',
            fault: 'disk-full',
            attemptId: newAttemptId(),
            mode: 'cold',
            segment: 0,
            bankedMs: 900,
            savedMs: 0,
            marks: [],
            isBegun: true,
            isWhole,
          }}
          words={WORDS}
          reviewPath={(id) => `/attempts/${id}`}
          onRetry={() => {}}
          onStartAgain={() => {}}
        />
      </MemoryRouter>,
    );
  const offered = () =>
    [...document.querySelectorAll('[role=alert] :is(button, a)')].map((each) => each.textContent);
  const { unmount } = failed(true);
  await expect.element(alert()).toMatchTextContent(/Nothing was recorded.*The disk is full/);
  expect(offered()).toEqual(['Start again', 'Free space']);
  await expect.element(page.getByRole('link')).toHaveAttribute('href', '/settings#data');
  unmount();
  failed(false);
  await expect.element(alert()).toMatchTextContent(/Nothing is saved yet.*held by this tab alone/);
  await expect.element(alert()).not.toMatchTextContent(/safe/);
  expect(offered()).toEqual(['Try again', 'Free space in another tab', 'Start again']);
  // Leaving this page would give up what is in its memory.
  await expect.element(page.getByRole('link')).toHaveAttribute('target', '_blank');
});
