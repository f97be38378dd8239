import type { SoundBlock } from './peaks.ts';

/** Samples a second of everything that is measured; voice and YAMNet know no other rate. */
export const RATE = 16_000;

/**
 * A block that stands this much off the end of the one before follows it at once: containers round to whole
 * milliseconds, and encoders are late by a few.
 */
const JITTER_SEC = 0.01;
/** A stamp that leaves more out is broken. An hour of silence is 230 MB, mostly never touched. */
const LONGEST_GAP_SEC = 3600;

/** Half the length of the filter, in periods of the lower rate: 30 taps for each sample at 16 kHz. */
const ZERO_CROSSINGS = 15;
/** Kaiser's window for 62 dB: 16 kHz keeps what is under 7 kHz and loses what is over 9 kHz. */
const KAISER_BETA = 5.9;
/** For a rate that has no small ratio to 16 kHz: the nearest of so many places between two samples. */
const MOST_PHASES = 640;

export type Resampler = {
  /**
   * What can be told so far of the sound at 16 kHz, from where the last answer ended: sample n of all answers
   * is at n / 16000 s of the clip. Gaps are silence, what overlaps is dropped, what is before 0 is cut, and samples that
   * are no numbers (float WAV) are 0, so that no meter has to ask. The rate may change from block to block.
   */
  add(block: SoundBlock): Float32Array;
  /** The rest. */
  finish(): Float32Array;
};

/** Any sampling rate to 16 kHz, with a windowed sinc whose delay is made up for. */
export function resampler(): Resampler {
  /** The run of blocks without a gap that is being filtered. */
  let stretch: Stretch | null = null;
  /** How many samples were given. */
  let given = 0;

  /** The end of what has come in. */
  const endSec = () => (stretch === null ? given / RATE : stretch.endSec());

  return {
    add({ startSec, sampleRate, samples }) {
      const offSec = startSec - endSec();
      const isSane = Math.abs(offSec) <= LONGEST_GAP_SEC;
      const isExact = stretch === null;
      const from = isSane && (isExact || offSec < -JITTER_SEC) ? Math.round(-offSec * sampleRate) : 0;
      const fresh = samples.subarray(Math.max(0, from));
      if (fresh.length === 0) return new Float32Array();
      const gapSec = isSane && (isExact || offSec > JITTER_SEC) ? Math.max(0, offSec) : 0;
      if (stretch?.sampleRate === sampleRate && gapSec === 0) {
        const out = stretch.add(fresh);
        given += out.length;
        return out;
      }
      const originSec = endSec() + gapSec;
      const before = stretch?.finish() ?? new Float32Array();
      const first = Math.max(given + before.length, Math.ceil(originSec * RATE - NO_TIME));
      stretch = createStretch(sampleRate, originSec, first);
      const after = stretch.add(fresh);
      const out = new Float32Array(first - given + after.length);
      out.set(before);
      out.set(after, first - given);
      given += out.length;
      return out;
    },
    finish() {
      const out = stretch?.finish() ?? new Float32Array();
      given += out.length;
      stretch = null;
      return out;
    },
  };
}

/** In samples: what arithmetic in floating point may be off. */
const NO_TIME = 1e-6;

type Stretch = {
  readonly sampleRate: number;
  readonly endSec: () => number;
  readonly add: (samples: Float32Array) => Float32Array;
  readonly finish: () => Float32Array;
};

/**
 * @param originSec where its first sample stands
 * @param first the sample at 16 kHz that it begins with
 */
function createStretch(sampleRate: number, originSec: number, first: number): Stretch {
  const filter = filterFor(sampleRate);
  const { half, step } = filter;
  /** Silence before it, and then what is still needed; its first sample is number `base` of the stretch. */
  let kept = new Float64Array(8 * half);
  let length = half;
  let base = -half;
  let next = first;

  function push(samples: Float32Array) {
    if (length + samples.length > kept.length) {
      const larger = new Float64Array(2 * (length + samples.length));
      larger.set(kept.subarray(0, length));
      kept = larger;
    }
    copy(samples, kept, length);
    length += samples.length;
  }

  /** All samples before number `end` whose surroundings are there. The indexes are within bounds by construction. */
  function take(end: number): Float32Array {
    // Place of the next sample among those given. All are told from the first, so that nothing adds up.
    const placeOf = (n: number) => (n / RATE - originSec) * sampleRate - base;
    const ready = Math.ceil(((base + length - half) / sampleRate + originSec) * RATE - NO_TIME);
    const out = new Float32Array(Math.max(0, Math.min(ready, end) - next));
    if (step === 1) out.set(kept.subarray(Math.round(placeOf(next))).subarray(0, out.length));
    else if (step === 3) third(kept, Math.round(placeOf(next)), filter, out);
    else between(kept, placeOf(next), sampleRate / RATE, filter, out);
    next += out.length;
    const needless = Math.min(length, Math.max(0, Math.floor(placeOf(next)) - half));
    kept.copyWithin(0, needless, length);
    length -= needless;
    base += needless;
    return out;
  }

  const endSec = () => originSec + (base + length) / sampleRate;
  return {
    sampleRate,
    endSec,
    add(samples) {
      push(samples);
      return take(Number.POSITIVE_INFINITY);
    },
    finish() {
      const end = Math.ceil(endSec() * RATE - NO_TIME);
      push(new Float32Array(half + Math.ceil(sampleRate / RATE) + 1));
      return take(end);
    },
  };
}

function copy(samples: Float32Array, to: Float64Array, at: number): void {
  for (let index = 0; index < samples.length; index += 1) {
    const sample = samples[index] as number;
    to[at + index] = sample - sample === 0 ? sample : 0;
  }
}

/** One sample every `step` of those given, from `place` on. The indexes are within bounds by construction. */
function between(
  given: Float64Array,
  place: number,
  step: number,
  { half, phases, taps }: Filter,
  out: Float32Array,
): void {
  const length = 2 * half;
  for (let index = 0; index < out.length; index += 1) {
    const ticks = Math.round((place + index * step) * phases);
    const whole = Math.floor((ticks + 0.5) / phases);
    const from = whole - half + 1;
    const tap = (ticks - whole * phases) * length;
    let [sum, other] = [0, 0];
    for (let k = 0; k < length; k += 2) {
      sum += (given[from + k] as number) * (taps[tap + k] as number);
      other += (given[from + k + 1] as number) * (taps[tap + k + 1] as number);
    }
    out[index] = sum + other;
  }
}

/**
 * The same for 48 kHz, in a third of the work: the filter is even, and each third of its taps is 0, because
 * it cuts at a sixth of the rate.
 */
function third(given: Float64Array, start: number, { half, taps }: Filter, out: Float32Array): void {
  const centre = half - 1;
  const middle = taps[centre] as number;
  for (let index = 0, at = start; index < out.length; index += 1, at += 3) {
    let [sum, other] = [middle * (given[at] as number), 0];
    for (let d = 1; d < half; d += 3) {
      sum += (taps[centre + d] as number) * ((given[at + d] as number) + (given[at - d] as number));
      other +=
        (taps[centre + d + 1] as number) * ((given[at + d + 1] as number) + (given[at - d - 1] as number));
    }
    out[index] = sum + other;
  }
}

type Filter = {
  /** Taps on either side of a sample. */
  readonly half: number;
  /** At how many places between two samples it can stand. */
  readonly phases: number;
  /** `2 · half` for each phase. */
  readonly taps: Float64Array;
  /** Samples given for each at 16 kHz, where that is a whole number. */
  readonly step: number | null;
};

/** A sinc that cuts at half the lower rate, in Kaiser's window (Oppenheim & Schafer, 7.5.3). */
function filterFor(sampleRate: number): Filter {
  const divisor = gcd(sampleRate, RATE);
  const phases = Math.min(RATE / divisor, MOST_PHASES);
  const lower = Math.min(1, RATE / sampleRate);
  const half = Math.ceil(ZERO_CROSSINGS / lower);
  const taps = new Float64Array(phases * 2 * half);
  for (let phase = 0; phase < phases; phase += 1) {
    const own = taps.subarray(phase * 2 * half, (phase + 1) * 2 * half);
    let sum = 0;
    for (let tap = 0; tap < own.length; tap += 1) {
      const distance = tap - half + 1 - phase / phases;
      const x = Math.PI * lower * distance;
      const value = (x === 0 ? 1 : Math.sin(x) / x) * kaiser(distance / half);
      own[tap] = value;
      sum += value;
    }
    // No phase louder than another: a constant stays one.
    for (let tap = 0; tap < own.length; tap += 1) own[tap] = (own[tap] as number) / sum;
  }
  return { half, phases, taps, step: phases === 1 ? sampleRate / RATE : null };
}

function kaiser(x: number): number {
  return Math.abs(x) >= 1 ? 0 : besselI0(KAISER_BETA * Math.sqrt(1 - x * x)) / besselI0(KAISER_BETA);
}

/** The modified Bessel function of the first kind, of order 0, by its series. */
function besselI0(x: number): number {
  let [sum, term] = [1, 1];
  for (let k = 1; term > 1e-12 * sum; k += 1) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
