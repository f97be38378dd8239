import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import type { KeptAttempt } from '../../src/domain/attempt.ts';
import type { GapChoice } from '../../src/domain/coaching.ts';
import type { PromptId } from '../../src/domain/ids.ts';
import { builtInRubric } from '../../src/rubric/definition.ts';
import type { Archive } from '../../src/storage/archive.ts';
import { anEmptyArchive, anUnfinishedAttempt, aReview, keepAnAttempt } from '../support/factories.ts';
import { expectGoodLooks, openApp } from './app.tsx';

const DAY = 86_400_000;
const HOUR = 3_600_000;

const waiting = () => page.getByRole('region', { name: 'Also waiting' });
const lines = () =>
  waiting()
    .getByRole('listitem')
    .elements()
    .map((line) => line.querySelector('a')?.textContent ?? '');
const main = () => page.getByRole('main');

function keep(archive: Archive, title: string, fields: Partial<KeptAttempt> = {}) {
  const prompt = { title, question: '?', kind: 'design' as const, covers: [], followUps: {} };
  return keepAnAttempt(archive, { prompt, startedAt: Date.now() - HOUR, marks: [], ...fields });
}

async function waits(archive: Archive, title: string, endsAt: number, choice: GapChoice = 'ten-minutes') {
  const attempt = await keep(archive, title);
  const gap = { choice, chosenAt: endsAt - 600_000, endsAt };
  await archive.coaching.update(attempt.id, (coaching) => ({ ...coaching, gap }));
  return attempt;
}

async function saveFocus(archive: Archive, { id }: KeptAttempt) {
  const focus = {
    cell: 'depth.tradeoffs',
    label: 'Technical depth: Trade-offs',
    level: 2,
    ifThen: 'When I give the decision, I will add: I would switch if …',
    rubric: { id: builtInRubric.id, version: builtInRubric.version },
    savedAt: Date.now(),
  } as const;
  await archive.coaching.update(id, (coaching) => ({ ...coaching, focus }));
}

test('the open focus stands with what is next', async () => {
  const archive = await anEmptyArchive();
  await saveFocus(archive, await keep(archive, 'Judges'));
  await openApp(archive, '/');
  const next = page.getByRole('region', { name: 'Next' });
  await expect.element(next).toMatchTextContent(/Your focus for this take · Technical depth: Trade-offs/);
  await expect.element(next).toMatchTextContent(/I would switch if …/);
  await expectGoodLooks();
});

test('a review whose time has come is first, half a one after it, and one that still waits says until when', async () => {
  const archive = await anEmptyArchive();
  const soon = new Date(Date.now() + 90_000);
  await waits(archive, 'Waits', soon.getTime());
  const half = await keep(archive, 'Half');
  await archive.reviews.put(aReview({ attemptId: half.id }));
  await waits(archive, 'Ready', Date.now() - 1000);
  await openApp(archive, '/');
  await expect
    .poll(() =>
      lines()
        .slice(0, 3)
        .map((line) => line.split(' recorded ')[0]),
    )
    .toEqual(['Score: Ready', 'Finish scoring: Half', 'Score: Waits']);
  await expect.element(waiting()).toMatchTextContent(/Ready to score\. Recorded/);
  const time = soon.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  const isToday = soon.toDateString() === new Date().toDateString();
  await expect
    .element(waiting())
    .toMatchTextContent(new RegExp(`Ready to score ${isToday ? `at ${time}` : 'tomorrow'}`));
  expect(lines()).toHaveLength(4);
  await expectGoodLooks();
});

test('the page says that a review is ready as soon as it is', async () => {
  const archive = await anEmptyArchive();
  await waits(archive, 'Waits', Date.now() + 2500);
  await openApp(archive, '/');
  await expect.element(waiting()).toMatchTextContent(/Ready to score (at|tomorrow)/);
  await expect.element(waiting()).toMatchTextContent(/Ready to score\. Recorded/);
});

test('one that was put off to tomorrow says so', async () => {
  const archive = await anEmptyArchive();
  await waits(archive, 'Waits', Date.now() + DAY, 'tomorrow');
  await openApp(archive, '/');
  await expect.element(waiting()).toMatchTextContent(/Ready to score tomorrow\./);
});

test('drills are no unfinished reviews', async () => {
  const archive = await anEmptyArchive();
  const attempt = await keep(archive, 'Judges');
  await archive.reviews.put(aReview({ attemptId: attempt.id, lockedAt: Date.now() }));
  await keep(archive, 'Judges', { parentId: attempt.id, drillStep: 'next' });
  const orphan = anUnfinishedAttempt({ parentId: attempt.id, drillStep: 'approach' });
  await archive.attempts.begin(orphan);
  await openApp(archive, '/');
  await expect.poll(() => lines().length).toBeGreaterThan(0);
  expect(lines().filter((line) => line.includes('core'))).toEqual([]);
  await expect
    .element(page.getByRole('region', { name: 'Recovered takes' }))
    .toMatchTextContent(/A drill of Approach\. Begun/);
});

test('for ten attempts one is offered to be scored again, unseen', async () => {
  const archive = await anEmptyArchive();
  const old = await keep(archive, 'A feature store', { startedAt: Date.now() - 15 * DAY });
  await archive.reviews.put(aReview({ attemptId: old.id, lockedAt: Date.now() - 15 * DAY }));
  for (let count = 0; count < 9; count += 1) {
    const attempt = await keep(archive, `Attempt ${count}`, { promptId: 'other-one' as PromptId });
    await archive.reviews.put(aReview({ attemptId: attempt.id, lockedAt: Date.now() }));
  }
  await openApp(archive, '/');
  const link = main().getByRole('link', { name: 'Score again, unseen: A feature store' });
  await expect.element(link).toHaveAttribute('href', `/attempts/${old.id}/rescore`);
  await expectGoodLooks();
  await archive.reviews.put(aReview({ attemptId: old.id, mode: 'rescore', lockedAt: Date.now() }));
  await expect.element(link).not.toBeInTheDocument();
});

test('before the first attempt four examples are offered, and Later takes the offer away', async () => {
  const archive = await anEmptyArchive();
  await openApp(archive, '/');
  const link = main().getByRole('link', { name: 'Warm up: four short examples' });
  await expect.element(link).toHaveAttribute('href', '/warm-up');
  await expectGoodLooks();
  await page.getByRole('button', { name: 'Later: four short examples' }).click();
  await expect.element(link).not.toBeInTheDocument();
  expect((await archive.settings.get('warmUp')).laterUntil).toBeGreaterThan(Date.now() + 29 * DAY);
});

test('after a month they are offered again, with nothing said of what was not done', async () => {
  const archive = await anEmptyArchive();
  const attempt = await keep(archive, 'Judges', { startedAt: Date.now() - 40 * DAY });
  await archive.reviews.put(aReview({ attemptId: attempt.id, lockedAt: Date.now() }));
  await openApp(archive, '/');
  await expect.poll(() => lines()[0]).toBe('Warm up: four short examples');
  await expect.element(waiting()).toMatchTextContent(/The last take was .*compare with the key first\./);
  expect(lines()).toHaveLength(4);
});
