import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PEAKS_VERSION, peaksMeter, type SoundBlock, summarise } from '../../src/analysis/peaks.ts';
import type { AttemptId } from '../../src/domain/ids.ts';

const ID = 'attempt' as AttemptId;
const BUCKET_SEC = 0.005;

function measured(...blocks: readonly SoundBlock[]) {
  const meter = peaksMeter();
  for (const block of blocks) meter.add(block);
  return meter.peaks(ID);
}

/** The same, sample by sample. */
function expected(samples: Float32Array, sampleRate: number) {
  const count = Math.ceil(samples.length / (sampleRate * BUCKET_SEC));
  const min = new Int8Array(count);
  const max = new Int8Array(count);
  samples.forEach((sample, index) => {
    const bucket = Math.floor(index / (sampleRate * BUCKET_SEC));
    const value = Math.round(Math.max(-1, Math.min(1, sample)) * 127);
    min[bucket] = Math.min(min[bucket] ?? 0, value);
    max[bucket] = Math.max(max[bucket] ?? 0, value);
  });
  return { min, max };
}

const sounds = fc.record({
  sampleRate: fc.constantFrom(8000, 11_025, 16_000, 44_100, 48_000),
  samples: fc.float32Array({ maxLength: 6000, min: Math.fround(-1.2), max: Math.fround(1.2), noNaN: true }),
});

test('a bucket has the lowest and the highest sample of its 5 ms, however the sound is cut up', () => {
  fc.assert(
    fc.property(sounds, fc.array(fc.integer({ min: 1, max: 3000 })), ({ sampleRate, samples }, cuts) => {
      const blocks: SoundBlock[] = [];
      let from = 0;
      for (const length of [...cuts, samples.length]) {
        const part = samples.subarray(from, from + length);
        if (part.length > 0) blocks.push({ startSec: from / sampleRate, sampleRate, samples: part });
        from += length;
      }
      const { attemptId, version, bucketMs, ...envelope } = measured(...blocks);
      expect({ attemptId, version, bucketMs }).toEqual({
        attemptId: ID,
        version: PEAKS_VERSION,
        bucketMs: 5,
      });
      expect(envelope).toEqual(expected(samples, sampleRate));
    }),
  );
});

test('one loud sample is in the bucket of its time', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(8000, 11_025, 48_000),
      fc.nat(20),
      fc.nat(1),
      (sampleRate, bucket, before) => {
        // Where two buckets meet, because that is where it goes wrong.
        const at = Math.max(0, Math.ceil(bucket * sampleRate * BUCKET_SEC) - before);
        const samples = new Float32Array(at + 1);
        samples[at] = 1;
        const { max } = measured({ startSec: 0, sampleRate, samples });
        expect(max.indexOf(127)).toBe(Math.floor(at / (sampleRate * BUCKET_SEC)));
        expect(max.lastIndexOf(127)).toBe(max.indexOf(127));
      },
    ),
  );
});

test('a gap is silence, and sound before the start is left out', () => {
  const loud = new Float32Array(160).fill(1);
  const { max } = measured(
    { startSec: -0.01, sampleRate: 8000, samples: loud },
    { startSec: 0.06, sampleRate: 8000, samples: loud },
  );
  const runs = [max.subarray(0, 2), max.subarray(2, 12), max.subarray(12)].map((run) => [...new Set(run)]);
  expect({ length: max.length, runs }).toEqual({ length: 16, runs: [[127], [0], [127]] });
});

test('an hour fits', () => {
  const samples = new Float32Array(160).fill(0.5);
  const { max } = measured({ startSec: 3599.98, sampleRate: 8000, samples });
  expect(max.length).toBe(720_000);
  expect(max.at(-1)).toBe(64);
});

const envelopes = fc
  .array(fc.tuple(fc.integer({ min: -127, max: 0 }), fc.integer({ min: 0, max: 127 })), { maxLength: 300 })
  .map((rows) => ({
    bucketMs: 20,
    min: Int8Array.from(rows, ([low]) => low),
    max: Int8Array.from(rows, ([, high]) => high),
  }));

test('fewer columns lose no peak and make up none', () => {
  fc.assert(
    fc.property(envelopes, fc.integer({ min: 1, max: 400 }), (envelope, columns) => {
      const drawn = summarise(envelope, columns);
      expect([drawn.min.length, drawn.max.length]).toEqual([columns, columns]);
      expect(Math.max(0, ...drawn.max)).toBe(Math.max(0, ...envelope.max));
      expect(Math.min(0, ...drawn.min)).toBe(Math.min(0, ...envelope.min));
      drawn.max.forEach((value, column) => {
        const from = Math.floor((column * envelope.max.length) / columns);
        const to = Math.ceil(((column + 1) * envelope.max.length) / columns);
        expect(value).toBe(Math.max(0, ...envelope.max.slice(from, to)));
      });
    }),
  );
});

test('as many columns as buckets are the peaks themselves', () => {
  fc.assert(
    fc.property(envelopes, (envelope) => {
      if (envelope.min.length > 0)
        expect({ ...summarise(envelope, envelope.min.length), bucketMs: 20 }).toEqual(envelope);
    }),
  );
});

test('a part of it is what its buckets say, wherever it begins and ends', () => {
  const edge = fc.integer({ min: -2000, max: 9000 });
  fc.assert(
    fc.property(envelopes, fc.integer({ min: 1, max: 400 }), edge, edge, (envelope, columns, one, other) => {
      const [fromMs, toMs] = [Math.min(one, other), Math.max(one, other)];
      const drawn = summarise(envelope, columns, fromMs, toMs);
      const span = (toMs - fromMs) / 20;
      drawn.min.forEach((value, column) => {
        const from = Math.floor(fromMs / 20 + (column * span) / columns);
        const to = Math.ceil(fromMs / 20 + ((column + 1) * span) / columns);
        expect(value).toBe(Math.min(0, ...envelope.min.slice(Math.max(0, from), Math.max(0, to))));
      });
    }),
  );
});

test('an hour is drawn from few of its buckets, and nothing of it is missed', () => {
  const one = new Int8Array(720_000);
  one[431_234] = 99;
  let looks = 0;
  const max = new Proxy(one, {
    get(target, key) {
      if (typeof key === 'string' && /^\d+$/.test(key)) looks += 1;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const envelope = { min: new Int8Array(720_000), max, bucketMs: 5 };
  const first = summarise(envelope, 225);
  expect(first.max.indexOf(99)).toBe(Math.floor((431_234 * 225) / 720_000));
  looks = 0;
  expect(summarise(envelope, 225)).toEqual(first);
  expect(looks).toBeLessThan(225 * 16);
});

test('asked for no columns, or for fewer, an envelope has none', () => {
  const envelope = { min: Int8Array.of(-4, -2), max: Int8Array.of(3, 5), bucketMs: 5 };
  for (const columns of [0, -158, Number.NaN]) expect(summarise(envelope, columns).max).toHaveLength(0);
  expect([...summarise(envelope, 2, 10, 0).max]).toEqual([0, 0]);
});
