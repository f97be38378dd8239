/** Mono samples, −1…1. */
export type Sound = { readonly sampleRate: number; readonly samples: Float32Array };

/** Reads a 16-bit PCM WAV file; further channels are left out. */
export function parseWav(bytes: Buffer): Sound {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tag = (at: number) => bytes.toString('latin1', at, at + 4);
  let channels = 1;
  let sampleRate = 16_000;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const size = view.getUint32(at + 4, true);
    if (tag(at) === 'fmt ') {
      channels = view.getUint16(at + 10, true);
      sampleRate = view.getUint32(at + 12, true);
      if (view.getUint16(at + 22, true) !== 16) throw new Error('parseWav reads 16-bit samples only');
    }
    if (tag(at) === 'data') {
      const count = Math.floor(Math.min(size, bytes.length - at - 8) / 2 / channels);
      const samples = Float32Array.from(
        { length: count },
        (_, index) => view.getInt16(at + 8 + index * channels * 2, true) / 32_768,
      );
      return { sampleRate, samples };
    }
    at += 8 + size + (size % 2);
  }
  throw new Error('No data chunk in this WAV file');
}

/** Milliseconds per value of an envelope. */
export const FRAME_MS = 10;

/** Level of each 10 ms in decibels, not below −60: what survives an encoder and still tells where one is. */
export function envelope({ sampleRate, samples }: Sound): Float32Array {
  const size = (sampleRate * FRAME_MS) / 1000;
  return Float32Array.from({ length: Math.floor(samples.length / size) }, (_, frame) => {
    const from = Math.round(frame * size);
    const to = Math.round((frame + 1) * size);
    let power = 0;
    for (let index = from; index < to; index += 1) power += (samples[index] ?? 0) ** 2;
    return Math.max(-60, 10 * Math.log10(power / (to - from) + 1e-12));
  });
}

/** Pearson correlation of `piece` with `whole` from frame `at` on; `whole` repeats, as a looping file does. */
function correlation(whole: Float32Array, piece: Float32Array, at: number): number {
  let sumA = 0;
  let sumB = 0;
  let sumAA = 0;
  let sumBB = 0;
  let sumAB = 0;
  for (let index = 0; index < piece.length; index += 1) {
    const a = whole[(at + index) % whole.length] ?? 0;
    const b = piece[index] ?? 0;
    sumA += a;
    sumB += b;
    sumAA += a * a;
    sumBB += b * b;
    sumAB += a * b;
  }
  const count = piece.length;
  const spread = Math.sqrt((sumAA - (sumA * sumA) / count) * (sumBB - (sumB * sumB) / count));
  return spread === 0 ? 0 : (sumAB - (sumA * sumB) / count) / spread;
}

/**
 * Where in a looping sound a piece of it was taken from.
 *
 * @returns the place in milliseconds and how well it agrees there (1 = the same)
 */
export function locate(
  whole: Float32Array,
  piece: Float32Array,
): { readonly atMs: number; readonly agreement: number } {
  let best = { atMs: 0, agreement: -1 };
  for (let at = 0; at < whole.length; at += 1) {
    const agreement = correlation(whole, piece, at);
    if (agreement > best.agreement) best = { atMs: at * FRAME_MS, agreement };
  }
  return best;
}
