import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { speechLike } from './speech-like.ts';

const root = resolve(import.meta.dirname, '../..');
const cache = join(root, 'node_modules/.cache/talkthrough');
const corpus = resolve(root, '../shared/corpus/speech');
const sampleRate = 48_000;

/** Absolute path of a WAV file with `speechLike(seconds, seed)`; made when it is not there. */
export function microphoneFile(seconds = 60, seed = 1): string {
  const path = join(cache, `microphone-${seconds}s-${seed}.wav`);
  if (existsSync(path)) return path;
  mkdirSync(cache, { recursive: true });
  // Renamed into place, because several processes may make the same file at once.
  const unfinished = `${path}.${process.pid}`;
  writeFileSync(unfinished, wav(speechLike(seconds, seed, sampleRate), sampleRate));
  renameSync(unfinished, path);
  return path;
}

/** Real speech for the tests that want it; empty where the optional folder beside the project is missing. */
export function corpusFiles(): readonly string[] {
  if (!existsSync(corpus)) return [];
  return readdirSync(corpus)
    .filter((name) => name.endsWith('.wav'))
    .sort()
    .map((name) => join(corpus, name));
}

/** 16-bit mono WAV. */
export function wav(samples: Float32Array, rate: number): Buffer {
  const file = Buffer.alloc(44 + samples.length * 2);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(file.length - 8, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(rate, 24);
  file.writeUInt32LE(rate * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(samples.length * 2, 40);
  samples.forEach((sample, index) => {
    file.writeInt16LE(Math.round(Math.max(-1, Math.min(1, sample)) * 32_767), 44 + index * 2);
  });
  return file;
}
