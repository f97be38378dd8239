import { expect, test } from 'vitest';
import type { KeptAttempt } from '../../src/domain/attempt.ts';
import type { PromptId } from '../../src/domain/ids.ts';
import type { Review } from '../../src/domain/rubric.ts';
import { offersWarmUp, type Reviewed, rescoreOffer, warmUpLater } from '../../src/library/offers.ts';
import { aKeptAttempt, aReview } from '../support/factories.ts';

const DAY = 86_400_000;
const NOW = 1_790_000_000_000;
const NEVER = { doneAt: null, laterUntil: null };

test('the examples are offered before the first attempt, until they were done or put off', () => {
  expect(offersWarmUp(NEVER, null, NOW)).toBe(true);
  expect(offersWarmUp({ ...NEVER, doneAt: NOW - 90 * DAY }, null, NOW)).toBe(false);
  const laterUntil = warmUpLater(NOW);
  expect(offersWarmUp({ ...NEVER, laterUntil }, null, NOW + 29 * DAY)).toBe(false);
  expect(offersWarmUp({ ...NEVER, laterUntil }, null, laterUntil)).toBe(true);
});

test('they are offered again after a month without practice, and not twice in a month', () => {
  expect(offersWarmUp(NEVER, NOW - 29 * DAY, NOW)).toBe(false);
  expect(offersWarmUp(NEVER, NOW - 30 * DAY, NOW)).toBe(true);
  expect(offersWarmUp({ ...NEVER, doneAt: NOW - DAY }, NOW - 40 * DAY, NOW)).toBe(false);
  expect(offersWarmUp({ ...NEVER, doneAt: NOW - 35 * DAY }, NOW - 40 * DAY, NOW)).toBe(true);
  expect(offersWarmUp({ ...NEVER, laterUntil: NOW + DAY }, NOW - 40 * DAY, NOW)).toBe(false);
});

function reviewed(
  daysAgo: number,
  attempt: Partial<KeptAttempt> = {},
  ...more: readonly Partial<Review>[]
): Reviewed {
  const locked = { mode: 'full', lockedAt: NOW - daysAgo * DAY } as const;
  return {
    attempt: aKeptAttempt({ startedAt: NOW - daysAgo * DAY, ...attempt }),
    reviews: [locked, ...more].map((fields) => aReview(fields)),
  };
}

const ten = Array.from({ length: 10 }, (_, index) => reviewed(index));
const offered = (...extra: readonly Reviewed[]) => rescoreOffer([...ten, ...extra], [], NOW)?.id ?? null;

test('of attempts two weeks old the oldest is offered to be scored again', () => {
  const [younger, older] = [reviewed(14), reviewed(20)];
  expect(offered(younger, older)).toBe(older.attempt.id);
  expect(offered(reviewed(13.9))).toBeNull();
});

test('one is offered for every ten attempts, drills left out', () => {
  const old = reviewed(20);
  expect(rescoreOffer([...ten.slice(0, 8), old], [], NOW)).toBeNull();
  const drill = { ...reviewed(20), attempt: aKeptAttempt({ drillStep: 'next' }) };
  expect(rescoreOffer([...ten.slice(0, 8), old, drill], [], NOW)).toBeNull();
  expect(rescoreOffer([...ten.slice(0, 9), old], [], NOW)).toBe(old.attempt);
  const done = reviewed(30, {}, { mode: 'rescore', lockedAt: NOW - DAY });
  expect(offered(old, done)).toBeNull();
  expect(offered(old, done, ...ten)).toBe(old.attempt.id);
  expect(offered(done, ...ten)).toBeNull();
});

test('an attempt that is not scored, or scored again already, deleted, or of the focus, is not offered', () => {
  const promptId = 'focused' as PromptId;
  expect(offered({ ...reviewed(20), reviews: [aReview({ lockedAt: null })] })).toBeNull();
  expect(offered({ ...reviewed(20), reviews: [aReview({ mode: 'quick', lockedAt: NOW })] })).toBeNull();
  expect(offered(reviewed(20, { audioDeletedAt: NOW }))).toBeNull();
  expect(rescoreOffer([...ten, reviewed(20, { promptId })], [promptId], NOW)).toBeNull();
  const begun = reviewed(20, {}, { mode: 'rescore', lockedAt: null });
  expect(offered(begun)).toBe(begun.attempt.id);
});
