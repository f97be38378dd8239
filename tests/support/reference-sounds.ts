import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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

/** `[seconds, from Hz, to Hz]` of a voice that glides; without Hz, a pause with faint hiss in it. */
type Stretch = readonly [seconds: number, fromHz?: number, toHz?: number];

/**
 * Voice-like: the harmonics of a gliding tone up to 6 kHz, each 9 dB an octave lower, with a formant; hiss after each
 * stretch, as an s has it. The same samples everywhere.
 */
export function glides(stretches: readonly Stretch[], hissLevel: number, seed: number) {
  const parts = stretches.map(([seconds, fromHz = 0, toHz = fromHz]) => {
    const length = Math.round(seconds * RATE);
    const hz = (index: number) => fromHz * (toHz / fromHz) ** (index / length);
    const part = new Float32Array(length);
    if (fromHz === 0) return { part, hz: () => 0 };
    let phase = 0;
    for (let index = 0; index < length; index += 1) {
      phase += (2 * Math.PI * hz(index)) / RATE;
      const edge = Math.min(1, index / 320, (length - index) / 320);
      for (let k = 1; k * hz(index) < 6000; k += 1) {
        const formant = 1 + 2 * Math.exp(-(((k * hz(index) - 600) / 200) ** 2));
        part[index] = (part[index] ?? 0) + 0.08 * edge * formant * k ** -1.5 * Math.sin(k * phase);
      }
    }
    return { part, hz };
  });
  const sound = joined(...parts.map(({ part }) => part));
  const hiss = noise(sound.length, seed);
  return {
    samples: sound.map((sample, index) => sample + hissLevel * (hiss[index] ?? 0)),
    /** In Hz, in the middle of each 10 ms; 0 in pauses. */
    f0: Float32Array.from(
      parts.flatMap(({ part, hz }) =>
        Array.from({ length: part.length / 160 }, (_, frame) => hz(frame * 160 + 80)),
      ),
    ),
  };
}

/** Sounds that other programs have measured, too (`npm run references`), by name. */
export const VOICES: Readonly<Record<string, ReturnType<typeof glides>>> = {
  low: glides(
    [[0.5], [0.6, 82, 110], [0.2], [0.9, 118, 84], [0.4], [1.2, 95, 125], [0.1], [0.5, 125, 90], [0.6]],
    0.002,
    11,
  ),
  high: glides(
    [[0.3], [0.4, 180, 330], [0.3], [0.8, 310, 210], [0.5], [1, 230, 440], [0.2], [0.7, 250, 190], [0.4]],
    0.002,
    12,
  ),
  noisy: glides([[0.4], [0.7, 120, 190], [0.3], [0.9, 200, 130], [0.5], [0.6, 140, 165], [0.5]], 0.03, 13),
};

export const LEVELS: Readonly<Record<string, Float32Array>> = {
  'tone and silence': joined(tone(440, 3, -20), new Float32Array(3 * RATE), tone(2500, 2, -26)),
  'hiss that fades': noise(8 * RATE, 21).map((sample, index) => sample * 10 ** (-index / (3 * RATE))),
  'low, middle, high': joined(tone(60, 2, -12), tone(700, 2, -18), tone(6000, 2, -24)),
  voice: VOICES['low']?.samples ?? new Float32Array(),
};

/** Tenths of Hz, each less the one before; `n12` for twelve values of 0. */
export function encodeF0(f0: Iterable<number>): string {
  const out: string[] = [];
  let [unvoiced, last] = [0, 0];
  const flush = () => {
    if (unvoiced > 0) out.push(`n${unvoiced}`);
    unvoiced = 0;
  };
  for (const hz of f0)
    if (hz > 0) {
      flush();
      const tenths = Math.round(hz * 10);
      out.push(String(tenths - last));
      last = tenths;
    } else unvoiced += 1;
  flush();
  return out.join(' ');
}

export function decodeF0(text: string): readonly number[] {
  let last = 0;
  return text.split(' ').flatMap((token) => {
    if (token.startsWith('n')) return Array.from({ length: Number(token.slice(1)) }, () => 0);
    last += Number(token);
    return [last / 10];
  });
}

/** What Praat and ffmpeg found, by the name of the sound or of the file in ../shared/corpus (scripts/references.ts). */
export function references(): {
  /** For `decodeF0`: of each 10 ms from the second on. */
  readonly pitch: Readonly<Record<string, string>>;
  /** Integrated, in LUFS. */
  readonly loudness: Readonly<Record<string, number>>;
} {
  const path = join(import.meta.dirname, '../fixtures/references.json');
  return JSON.parse(readFileSync(path, 'utf8')) as ReturnType<typeof references>;
}
