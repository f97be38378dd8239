import { Profiler, useSyncExternalStore } from 'react';
import { expect, onTestFinished, test } from 'vitest';
import { page } from 'vitest/browser';
import {
  micMessages,
  pictureMessages,
  pictureOverMessage,
  saveMessages,
  takeMessages,
} from '../../src/app/messages.ts';
import type { Mark, StepId } from '../../src/domain/step.ts';
import { Clock } from '../../src/recorder/Clock.tsx';
import { MicrophoneCheck } from '../../src/recorder/MicrophoneCheck.tsx';
import { StepButtons } from '../../src/recorder/StepButtons.tsx';
import type { Session } from '../../src/recorder/session.ts';
import { Take } from '../../src/recorder/Take.tsx';
import { chooseLength, lengthMs } from '../../src/recorder/take-length.ts';
import type { Archive } from '../../src/storage/archive.ts';
import { newAttemptId } from '../../src/storage/new-id.ts';
import { setSingleKeys } from '../../src/ui/shortcuts.ts';
import { anEmptyArchive } from '../support/factories.ts';
import { aMicrophone, answerGetUserMedia } from '../support/fake-microphone.ts';
import { mount } from './app.tsx';
import { aPlan, aSession, reaches } from './recording.ts';

const WORDS = {
  microphone: micMessages,
  picture: pictureMessages,
  pictureOver: pictureOverMessage,
  take: takeMessages,
  save: saveMessages,
};

const timer = () => page.getByRole('timer', { name: 'Elapsed' });
const step = (name: string) =>
  page.getByRole('group', { name: 'Steps' }).getByRole('button', { name, exact: true });

const BUDGETS: Readonly<Record<StepId, number>> = {
  situation: 45_000,
  approach: 90_000,
  tradeoffs: 75_000,
  results: 60_000,
  next: 30_000,
};

/** A clock that stands still. */
function timedAt(elapsedMs: number) {
  const session = aSession({} as Archive);
  return { elapsedMs: () => elapsedMs, getSnapshot: session.getSnapshot, mark: () => undefined };
}

test('each step says what it has taken of its budget', async () => {
  const marks: readonly Mark[] = [
    { step: 'approach', atMs: 62_400 },
    { step: 'tradeoffs', atMs: 152_000 },
  ];
  mount(<StepButtons session={timedAt(167_900)} marks={marks} budgets={BUDGETS} disabled={false} />);
  const says = async (name: string, words: string) =>
    expect.element(step(name)).toHaveAccessibleDescription(words);
  await says('Situation', 'Key 1. 1 minute 2 seconds of 45 seconds, 17 seconds over.');
  await says('Approach', 'Key 2. 1 minute 29 seconds of 1 minute 30 seconds.');
  await says('Trade-offs', 'Key 3. 15 seconds of 1 minute 15 seconds.');
  await says('Next', 'Key 5. Budget 30 seconds.');
  await expect.element(step('Situation')).toMatchTextContent('1:02 / 0:45 +17 s');
  await expect.element(step('Trade-offs')).toHaveAttribute('aria-current', 'step');
});

test('until the first mark the time is Situation’s', async () => {
  mount(<StepButtons session={timedAt(5000)} marks={[]} budgets={BUDGETS} disabled={false} />);
  await expect.element(step('Situation')).toHaveAccessibleDescription('Key 1. 5 seconds of 45 seconds.');
  await expect.element(step('Situation')).toHaveAttribute('aria-current', 'step');
});

test('keys that are switched off are not spoken of', async () => {
  onTestFinished(() => setSingleKeys(true));
  mount(<StepButtons session={timedAt(5000)} marks={[]} budgets={BUDGETS} disabled={false} />);
  await expect.element(step('Next')).toHaveAttribute('aria-keyshortcuts', '5');
  setSingleKeys(false);
  await expect.element(step('Next')).not.toHaveAttribute('aria-keyshortcuts');
  await expect.element(step('Next')).toHaveAccessibleDescription('Budget 30 seconds.');
  await expect.element(step('Next')).not.toMatchTextContent(/^5/);
});

test('the clock says what is left, and what is over', async () => {
  const { unmount } = mount(
    <Clock session={timedAt(167_000)} targetMs={300_000} budgets={BUDGETS} isRunning />,
  );
  await expect.element(timer()).toHaveTextContent('2:47');
  await expect.element(page.getByText('2:13 left')).toBeVisible();
  unmount();
  mount(<Clock session={timedAt(312_000)} targetMs={300_000} budgets={BUDGETS} isRunning />);
  await expect.element(page.getByText('0:12 over')).toBeVisible();
  expect(timer().element().closest('[aria-live]')).toBeNull();
});

test('a question that nobody answers is pointed at, more plainly after a while', async () => {
  const session = aSession({} as Archive);
  const opening = (isSlow: boolean) => {
    const snapshot = { ...session.getSnapshot(), state: { tag: 'opening', plan: null, isSlow } as const };
    return mount(
      <MicrophoneCheck
        session={session}
        snapshot={snapshot}
        words={WORDS}
        isFirstVisit={false}
        onChoose={() => {}}
      />,
    );
  };
  const { unmount } = opening(false);
  const said = page.getByRole('status');
  expect(said.element().textContent).toBe('');
  await expect.element(said).toMatchTextContent(/^Opening the microphone… Your browser asks/);
  unmount();
  opening(true);
  await expect.element(said).toMatchTextContent(/still waiting for your answer/);
});

test('the browser’s default can always be chosen, and a microphone that is not listed is no other', async () => {
  const session = aSession({} as Archive);
  const microphones = [{ id: 'desk', label: 'Desk microphone', group: '' }];
  const listed = (microphoneId: string | null) => {
    const snapshot = { ...session.getSnapshot(), microphones, microphoneId };
    const { unmount } = mount(
      <MicrophoneCheck
        session={session}
        snapshot={snapshot}
        words={WORDS}
        isFirstVisit={false}
        onChoose={() => {}}
      />,
    );
    const { options, value } = page
      .getByRole('combobox', { name: 'Microphone' })
      .element() as HTMLSelectElement;
    const names = [...options].map((option) => `${option.label}${option.value === value ? ' *' : ''}`);
    unmount();
    return names;
  };
  expect(listed(null)).toEqual(['The browser’s default *', 'Desk microphone']);
  expect(listed('desk')).toEqual(['The browser’s default', 'Desk microphone *']);
  expect(listed('gone')).toEqual(['The browser’s default', 'The microphone used last *', 'Desk microphone']);
});

/** The stage as the page shows it: of every snapshot. */
function Stage({ session }: { readonly session: Session }) {
  const snapshot = useSyncExternalStore(session.subscribe, session.getSnapshot);
  return (
    <Take
      session={session}
      snapshot={snapshot}
      words={WORDS}
      brief={<h1>Idempotency</h1>}
      outline={{}}
      targetMs={300_000}
      budgets={BUDGETS}
      isDrill={false}
      ending={null}
      onDiscard={() => {}}
      onMicrophone={() => {}}
      showsPreview
      onShowsPreview={() => {}}
    />
  );
}

test('until the encoder runs a take is starting, not recording', async () => {
  const session = aSession({} as Archive);
  const take = {
    attemptId: newAttemptId(),
    segment: 0,
    bankedMs: 0,
    savedMs: 0,
    isBegun: true,
    isWhole: true,
  } as const;
  const at = (since: number | null) => {
    const state = { ...take, tag: 'recording', mode: 'cold', marks: [], since } as const;
    const snapshot = { ...session.getSnapshot(), state, isStarting: since === null };
    return mount(<Stage session={Object.assign(aSession({} as Archive), { getSnapshot: () => snapshot })} />);
  };
  const { unmount } = at(null);
  await expect.element(page.getByText('Starting…')).toBeVisible();
  await expect.element(page.getByText('Recording', { exact: true })).not.toBeInTheDocument();
  unmount();
  at(0);
  await expect.element(page.getByText('Recording', { exact: true })).toBeVisible();
});

test('a running take renders a few times a second, not sixty', async () => {
  const { stream } = await aMicrophone();
  answerGetUserMedia(() => Promise.resolve(stream));
  const archive = await anEmptyArchive();
  const session = aSession(archive);
  session.start(aPlan());
  await reaches(session, 'recording');
  let renders = 0;
  mount(
    <Profiler id="take" onRender={() => (renders += 1)}>
      <Stage session={session} />
    </Profiler>,
  );
  await expect.poll(() => timer().element().textContent, { timeout: 8000 }).toBe('0:03');
  expect(renders).toBeLessThan(30);
  const meter = page.getByRole('meter', { name: 'Input level' }).element();
  const levels = new Set<string | null>();
  await expect.poll(() => levels.add(meter.getAttribute('value')).size, { interval: 20 }).toBeGreaterThan(5);
  await session.dispose();
  await archive.close();
});

test('a target length is one of three by name, or minutes within reason', () => {
  for (const ms of [120_000, 300_000, 600_000]) {
    expect(chooseLength(ms).named).toBe(ms / 1000);
    expect(lengthMs(chooseLength(ms))).toBe(ms);
  }
  expect(chooseLength(90_000)).toEqual({ named: null, minutes: '1.5' });
  expect(lengthMs({ named: null, minutes: '1.5' })).toBe(90_000);
  for (const minutes of ['', ' ', '0', '0.4', '181', 'five', '-3', 'NaN']) {
    expect(lengthMs({ named: null, minutes }), minutes).toBeNull();
  }
});
