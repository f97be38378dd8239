import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deliveryOf, extentOf, pausesBetween, phonationMs } from '../../src/domain/delivery.ts';
import type { Measures } from '../../src/domain/facts.ts';
import { fastRuns } from '../../src/domain/step-facts.ts';
import type { Span } from '../../src/domain/timeline.ts';

const span = (startMs: number, endMs: number): Span => ({ startMs, endMs });

/** A syllable every so many milliseconds, the first half of that after the beginning. */
function regular({ startMs, endMs }: Span, everyMs: number): readonly number[] {
  const count = Math.floor((endMs - startMs) / everyMs);
  return Array.from({ length: count }, (_, index) => startMs + (index + 0.5) * everyMs);
}

test('the rates of two phrases with a pause between them', () => {
  const spans = [span(500, 2500), span(3500, 5500)];
  const nuclei = spans.flatMap((phrase) => regular(phrase, 200));
  expect(deliveryOf(spans, nuclei)).toEqual({
    speech: span(500, 5500),
    pauses: [span(2500, 3500)],
    syllables: nuclei,
    localRates: null,
    measures: {
      syllables: 20,
      speechRate: 4,
      articulationRate: 5,
      phonationTimeRatio: 0.8,
      meanLengthOfRun: 10,
    },
  });
});

test('a gap is a pause from a quarter of a second on, and otherwise time of speaking', () => {
  const [short, long] = [
    [span(0, 1000), span(1249, 3000)],
    [span(0, 1000), span(1250, 3000)],
  ];
  expect(pausesBetween(short)).toEqual([]);
  expect(pausesBetween(long)).toEqual([span(1000, 1250)]);
  expect(deliveryOf(short, [500]).measures.phonationTimeRatio).toBe(1);
  expect(deliveryOf(long, [500]).measures.phonationTimeRatio).toBe(2750 / 3000);
});

test('what is before the first speech and after the last is no syllable of it', () => {
  const { syllables, measures } = deliveryOf([span(1000, 3000)], [500, 999, 1000, 2999, 3000, 4000]);
  expect(syllables).toEqual([1000, 2999]);
  expect(measures.syllables).toBe(2);
});

test('without speech, with too little and without a syllable there is a reason in the place of each value', () => {
  const reasons = (spans: readonly Span[], nuclei: readonly number[]) =>
    Object.values(deliveryOf(spans, nuclei).measures);
  expect(reasons([], [500])).toEqual(Array.from({ length: 5 }, () => 'no-speech'));
  expect(deliveryOf([], [500])).toMatchObject({ speech: null, pauses: [], syllables: [], localRates: null });
  // A second in all, of which less is speech.
  expect(reasons([span(0, 500), span(800, 1299)], [100, 1000])).toEqual(
    Array.from({ length: 5 }, () => 'too-short'),
  );
  expect(deliveryOf([span(0, 500), span(800, 1300)], [100, 1000]).measures.speechRate).toBe(2000 / 1300);
  expect(deliveryOf([span(0, 3000)], []).measures).toEqual({
    syllables: 'no-voice',
    speechRate: 'no-voice',
    articulationRate: 'no-voice',
    phonationTimeRatio: 1,
    meanLengthOfRun: 'no-voice',
  });
});

test('windows of 10 s every 5 s end with the speech, each against the median one', () => {
  // 3 s that no window needs, then 20 s at 4 a second and 10 s at 6.
  const spans = [span(2000, 35_000)];
  const nuclei = [
    ...regular(span(2000, 5000), 250),
    ...regular(span(5000, 25_000), 250),
    ...regular(span(25_000, 35_000), 1000 / 6),
  ];
  const { localRates } = deliveryOf(spans, nuclei);
  expect(localRates).toEqual([
    { ...span(5000, 15_000), ratio: 1 },
    { ...span(10_000, 20_000), ratio: 1 },
    { ...span(15_000, 25_000), ratio: 1 },
    { ...span(20_000, 30_000), ratio: 1.25 },
    { ...span(25_000, 35_000), ratio: 1.5 },
  ]);
});

test('exactly 1.25 times the median is 1.25, and not fast: the rubric wants more', () => {
  // 12 and 15 syllables in a window: divided as they are, their rates give 1.2500000000000002.
  const slow = regular(span(0, 30_000), 10_000 / 12);
  const { localRates } = deliveryOf(
    [span(0, 50_000)],
    [...slow, ...regular(span(30_000, 50_000), 10_000 / 15)],
  );
  expect(localRates?.slice(-3).map(({ ratio }) => ratio)).toEqual([1.25, 1.25, 1.25]);
  expect(fastRuns(localRates ?? [])).toEqual([]);
});

test('pauses do not slow a window down', () => {
  const spans = [span(0, 10_000), span(12_000, 15_000), span(19_000, 22_000), span(23_000, 40_000)];
  const { localRates } = deliveryOf(
    spans,
    spans.flatMap((phrase) => regular(phrase, 200)),
  );
  expect(localRates).toHaveLength(7);
  for (const { ratio } of localRates ?? []) expect(ratio).toBeCloseTo(1);
});

test('a window with less than 3 s of speech says nothing, and fewer than two windows nothing at all', () => {
  const spans = [span(0, 20_000), span(32_000, 35_000), span(37_900, 40_000)];
  const { localRates } = deliveryOf(
    spans,
    spans.flatMap((phrase) => regular(phrase, 200)),
  );
  // From 20 s on there is no speech before 32 s, and then 3 s until 35 s.
  expect(localRates?.map(({ endMs }) => endMs)).toEqual([10_000, 15_000, 20_000, 25_000, 35_000, 40_000]);
  const rates = (speech: Span, nuclei = regular(speech, 200)) => deliveryOf([speech], nuclei).localRates;
  expect(rates(span(1000, 15_990))).toBeNull();
  expect(rates(span(1000, 16_000))).toHaveLength(2);
  expect(rates(span(1000, 60_000), [])).toBeNull();
});

const talks = fc
  .array(
    fc.record({
      gapMs: fc.integer({ min: 1, max: 400 }).map((tens) => tens * 10),
      lengthMs: fc.integer({ min: 5, max: 900 }).map((tens) => tens * 10),
    }),
    { minLength: 1, maxLength: 25, size: 'max' },
  )
  .chain((phrases) => {
    let atMs = 0;
    const spans = phrases.map(({ gapMs, lengthMs }) => {
      const startMs = atMs + gapMs;
      atMs = startMs + lengthMs;
      return span(startMs, atMs);
    });
    const instants = fc.uniqueArray(fc.nat(Math.floor(atMs / 10) + 50), { maxLength: 300, size: 'max' });
    return instants.map((tens) => ({
      spans,
      nuclei: tens.toSorted((a, b) => a - b).map((ten) => ten * 10 + 5),
    }));
  });

test('pauses lie between speech, in order, none shorter than a quarter of a second, and no gap is forgotten', () => {
  fc.assert(
    fc.property(talks, ({ spans, nuclei }) => {
      const { speech, pauses, syllables } = deliveryOf(spans, nuclei);
      if (speech === null) throw new Error('There was speech');
      expect(speech).toEqual(extentOf(spans));
      let afterMs = speech.startMs;
      for (const pause of pauses) {
        expect(pause.startMs).toBeGreaterThan(afterMs);
        expect(pause.endMs - pause.startMs).toBeGreaterThanOrEqual(250);
        afterMs = pause.endMs;
        expect(spans.some(({ startMs, endMs }) => startMs < pause.endMs && pause.startMs < endMs)).toBe(
          false,
        );
      }
      expect(afterMs).toBeLessThan(speech.endMs);
      const spokenMs = spans.reduce((ms, { startMs, endMs }) => ms + endMs - startMs, 0);
      const shortGaps = spans
        .slice(1)
        .map(({ startMs }, index) => startMs - (spans[index]?.endMs ?? 0))
        .filter((ms) => ms < 250);
      expect(phonationMs(speech, pauses)).toBe(spokenMs + shortGaps.reduce((ms, gap) => ms + gap, 0));
      for (const atMs of syllables) {
        expect(atMs).toBeGreaterThanOrEqual(speech.startMs);
        expect(atMs).toBeLessThan(speech.endMs);
      }
    }),
  );
});

const numbers = (measures: Partial<Measures>) =>
  Object.values(measures).filter((value) => typeof value === 'number');

test('the rates agree with one another', () => {
  fc.assert(
    fc.property(talks, ({ spans, nuclei }) => {
      const { pauses, syllables, measures } = deliveryOf(spans, nuclei);
      for (const value of numbers(measures)) expect(Number.isFinite(value)).toBe(true);
      const { speechRate, articulationRate, phonationTimeRatio, meanLengthOfRun } = measures;
      if (typeof phonationTimeRatio !== 'number') return;
      expect(phonationTimeRatio).toBeGreaterThan(0);
      expect(phonationTimeRatio).toBeLessThanOrEqual(1);
      expect(phonationTimeRatio === 1).toBe(pauses.length === 0);
      if (typeof speechRate !== 'number' || typeof articulationRate !== 'number') return;
      expect(measures.syllables).toBe(syllables.length);
      expect(speechRate).toBeCloseTo(articulationRate * phonationTimeRatio);
      expect(meanLengthOfRun).toBeCloseTo(syllables.length / (pauses.length + 1));
    }),
  );
});

test('another syllable makes no rate lower, and what is said later changes none', () => {
  fc.assert(
    fc.property(talks, fc.nat(), fc.integer({ min: 1, max: 500 }), ({ spans, nuclei }, place, tens) => {
      const before = deliveryOf(spans, nuclei);
      const { startMs, endMs } = before.speech ?? span(0, 0);
      const more = [...nuclei, startMs + (place % (endMs - startMs))].toSorted((a, b) => a - b);
      const after = deliveryOf(spans, more);
      for (const id of ['syllables', 'speechRate', 'articulationRate', 'meanLengthOfRun'] as const) {
        const [less, now] = [before.measures[id], after.measures[id]];
        if (typeof less === 'number') expect(now).toBeGreaterThan(less);
      }
      const laterMs = tens * 10;
      const later = deliveryOf(
        spans.map((phrase) => span(phrase.startMs + laterMs, phrase.endMs + laterMs)),
        nuclei.map((atMs) => atMs + laterMs),
      );
      expect(later.measures).toEqual(before.measures);
      expect(later.localRates?.map(({ ratio }) => ratio)).toEqual(
        before.localRates?.map(({ ratio }) => ratio),
      );
    }),
  );
});

test('windows lie within the speech, 5 s apart, the last ends with it, and one is at the median', () => {
  fc.assert(
    fc.property(talks, ({ spans, nuclei }) => {
      const { speech, localRates } = deliveryOf(spans, nuclei);
      if (speech === null || localRates === null) return;
      expect(localRates.length).toBeGreaterThan(1);
      for (const { startMs, endMs, ratio } of localRates) {
        expect(endMs - startMs).toBe(10_000);
        expect(startMs).toBeGreaterThanOrEqual(speech.startMs);
        expect((speech.endMs - endMs) % 5000).toBe(0);
        expect(Number.isFinite(ratio)).toBe(true);
      }
      const ratios = localRates.map(({ ratio }) => ratio).toSorted((a, b) => a - b);
      expect(ratios[0]).toBeLessThanOrEqual(1);
      expect(ratios.at(-1)).toBeGreaterThanOrEqual(1);
    }),
  );
});
