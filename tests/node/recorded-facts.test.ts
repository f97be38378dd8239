import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { KeptAttempt } from '../../src/domain/attempt.ts';
import type { Delivery } from '../../src/domain/facts.ts';
import { OTHER_PROMPT_ID } from '../../src/domain/prompt.ts';
import { RECORDED_FACTS, recordedFacts } from '../../src/domain/recorded-facts.ts';
import { STEP_IDS, type StepId } from '../../src/domain/step.ts';
import { snappedSpans } from '../../src/domain/step-facts.ts';
import source from '../../src/rubric/rubric.json' with { type: 'json' };
import { aDelivery, aKeptAttempt } from '../support/factories.ts';

const span = (startSec: number, endSec: number) => ({ startMs: startSec * 1000, endMs: endSec * 1000 });
const marksAt = (...seconds: readonly number[]): KeptAttempt['marks'] =>
  seconds.flatMap((second, index) => {
    const step = STEP_IDS[index];
    return step === undefined ? [] : [{ step, atMs: second * 1000 }];
  });
const each = (seconds: number, count: number, fromSec = 0) =>
  Array.from({ length: count }, (_, index) => Math.round((fromSec + index * seconds) * 1000));
const measures = (fields: Partial<Delivery['measures']>) => ({ ...aDelivery().measures, ...fields });

/** A minute and a half: 20 s, 30 s, 20 s, 16 s and 4 s, of which the last two are silent. */
const attempt = aKeptAttempt({
  targetMs: 80_000,
  durationMs: 90_000,
  marks: marksAt(0, 20, 50, 70, 86),
});
const delivery = aDelivery({
  speech: span(2, 88),
  pauses: [span(0, 2), span(10, 13), span(19.6, 20.6), span(30, 31), span(60, 62)],
  // Four a second in the first half, two in the second.
  syllables: [...each(0.25, 172, 2), ...each(0.5, 86, 45)],
  localRates: [
    { ...span(2, 12), ratio: 1.2 },
    { ...span(22, 32), ratio: 1.3 },
    { ...span(27, 37), ratio: 1.4 },
    { ...span(52, 62), ratio: 1 },
    { ...span(78, 88), ratio: 0.8 },
  ],
  measures: measures({ syllables: 258, speechRate: 3 }),
});

test('every fact of the rubric that comes out of the sound has its label and unit', () => {
  const wanted = source.facts
    .filter(({ source: from }) => from === 'audio' || from === 'audio+marks')
    .map(({ id, label, unit }) => [id, { label, unit }]);
  expect(RECORDED_FACTS).toEqual(Object.fromEntries(wanted));
});

test('the whole runs from the first speech to the last', () => {
  const { whole } = recordedFacts(attempt, delivery);
  expect(whole).toMatchObject({
    totalTimeSec: 86,
    totalOverPct: 7.5,
    syllableRate: 3,
    localRateRatio: 1.2,
    fastStretchCount: 1,
    final10sRateRatio: 0.8,
    longestPauses: [span(10, 13), span(60, 62), span(19.6, 20.6)],
  });
  // The silence before the first word is no pause.
  expect(whole.pauseSharePct).toBeCloseTo((7 / 86) * 100, 9);
});

test('a step has its own pauses, rate, and median of the windows that lie mostly in it', () => {
  const { situation, approach, tradeoffs, results, next } = recordedFacts(attempt, delivery).steps;
  expect(situation).toMatchObject({ stepLongestPauseSec: 3, stepEndPauseSec: 1, localRateRatio: 1.2 });
  // 18 s of speech up to the mark, which lies in its pause.
  expect(situation.pauseSharePct).toBeCloseTo((3.4 / 18) * 100, 9);
  expect(situation.syllableRate).toBeCloseTo(4, 9);
  expect(approach).toMatchObject({ localRateRatio: 1.35, fastStretchCount: 1 });
  expect(approach.syllableRate).toBeCloseTo((25 * 4 + 5 * 2) / 30, 9);
  expect(tradeoffs).toMatchObject({ localRateRatio: 1, fastStretchCount: 0, stepEndPauseSec: 0 });
  expect(results).toMatchObject({ pauseSharePct: 0, localRateRatio: 0.8, syllableRate: 2 });
  expect(next).toMatchObject({ stepEndPauseSec: 'ends-the-take', syllableRate: 'short-step' });
});

test('what is not known says why', () => {
  const of = (measured: Delivery | null, other: Partial<KeptAttempt> = {}) =>
    recordedFacts({ ...attempt, ...other }, measured);
  const all = (step: StepId, facts: ReturnType<typeof of>) => new Set(Object.values(facts.steps[step]));
  const nothing = of(null);
  expect(new Set(Object.values(nothing.whole))).toEqual(new Set(['not-measured']));
  expect(all('next', nothing)).toEqual(new Set(['not-measured']));
  const silent = of(aDelivery({ speech: null, measures: measures({ speechRate: 'silent' }) }));
  expect(new Set(Object.values(silent.whole))).toEqual(new Set(['silent']));
  expect(all('situation', silent)).toEqual(new Set(['silent']));
  expect(all('situation', of(delivery, { marks: [] }))).toEqual(new Set(['no-marks']));
  expect(of(delivery, { marks: [] }).whole.pauseSharePct).toBeCloseTo(8.14, 2);
  expect(all('results', of(delivery, { marks: marksAt(0, 20) }))).toEqual(new Set(['no-such-step']));
  expect(of(delivery, { promptId: OTHER_PROMPT_ID }).whole.totalOverPct).toBe('no-target');
  const rateless = of({ ...delivery, localRates: null, measures: measures({ speechRate: 'too-short' }) });
  expect(rateless.whole).toMatchObject({
    syllableRate: 'too-short',
    localRateRatio: 'too-short',
    fastStretchCount: 'too-short',
    final10sRateRatio: 'too-short',
  });
  expect(rateless.steps.approach).toMatchObject({
    syllableRate: 'too-short',
    localRateRatio: 'too-short',
    fastStretchCount: 'too-short',
    stepLongestPauseSec: 1,
  });
  // The last ten seconds are mostly a pause.
  const paused = { ...delivery, localRates: delivery.localRates?.slice(0, -1) ?? null };
  expect(of(paused).whole).toMatchObject({ final10sRateRatio: 'little-speech', localRateRatio: 1.25 });
  // All of it lies after the last word.
  expect(of({ ...delivery, speech: span(2, 80) }).steps.next).toMatchObject({
    pauseSharePct: 'no-speech',
    syllableRate: 'no-speech',
    localRateRatio: 'short-step',
  });
});

const deliveries = fc
  .record({
    from: fc.integer({ min: 0, max: 40_000 }),
    lengthMs: fc.integer({ min: 40_000, max: 250_000 }),
    silences: fc.array(fc.tuple(fc.integer({ min: 1, max: 9000 }), fc.integer({ min: 250, max: 9000 })), {
      maxLength: 20,
    }),
    gaps: fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 300 }),
  })
  .map(({ from, lengthMs, silences, gaps }) => {
    const speech = { startMs: from, endMs: from + lengthMs };
    let at = from;
    const pauses = silences.map(([gap, length]) => {
      const startMs = at + gap;
      at = startMs + length;
      return { startMs, endMs: at };
    });
    let said = from - 1;
    const syllables = gaps.map((gap) => (said += gap)).filter((ms) => ms < speech.endMs);
    return aDelivery({
      speech,
      pauses: pauses.filter(({ endMs }) => endMs <= speech.endMs),
      syllables,
      measures: measures({
        syllables: syllables.length,
        speechRate: (syllables.length * 1000) / lengthMs,
      }),
    });
  });
const takes = fc
  .array(fc.integer({ min: 0, max: 300_000 }), { minLength: 4, maxLength: 4 })
  .map((list) => list.toSorted((a, b) => a - b))
  .map((list) => aKeptAttempt({ durationMs: 300_000, marks: marksAt(0, ...list.map((ms) => ms / 1000)) }));

test('what the steps have of pauses and syllables adds up to the whole, whatever the marks', () => {
  fc.assert(
    fc.property(takes, deliveries, (take, measured) => {
      const { whole, steps } = recordedFacts(take, measured);
      const { speech } = measured;
      if (speech === null) throw new Error('There is one');
      const timeIn = (step: StepId) =>
        snappedSpans(take, measured.pauses)
          .filter((one) => one.step === step)
          .map(({ startMs, endMs }) =>
            Math.max(0, Math.min(endMs, speech.endMs) - Math.max(startMs, speech.startMs)),
          )
          .reduce((sum, ms) => sum + ms, 0);
      const total = (id: 'pauseSharePct' | 'syllableRate') =>
        STEP_IDS.map((step) => [timeIn(step), steps[step][id]] as const)
          .filter((pair): pair is readonly [number, number] => typeof pair[1] === 'number')
          .reduce((sum, [ms, value]) => sum + ms * value, 0);
      const lengthMs = speech.endMs - speech.startMs;
      expect(total('pauseSharePct') / lengthMs).toBeCloseTo(Number(whole.pauseSharePct), 6);
      // Unless some step is too short for a rate.
      if (STEP_IDS.every((step) => timeIn(step) === 0 || timeIn(step) >= 5000))
        expect(total('syllableRate') / lengthMs).toBeCloseTo(Number(whole.syllableRate), 6);
    }),
  );
});

test('a fact is a finite number or a reason, never anything else', () => {
  fc.assert(
    fc.property(takes, deliveries, (take, measured) => {
      const { whole, steps } = recordedFacts(take, measured);
      const { longestPauses, ...numbers } = whole;
      expect(Array.isArray(longestPauses)).toBe(true);
      for (const value of [numbers, ...Object.values(steps)].flatMap((facts) => Object.values(facts)))
        expect(typeof value === 'string' || (Number.isFinite(value) && value >= 0)).toBe(true);
    }),
  );
});

test('where the end could not be decoded, nobody knows when the speech ended', () => {
  const known = recordedFacts(attempt, delivery).whole;
  const at = (heardMs: number) => recordedFacts(attempt, { ...delivery, heardMs }).whole;
  expect(at(89_000)).toEqual(known);
  expect(at(88_999)).toEqual({
    ...known,
    totalTimeSec: 'heard-in-part',
    totalOverPct: 'heard-in-part',
    final10sRateRatio: 'heard-in-part',
  });
  // One in a hundred of ten minutes is six seconds.
  const long = { ...attempt, durationMs: 600_000 };
  expect(recordedFacts(long, { ...delivery, heardMs: 594_000 }).whole.totalTimeSec).toBe(86);
  expect(recordedFacts(long, { ...delivery, heardMs: 593_999 }).whole.totalTimeSec).toBe('heard-in-part');
});
