import { expect, test } from 'vitest';
import { MEASURE_IDS, UNMEASURED } from '../../src/domain/facts.ts';
import type { Usual } from '../../src/domain/usual.ts';
import {
  comparedWords,
  confidenceWords,
  FIGURE_IDS,
  FIGURES,
  figureWords,
  METHODS,
  unmeasuredWords,
  usualBasis,
  usualWords,
} from '../../src/reveal/delivery-words.ts';
import { aDelivery } from '../support/factories.ts';

const range = (low: number, high: number): Usual => ({ tag: 'range', low, high, count: 5 });

test('a value stands with its unit, and minus is a minus', () => {
  expect(figureWords('speechRate', 4.06)).toBe('4.1\u00a0syll/s');
  expect(figureWords('phonationTimeRatio', 0.834)).toBe('0.83');
  expect(figureWords('pauseShare', 16.6)).toBe('17%');
  expect(figureWords('loudness', -23)).toBe('−23.0\u00a0LUFS');
  expect(figureWords('loudness', -0.01)).toBe('0.0\u00a0LUFS');
  expect(figureWords('clipped', 12)).toBe('12\u00a0ms');
  expect(figureWords('signalToNoise', 59.4)).toBe('59\u00a0dB');
  expect(figureWords('signalToNoise', 60)).toBe('60\u00a0dB or more');
});

test('what is under a limit is not shown as the limit', () => {
  expect(figureWords('signalToNoise', 14.96)).toBe('14\u00a0dB');
  expect(figureWords('signalToNoise', 15)).toBe('15\u00a0dB');
  expect(usualWords('signalToNoise', range(14.6, 15.2))).toBe('14 to 15');
  const { measures } = aDelivery();
  const noisy = confidenceWords(['noisy'], { measures: { ...measures, signalToNoise: 14.8 } });
  expect(noisy).toContain('stands 14\u00a0dB above its background, and under 15 dB');
  const usual = range(15.1, 20);
  expect(comparedWords([{ id: 'signalToNoise', value: 14.9, usual }])).toContain('signal to noise below');
});

test('what is usual is said in the same digits, or how much is missing', () => {
  expect(usualWords('pitchMedian', range(110.4, 130.6))).toBe('110 to 131');
  expect(usualWords('loudness', range(-24.02, -20))).toBe('−24.0 to −20.0');
  expect(usualWords('pauseRate', range(0, 0))).toBe('0.0');
  expect(usualWords('signalToNoise', range(52, 60))).toBe('52 to 60 or more');
  expect(usualWords('clipped', { tag: 'too-few', count: 1 })).toBe('not enough yet: 1\u00a0of\u00a05');
});

test('the first sentence names what lies outside the usual range, by the digits one sees', () => {
  expect(comparedWords([{ id: 'pitchMedian', value: 120, usual: { tag: 'too-few', count: 2 } }])).toBeNull();
  expect(comparedWords([{ id: 'pitchMedian', value: 'no-voice', usual: range(110, 130) }])).toBeNull();
  const pitch = (value: number) => ({ id: 'pitchMedian' as const, value, usual: range(110, 130) });
  expect(comparedWords([pitch(130.4)])).toBe('Every figure lies within your usual range.');
  expect(comparedWords([pitch(130.6)])).toBe('Outside your usual range: pitch above.');
  expect(
    comparedWords([
      pitch(109),
      { id: 'speechRate', value: 5, usual: range(4, 4.4) },
      { id: 'pauseShare', value: 12, usual: range(15, 18) },
    ]),
  ).toBe('Outside your usual range: speech rate above; pitch and pause share below.');
});

test('what the usual is made of is said, for imports too', () => {
  expect(usualBasis({ source: 'recorded' }, 1)).toBe(
    'A usual range takes 5 earlier recordings with this microphone and these settings whose scores are locked; before this one there is 1.',
  );
  expect(usualBasis({ source: 'imported' }, 7)).toBe(
    'Usual: the last 7 imported recordings of this format whose scores are locked before this one, from their 10th to their 90th percentile, and never narrower than a difference that means anything. The dot is this one. Nothing is known of their microphones.',
  );
});

test('confidence comes with its reasons, and is silent where nothing speaks against it', () => {
  const delivery = (signalToNoise: number | 'no-pauses') =>
    aDelivery({ measures: { ...aDelivery().measures, signalToNoise } });
  expect(confidenceWords([], delivery(32))).toBeNull();
  expect(confidenceWords(['noisy', 'gain-control'], delivery(11.2))).toBe(
    'Confidence is low: the speech stands 11\u00a0dB above its background, and under 15 dB pauses and syllables are found less surely; automatic level was on, which evens out loudness and raises what is in the pauses.',
  );
  expect(confidenceWords(['processing-unsaid'], delivery(32))).toBe(
    'Confidence is not known: the browser does not say whether noise suppression or automatic level was on.',
  );
});

test('every reason has words of its own', () => {
  const words = UNMEASURED.map(unmeasuredWords);
  expect(new Set(words).size).toBe(UNMEASURED.length);
  for (const one of words) expect(one).toMatch(/^cannot be measured, because \w.+[^.]$/);
});

test('every measure but the bare count has a row, and every row a method', () => {
  const rows: readonly string[] = FIGURE_IDS;
  expect(MEASURE_IDS.filter((id) => !rows.includes(id))).toEqual(['syllables']);
  expect(METHODS.flatMap(({ of }) => of).toSorted()).toEqual([...rows].toSorted());
});

test('the rubric’s “estimate” stands on whatever is counted in syllables', () => {
  const estimates = FIGURE_IDS.filter((id) => FIGURES[id].isEstimate === true);
  expect(estimates).toEqual(['speechRate', 'articulationRate', 'meanLengthOfRun']);
});

test('no words say what a value should be, or speak about the person', () => {
  const said = [
    ...FIGURE_IDS.map((id) => `${FIGURES[id].label} ${FIGURES[id].meaning}`),
    ...METHODS.map(({ how, howSure }) => `${how} ${howSure}`),
    usualBasis({ source: 'recorded' }, 7),
  ].join(' ');
  expect(said).not.toMatch(
    /\b(should|too (fast|slow|loud|quiet)|ideal|target|normal|monoton\w*|words per|wpm|you)\b/i,
  );
});
