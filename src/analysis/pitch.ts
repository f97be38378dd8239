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
/** Rumble under the voice, which would be taken for one. */
const RUMBLE_HZ = 70;
/** Boersma (1993): what speaks for no voice, for quietness, for the higher octave, and against changes. */
const VOICING = 0.45;
const SILENCE = 0.03;
const OCTAVE_COST = 0.01;
const JUMP_COST = 0.35;
const VOICED_UNVOICED_COST = 0.14;
/** So quiet against the loudest of the clip that no voice wins: see `unvoicedStrength`. */
const QUIET = (0.5 * SILENCE) / (1 + VOICING);

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
const MOST_CANDIDATES = 5;
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
 * some candidates for each frame, and the cheapest path through them all. Keeps 10 MB an hour at most.
 */
export function pitchMeter(): PitchMeter {
  const halved = halver();
  const pass = filterPair(steepHighPass(RUMBLE_HZ, PITCH_RATE));
  const candidatesOf = autocorrelator();
  /** Both bands from half a window before the next frame on; silence before the first. */
  let low = new Float32Array(8 * WINDOW);
  let high = new Float32Array(8 * WINDOW);
  let length = HALF_WINDOW - FRAME / 2;
  let samplesIn = 0;
  /** The loudest sample so far, and around each frame. */
  let loudest = 0;
  const peaks = growing(new Float32Array(4096));
  const counts = growing(new Uint8Array(4096));
  const hz = growing(new Uint16Array(4096));
  const strengths = growing(new Uint16Array(4096));

  function push(bands: Bands) {
    pass.apply(bands.low);
    const needed = length + bands.low.length;
    if (needed > low.length) {
      low = enlarged(low, 2 * needed);
      high = enlarged(high, 2 * needed);
    }
    low.set(bands.low, length);
    high.set(bands.high, length);
    length = needed;
    loudest = Math.max(loudest, peakOf(bands.low, 0, bands.low.length));
  }

  function take(frames: number) {
    let from = 0;
    for (; peaks.length() < frames && from + WINDOW <= length; from += FRAME) {
      const centre = from + HALF_WINDOW;
      const peak = peakOf(low, centre - HALF_PERIOD, centre + HALF_PERIOD);
      peaks.push(peak);
      const found = peak > QUIET * loudest ? candidatesOf(low, high, from) : [];
      counts.push(found.length);
      for (const each of found) {
        hz.push(Math.round(each.hz / HZ_STEP));
        strengths.push(Math.round(each.strength / STRENGTH_STEP));
      }
    }
    low.copyWithin(0, from, length);
    high.copyWithin(0, from, length);
    length -= from;
  }

  return {
    add(samples) {
      samplesIn += samples.length;
      push(halved(samples));
      take(Number.POSITIVE_INFINITY);
    },
    finish({ speech }) {
      const frames = Math.round(samplesIn / (2 * FRAME));
      push(halved(new Float32Array(2 * WINDOW)));
      take(frames);
      return {
        f0: cheapestPath(
          peaks.values().subarray(0, frames),
          loudest,
          counts.values(),
          hz.values(),
          strengths.values(),
          speech,
        ),
      };
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

type Numbers = Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;

function enlarged<T extends Numbers>(values: T, size: number): T {
  const larger = new (values.constructor as new (size: number) => T)(size);
  larger.set(values);
  return larger;
}

/** Grows by half of itself: an hour would otherwise take twice what it needs. */
function growing<T extends Numbers>(first: T) {
  let values = first;
  let length = 0;
  return {
    push(value: number) {
      if (length === values.length) values = enlarged(values, Math.ceil(1.5 * length));
      values[length] = value;
      length += 1;
    },
    length: () => length,
    values: () => values.subarray(0, length) as T,
  };
}

/** A sound at half the rate: what is under half of that rate, and what is left, which comes mirrored. */
type Bands = { readonly low: Float32Array; readonly high: Float32Array };

/** A half-band filter, of which each second tap is 0, in Blackman's window; its delay is made up for. */
function halver(): (samples: Float32Array) => Bands {
  const taps = Float64Array.from({ length: 8 }, (_, index) => {
    const distance = 2 * index + 1;
    const x = (Math.PI * distance) / 16;
    const blackman = 0.42 + 0.5 * Math.cos(x) + 0.08 * Math.cos(2 * x);
    return (Math.sin((Math.PI * distance) / 2) / (Math.PI * distance)) * blackman;
  });
  const reach = 15;
  let kept = new Float64Array(1024);
  let length = reach;
  return (samples) => {
    if (length + samples.length > kept.length) {
      const larger = new Float64Array(2 * (length + samples.length));
      larger.set(kept.subarray(0, length));
      kept = larger;
    }
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

type Candidate = { readonly hz: number; readonly strength: number };

/**
 * Tells the candidates of one window: the peaks of its autocorrelation over that of the window itself.
 *
 * What is over 4 kHz has next to no share in the peaks and a full one in the power they are measured by: without it
 * hiss would make half as many frames again voiced that Praat, at the whole rate, takes for unvoiced.
 */
function autocorrelator(): (low: Float32Array, high: Float32Array, from: number) => readonly Candidate[] {
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

  return (low, high, from) => {
    let mean = 0;
    for (let index = 0; index < WINDOW; index += 1) mean += low[from + index] as number;
    mean /= WINDOW;
    let above = 0;
    for (let index = 0; index < WINDOW; index += 1) {
      const weight = hann[index] as number;
      windowed[index] = ((low[from + index] as number) - mean) * weight;
      const other = (high[from + index] as number) * weight;
      above += other * other;
    }
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

/** How much speaks for no voice at all, by how loud a frame is against the loudest of the clip. */
function unvoicedStrength(peak: number, loudest: number): number {
  const level = loudest > 0 ? peak / loudest : 0;
  return VOICING + Math.max(0, 2 - level / (SILENCE / (1 + VOICING)));
}

/** What a change costs from one frame to the next; state 0 is no voice. */
function changeCost(state: number, log: number, other: number, otherLog: number): number {
  if (state > 0 && other > 0) return JUMP_COST * Math.abs(log - otherLog);
  return state === other ? 0 : VOICED_UNVOICED_COST;
}

/** Viterbi: for each candidate of a frame, the best of the frame before. Outside of the speech there is no voice. */
function cheapestPath(
  peaks: Float32Array,
  loudest: number,
  counts: Uint8Array,
  hz: Uint16Array,
  strengths: Uint16Array,
  speech: readonly Span[],
): Float32Array {
  const frames = peaks.length;
  const isSpeech = new Uint8Array(frames);
  for (const { startMs, endMs } of speech)
    isSpeech.fill(1, Math.round(startMs / FRAME_MS), Math.round(endMs / FRAME_MS));
  /** Which of the frame before led to it: for no voice (0), and for each candidate. */
  const cameFrom = new Uint8Array(frames * (MOST_CANDIDATES + 1));
  let [logs, worths] = [new Float64Array(MOST_CANDIDATES + 1), new Float64Array(MOST_CANDIDATES + 1)];
  let [logsBefore, worthsBefore] = [
    new Float64Array(MOST_CANDIDATES + 1),
    new Float64Array(MOST_CANDIDATES + 1),
  ];
  let before = 0;
  let first = 0;
  for (let frame = 0; frame < frames; frame += 1) {
    const count = counts[frame] as number;
    const possible = isSpeech[frame] === 1 ? count : 0;
    for (let state = 0; state <= possible; state += 1) {
      const log = state === 0 ? 0 : Math.log2((hz[first + state - 1] as number) * HZ_STEP);
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
          ? unvoicedStrength(peaks[frame] as number, loudest)
          : (strengths[first + state - 1] as number) * STRENGTH_STEP -
            OCTAVE_COST * (Math.log2(CEILING) - log));
      cameFrom[frame * (MOST_CANDIDATES + 1) + state] = from;
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
    first -= counts[frame] as number;
    if (state > 0) f0[frame] = (hz[first + state - 1] as number) * HZ_STEP;
    state = cameFrom[frame * (MOST_CANDIDATES + 1) + state] as number;
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
  if (voiced.length < LEAST_VOICE) return { pitchMedian: 'no-voice', pitchSpread: 'no-voice' };
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
