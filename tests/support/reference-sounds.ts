import { readFileSync } from 'node:fs';
import { generator } from './speech-like.ts';

/** Samples a second of all of them. */
const RATE = 16_000;

/** 16-bit mono WAV with a header of 44 bytes, or with other chunks before the sound. */
export function samplesOf(wav: Buffer): Float32Array {
  const at = wav.indexOf('data', 36, 'latin1') + 8;
  const length = Math.min(wav.readUInt32LE(at - 4), wav.length - at) >> 1;
  return Float32Array.from({ length }, (_, index) => wav.readInt16LE(at + 2 * index) / 32_768);
}

export function readWav(path: string): Float32Array {
  return samplesOf(readFileSync(path));
}

/** White noise, its samples up to ±1. */
export function noise(length: number, seed: number): Float32Array {
  const random = generator(seed);
  return Float32Array.from({ length }, () => 2 * random() - 1);
}

/** A stretch of a tone, its level in dB below full scale. */
export function tone(hz: number, seconds: number, dbfs: number, sampleRate = RATE): Float32Array {
  const peak = 10 ** (dbfs / 20);
  return Float32Array.from(
    { length: Math.round(seconds * sampleRate) },
    (_, index) => peak * Math.sin((2 * Math.PI * hz * index) / sampleRate),
  );
}

export function joined(...parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => {
    whole.set(part, at);
    return at + part.length;
  }, 0);
  return whole;
}
