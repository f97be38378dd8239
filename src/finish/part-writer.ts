import type { StreamTargetChunk } from 'mediabunny';
import { CLIP_PART_BYTES } from '../domain/attempt.ts';
import { sha256Hex } from '../storage/sha256.ts';

/** Beside part 0: the one written to, and the one before it, whose end is often patched from the next. */
const HELD_PARTS = 2;

export type PartStore = {
  write(part: number, data: ArrayBuffer): Promise<void>;
  /** A part written before. */
  read(part: number): Promise<ArrayBuffer>;
};

export type PartWriter = {
  /** Takes bytes for any position in any order. What it has taken is in the store only after `close`. */
  readonly stream: WritableStream<StreamTargetChunk>;
  /** After `close`: the length of the whole, and one lower-case hexadecimal SHA-256 per part. */
  summary(): { readonly bytes: number; readonly sha256: readonly string[] };
};

/**
 * Cuts what a muxer writes into parts. At most three parts are in memory: part 0, because headers are
 * patched when all else is known, and the latest two. A patch into an older part reads it back, changes it
 * and writes it again. Bytes skipped are zero.
 */
export function partWriter(store: PartStore, partBytes = CLIP_PART_BYTES): PartWriter {
  const held = new Map<number, Uint8Array<ArrayBuffer>>();
  const sha256: string[] = [];
  let bytes = 0;

  async function put(part: number, data: Uint8Array<ArrayBuffer>) {
    const length = Math.min(partBytes, bytes - part * partBytes);
    const exact = length === partBytes ? data.buffer : data.buffer.slice(0, length);
    sha256[part] = await sha256Hex(exact);
    await store.write(part, exact);
  }

  async function hold(part: number): Promise<Uint8Array<ArrayBuffer>> {
    const found = held.get(part);
    if (found !== undefined) return found;
    const late = [...held.keys()].filter((candidate) => candidate > 0).toSorted((a, b) => a - b);
    const [oldest] = late;
    if (oldest !== undefined && part > 0 && late.length >= HELD_PARTS) {
      const data = held.get(oldest);
      if (data !== undefined) await put(oldest, data);
      held.delete(oldest);
    }
    const data = new Uint8Array(partBytes);
    if (sha256[part] !== undefined) data.set(new Uint8Array(await store.read(part)));
    held.set(part, data);
    return data;
  }

  async function write({ data, position }: StreamTargetChunk) {
    const end = position + data.byteLength;
    // Parts a write skips are made too, so that every part of the whole is stored.
    for (let part = Math.ceil(bytes / partBytes); part < Math.floor(position / partBytes); part += 1) {
      bytes = (part + 1) * partBytes;
      await hold(part);
    }
    bytes = Math.max(bytes, end);
    for (let from = position; from < end; ) {
      const part = Math.floor(from / partBytes);
      const to = Math.min(end, (part + 1) * partBytes);
      const target = await hold(part);
      target.set(data.subarray(from - position, to - position), from - part * partBytes);
      from = to;
    }
  }

  async function close() {
    for (const [part, data] of held) await put(part, data);
    held.clear();
  }

  return { stream: new WritableStream({ write, close }), summary: () => ({ bytes, sha256 }) };
}
