/** A recursive filter of the second order: b0 + b1 z⁻¹ + b2 z⁻² over 1 + a1 z⁻¹ + a2 z⁻². */
export type Section = {
  readonly b0: number;
  readonly b1: number;
  readonly b2: number;
  readonly a1: number;
  readonly a2: number;
};

/**
 * What is under `hz` is taken away: by 3 dB at `hz` for a `q` of 1/√2, by 12 dB for each octave below. The
 * bilinear transform of the analogue filter, as in Bristow-Johnson's cookbook.
 */
export function highPass(hz: number, q: number, rate: number): Section {
  const k = Math.tan((Math.PI * hz) / rate);
  const a0 = 1 + k / q + k * k;
  return { b0: 1 / a0, b1: -2 / a0, b2: 1 / a0, a1: (2 * (k * k - 1)) / a0, a2: (1 - k / q + k * k) / a0 };
}

/** A high-pass of the fourth order, without a bump: 24 dB for each octave below `hz`. */
export function steepHighPass(hz: number, rate: number): readonly [Section, Section] {
  return [highPass(hz, 0.541196100146197, rate), highPass(hz, 1.306562964876377, rate)];
}

export type FilterPair = {
  /** Sum of the squares of the samples, filtered, from `from` up to `end`. */
  energy(samples: Float32Array, from: number, end: number): number;
  /** Filters in place. */
  apply(samples: Float32Array): void;
};

/** Two filters, one after the other, which remember what went through them. */
export function filterPair([first, second]: readonly [Section, Section]): FilterPair {
  let memory: readonly [number, number, number, number] = [0, 0, 0, 0];

  /** The indexes are within bounds by construction. */
  function run(samples: Float32Array, from: number, end: number, out: Float32Array | null): number {
    const { b0, b1, b2, a1, a2 } = first;
    const { b0: d0, b1: d1, b2: d2, a1: c1, a2: c2 } = second;
    // In variables of this call: twice as fast.
    let [z1, z2, w1, w2] = memory;
    let sum = 0;
    for (let index = from; index < end; index += 1) {
      const x = samples[index] as number;
      const y = b0 * x + z1;
      z1 = b1 * x - a1 * y + z2;
      z2 = b2 * x - a2 * y;
      const filtered = d0 * y + w1;
      w1 = d1 * y - c1 * filtered + w2;
      w2 = d2 * y - c2 * filtered;
      sum += filtered * filtered;
      if (out !== null) out[index] = filtered;
    }
    memory = [settled(z1), settled(z2), settled(w1), settled(w2)];
    return sum;
  }

  return {
    energy: (samples, from, end) => run(samples, from, end, null),
    apply: (samples) => void run(samples, 0, samples.length, samples),
  };
}

/** In silence a filter's memory becomes so small that a processor takes a hundred times as long for it. */
function settled(value: number): number {
  return Math.abs(value) < 1e-30 ? 0 : value;
}
