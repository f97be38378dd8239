import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type PartStore, partWriter } from '../../src/finish/part-writer.ts';

const PART = 16;

function memoryStore(): PartStore & { readonly parts: Map<number, Uint8Array>; readonly written: number[] } {
  const parts = new Map<number, Uint8Array>();
  const written: number[] = [];
  return {
    parts,
    written,
    async write(part, data) {
      written.push(part);
      parts.set(part, new Uint8Array(data.slice(0)));
    },
    async read(part) {
      const data = parts.get(part);
      if (data === undefined) throw new Error(`Part ${part} was never written`);
      return data.slice().buffer;
    },
  };
}

const writes = fc.array(
  fc.record({
    data: fc.uint8Array({ minLength: 1, maxLength: 3 * PART }),
    position: fc.nat(8 * PART),
  }),
  { maxLength: 30 },
);

test('whatever is written where and in whatever order, the parts hold it as one array would', async () => {
  await fc.assert(
    fc.asyncProperty(writes, async (steps) => {
      const store = memoryStore();
      const { stream, summary } = partWriter(store, PART);
      const whole = new Uint8Array(16 * PART);
      let length = 0;
      const writer = stream.getWriter();
      for (const { data, position } of steps) {
        await writer.write({ type: 'write', data: data.slice(), position });
        whole.set(data, position);
        length = Math.max(length, position + data.length);
      }
      await writer.close();

      const stored = [...store.parts].toSorted(([a], [b]) => a - b);
      expect(stored.map(([part]) => part)).toEqual(stored.map((_, index) => index));
      expect(stored.slice(0, -1).every(([, data]) => data.length === PART)).toBe(true);
      expect(stored.every(([, data]) => data.length > 0 && data.length <= PART)).toBe(true);
      expect(Buffer.concat(stored.map(([, data]) => data))).toEqual(Buffer.from(whole.subarray(0, length)));
      const hashes = stored.map(([, data]) => createHash('sha256').update(data).digest('hex'));
      expect(summary()).toEqual({ bytes: length, sha256: hashes });
    }),
    { numRuns: 500 },
  );
});

test('parts written one after the other go to the store once, the first of them last', async () => {
  const store = memoryStore();
  const { stream } = partWriter(store, PART);
  const writer = stream.getWriter();
  for (let position = 0; position < 5 * PART; position += 5)
    await writer.write({ type: 'write', data: new Uint8Array(5).fill(1), position });
  expect(store.written).not.toContain(0);
  await writer.write({ type: 'write', data: Uint8Array.of(9), position: 3 });
  await writer.close();
  expect(store.written.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4]);
  expect(store.parts.get(0)?.[3]).toBe(9);
});

test('what the store refuses is what the writer of the stream hears', async () => {
  const refusal = new Error('full');
  const store = { ...memoryStore(), write: () => Promise.reject(refusal) };
  const writer = partWriter(store, PART).stream.getWriter();
  await writer.write({ type: 'write', data: new Uint8Array(3), position: 0 });
  await expect(writer.close()).rejects.toBe(refusal);
});
