import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { KeptAttempt } from '../../src/domain/attempt.ts';
import { stepBudgets } from '../../src/domain/budget.ts';
import { ceilingOf } from '../../src/domain/ceiling.ts';
import {
  type Delivery,
  FACT_IDS,
  type FactId,
  PAUSE_PLACES,
  type PauseTag,
  type StepFacts,
} from '../../src/domain/facts.ts';
import { cellId, cellOf } from '../../src/domain/rubric.ts';
import { STEP_IDS, type StepId, stepSpans } from '../../src/domain/step.ts';
import {
  pausesIn,
  pausesOf,
  pausesToTag,
  placesOf,
  snappedSpans,
  stepFacts,
  tagPause,
} from '../../src/domain/step-facts.ts';
import type { Span } from '../../src/domain/timeline.ts';
import { builtInRubric as rubric } from '../../src/rubric/definition.ts';
import { aDelivery, aKeptAttempt } from '../support/factories.ts';

const span = (startSec: number, endSec: number): Span => ({
  startMs: startSec * 1000,
  endMs: endSec * 1000,
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

/** The story of the specification: 62, 89, 53, 67 and 37 s against 45, 90, 75, 60 and 30. */
const attempt = aKeptAttempt({
  targetMs: 300_000,
  durationMs: 308_000,
  marks: marksAt(0, 62, 151, 204, 271),
});
const budgets = stepBudgets(rubric.budgets, 300_000);
const facts = (delivery: Delivery | null, tags: readonly PauseTag[] = [], of: KeptAttempt = attempt) =>
  stepFacts(of, delivery, tags, budgets);
const ceiling = (step: StepId, known: Readonly<Record<StepId, StepFacts>>) =>
  ceilingOf(cellOf(rubric, cellId('pacing', step)), known[step]);

test('with marks alone the times are known, and nothing else is', () => {
  const { situation, approach, results } = facts(null);
  expect(situation).toMatchObject({ stepTimeSec: 62, totalOverPct: null, stepLongestPauseSec: null });
  expect(situation.stepTimeDeviationPct).toBeCloseTo(37.78, 2);
  expect(situation.stepSharePct).toBeCloseTo(20.13, 2);
  // One second short is on budget: five are allowed.
  expect(approach.stepTimeDeviationPct).toBe(0);
  expect(results.stepTimeDeviationPct).toBeCloseTo(11.67, 2);
});

test('without marks nothing about steps is known, however much was measured', () => {
  const known = facts(
    aDelivery({ speech: span(0, 330), localRates: [{ ...span(320, 330), ratio: 1.2 }] }),
    [],
    {
      ...attempt,
      marks: [],
    },
  );
  for (const step of STEP_IDS) {
    const { totalTimeSec, totalOverPct, final10sRateRatio, ...rest } = known[step];
    expect([totalTimeSec, final10sRateRatio]).toEqual([330, 1.2]);
    expect(totalOverPct).toBeCloseTo(10, 9);
    expect(new Set(Object.values(rest))).toEqual(new Set([null]));
  }
});

test('five seconds off a budget are none, a millisecond more are', () => {
  const off = (ms: number) =>
    facts(null, [], aKeptAttempt({ durationMs: 300_000, marks: [{ step: 'approach', atMs: 45_000 + ms }] }))
      .situation.stepTimeDeviationPct;
  expect([off(5000), off(-5000)]).toEqual([0, 0]);
  expect(off(5001)).toBeCloseTo(11.11, 2);
  expect(off(-5001)).toBeCloseTo(11.11, 2);
});

test('the total runs from the first speech to the last, and less than the target is nothing over', () => {
  expect(facts(aDelivery({ speech: span(2, 302) })).next).toMatchObject({
    totalTimeSec: 300,
    totalOverPct: 0,
  });
  expect(facts(aDelivery({ speech: span(2, 200) })).next.totalOverPct).toBe(0);
});

test('without speech nothing is known but what the marks tell', () => {
  const silent = aDelivery({ speech: null, pauses: [span(10, 20)], localRates: null });
  expect(facts(silent)).toEqual(facts(null));
  expect(facts(silent).situation.stepTimeSec).toBe(62);
});

test('a boundary moves into the longest pause within 1.5 s, no further than its nearest edge', () => {
  const boundary = (...pauses: readonly Span[]) => (snappedSpans(attempt, pauses)[0]?.endMs ?? 0) / 1000;
  expect(boundary(span(60, 61))).toBe(61);
  expect(boundary(span(61, 64))).toBe(62);
  expect(boundary(span(63.5, 66))).toBe(63.5);
  expect(boundary(span(63.501, 66))).toBe(62);
  expect(boundary(span(60.6, 61), span(63, 64))).toBe(63);
});

test('a pause belongs to the step after whose words it comes, and ends it if it lies at its mark', () => {
  const delivery = aDelivery({ pauses: [span(20, 22.5), span(63, 64.2), span(120, 120.5)] });
  const known = facts(delivery);
  expect(known.situation).toMatchObject({ stepLongestPauseSec: 2.5, stepEndPauseSec: 1.2, stepTimeSec: 63 });
  expect(known.approach).toMatchObject({ stepLongestPauseSec: 0.5, stepEndPauseSec: 0, stepTimeSec: 88 });
  expect(known.tradeoffs.stepLongestPauseSec).toBe(0);
  // It ends with the take: there is no mark to pause at.
  expect(known.next.stepEndPauseSec).toBeNull();
});

test('silence before the first word and after the last is no pause', () => {
  expect(
    pausesOf(aDelivery({ speech: span(5, 60), pauses: [span(0, 5), span(10, 11), span(60, 70)] })),
  ).toEqual([span(10, 11)]);
  expect(pausesOf(aDelivery({ speech: null, pauses: [span(0, 5)] }))).toEqual([]);
});

test('mid-sentence pauses are counted once every long one of the step has a tag', () => {
  const delivery = aDelivery({ pauses: [span(70, 72.5), span(80, 83.5), span(90, 92), span(160, 164)] });
  const counts = (...tags: readonly PauseTag[]) => {
    const { midSentencePauseOver2sCount: two, midSentencePauseOver3sCount: three } = facts(
      delivery,
      tags,
    ).approach;
    return [two, three];
  };
  expect(counts()).toEqual([null, null]);
  expect(counts(tag(80, 83.5, 'mid-sentence'))).toEqual([null, 1]);
  expect(counts(tag(80, 83.5, 'mid-sentence'), tag(70, 72.5, 'between-points'))).toEqual([1, 1]);
  expect(counts(tag(80, 83.5, 'between-points'), tag(70, 72.5, 'mid-sentence'))).toEqual([1, 0]);
  // The pause in Trade-offs keeps that step alone unknown.
  expect(facts(delivery).situation.midSentencePauseOver2sCount).toBe(0);
  expect(facts(delivery).tradeoffs.midSentencePauseOver3sCount).toBeNull();
});

test('a tag follows its pause when a new analysis moves its edges, and is replaced by the next one', () => {
  const pauses = [span(10, 13), span(13.5, 15)];
  const moved = [tag(10.3, 14, 'mid-sentence')];
  expect(placesOf(pauses, moved)).toEqual(['mid-sentence', null]);
  const [first, second] = pauses as [Span, Span];
  const both = tagPause(moved, pauses, second, 'between-points');
  expect(placesOf(pauses, both)).toEqual(['mid-sentence', 'between-points']);
  const changed = tagPause(both, pauses, first, 'between-points');
  expect(changed).toEqual([tag(10, 13, 'between-points'), tag(13.5, 15, 'between-points')]);
});

test('the three longest are tagged, and whatever else is longer than two seconds', () => {
  const pauses = [span(1, 3.1), span(5, 10), span(20, 23), span(30, 32), span(40, 44)];
  expect(pausesToTag(pauses)).toEqual({
    longest: [span(5, 10), span(40, 44), span(20, 23)],
    others: [span(1, 3.1)],
  });
  expect(pausesToTag([span(1, 1.3)])).toEqual({ longest: [span(1, 1.3)], others: [] });
});

test('a fast stretch is 15 s of windows above 1.25, and belongs to the step that holds most of it', () => {
  const windows = (from: number, ...ratios: readonly number[]) =>
    ratios.map((ratio, index) => ({ ...span(from + index * 5, from + index * 5 + 10), ratio }));
  const counts = (localRates: Delivery['localRates']) => {
    const known = facts(aDelivery({ localRates }));
    return STEP_IDS.map((step) => known[step].fastStretchCount);
  };
  expect(counts(null)).toEqual([null, null, null, null, null]);
  expect(counts(windows(70, 1.3))).toEqual([0, 0, 0, 0, 0]);
  expect(counts(windows(70, 1.3, 1.3))).toEqual([0, 1, 0, 0, 0]);
  expect(counts(windows(70, 1.25, 1.25, 1.25))).toEqual([0, 0, 0, 0, 0]);
  // A slower window between two fast ones parts them, though these touch.
  expect(counts(windows(70, 1.3, 1.1, 1.3))).toEqual([0, 0, 0, 0, 0]);
  expect(counts(windows(50, 1.3, 1.3))).toEqual([1, 0, 0, 0, 0]);
  expect(counts([...windows(70, 1.3, 1.3), ...windows(100, 1.3, 1.3)])).toEqual([0, 2, 0, 0, 0]);
});

test('the rate of the last ten seconds is that of the window that ends with the speech', () => {
  const localRates = [
    { ...span(290, 300), ratio: 1.5 },
    { ...span(295, 305), ratio: 1.1 },
  ];
  const final = (endSec: number, rates: Delivery['localRates'] = localRates) =>
    facts(aDelivery({ speech: span(0, endSec), localRates: rates })).next.final10sRateRatio;
  expect([final(305), final(300)]).toEqual([1.1, 1.5]);
  // The last window has too little speech in it; there are none.
  expect([final(310), final(305, null)]).toEqual([null, null]);
});

const spans = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 8000 }), fc.integer({ min: 250, max: 8000 })), { maxLength: 30 })
  .map((list) => {
    let at = 0;
    return list.map(([gap, length]) => {
      const startMs = at + gap + 1;
      at = startMs + length;
      return { startMs, endMs: at };
    });
  });
const takes = fc
  .tuple(
    fc.array(fc.tuple(fc.constantFrom(...STEP_IDS), fc.integer({ min: 0, max: 300_000 })), {
      minLength: 1,
      maxLength: 12,
    }),
    fc.integer({ min: 300_000, max: 400_000 }),
  )
  .map(([list, durationMs]) =>
    aKeptAttempt({
      durationMs,
      marks: list.toSorted((a, b) => a[1] - b[1]).map(([step, atMs]) => ({ step, atMs })),
    }),
  );

test('moved boundaries stay in order and cover the take; every pause has one step', () => {
  fc.assert(
    fc.property(takes, spans, (take, all) => {
      const pauses = all.filter(({ endMs }) => endMs < take.durationMs);
      const snapped = snappedSpans(take, pauses);
      let at = 0;
      for (const { startMs, endMs } of snapped) {
        expect(startMs).toBe(at);
        expect(endMs).toBeGreaterThanOrEqual(startMs);
        at = endMs;
      }
      expect(at).toBe(take.durationMs);
      for (const [index, { endMs }] of stepSpans(take.marks, take.durationMs).entries())
        expect(Math.abs((snapped[index]?.endMs ?? 0) - endMs)).toBeLessThanOrEqual(1500);
      const owned = STEP_IDS.flatMap((step) => pausesIn(snapped, pauses, step));
      expect(owned.toSorted((a, b) => a.startMs - b.startMs)).toEqual(pauses);
    }),
  );
});

test('tags answer for the pauses they were set on, in whatever order', () => {
  const places = fc.array(fc.constantFrom(...PAUSE_PLACES), { minLength: 30, maxLength: 30 });
  fc.assert(
    fc.property(spans, places, fc.infiniteStream(fc.nat()), (pauses, chosen, random) => {
      const order = [...pauses.keys()].map((index) => [random.next().value ?? 0, index] as const);
      let tags: readonly PauseTag[] = [];
      for (const [, index] of order.toSorted((a, b) => a[0] - b[0])) {
        const [pause, place] = [pauses[index], chosen[index]];
        if (pause !== undefined && place !== undefined) tags = tagPause(tags, pauses, pause, place);
      }
      expect(placesOf(pauses, tags)).toEqual(chosen.slice(0, pauses.length));
      expect(tags.length).toBe(pauses.length);
    }),
  );
});

test('ceilings are those of the specification’s story', () => {
  const delivery = aDelivery({
    speech: span(0, 308),
    pauses: [span(62, 64.4), span(104, 108.4), span(191, 196.2)],
    localRates: [{ ...span(298, 308), ratio: 1 }],
  });
  const known = facts(delivery, [
    tag(62, 64.4, 'between-points'),
    tag(104, 108.4, 'mid-sentence'),
    tag(191, 196.2, 'between-points'),
  ]);
  expect(STEP_IDS.map((step) => ceiling(step, known)?.level)).toEqual([2, 2, 3, 4, 3]);
  expect(ceiling('situation', known)?.broken).toEqual([
    { fact: 'stepTimeDeviationPct', op: '<=', value: 35 },
  ]);
  expect(ceiling('approach', known)?.broken).toEqual([
    { fact: 'midSentencePauseOver2sCount', op: '<=', value: 0 },
  ]);
  expect(STEP_IDS.map((step) => ceiling(step, known)?.skipped)).toEqual([[], [], [], [], []]);
});

test('what is not known is passed over and named, and with nothing known there is no ceiling', () => {
  const byMarks = facts(null);
  expect(STEP_IDS.map((step) => ceiling(step, byMarks)?.level)).toEqual([2, 4, 3, 4, 3]);
  expect(ceiling('situation', byMarks)?.skipped).toEqual(['stepLongestPauseSec']);
  expect(ceiling('approach', byMarks)?.skipped).toEqual(['fastStretchCount', 'midSentencePauseOver2sCount']);
  expect(ceiling('situation', facts(null, [], { ...attempt, marks: [] }))).toBeNull();
  // Next has a limit on the whole, which needs no marks.
  const over = facts(aDelivery({ speech: span(0, 360) }), [], { ...attempt, marks: [] });
  expect(ceiling('next', over)).toMatchObject({ level: 2, skipped: ['stepTimeDeviationPct'] });
});

test('a limit of a lower level holds above it, and under the limits of 2 it is 1', () => {
  const known = { ...facts(null).situation, stepTimeDeviationPct: 0, stepEndPauseSec: 1 };
  const cell = cellOf(rubric, 'pacing.situation');
  const level = (stepLongestPauseSec: number) => ceilingOf(cell, { ...known, stepLongestPauseSec })?.level;
  expect([level(3), level(3.1), level(6), level(6.1)]).toEqual([4, 2, 2, 1]);
});

test('the pause at the end of Situation lasts half a second to two', () => {
  const known = { ...facts(null).situation, stepTimeDeviationPct: 0 };
  const cell = cellOf(rubric, 'pacing.situation');
  const level = (stepEndPauseSec: number) => ceilingOf(cell, { ...known, stepEndPauseSec })?.level;
  expect([level(0.4), level(0.5), level(2), level(2.1)]).toEqual([3, 4, 4, 3]);
});

/** On budget everywhere, said in five minutes, and nothing against level 4. */
const even = aKeptAttempt({ targetMs: 300_000, durationMs: 300_000, marks: marksAt(0, 45, 135, 210, 270) });
const still: Partial<Delivery> = {
  pauses: [span(44.5, 45)],
  localRates: [{ ...span(290, 300), ratio: 1 }],
};

test('what is exactly at a limit keeps it, measured from the recording, and a little more does not', () => {
  const level = (
    step: StepId,
    measured: Partial<Delivery>,
    of: KeptAttempt = even,
    tags: readonly PauseTag[] = [],
  ) => ceiling(step, facts(aDelivery({ ...still, ...measured }), tags, of))?.level;
  expect(STEP_IDS.map((step) => level(step, {}))).toEqual([4, 4, 4, 4, 4]);

  // 10 and 25 % over the target, and nothing over it.
  const over = (endMs: number) => level('next', { speech: { startMs: 0, endMs }, localRates: null });
  expect([over(300_000), over(330_000), over(375_000)]).toEqual([4, 3, 2]);
  expect([over(300_001), over(330_001), over(375_001)]).toEqual([3, 2, 1]);

  // 20, 35 and 60 % off each budget, too long and too short.
  for (const step of STEP_IDS) {
    const off = (percent: number, beyondMs = 0) => {
      const ms = (budgets[step] * percent) / 100 + beyondMs;
      const at = (timeMs: number) =>
        level(
          step,
          { pauses: [], localRates: null },
          {
            ...even,
            durationMs: 600_000,
            marks:
              step === 'next'
                ? [
                    { step: 'situation', atMs: 0 },
                    { step, atMs: 600_000 - timeMs },
                  ]
                : [
                    { step, atMs: 0 },
                    { step: step === 'situation' ? 'approach' : 'situation', atMs: timeMs },
                  ],
          },
        );
      return [at(budgets[step] + ms), at(budgets[step] - ms)];
    };
    // No pause follows Situation here.
    const most = step === 'situation' ? 3 : 4;
    expect([off(20), off(35), off(60)]).toEqual([
      [most, most],
      [3, 3],
      [2, 2],
    ]);
    expect([off(20, 1), off(35, 1), off(60, 1)]).toEqual([
      [3, 3],
      [2, 2],
      [1, 1],
    ]);
  }

  // The longest pause in Situation: 3 and 6 s. The one at its end: 0.5 to 2 s.
  const longest = (seconds: number) =>
    level('situation', { pauses: [span(10, 10 + seconds), span(44.5, 45)] });
  expect([longest(3), longest(6)]).toEqual([4, 2]);
  expect([longest(3.001), longest(6.001)]).toEqual([2, 1]);
  const atEnd = (seconds: number) => level('situation', { pauses: [span(45 - seconds, 45)] });
  expect([atEnd(0.5), atEnd(2)]).toEqual([4, 4]);
  expect([atEnd(0.499), atEnd(2.001)]).toEqual([3, 3]);

  // Mid-sentence, 2 s in Approach and 3 s in Trade-offs: only what is longer counts, and two are allowed at 2.
  const within = (step: StepId, ...lengths: readonly number[]) => {
    const from = step === 'approach' ? 60 : 150;
    const found = lengths.map((seconds, index) => span(from + index * 15, from + index * 15 + seconds));
    return level(
      step,
      { pauses: found },
      even,
      found.map((pause) => ({ ...pause, place: 'mid-sentence' })),
    );
  };
  expect([within('approach', 2, 2, 2), within('tradeoffs', 3, 3)]).toEqual([4, 4]);
  expect([within('approach', 2.001), within('approach', 2.001, 2.001)]).toEqual([2, 2]);
  expect(within('approach', 2.001, 2.001, 2.001)).toBe(1);
  expect(within('tradeoffs', 3.001)).toBe(2);

  // The rate: 1.15 in the last ten seconds, 1.25 in a fast stretch, of which one is allowed at 3.
  const last = (ratio: number) => level('next', { localRates: [{ ...span(290, 300), ratio }] });
  expect([last(1.15), last(1.150001)]).toEqual([4, 3]);
  const stretch = (ratio: number, ...from: readonly number[]) =>
    level('approach', {
      localRates: from.flatMap((at) => [0, 5].map((more) => ({ ...span(at + more, at + more + 10), ratio }))),
    });
  expect([stretch(1.25, 60, 90), stretch(1.250001, 60), stretch(1.250001, 60, 90)]).toEqual([4, 3, 2]);
});

test('no cell of clarity or depth has a ceiling', () => {
  const known = facts(aDelivery());
  const others = rubric.cells.filter(({ criterion }) => criterion !== 'pacing');
  expect(others.map((cell) => ceilingOf(cell, known[cell.step]))).toEqual(others.map(() => null));
});

const cells = fc.constantFrom(...rubric.cells.filter(({ auto }) => auto !== undefined));
const someFacts = fc.record(
  Object.fromEntries(
    FACT_IDS.map((fact) => [fact, fc.option(fc.double({ min: 0, max: 100, noNaN: true }))]),
  ) as Record<FactId, fc.Arbitrary<number | null>>,
);
/** No ceiling is above every ceiling. */
const levelOf = (cell: Parameters<typeof ceilingOf>[0], known: StepFacts) =>
  ceilingOf(cell, known)?.level ?? 5;

test('a worse fact never raises a ceiling', () => {
  // The pause at the end has a least and a most; of all others less is better.
  const upwards = fc.constantFrom(...FACT_IDS.filter((fact) => fact !== 'stepEndPauseSec'));
  fc.assert(
    fc.property(
      cells,
      someFacts,
      upwards,
      fc.double({ min: 0, max: 100, noNaN: true }),
      (cell, known, fact, more) => {
        const before = known[fact];
        fc.pre(before !== null);
        const worse = { ...known, [fact]: before + more };
        expect(levelOf(cell, worse)).toBeLessThanOrEqual(levelOf(cell, known));
      },
    ),
  );
});

test('knowing more never raises a ceiling, and changes none that named nothing unknown', () => {
  fc.assert(
    fc.property(cells, someFacts, someFacts, (cell, known, truth) => {
      const more = Object.fromEntries(
        FACT_IDS.map((fact) => [fact, known[fact] ?? truth[fact]]),
      ) as StepFacts;
      expect(levelOf(cell, more)).toBeLessThanOrEqual(levelOf(cell, known));
      const before = ceilingOf(cell, known);
      if (before?.skipped.length === 0) expect(levelOf(cell, more)).toBe(before.level);
    }),
  );
});

test('a ceiling names the limits that bind it, and with these loosened it is higher', () => {
  fc.assert(
    fc.property(cells, someFacts, (cell, known) => {
      const before = ceilingOf(cell, known);
      fc.pre(before !== null);
      expect(before.broken.length === 0).toBe(before.level === 4);
      if (before.level === 4) return;
      const forgotten = Object.fromEntries(before.broken.map(({ fact }) => [fact, null]));
      expect(levelOf(cell, { ...known, ...forgotten })).toBeGreaterThan(before.level);
    }),
  );
});
