import { CustomSource } from 'mediabunny';
import type { Chunk } from '../domain/attempt.ts';
import type { AttemptId } from '../domain/ids.ts';
import { clamp } from '../domain/timeline.ts';
import type { Archive } from '../storage/archive.ts';

export type ChunkStore = Pick<Archive['chunks'], 'read' | 'last'>;

/** A recorded segment as a file, read where its chunks lie. */
export type SegmentFile = {
  readonly bytes: number;
  /** `start < end <= bytes`. */
  read(start: number, end: number): Promise<Uint8Array>;
  /** The same for a parser. */
  readonly source: CustomSource;
  /** How many of the bytes have been read so far, in blocks of 64 KiB. */
  seen(): number;
  /** What reading first failed with: a parser may have taken it for the end of the file. */
  failure(): Error | null;
};

/** A chunk is missing or does not begin where the one before it ends. Bytes before `offset` are whole. */
export class ChunkGap extends Error {
  override readonly name = 'ChunkGap';
  readonly segment: number;
  readonly offset: number;

  constructor(segment: number, offset: number) {
    super(`Segment ${segment} has a gap at byte ${offset}`);
    this.segment = segment;
    this.offset = offset;
  }
}

type Batch = { readonly start: number; readonly end: number; readonly chunks: readonly Chunk[] };
type Landmark = { readonly seq: number; readonly offset: number };

const BATCH_CHUNKS = 64;
const BATCH_BYTES = 1 << 20;
const CACHE_BYTES = 4 << 20;
const BLOCK_BYTES = 1 << 16;

/**
 * Opens a segment. Every chunk knows its own offset, so no index is built: a position is found by
 * interpolating between chunks seen before, and reading on is free of searching.
 *
 * Reading rejects with `ChunkGap` where chunks are missing; open again with that offset as `endsAt`.
 */
export async function openSegment(
  chunks: ChunkStore,
  attemptId: AttemptId,
  segment: number,
  endsAt = Number.POSITIVE_INFINITY,
): Promise<SegmentFile> {
  const last = await chunks.last(attemptId, segment);
  const end: Landmark =
    last === null ? { seq: 0, offset: 0 } : { seq: last.seq + 1, offset: last.offset + last.data.byteLength };
  const bytes = Math.min(end.offset, endsAt);
  const perBatch = clamp(Math.floor((BATCH_BYTES * end.seq) / Math.max(1, end.offset)), 1, BATCH_CHUNKS);
  const landmarks: Landmark[] = [{ seq: 0, offset: 0 }, end];
  const cache = new Set<Batch>();
  let failure: Error | null = null;
  const blocks = new Set<number>();

  /** What was learnt from below wins: a chunk beyond a gap may say what it likes. */
  function learn(mark: Landmark, isFromBelow: boolean) {
    const at = landmarks.findIndex((known) => known.seq >= mark.seq);
    if (at === -1) landmarks.push(mark);
    else if (landmarks[at]?.seq !== mark.seq) landmarks.splice(at, 0, mark);
    else if (isFromBelow) landmarks[at] = mark;
  }

  /** The chunks from `startSeq` on, as far as they join; null when the first is missing. */
  async function load(startSeq: number): Promise<Batch | null> {
    const found = await chunks.read(attemptId, segment, startSeq, perBatch);
    const [first] = found;
    if (first === undefined || first.seq !== startSeq) return null;
    let end = first.offset;
    const joined: Chunk[] = [];
    for (const chunk of found) {
      if (chunk.seq !== startSeq + joined.length || chunk.offset !== end) break;
      joined.push(chunk);
      end += chunk.data.byteLength;
    }
    learn({ seq: startSeq, offset: first.offset }, false);
    learn({ seq: startSeq + joined.length, offset: end }, true);
    const batch: Batch = { start: first.offset, end, chunks: joined };
    cache.add(batch);
    trim(cache);
    return batch;
  }

  async function batchAt(position: number): Promise<Batch> {
    for (const batch of cache) {
      if (batch.start > position || position >= batch.end) continue;
      cache.delete(batch);
      cache.add(batch);
      return batch;
    }
    for (let attempt = 0; ; attempt += 1) {
      const low = landmarks.findLast((mark) => mark.offset <= position) ?? { seq: 0, offset: 0 };
      const high = landmarks.find((mark) => mark.offset > position) ?? end;
      const share = attempt % 2 === 0 ? (position - low.offset) / (high.offset - low.offset) : 0.5;
      const guess = low.seq + Math.floor(share * (high.seq - low.seq));
      const ahead = guess - low.seq < perBatch ? null : await load(guess);
      const batch = ahead ?? (await load(low.seq));
      if (ahead === null && batch?.start !== low.offset) throw new ChunkGap(segment, low.offset);
      if (batch !== null && batch.start <= position && position < batch.end) return batch;
    }
  }

  async function read(start: number, stop: number): Promise<Uint8Array> {
    const target = new Uint8Array(stop - start);
    try {
      for (let position = start; position < stop; ) {
        const batch = await batchAt(position);
        for (const chunk of batch.chunks) {
          const from = Math.max(position, chunk.offset);
          const to = Math.min(stop, chunk.offset + chunk.data.byteLength);
          if (from < to) target.set(new Uint8Array(chunk.data, from - chunk.offset, to - from), from - start);
        }
        position = Math.min(stop, batch.end);
      }
    } catch (error) {
      failure ??= error instanceof Error ? error : new Error(String(error));
      throw error;
    }
    for (let at = start; at < stop; at += BLOCK_BYTES) blocks.add(Math.floor(at / BLOCK_BYTES));
    blocks.add(Math.floor((stop - 1) / BLOCK_BYTES));
    return target;
  }

  const source = new CustomSource({
    getSize: () => bytes,
    read,
    prefetchProfile: 'fileSystem',
    maxCacheSize: CACHE_BYTES,
    handleUnhandledError: () => {
      // Reading ahead failed, which `failure` knows.
    },
  });
  return {
    bytes,
    read,
    source,
    seen: () => Math.min(bytes, blocks.size * BLOCK_BYTES),
    failure: () => failure,
  };
}

/** Forgets the batches used longest ago. */
function trim(cache: Set<Batch>) {
  let held = [...cache].reduce((sum, batch) => sum + batch.end - batch.start, 0);
  for (const batch of cache) {
    if (held <= CACHE_BYTES || cache.size <= 1) return;
    cache.delete(batch);
    held -= batch.end - batch.start;
  }
}
