import {
  ALL_FORMATS,
  BlobSource,
  BufferTarget,
  Conversion,
  Input,
  MovOutputFormat,
  Mp4OutputFormat,
  Output,
  type OutputFormat,
  WebMOutputFormat,
} from 'mediabunny';
import type { ImportedAttempt } from '../../src/finish/client.ts';
import { anUnfinishedAttempt } from '../support/factories.ts';
import { speechLike } from '../support/speech-like.ts';
import { asOgg, record, recordPicture, wav, wholeOf } from './takes.ts';

/** Three seconds of `speechLike(3, 1)`, encoded by ffmpeg 5.1: browsers cannot write these. */
async function fixture(name: string): Promise<Blob> {
  const response = await fetch(new URL(`../fixtures/${name}`, import.meta.url));
  if (!response.ok) throw new Error(`No ${name}`);
  return response.blob();
}

export async function repacked(blob: Blob, format: OutputFormat): Promise<Blob> {
  const target = new BufferTarget();
  const conversion = await Conversion.init({
    input: new Input({ source: new BlobSource(blob), formats: ALL_FORMATS }),
    output: new Output({ format, target }),
    showWarnings: false,
  });
  await conversion.execute();
  if (target.buffer === null) throw new Error('Nothing was written');
  return new Blob([target.buffer]);
}

/** One of each kind people have, all saying the same (speech-like.ts, three seconds, seed 1). */
export const KINDS: Readonly<Record<string, () => Promise<Blob>>> = {
  'memo.wav': async () => wav(speechLike(3, 1), 48_000),
  'stereo.wav': async () => wav(speechLike(3, 1, 44_100), 44_100, speechLike(3, 1, 44_100)),
  'memo.mp3': () => fixture('voice.mp3'),
  'no index.mp3': () => fixture('voice-without-index.mp3'),
  'memo.m4a': () => fixture('voice.m4a'),
  'index first.m4a': async () =>
    repacked(await fixture('voice.m4a'), new Mp4OutputFormat({ fastStart: 'in-memory' })),
  'memo.mov': async () => repacked(await fixture('voice.m4a'), new MovOutputFormat()),
  'memo.aac': () => fixture('voice.aac'),
  'memo.flac': () => fixture('voice.flac'),
  'vorbis.ogg': () => fixture('voice.ogg'),
  'opus.ogg': async () => wholeOf(await asOgg(await record({ seconds: 3 }))),
  'memo.webm': async () => wholeOf(await record({ seconds: 3 })),
  'opus.mp4': async () => wholeOf(await record({ seconds: 3, mimeType: 'audio/mp4;codecs=opus' })),
};

export async function aFile(name: string): Promise<File> {
  const kind = KINDS[name];
  if (kind === undefined) throw new Error(`No ${name}`);
  return new File([await kind()], name);
}

/** Half a second in a codec that Chromium does not have: AC-3, and ALAC, which mediabunny does not know. */
export async function aStrangeFile(name: 'strange-ac3.mp4' | 'strange-alac.m4a'): Promise<File> {
  return new File([await fixture(name)], name);
}

export async function aFilm(): Promise<File> {
  return new File([wholeOf(await recordPicture(1))], 'film.webm');
}

/** The same picture, and nothing to be heard. */
export async function aSilentFilm(): Promise<File> {
  const target = new BufferTarget();
  const input = new Input({ source: new BlobSource(await aFilm()), formats: ALL_FORMATS });
  const output = new Output({ format: new WebMOutputFormat(), target });
  const conversion = await Conversion.init({ input, output, audio: { discard: true } });
  await conversion.execute();
  input.dispose();
  return new File([target.buffer ?? ''], 'silent film.webm');
}

/** The first part of a file, as a broken copy leaves it. */
export function torn(file: File, share: number): File {
  return new File([file.slice(0, Math.floor(file.size * share))], file.name);
}

/** With other letters in place of some: a codec nobody has, in a file that is whole. */
export async function renamed(file: File, from: string, to: string): Promise<File> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const letters = new TextEncoder().encode(from);
  for (let at = 0; at < bytes.length - letters.length; at += 1)
    if (letters.every((letter, index) => bytes[at + index] === letter))
      bytes.set(new TextEncoder().encode(to), at);
  return new File([bytes], file.name);
}

export function anImport(file: File): ImportedAttempt {
  const attempt = anUnfinishedAttempt({ source: 'imported', status: 'finishing', segments: [], outline: {} });
  return { ...attempt, endedBy: 'user', imported: { fileName: file.name } };
}
