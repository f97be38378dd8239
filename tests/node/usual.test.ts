import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { KeptAttempt, Processing, SegmentMicrophone } from '../../src/domain/attempt.ts';
import type { Delivery } from '../../src/domain/facts.ts';
import {
  captureOf,
  confidenceIn,
  doubtsOf,
  type FigureId,
  figuresOf,
  usualOf,
} from '../../src/domain/usual.ts';
import { aDelivery, aKeptAttempt, aSegment } from '../support/factories.ts';

const span = (startSec: number, endSec: number) => ({ startMs: startSec * 1000, endMs: endSec * 1000 });
const measuring = (fields: Partial<Delivery['measures']>) =>
  aDelivery({ measures: { ...aDelivery().measures, ...fields } });
const pitches = (values: readonly (number | 'no-voice')[]) =>
  values.map((pitchMedian) => figuresOf(measuring({ pitchMedian })));
const OFF: Processing = { echo: false, noise: false, gain: false };
const through = (...microphones: readonly Partial<SegmentMicrophone>[]): KeptAttempt =>
  aKeptAttempt({
    segments: microphones.map((microphone) =>
      aSegment({ microphone: { label: 'Headset', processing: OFF, ...microphone } }),
    ),
  });

test('what is usual runs from the 10th to the 90th percentile, from five values on', () => {
  expect(usualOf(pitches([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), 'pitchMedian')).toMatchObject({
    tag: 'range',
    low: expect.closeTo(1.9, 9) as number,
    high: expect.closeTo(9.1, 9) as number,
    count: 10,
  });
  expect(usualOf(pitches([150, 110, 140, 120, 130]), 'pitchMedian')).toMatchObject({ low: 114, high: 146 });
  expect(usualOf(pitches([130, 110, 120, 140]), 'pitchMedian')).toEqual({ tag: 'too-few', count: 4 });
  expect(usualOf([], 'pitchMedian')).toEqual({ tag: 'too-few', count: 0 });
  // One without the value is none of its five.
  const lacking = pitches([130, 'no-voice', 110, 120, 140]);
  expect(usualOf(lacking, 'pitchMedian')).toEqual({ tag: 'too-few', count: 4 });
});

test('a range is as wide as a difference that means anything, and ends where the figure does', () => {
  const rangeOf = (id: Exclude<FigureId, 'pauseRate' | 'pauseShare'>, value: number) => {
    const usual = usualOf(
      Array.from({ length: 5 }, () => figuresOf(measuring({ [id]: value }))),
      id,
    );
    if (usual.tag !== 'range') throw new Error('There are five');
    return [usual.low, usual.high].map((end) => Number(end.toFixed(3)));
  };
  expect(rangeOf('speechRate', 4.6)).toEqual([4.37, 4.83]);
  expect(rangeOf('meanLengthOfRun', 10)).toEqual([9, 11]);
  expect(rangeOf('phonationTimeRatio', 0.8)).toEqual([0.77, 0.83]);
  expect(rangeOf('phonationTimeRatio', 0.99)).toEqual([0.96, 1]);
  expect(rangeOf('pitchMedian', 100)).toEqual([98, 102]);
  expect(rangeOf('pitchSpread', 2)).toEqual([1.7, 2.3]);
  expect(rangeOf('loudness', -23)).toEqual([-23.5, -22.5]);
  expect(rangeOf('loudnessRange', 6)).toEqual([5, 7]);
  expect(rangeOf('signalToNoise', 60)).toEqual([58, 60]);
  expect(rangeOf('clipped', 0)).toEqual([0, 5]);
});

test('a usual range is no wider than the values or their least difference, and does not depend on their order', () => {
  const values = fc.array(fc.double({ min: 0, max: 1000, noNaN: true }), { minLength: 5, maxLength: 10 });
  fc.assert(
    fc.property(values, fc.double({ min: -1, max: 1, noNaN: true }), (list, other) => {
      const usual = usualOf(pitches(list), 'pitchMedian');
      if (usual.tag !== 'range') throw new Error('There are five');
      // Either side of the middle: 2 %, and what is lost in binary fractions.
      expect(usual.low).toBeGreaterThanOrEqual(Math.min(...list) * 0.98 - 1e-9);
      expect(usual.high).toBeLessThanOrEqual(Math.max(...list) * 1.02 + 1e-9);
      expect(usual.high - usual.low).toBeGreaterThanOrEqual((usual.high + usual.low) * 0.02 - 1e-9);
      expect(usual.low).toBeLessThanOrEqual(usual.high);
      const turned = list.toSorted((a, b) => Math.sin(a + other) - Math.sin(b + other));
      expect(usualOf(pitches(turned), 'pitchMedian')).toEqual(usual);
    }),
  );
});

test('pauses are counted for each minute of speech, so that lengths compare', () => {
  const pauses = [span(0, 1), span(10, 11), span(20, 23)];
  expect(figuresOf(aDelivery({ speech: span(5, 125), pauses }))).toMatchObject({
    pauseRate: 1,
    pauseShare: expect.closeTo(3.333, 3) as number,
    articulationRate: 4.8,
  });
  const silent = { ...measuring({ speechRate: 'silent' }), speech: null };
  expect(figuresOf(silent)).toMatchObject({ pauseRate: 'silent', pauseShare: 'silent' });
});

test('recordings are alike that went through the same microphone and the same processing', () => {
  const one = captureOf(through({}));
  expect(captureOf(through({}, {}))).toBe(one);
  // The rate and the channels are not the speaker's to choose.
  expect(captureOf(through({ sampleRate: 44_100 }))).toBe(one);
  for (const other of [
    through({ label: 'Built-in' }),
    through({ processing: { ...OFF, echo: true } }),
    through({ processing: { ...OFF, noise: true } }),
    through({ processing: { ...OFF, gain: true } }),
    through({ processing: { ...OFF, gain: null } }),
    // Half of it was not.
    through({}, { label: 'Built-in' }),
  ])
    expect(captureOf(other)).not.toBe(one);
  expect(captureOf(through({ label: 'Built-in' }, {}))).toBe(captureOf(through({}, { label: 'Built-in' })));
});

test('imports are alike whose format is the same, and never to what was recorded here', () => {
  const imported = (fields: Partial<KeptAttempt> = {}): KeptAttempt =>
    aKeptAttempt({ source: 'imported', segments: [], imported: { fileName: 'a.m4a' }, ...fields });
  const one = captureOf(imported());
  expect(captureOf(imported({ imported: { fileName: 'b.m4a', isTorn: true } }))).toBe(one);
  expect(captureOf(imported({ mimeType: 'audio/mp4' }))).not.toBe(one);
  expect(captureOf(imported({ imported: { fileName: 'a.m4a', isReencoded: true } }))).not.toBe(one);
  expect(captureOf(through({}))).not.toBe(one);
  expect(captureOf(aKeptAttempt({ segments: [] }))).not.toBe(one);
});

test('under 15 dB confidence is low, but for the noise itself and for clipping', () => {
  const doubts = (signalToNoise: number | 'no-pauses') => doubtsOf(through({}), measuring({ signalToNoise }));
  expect([doubts(15), doubts(14.9), doubts('no-pauses')]).toEqual([[], ['noisy'], ['noise-unmeasured']]);
  // Without speech there is nothing for the noise to disturb.
  expect(doubtsOf(through({}), { ...measuring({ signalToNoise: 'silent' }), speech: null })).toEqual([]);
  const noisy = doubts(14.9);
  const confidences = (['speechRate', 'pitchSpread', 'loudness', 'signalToNoise', 'clipped'] as const).map(
    (id) => confidenceIn(id, noisy),
  );
  expect(confidences).toEqual(['low', 'low', 'low', 'normal', 'normal']);
  expect(confidenceIn('speechRate', doubts('no-pauses'))).toBe('unknown');
  expect(confidenceIn('speechRate', doubts(15))).toBe('normal');
});

test('gain control and noise suppression make it low, in whatever segment; unsaid is unknown', () => {
  const doubts = (...states: readonly Partial<Processing>[]) =>
    doubtsOf(through(...states.map((state) => ({ processing: { ...OFF, ...state } }))), aDelivery());
  expect(doubts({}, { gain: true })).toEqual(['gain-control']);
  expect(doubts({ noise: true })).toEqual(['noise-suppression']);
  expect(doubts({ noise: true, gain: null })).toEqual(['noise-suppression', 'processing-unsaid']);
  expect(doubts({ echo: true })).toEqual([]);
  expect(confidenceIn('clipped', ['gain-control'])).toBe('low');
  expect(confidenceIn('loudness', ['noise-suppression', 'processing-unsaid'])).toBe('low');
  expect(confidenceIn('loudness', ['processing-unsaid'])).toBe('unknown');
  const imported = aKeptAttempt({ source: 'imported', segments: [] });
  expect(doubtsOf(imported, aDelivery())).toEqual(['imported']);
});
