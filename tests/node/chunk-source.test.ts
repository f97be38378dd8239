import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Chunk } from '../../src/domain/attempt.ts';
import type { AttemptId } from '../../src/domain/ids.ts';
import { ChunkGap, type ChunkStore, openSegment } from '../../src/finish/chunk-source.ts';

const ID = 'take' as AttemptId;

function chunked(sizes: readonly number[]): {
  readonly bytes: Uint8Array;
  readonly chunks: readonly Chunk[];
} {
  let offset = 0;
  const chunks = sizes.map((size, seq): Chunk => {
    const data = Uint8Array.from({ length: size }, (_, index) => (offset + index) * 7 + seq).buffer;
    const chunk = { attemptId: ID, segment: 0, seq, offset, clockEndMs: 500 * (seq + 1), data };
    offset += size;
    return chunk;
  });
  const bytes = new Uint8Array(offset);
  for (const chunk of chunks) bytes.set(new Uint8Array(chunk.data), chunk.offset);
  return { bytes, chunks };
}

function storeOf(chunks: readonly Chunk[]): ChunkStore & { reads: number } {
  return {
    reads: 0,
    async read(_id, _segment, seq, count) {
      this.reads += 1;
      return chunks.filter((chunk) => chunk.seq >= seq && chunk.seq < seq + count);
    },
    last: async () => chunks.at(-1) ?? null,
  };
}

/** As media come: mostly alike, some of no byte or one, now and then a big one. */
const sizes = fc.array(
  fc.oneof({ weight: 8, arbitrary: fc.integer({ min: 40, max: 60 }) }, fc.nat(1), fc.nat(40_000)),
  { minLength: 1, maxLength: 400 },
);

test('any range of a segment is what its chunks hold there', async () => {
  const ranges = fc.array(fc.tuple(fc.nat(), fc.nat(100_000)), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(sizes, ranges, async (lengths, wanted) => {
      const { bytes, chunks } = chunked(lengths);
      const file = await openSegment(storeOf(chunks), ID, 0);
      expect(file.bytes).toBe(bytes.length);
      for (const [from, length] of wanted) {
        if (bytes.length === 0) continue;
        const start = from % bytes.length;
        const end = Math.min(bytes.length, start + 1 + length);
        expect(Buffer.from(await file.read(start, end)).equals(bytes.subarray(start, end))).toBe(true);
      }
    }),
    { numRuns: 200 },
  );
});

test('before a missing chunk everything can be read, at it reading says where the gap is', async () => {
  await fc.assert(
    fc.asyncProperty(sizes, fc.nat(), async (lengths, hole) => {
      const { bytes, chunks } = chunked([...lengths, 50]);
      const missing = hole % (chunks.length - 1);
      const gapAt = chunks[missing]?.offset ?? 0;
      const store = storeOf(chunks.filter((chunk) => chunk.seq !== missing));
      const file = await openSegment(store, ID, 0);
      const found = await readAll(file).catch((error: unknown) => error);
      // A chunk of no bytes leaves no gap in the file, but is missed all the same.
      expect(found).toEqual(new ChunkGap(0, gapAt));
      expect(file.failure()).toBe(found);

      const before = await openSegment(store, ID, 0, gapAt);
      expect(before.bytes).toBe(gapAt);
      expect(Buffer.from(await readAll(before)).equals(bytes.subarray(0, gapAt))).toBe(true);
    }),
    { numRuns: 200 },
  );
});

test('a chunk that does not begin where the one before ends is a gap', async () => {
  const { chunks } = chunked([50, 50, 50, 50]);
  const shifted = chunks.map((chunk) => (chunk.seq < 2 ? chunk : { ...chunk, offset: chunk.offset + 5 }));
  const file = await openSegment(storeOf(shifted), ID, 0);
  await expect(readAll(file)).rejects.toEqual(new ChunkGap(0, 100));
});

test('reading on is free of searching, and far ahead it is found in a few reads', async () => {
  const { chunks } = chunked(Array.from({ length: 1280 }, (_, index) => 4000 + (index % 7) * 100));
  const store = storeOf(chunks);
  const file = await openSegment(store, ID, 0);
  for (let at = 0; at < file.bytes; at += 65_536) await file.read(at, Math.min(file.bytes, at + 65_536));
  expect(store.reads).toBe(20);
  const fresh = storeOf(chunks);
  const other = await openSegment(fresh, ID, 0);
  await other.read(other.bytes - 1000, other.bytes);
  expect(fresh.reads).toBeLessThan(6);
});

async function readAll(file: Awaited<ReturnType<typeof openSegment>>): Promise<Uint8Array> {
  const target = new Uint8Array(file.bytes);
  for (let at = 0; at < file.bytes; at += 1000) {
    const end = Math.min(file.bytes, at + 1000);
    target.set(await file.read(at, end), at);
  }
  return target;
}
