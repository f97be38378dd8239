import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CLASSES, type Heard, heardIn, LOWEST_SCORE, soundsOf, WINDOW } from '../../src/analysis/sounds.ts';
import { SOUND_KINDS, type SoundKind } from '../../src/domain/facts.ts';

const WINDOW_MS = 975;
const modelFile = resolve(import.meta.dirname, '../../../shared/models/yamnet.tflite');

/** Windows in which the classes named were heard with that score. */
function windows(...scores: readonly Readonly<Record<string, number>>[]): readonly Heard[] {
  return scores.map((each) => heardIn(Object.entries(each)));
}

/** Each as `kind from–to`, in windows. */
function heard(all: readonly Heard[]): readonly string[] {
  return soundsOf(all, all.length * WINDOW_MS).map(
    ({ kind, startMs, endMs }) => `${kind} ${startMs / WINDOW_MS}–${endMs / WINDOW_MS}`,
  );
}

const quiet = {};
const times = <Value>(count: number, value: Value): Value[] => Array.from({ length: count }, () => value);

const someWindows = fc.array(
  fc
    .dictionary(
      fc.constantFrom(...CLASSES, 'Speech', 'Silence'),
      fc.double({ min: 0, max: 1, noNaN: true }),
      {
        maxKeys: 8,
      },
    )
    .map((scores) => heardIn(Object.entries(scores))),
  { maxLength: 60 },
);

test('a window of the classifier is 0.975 s at 16 kHz', () => {
  expect(WINDOW / 16).toBe(WINDOW_MS);
});

test.skipIf(!existsSync(modelFile))('the model knows every class by its name', () => {
  // Its label map is a text file, one name a line, stored as it is at the end of the model.
  const labels = new Set(readFileSync(modelFile, 'latin1').split('\n'));
  expect(CLASSES.filter((name) => !labels.has(name))).toEqual([]);
});

test('every kind of sound can be heard, and only by its own classes', () => {
  const kinds = CLASSES.map((name) => [...heardIn([[name, 0.99]]).keys()]);
  expect(kinds.every((each) => each.length === 1)).toBe(true);
  expect(new Set(kinds.flat())).toEqual(new Set(SOUND_KINDS));
  expect(
    heardIn([
      ['Speech', 0.99],
      ['Silence', 0.99],
    ]).size,
  ).toBe(0);
});

test('no class counts under the lowest score that the classifier is asked for', () => {
  for (const name of CLASSES) expect(heardIn([[name, LOWEST_SCORE - 0.001]]).size, name).toBe(0);
});

test('typing counts from 0.13, knocks from 0.18, coughs, laughter and breaths from 0.3', () => {
  const limits: Readonly<Record<string, number>> = {
    Typing: 0.13,
    Knock: 0.18,
    Cough: 0.3,
    Laughter: 0.3,
    Breathing: 0.3,
  };
  for (const [name, limit] of Object.entries(limits)) {
    expect(heardIn([[name, limit]]).size, name).toBe(1);
    expect(heardIn([[name, limit - 0.001]]).size, name).toBe(0);
  }
});

test('of what comes from the throat, a window has the strongest alone', () => {
  const scores = { Cough: 0.9, 'Throat clearing': 0.6, Breathing: 0.4 };
  expect([...heardIn(Object.entries(scores))]).toEqual([['cough', 0.9]]);
  expect(heardIn(Object.entries({ Cough: 0.4, 'Computer keyboard': 0.5 })).size).toBe(2);
});

test('windows in a row are one sound with the highest score, and the last ends with the clip', () => {
  const all = windows(quiet, { Cough: 0.5 }, { Cough: 0.8 }, quiet, { Cough: 0.4 });
  expect(soundsOf(all, 4100)).toEqual([
    { kind: 'cough', startMs: 975, endMs: 2925, score: 0.8 },
    { kind: 'cough', startMs: 3900, endMs: 4100, score: 0.4 },
  ]);
});

test('typing goes on over a few quiet seconds', () => {
  const key = { Typing: 0.5 };
  expect(heard(windows(key, ...times(5, quiet), key))).toEqual(['typing 0–7']);
  expect(heard(windows(key, ...times(6, quiet), key))).toEqual(['typing 0–1', 'typing 7–8']);
});

test('a knock near typing is a key; one further off is a knock', () => {
  const [key, knock] = [{ Typing: 0.5 }, { Knock: 0.9 }];
  expect(heard(windows(knock, quiet, key, quiet, knock))).toEqual(['typing 2–3']);
  expect(heard(windows(key, ...times(5, quiet), knock))).toEqual(['typing 0–1', 'knock 6–7']);
  expect(heard(windows(knock, ...times(5, quiet), key))).toEqual(['knock 0–1', 'typing 6–7']);
});

test('music, other voices and noise are heard only where they last', () => {
  expect(heard(windows({ Music: 0.9 }, { Music: 0.9 }, quiet))).toEqual([]);
  expect(heard(windows({ Music: 0.9 }, ...times(9, quiet), { Music: 0.7 }, { Music: 0.9 }))).toEqual([
    'music 0–12',
  ]);
  expect(heard(windows({ 'White noise': 0.9 }, quiet))).toEqual([]);
  expect(heard(windows({ Hum: 0.9 }, ...times(10, quiet), { Noise: 0.5 }))).toEqual([
    'background-noise 0–12',
  ]);
  expect(heard(windows({ Chatter: 0.9 }, quiet))).toEqual([]);
  expect(heard(windows({ Chatter: 0.5 }, quiet, { Crowd: 0.5 }))).toEqual(['other-speech 0–3']);
});

test('sounds are sorted, within the clip, and those of one kind never touch', () => {
  fc.assert(
    fc.property(someWindows, fc.integer({ min: 0, max: WINDOW_MS - 1 }), (all, missing) => {
      const durationMs = Math.max(0, all.length * WINDOW_MS - missing);
      const sounds = soundsOf(all, durationMs);
      const ends = new Map<SoundKind, number>();
      let before = 0;
      for (const { kind, startMs, endMs, score } of sounds) {
        expect(startMs).toBeGreaterThanOrEqual(before);
        before = startMs;
        expect(startMs).toBeGreaterThan(ends.get(kind) ?? -1);
        ends.set(kind, endMs);
        expect(endMs).toBeGreaterThan(startMs);
        expect(endMs).toBeLessThanOrEqual(durationMs);
        expect([startMs, endMs].every(Number.isInteger)).toBe(true);
        expect(score).toBeGreaterThanOrEqual(LOWEST_SCORE);
        expect(score).toBeLessThanOrEqual(1);
      }
    }),
  );
});

test('a sound begins and ends with windows in which it was heard, at its highest score', () => {
  fc.assert(
    fc.property(someWindows, (all) => {
      for (const { kind, startMs, endMs, score } of soundsOf(all, all.length * WINDOW_MS)) {
        const scores = all.slice(startMs / WINDOW_MS, endMs / WINDOW_MS).map((each) => each.get(kind));
        expect(scores[0]).toBeDefined();
        expect(scores.at(-1)).toBeDefined();
        expect(Math.max(...scores.map((each) => each ?? 0))).toBe(score);
      }
    }),
  );
});
