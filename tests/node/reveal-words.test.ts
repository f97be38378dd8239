import { expect, test } from 'vitest';
import type { KeptAttempt } from '../../src/domain/attempt.ts';
import type { Delivery, PauseTag } from '../../src/domain/facts.ts';
import { OTHER_PROMPT_ID } from '../../src/domain/prompt.ts';
import type { Review, Scores } from '../../src/domain/rubric.ts';
import { STEP_IDS, type StepId } from '../../src/domain/step.ts';
import { revealedBy, shownOf } from '../../src/reveal/shown.ts';
import { becauseWords, findingWords, midSentenceScope, timeWords } from '../../src/reveal/words.ts';
import { builtInRubric as rubric } from '../../src/rubric/definition.ts';
import { aDelivery, aKeptAttempt, aReview } from '../support/factories.ts';

const span = (startSec: number, endSec: number) => ({
  startMs: Math.round(startSec * 1000),
  endMs: Math.round(endSec * 1000),
});
const tag = (startSec: number, endSec: number, place: PauseTag['place']): PauseTag => ({
  ...span(startSec, endSec),
  place,
});
const marksAt = (...seconds: readonly number[]): KeptAttempt['marks'] =>
  seconds.flatMap((second, index) => {
    const step = STEP_IDS[index];
    return step === undefined ? [] : [{ step, atMs: second * 1000 }];
  });
const pacing = (...levels: readonly (1 | 2 | 3 | 4)[]): Scores =>
  Object.fromEntries(levels.map((level, index) => [`pacing.${STEP_IDS[index]}`, level]));

/** The story of the specification. */
const STORY = {
  attempt: aKeptAttempt({ durationMs: 308_000, marks: marksAt(0, 62, 151, 204, 271) }),
  delivery: aDelivery({
    speech: span(0, 308),
    pauses: [span(62, 64.4), span(104, 108.4), span(191, 196.2)],
    localRates: [{ ...span(298, 308), ratio: 1 }],
  }),
  tags: [tag(62, 64.4, 'between-points'), tag(104, 108.4, 'mid-sentence'), tag(191, 196.2, 'between-points')],
  scores: pacing(3, 3, 2, 3, 3),
};

type Story = {
  readonly attempt: KeptAttempt;
  readonly delivery: Delivery | null;
  readonly tags: readonly PauseTag[];
  readonly scores: Scores;
  readonly review?: Partial<Review>;
};

function shown(changes: Partial<Story> = {}) {
  const { attempt, delivery, tags, scores, review }: Story = { ...STORY, ...changes };
  return shownOf({
    rubric,
    attempt,
    review: aReview({ scores, lockedAt: 1_790_000_200_000, ...review }),
    delivery,
    coaching: { pauseTags: tags },
  });
}

function because(step: StepId, changes: Partial<Story> = {}): string {
  const row = shown(changes)[0]?.rows.find((candidate) => candidate.step === step);
  if (row === undefined) throw new Error('Pacing has limits in every step');
  return becauseWords(row).join(' ');
}

test('the first sentence says where recording and score disagree, both ways', () => {
  expect(findingWords(shown(), true)).toBe(
    'In Situation and Approach the recording allows less than you gave; in Trade-offs and Results, more.',
  );
  expect(findingWords(shown({ scores: pacing(3, 2, 3, 4, 3) }), true)).toBe(
    'In Situation the recording allows less than you gave.',
  );
  expect(findingWords(shown({ scores: pacing(2, 2, 3, 3, 3) }), true)).toBe(
    'In Results the recording allows more than you gave.',
  );
  expect(findingWords(shown({ scores: pacing(2, 2, 3, 4, 3) }), true)).toBe(
    'Nothing measured stands against your scores for pacing.',
  );
});

test('what may still fall is not said to allow more', () => {
  const scores = pacing(2, 2, 2, 2, 2);
  expect(findingWords(shown({ scores, delivery: null, tags: [] }), false)).toBe(
    'The step times stand against none of your scores for pacing.',
  );
  expect(findingWords(shown({ scores: pacing(4, 2, 2, 2, 2), delivery: null, tags: [] }), false)).toBe(
    'In Situation the recording allows less than you gave.',
  );
});

test('without marks, or without a score, it says that there is nothing to compare', () => {
  const attempt = { ...STORY.attempt, marks: [] };
  expect(findingWords(shown({ attempt, delivery: null }), false)).toBe(
    'Not enough is known of this recording to set beside your scores.',
  );
  expect(findingWords(shown({ scores: { 'depth.next': 3 } }), true)).toBe(
    'No step has both a score and something measured to set beside it.',
  );
});

test('each row names the limit that binds, in seconds and per cent', () => {
  expect(because('situation')).toBe('17 s over, 38% off budget. Level 3 allows 35%.');
  expect(because('approach')).toBe(
    'On budget. The pause at 1:44 is mid-sentence; level 3 has none over 2 s.',
  );
  expect(because('tradeoffs')).toBe('22 s short, 29% off budget. Level 4 allows 20%.');
  expect(because('results')).toBe('7 s over, 12% off budget. Nothing measured stands against 4.');
  expect(because('next')).toBe(
    '7 s over, 23% off budget. Level 4 allows 20%. The whole is 3% over its target; level 4 allows none.',
  );
  expect(shown()[0]?.rows.map(timeWords)).toEqual([
    '1:02 of 0:45',
    '1:29 of 1:30',
    '0:53 of 1:15',
    '1:07 of 1:00',
    '0:37 of 0:30',
  ]);
});

test('pauses, stretches and the end are named where they bind', () => {
  const onBudget = aKeptAttempt({ durationMs: 300_000, marks: marksAt(0, 45, 135, 210, 270) });
  const measured = (fields: Partial<Delivery>, tags: readonly PauseTag[] = []) => ({
    attempt: onBudget,
    delivery: aDelivery(fields),
    tags,
  });
  expect(because('situation', measured({ pauses: [span(20, 24.2)] }))).toBe(
    'On budget. The pause at 0:20 lasts 4.2 s; level 3 allows 3 s.',
  );
  expect(because('situation', measured({ pauses: [span(45, 45.3)] }))).toBe(
    'On budget. A pause of 0.3 s at the end of Situation; level 4 has one of 0.5 to 2 s.',
  );
  expect(because('situation', measured({}))).toBe(
    'On budget. No pause at the end of Situation; level 4 has one of 0.5 to 2 s.',
  );
  const twice = [tag(60, 62.5, 'mid-sentence'), tag(80, 82.5, 'mid-sentence'), tag(90, 93, 'mid-sentence')];
  expect(because('approach', measured({ pauses: twice }, twice))).toBe(
    'On budget. The pauses at 1:00, 1:20 and 1:30 are mid-sentence; level 2 allows 2 over 2 s.',
  );
  const fast = (...from: readonly number[]) =>
    from.flatMap((at) => [
      { ...span(at, at + 10), ratio: 1.3 },
      { ...span(at + 5, at + 15), ratio: 1.3 },
    ]);
  expect(because('results', measured({ localRates: fast(220) }))).toBe(
    'On budget. 1 stretch of 15 s or more a quarter above your median rate; level 3 allows none.',
  );
  expect(because('next', measured({ localRates: [{ ...span(290, 300), ratio: 1.3 }] }))).toBe(
    'On budget. The last 10 s are 30% above your median rate; level 4 allows 15%.',
  );
});

test('a figure just beyond its limit does not read as the limit', () => {
  // 35.02% over 90 s.
  const attempt = aKeptAttempt({
    durationMs: 300_000,
    marks: [
      { step: 'approach', atMs: 0 },
      { step: 'next', atMs: 121_520 },
    ],
  });
  expect(because('approach', { attempt, delivery: null, tags: [] })).toBe(
    '31 s over, just over 35% off budget. Level 3 allows 35%.',
  );
});

test('all of what is off budget is said in whole per cent', () => {
  // 90.2% under 90 s.
  const attempt = aKeptAttempt({
    durationMs: 300_000,
    marks: [
      { step: 'approach', atMs: 0 },
      { step: 'next', atMs: 8820 },
    ],
  });
  expect(because('approach', { attempt, delivery: null, tags: [] })).toMatch(/^82 s short, 90% off budget\./);
});

test('where a pause in the middle of a sentence counts comes from the rubric', () => {
  expect(midSentenceScope(rubric)).toBe('pacing in Approach and Trade-offs');
  expect(midSentenceScope({ ...rubric, cells: [] })).toBeNull();
});

test('what is not known yet is said, and a missing step is not compared', () => {
  expect(because('approach', { tags: [] })).toBe('On budget. The pause at 1:44 has no tag yet.');
  expect(because('results', { delivery: null, tags: [] })).toBe('7 s over, 12% off budget.');
  expect(because('next', { review: { missing: ['next'] } })).toBe(
    'Counts as missing: there is nothing to compare.',
  );
  const attempt = { ...STORY.attempt, marks: [] };
  expect(because('approach', { attempt, delivery: null })).toBe('');
});

test('an import at no prompt has no target: no budget, nothing over it, and words that say so', () => {
  const attempt = { ...STORY.attempt, promptId: OTHER_PROMPT_ID, source: 'imported' as const };
  const [pacingOf] = shown({ attempt });
  expect(pacingOf?.rows.map(timeWords)).toEqual([
    '1:02, no target',
    '1:29, no target',
    '0:53, no target',
    '1:07, no target',
    '0:37, no target',
  ]);
  for (const { facts, budgetMs, ceiling } of pacingOf?.rows ?? []) {
    expect([budgetMs, facts.stepTimeDeviationPct, facts.totalOverPct]).toEqual([null, null, null]);
    // What pauses limit still holds, and never as if all were known.
    expect(ceiling?.skipped).toContain('stepTimeDeviationPct');
  }
  expect(pacingOf?.rows.map(({ ceiling }) => ceiling?.level)).toEqual([3, 2, 4, 4, 4]);
  expect(because('approach', { attempt })).toBe(
    'The pause at 1:44 is mid-sentence; level 3 has none over 2 s.',
  );
  const none = 'Without a target there is no budget to compare with.';
  expect(because('tradeoffs', { attempt })).toBe(none);
  expect(because('approach', { attempt, delivery: null })).toBe(none);
  expect(because('approach', { attempt: { ...attempt, marks: [] }, delivery: null })).toBe('');
});

test('only a lock opens what was measured, and judging anew closes it', () => {
  const lockedAt = 1_790_000_200_000;
  const [first, draft] = [aReview({ lockedAt }), aReview()];
  const revision = aReview({ revises: first.id, reason: 'A slip' });
  expect(revealedBy([])).toBeNull();
  expect(revealedBy([draft])).toBeNull();
  expect(revealedBy([aReview({ lockedAt, mode: 'rescore' })])).toBeNull();
  expect(revealedBy([first])).toBe(first);
  // Seen already: correcting it does not close it.
  expect(revealedBy([first, revision])).toBe(first);
  const corrected = { ...revision, lockedAt: lockedAt + 1 };
  expect(revealedBy([first, corrected])).toBe(corrected);
  // A quick review was locked, and now all cells are judged.
  expect(revealedBy([aReview({ lockedAt, mode: 'quick', quickStep: 'next' }), draft])).toBeNull();
});
