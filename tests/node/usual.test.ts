import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { KeptAttempt, Processing, SegmentMicrophone } from '../../src/domain/attempt.ts';
import type { Delivery } from '../../src/domain/facts.ts';
import { captureOf, confidenceIn, doubtsOf, figuresOf, usualOf } from '../../src/domain/usual.ts';
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

test('what is usual runs from the 10th to the 90th percentile, from three values on', () => {
  expect(usualOf(pitches([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), 'pitchMedian')).toMatchObject({
    tag: 'range',
    low: expect.closeTo(1.9, 9) as number,
    high: expect.closeTo(9.1, 9) as number,
    count: 10,
  });
  expect(usualOf(pitches([130, 110, 120]), 'pitchMedian')).toMatchObject({ low: 112, high: 128 });
  expect(usualOf(pitches([130, 110]), 'pitchMedian')).toEqual({ tag: 'too-few', count: 2 });
  expect(usualOf([], 'pitchMedian')).toEqual({ tag: 'too-few', count: 0 });
  // One without the value is none of its three.
  expect(usualOf(pitches([130, 'no-voice', 110]), 'pitchMedian')).toEqual({ tag: 'too-few', count: 2 });
});

test('a usual range lies within the values and does not depend on their order', () => {
  const values = fc.array(fc.double({ min: -1000, max: 1000, noNaN: true }), { minLength: 3, maxLength: 10 });
  fc.assert(
    fc.property(values, fc.double({ min: -1, max: 1, noNaN: true }), (list, other) => {
      const usual = usualOf(pitches(list), 'pitchMedian');
      if (usual.tag !== 'range') throw new Error('There are three');
      expect(usual.low).toBeGreaterThanOrEqual(Math.min(...list));
      expect(usual.high).toBeLessThanOrEqual(Math.max(...list));
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
