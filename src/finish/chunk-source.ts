import { CustomSource } from 'mediabunny';
import type { Chunk } from '../domain/attempt.ts';
import type { AttemptId } from '../domain/ids.ts';
import { clamp } from '../domain/timeline.ts';
import type { Archive } from '../storage/archive.ts';
import { StorageError } from '../storage/errors.ts';

export type ChunkStore = Pick<Archive['chunks'], 'read' | 'last'>;

/** A recorded segment as a file, read where its chunks lie. */
export type SegmentFile = {
  readonly bytes: number;
  /** Its last chunk cannot be read: the file ends where that begins to be so. */
  readonly isTorn: boolean;
  /** `start < end <= bytes`. */
  read(start: number, end: number): Promise<Uint8Array>;
  /** The same for a parser. */
  readonly source: CustomSource;
  /** How many of the bytes have been read so far, in blocks of 64 KiB. */
  seen(): number;
  /** What reading first failed with: a parser may have taken it for the end of the file. */
  failure(): Error | null;
};

/**
 * A chunk is missing, cannot be read, or does not begin where the one before it ends. Bytes before `offset`
 * are whole.
 */
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

type Batch = {
  readonly start: number;
  readonly end: number;
  readonly chunks: readonly Chunk[];
};
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
  const last = await orWhenCorrupt(chunks.last(attemptId, segment), 'corrupt');
  const isTorn = last === 'corrupt';
  const end = isTorn ? await endOfReadable(chunks, attemptId, segment) : endOf(last);
  const bytes = Math.min(end.offset, endsAt);
  const perBatch = clamp(Math.floor((BATCH_BYTES * end.seq) / Math.max(1, end.offset)), 1, BATCH_CHUNKS);
  const landmarks: Landmark[] = [{ seq: 0, offset: 0 }, end];
  const cache = new Set<Batch>();
  let ahead: { readonly seq: number; readonly batch: Promise<Batch | null> } | null = null;
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
    const found = await readable(chunks, attemptId, segment, startSeq, perBatch);
    const [first] = found;
    if (first === undefined || first.seq !== startSeq) return null;
    let end = first.offset;
    const joined: Chunk[] = [];
    for (const chunk of found) {
      if (chunk.seq !== startSeq + joined.length || chunk.offset !== end) break;
      joined.push(chunk);
      end += chunk.data.byteLength;
    }
    return { start: first.offset, end, chunks: joined };
  }

  /** A batch, and the next one is on its way meanwhile: whoever reads, reads on. */
  async function obtain(seq: number): Promise<Batch | null> {
    const batch = await (ahead?.seq === seq ? ahead.batch : load(seq));
    if (batch === null) return null;
    const next = seq + batch.chunks.length;
    learn({ seq, offset: batch.start }, false);
    learn({ seq: next, offset: batch.end }, true);
    cache.add(batch);
    trim(cache);
    if (batch.end < bytes && ahead?.seq !== next) {
      ahead = { seq: next, batch: load(next) };
      ahead.batch.catch(() => {
        // Whoever asks for it is told.
      });
    }
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
      const far = guess - low.seq < perBatch ? null : await obtain(guess);
      const batch = far ?? (await obtain(low.seq));
      if (far === null && batch?.start !== low.offset) throw new ChunkGap(segment, low.offset);
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
    isTorn,
    read,
    source,
    seen: () => Math.min(bytes, blocks.size * BLOCK_BYTES),
    failure: () => failure,
  };
}

/** What `reading` gives, or `otherwise` when the bytes on disk are damaged. */
export async function orWhenCorrupt<Value, const Other>(
  reading: Promise<Value>,
  otherwise: Other,
): Promise<Value | Other> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof StorageError && error.fault === 'corrupt') return otherwise;
    throw error;
  }
}

/** The chunks from `seq` on, up to `count` and up to the first that is damaged. */
async function readable(
  chunks: ChunkStore,
  attemptId: AttemptId,
  segment: number,
  seq: number,
  count: number,
): Promise<readonly Chunk[]> {
  const found = await orWhenCorrupt(chunks.read(attemptId, segment, seq, count), null);
  if (found !== null) return found;
  if (count === 1) return [];
  const half = Math.floor(count / 2);
  const low = await readable(chunks, attemptId, segment, seq, half);
  if (low.length < half) return low;
  return [...low, ...(await readable(chunks, attemptId, segment, seq + half, count - half))];
}

async function endOfReadable(chunks: ChunkStore, attemptId: AttemptId, segment: number): Promise<Landmark> {
  let end: Landmark = { seq: 0, offset: 0 };
  for (;;) {
    const last = (await readable(chunks, attemptId, segment, end.seq, BATCH_CHUNKS)).at(-1);
    if (last === undefined) return end;
    end = endOf(last);
  }
}

/** Where the chunk after this one begins. */
function endOf(chunk: Chunk | null): Landmark {
  if (chunk === null) return { seq: 0, offset: 0 };
  return { seq: chunk.seq + 1, offset: chunk.offset + chunk.data.byteLength };
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
