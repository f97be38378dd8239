import { expect, test } from 'vitest';
import { decodeMono } from '../../src/analysis/decode.ts';

async function heard(planes: readonly Float32Array<ArrayBuffer>[], sampleRate: number) {
  const progress: number[] = [];
  const starts: number[] = [];
  const samples: number[] = [];
  for await (const block of decodeMono({ planes, sampleRate }, (ratio) => progress.push(ratio))) {
    starts.push(block.startSec);
    samples.push(...block.samples);
  }
  return { progress, starts, samples };
}

test('a clip that was decoded as a whole is heard in mono, second by second', async () => {
  const left = Float32Array.from({ length: 2500 }, (_, index) => index / 4096);
  const { samples, starts, progress } = await heard([left, new Float32Array(2500)], 1000);
  expect(starts).toEqual([0, 1, 2]);
  expect(samples).toEqual([...left].map((sample) => sample / 2));
  expect(progress).toEqual([0.4, 0.8, 1]);
  const hour = await heard([new Float32Array(3600 * 10)], 10);
  expect(hour.progress.length).toBeLessThanOrEqual(100);
});

test('of 5.1 the voice in the middle is as loud as it was, and the bass is left out', async () => {
  const plane = (value: number) => Float32Array.of(value);
  const silent = plane(0);
  const { samples } = await heard([silent, silent, plane(0.5), plane(1), silent, silent], 10);
  expect(samples).toEqual([0.5]);
  const { samples: four } = await heard([plane(0.5), plane(0.5), silent, silent], 10);
  expect(four).toEqual([0.25]);
  expect((await heard([], 10)).samples).toEqual([]);
});
