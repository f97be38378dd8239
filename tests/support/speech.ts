import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseWav, type Sound } from './audio.ts';
import { corpusFiles, microphoneFile, wav } from './microphone.ts';

const cache = resolve(import.meta.dirname, '../../node_modules/.cache/talkthrough');

/** Long readings and one famous sentence; together about a minute, so that no take sees the file loop. */
const READINGS = [
  'jfk',
  'libri_8629-261140-0000',
  'libri_8629-261140-0002',
  'libri_8629-261140-0004',
  'ten10',
];

/**
 * The WAV file that stands for the microphone: real speech where the optional corpus lies beside the
 * project, otherwise bursts of tone and silence made here.
 */
export function speechFile(): string {
  const readings = corpusFiles().filter((path) => READINGS.some((name) => path.endsWith(`/${name}.wav`)));
  if (readings.length < READINGS.length) return microphoneFile(60);
  const path = join(cache, 'speech.wav');
  if (existsSync(path)) return path;
  const sounds = readings.map((reading) => parseWav(readFileSync(reading)));
  const sampleRate = sounds[0]?.sampleRate ?? 16_000;
  const samples = Float32Array.from(sounds.flatMap((sound) => Array.from(sound.samples)));
  mkdirSync(cache, { recursive: true });
  // Renamed into place, because several processes may make the same file at once.
  const unfinished = `${path}.${process.pid}`;
  writeFileSync(unfinished, wav(samples, sampleRate));
  renameSync(unfinished, path);
  return path;
}

export function fedSpeech(): Sound {
  return parseWav(readFileSync(speechFile()));
}
