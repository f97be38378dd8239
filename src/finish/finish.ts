import { CustomSource, Input, WAVE } from 'mediabunny';
import {
  type Attempt,
  CLIP_PART_BYTES,
  type KeptAttempt,
  type TakeFault,
  type UnfinishedAttempt,
} from '../domain/attempt.ts';
import type { AttemptId } from '../domain/ids.ts';
import { clockToClip, type Ms } from '../domain/timeline.ts';
import type { Archive, Keeping } from '../storage/archive.ts';
import { StorageError } from '../storage/errors.ts';
import { finishLock } from '../storage/locks.ts';
import { sha256Hex } from '../storage/sha256.ts';
import { ChunkGap, openSegment, orWhenCorrupt, type SegmentFile } from './chunk-source.ts';
import { type Joined, joinSegments, type Place } from './join.ts';
import { type PartWriter, partWriter } from './part-writer.ts';
import { RECORDED_FORMATS } from './segment-tracks.ts';

/**
 * Why a take could not be made into a clip; all its chunks are still there.
 *
 * - `full`: no room for the clip
 * - `disk`: the archive failed, or gave back other bytes than it was given
 * - `unreadable`: what the recorder wrote is damaged
 * - `mixed`: segments in formats that this browser cannot turn into one
 */
export type FinishFault = 'full' | 'disk' | 'unreadable' | 'mixed';

export type FinishResult =
  | { readonly tag: 'kept'; readonly attempt: KeptAttempt }
  /** Not one packet was recorded. There is no clip, and no chunk was deleted. */
  | { readonly tag: 'empty' }
  | { readonly tag: 'failed'; readonly fault: FinishFault; readonly reason: string };

export type FinishOptions = {
  /** Why the take ended; null when it is being recovered. Left alone when it was noted before. */
  readonly endedBy: 'user' | TakeFault | null;
  /** From 0 to 1, a hundred times at most. */
  readonly onProgress?: (ratio: number) => void;
};

/** More than any packet is long: parsers do not know the length of the last one. */
const TOLERANCE_MS: Ms = 150;
/** An encoder starts and stops a little late, and a busy machine swallows some sound: less than this. */
const MISSING_MS: Ms = 1500;

/**
 * Makes the clip of a take and keeps the attempt: `recording → finishing → kept`.
 *
 * Can be run again from wherever it was broken off, by a crash too: it then begins anew. Chunks are deleted
 * only once the whole clip was read back, compared and kept, and not at all when some of what they hold is
 * not in it (`isPartial`). Only one tab at a time works on an attempt.
 */
export async function finishAttempt(
  archive: Archive,
  id: AttemptId,
  options: FinishOptions,
): Promise<FinishResult> {
  try {
    return await navigator.locks.request(finishLock(id), () => finish(archive, id, options));
  } finally {
    archive.attempts.released();
  }
}

async function finish(archive: Archive, id: AttemptId, options: FinishOptions): Promise<FinishResult> {
  try {
    const attempt = await archive.attempts.get(id);
    if (attempt === null) return failed('unreadable', 'There is no such attempt');
    if (attempt.status === 'kept') return await swept(archive, attempt);

    if (await isBare(archive, attempt)) return { tag: 'empty' };
    const endedBy = attempt.status === 'recording' ? options.endedBy : attempt.endedBy;
    if (attempt.status === 'recording')
      await archive.attempts.update(id, (found) => finishing(found, endedBy));
    const made = await makeClip(archive, { ...attempt, endedBy }, percents(options.onProgress));
    if (made.tag === 'failed') await archive.clips.drop(id);
    if (made.tag !== 'made') return made;
    return await swept(archive, await archive.clips.keep(id, made.keeping));
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    // What was written of the clip takes room the person may need.
    await archive.clips.drop(id).catch(() => undefined);
    return failed(error.fault === 'full' ? 'full' : 'disk', error.message);
  }
}

async function isBare(archive: Archive, { id, segments }: UnfinishedAttempt): Promise<boolean> {
  const last = await Promise.all(
    [...segments.keys()].map((index) => orWhenCorrupt(archive.chunks.last(id, index), 'corrupt')),
  );
  return last.every((chunk) => chunk === null);
}

function finishing(attempt: Attempt, endedBy: FinishOptions['endedBy']): Attempt {
  return attempt.status === 'recording'
    ? { ...attempt, status: 'finishing', endedBy, updatedAt: Date.now() }
    : attempt;
}

/** What is in the clip is of no more use as chunks; those that cannot be deleted now are swept another time. */
async function swept(archive: Archive, attempt: KeptAttempt): Promise<FinishResult> {
  if (attempt.isPartial === true) return { tag: 'kept', attempt };
  await archive.chunks.drop(attempt.id).catch((error: unknown) => {
    if (!(error instanceof StorageError)) throw error;
  });
  return { tag: 'kept', attempt };
}

type Made = { readonly tag: 'made'; readonly keeping: Keeping } | Exclude<FinishResult, { tag: 'kept' }>;

async function makeClip(
  archive: Archive,
  attempt: UnfinishedAttempt,
  onProgress: (ratio: number) => void,
): Promise<Made> {
  const { joined, writer, isTorn } = await joinToParts(archive, attempt, onProgress);
  // Empty would mean that there is nothing to lose.
  if (joined.tag === 'empty' && isTorn) return failed('unreadable', 'Chunks are missing or unreadable');
  if (joined.tag !== 'joined') return joined;
  const { durationMs, mimeType, places, lacksPicture } = joined;
  const { bytes, sha256 } = writer.summary();
  const fault = await proofread(archive, attempt.id, { bytes, sha256, durationMs });
  if (fault !== null) return failed('disk', fault);
  const marks = attempt.marks
    .map((mark) => ({ ...mark, atMs: toClip(mark.atMs, attempt, places) }))
    .toSorted((a, b) => a.atMs - b.atMs);
  const isPartial = isTorn || lacksPicture || (await isShort(archive, attempt, places));
  const keeping = {
    durationMs,
    mimeType,
    bytes,
    sha256,
    marks,
    endedBy: attempt.endedBy,
    ...(isPartial ? { isPartial } : {}),
    ...(lacksPicture ? { lacksPicture } : {}),
  };
  return { tag: 'made', keeping };
}

/** Whether a segment was recorded for longer than what could be read of it lasts. */
async function isShort(
  archive: Archive,
  { id, segments }: UnfinishedAttempt,
  places: readonly Place[],
): Promise<boolean> {
  for (const [index, { clockStartMs }] of segments.entries()) {
    const last = await archive.chunks.last(id, index);
    const recordedMs = (last?.clockEndMs ?? clockStartMs) - clockStartMs;
    if (recordedMs - (places[index]?.lengthMs ?? 0) > MISSING_MS) return true;
  }
  return false;
}

async function joinToParts(
  archive: Archive,
  { id, segments }: UnfinishedAttempt,
  onProgress: (ratio: number) => void,
): Promise<{ readonly joined: Joined; readonly writer: PartWriter; readonly isTorn: boolean }> {
  const ends = new Map<number, number>();
  while (true) {
    await archive.clips.drop(id);
    const writer = partWriter({
      write: (part, data) => archive.clips.putPart(id, part, data),
      read: (part) => readPart(archive, id, part),
    });
    try {
      const files: SegmentFile[] = [];
      for (const index of segments.keys())
        files.push(await openSegment(archive.chunks, id, index, ends.get(index)));
      const joined = await joinSegments(files, writer.stream, onProgress);
      return { joined, writer, isTorn: ends.size > 0 || files.some((file) => file.isTorn) };
    } catch (error) {
      if (!(error instanceof ChunkGap)) throw error;
      ends.set(error.segment, error.offset);
    }
  }
}

/**
 * Reads the clip back from where it is stored. Null when it is what was written, else what is wrong.
 *
 * @param onProgress from 0 to 1, after every part
 */
export async function proofread(
  archive: Archive,
  id: AttemptId,
  clip: Pick<Keeping, 'bytes' | 'sha256' | 'durationMs'>,
  onProgress?: (ratio: number) => void,
): Promise<string | null> {
  let bytes = 0;
  for (const [part, hash] of clip.sha256.entries()) {
    const data = await readPart(archive, id, part);
    bytes += data.byteLength;
    if ((await sha256Hex(data)) !== hash) return `Part ${part} of the clip is not what was written`;
    onProgress?.((part + 1) / clip.sha256.length);
  }
  if (bytes !== clip.bytes) return `The clip has ${bytes} bytes instead of ${clip.bytes}`;

  const input = new Input({ source: partSource(archive, id, bytes), formats: [...RECORDED_FORMATS, WAVE] });
  const durationMs = (await input.computeDuration()) * 1000;
  input.dispose();
  const isAsLong = Math.abs(durationMs - clip.durationMs) <= TOLERANCE_MS;
  return isAsLong ? null : `The clip lasts ${durationMs} ms instead of ${clip.durationMs}`;
}

function partSource(archive: Archive, id: AttemptId, bytes: number): CustomSource {
  let last: { readonly part: number; readonly data: ArrayBuffer } | null = null;
  return new CustomSource({
    getSize: () => bytes,
    prefetchProfile: 'fileSystem',
    read: async (start, end) => {
      const target = new Uint8Array(end - start);
      for (let from = start; from < end; ) {
        const part = Math.floor(from / CLIP_PART_BYTES);
        const partStart = part * CLIP_PART_BYTES;
        if (last?.part !== part) last = { part, data: await readPart(archive, id, part) };
        const to = Math.min(end, partStart + CLIP_PART_BYTES);
        target.set(new Uint8Array(last.data, from - partStart, to - from), from - start);
        from = to;
      }
      return target;
    },
  });
}

export async function readPart(archive: Archive, id: AttemptId, part: number): Promise<ArrayBuffer> {
  const data = await archive.clips.part(id, part);
  if (data === null) throw new StorageError('corrupt');
  return data;
}

function toClip(atMs: Ms, { segments }: UnfinishedAttempt, places: readonly Place[]): Ms {
  const timings = segments.map(({ clockStartMs }, index) => {
    const { startMs: clipStartMs, lengthMs: clipLengthMs } = places[index] ?? { startMs: 0, lengthMs: 0 };
    return { clockStartMs, clipStartMs, clipLengthMs };
  });
  return clockToClip(atMs, timings);
}

/** Calls at each whole percent once. */
function percents(onProgress: FinishOptions['onProgress']): (ratio: number) => void {
  let shown = -1;
  return (ratio) => {
    const percent = Math.floor(ratio * 100);
    if (percent <= shown) return;
    shown = percent;
    onProgress?.(percent / 100);
  };
}

function failed(fault: FinishFault, reason: string): Extract<FinishResult, { tag: 'failed' }> {
  return { tag: 'failed', fault, reason };
}
