import type { Ms } from '../domain/timeline.ts';
import type { SegmentFile } from './chunk-source.ts';

type Readable = Pick<SegmentFile, 'bytes' | 'read'>;

/** 27 bytes of header, a table of 255 sizes, and as many times 255 bytes (RFC 3533, section 6). */
const LONGEST_OGG_PAGE = 27 + 255 + 255 * 255;
/** Other things may stand before the sound of a WAV file; they are small. */
const WAV_HEADER_BYTES = 1 << 16;
const MP3_FRAME_BYTES = 1 << 12;

/**
 * Where the whole pages of an Ogg file end: a copy that was broken off ends within one, and parsers take
 * that for damage. For every other kind of file its size.
 */
export async function endOfWholePages(file: Blob): Promise<number> {
  if (!isAt(await bytesOf(file, 0, 4), 0, 'OggS')) return file.size;
  const from = Math.max(0, file.size - LONGEST_OGG_PAGE);
  const tail = await bytesOf(file, from, file.size);
  const at = tail.findLastIndex((_, index) => isAt(tail, index, 'OggS'));
  if (at === -1) return file.size;
  const table = tail.subarray(at + 27, at + 27 + (tail[at + 26] ?? 255));
  const end = at + 27 + table.length + table.reduce((sum, size) => sum + size, 0);
  const isWhole = table.length === tail[at + 26] && end <= tail.length;
  return isWhole ? file.size : from + at;
}

/** How long the sound of a WAV file lasts by its own header, however much of it is there; null: not said. */
export async function wavLength(file: Readable): Promise<Ms | null> {
  const bytes = await file.read(0, Math.min(file.bytes, WAV_HEADER_BYTES));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let bytesPerSec = 0;
  // RIFF, its size, WAVE; then chunks of a name, a size and an even number of bytes.
  for (let at = 12; at + 8 <= bytes.length; ) {
    const size = view.getUint32(at + 4, true);
    if (isAt(bytes, at, 'fmt ') && at + 20 <= bytes.length) bytesPerSec = view.getUint32(at + 16, true);
    // Zero and the greatest number stand for "not known yet" in files that were written as a stream.
    if (isAt(bytes, at, 'data'))
      return bytesPerSec > 0 && size > 0 && size < 0xffff_ffff
        ? Math.round((size / bytesPerSec) * 1000)
        : null;
    at += 8 + size + (size % 2);
  }
  return null;
}

/** Whether an MP3 file says how long it is. If not, parsers guess from its size and its first frame. */
export async function hasMp3Length(file: Readable): Promise<boolean> {
  const head = await file.read(0, Math.min(file.bytes, 10));
  // The size of an ID3v2 tag, seven bits a byte, without its own ten bytes of header.
  const tagBytes = isAt(head, 0, 'ID3')
    ? 10 + head.subarray(6, 10).reduce((sum, byte) => sum * 128 + (byte & 0x7f), 0)
    : 0;
  const from = Math.min(file.bytes, tagBytes);
  const frame = await file.read(from, Math.min(file.bytes, from + MP3_FRAME_BYTES));
  return frame.some((_, index) => ['Xing', 'Info', 'VBRI'].some((name) => isAt(frame, index, name)));
}

async function bytesOf(file: Blob, from: number, to: number): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await file.slice(from, to).arrayBuffer());
}

function isAt(bytes: Uint8Array, at: number, name: string): boolean {
  return Array.from(name).every((letter, index) => bytes[at + index] === letter.charCodeAt(0));
}
