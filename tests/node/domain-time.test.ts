import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type BudgetTable, stepBudgets } from '../../src/domain/budget.ts';
import { uuidV7 } from '../../src/domain/ids.ts';
import { missingSteps, STEP_IDS, stepAt, stepSpans, stepTimes } from '../../src/domain/step.ts';
import { clamp, clockToClip, plural, spokenTime, timecode } from '../../src/domain/timeline.ts';

const hours = 3_600_000;
const step = fc.constantFrom(...STEP_IDS);
const durationMs = fc.integer({ min: 0, max: 2 * hours });
const marks = fc.array(fc.record({ step, atMs: fc.oneof(fc.nat({ max: 30_000 }), durationMs) }), {
  maxLength: 12,
});
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

test('the step strip covers the whole attempt once, in order, without empty or equal neighbours', () => {
  fc.assert(
    fc.property(marks, durationMs, (given, duration) => {
      const spans = stepSpans(given, duration);
      if (given.length === 0 || duration === 0) {
        expect(spans).toEqual([]);
        return;
      }
      expect(spans[0]?.startMs).toBe(0);
      expect(spans.at(-1)?.endMs).toBe(duration);
      for (const [index, span] of spans.entries()) {
        expect(span.endMs).toBeGreaterThan(span.startMs);
        const before = spans[index - 1];
        if (before === undefined) continue;
        expect(span.startMs).toBe(before.endMs);
        expect(span.step).not.toBe(before.step);
      }
    }),
  );
});

test('the strip, the step at an instant and the step times agree, in whatever order the marks come', () => {
  fc.assert(
    fc.property(marks, durationMs, fc.nat(), (given, duration, seed) => {
      const spans = stepSpans(given, duration);
      const shuffled = given.toSorted((a, b) => ((a.atMs * 31 + seed) % 7) - ((b.atMs * 31 + seed) % 7));
      for (const { step: at, startMs, endMs } of spans)
        for (const instant of [startMs, (startMs + endMs) / 2, endMs - 1])
          expect(stepAt(given, instant)).toBe(at);
      const times = stepTimes(given, duration);
      expect(sum(Object.values(times))).toBe(given.length === 0 ? 0 : duration);
      for (const id of STEP_IDS)
        expect(times[id]).toBe(sum(spans.filter((s) => s.step === id).map((s) => s.endMs - s.startMs)));
      const instants = new Set(given.map(({ atMs }) => atMs));
      if (instants.size === given.length) expect(stepSpans(shuffled, duration)).toEqual(spans);
    }),
  );
});

test('what precedes the first mark is Situation, and a step that comes twice has its times added up', () => {
  const given = [
    { step: 'approach', atMs: 10_000 },
    { step: 'tradeoffs', atMs: 20_000 },
    { step: 'approach', atMs: 22_000 },
  ] as const;
  expect(stepSpans(given, 30_000)).toEqual([
    { step: 'situation', startMs: 0, endMs: 10_000 },
    { step: 'approach', startMs: 10_000, endMs: 20_000 },
    { step: 'tradeoffs', startMs: 20_000, endMs: 22_000 },
    { step: 'approach', startMs: 22_000, endMs: 30_000 },
  ]);
  expect(stepTimes(given, 30_000)).toEqual({
    situation: 10_000,
    approach: 18_000,
    tradeoffs: 2000,
    results: 0,
    next: 0,
  });
  expect(missingSteps(given, 30_000)).toEqual(['tradeoffs', 'results', 'next']);
  expect(stepAt(given, 9999)).toBe('situation');
  expect(stepAt(given, 10_000)).toBe('approach');
});

test('a step is missing under five seconds, and never without marks', () => {
  const given = (endMs: number) => [
    { step: 'situation', atMs: 0 } as const,
    { step: 'next', atMs: endMs } as const,
  ];
  expect(missingSteps(given(4999), 60_000)).toContain('situation');
  expect(missingSteps(given(5000), 60_000)).not.toContain('situation');
  expect(missingSteps([], 60_000)).toEqual([]);
  expect(stepAt([], 5)).toBeNull();
  fc.assert(
    fc.property(marks, durationMs, (all, duration) => {
      const times = stepTimes(all, duration);
      const missing = missingSteps(all, duration);
      for (const id of STEP_IDS) expect(missing.includes(id)).toBe(all.length > 0 && times[id] < 5000);
    }),
  );
});

const seconds = fc.integer({ min: 1, max: 500 });
const row = fc.record({
  situation: seconds,
  approach: seconds,
  tradeoffs: seconds,
  results: seconds,
  next: seconds,
});
/** Tables whose figures add up to the target they stand under, as a rubric's do. */
const tables: fc.Arbitrary<BudgetTable> = fc
  .array(row, { minLength: 1, maxLength: 4 })
  .map((rows) => Object.fromEntries(rows.map((budgets) => [sum(Object.values(budgets)), budgets])));

test('budgets add up to the target, and are the table’s own figures at its targets', () => {
  fc.assert(
    fc.property(tables, fc.integer({ min: 1000, max: hours }), (table, targetMs) => {
      expect(Math.abs(sum(Object.values(stepBudgets(table, targetMs))) - targetMs)).toBeLessThanOrEqual(3);
      for (const [target, budgets] of Object.entries(table))
        for (const id of STEP_IDS)
          expect(stepBudgets(table, Number(target) * 1000)[id]).toBe(budgets[id] * 1000);
    }),
  );
});

test('shares of a budget lie on the line between the nearest targets, and are level beyond the table', () => {
  fc.assert(
    fc.property(tables, fc.integer({ min: 1, max: 3600 }), (table, targetSec) => {
      const targets = Object.keys(table)
        .map(Number)
        .toSorted((a, b) => a - b);
      const low = targets.findLast((target) => target <= targetSec) ?? targets[0] ?? 1;
      const high = targets.find((target) => target > targetSec) ?? low;
      const along = high > low ? clamp((targetSec - low) / (high - low), 0, 1) : 0;
      const budgets = stepBudgets(table, targetSec * 1000);
      for (const id of STEP_IDS) {
        const [from, to] = [low, high].map((target) => (table[target]?.[id] ?? 0) / target);
        const share = (from ?? 0) + ((to ?? 0) - (from ?? 0)) * along;
        expect(Math.abs(budgets[id] - share * targetSec * 1000)).toBeLessThanOrEqual(0.5 + 1e-6);
      }
    }),
  );
  expect(() => stepBudgets({}, 1000)).toThrow(RangeError);
});

test('a timecode says the whole seconds that have passed', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100 * hours }), (ms) => {
      const [s = 0, m = 0, h = 0] = timecode(ms).split(':').map(Number).toReversed();
      expect((h * 60 + m) * 60 + s).toBe(Math.floor(ms / 1000));
    }),
  );
  expect([0, 999, 60_000, 167_900, 3_599_999, 3_723_000].map(timecode)).toEqual([
    '0:00',
    '0:00',
    '1:00',
    '2:47',
    '59:59',
    '1:02:03',
  ]);
  expect(timecode(-5)).toBe('0:00');
});

test('the spoken time says the same', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100 * hours }), (ms) => {
      const units: Record<string, number> = { hour: 3600, minute: 60, second: 1 };
      const said = [...spokenTime(ms).matchAll(/(\d+) (hour|minute|second)(s?)/g)];
      for (const [, count, , s] of said) expect(s).toBe(count === '1' ? '' : 's');
      expect(sum(said.map(([, count, unit = '']) => Number(count) * (units[unit] ?? 0)))).toBe(
        Math.floor(ms / 1000),
      );
    }),
  );
  expect([0, 1000, 72_000, 3_602_000].map(spokenTime)).toEqual([
    '0 seconds',
    '1 second',
    '1 minute 12 seconds',
    '1 hour 2 seconds',
  ]);
  expect([plural(0, 'comment'), plural(1, 'comment'), plural(2, 'comment')]).toEqual([
    '0 comments',
    '1 comment',
    '2 comments',
  ]);
});

const timings = fc
  .array(
    fc.record({
      lengthMs: fc.integer({ min: 1, max: 600_000 }),
      /** How much longer the clock ran than the encoder. */
      lateMs: fc.integer({ min: 0, max: 200 }),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((segments) => {
    let clockStartMs = 0;
    let clipStartMs = 0;
    return segments.map(({ lengthMs, lateMs }) => {
      const timing = { clockStartMs, clipStartMs, clipLengthMs: lengthMs };
      clockStartMs += lengthMs + lateMs;
      clipStartMs += lengthMs;
      return timing;
    });
  });

test('an instant keeps its segment and its order when it moves from the clock to the clip', () => {
  fc.assert(
    fc.property(timings, fc.array(fc.nat({ max: 4_000_000 })), (segments, instants) => {
      const end = sum(segments.map(({ clipLengthMs }) => clipLengthMs));
      const sorted = instants.toSorted((a, b) => a - b);
      const moved = sorted.map((atMs) => clockToClip(atMs, segments));
      expect(moved).toEqual(moved.toSorted((a, b) => a - b));
      for (const atMs of moved) expect(atMs).toBe(clamp(Math.round(atMs), 0, end));
      for (const { clockStartMs, clipStartMs, clipLengthMs } of segments) {
        expect(clockToClip(clockStartMs, segments)).toBe(clipStartMs);
        expect(clockToClip(clockStartMs + clipLengthMs - 1, segments)).toBe(clipStartMs + clipLengthMs - 1);
      }
    }),
  );
  const [first] = [{ clockStartMs: 0, clipStartMs: 0, clipLengthMs: 1000 }];
  expect(clockToClip(1200, [first, { clockStartMs: 1500, clipStartMs: 1000, clipLengthMs: 9 }])).toBe(1000);
  expect(clockToClip(5, [])).toBe(0);
});

test('ids are UUIDs of version 7 that sort by the time they were made', () => {
  const random = fc.uint8Array({ minLength: 10, maxLength: 16 });
  const at = fc.integer({ min: 0, max: 2 ** 48 - 1 });
  fc.assert(
    fc.property(at, at, random, random, (one, other, someBytes, otherBytes) => {
      const id = uuidV7(one, someBytes);
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(one);
      if (one < other) expect(id < uuidV7(other, otherBytes)).toBe(true);
    }),
  );
  // RFC 9562, appendix A.6.
  const bytes = [0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f];
  expect(uuidV7(0x017f22e279b0, Uint8Array.from(bytes))).toBe('017f22e2-79b0-7cc3-98c4-dc0c0c07398f');
  expect(() => uuidV7(0, new Uint8Array(9))).toThrow(RangeError);
});
