import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import type { KeptAttempt } from '../../src/domain/attempt.ts';
import { LEVELS, type Level, type Review, type Scores } from '../../src/domain/rubric.ts';
import type { Archive } from '../../src/storage/archive.ts';
import { StorageError } from '../../src/storage/errors.ts';
import { aDelivery, anEmptyArchive, aReview, keepAnAttempt } from '../support/factories.ts';
import { expectGoodLooks, openApp } from './app.tsx';
import { all, marksAt, patiently } from './open-review.ts';

const DAY = 86_400_000;
const rubric = { id: 'explanation-rubric', version: '1.0.0' };

const region = () => page.getByRole('region', { name: 'Calibration' });
const list = (name: string) => region().getByRole('list', { name });

type Take = {
  readonly daysAgo: number;
  readonly scores?: Scores;
  readonly predicted?: Partial<Record<'clarity' | 'pacing' | 'depth', Level>>;
  readonly rescored?: Scores;
  readonly fields?: Partial<KeptAttempt>;
  readonly review?: Partial<Review>;
};

/** A locked take of five minutes on budget, but for Next: 60 s in place of 30. All of it is measured. */
async function keepATake(
  archive: Archive,
  { daysAgo, scores = all(3), predicted, rescored, fields, review }: Take,
): Promise<KeptAttempt> {
  const attempt = await keepAnAttempt(archive, {
    startedAt: Date.now() - daysAgo * DAY - 3_600_000,
    durationMs: 330_000,
    marks: marksAt(0, 45_000, 135_000, 210_000, 270_000),
    prompt: { title: `Prompt ${daysAgo}`, question: 'Why?', kind: 'concept', covers: [], followUps: {} },
    ...fields,
  });
  const lockedAt = attempt.startedAt + 3_600_000;
  await archive.reviews.put(aReview({ attemptId: attempt.id, scores, lockedAt, ...review }));
  if (rescored !== undefined)
    await archive.reviews.put(
      aReview({ attemptId: attempt.id, scores: rescored, lockedAt: lockedAt + 20 * DAY, mode: 'rescore' }),
    );
  await archive.deliveries.put(
    aDelivery({
      attemptId: attempt.id,
      localRates: [{ startMs: 290_000, endMs: 300_000, ratio: 1 }],
      pauses: [{ startMs: 45_000, endMs: 46_000 }],
    }),
  );
  if (predicted !== undefined)
    await archive.coaching.update(attempt.id, (before) => ({
      ...before,
      prediction: { levels: predicted, rubric, decidedAt: attempt.startedAt },
    }));
  return attempt;
}

test('without an attempt there is no calibration, and the first one counts', async () => {
  const archive = await anEmptyArchive();
  await openApp(archive, '/history');
  await expect.element(page.getByText('Nothing recorded yet.', { exact: false })).toBeVisible();
  await expect.element(region()).not.toBeInTheDocument();
  await keepATake(archive, { daysAgo: 1, predicted: { clarity: 3, pacing: 3, depth: 3 } });
  await expect.element(region()).toMatchTextContent('1 of 8 pairs: not enough attempts.');
  await expect.element(region()).toMatchTextContent('1 of 8 takes with both: not enough attempts.');
  await expect.element(region()).toMatchTextContent('0 of 5 re-scores: not enough attempts.');
  await expect.element(region()).toMatchTextContent('1 of 20 takes: not enough attempts.');
  await expect.element(region().getByRole('link')).not.toBeInTheDocument();
  await expectGoodLooks();
});

test('from eight pairs on the gaps are given with their interval, cells and takes', async () => {
  const archive = await anEmptyArchive();
  const low = { ...all(3), 'clarity.results': 1, 'clarity.next': 2, 'pacing.next': 2 } as const;
  for (let index = 0; index < 8; index += 1)
    await keepATake(archive, {
      daysAgo: index,
      predicted: { clarity: index === 5 ? 4 : 3, pacing: index % 2 === 0 ? 2 : 3 },
      scores: low,
      review: { moments: { 'pacing.approach': [96_000] } },
    });
  // Neither of these: another version, a quick review.
  await keepATake(archive, { daysAgo: 9, predicted: { clarity: 1 }, review: { rubricVersion: '0.9.0' } });
  await keepATake(archive, {
    daysAgo: 10,
    predicted: { clarity: 1 },
    review: { mode: 'quick', quickStep: 'next' },
  });
  await openApp(archive, '/history');
  // Seven gaps of −0.56 and one of −1.56: SD 0.354, and 2.365 · 0.354 / √8 = 0.296.
  await expect
    .element(region(), patiently)
    .toMatchTextContent(
      'Scored 0.7 of a level below the prediction on average (95% interval 0.4 to 1.0 below). 8 takes.',
    );
  await expect
    .element(list('Largest gaps, clarity').getByRole('listitem').first())
    .toMatchTextContent(
      /Prompt 5, .*: 4 predicted, 2\.4 scored\. Below 4: Results at 1, Next at 2, Situation, Approach and Trade-offs at 3\./,
    );
  // 2.84 − 2 and 2.84 − 3.
  await expect
    .element(region())
    .toMatchTextContent('Scored 0.3 of a level above the prediction on average, which may be chance');
  await expect.element(region()).toMatchTextContent('0 of 8 pairs: not enough attempts.');
  await region().getByText('Show as table').first().click();
  const rows = region().getByRole('table', { name: 'Clarity: predicted, then scored' }).getByRole('row');
  expect(rows.elements().length).toBe(9);
  await expectGoodLooks();
});

test('what was given stands against what the recording allows, cell by cell', async () => {
  const archive = await anEmptyArchive();
  const attempts: KeptAttempt[] = [];
  for (let index = 0; index < 8; index += 1)
    attempts.push(
      await keepATake(archive, {
        daysAgo: index,
        scores: index === 3 ? { ...all(3), 'pacing.next': 4 } : all(3),
        review: { moments: { 'pacing.next': [272_000] } },
      }),
    );
  await openApp(archive, '/history');
  const counts = region().getByRole('table', { name: 'Pacing: given, and allowed' });
  await expect
    .poll(
      () =>
        counts
          .getByRole('row')
          .elements()
          .slice(1)
          .map((row) => [...row.children].map((cell) => cell.textContent)),
      patiently,
    )
    .toEqual([
      ['4', '0', '0', '0', '1'],
      ['3', '32', '0', '0', '7'],
      ['2', '0', '0', '0', '0'],
      ['1', '0', '0', '0', '0'],
    ]);
  const first = list('Largest gaps, pacing and recording').getByRole('listitem').first();
  await expect.element(first).toMatchTextContent(/Prompt 3, .*: Next, 4 given at 4:32, 1 allowed\./);
  await expect.element(first.getByRole('link')).toHaveAttribute('href', `/attempts/${attempts[3]?.id}`);
  // 0.4 more in seven takes, 0.2 in one: 4, 4, 4, 4 and 1 allowed.
  await expect
    .element(region())
    .toMatchTextContent(
      'The recording allows 0.4 of a level more than was given on average (95% interval 0.3 to 0.4 more). 40 cells of 8 takes.',
    );
});

test('five re-scores say how equal, how far and which way, and the oldest take can be scored again', async () => {
  const archive = await anEmptyArchive();
  for (const [index, level] of ([3, 3, 3, 2, 1] as const).entries())
    await keepATake(archive, { daysAgo: 60 + index, rescored: all(level) });
  await keepATake(archive, { daysAgo: 13 });
  const [older] = [await keepATake(archive, { daysAgo: 20 }), await keepATake(archive, { daysAgo: 15 })];
  await openApp(archive, '/history');
  await expect
    .element(region(), patiently)
    .toMatchTextContent(
      '60% of the cells were given the same level again, 80% the same or the next one, in 5 takes.',
    );
  await expect
    .element(region())
    .toMatchTextContent(
      'The second overall is 15.0 points lower on average. One overall is good to 15.8 points',
    );
  await expect
    .element(region().getByRole('link', { name: 'Score a take again' }))
    .toHaveAttribute('href', `/attempts/${older.id}/rescore`);
  await expectGoodLooks();
});

test('a take is not offered to be scored again while its prompt has the newest focus, or without its sound', async () => {
  const archive = await anEmptyArchive();
  const attempt = await keepATake(archive, { daysAgo: 30 });
  await openApp(archive, '/history');
  const link = region().getByRole('link', { name: 'Score a take again' });
  await expect.element(link).toBeVisible();
  const focus = {
    cell: 'depth.next',
    label: 'Technical depth: Next',
    level: 2,
    ifThen: 'When I end, I will name a date.',
    rubric,
    savedAt: Date.now(),
  } as const;
  await archive.coaching.update(attempt.id, (before) => ({ ...before, focus }));
  await expect.element(link).not.toBeInTheDocument();
  await archive.coaching.update(attempt.id, ({ focus: _focus, ...before }) => before);
  await expect.element(link).toBeVisible();
  await archive.clips.erase(attempt.id);
  await expect.element(link).not.toBeInTheDocument();
});

test('after twenty takes it is said when two criteria carry one message', { timeout: 60_000 }, async () => {
  const archive = await anEmptyArchive();
  for (let index = 0; index < 20; index += 1) {
    const [same, other] = [LEVELS[index % 4] ?? 1, LEVELS[Math.floor(index / 4) % 4] ?? 1];
    const scores = Object.fromEntries(
      Object.keys(all(1)).map((cell) => [cell, cell.startsWith('pacing') ? other : same]),
    );
    await keepATake(archive, {
      daysAgo: index,
      scores,
      predicted: { clarity: 3, pacing: 3, depth: 3 },
    });
  }
  await openApp(archive, '/history');
  await expect
    .element(region(), patiently)
    .toMatchTextContent(
      'Clarity and Technical depth carry one message: over 20 takes they rise and fall together (correlation 1.00).',
    );
  await expect.element(region()).not.toMatchTextContent('Clarity and Pacing carry');
  await expectGoodLooks();
});

test('the rows are there before the calibration has read anything, and it reads two hundred at a time', async () => {
  const archive = await anEmptyArchive();
  await keepATake(archive, { daysAgo: 1 });
  const limits: number[] = [];
  let open: () => void = () => undefined;
  const isAsked = new Promise<void>((resolve) => {
    open = resolve;
  });
  await openApp(
    {
      ...archive,
      attempts: {
        ...archive.attempts,
        page: async (query) => {
          limits.push(query.limit);
          if (query.limit === 200) await isAsked;
          return archive.attempts.page(query);
        },
      },
    },
    '/history',
  );
  await expect.element(page.getByRole('table', { name: 'Attempts' })).toBeVisible();
  await expect.element(region()).toMatchTextContent('Reading your reviews…');
  open();
  await expect.element(region()).toMatchTextContent('0 of 8 pairs');
  expect(new Set(limits)).toEqual(new Set([50, 200]));
});

test('reviews that cannot be read leave the list as it is, and that is said', async () => {
  const archive = await anEmptyArchive();
  await keepATake(archive, { daysAgo: 1 });
  await openApp(
    {
      ...archive,
      coaching: { ...archive.coaching, ofAll: () => Promise.reject(new StorageError('unavailable')) },
    },
    '/history',
  );
  await expect.element(region()).toMatchTextContent('Your reviews cannot be read now.');
  await expect.element(page.getByRole('table', { name: 'Attempts' })).toBeVisible();
});
