import type { AttemptId } from '../domain/ids.ts';
import type { Archive } from '../storage/archive.ts';
import { StorageError } from '../storage/errors.ts';

export type SoundFile = { readonly data: Blob; readonly name: string };

const CHUNKS_AT_ONCE = 200;

/**
 * The sound of an attempt whose record nobody can read: its clip; of a take that was never finished a file
 * for each segment, as the recorder wrote it. Damage ends a file. Empty: nothing is left.
 *
 * @param key the attempt's key in its store
 */
export async function findSound(archive: Archive, key: string): Promise<readonly SoundFile[]> {
  const id = key as AttemptId;
  const clip = await readOn(async (from) => {
    const data = await archive.clips.part(id, from);
    return data === null ? [] : [data];
  });
  if (clip.length > 0) return [await asFile(clip, key)];
  const files: SoundFile[] = [];
  for (;;) {
    const segment = files.length;
    const chunks = await readOn(async (from) =>
      (await archive.chunks.read(id, segment, from, CHUNKS_AT_ONCE)).map(({ data }) => data),
    );
    if (chunks.length === 0) return files;
    files.push(await asFile(chunks, `${key} ${segment + 1}`));
  }
}

/** Reads until nothing comes, or something that is damaged. */
async function readOn(read: (from: number) => Promise<readonly ArrayBuffer[]>): Promise<readonly Blob[]> {
  const found: Blob[] = [];
  for (;;) {
    const more = await read(found.length).catch(noneIfCorrupt);
    if (more.length === 0) return found;
    // A Blob each, which the browser may lay on disk.
    found.push(...more.map((data) => new Blob([data])));
  }
}

function noneIfCorrupt(error: unknown): readonly ArrayBuffer[] {
  if (error instanceof StorageError && error.fault === 'corrupt') return [];
  throw error;
}

/** The record would have said which type it is: WebM begins with an EBML header, MP4 with `ftyp`. */
async function asFile(parts: readonly Blob[], name: string): Promise<SoundFile> {
  const data = new Blob([...parts]);
  const head = new DataView(await data.slice(0, 8).arrayBuffer());
  const starts = (at: number, word: number) => head.byteLength >= at + 4 && head.getUint32(at) === word;
  const extension = starts(0, 0x1a45dfa3) ? 'webm' : starts(4, 0x66747970) ? 'm4a' : 'bin';
  return { data, name: `Talkthrough ${name}.${extension}` };
}
