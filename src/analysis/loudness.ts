import type { Measures } from '../domain/facts.ts';
import { filterPair, highPass, type Section } from './biquad.ts';
import { RATE } from './resample.ts';

/** Blocks of the gate are 400 ms long and begin every 100 ms (BS.1770-4); short-term ones last 3 s. */
const HOP = RATE / 10;
const BLOCK_HOPS = 4;
const SHORT_TERM_HOPS = 30;

/** What is quieter counts as silence, in LUFS. */
const ABSOLUTE_GATE = -70;
/** Below the mean of what passed the first gate, in LU: for the integrated loudness (BS.1770-4), for the range (Tech 3342). */
const RELATIVE_GATE = -10;
const RANGE_GATE = -20;
/** With fewer short-term blocks no two of them are free of shared sound, and a range of one value is none. */
const FEWEST_SHORT_TERM = SHORT_TERM_HOPS + 1;

export type LoudnessMeter = {
  /** Contiguous sound at 16 kHz, in blocks of any length. */
  add(samples: Float32Array): void;
  /**
   * Integrated loudness after ITU-R BS.1770-4, for one channel, and loudness range after EBU Tech 3342. The
   * first is `too-short` under 0.4 s, the second under 6 s of sound.
   */
  finish(): Pick<Measures, 'loudness' | 'loudnessRange'>;
};

/** Keeps ten numbers for each second. */
export function loudnessMeter(): LoudnessMeter {
  const weighting = filterPair(kWeightingAt(RATE));
  /** Sum of squares of each whole hop, and of the one that is being filled. */
  let hops = new Float64Array(1024);
  let count = 0;
  let sum = 0;
  let filled = 0;

  function keep() {
    if (count === hops.length) {
      const larger = new Float64Array(2 * count);
      larger.set(hops);
      hops = larger;
    }
    hops[count] = sum;
    count += 1;
    sum = 0;
    filled = 0;
  }

  return {
    add(samples) {
      for (let from = 0; from < samples.length; ) {
        const end = Math.min(samples.length, from + HOP - filled);
        sum += weighting.energy(samples, from, end);
        filled += end - from;
        from = end;
        if (filled === HOP) keep();
      }
    },
    finish() {
      const whole = hops.subarray(0, count);
      const blocks = powers(whole, BLOCK_HOPS);
      if (blocks.length === 0) return { loudness: 'too-short', loudnessRange: 'too-short' };
      const gated = gate(blocks, RELATIVE_GATE);
      if (gated.length === 0) return { loudness: 'silent', loudnessRange: 'silent' };
      const shortTerm = gate(powers(whole, SHORT_TERM_HOPS), RANGE_GATE).sort();
      return {
        loudness: lufs(mean(gated)),
        loudnessRange:
          shortTerm.length < FEWEST_SHORT_TERM
            ? 'too-short'
            : lufs(percentile(shortTerm, 0.95)) - lufs(percentile(shortTerm, 0.1)),
      };
    },
  };
}

/** Mean square of each run of so many hops. */
function powers(hops: Float64Array, length: number): Float64Array {
  const out = new Float64Array(Math.max(0, hops.length - length + 1));
  for (let first = 0; first < out.length; first += 1) {
    let sum = 0;
    for (let hop = first; hop < first + length; hop += 1) sum += hops[hop] as number;
    out[first] = sum / (length * HOP);
  }
  return out;
}

/**
 * Those above both gates. The second falls on the hundredth of a LU below it, as in ffmpeg's histogram: one block that
 * lies on the gate moves the loudness of a short clip by more than all else that two meters may differ in.
 */
function gate(blocks: Float64Array, relative: number): Float64Array {
  const heard = blocks.filter((power) => lufs(power) > ABSOLUTE_GATE);
  const threshold = Math.floor((lufs(mean(heard)) + relative) * 100) / 100;
  return heard.filter((power) => lufs(power) >= threshold);
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** @param sorted at least one value */
function percentile(sorted: Float64Array, part: number): number {
  return sorted[Math.round((sorted.length - 1) * part)] as number;
}

function lufs(power: number): number {
  return -0.691 + 10 * Math.log10(power);
}

/**
 * The two filters of BS.1770-4, one after the other. It tabulates their coefficients for 48 kHz alone; these are the
 * bilinear transforms of the analogue filters behind that table, with the constants of libebur128 (which has
 * them from Brecht De Man): at 48 kHz they give the table.
 */
export function kWeightingAt(rate: number): readonly [Section, Section] {
  return [
    highShelf(1681.974450955533, 3.999843853973347, 0.7071752369554196, rate),
    // Its zeros are not scaled, as in the standard.
    { ...highPass(38.13547087602444, 0.5003270373238773, rate), b0: 1, b1: -2, b2: 1 },
  ];
}

function highShelf(hz: number, gainDb: number, q: number, rate: number): Section {
  const k = Math.tan((Math.PI * hz) / rate);
  const high = 10 ** (gainDb / 20);
  const band = high ** 0.4996667741545416;
  const a0 = 1 + k / q + k * k;
  return {
    b0: (high + (band * k) / q + k * k) / a0,
    b1: (2 * (k * k - high)) / a0,
    b2: (high - (band * k) / q + k * k) / a0,
    a1: (2 * (k * k - 1)) / a0,
    a2: (1 - k / q + k * k) / a0,
  };
}
