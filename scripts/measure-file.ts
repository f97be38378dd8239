import { openAsBlob } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { decodeMono, Undecodable } from '../src/analysis/decode.ts';
import { clipMeter, type MeasuredDelivery } from '../src/analysis/delivery.ts';
import type { SoundBlock } from '../src/analysis/peaks.ts';
import { createSilero } from '../src/analysis/silero.ts';
import { readSileroWeights } from './silero-weights.ts';

/** Its message is for a person: what is wrong with the file. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile';
}

let weights: Float32Array | undefined;

/**
 * Measures a sound file with the code of the app, block by block, so that an hour needs no more memory than a minute. Without
 * a browser only WAV and other uncompressed sound can be decoded. Throws `UnreadableFile`.
 *
 * @param path relative to where the command was typed
 * @param through what each block goes through before it is measured
 */
export async function measureFile(
  path: string,
  through: (block: SoundBlock) => SoundBlock = (block) => block,
): Promise<MeasuredDelivery> {
  const clip = await openSound(resolve(process.env['INIT_CWD'] ?? '', path));
  weights ??= readSileroWeights();
  const meter = clipMeter(createSilero(weights));
  try {
    for await (const block of decodeMono(clip, () => {})) meter.add(through(block));
  } catch (error) {
    if (error instanceof Undecodable)
      throw new UnreadableFile(
        (await isWave(clip))
          ? 'Of a WAV file only uncompressed sound (PCM) at 1 to 768 kHz can be decoded here.'
          : 'It is no sound file that can be decoded here: it should be a WAV file.',
      );
    throw error;
  }
  return meter.finish();
}

async function openSound(path: string): Promise<Blob> {
  let isFile: boolean;
  try {
    isFile = (await stat(path)).isFile();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UnreadableFile(
      code === 'ENOENT' ? 'There is no such file.' : `It cannot be opened: ${message}`,
    );
  }
  if (!isFile) throw new UnreadableFile('It is a folder or a device, not a file.');
  const blob = await openAsBlob(path).catch((error: unknown) => {
    throw new UnreadableFile(
      `It cannot be opened: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
  if (blob.size === 0) throw new UnreadableFile('It is empty.');
  return mended(blob);
}

/** Both the size of a chunk whose writer never came back to fill it in, and the largest there can be. */
const [UNKNOWN_SIZE, LARGEST_SIZE] = [0, 0xff_ff_ff_ff];

/**
 * A WAV file that was streamed, or whose recorder died, says that it has no sound, or less than it has: sizes of 0 are
 * what its header was first written with. Mediabunny (1.61) believes them. Nothing is copied but the header.
 */
async function mended(file: Blob): Promise<Blob> {
  if (!(await isWave(file))) return file;
  for (let at = 12; at + 8 <= file.size; ) {
    const size = await sizeAt(file, at + 4);
    if ((await textAt(file, at)) !== 'data') {
      at += 8 + size + (size % 2);
      continue;
    }
    const sound = at + 8;
    const rest = Math.min(file.size - sound, LARGEST_SIZE);
    const dataSize = size === UNKNOWN_SIZE ? rest : size;
    const riffSize = Math.min(file.size - 8, LARGEST_SIZE);
    return (await sizeAt(file, 4)) + 8 >= sound + Math.min(dataSize, rest) && dataSize === size
      ? file
      : new Blob([
          'RIFF',
          sizeBytes(riffSize),
          file.slice(8, at + 4),
          sizeBytes(dataSize),
          file.slice(sound),
        ]);
  }
  return file;
}

async function isWave(file: Blob): Promise<boolean> {
  return (await textAt(file, 0)) === 'RIFF' && (await textAt(file, 8)) === 'WAVE';
}

function textAt(file: Blob, at: number): Promise<string> {
  return file.slice(at, at + 4).text();
}

async function sizeAt(file: Blob, at: number): Promise<number> {
  const bytes = await file.slice(at, at + 4).arrayBuffer();
  return bytes.byteLength === 4 ? new DataView(bytes).getUint32(0, true) : UNKNOWN_SIZE;
}

function sizeBytes(size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, size, true);
  return bytes;
}
