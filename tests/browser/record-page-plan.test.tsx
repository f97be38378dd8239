import { expect, onTestFinished, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { Focus } from '../../src/domain/coaching.ts';
import type { AttemptId, PromptId } from '../../src/domain/ids.ts';
import { builtInRubric } from '../../src/rubric/definition.ts';
import type { Archive } from '../../src/storage/archive.ts';
import { aChunk, anEmptyArchive, anUnfinishedAttempt, keepAnAttempt } from '../support/factories.ts';
import { aMicrophone, answerGetUserMedia } from '../support/fake-microphone.ts';
import { checkInvariants } from '../support/invariants.ts';
import { expectGoodLooks, openApp } from './app.tsx';

const PROMPT = 'py-refcount-cycles' as PromptId;
const PATH = `/practice/${PROMPT}`;

const button = (name: string) => page.getByRole('button', { name, exact: true });
const select = (name: string) => page.getByRole('combobox', { name, exact: true });
const timer = (name: string) => page.getByRole('timer', { name, exact: true });
const outlineField = (name: string) =>
  page.getByRole('region', { name: 'Outline' }).getByRole('textbox', { name, exact: true });

async function open(archive: Archive, path = PATH) {
  await page.viewport(1280, 800);
  sessionStorage.clear();
  const microphone = await aMicrophone();
  const answer: { refusal: string | null } = { refusal: null };
  const asked = answerGetUserMedia(() =>
    answer.refusal === null
      ? Promise.resolve(microphone.stream)
      : Promise.reject(new DOMException('No', answer.refusal)),
  );
  const router = await openApp(archive, path);
  await expect.element(button('Start recording')).toBeVisible();
  return { router, asked, answer, microphone };
}

async function speaks(seconds: number): Promise<void> {
  await expect
    .poll(() => Number(timer('Elapsed').element().textContent?.split(':')[1]), {
      timeout: seconds * 1000 + 8000,
    })
    .toBeGreaterThanOrEqual(seconds);
}

async function newest(archive: Archive) {
  return (await archive.attempts.page({ limit: 1 })).attempts[0];
}

/** A minute passes in a moment: what waits for it does not wait longer than this. */
function hurryMinutes(): void {
  const original = window.setTimeout;
  const hurried = (handler: () => void, delayMs?: number) =>
    original(handler, delayMs === 60_000 ? 600 : delayMs);
  window.setTimeout = hurried as typeof window.setTimeout;
  onTestFinished(() => {
    window.setTimeout = original;
  });
}

/** The clock of the page goes on by so much. */
function forward(byMs: number): void {
  const now = performance.now.bind(performance);
  performance.now = () => now() + byMs;
  onTestFinished(() => {
    performance.now = now;
  });
}

test('the first word of an outline starts its minute, which stops nobody', async () => {
  await open(await anEmptyArchive());
  const left = timer('Time to plan');
  await expect.element(left).not.toBeInTheDocument();
  await outlineField('Approach').fill('Two collectors');
  await expect.element(left).toMatchTextContent(/^(1:00|0:5\d)$/);
  expect(getComputedStyle(left.element()).fontVariantNumeric).toBe('tabular-nums');
  await expectGoodLooks();
  forward(59_000);
  await expect.element(page.getByText('The minute is over. Start whenever you like.')).toBeVisible();
  await outlineField('Results').fill('Half the pauses');
  await expect.element(page.getByText('The minute is over. Start whenever you like.')).toBeVisible();
  await expectGoodLooks();
  await button('Start again').click();
  await expect.element(left).toMatchTextContent(/^(1:00|0:5\d)$/);
  await button('Hide the minute').click();
  await expect.element(left).not.toBeInTheDocument();
  await outlineField('Next').fill('Free threading');
  await expect.element(left).not.toBeInTheDocument();
  await button('Show the minute').click();
  await expect.element(left).toBeVisible();
  await button('Start recording').click();
  await speaks(1);
});

test('the minute can be started without a word', async () => {
  await open(await anEmptyArchive());
  await button('Start the minute').click();
  await expect.element(timer('Time to plan')).toBeVisible();
});

test('an exam opens the microphone, gives a minute with the outline, and records by itself', async () => {
  hurryMinutes();
  const archive = await anEmptyArchive();
  const { asked, router } = await open(archive);
  await select('Mode').selectOptions('Exam');
  await button('Start recording').click();
  await expect.element(timer('Recording starts in')).toBeVisible();
  expect(asked).toHaveLength(1);
  await expect.element(outlineField('Approach')).toBeVisible();
  await expect.element(button('Start the minute')).not.toBeInTheDocument();
  await expect.element(timer('Elapsed')).toBeVisible();
  await expect.element(page.getByRole('region', { name: 'Outline' })).not.toBeInTheDocument();
  await speaks(1);
  await userEvent.keyboard(' ');
  await expect.element(button('Pause')).not.toBeInTheDocument();
  await expect.element(button('Resume')).not.toBeInTheDocument();
  await userEvent.keyboard('{Control>}{Enter}{/Control}');
  await expect.poll(() => router.state.location.pathname).toMatch('/attempts/');
  const kept = await newest(archive);
  expect(kept).toMatchObject({ mode: 'exam' });
  expect(kept?.segments).toHaveLength(1);
});

test('an exam’s minute can be cut short or called off, and then nothing was recorded', async () => {
  const archive = await anEmptyArchive();
  await open(archive);
  await select('Mode').selectOptions('Exam');
  await button('Start recording').click();
  await expect.element(timer('Recording starts in')).toMatchTextContent(/^(1:00|0:5\d)$/);
  await expectGoodLooks();
  await outlineField('Approach').fill('Two collectors');
  await button('Cancel').click();
  await expect.element(button('Start recording')).toHaveFocus();
  await expect.element(outlineField('Approach')).toHaveValue('Two collectors');
  expect(await archive.attempts.orphans()).toEqual([]);
  await button('Start recording').click();
  await expect.element(timer('Recording starts in')).toBeVisible();
  await userEvent.keyboard('r');
  await expect.element(timer('Elapsed')).toBeVisible();
});

test('a refused microphone is said at once, and no minute runs', async () => {
  const { answer } = await open(await anEmptyArchive());
  answer.refusal = 'NotAllowedError';
  await select('Mode').selectOptions('Exam');
  await button('Start recording').click();
  await expect.element(page.getByRole('alert')).toBeVisible();
  await expect.element(timer('Recording starts in')).not.toBeInTheDocument();
  answer.refusal = null;
  await button('Try again').click();
  await expect.element(page.getByRole('alert')).not.toBeInTheDocument();
  await expect.element(timer('Recording starts in')).not.toBeInTheDocument();
});

test('a microphone that is unplugged in an exam’s minute calls it off in words', async () => {
  const { microphone } = await open(await anEmptyArchive());
  await select('Mode').selectOptions('Exam');
  await button('Start recording').click();
  await expect.element(timer('Recording starts in')).toBeVisible();
  microphone.unplug();
  await expect.element(page.getByRole('alert')).toMatchTextContent(/microphone/);
  await expect.element(timer('Recording starts in')).not.toBeInTheDocument();
});

test('one that is unplugged in the exam itself halts it, and Resume is the only way to go on', async () => {
  const { microphone } = await open(await anEmptyArchive());
  await select('Mode').selectOptions('Exam');
  await button('Start recording').click();
  await button('Record now').click();
  await speaks(1);
  microphone.unplug();
  await expect.element(page.getByRole('alert'), { timeout: 10_000 }).toMatchTextContent(/is kept/);
  await expect.element(button('Resume')).toBeVisible();
  await expect.element(button('Pause')).not.toBeInTheDocument();
});

function aFocus(fields: Partial<Focus> = {}): Focus {
  return {
    cell: 'depth.tradeoffs',
    label: 'Technical depth: Trade-offs',
    level: 2,
    ifThen: 'When I give the decision, I will add: I would switch if …',
    rubric: { id: builtInRubric.id, version: builtInRubric.version },
    savedAt: 1_790_000_200_000,
    ...fields,
  };
}

/** An attempt whose review ended in a focus. */
async function withFocus(archive: Archive, promptId = PROMPT, fields: Partial<Focus> = {}) {
  const attempt = await keepAnAttempt(archive, { promptId });
  await archive.coaching.update(attempt.id, (coaching) => ({ ...coaching, focus: aFocus(fields) }));
  return attempt;
}

test('the last focus is in view before and during a take, and is kept with it', async () => {
  const archive = await anEmptyArchive();
  const attempt = await withFocus(archive);
  const { router } = await open(archive);
  const sentence = page.getByText('I would switch if …', { exact: false });
  await expect.element(sentence).toBeVisible();
  await expect.element(page.getByText('Your focus · Technical depth: Trade-offs')).toBeVisible();
  await expect.element(page.getByText(/^From “/)).not.toBeInTheDocument();
  await expectGoodLooks();
  await button('Start recording').click();
  await speaks(1);
  await expect.element(sentence).toBeVisible();
  await expect.element(button('Not this time')).not.toBeInTheDocument();
  await expectGoodLooks();
  await button('Finish').click();
  await expect.poll(() => router.state.location.pathname).toMatch('/attempts/');
  const { cell, label, ifThen } = aFocus();
  expect((await newest(archive))?.focus).toEqual({ cell, label, ifThen, from: attempt.id });
});

test('a focus of another prompt says which, and can be left out and taken back', async () => {
  const archive = await anEmptyArchive();
  await withFocus(archive, 'idempotency' as PromptId);
  await open(archive);
  await expect.element(page.getByText('From “Idempotency”.')).toBeVisible();
  await button('Not this time').click();
  await expect.element(page.getByText('I would switch if …', { exact: false })).not.toBeInTheDocument();
  await button('Take the focus after all').click();
  await expect.element(page.getByText('I would switch if …', { exact: false })).toBeVisible();
  await button('Not this time').click();
  await button('Start recording').click();
  await speaks(1);
  await expect.element(page.getByText('No focus in this take.')).not.toBeInTheDocument();
  await button('Finish').click();
  await expect.poll(async () => (await newest(archive))?.promptId).toBe(PROMPT);
  expect((await newest(archive))?.focus).toBeUndefined();
});

test('a recovered take keeps the focus it was begun with', async () => {
  const archive = await anEmptyArchive();
  const attempt = await withFocus(archive);
  const focus = {
    cell: 'clarity.next',
    label: 'Clarity: Next',
    ifThen: 'I will end on one line',
    from: attempt.id,
  } as const;
  const orphan = anUnfinishedAttempt({ promptId: PROMPT, focus });
  await archive.attempts.begin(orphan);
  await archive.attempts.append(aChunk({ attemptId: orphan.id, clockEndMs: 2000 }));
  await open(archive, `${PATH}?continue=${orphan.id}`);
  await expect.element(page.getByText('I will end on one line')).toBeVisible();
  await expect.element(button('Not this time')).not.toBeInTheDocument();
});

const drillOf = (id: AttemptId, step: string, promptId: string = PROMPT) =>
  `/practice/${promptId}?drill=${id}&step=${step}`;

test('a drill is one step of an attempt, and leads back to its review', async () => {
  const archive = await anEmptyArchive();
  const attempt = await withFocus(archive);
  await archive.settings.update('recording', (before) => ({ ...before, mode: 'exam' }));
  const { router } = await open(archive, drillOf(attempt.id, 'tradeoffs'));
  await expect.element(page.getByRole('heading', { level: 1 })).toHaveTextContent('Drill: Trade-offs');
  const cell = builtInRubric.cells.find(({ id }) => id === 'depth.tradeoffs');
  await expect.element(page.getByText(cell?.drill ?? 'none', { exact: false })).toBeVisible();
  await expect.element(page.getByText('I would switch if …', { exact: false })).not.toBeInTheDocument();
  expect(page.getByRole('region', { name: 'Outline' }).getByRole('textbox').elements()).toHaveLength(1);
  await expect.element(select('Mode')).toHaveDisplayValue('Cold');
  await expect.element(select('Target length')).not.toBeInTheDocument();
  await expect.element(page.getByText('1 minute 15 seconds, cold', { exact: false })).toBeVisible();
  await expect
    .element(page.getByRole('link', { name: 'Back to the review' }))
    .toHaveAttribute('href', `/attempts/${attempt.id}#drills`);
  await expectGoodLooks();
  await button('Start recording').click();
  await speaks(1);
  await expect.element(page.getByRole('group', { name: 'Steps' })).not.toBeInTheDocument();
  await userEvent.keyboard('2');
  await expectGoodLooks();
  await button('Finish').click();
  await expect.poll(() => router.state.location.pathname).toBe(`/attempts/${attempt.id}`);
  expect(router.state.location.hash).toBe('#drills');
  const [drill] = await archive.attempts.drillsOf(attempt.id);
  expect(drill).toMatchObject({
    parentId: attempt.id,
    drillStep: 'tradeoffs',
    marks: [{ step: 'tradeoffs', atMs: 0 }],
    targetMs: 75_000,
    mode: 'cold',
    prompt: attempt.prompt,
  });
  expect(drill?.focus).toBeUndefined();
  expect(await archive.settings.get('recording')).toMatchObject({ mode: 'exam' });
  expect(await checkInvariants()).toEqual([]);
});

test('without a focus on its step a drill asks what the step asks', async () => {
  const archive = await anEmptyArchive();
  const attempt = await withFocus(archive);
  await open(archive, drillOf(attempt.id, 'next'));
  const next = builtInRubric.steps.find(({ id }) => id === 'next');
  await expect.element(page.getByText(`Exercise. ${next?.byKind.design}`)).toBeVisible();
  await expect.element(page.getByText('1 minute, cold', { exact: false })).toBeVisible();
});

test('a drill needs no prompt: the attempt has kept what was asked', async () => {
  const archive = await anEmptyArchive();
  const attempt = await keepAnAttempt(archive, { promptId: 'deleted' as PromptId });
  await open(archive, drillOf(attempt.id, 'approach', 'deleted'));
  await expect.element(page.getByText('How do you make a retried payment harmless?')).toBeVisible();
});

test('a step or an attempt that is not there is said, and what is recorded is a full take', async () => {
  const archive = await anEmptyArchive();
  const attempt = await keepAnAttempt(archive, { promptId: PROMPT });
  const other = await keepAnAttempt(archive, { promptId: 'idempotency' as PromptId });
  const drill = await keepAnAttempt(archive, { promptId: PROMPT, parentId: attempt.id, drillStep: 'next' });
  const { router } = await open(archive, drillOf('nothing' as AttemptId, 'approach'));
  const notice = page.getByText('That step cannot be spoken again');
  await expect.element(notice).toBeVisible();
  await expect.element(page.getByRole('heading', { level: 1 })).toMatchTextContent('Reference counting');
  await expectGoodLooks();
  for (const path of [
    drillOf(attempt.id, 'ending'),
    drillOf(other.id, 'approach'),
    drillOf(drill.id, 'next'),
    `${PATH}?drill=${attempt.id}`,
  ]) {
    await router.navigate(PATH);
    await expect.element(notice).not.toBeInTheDocument();
    await router.navigate(path);
    await expect.element(notice).toBeVisible();
    await expect.element(select('Target length')).toBeVisible();
  }
});

test('a drill that a crash cut short goes on as one, and is its attempt’s, or its own without it', async () => {
  const archive = await anEmptyArchive();
  const attempt = await keepAnAttempt(archive, { promptId: PROMPT });
  const begin = async () => {
    const orphan = anUnfinishedAttempt({
      promptId: PROMPT,
      parentId: attempt.id,
      drillStep: 'results',
      targetMs: 60_000,
      marks: [{ step: 'results', atMs: 0 }],
      segments: [],
    });
    await archive.attempts.begin(orphan);
    return orphan;
  };
  const first = await begin();
  const { router } = await open(archive, `${PATH}?continue=${first.id}`);
  await expect.element(page.getByRole('heading', { level: 1 })).toHaveTextContent('Drill: Results');
  await button('Start recording').click();
  await speaks(1);
  await expect.element(page.getByRole('group', { name: 'Steps' })).not.toBeInTheDocument();
  await button('Finish').click();
  await expect.poll(() => router.state.location.pathname).toBe(`/attempts/${attempt.id}`);
  expect((await archive.attempts.drillsOf(attempt.id)).map(({ id }) => id)).toEqual([first.id]);
  const second = await begin();
  await archive.attempts.remove(attempt.id);
  const { stream } = await aMicrophone();
  answerGetUserMedia(() => Promise.resolve(stream));
  await router.navigate(`${PATH}?continue=${second.id}`);
  await expect.element(page.getByRole('heading', { level: 1 })).toHaveTextContent('Drill: Results');
  await expect.element(page.getByRole('link', { name: 'Back to the review' })).not.toBeInTheDocument();
  await button('Start recording').click();
  await speaks(1);
  await button('Finish').click();
  await expect.poll(() => router.state.location.pathname).toBe(`/attempts/${second.id}`);
});
