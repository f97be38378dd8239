import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nuclei, syllableMeter } from '../../src/analysis/syllables.ts';
import { generator } from '../support/speech-like.ts';

const RATE = 16_000;
const always = (frames: number) => new Float32Array(frames).fill(1);

function instants(samples: Float32Array, cuts: readonly number[] = [], probability?: Float32Array) {
  const meter = syllableMeter();
  let from = 0;
  for (const length of [...cuts, samples.length]) {
    meter.add(samples.subarray(from, from + length));
    from = Math.min(samples.length, from + length);
  }
  return meter.finish(probability ?? always(Math.ceil(samples.length / 160)));
}

/** A voice of 120 Hz whose level rises to 0 dB and falls by `dipDb` so many times a second. */
function babble(seconds: number, perSecond: number, dipDb: number): Float32Array {
  return Float32Array.from({ length: seconds * RATE }, (_, index) => {
    const sec = index / RATE;
    const levelDb = (dipDb / 2) * (-1 - Math.cos(2 * Math.PI * perSecond * sec));
    let voice = 0;
    for (let partial = 1; partial <= 20; partial += 1)
      voice += Math.sin(2 * Math.PI * 120 * partial * sec + partial * partial) / partial;
    return 0.1 * voice * 10 ** (levelDb / 20);
  });
}

test('each rise and fall of a voice is a syllable, at its peak', () => {
  for (const perSecond of [2, 3, 4, 5, 6]) {
    const found = instants(babble(10, perSecond, 20));
    expect(found).toHaveLength(10 * perSecond);
    found.forEach((atMs, index) => {
      expect(Math.abs(atMs - ((index + 0.5) * 1000) / perSecond)).toBeLessThanOrEqual(15);
    });
  }
});

test('what the band leaves out has no syllables: hum, and hiss that swings', () => {
  const speech = babble(4, 4, 20);
  const withHum = speech.map((sample, index) => sample + 0.5 * Math.sin((2 * Math.PI * 50 * index) / RATE));
  expect(instants(withHum)).toEqual(instants(speech));
  const hiss = speech.map((sample, index) => {
    const swing = 1 + Math.sin((2 * Math.PI * 3 * index) / RATE);
    return sample + 0.05 * swing * Math.sin((2 * Math.PI * 7000 * index) / RATE);
  });
  expect(instants(hiss)).toEqual(instants(speech));
});

test('a dip of less than 1.5 dB parts no syllables', () => {
  // The window of 128 ms takes something off a dip, more the shorter it is.
  expect(instants(babble(10, 3, 1)).length).toBeLessThan(3);
  expect(instants(babble(10, 3, 4))).toHaveLength(30);
});

test('only what is likely a voice counts, and nothing where nothing is known', () => {
  const samples = babble(4, 4, 20);
  const probability = always(400).fill(0.09, 0, 200);
  expect(instants(samples, [], probability)).toEqual(instants(samples).filter((atMs) => atMs >= 2000));
  expect(instants(samples, [], always(200))).toEqual(instants(samples).filter((atMs) => atMs < 2000));
  expect(instants(samples, [], new Float32Array())).toEqual([]);
});

test('a peak that may be a voice must be loud, one that certainly is a voice need not', () => {
  // A long vowel at 0 dB, then bumps at 0, −5, −7, −20 and −22 dB, over and over, with deep dips between.
  const level = Float32Array.from({ length: 400 }, (_, index) => {
    if (index < 200) return 0;
    return index % 10 === 5 ? ([0, -5, -7, -20, -22][Math.floor(index / 10) % 5] ?? 0) : -40;
  });
  const found = (probability: number) => nuclei(level, always(400).fill(probability, 200)).length;
  expect([1, 0.5, 0.49, 0.11, 0.09, 0].map(found)).toEqual([16, 16, 8, 8, 0, 0]);
});

test('what is loud is so against the speech around it: how soft it is does not matter, nor what is loud but no speech', () => {
  // Every other vowel is 10 dB softer.
  const speech = babble(6, 4, 12).map((sample, index) =>
    Math.floor((index * 4) / RATE) % 2 === 0 ? sample : sample * 10 ** -0.5,
  );
  const found = instants(speech);
  expect(found).toHaveLength(24);
  fc.assert(
    fc.property(fc.integer({ min: -40, max: 0 }), (gainDb) => {
      const samples = new Float32Array(21 * RATE);
      samples.set(speech);
      samples.set(
        speech.map((sample) => sample * 10 ** (gainDb / 20)),
        15 * RATE,
      );
      // In the silence between, a bang of half a second.
      samples.fill(0.9, 10 * RATE, 10.5 * RATE);
      const probability = always(2100).fill(0, 600, 1500);
      const all = instants(samples, [], probability);
      expect(all.filter((atMs) => atMs < 6000)).toEqual(found);
      expect(all.filter((atMs) => atMs >= 15_000).map((atMs) => atMs - 15_000)).toEqual(found);
    }),
    { numRuns: 20 },
  );
});

test('silence, a tone, nothing and a few samples have no syllables', () => {
  expect(instants(new Float32Array(5 * RATE))).toEqual([]);
  expect(instants(Float32Array.from({ length: 5 * RATE }, (_, index) => Math.sin(index / 3)))).toEqual([]);
  expect(instants(new Float32Array())).toEqual([]);
  expect(instants(babble(0.02, 4, 20))).toEqual([]);
});

test('the same instants however the sound is cut into blocks, and however loud it is', () => {
  const random = generator(7);
  const samples = babble(3, 4, 12).map((sample) => sample + 0.002 * (random() - 0.5));
  const whole = instants(samples);
  expect(whole).toHaveLength(12);
  fc.assert(
    fc.property(fc.array(fc.nat(4000), { maxLength: 40 }), fc.constantFrom(1, 0.25, 1 / 64), (cuts, gain) => {
      expect(
        instants(
          samples.map((sample) => sample * gain),
          cuts,
        ),
      ).toEqual(whole);
    }),
    { numRuns: 30 },
  );
});

/** Levels that wander by half decibels, so that equal ones come often, and sometimes leap. */
const contours = fc
  .array(fc.oneof({ weight: 9, arbitrary: fc.integer({ min: -6, max: 6 }) }, fc.constantFrom(-30, 30)), {
    maxLength: 120,
  })
  .map((steps) => {
    let level = 0;
    return Float32Array.from(steps, (step) => {
      level += step / 2;
      return level;
    });
  });

/** Straight from the definition: how far one must descend on each side before one can rise higher. */
function byDefinition(level: Float32Array): readonly number[] {
  const top = level.toSorted()[Math.floor(0.85 * (level.length - 1))] ?? 0;
  const found: number[] = [];
  level.forEach((peak, index) => {
    const lowest = (side: Float32Array, isHigher: (value: number) => boolean) => {
      const end = side.findIndex(isHigher);
      return Math.min(peak, ...side.subarray(0, end < 0 ? side.length : end));
    };
    const left = lowest(level.slice(0, index).reverse(), (value) => value >= peak);
    const right = lowest(level.slice(index + 1), (value) => value > peak);
    const isInside = index > 0 && index < level.length - 1;
    if (isInside && peak >= top - 21 && peak - Math.max(left, right) >= 1.5) found.push(index * 10 + 5);
  });
  return found;
}

test('a nucleus is a peak of 1.5 dB prominence, and each has a dip of its own before the next', () => {
  fc.assert(
    fc.property(contours, (level) => {
      const found = nuclei(level, always(level.length));
      expect(found).toEqual(byDefinition(level));
      found.slice(1).forEach((atMs, index) => {
        const [from, to] = [((found[index] ?? 0) - 5) / 10, (atMs - 5) / 10];
        const lower = Math.min(level[from] ?? 0, level[to] ?? 0);
        expect(Math.min(...level.subarray(from, to))).toBeLessThanOrEqual(lower - 1.5);
      });
    }),
    { numRuns: 500 },
  );
});
