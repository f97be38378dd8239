import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Delivery, Sound } from '../../src/domain/facts.ts';
import { SOUND_KINDS } from '../../src/domain/facts.ts';
import type { Span } from '../../src/domain/timeline.ts';
import {
  boundariesOf,
  densityOf,
  paceChart,
  pausesChart,
  placed,
  runsOf,
  soundLabels,
  soundsChart,
} from '../../src/reveal/time-line.ts';
import {
  beginsAmong,
  paceWords,
  pausesWords,
  scoreWords,
  soundsWords,
} from '../../src/reveal/time-line-words.ts';
import { type Axis, xOf } from '../../src/ui/axis.ts';
import { aDelivery, aKeptAttempt } from '../support/factories.ts';

/** So wide is a letter at most, and so much is left between two labels. */
const LETTER_PX = 8;

const durations = fc.integer({ min: 200, max: 3_600_000 });

/** Spans in order, in a clip of some length, on an axis of some width of which some is seen. */
const drawn = durations.chain((durationMs) =>
  fc.record({
    spans: fc
      .array(fc.integer({ min: 0, max: durationMs }), { maxLength: 120 })
      .map((times) => times.toSorted((a, b) => a - b))
      .map((times): readonly Span[] =>
        times.flatMap((startMs, index) => {
          const endMs = times[index + 1];
          return index % 2 === 0 && endMs !== undefined ? [{ startMs, endMs }] : [];
        }),
      ),
    axis: fc
      .tuple(
        fc.double({ min: 40, max: 20_000, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
      )
      .map(
        ([widthPx, from, to]): Axis => ({
          durationMs,
          widthPx,
          fromPx: Math.min(from, to) * widthPx,
          toPx: Math.max(from, to) * widthPx,
        }),
      ),
  }),
);

const whole = (axis: Axis): Axis => ({ ...axis, fromPx: 0, toPx: axis.widthPx });

const axis: Axis = { durationMs: 60_000, widthPx: 600, fromPx: 0, toPx: 600 };

/** The boxes of a path, from left to right. */
function boxesOf(path: string) {
  return [...path.matchAll(/M(\S+) (\S+?)H(\S+?)v(\S+?)H/g)].map(([, from, top, to, height]) => ({
    from: Number(from),
    to: Number(to),
    top: Number(top),
    height: Number(height),
  }));
}

test('every span lies in a run of pixels, in order, within the strip, and no run is empty of them', () => {
  fc.assert(
    fc.property(drawn, fc.integer({ min: 1, max: 5 }), ({ spans, axis }, leastPx) => {
      const runs = runsOf(spans, axis, leastPx);
      const edgePx = Math.ceil(axis.widthPx);
      for (const [index, { fromPx, toPx }] of runs.entries()) {
        expect(fromPx).toBeGreaterThan(runs[index - 1]?.toPx ?? -1);
        expect(toPx - fromPx).toBeGreaterThanOrEqual(leastPx);
        expect(toPx).toBeLessThanOrEqual(edgePx);
        const isHeld = ({ startMs }: Span) =>
          xOf(axis, startMs) >= fromPx && xOf(axis, startMs) <= Math.max(toPx, edgePx - leastPx + 1);
        expect(spans.some(isHeld)).toBe(true);
      }
      for (const { startMs, endMs } of spans) {
        const holds = runs.some(
          ({ fromPx, toPx }) =>
            Math.min(xOf(axis, startMs), edgePx - leastPx) >= fromPx && xOf(axis, endMs) <= toPx + 1e-6,
        );
        expect(holds).toBe(true);
      }
    }),
  );
});

test('spans with a pixel of speech between them stay apart', () => {
  const runs = (gapMs: number) =>
    runsOf(
      [
        { startMs: 1000, endMs: 2000 },
        { startMs: 2000 + gapMs, endMs: 4000 },
      ],
      axis,
    ).length;
  expect(runs(99)).toBe(1);
  expect(runs(100)).toBe(2);
});

test('merged at a pixel nothing is lost: it is marked where a span is, and only there, by how much of it', () => {
  fc.assert(
    fc.property(drawn, ({ spans, axis: some }) => {
      const axis = whole(some);
      const shares = densityOf(spans, axis);
      expect(shares).toHaveLength(Math.ceil(axis.widthPx));
      const total = spans.reduce((sum, span) => sum + xOf(axis, span.endMs) - xOf(axis, span.startMs), 0);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(total, 4);
      for (const { startMs } of spans) {
        const px = Math.min(Math.floor(xOf(axis, startMs)), shares.length - 1);
        expect(shares[px]).toBeGreaterThan(0);
      }
      const isWrong = (share: number, px: number) => {
        const isTouched = spans.some(
          ({ startMs, endMs }) =>
            xOf(axis, startMs) < px + 1 + 1e-6 && (xOf(axis, endMs) > px - 1e-6 || px === shares.length - 1),
        );
        return share > 1 || (share > 0 && !isTouched);
      };
      expect([...shares].findIndex(isWrong)).toBe(-1);
    }),
  );
});

test('what is drawn of a part is what is drawn there of the whole', () => {
  fc.assert(
    fc.property(drawn, ({ spans, axis }) => {
      const all = densityOf(spans, whole(axis));
      const from = Math.floor(axis.fromPx);
      const part = densityOf(spans, axis);
      expect(part).toEqual(all.slice(from, from + part.length));
    }),
  );
});

const attempt = aKeptAttempt({
  durationMs: 60_000,
  marks: [
    { step: 'situation', atMs: 0 },
    { step: 'approach', atMs: 20_000 },
  ],
});

function withPauses(...pauses: readonly (readonly [number, number])[]): Delivery {
  return aDelivery({
    speech: { startMs: 0, endMs: 60_000 },
    pauses: pauses.map(([startMs, endMs]) => ({ startMs, endMs })),
  });
}

test('short pauses are low, those of two seconds high, the three longest full and carry their lengths', () => {
  const delivery = withPauses(
    [1000, 1300],
    [5000, 7000],
    [10_000, 12_500],
    [19_000, 21_500],
    [30_000, 33_000],
    [40_000, 40_300],
  );
  const { marks, table } = pausesChart(attempt, delivery, [
    { startMs: 5000, endMs: 7000, place: 'mid-sentence' },
  ]);
  const { short, long, longest, labels } = marks(axis);
  expect(boxesOf(short).map(({ from, to }) => [from, to])).toEqual([
    [10, 13],
    [400, 403],
  ]);
  expect(boxesOf(long)).toEqual([{ from: 50, to: 70, top: 3, height: 9 }]);
  expect(boxesOf(longest).map(({ from, top, height }) => [from, top, height])).toEqual([
    [100, 0, 12],
    [190, 0, 12],
    [300, 0, 12],
  ]);
  expect(labels.map(({ text }) => text)).toEqual(['3.0 s', '2.5 s', '2.5 s']);
  expect(table.map(({ step, place }) => [step, place])).toEqual([
    ['situation', null],
    ['situation', 'mid-sentence'],
    ['situation', null],
    ['situation', null],
    ['approach', null],
    ['approach', null],
  ]);
  expect(pausesWords(table)).toBe('6 pauses, 11 s in all. The longest lasts 3.0 s, at 0:30.');
});

test('pauses as long as the third longest are drawn and labelled as it is; three want a tag', () => {
  const delivery = withPauses(
    [5000, 6500],
    [15_000, 16_500],
    [25_000, 27_500],
    [35_000, 36_500],
    [45_000, 46_000],
  );
  const { marks, table } = pausesChart(attempt, delivery, []);
  expect(boxesOf(marks(axis).longest).map(({ from }) => from)).toEqual([50, 150, 250, 350]);
  expect(marks(axis).labels.map(({ text }) => text)).toEqual(['2.5 s', '1.5 s', '1.5 s', '1.5 s']);
  expect(table.map(({ isLongest }) => isLongest)).toEqual([true, true, true, true, false]);
  expect(table.map(({ wantsTag }) => wantsTag)).toEqual([true, true, true, false, false]);
});

test('whatever the zoom, all pauses are drawn, none outside of the strip', () => {
  fc.assert(
    fc.property(drawn, ({ spans, axis: some }) => {
      const one = whole(some);
      const delivery = aDelivery({ speech: { startMs: 0, endMs: one.durationMs }, pauses: spans });
      const { marks, table } = pausesChart({ marks: [], durationMs: one.durationMs }, delivery, []);
      expect(table).toHaveLength(spans.length);
      const { short, long, longest } = marks(one);
      const boxes = [...boxesOf(short), ...boxesOf(long), ...boxesOf(longest)];
      for (const { from, to, top, height } of boxes) {
        expect(from).toBeGreaterThanOrEqual(0);
        expect(to).toBeLessThanOrEqual(Math.ceil(one.widthPx));
        expect(top + height).toBe(12);
      }
      for (const { startMs } of spans) {
        const px = Math.min(Math.floor(xOf(one, startMs)), Math.ceil(one.widthPx) - 2);
        expect(boxes.some(({ from, to }) => from <= px + 1 && to > px)).toBe(true);
      }
    }),
  );
});

function windows(...ratios: readonly (number | null)[]) {
  return ratios.flatMap((ratio, index) =>
    ratio === null ? [] : [{ startMs: index * 5000, endMs: index * 5000 + 10_000, ratio }],
  );
}

test('the pace is one line through overlapping windows; a window by itself is as long as it lasts', () => {
  const delivery = aDelivery({ localRates: windows(1, 1.5, 0.5, null, null, 1, null, null, 3) });
  const { line } = paceChart(attempt, delivery).marks(axis);
  expect(line).toBe('M50 24L100 6L150 42M250 24H350M400 6H500');
});

test('fast is what the rubric counts: at least 15 s above 1.25, each stretch a line of its own', () => {
  const delivery = aDelivery({ localRates: windows(1.3, 1, 1.4, 1.3, 1, 1.3, 1.35, 1.25) });
  const { marks, table } = paceChart(attempt, delivery);
  const { fast, stretches, labels } = marks(axis);
  expect(table.map(({ isFast }) => isFast)).toEqual([false, false, true, true, false, true, true, false]);
  expect(fast).toBe('M150 9.6L200 13.2M300 13.2L350 11.4');
  expect(boxesOf(stretches).map(({ from, to }) => [from, to])).toEqual([[100, 400]]);
  expect(labels.map(({ text }) => text)).toEqual(['0:10 to 0:25, 40% above']);
  expect(paceWords(delivery)).toBe(
    'More than a quarter above your own median from 0:10 to 0:25 (up to 40% above) and from 0:25 to 0:40 (up to 35% above).',
  );
});

test('the pace in words: throughout, no stretch long enough, more than are named, too little', () => {
  const words = (...ratios: readonly number[]) => paceWords(aDelivery({ localRates: windows(...ratios) }));
  expect(words(1, 1.2, 0.8)).toBe('Within a quarter of your own median throughout.');
  expect(words(1, 1.3, 0.6)).toBe('No stretch of 15 s or more a quarter above your own median.');
  expect(words(1.3, 1.3, 1, 1, 1.3, 1.3, 1, 1, 1.3, 1.3, 1, 1, 1.3, 1.3, 1, 1, 1.3, 1.3)).toMatch(
    /^More than a quarter above your own median from 0:00 to 0:15 \(up to 30% above\), .* and in 2 more\.$/,
  );
  expect(paceWords(aDelivery({ localRates: null }))).toBe('Too little was said for a rate of its own.');
});

const sound = fc.record({
  startMs: fc.integer({ min: 0, max: 60_000 }),
  kind: fc.constantFrom(...SOUND_KINDS),
});

test('every sound has a word or is counted by the one before it; words never overlap nor leave the strip', () => {
  fc.assert(
    fc.property(
      fc.array(sound, { maxLength: 60 }),
      fc.integer({ min: 240, max: 20_000 }),
      (list, widthPx) => {
        const sounds: readonly Sound[] = list
          .toSorted((a, b) => a.startMs - b.startMs)
          .map(({ startMs, kind }) => ({ startMs, endMs: startMs + 500, kind, score: 0.5 }));
        const labels = soundLabels(sounds, { durationMs: 60_000, widthPx });
        expect(labels.reduce((sum, { count }) => sum + count, 0)).toBe(sounds.length);
        for (const [index, { x, text, count }] of labels.entries()) {
          const before = labels[index - 1];
          if (before !== undefined)
            expect(x).toBeGreaterThanOrEqual(before.x + before.text.length * LETTER_PX);
          expect(x).toBeGreaterThanOrEqual(60);
          expect(x + text.length * LETTER_PX).toBeLessThanOrEqual(Math.max(widthPx, 260));
          if (count > 1) expect(text).toMatch(new RegExp(`(×${count}|\\+${count - 1})$`));
        }
      },
    ),
  );
});

test('what begins in one second is told apart by tenths, and nothing else is', () => {
  const spans = [10_050, 10_650, 11_000].map((startMs) => ({ startMs, endMs: startMs + 300 }));
  expect(spans.map(beginsAmong(spans))).toEqual(['0:10.0', '0:10.6', '0:11']);
});

test('sounds in words: which, how often, where mainly, and how sure', () => {
  const kinds = ['cough', 'typing', 'typing', 'typing', 'phone', 'phone'] as const;
  const sounds = kinds.map((kind, index) => ({ startMs: index, endMs: index + 4000, kind, score: 0.5 }));
  expect(soundsWords(sounds, true)).toBe(
    'Typing 3 times (12 s), phone twice (8.0 s) and cough once (4.0 s), heard mainly in your pauses.',
  );
  expect(soundsWords([], true)).toBe('No other sound was heard. They are heard mainly in your pauses.');
  // Without speech there are no pauses.
  expect(soundsWords(sounds.slice(0, 1), false)).toBe('Cough once (4.0 s).');
  expect(soundsWords([], false)).toBe('No other sound was heard.');
  expect([0.2, 0.4, 0.9].map(scoreWords)).toEqual(['perhaps', 'likely', 'clear']);
  expect(soundsChart(sounds).marks(axis).labels).toEqual([{ x: 60, text: 'Cough +5', count: 6 }]);
});

test('labels that would overlap are left out, the later ones first', () => {
  const labels = [
    { x: 100, text: '2.5 s' },
    { x: 120, text: '2.4 s' },
    { x: 580, text: '2.3 s' },
    { x: 0, text: '2.2 s' },
  ];
  expect(placed(labels, axis)).toEqual([
    { x: 100, text: '2.5 s' },
    { x: 560, text: '2.3 s' },
  ]);
  expect(placed(labels.slice(3), axis)).toEqual([{ x: 60, text: '2.2 s' }]);
});

test('a boundary is where the step begins after its mark was moved into the pause beside it', () => {
  expect(boundariesOf(attempt, withPauses([20_500, 21_000]))).toEqual([
    { step: 'approach', markedMs: 20_000, atMs: 20_500 },
  ]);
  expect(boundariesOf({ ...attempt, marks: [] }, withPauses())).toEqual([]);
});
