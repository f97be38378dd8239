import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readSileroWeights } from '../../scripts/silero-weights.ts';
import { dipMeter, smallest } from '../../src/analysis/dips.ts';
import { framesIn, MEL_BANDS, melMeter } from '../../src/analysis/mel.ts';
import { createSilero } from '../../src/analysis/silero.ts';
import { type Voice, voiceMeter } from '../../src/analysis/voice.ts';
import type { Span } from '../../src/domain/timeline.ts';
import { parseWav } from '../support/audio.ts';
import { corpusFiles } from '../support/microphone.ts';
import { generator, speechLike } from '../support/speech-like.ts';
import { talker } from '../support/talker.ts';

const RATE = 16_000;
const silero = createSilero(readSileroWeights());

function heard(samples: Float32Array): Voice {
  const meter = voiceMeter(silero);
  meter.add(samples);
  return meter.finish();
}

function inBlocks(
  samples: Float32Array,
  lengths: readonly number[],
  add: (block: Float32Array) => void,
): void {
  let from = 0;
  for (const length of [...lengths, samples.length]) {
    add(samples.subarray(from, from + length));
    from += length;
  }
}

const blockLengths = fc.array(fc.integer({ min: 0, max: 20_000 }));

const SPANS: readonly Span[] = [
  { startMs: 500, endMs: 2000 },
  { startMs: 2600, endMs: 4000 },
  { startMs: 5000, endMs: 6500 },
];
const SAID = talker(SPANS, 7);

/** Every edge is about where it should be. */
function expectSpans({ speech }: Voice, name: string, laterMs = 0, withinMs = 60): void {
  expect(speech.length, name).toBe(SPANS.length);
  speech.forEach(({ startMs, endMs }, index) => {
    expect(Math.abs(startMs - laterMs - (SPANS[index]?.startMs ?? 0)), name).toBeLessThanOrEqual(withinMs);
    expect(Math.abs(endMs - laterMs - (SPANS[index]?.endMs ?? 0)), name).toBeLessThanOrEqual(withinMs);
  });
}

test('speech is found where it is', () => {
  const voice = heard(SAID);
  expectSpans(voice, 'plain');
  expect(voice.probability.length).toBe(700);
});

test('a gap of 60 ms is none, one of 250 ms is, and what is said up to the end goes on to the end', () => {
  const said = [
    { startMs: 500, endMs: 1500 },
    { startMs: 1560, endMs: 2500 },
    { startMs: 2750, endMs: 4000 },
  ];
  const [first, second, ...rest] = heard(talker(said, 3.8)).speech;
  expect(Math.abs((first?.endMs ?? 0) - 2500)).toBeLessThanOrEqual(60);
  expect(Math.abs((second?.startMs ?? 0) - 2750)).toBeLessThanOrEqual(60);
  expect(second?.endMs).toBe(3800);
  expect(rest).toEqual([]);
});

test('also when it is faint, on an offset, or cut off at full scale', () => {
  expectSpans(heard(SAID.map((sample) => sample * 0.01)), 'faint');
  expectSpans(heard(SAID.map((sample) => sample * 0.01 + 0.2)), 'faint, on an offset');
  expectSpans(heard(SAID.map((sample) => sample + 0.2)), 'offset');
  expectSpans(heard(SAID.map((sample) => Math.max(-1, Math.min(1, 12 * sample)))), 'cut off');
});

test('hum that is louder than faint speech leaves its pauses', () => {
  fc.assert(
    fc.property(fc.integer({ min: 20, max: 50 }), fc.integer({ min: 5, max: 10 }), (hertz, thousandths) => {
      const hum = (index: number) => (thousandths / 1000) * Math.sin((2 * Math.PI * hertz * index) / RATE);
      const samples = SAID.map((sample, index) => 0.05 * sample + hum(index));
      expectSpans(heard(samples), `${thousandths} thousandths of ${hertz} Hz`, 0, 250);
    }),
    { numRuns: 20 },
  );
});

test('also after minutes of digital silence', () => {
  const silent = 120;
  const samples = new Float32Array(silent * RATE + SAID.length);
  samples.set(SAID, silent * RATE);
  expectSpans(heard(samples), 'late', silent * 1000);
});

test('silence, noise, hum, an offset and tones are no speech', () => {
  const random = generator(9);
  const white = Float32Array.from({ length: 10 * RATE }, () => random() - 0.5);
  let last = 0;
  const brown = white.map((sample) => {
    last = 0.98 * last + 0.2 * sample;
    return last;
  });
  const hum = white.map(
    (sample, index) => 0.1 * Math.sin((2 * Math.PI * 50 * index) / RATE) + 0.001 * sample,
  );
  const sounds = {
    silence: new Float32Array(10 * RATE),
    'loud noise': white,
    'faint noise': white.map((sample) => 0.001 * sample),
    rumble: brown,
    'noise in waves': white.map((sample, index) => sample * Math.sin((2 * Math.PI * 2 * index) / RATE) ** 2),
    hum,
    offset: new Float32Array(10 * RATE).fill(0.3),
    tones: speechLike(10, 3, RATE),
  };
  for (const [name, samples] of Object.entries(sounds)) {
    const { probability, speech } = heard(samples);
    expect(speech, name).toEqual([]);
    expect(probability.length, name).toBe(framesIn(samples.length));
    expect(probability.every(Number.isFinite), name).toBe(true);
  }
});

test('the shortest sounds are no trouble', () => {
  for (const length of [0, 1, 79, 80, 160, 400, 3200]) {
    const { probability, speech } = heard(SAID.subarray(RATE, RATE + length));
    expect(probability.length).toBe(Math.round(length / 160));
    expect(probability.every(Number.isFinite)).toBe(true);
    expect(speech.every(({ startMs, endMs }) => startMs < endMs)).toBe(true);
  }
});

test('blocks of any length give the same voice', () => {
  const whole = heard(SAID);
  fc.assert(
    fc.property(blockLengths, (lengths) => {
      const meter = voiceMeter(silero);
      inBlocks(SAID, lengths, meter.add);
      expect(meter.finish()).toEqual(whole);
    }),
    { numRuns: 10 },
  );
});

/** Hand labels to the millisecond in noise, and words aligned to readings. */
test.skipIf(corpusFiles().length === 0)('of labelled speech few frames are wrong, at any level', () => {
  for (const [corpus, gain, most] of [
    [/\/ten\d+\.wav$/, 1, 0.085],
    [/\/ten\d+\.wav$/, 0.1, 0.085],
    [/\/ten\d+\.wav$/, 0.01, 0.085],
    [/\/libri_[^/]+\.wav$/, 1, 0.04],
    [/\/libri_[^/]+\.wav$/, 0.01, 0.04],
  ] as const) {
    let [frames, wrong] = [0, 0];
    for (const path of corpusFiles().filter((file) => corpus.test(file))) {
      const labels = JSON.parse(readFileSync(path.replace(/wav$/, 'json'), 'utf8')) as {
        readonly speech: readonly (readonly [fromSec: number, toSec: number])[];
      };
      const samples = parseWav(readFileSync(path)).samples.map((sample) => gain * sample);
      const { probability, speech } = heard(samples);
      speech.forEach(({ startMs, endMs }, index) => {
        expect(endMs - startMs).toBeGreaterThanOrEqual(50);
        expect(startMs - (speech[index - 1]?.endMs ?? -100)).toBeGreaterThanOrEqual(100);
      });
      probability.forEach((_, frame) => {
        const ms = 10 * (frame + 0.5);
        const isSpeech = labels.speech.some(([from, to]) => 1000 * from <= ms && ms < 1000 * to);
        const isHeard = speech.some(({ startMs, endMs }) => startMs <= ms && ms < endMs);
        frames += 1;
        if (isSpeech !== isHeard) wrong += 1;
      });
    }
    expect(frames).toBeGreaterThan(1000);
    expect(wrong / frames, `${corpus.source} × ${gain}`).toBeLessThan(most);
  }
});

function levelsOf(samples: Float32Array, lengths: readonly number[] = []): readonly Float32Array[] {
  const frames: Float32Array[] = [];
  const meter = melMeter((levels) => frames.push(levels.slice()));
  inBlocks(samples, lengths, meter.add);
  meter.finish();
  return frames;
}

const tone = (hz: number, amplitude: number, length = RATE): Float32Array =>
  Float32Array.from({ length }, (_, index) => amplitude * Math.sin((2 * Math.PI * hz * index) / RATE));

test('a tone is in its band, and ten times as much of it is 20 dB more', () => {
  const loudestOf = (levels: Float32Array) => levels.indexOf(levels.reduce((a, b) => Math.max(a, b)));
  // The middle of each third band: 80 to 7600 Hz are 25 equal steps on the mel scale, and two bands are left out.
  for (let band = 0; band < MEL_BANDS; band += 3) {
    const mels = 121.96 + ((2744.3 + 102.7 - 121.96) * (band + 3)) / 25;
    const hz = 700 * (10 ** (mels / 2595) - 1);
    const [soft, loud] = [levelsOf(tone(hz, 0.05)), levelsOf(tone(hz, 0.5))];
    expect(soft.length).toBe(100);
    for (const frame of [10, 50, 90]) {
      const [a, b] = [soft[frame] ?? new Float32Array(), loud[frame] ?? new Float32Array()];
      expect(loudestOf(a)).toBe(band);
      expect((b[band] ?? 0) - (a[band] ?? 0)).toBeCloseTo(20, 1);
    }
  }
});

test('a frame stands for the sound around its middle', () => {
  const click = new Float32Array(RATE);
  // Between these two is the middle of frame 50.
  click.fill(1, 8079, 8081);
  const levels = levelsOf(click).map((frame) => frame[5] ?? 0);
  expect(levels.indexOf(Math.max(...levels))).toBe(50);
  expect(levels[49]).toBeCloseTo(levels[51] ?? 0, 1);
});

test('the levels and the rises do not depend on the blocks', () => {
  const samples = SAID.subarray(0, 90_001);
  const rises = (lengths: readonly number[]) => {
    const meter = dipMeter();
    inBlocks(samples, lengths, meter.add);
    return meter.finish();
  };
  const [levels, whole] = [levelsOf(samples), rises([])];
  expect(levels.length).toBe(whole.length);
  fc.assert(
    fc.property(blockLengths, (lengths) => {
      expect(levelsOf(samples, lengths)).toEqual(levels);
      expect(rises(lengths)).toEqual(whole);
    }),
    { numRuns: 10 },
  );
});

test('noise barely rises above its own floor at any level, and what is louder for a while does', () => {
  const random = generator(2);
  for (const level of [0.0005, 0.05]) {
    const meter = dipMeter();
    // From 4 to 4.5 s it is 26 dB louder.
    const samples = Float32Array.from(
      { length: 9 * RATE },
      (_, index) => level * (random() - 0.5) * (index >= 4 * RATE && index < 4.5 * RATE ? 20 : 1),
    );
    meter.add(samples);
    const rises = meter.finish();
    expect(rises.length).toBe(900);
    rises.forEach((rise, frame) => {
      if (frame >= 403 && frame < 447) expect(rise).toBeGreaterThan(24);
      if (frame < 397 || frame >= 453) expect(rise).toBeLessThan(7);
    });
  }
});

test('the smallest but so many are found as if sorted', () => {
  const numbers = fc.float32Array({ minLength: 1, maxLength: 80, min: -9, max: 9, noNaN: true });
  fc.assert(
    fc.property(numbers, fc.nat(79), (values, wanted) => {
      const rank = wanted % values.length;
      const sorted = values.slice().sort();
      expect(smallest(values.slice(), values.length, rank)).toBe(sorted[rank]);
    }),
  );
  expect(smallest(new Float32Array(), 0, -1)).toBeUndefined();
});
