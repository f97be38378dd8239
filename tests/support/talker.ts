import type { Span } from '../../src/domain/timeline.ts';
import { generator } from './speech-like.ts';

/** Five vowels by their first three formants, Hz (Peterson and Barney, 1952). */
const VOWELS = [
  [730, 1090, 2440],
  [270, 2290, 3010],
  [530, 1840, 2480],
  [570, 840, 2410],
  [300, 870, 2240],
] as const;
const VOWEL_SEC = 0.2;
/** Syllables a second: the level falls by 20 dB between two. */
const SYLLABLES = 5;

/**
 * Somebody who says vowels in `spans` and is silent else, in a room 60 dB more quiet: enough like a voice to be taken
 * for one, and its truth is known. 0.4 at its loudest.
 */
export function talker(
  spans: readonly Span[],
  seconds: number,
  sampleRate = 16_000,
): Float32Array<ArrayBuffer> {
  const random = generator(1);
  const samples = Float32Array.from(
    { length: Math.round(seconds * sampleRate) },
    () => 0.001 * (random() - 0.5),
  );
  for (const { startMs, endMs } of spans) {
    const said = vowels(Math.round(((endMs - startMs) * sampleRate) / 1000), sampleRate);
    const loudest = said.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const first = Math.round((startMs * sampleRate) / 1000);
    const fade = 0.01 * sampleRate;
    said.forEach((value, index) => {
      const syllables = 0.55 - 0.45 * Math.cos((2 * Math.PI * SYLLABLES * index) / sampleRate);
      const edge = Math.min(1, index / fade, (said.length - index) / fade);
      const at = first + index;
      if (at < samples.length) samples[at] = (samples[at] ?? 0) + (0.4 * syllables * edge * value) / loudest;
    });
  }
  return samples;
}

/** Pulses of a voice that sinks and sways around 120 Hz, through a glottis and three resonators. */
function vowels(length: number, sampleRate: number): Float64Array {
  const said = new Float64Array(length);
  let [phase, once, twice] = [0, 0, 0];
  for (let index = 0; index < length; index += 1) {
    const sway = 0.15 * Math.sin((2 * Math.PI * 0.7 * index) / sampleRate) - (0.1 * index) / length;
    phase += (130 * (1 + sway)) / sampleRate;
    once = 0.9 * once + (phase >= 1 ? 1 : 0);
    twice = 0.9 * twice + once;
    phase %= 1;
    said[index] = twice;
  }
  for (const formant of [0, 1, 2] as const) {
    const radius = Math.exp((-Math.PI * (60 + 40 * formant)) / sampleRate);
    let [before, beforeThat] = [0, 0];
    for (let index = 0; index < length; index += 1) {
      const place = index / sampleRate / VOWEL_SEC;
      const [from, to] = [0, 1].map((k) => VOWELS[(Math.floor(place) + k) % VOWELS.length]?.[formant] ?? 0);
      const share = Math.min(1, 2 * (place % 1));
      const hz = (from ?? 0) * (1 - share) + (to ?? 0) * share;
      const turn = 2 * radius * Math.cos((2 * Math.PI * hz) / sampleRate);
      const value = (1 - radius) * (said[index] ?? 0) + turn * before - radius * radius * beforeThat;
      [before, beforeThat] = [value, before];
      said[index] = value;
    }
  }
  return said;
}
