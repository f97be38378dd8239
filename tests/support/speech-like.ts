export type Burst = { readonly startMs: number; readonly endMs: number; readonly hz: number };

const longestLoopSec = 60;
const lowestHz = 300;
const stepHz = 40;

/**
 * What the fake microphone says: one burst of tone in every second, silence to its end. Within a minute no two bursts
 * have the same frequency, so that a decoded recording shows which second of the source each of its seconds holds.
 */
export function burstsOf(seconds: number, seed: number): readonly Burst[] {
  const random = generator(seed);
  const order = shuffled(
    Array.from({ length: longestLoopSec }, (_, index) => lowestHz + index * stepHz),
    random,
  );
  return Array.from({ length: seconds }, (_, second) => {
    const startMs = second * 1000 + 50 + Math.round(random() * 100);
    return {
      startMs,
      endMs: startMs + 550 + Math.round(random() * 150),
      hz: order[second % order.length] ?? lowestHz,
    };
  });
}

/** Samples in −1…1. The fundamental is always the strongest partial of a burst. */
export function speechLike(seconds: number, seed: number, sampleRate = 48_000): Float32Array<ArrayBuffer> {
  const samples = new Float32Array(seconds * sampleRate);
  const fade = sampleRate * 0.015;
  for (const { startMs, endMs, hz } of burstsOf(seconds, seed)) {
    const first = Math.round((startMs * sampleRate) / 1000);
    const length = Math.round(((endMs - startMs) * sampleRate) / 1000);
    for (let index = 0; index < length; index++) {
      const phase = (2 * Math.PI * hz * index) / sampleRate;
      const syllables = 0.75 - 0.25 * Math.cos((2 * Math.PI * 4 * index) / sampleRate);
      const edge = Math.min(1, index / fade, (length - index) / fade);
      const voice = 0.7 * Math.sin(phase) + 0.2 * Math.sin(2 * phase) + 0.1 * Math.sin(3 * phase);
      samples[first + index] = 0.5 * syllables * edge * voice;
    }
  }
  return samples;
}

export function shuffled<T>(items: readonly T[], random: () => number): readonly T[] {
  return items
    .map((item) => ({ item, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

/** A linear congruential generator (Numerical Recipes' constants): the same seed gives the same sound everywhere. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
