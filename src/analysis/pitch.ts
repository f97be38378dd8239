import type { Measures } from '../domain/facts.ts';
import type { Span } from '../domain/timeline.ts';
import { filterPair, steepHighPass } from './biquad.ts';
import { createFft } from './fft.ts';
import { RATE } from './resample.ts';

/** Half the rate: a voice's periods are told as well there, for half the work. */
const PITCH_RATE = RATE / 2;
const FRAME_MS = 10;
const FRAME = (PITCH_RATE * FRAME_MS) / 1000;

/** What a voice can be, in Hz; Praat's own limits. */
const FLOOR = 75;
const CEILING = 500;
/** Under this is no voice, but rumble and hum, which hide it when they have more than a quarter of the power. */
const RUMBLE_HZ = 70;
const MOST_RUMBLE = 1 / 4;
/** Boersma (1993): what speaks for no voice, for quietness, for the higher octave, and against changes. */
const VOICING = 0.45;
const SILENCE = 0.03;
const OCTAVE_COST = 0.01;
const JUMP_COST = 0.35;
const VOICED_UNVOICED_COST = 0.14;
/**
 * What is quiet is told from the speech around it: Praat asks the loudest sample of all, which may be a knock, or said
 * before the speaker leaned back. Looked at are 5 s of speech, of which a twentieth may be louder than speech is; so
 * much louder than the rest of it its loudest samples are.
 */
const AROUND = 500;
const AROUND_HOP = 100;
const LOUD_QUANTILE = 0.95;
const LOUDEST_OVER_LOUD = 1.5;

/** Blocks are cut to so many samples, so that one of any length needs no more memory. */
const PIECE = 4096;
/** Three periods of the lowest voice. */
const WINDOW = (3 * PITCH_RATE) / FLOOR;
const HALF_WINDOW = WINDOW / 2;
/** Where the loudest sample of a frame is looked for: one period. */
const HALF_PERIOD = Math.round(PITCH_RATE / FLOOR / 2);
/** Without lags so long as to come round from the other end. */
const FFT_SIZE = 512;
const FIRST_LAG = Math.floor(PITCH_RATE / CEILING);
const LAST_LAG = Math.ceil(PITCH_RATE / FLOOR);
/** For each frame the best of them are kept. */
const MOST_CANDIDATES = 8;
/** Frequency and strength are kept in 16 bits each. */
const HZ_STEP = 1 / 64;
const STRENGTH_STEP = 1 / 50_000;

/** One value for each 10 ms, frame i centred on (i + 0.5) · 10 ms. */
export type Pitch = {
  /** In Hz; 0 where there is no voice. */
  readonly f0: Float32Array;
};

export type PitchMeter = {
  /** Contiguous sound at 16 kHz, in blocks of any length. */
  add(samples: Float32Array): void;
  finish(voice: { readonly speech: readonly Span[] }): Pitch;
};

/**
 * The pitch of a voice by autocorrelation, after Boersma (1993), "Accurate short-term analysis of the
 * fundamental frequency and the harmonics-to-noise ratio of a sampled sound", with Praat's standard settings:
 * some candidates for each frame, and the cheapest path through them all. Keeps 8 MB an hour, 14 MB at most.
 */
export function pitchMeter(): PitchMeter {
  const halved = halver();
  const pass = filterPair(steepHighPass(RUMBLE_HZ, PITCH_RATE));
  const candidatesOf = autocorrelator();
  /** From half a window before the next frame on; silence before the first. */
  const sound = {
    low: new Float32Array(PIECE + WINDOW),
    calm: new Float32Array(PIECE + WINDOW),
    high: new Float32Array(PIECE + WINDOW),
  };
  let length = HALF_WINDOW - FRAME / 2;
  let samplesIn = 0;
  /** The loudest sample around each frame. */
  const peaks = paged(Float32Array);
  const counts = paged(Uint8Array);
  const hz = paged(Uint16Array);
  const strengths = paged(Uint16Array);

  function push({ low, high }: Bands) {
    const calm = low.slice();
    pass.apply(calm);
    sound.low.set(low, length);
    sound.calm.set(calm, length);
    sound.high.set(high, length);
    length += low.length;
  }

  function take(frames: number) {
    let from = 0;
    for (; peaks.length() < frames && from + WINDOW <= length; from += FRAME) {
      const centre = from + HALF_WINDOW;
      const peak = peakOf(sound.calm, centre - HALF_PERIOD, centre + HALF_PERIOD);
      peaks.push(peak);
      const found = peak > 0 ? candidatesOf(sound, from) : [];
      counts.push(found.length);
      for (const each of found) {
        hz.push(Math.round(each.hz / HZ_STEP));
        strengths.push(Math.round(each.strength / STRENGTH_STEP));
      }
    }
    for (const band of Object.values(sound)) band.copyWithin(0, from, length);
    length -= from;
  }

  return {
    add(samples) {
      samplesIn += samples.length;
      for (let from = 0; from < samples.length; from += PIECE) {
        push(halved(samples.subarray(from, from + PIECE)));
        take(Number.POSITIVE_INFINITY);
      }
    },
    finish({ speech }) {
      const frames = Math.round(samplesIn / (2 * FRAME));
      push(halved(new Float32Array(2 * WINDOW)));
      take(frames);
      return { f0: cheapestPath({ frames, peaks, counts, hz, strengths }, speech) };
    },
  };
}

function peakOf(samples: Float32Array, from: number, end: number): number {
  let peak = 0;
  for (let index = from; index < end; index += 1) {
    const level = Math.abs(samples[index] as number);
    if (level > peak) peak = level;
  }
  return peak;
}

type Paged = {
  push(value: number): void;
  readonly length: () => number;
  readonly at: (index: number) => number;
};

const PAGE_BITS = 10;
const PAGE = 2 ** PAGE_BITS;

/** Numbers of which more and more come. One array would have to be copied as it grows: for a while there would be two. */
function paged(Kind: new (size: number) => Float32Array | Uint16Array | Uint8Array): Paged {
  const pages: (Float32Array | Uint16Array | Uint8Array)[] = [];
  let length = 0;
  return {
    push(value) {
      if (length === pages.length * PAGE) pages.push(new Kind(PAGE));
      (pages[length >> PAGE_BITS] as Float32Array)[length & (PAGE - 1)] = value;
      length += 1;
    },
    length: () => length,
    /** Of what was pushed: the indexes are within bounds by construction. */
    at: (index) => (pages[index >> PAGE_BITS] as Float32Array)[index & (PAGE - 1)] as number,
  };
}

/** A sound at half the rate: what is under half of that rate, and what is left, which comes mirrored. */
type Bands = { readonly low: Float32Array; readonly high: Float32Array };

/** A half-band filter, of which each second tap is 0, in Blackman's window; its delay is made up for. `PIECE` at a time. */
function halver(): (samples: Float32Array) => Bands {
  const taps = Float64Array.from({ length: 8 }, (_, index) => {
    const distance = 2 * index + 1;
    const x = (Math.PI * distance) / 16;
    const blackman = 0.42 + 0.5 * Math.cos(x) + 0.08 * Math.cos(2 * x);
    return (Math.sin((Math.PI * distance) / 2) / (Math.PI * distance)) * blackman;
  });
  const reach = 15;
  const kept = new Float64Array(PIECE + 2 * reach + 1);
  let length = reach;
  return (samples) => {
    kept.set(samples, length);
    length += samples.length;
    const size = Math.max(0, Math.ceil((length - 2 * reach) / 2));
    const bands = { low: new Float32Array(size), high: new Float32Array(size) };
    split(kept, reach, taps, bands);
    kept.copyWithin(0, 2 * size, length);
    length -= 2 * size;
    return bands;
  };
}

/** The indexes are within bounds by construction. */
function split(given: Float64Array, reach: number, taps: Float64Array, { low, high }: Bands): void {
  for (let index = 0, at = reach; index < low.length; index += 1, at += 2) {
    let sum = 0.5 * (given[at] as number);
    for (let tap = 0, d = 1; tap < 8; tap += 1, d += 2)
      sum += (taps[tap] as number) * ((given[at + d] as number) + (given[at - d] as number));
    low[index] = sum;
    high[index] = (given[at] as number) - sum;
  }
}

type Sound = {
  /** At 8 kHz. */
  readonly low: Float32Array;
  /** The same without its rumble. */
  readonly calm: Float32Array;
  readonly high: Float32Array;
};

type Candidate = { readonly hz: number; readonly strength: number };

/**
 * Tells the candidates of one window: the peaks of its autocorrelation over that of the window itself.
 *
 * What is over 4 kHz has next to no share in the peaks and a full one in the power they are measured by: without it
 * hiss would make half as many frames again voiced that Praat, at the whole rate, takes for unvoiced.
 *
 * Rumble is taken out where it is strong. Where it is weak it stays, as in Praat: it speaks against a voice, too, and for
 * the higher octave. Without it there would be twice as many gross errors.
 */
function autocorrelator(): (sound: Sound, from: number) => readonly Candidate[] {
  const fft = createFft(FFT_SIZE);
  const bins = FFT_SIZE / 2 + 1;
  const hann = Float64Array.from(
    { length: WINDOW },
    (_, index) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (index + 0.5)) / WINDOW),
  );
  const windowed = new Float64Array(FFT_SIZE);
  const power = new Float64Array(bins);
  const correlation = new Float64Array(bins);
  const ofWindow = new Float64Array(bins);
  windowed.set(hann);
  fft.power(windowed, power);
  fft.even(power, ofWindow);

  return ({ low, calm, high }, from) => {
    let mean = 0;
    for (let index = 0; index < WINDOW; index += 1) mean += low[from + index] as number;
    mean /= WINDOW;
    let [all, calmed, above] = [0, 0, 0];
    for (let index = 0; index < WINDOW; index += 1) {
      const weight = hann[index] as number;
      const x = ((low[from + index] as number) - mean) * weight;
      const y = (calm[from + index] as number) * weight;
      const z = (high[from + index] as number) * weight;
      windowed[index] = x;
      all += x * x;
      calmed += y * y;
      above += z * z;
    }
    if (calmed < (1 - MOST_RUMBLE) * all)
      for (let index = 0; index < WINDOW; index += 1)
        windowed[index] = (calm[from + index] as number) * (hann[index] as number);
    fft.power(windowed, power);
    fft.even(power, correlation);
    const whole = ((correlation[0] as number) + FFT_SIZE * above) / (ofWindow[0] as number);
    if (!(whole > 0)) return [];
    for (let lag = FIRST_LAG - 1; lag <= LAST_LAG + 1; lag += 1)
      correlation[lag] = (correlation[lag] as number) / ((ofWindow[lag] as number) * whole);
    const found: Candidate[] = [];
    for (let lag = FIRST_LAG; lag <= LAST_LAG; lag += 1) {
      const before = correlation[lag - 1] as number;
      const here = correlation[lag] as number;
      const after = correlation[lag + 1] as number;
      if (here <= 0.5 * VOICING || here <= before || here < after) continue;
      // The top of the parabola through the three.
      const slope = (after - before) / 2;
      const bend = 2 * here - before - after;
      const top = here + (slope * slope) / (2 * bend);
      const hz = PITCH_RATE / (lag + slope / bend);
      if (hz >= FLOOR && hz <= CEILING) keep(found, { hz, strength: top > 1 ? 1 / top : top });
    }
    return found;
  };
}

/** The best few: a higher octave counts for more, because every multiple of a period is one, too. */
function keep(found: Candidate[], candidate: Candidate): void {
  found.push(candidate);
  if (found.length <= MOST_CANDIDATES) return;
  const worth = ({ hz, strength }: Candidate) => strength + OCTAVE_COST * Math.log2(hz);
  let worst = 0;
  found.forEach((each, index) => {
    if (worth(each) < worth(found[worst] as Candidate)) worst = index;
  });
  found.splice(worst, 1);
}

/** How much speaks for no voice at all, by how loud a frame is against the loudest around it. */
function unvoicedStrength(peak: number, loudest: number): number {
  const level = loudest > 0 ? peak / loudest : 0;
  return VOICING + Math.max(0, 2 - level / (SILENCE / (1 + VOICING)));
}

/** What a change costs from one frame to the next; state 0 is no voice. */
function changeCost(state: number, log: number, other: number, otherLog: number): number {
  if (state > 0 && other > 0) return JUMP_COST * Math.abs(log - otherLog);
  return state === other ? 0 : VOICED_UNVOICED_COST;
}

type Frames = {
  readonly frames: number;
  readonly peaks: Paged;
  /** How many of the candidates, which follow on one another, are a frame's. */
  readonly counts: Paged;
  readonly hz: Paged;
  readonly strengths: Paged;
};

/**
 * How loud the loudest of the speech around a frame is, for each second of speech: of the seconds before it and after,
 * each with its own, what is less, so that a change of level holds from where it is.
 *
 * @param peaks of the frames with speech
 */
function loudestAround(peaks: Float32Array): Float32Array {
  const length = Math.min(AROUND, peaks.length);
  const levels: number[] = [];
  for (let from = 0; from === 0 || from + length <= peaks.length; from += AROUND_HOP) {
    const sorted = peaks.slice(from, from + length).sort();
    levels.push(LOUDEST_OVER_LOUD * (sorted[Math.floor(LOUD_QUANTILE * (length - 1))] ?? 0));
  }
  const last = levels.length - 1;
  return Float32Array.from({ length: Math.ceil(peaks.length / AROUND_HOP) }, (_, second) =>
    Math.min(
      levels[Math.min(second, last)] as number,
      levels[Math.max(0, Math.min(last, second - AROUND / AROUND_HOP + 1))] as number,
    ),
  );
}

/** Viterbi: for each candidate of a frame, the best of the frame before. Outside of the speech there is no voice. */
function cheapestPath(
  { frames, peaks, counts, hz, strengths }: Frames,
  speech: readonly Span[],
): Float32Array {
  const isSpeech = new Uint8Array(frames);
  for (const { startMs, endMs } of speech)
    isSpeech.fill(1, Math.round(startMs / FRAME_MS), Math.round(endMs / FRAME_MS));
  const spoken = new Float32Array(isSpeech.reduce((sum, is) => sum + is, 0));
  for (let frame = 0, index = 0; frame < frames; frame += 1)
    if (isSpeech[frame] === 1) spoken[index++] = peaks.at(frame);
  const loudest = loudestAround(spoken);
  /** How many frames with speech there were. */
  let heard = 0;
  /** Which of the frame before led to it: for no voice, and for each candidate after it. */
  const cameFrom = new Uint8Array(frames + hz.length());
  let [logs, worths] = [new Float64Array(MOST_CANDIDATES + 1), new Float64Array(MOST_CANDIDATES + 1)];
  let [logsBefore, worthsBefore] = [
    new Float64Array(MOST_CANDIDATES + 1),
    new Float64Array(MOST_CANDIDATES + 1),
  ];
  let before = 0;
  let first = 0;
  for (let frame = 0; frame < frames; frame += 1) {
    const count = counts.at(frame);
    const isSpoken = isSpeech[frame] === 1;
    const possible = isSpoken ? count : 0;
    const unvoiced = isSpoken
      ? unvoicedStrength(peaks.at(frame), loudest[Math.floor(heard / AROUND_HOP)] as number)
      : 0;
    if (isSpoken) heard += 1;
    for (let state = 0; state <= possible; state += 1) {
      const log = state === 0 ? 0 : Math.log2(hz.at(first + state - 1) * HZ_STEP);
      logs[state] = log;
      let best = Number.NEGATIVE_INFINITY;
      let from = 0;
      for (let other = 0; other <= before; other += 1) {
        const worth =
          (worthsBefore[other] as number) - changeCost(state, log, other, logsBefore[other] as number);
        if (worth > best) {
          best = worth;
          from = other;
        }
      }
      worths[state] =
        best +
        (state === 0
          ? unvoiced
          : strengths.at(first + state - 1) * STRENGTH_STEP - OCTAVE_COST * (Math.log2(CEILING) - log));
      cameFrom[frame + first + state] = from;
    }
    [logs, logsBefore] = [logsBefore, logs];
    [worths, worthsBefore] = [worthsBefore, worths];
    before = possible;
    first += count;
  }

  const f0 = new Float32Array(frames);
  let state = 0;
  for (let other = 1; other <= before; other += 1)
    if ((worthsBefore[other] as number) > (worthsBefore[state] as number)) state = other;
  for (let frame = frames - 1; frame >= 0; frame -= 1) {
    first -= counts.at(frame);
    if (state > 0) f0[frame] = hz.at(first + state - 1) * HZ_STEP;
    state = cameFrom[frame + first + state] as number;
  }
  return f0;
}

/** Windows in which the spread is told, in frames, and what of them must be voice. */
const SPREAD_WINDOW = 1000;
const SPREAD_HOP = 500;
const LEAST_VOICED = 100;
/** With less voice than this even a median says nothing. */
const LEAST_VOICE = 30;
/** What is further from the median, in semitones, is a mistake more often than a voice. */
const FURTHEST = 12;

/**
 * The median of the pitch, and its spread: the standard deviation in semitones within 10 s, every 5 s, of which the
 * median is told. A window counts with a second of voice in it; a clip under 10 s is one window.
 */
export function pitchMeasures({ f0 }: Pitch): Pick<Measures, 'pitchMedian' | 'pitchSpread'> {
  const voiced = f0.filter((hz) => hz > 0);
  if (voiced.length < LEAST_VOICE) {
    const reason = voiced.length === 0 ? 'no-voice' : 'too-short';
    return { pitchMedian: reason, pitchSpread: reason };
  }
  const pitchMedian = median(voiced);
  const spreads: number[] = [];
  for (let from = 0; from === 0 || from + SPREAD_WINDOW <= f0.length; from += SPREAD_HOP) {
    const semitones = f0
      .subarray(from, from + SPREAD_WINDOW)
      .filter((hz) => hz > 0)
      .map((hz) => 12 * Math.log2(hz / pitchMedian))
      .filter((semitone) => Math.abs(semitone) <= FURTHEST);
    if (semitones.length >= LEAST_VOICED) spreads.push(deviation(semitones));
  }
  return {
    pitchMedian,
    pitchSpread: spreads.length === 0 ? 'too-short' : median(Float32Array.from(spreads)),
  };
}

function median(values: Float32Array): number {
  const sorted = values.toSorted();
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] as number) + (sorted[Math.ceil(middle)] as number)) / 2;
}

function deviation(values: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
