import type { Ms } from '../domain/timeline.ts';
import { smallest } from './dips.ts';
import { RATE } from './resample.ts';
import { createTrack } from './track.ts';

/*
 * A syllable has a vowel, and a vowel is louder than what is around it: the peaks of the level are counted,
 * as de Jong & Wempe do (Behavior Research Methods 41, 2009). Theirs asks whether each peak is voiced; here
 * the voice detector has been asked already, which counts better and lets a whisper count. Which settings
 * were tried, and what they cost: docs/delivery.md.
 */

/** What makes a vowel loud is here; hum and rumble are below it, hissing consonants above. */
const BAND_HZ = [250, 2500] as const;
/** 2 ms. */
const BLOCK = 32;
const BLOCKS_A_FRAME = 5;
const FRAME_MS: Ms = 10;
/** 65 blocks, Kaiser's window over 128 ms: shorter shows the single periods of a low voice, longer joins syllables. */
const HALF_WINDOW = 32;
const KAISER_BETA = 20;
/** So far the level must fall on both sides of a peak before it rises above it. */
const PROMINENCE_DB = 1.5;
/** A probability of voice that is no doubt, */
const CERTAIN = 0.5;
/** and the lowest at which a peak counts, if it is loud. A drawled vowel soon sounds like no voice to the
 * detector, which knows speech by its changes; so does noise between words, but that is seldom as loud. */
const DOUBTED = 0.1;
/**
 * So far a peak may be below the loud speech around it: the level that so large a share of what is certainly
 * speech within 4 s stays under, found for each second. Around it, because who turns away from the microphone
 * goes on speaking as fast; and not the very loudest, because a laugh or a bang in between is not speech.
 */
const RANGE_DB = 21;
const DOUBTED_RANGE_DB = 6;
const LOUD = 0.85;
const AROUND = 400;
const LOUD_STEP = 100;
/** Of exact silence, which would have none. */
const LOWEST_DB = -160;

export type SyllableMeter = {
  /** Sound at 16 kHz that follows on what was given before, in blocks of any length. */
  add(samples: Float32Array): void;
  /**
   * The instants of the syllables' nuclei, in order.
   *
   * @param probability of voice in each 10 ms (voice.ts)
   */
  finish(probability: Float32Array): readonly Ms[];
};

/** Keeps 4 bytes for each 10 ms. */
export function syllableMeter(): SyllableMeter {
  const contour = levelContour();
  return {
    add: contour.add,
    finish: (probability) => nuclei(contour.finish(), probability),
  };
}

/**
 * The peaks of a level that stand out by 1.5 dB (topographic prominence), are loud enough and are likely a
 * voice's. Of peaks with equal levels and no dip between them, the first counts.
 *
 * @param level in dB, frame i at (i + 0.5) · 10 ms; so is `probability`, where what is missing is 0
 */
export function nuclei(level: Float32Array, probability: Float32Array): readonly Ms[] {
  const loudest = loudSpeech(level, probability);
  const found: Ms[] = [];
  for (let index = 1; index < level.length - 1; index += 1) {
    const peak = level[index] as number;
    if (peak <= (level[index - 1] as number) || peak < (level[index + 1] as number)) continue;
    const loud = loudest[Math.floor(index / LOUD_STEP)] as number;
    if (loud - peak > allowedRange(probability[index] ?? 0)) continue;
    let left = index - 1;
    while (left >= 0 && (level[left] as number) < peak && (level[left] as number) > peak - PROMINENCE_DB)
      left -= 1;
    if (left < 0 || (level[left] as number) >= peak) continue;
    let right = index + 1;
    while (
      right < level.length &&
      (level[right] as number) <= peak &&
      (level[right] as number) > peak - PROMINENCE_DB
    )
      right += 1;
    if (right < level.length && (level[right] as number) <= peak) found.push((index + 0.5) * FRAME_MS);
  }
  return found;
}

/** How far below loud speech a peak may be, in dB. */
function allowedRange(probability: number): number {
  if (probability >= CERTAIN) return RANGE_DB;
  return probability > DOUBTED ? DOUBTED_RANGE_DB : Number.NEGATIVE_INFINITY;
}

/** How loud loud speech is in each second. Where there is none around, no peak is loud enough. */
function loudSpeech(level: Float32Array, probability: Float32Array): Float32Array {
  const speech = new Float32Array(2 * AROUND);
  return Float32Array.from({ length: Math.ceil(level.length / LOUD_STEP) }, (_, second) => {
    const centre = (second + 0.5) * LOUD_STEP;
    const end = Math.min(level.length, centre + AROUND);
    let count = 0;
    for (let frame = Math.max(0, centre - AROUND); frame < end; frame += 1) {
      if ((probability[frame] ?? 0) < CERTAIN) continue;
      speech[count] = level[frame] as number;
      count += 1;
    }
    const loud = count === 0 ? undefined : smallest(speech, count, Math.floor(LOUD * (count - 1)));
    return loud ?? Number.POSITIVE_INFINITY;
  });
}

/** The level of the band in dB every 10 ms; what it is relative to is the same throughout. */
function levelContour(): { add(samples: Float32Array): void; finish(): Float32Array } {
  const filter = bandPass();
  const window = kaiser(2 * HALF_WINDOW + 1, KAISER_BETA);
  /** The mean squares of the last blocks, block b at b modulo their number. */
  const recent = new Float64Array(window.length);
  let blocks = 0;
  let [sum, filled] = [0, 0];
  const levels = createTrack();

  /** Of which all blocks are there that will be. */
  function addFrame(): void {
    const centre = centreOf(levels.length);
    const first = Math.max(0, centre - HALF_WINDOW);
    const end = Math.min(blocks, centre + HALF_WINDOW + 1);
    let [weighted, weights] = [0, 0];
    for (let block = first; block < end; block += 1) {
      const weight = window[block - centre + HALF_WINDOW] as number;
      weighted += weight * (recent[block % recent.length] as number);
      weights += weight;
    }
    levels.push(Math.max(LOWEST_DB, 10 * Math.log10(weighted / weights)));
  }

  return {
    add(samples) {
      for (let from = 0; from < samples.length; ) {
        const end = Math.min(samples.length, from + BLOCK - filled);
        sum += filter(samples, from, end);
        filled += end - from;
        from = end;
        if (filled < BLOCK) return;
        recent[blocks % recent.length] = sum / BLOCK;
        blocks += 1;
        [sum, filled] = [0, 0];
        if (blocks > centreOf(levels.length) + HALF_WINDOW) addFrame();
      }
    },
    finish() {
      while (levels.length < Math.floor(blocks / BLOCKS_A_FRAME)) addFrame();
      return levels.values();
    },
  };
}

/** The block in the middle of a frame. */
function centreOf(frame: number): number {
  return frame * BLOCKS_A_FRAME + (BLOCKS_A_FRAME >> 1);
}

/** Filters what follows on what it was given before, and gives the sum of the squares. */
type Filter = (samples: Float32Array, from: number, end: number) => number;

/** Two high passes and two low passes of second order after one another (Butterworth, 24 dB an octave). */
function bandPass(): Filter {
  const [low, high] = BAND_HZ;
  const sections = [butterworth('high', low), butterworth('high', low), butterworth('low', high)];
  sections.push(sections[2] as Section);
  /** Two values of each section (transposed direct form II). */
  const state = new Float64Array(2 * sections.length);
  return (samples, from, end) => {
    let sum = 0;
    for (let index = from; index < end; index += 1) {
      let value = samples[index] as number;
      for (let section = 0; section < sections.length; section += 1) {
        const { b0, b1, a1, a2 } = sections[section] as Section;
        const out = b0 * value + (state[2 * section] as number);
        state[2 * section] = b1 * value - a1 * out + (state[2 * section + 1] as number);
        state[2 * section + 1] = b0 * value - a2 * out;
        value = out;
      }
      sum += value * value;
    }
    // In silence a filter dies away into numbers so small that processors calculate them slowly.
    if (sum < 1e-60) state.fill(0);
    return sum;
  };
}

/** b2 is b0. */
type Section = { readonly b0: number; readonly b1: number; readonly a1: number; readonly a2: number };

function butterworth(pass: 'low' | 'high', hertz: number): Section {
  const angle = (2 * Math.PI * hertz) / RATE;
  const cos = Math.cos(angle);
  const alpha = Math.sin(angle) / Math.SQRT2;
  const b1 = pass === 'low' ? 1 - cos : -1 - cos;
  return {
    b0: Math.abs(b1) / 2 / (1 + alpha),
    b1: b1 / (1 + alpha),
    a1: (-2 * cos) / (1 + alpha),
    a2: (1 - alpha) / (1 + alpha),
  };
}

/** Not quite 0 at its ends. */
function kaiser(length: number, beta: number): Float64Array {
  return Float64Array.from({ length }, (_, index) => {
    const place = (2 * index + 1) / length - 1;
    return bessel(beta * Math.sqrt(1 - place * place)) / bessel(beta);
  });
}

/** The modified Bessel function of the first kind, order 0. */
function bessel(x: number): number {
  let [sum, term] = [1, 1];
  for (let k = 1; term > 1e-12 * sum; k += 1) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
