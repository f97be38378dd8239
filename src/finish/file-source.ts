import { CustomSource } from 'mediabunny';
import type { SegmentFile } from './chunk-source.ts';

const CACHE_BYTES = 8 << 20;
const BLOCK_BYTES = 1 << 16;

/**
 * A file somebody chose, as if it were a recorded segment: read where it lies, never as a whole. A file that
 * is moved, deleted or written to meanwhile cannot be read any more, which `failure` then tells.
 *
 * @param onRead after every piece that was read
 */
export function openFile(file: Blob, onRead: () => void): SegmentFile {
  const blocks = new Set<number>();
  let failure: Error | null = null;

  async function read(start: number, end: number): Promise<Uint8Array> {
    try {
      const data = new Uint8Array(await file.slice(start, end).arrayBuffer());
      if (data.byteLength !== end - start) throw new Error('The file has become shorter');
      for (let at = start; at < end; at += BLOCK_BYTES) blocks.add(Math.floor(at / BLOCK_BYTES));
      onRead();
      return data;
    } catch (error) {
      failure ??= error instanceof Error ? error : new Error(String(error));
      throw error;
    }
  }

  const source = new CustomSource({
    getSize: () => file.size,
    read,
    prefetchProfile: 'fileSystem',
    maxCacheSize: CACHE_BYTES,
    handleUnhandledError: () => {
      // Reading ahead failed, which `failure` knows.
    },
  });
  return {
    bytes: file.size,
    isTorn: false,
    read,
    source,
    seen: () => Math.min(file.size, blocks.size * BLOCK_BYTES),
    failure: () => failure,
  };
}
