import type { Span } from '../../src/domain/timeline.ts';
import { generator } from './speech-like.ts';

const RATE = 16_000;
const SYLLABLE_MS = 220;
/** Of a syllable, before its vowel: a weak hiss in the place of a consonant. */
const CONSONANT = 0.2;
/** The three formants of ah, ee, aw, oo and eh (Peterson & Barney 1952, men), in hertz. */
const VOWELS = [
  [730, 1090, 2440],
  [270, 2290, 3010],
  [570, 840, 2410],
  [300, 870, 2240],
  [530, 1840, 2480],
] as const;
const BANDWIDTHS = [60, 90, 150] as const;
const AMPLITUDES = [1, 0.5, 0.25] as const;

export type SyntheticSpeech = {
  /** 16 kHz, −1…1, the voice at 100 to 140 Hz. */
  readonly samples: Float32Array;
  /** Where its phrases are, to the millisecond. */
  readonly phrases: readonly Span[];
};

/**
 * Something that the voice detector takes for speech and whose syllables are known: vowels that glide into one another,
 * a consonant before each. Phrases are given by their number of syllables, the silence before each and after the
 * last in milliseconds.
 *
 * @param plan `[500, 10, 600, 12, 300]`: half a second, ten syllables, 0.6 s, twelve syllables, 0.3 s
 */
export function syntheticSpeech(plan: readonly number[], seed = 1): SyntheticSpeech {
  const random = generator(seed);
  const phrases: Span[] = [];
  const parts: Float32Array[] = [];
  let atMs = 0;
  plan.forEach((given, index) => {
    const isPhrase = index % 2 === 1;
    const lengthMs = isPhrase ? given * SYLLABLE_MS : given;
    if (isPhrase) phrases.push({ startMs: atMs, endMs: atMs + lengthMs });
    parts.push(isPhrase ? phrase(given, random) : new Float32Array((lengthMs * RATE) / 1000));
    atMs += lengthMs;
  });
  const samples = Float32Array.from(parts.flatMap((part) => Array.from(part)));
  const peak = samples.reduce((highest, sample) => Math.max(highest, Math.abs(sample)), 0);
  // A little noise of the room, 66 dB below the loudest.
  return {
    samples: samples.map((sample) => (0.5 * sample) / Math.max(peak, 1e-9) + 0.0005 * (random() - 0.5)),
    phrases,
  };
}

function phrase(syllables: number, random: () => number): Float32Array {
  const length = (SYLLABLE_MS * RATE) / 1000;
  const vowels = Array.from({ length: syllables + 1 }, (_, index) => VOWELS[(index * 3) % VOWELS.length]);
  const resonators = BANDWIDTHS.map(() => [0, 0] as [number, number]);
  let phase = 0;
  return Float32Array.from({ length: syllables * length }, (_, index) => {
    const sec = index / RATE;
    const syllable = Math.floor(index / length);
    const place = (index % length) / length;
    phase += (120 * (1 + 0.15 * Math.sin(2 * Math.PI * 1.3 * sec))) / RATE;
    const pulse = phase >= 1 ? 1 : 0;
    phase -= pulse;
    const isConsonant = place < CONSONANT;
    const loudness = isConsonant ? 0.02 : Math.sin((Math.PI * (place - CONSONANT)) / (1 - CONSONANT)) ** 0.7;
    const source = pulse * loudness + (isConsonant ? 0.018 : 0.003) * (2 * random() - 1);
    const glide = Math.max(0, (place - 0.6) / 0.4);
    return resonators.reduce((sum, memory, formant) => {
      const [from, to] = [vowels[syllable]?.[formant] ?? 0, vowels[syllable + 1]?.[formant] ?? 0];
      const radius = Math.exp((-Math.PI * (BANDWIDTHS[formant] ?? 0)) / RATE);
      const cos = Math.cos((2 * Math.PI * (from + glide * (to - from))) / RATE);
      const out = source + 2 * radius * cos * memory[0] - radius * radius * memory[1];
      memory[1] = memory[0];
      memory[0] = out;
      return sum + out * (AMPLITUDES[formant] ?? 0) * (1 - radius);
    }, 0);
  });
}
