import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { type Clip, correlation, figuresOf, matchPauses, quantile } from '../../scripts/accuracy-figures.ts';
import { syllablesOf } from '../../scripts/english-syllables.ts';
import { groupsOf, readLabels, spansOf } from '../../scripts/labels.ts';
import type { Span } from '../../src/domain/timeline.ts';

const span = (startMs: number, endMs: number): Span => ({ startMs, endMs });

/** A clip of 10 s with speech from 1 s to 3 s and from 4 s to 9 s, and 28 syllables, all of it found exactly. */
function aClip(fields: Partial<Clip> = {}, labels: Partial<Clip['labels']> = {}): Clip {
  const speech = [span(1000, 3000), span(4000, 9000)];
  return {
    group: 'one',
    durationMs: 10_000,
    labels: { speech, syllables: 28, ...labels },
    found: { speech, syllables: instants(28) },
    ...fields,
  };
}

function instants(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => 1005 + 10 * index);
}

test('what is found exactly has no error, and every figure says what it rests on', () => {
  const more = [12, 35].map((count) =>
    aClip({ found: { speech: aClip().found.speech, syllables: instants(count) } }, { syllables: count }),
  );
  const none = { value: 0, of: 3 };
  expect(figuresOf([aClip(), ...more])).toEqual({
    clips: 3,
    frames: {
      error: { value: 0, of: 3000 },
      missed: { value: 0, of: 2100 },
      falsely: { value: 0, of: 900 },
    },
    pauses: {
      labelled: 3,
      found: 3,
      precision: { value: 1, of: 3 },
      recall: { value: 1, of: 3 },
      f1: 1,
    },
    edges: { median: 0, p90: 0, of: 6 },
    syllables: { error: none, bias: 0, ofCounts: expect.closeTo(1), ofRates: expect.closeTo(1) },
    longSyllables: { error: none, bias: 0, ofCounts: expect.closeTo(1), ofRates: expect.closeTo(1) },
    articulationRate: none,
    longArticulationRate: none,
    phonationTimeRatio: none,
  });
});

test('frames: what was missed of the speech, and what else was taken for it', () => {
  // 0.5 s missed at the beginning, 1 s too much at the end.
  const clip = aClip({ found: { speech: [span(1500, 3000), span(4000, 10_000)], syllables: instants(28) } });
  expect(figuresOf([clip]).frames).toEqual({
    error: { value: 0.15, of: 1000 },
    missed: { value: 50 / 700, of: 700 },
    falsely: { value: 100 / 300, of: 300 },
  });
  expect(figuresOf([clip, aClip()]).frames.error).toEqual({ value: 0.075, of: 2000 });
});

test('a pause is found when half of what both cover is shared', () => {
  const found = (pause: Span) => {
    const speech = (gap: Span) => [span(0, gap.startMs), span(gap.endMs, 9000)];
    return matchPauses(speech(span(3000, 4000)), speech(pause));
  };
  expect(found(span(3000, 4000))).toEqual({ recalled: [true], confirmed: [true], edges: [0, 0] });
  expect(found(span(3100, 3950))).toEqual({ recalled: [true], confirmed: [true], edges: [100, 50] });
  expect(found(span(3000, 3500)).recalled).toEqual([true]);
  expect(found(span(3000, 3490))).toEqual({ recalled: [false], confirmed: [false], edges: [] });
  expect(found(span(3000, 5000)).recalled).toEqual([true]);
  expect(found(span(3000, 5010)).recalled).toEqual([false]);
  expect(found(span(4000, 5000)).recalled).toEqual([false]);
});

test('a pause just over the limit is no error where the other side has it just under', () => {
  const speech = (lengthMs: number) => [span(0, 3000), span(3000 + lengthMs, 9000)];
  expect(matchPauses(speech(260), speech(240))).toEqual({ recalled: [true], confirmed: [], edges: [0, 20] });
  expect(matchPauses(speech(240), speech(260))).toEqual({ recalled: [], confirmed: [true], edges: [] });
  expect(matchPauses(speech(300), speech(179)).recalled).toEqual([false]);
  expect(matchPauses(speech(300), speech(180)).recalled).toEqual([true]);
  expect(matchPauses(speech(240), speech(240))).toEqual({ recalled: [], confirmed: [], edges: [] });
});

test('precision, recall and F1 pool the pauses of all clips', () => {
  const labelled = [span(0, 1000), span(2000, 3000), span(4000, 5000), span(6000, 9000)];
  const clip = (speech: readonly Span[]) =>
    aClip({ found: { speech, syllables: instants(28) } }, { speech: labelled });
  // One of three is found, and nothing else; then all three and a fourth.
  const { pauses } = figuresOf([
    clip([span(0, 1000), span(2000, 9000)]),
    clip([span(0, 1000), span(2000, 3000), span(4000, 5000), span(6000, 7000), span(7500, 9000)]),
  ]);
  expect(pauses).toEqual({
    labelled: 6,
    found: 5,
    precision: { value: 4 / 5, of: 5 },
    recall: { value: 4 / 6, of: 6 },
    f1: expect.closeTo((2 * 4) / (5 + 6)),
  });
});

test('syllables: the mean of what each clip is off, long clips by themselves', () => {
  const clip = (known: number, own: number, durationMs: number) =>
    aClip(
      { durationMs, found: { speech: aClip().found.speech, syllables: instants(own) } },
      { syllables: known },
    );
  const { syllables, longSyllables } = figuresOf([
    clip(20, 22, 8000),
    clip(40, 38, 20_000),
    clip(10, 5, 7999),
  ]);
  expect(longSyllables.error).toEqual({ value: expect.closeTo(0.075), of: 2 });
  expect(longSyllables.bias).toBeCloseTo(0.025);
  expect(longSyllables.ofCounts).toBeNull();
  expect(syllables.error).toEqual({ value: expect.closeTo((0.1 + 0.05 + 0.5) / 3), of: 3 });
  expect(syllables.bias).toBeCloseTo((0.1 - 0.05 - 0.5) / 3);
  expect(syllables.ofCounts).toBeCloseTo(
    correlation([
      [22, 20],
      [38, 40],
      [5, 10],
    ]) ?? 0,
  );
});

test('rate and ratio go by the time of speaking on either side', () => {
  // A pause of 1 s that was found with 2 s: 6 of 8 s are speech instead of 7.
  const speech = [span(1000, 2000), span(4000, 9000)];
  const figures = figuresOf([aClip({ found: { speech, syllables: instants(28) } })]);
  expect(figures.articulationRate).toEqual({ value: expect.closeTo(28 / 6 / 4 - 1), of: 1 });
  expect(figures.phonationTimeRatio).toEqual({ value: expect.closeTo(1 / 8), of: 1 });
});

test('a label that is not there is no zero', () => {
  const figures = figuresOf([aClip({}, { speech: null }), aClip({}, { syllables: null })]);
  expect(figures.frames.error.of).toBe(1000);
  expect(figures.pauses.labelled).toBe(1);
  expect(figures.syllables.error.of).toBe(1);
  expect(figures.articulationRate).toEqual({ value: null, of: 0 });
  expect(figures.phonationTimeRatio.of).toBe(1);
  const nothing = figuresOf([aClip({}, { speech: null, syllables: null })]);
  expect(nothing.frames.error).toEqual({ value: null, of: 0 });
  expect(nothing.pauses).toMatchObject({ precision: { value: null, of: 0 }, f1: null });
  expect(nothing.edges).toEqual({ median: null, p90: null, of: 0 });
});

test('what was not found at all counts', () => {
  const { frames, pauses, syllables, articulationRate } = figuresOf([
    aClip({ found: { speech: [], syllables: [] } }),
  ]);
  expect(frames.error.value).toBe(0.7);
  expect(pauses).toMatchObject({ recall: { value: 0, of: 1 }, precision: { value: null }, f1: 0 });
  expect(syllables.error.value).toBe(1);
  expect(articulationRate.value).toBeNull();
});

const talks = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 200 })), {
    minLength: 1,
    maxLength: 20,
  })
  .map((lengths) => {
    let atMs = 0;
    return lengths.map(([gap, length]) => {
      const startMs = atMs + gap * 10;
      atMs = startMs + length * 10;
      return span(startMs, atMs);
    });
  });

test('both sides may be exchanged: precision is the recall of the other', () => {
  fc.assert(
    fc.property(talks, talks, (a, b) => {
      const [there, back] = [matchPauses(a, b), matchPauses(b, a)];
      expect(there.confirmed).toEqual(back.recalled);
      expect(there.recalled).toEqual(back.confirmed);
      expect(there.edges).toHaveLength(2 * there.recalled.filter(Boolean).length);
    }),
  );
});

test('figures are shares: none is below 0, and of frames and pauses none above 1', () => {
  fc.assert(
    fc.property(talks, talks, (labelled, found) => {
      const durationMs = 10 + Math.max(labelled.at(-1)?.endMs ?? 0, found.at(-1)?.endMs ?? 0);
      const clip = aClip({ durationMs, found: { speech: found, syllables: [] } }, { speech: labelled });
      const { frames, pauses, phonationTimeRatio } = figuresOf([clip]);
      for (const { value } of [
        ...Object.values(frames),
        pauses.precision,
        pauses.recall,
        phonationTimeRatio,
      ]) {
        expect(value ?? 0).toBeGreaterThanOrEqual(0);
        expect(value ?? 0).toBeLessThanOrEqual(1);
      }
      expect(frames.error.value).toBeCloseTo(
        ((frames.missed.value ?? 0) * frames.missed.of + (frames.falsely.value ?? 0) * frames.falsely.of) /
          frames.error.of,
      );
    }),
  );
});

test('quantiles lie between the values, and correlation knows a line', () => {
  expect(quantile([], 0.5)).toBeNull();
  expect(quantile([3, 1, 2], 0.5)).toBe(2);
  expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5);
  expect(quantile([0, 10], 0.9)).toBe(9);
  expect(
    correlation([
      [1, 2],
      [2, 4],
      [3, 6],
    ]),
  ).toBeCloseTo(1);
  expect(
    correlation([
      [1, 6],
      [2, 4],
      [3, 2],
    ]),
  ).toBeCloseTo(-1);
  expect(
    correlation([
      [1, 1],
      [2, 0],
      [3, 1],
    ]),
  ).toBeCloseTo(0);
  expect(
    correlation([
      [1, 1],
      [2, 1],
      [3, 1],
    ]),
  ).toBeNull();
  expect(
    correlation([
      [1, 1],
      [2, 2],
    ]),
  ).toBeNull();
});

test('words that follow one another are one stretch of speech', () => {
  expect(
    spansOf([
      [0.5, 1, 'so'],
      [1, 1.25, 'this'],
      [2, 2.5, 'is'],
    ]),
  ).toEqual([span(500, 1250), span(2000, 2500)]);
  expect(
    spansOf([
      [2, 3],
      [0, 1],
      [0.5, 1.5],
    ]),
  ).toEqual([span(0, 1500), span(2000, 3000)]);
  expect(spansOf([])).toEqual([]);
  for (const absent of [undefined, null, 'speech']) expect(spansOf(absent)).toBeNull();
});

test('a file belongs to the corpus its name begins with', () => {
  const of = (...names: readonly string[]) => [...groupsOf(names).values()];
  expect(of('ten04', 'ten30', 'libri_84-121-0001', 'MFA_long', 'übung1')).toEqual([
    'ten',
    'ten',
    'libri',
    'mfa',
    'übung',
  ]);
  expect(of('84-121-0001', '84-121-0002', '1272_7')).toEqual(['84', '84', '1272']);
  expect(of('0001', '0002', 'ten1')).toEqual(['unnamed', 'unnamed', 'ten']);
  expect(of('84-121-0001')).toEqual(['84']);
});

test('labels with a mark of their encoding are read; what they cannot say is refused or left open', () => {
  const folder = mkdtempSync(join(tmpdir(), 'talkthrough-labels-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const read = (json: string) => {
    writeFileSync(join(folder, 'labels.json'), json);
    return readLabels(join(folder, 'labels.json'));
  };
  expect(read('\uFEFF{"syllables": 3}')).toEqual({ group: null, speech: null, syllables: 3 });
  expect(() => read('{"syllables": -1}')).toThrow('fewer than no syllables');
  const text = 'Guten Morgen';
  const syllables = (language?: string) => read(JSON.stringify({ text, language })).syllables;
  expect(syllables('de')).toBeNull();
  expect([syllables(), syllables('en'), syllables('en-GB'), syllables('English')]).toEqual([4, 4, 4, 4]);
  expect(read(JSON.stringify({ text, language: 'de', syllables: 5 })).syllables).toBe(5);
});

test('the syllables of English words by their spelling', () => {
  const counts: Readonly<Record<number, string>> = {
    1: 'a the strength called rolled times queue rate world through I',
    2: 'table rated faces little pipeline something player client people every doing settled isn’t',
    3: 'idea medium creator example reopen everyone',
    4: 'experience material America identical idempotent algorithm',
    5: 'university idempotency',
  };
  const wrong: string[] = [];
  for (const [count, words] of Object.entries(counts))
    for (const word of words.split(' '))
      if (syllablesOf(word) !== Number(count)) wrong.push(`${word}: ${syllablesOf(word)}`);
  expect(wrong).toEqual([]);
  expect(syllablesOf('And so, my fellow Americans: ask not!')).toBe(11);
  expect(syllablesOf('')).toBe(0);
});
