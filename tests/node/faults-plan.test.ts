import fc from 'fast-check';
import { expect, test } from 'vitest';
import { STEP_IDS } from '../../src/domain/step.ts';
import { FAULT_NAMES, MOST_LOST_MS, plan } from '../faults/plan.ts';

const seeds = fc.integer({ min: 0, max: 2 ** 31 });
const sizes = fc.integer({ min: 1, max: 250 });

test('the same seed gives the same plan, another one another', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      expect(plan(40, seed)).toEqual(plan(40, seed));
      expect(plan(40, seed)).not.toEqual(plan(40, seed + 1));
    }),
  );
});

test('faults come equally often, give or take one, and are numbered in order', () => {
  fc.assert(
    fc.property(sizes, seeds, (size, seed) => {
      const runs = plan(size, seed);
      const counts = FAULT_NAMES.map((name) => runs.filter(({ fault }) => fault === name).length);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      expect(runs.map(({ number }) => number)).toEqual(runs.map((_, index) => index + 1));
    }),
  );
});

test('a run too short for all has the first faults', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const faults = plan(8, seed).map(({ fault }) => fault);
      expect(new Set(faults)).toEqual(new Set(FAULT_NAMES.slice(0, 8)));
    }),
  );
});

test('every third take of each fault is MP4', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const runs = plan(6 * FAULT_NAMES.length, seed);
      for (const name of FAULT_NAMES) {
        const formats = runs.filter(({ fault }) => fault === name).map(({ format }) => format);
        expect(formats.filter((format) => format === 'mp4')).toHaveLength(2);
      }
    }),
  );
});

test('what happens in a take happens while it lasts, and steps are marked in their order', () => {
  fc.assert(
    fc.property(sizes, seeds, (size, seed) => {
      for (const { format, momentMs, marks, pause, chance } of plan(size, seed)) {
        expect(momentMs).toBeGreaterThanOrEqual(MOST_LOST_MS[format]);
        const times = [
          momentMs,
          ...marks.map(({ atMs }) => atMs),
          ...(pause ? [pause.fromMs, pause.toMs] : []),
        ];
        expect(times.every((atMs) => Number.isInteger(atMs) && atMs >= 100 && atMs <= 5500)).toBe(true);
        expect(marks.map(({ step }) => step)).toEqual(STEP_IDS.slice(0, marks.length));
        expect(marks.map(({ atMs }) => atMs)).toEqual(
          marks.map(({ atMs }) => atMs).toSorted((a, b) => a - b),
        );
        expect(pause === null || pause.toMs - pause.fromMs >= 500).toBe(true);
        expect(chance >= 0 && chance < 1).toBe(true);
      }
    }),
  );
});

test('moments are spread over the whole take', () => {
  const moments = plan(200, 1).map(({ momentMs }) => momentMs);
  for (let from = 1000; from < 5500; from += 750)
    expect(moments.some((momentMs) => momentMs >= from && momentMs < from + 750)).toBe(true);
});
