import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import wabt from 'wabt';
import { createKernel, KERNEL_BYTES, withoutWebAssembly } from '../../src/analysis/kernel.ts';

test('the kernel is what its text assembles to', async () => {
  const { parseWat } = await wabt();
  const path = 'src/analysis/kernel.wat';
  const module = parseWat(path, readFileSync(path, 'utf8'), { simd: true });
  expect(KERNEL_BYTES).toBe(Buffer.from(module.toBinary({}).buffer).toString('base64'));
});

/** Both have the same in their memories, so that what one computes can be held against the other. */
function both(length: number, numbers: readonly number[]) {
  const kernels = [createKernel(length), withoutWebAssembly(length)] as const;
  for (const { memory } of kernels)
    for (let at = 0; at < length; at += 1) memory[at] = numbers[at % numbers.length] ?? 0;
  return kernels;
}

function expectAlike([fast, slow]: ReturnType<typeof both>, from: number, to: number): void {
  let furthest = 0;
  for (let at = from; at < to; at += 1)
    furthest = Math.max(furthest, Math.abs((fast.memory[at] ?? 9) - (slow.memory[at] ?? -9)));
  expect(furthest).toBeLessThan(1e-4);
}

// Not a whole number in all, so that no two columns or rows look alike.
const numbers = fc.array(fc.float({ min: -2, max: 2, noNaN: true }), { minLength: 997, maxLength: 997 });

test('in WebAssembly runs what a browser with SIMD has', () => {
  // The memory comes in whole pages there, and as asked for in the stand-in.
  expect(createKernel(1000).memory.length).toBe(16_384);
  expect(withoutWebAssembly(1000).memory.length).toBe(1000);
});

test('a product is the same with and without WebAssembly', () => {
  fc.assert(
    fc.property(
      fc.record({
        blocks: fc.integer({ min: 1, max: 3 }),
        columns: fc.integer({ min: 1, max: 9 }),
        skipped: fc.integer({ min: 0, max: 2 }),
        count: fc.integer({ min: 1, max: 5 }),
        apart: fc.integer({ min: 0, max: 3 }),
        floor: fc.constantFrom(0, Number.NEGATIVE_INFINITY),
        numbers,
      }),
      ({ blocks, columns, skipped, count, apart, floor, numbers }) => {
        const rows = 16 * blocks;
        const kernels = both(4000, numbers);
        for (const kernel of kernels)
          kernel.product(
            {
              from: 0,
              fromStep: columns + apart,
              weights: 64 + 16 * skipped,
              blockStep: 16 * (columns + skipped),
              bias: 700,
              to: 2000,
              toStep: rows + apart,
              rows,
              columns,
              floor,
            },
            count,
          );
        expectAlike(kernels, 0, 4000);
      },
    ),
  );
});

test('spectra are the same with and without WebAssembly', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(8, 16, 64, 256, 512),
      fc.integer({ min: 0, max: 200 }),
      fc.constantFrom('power', 'magnitude'),
      numbers,
      (size, hop, values, given) => {
        // Small, because a power grows with the square of the size.
        const kernels = both(
          16_384,
          given.map((value) => value / size),
        );
        const window = Float64Array.from({ length: size }, (_, k) => Math.fround(Math.sin((k + 0.5) / size)));
        for (const kernel of kernels) {
          const sound = kernel.place(2000);
          const to = kernel.place(4 * 300);
          kernel.spectra({ window, hop, toStep: 300, values })(sound, to);
        }
        expectAlike(kernels, 0, 2000 + 4 * 300);
      },
    ),
  );
});

test('an LSTM remembers the same with and without WebAssembly', () => {
  fc.assert(
    fc.property(numbers, fc.constantFrom(1, 10, 100), (given, scale) => {
      const kernels = both(
        4000,
        given.map((value) => scale * value),
      );
      for (const { memory } of kernels) for (let k = 0; k < 128; k += 1) memory[1000 + k] = given[k] ?? 0;
      const sums = kernels.map((kernel) => kernel.remember(0, 1000, 2000, 3000));
      expect(Math.abs((sums[0] ?? 9) - (sums[1] ?? -9))).toBeLessThan(1e-4 * scale * 128);
      expectAlike(kernels, 0, 3000);
    }),
  );
});

test('more than the memory has cannot be had', () => {
  const kernel = createKernel(16_384);
  kernel.place(16_380);
  expect(() => kernel.place(5)).toThrow(RangeError);
});
