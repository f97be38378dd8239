import fc from 'fast-check';
import { expect, test } from 'vitest';
import { plainText, reviewMarkdown } from '../../src/coaching/markdown.ts';
import { reviewSheet } from '../../src/coaching/review-sheet.ts';
import type { KeptAttempt } from '../../src/domain/attempt.ts';
import { blankCoaching, type Coaching } from '../../src/domain/coaching.ts';
import type { CommentId } from '../../src/domain/ids.ts';
import { OTHER_PROMPT_ID } from '../../src/domain/prompt.ts';
import type { Review } from '../../src/domain/rubric.ts';
import { STEP_IDS } from '../../src/domain/step.ts';
import { builtInRubric as rubric } from '../../src/rubric/definition.ts';
import { aKeptAttempt, aReview } from '../support/factories.ts';
import { CELL_IDS } from '../support/rubric.ts';

const ref = { id: rubric.id, version: rubric.version };
const AT = new Date(2025, 10, 20, 10, 5).getTime();
const SPOKEN = {
  startedAt: AT,
  durationMs: 308_000,
  marks: [0, 62, 151, 204, 271].map((second, index) => ({
    step: STEP_IDS[index] ?? 'next',
    atMs: second * 1000,
  })),
};

type Given = {
  readonly attempt?: Partial<KeptAttempt>;
  readonly review?: Partial<Review>;
  /** The first lock, where `review` corrects it. */
  readonly first?: Partial<Review>;
  readonly coaching?: Partial<Coaching>;
};

function sheetOf({ attempt, review, first, coaching }: Given) {
  const kept = aKeptAttempt({ ...SPOKEN, ...attempt });
  const scores = Object.fromEntries(CELL_IDS.map((cell) => [cell, 3])) as Review['scores'];
  const locked = { attemptId: kept.id, scores, lockedAt: AT + 3_600_000 };
  const shown = aReview({ ...locked, ...review });
  const sheet = reviewSheet({
    attempt: kept,
    rubric,
    review: shown,
    reviews: first === undefined ? [shown] : [aReview({ ...locked, lockedAt: AT, ...first }), shown],
    coaching: { ...blankCoaching(kept.id), ...coaching },
    noise: 7.4,
  });
  if (sheet === null) throw new Error('The rubric is the review’s');
  return sheet;
}

test('a review whose rubric is gone has no words for its levels', () => {
  const attempt = aKeptAttempt(SPOKEN);
  const review = aReview({ attemptId: attempt.id, rubricVersion: '0.9.0', lockedAt: AT });
  expect(
    reviewSheet({
      attempt,
      rubric,
      review,
      reviews: [review],
      coaching: blankCoaching(attempt.id),
      noise: 7.4,
    }),
  ).toBeNull();
});

const comment = (atMs: number, text: string) => ({
  id: `c${atMs}` as CommentId,
  atMs,
  text,
  createdAt: AT,
  updatedAt: AT,
});

/** All of what a person can have said about a take, with `text` wherever it is their own. */
function everything(text: string): Given {
  const focus = { cell: 'depth.tradeoffs', label: text, ifThen: text } as const;
  return {
    attempt: {
      prompt: {
        title: text,
        question: text,
        kind: 'design',
        covers: [
          { id: 'one', text },
          { id: 'two', text },
        ],
        followUps: {},
      },
      focus: { ...focus, from: aKeptAttempt().id },
    },
    review: {
      moments: { 'clarity.situation': [12_000, 40_000] },
      revises: aReview().id,
      reason: text,
    },
    coaching: {
      comments: [comment(70_000, text), comment(12_000, text)],
      covered: { one: { answer: 'partly', atMs: 30_000 } },
      prediction: { levels: { clarity: 2, pacing: 3, depth: 4 }, rubric: ref, decidedAt: AT },
      focusDone: { answer: 'yes' },
      focus: { ...focus, level: 2, rubric: ref, savedAt: AT },
    },
  };
}

test('a locked review as Markdown: what it is, what it came to, where it can be heard, what comes next', () => {
  const given = everything('words');
  const scores = { ...sheetScores(3), 'depth.approach': 2 } as Review['scores'];
  const markdown = reviewMarkdown(sheetOf({ ...given, review: { ...given.review, scores } }));
  expect(markdown).toBe(`# words

> words

20 November 2025, 10:05 · 5:08 of 5:00 · Cold · Locked 20 November 2025, 11:05

## Score

**72 of 100, give or take 7**

- Revised: words

| Criterion | Score |
| --- | --- |
| Clarity | 75 |
| Pacing | 75 |
| Technical depth | 69 |

| Step | Clarity | Pacing | Technical depth |
| --- | --- | --- | --- |
| Situation, 1:02 of 0:45 | 3 Solid (0:12, 0:40) | 3 Solid | 3 Solid |
| Approach, 1:29 of 1:30 | 3 Solid | 3 Solid | 2 Partial |
| Trade-offs, 0:53 of 1:15 | 3 Solid | 3 Solid | 3 Solid |
| Results, 1:07 of 1:00 | 3 Solid | 3 Solid | 3 Solid |
| Next, 0:37 of 0:30 | 3 Solid | 3 Solid | 3 Solid |

## Comments

- **0:12** words
- **1:10** words

## Covered points

- Partly (0:30): words
- Not answered: words

## Prediction

| Criterion | Predicted | Scored |
| --- | --- | --- |
| Clarity | 2 Partial | 3.0 |
| Pacing | 3 Solid | 3.0 |
| Technical depth | 4 Full | 2.8 |

## Focus of this take

words

> words

Done: Yes

## Focus

words

> words
`);
});

function sheetScores(level: 1 | 2 | 3 | 4): Review['scores'] {
  return Object.fromEntries(CELL_IDS.map((cell) => [cell, level]));
}

test('a draft says how far it is, and nothing that only the lock reveals', () => {
  const given = everything('words');
  const scores: Review['scores'] = { 'clarity.situation': 3, 'depth.approach': 1 };
  const sheet = sheetOf({ ...given, review: { scores, lockedAt: null } });
  expect(sheet.facts.at(-1)).toBe('Draft, 2 of 15');
  expect(sheet).toMatchObject({ overall: null, prediction: null });
  const markdown = reviewMarkdown(sheet);
  expect(markdown).not.toMatch(/of 100|Predicted|\| Criterion/);
  expect(markdown).toContain('| Situation, 1:02 of 0:45 | 3 Solid | Not scored | Not scored |');
});

test('caps, missing steps, blank cells and what was wrong are said', () => {
  const { 'pacing.results': _, ...scores } = sheetScores(4);
  const sheet = sheetOf({
    attempt: { ...SPOKEN, marks: SPOKEN.marks.filter(({ step }) => step !== 'next') },
    review: { scores: { ...scores, 'depth.tradeoffs': 1 }, wrongSteps: ['tradeoffs'], missing: ['next'] },
  });
  expect(sheet.overall).toBe('60 of 100, provisional');
  expect(sheet.notes).toEqual([
    '14 of 15 cells count.',
    'Next counts as missing: 0 in its cells.',
    'At most 74 while Situation or Next is missing.',
    'At most 60 while something said in Approach or Trade-offs is wrong.',
  ]);
  expect(sheet.steps[2]?.cells[2]?.level).toBe('1 Start, something said is wrong');
  expect(sheet.steps[4]?.cells.map(({ level, text }) => [level, text])).toEqual([
    ['Missing', null],
    ['Missing', null],
    ['Missing', null],
  ]);
});

test('a quick review has the cells of its step, and an attempt without marks no times', () => {
  const sheet = sheetOf({
    attempt: { marks: [] },
    review: { mode: 'quick', quickStep: 'tradeoffs', scores: { 'depth.tradeoffs': 3 } },
  });
  expect(sheet.steps.map(({ label, time }) => [label, time])).toEqual([['Trade-offs', null]]);
  expect(sheet.facts).toContain('Quick review of Trade-offs');
  const scores: Review['scores'] = { 'depth.tradeoffs': 3, 'clarity.tradeoffs': 2 };
  const draft = sheetOf({ review: { mode: 'quick', quickStep: 'tradeoffs', scores, lockedAt: null } });
  expect(draft.facts.at(-1)).toBe('Draft, 2 of 3');
});

test('an import at no prompt has no target, and its steps no budgets', () => {
  const sheet = sheetOf({ attempt: { promptId: OTHER_PROMPT_ID, source: 'imported' } });
  expect(sheet.facts.slice(1, 3)).toEqual(['5:08, no target', 'Imported']);
  expect(sheet.steps.map(({ time }) => time)).toEqual(['1:02', '1:29', '0:53', '1:07', '0:37']);
  expect(reviewMarkdown(sheet)).toContain('| Situation, 1:02 | 3 Solid |');
});

test('a prediction that was skipped, or only begun, is none', () => {
  const levels = { clarity: 3 } as const;
  for (const prediction of [
    { levels, rubric: ref, decidedAt: null },
    { levels: {}, rubric: ref, decidedAt: AT, isSkipped: true },
  ] as const)
    expect(sheetOf({ coaching: { prediction } }).prediction).toBeNull();
});

test('a prediction is set beside a review of all cells under its own version, and beside no other', () => {
  const levels = { clarity: 3 } as const;
  const prediction = { levels, rubric: ref, decidedAt: AT };
  expect(sheetOf({ coaching: { prediction } }).prediction).toEqual([
    { label: 'Clarity', predicted: '3 Solid', scored: '3.0' },
  ]);
  const older = { ...prediction, rubric: { ...ref, version: '0.9.0' } };
  expect(sheetOf({ coaching: { prediction: older } }).prediction).toBeNull();
  const review = { mode: 'quick', quickStep: 'next' } as const;
  expect(sheetOf({ review, coaching: { prediction } }).prediction).toBeNull();
});

test('a correction has its own scores, and the prediction stays beside the first lock', () => {
  const prediction = { levels: { clarity: 3 }, rubric: ref, decidedAt: AT } as const;
  const review = { scores: sheetScores(4), revises: aReview().id, reason: 'A slip' };
  const sheet = sheetOf({ first: { scores: sheetScores(2) }, review, coaching: { prediction } });
  expect(sheet.overall).toMatch(/^100 of 100/);
  expect(sheet.notes).toEqual(['Revised: A slip', 'First locked at 50.']);
  expect(sheet.prediction).toEqual([{ label: 'Clarity', predicted: '3 Solid', scored: '2.0' }]);
  // One that changes nothing but what is cited says nothing of it.
  expect(sheetOf({ first: {}, review: { revises: aReview().id, reason: 'A slip' } }).notes).toEqual([
    'Revised: A slip',
  ]);
});

const NASTY = [
  '# heading',
  '> quoted',
  '- item',
  '+ item',
  '* item',
  '1. item',
  '12) item',
  '---',
  '===',
  ':-',
  '| a | b |',
  'a | b',
  '`code`',
  '```',
  '~~~',
  '<script>alert(1)</script>',
  '<!-- gone -->',
  '![picture](http://example.org/x.png)',
  '[link](javascript:alert(1))',
  '[ref]: http://example.org',
  '**strong** _em_ ~~gone~~',
  'https://example.org www.example.org _www.example.org a@example.org',
  '&lt;b&gt;',
  '\\',
  '\\|',
  '    indented',
  '\ttab',
  'line\nbreak',
  'line\r\n\r\nparagraph',
  'hard  \nbreak\\\n',
  '$math$',
  '\u0000\u2028\u2029',
];
const userText = fc
  .array(fc.oneof(fc.constantFrom(...NASTY), fc.string()), { maxLength: 6 })
  .map((parts) => parts.join(' '));

/** Undoes what `plainText` does to signs. */
const unescaped = (text: string) => text.replace(/\\([\\`*_{}[\]<>#|~!&$@:.+=)-])/g, '$1');
const squeezed = (text: string) => text.replace(/[\s\p{Cc}]+/gu, ' ').trim();

test('whatever text is made plain can be read back from it, on one line', () => {
  fc.assert(
    fc.property(userText, (text) => {
      const plain = plainText(text);
      expect(plain).not.toMatch(/[\n\r\u2028\u2029]/);
      expect(unescaped(plain)).toBe(squeezed(text));
    }),
  );
});

test('no sign of markup is left in it that is not escaped', () => {
  fc.assert(
    fc.property(userText, (text) => {
      const rest = plainText(text).replace(/\\[!-/:-@[-`{-~]/g, 'x');
      expect(rest).not.toMatch(/[\\`*_{}[\]<>#|~!&$@]/);
      expect(rest).not.toMatch(/^\s*([-+=:]|\d+[.)](\s|$))/);
      expect(rest).not.toMatch(/:\/\/|www\./i);
    }),
  );
});

/** What a line is, whatever words are in it. */
function shapeOf(markdown: string): readonly string[] {
  return markdown.split('\n').map((line) => {
    const bars = line.replace(/\\./g, '').split('|').length - 1;
    const begins = /^(#+ |> ?|- \*\*|- |\*\*|\|)?/.exec(line)?.[0] ?? '';
    return `${begins}${begins === '|' ? bars : ''}`;
  });
}

test('the person’s words never change what the lines of a review are', () => {
  const one = (text: string) => reviewMarkdown(sheetOf(everything(text)));
  const plain = shapeOf(one('words'));
  fc.assert(
    fc.property(userText, (text) => {
      // An own line of a quotation is a line more; nothing else is.
      const single = squeezed(text);
      fc.pre(single !== '');
      expect(shapeOf(one(single))).toEqual(plain);
    }),
  );
});

test('a quotation keeps its lines, each of them text', () => {
  const markdown = reviewMarkdown(
    sheetOf({
      attempt: { prompt: { ...aKeptAttempt().prompt, question: '# one\n\n- two\n    <b>three</b>' } },
    }),
  );
  expect(markdown).toContain('\n\n> \\# one\n>\n> \\- two\n> \\<b\\>three\\</b\\>\n\n');
});
