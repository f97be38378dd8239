import type { SoundBlock } from './peaks.ts';

/** Samples a second of everything that is measured; voice and YAMNet know no other rate. */
export const RATE = 16_000;

/**
 * A block that stands this much off the end of the one before follows it at once: containers round to whole
 * milliseconds, and encoders are late by a few.
 */
const JITTER_SEC = 0.01;
/** A stamp that leaves more out is broken. */
const LONGEST_GAP_SEC = 3600;

/** Half the length of the filter, in periods of the lower rate: 30 taps at 16 kHz. A multiple of 3, for `third`. */
const ZERO_CROSSINGS = 15;
/** Kaiser's window for 62 dB: 16 kHz keeps what is under 7 kHz and loses what is over 9 kHz. */
const KAISER_BETA = 5.9;
/** For a rate that has no small ratio to 16 kHz: the nearest of so many places between two samples. */
const MOST_PHASES = 640;

export type Resampler = {
  /** As decode.ts gives them. The rate may change from block to block. */
  add(block: SoundBlock): void;
  /** Gives the rest. */
  finish(): void;
};

/**
 * Any sampling rate to 16 kHz, with a windowed sinc whose delay is made up for. Gaps are silence, what overlaps is
 * dropped, what is before 0 is cut, and samples that are no numbers (float WAV) are 0, so that no meter has to ask.
 *
 * @param onSamples hears, a piece at a time, the sound at 16 kHz: sample n of all pieces is at n / 16000 s of the clip.
 *   They are not to be changed, and good until it returns. Silence comes in pieces of a second: an hour is 230 MB
 */
export function resampler(onSamples: (samples: Float32Array) => void): Resampler {
  /** The run of blocks without a gap that is being filtered. */
  let stretch: Stretch | null = null;
  /** How many samples were given. */
  let given = 0;
  const silence = new Float32Array(RATE);

  /** The end of what has come in. */
  const endSec = () => (stretch === null ? given / RATE : stretch.endSec());

  function give(samples: Float32Array) {
    given += samples.length;
    if (samples.length > 0) onSamples(samples);
  }

  return {
    add({ startSec, sampleRate, samples }) {
      const offSec = startSec - endSec();
      const isSane = Math.abs(offSec) <= LONGEST_GAP_SEC;
      const isExact = stretch === null;
      const from = isSane && (isExact || offSec < -JITTER_SEC) ? Math.round(-offSec * sampleRate) : 0;
      const fresh = from > 0 ? samples.subarray(from) : samples;
      if (fresh.length === 0) return;
      const gapSec = isSane && (isExact || offSec > JITTER_SEC) ? Math.max(0, offSec) : 0;
      if (stretch?.sampleRate !== sampleRate || gapSec > 0) {
        const originSec = endSec() + gapSec;
        if (stretch !== null) give(stretch.finish());
        const first = Math.max(given, Math.ceil(originSec * RATE - NO_TIME));
        while (given < first) give(silence.subarray(0, first - given));
        stretch = createStretch(sampleRate, originSec, first);
      }
      give(stretch.add(fresh));
    },
    finish() {
      if (stretch !== null) give(stretch.finish());
      stretch = null;
    },
  };
}

/** Samples that are read after the last, and not used: see `third`. */
const SPARE = 16;
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
    const needed = length + samples.length + SPARE;
    if (needed > kept.length) {
      const larger = new Float64Array(2 * needed);
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
 * The same for 48 kHz in a quarter of the time: each third tap is 0, because the filter cuts at a sixth of the rate, and
 * four samples at once share what is read. What is read for those after the last is not used, but must be there.
 */
function third(given: Float64Array, start: number, { half, lanes, middle }: Filter, out: Float32Array): void {
  for (let index = 0, at = start; index < out.length; index += 4, at += 12) {
    let a = middle * (given[at] as number);
    let b = middle * (given[at + 3] as number);
    let c = middle * (given[at + 6] as number);
    let d = middle * (given[at + 9] as number);
    for (let lane = 0, tap = 0; lane < 2; lane += 1) {
      let from = at - half + 1 + lane;
      let x0 = given[from] as number;
      let x1 = given[from + 3] as number;
      let x2 = given[from + 6] as number;
      for (const end = tap + lanes.length / 2; tap < end; tap += 3, from += 9) {
        const h0 = lanes[tap] as number;
        const h1 = lanes[tap + 1] as number;
        const h2 = lanes[tap + 2] as number;
        const x3 = given[from + 9] as number;
        const x4 = given[from + 12] as number;
        const x5 = given[from + 15] as number;
        a += h0 * x0 + h1 * x1 + h2 * x2;
        b += h0 * x1 + h1 * x2 + h2 * x3;
        c += h0 * x2 + h1 * x3 + h2 * x4;
        d += h0 * x3 + h1 * x4 + h2 * x5;
        x0 = x3;
        x1 = x4;
        x2 = x5;
      }
    }
    out[index] = a;
    out[index + 1] = b;
    out[index + 2] = c;
    out[index + 3] = d;
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
  /** Of the only phase: the tap at the sample, and then of all taps every third from the first, and from the second. */
  readonly middle: number;
  readonly lanes: Float64Array;
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
  return {
    half,
    phases,
    taps,
    step: phases === 1 ? sampleRate / RATE : null,
    middle: taps[half - 1] as number,
    lanes: Float64Array.from([0, 1].flatMap((lane) => [...taps].filter((_, tap) => tap % 3 === lane))),
  };
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
