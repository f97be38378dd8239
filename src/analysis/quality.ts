import { type Measures, MOST_SIGNAL_TO_NOISE } from '../domain/facts.ts';
import { clamp, type Ms, type Span } from '../domain/timeline.ts';
import { filterPair, steepHighPass } from './biquad.ts';
import type { SoundBlock } from './peaks.ts';
import { RATE } from './resample.ts';

const FRAME_MS: Ms = 10;
const FRAME = (RATE * FRAME_MS) / 1000;

/** A constant and the rumble of a desk or a fan below it disturb nobody, and no measure of the voice. */
const RUMBLE_HZ = 80;
/** So near to speech a frame of a pause may still have some, or its echo. */
const GUARD_MS: Ms = 50;
/** With less of pauses nobody knows what is heard in them. */
const LEAST_PAUSES_MS: Ms = 200;
/** Speech that is no louder than the pauses. At the other end are pauses of digital silence. */
const LOWEST_DB = 0;
/** Mean square of a frame that counts as silent, −90 dB. */
const SILENT = 1e-9;
/**
 * Mean square of a frame in which nothing was recorded, −110 dB: a headset was muted, or sound is missing. The floor of
 * a quiet recording of 16 bit is above −100.
 */
const MUTED = 1e-11;
/** A twentieth of the speech counts as no louder than the rest of it: a bang, a laugh. */
const LOUD_QUANTILE = 0.95;

export type QualityMeter = {
  /** Contiguous sound at 16 kHz, in blocks of any length. */
  add(samples: Float32Array): void;
  /**
   * The mean power of the speech, its loudest twentieth as loud as the rest at most, without what the pauses have,
   * over the median power of the pauses, but for digital silence; both above 80 Hz; from 0 to 60 dB. With white noise at
   * 15 dB it is half a decibel too low for most voices.
   *
   * @param speech sorted, without overlaps
   */
  finish(speech: readonly Span[]): Pick<Measures, 'signalToNoise'>;
};

/** Keeps a number for each 10 ms. */
export function qualityMeter(): QualityMeter {
  const pass = filterPair(steepHighPass(RUMBLE_HZ, RATE));
  let powers = new Float32Array(8192);
  let count = 0;
  let sum = 0;
  let filled = 0;

  return {
    add(samples) {
      for (let from = 0; from < samples.length; ) {
        const end = Math.min(samples.length, from + FRAME - filled);
        sum += pass.energy(samples, from, end);
        filled += end - from;
        from = end;
        if (filled < FRAME) continue;
        if (count === powers.length) {
          const larger = new Float32Array(2 * count);
          larger.set(powers);
          powers = larger;
        }
        powers[count] = sum / FRAME;
        count += 1;
        sum = 0;
        filled = 0;
      }
    },
    finish: (speech) => ({ signalToNoise: signalToNoise(powers.subarray(0, count), speech) }),
  };
}

function signalToNoise(powers: Float32Array, speech: readonly Span[]): Measures['signalToNoise'] {
  if (powers.every((power) => power < SILENT)) return 'silent';
  const frame = (ms: Ms) => clamp(Math.round(ms / FRAME_MS), 0, powers.length);
  const spoken = new Float32Array(powers.length);
  const pauses = new Float32Array(powers.length);
  let [spokenFrames, pauseFrames, from] = [0, 0, 0];
  for (const { startMs, endMs } of [...speech, { startMs: Number.POSITIVE_INFINITY, endMs: 0 }]) {
    const pause = powers.subarray(from, Math.max(from, frame(startMs - GUARD_MS)));
    pauses.set(pause, pauseFrames);
    pauseFrames += pause.length;
    const phrase = powers.subarray(frame(startMs), Math.max(frame(startMs), frame(endMs)));
    spoken.set(phrase, spokenFrames);
    spokenFrames += phrase.length;
    from = frame(endMs + GUARD_MS);
  }
  if (spokenFrames === 0) return 'no-speech';
  const noise = noiseOf(pauses.subarray(0, pauseFrames).sort());
  if (noise === null) return 'no-pauses';
  const signal = Math.max(0, powerOf(spoken.subarray(0, spokenFrames).sort()) - noise);
  return clamp(10 * Math.log10(signal / noise) || 0, LOWEST_DB, MOST_SIGNAL_TO_NOISE);
}

/** @param sorted power of the pauses; what was muted counts only where the room is heard in none of them */
function noiseOf(sorted: Float32Array): number | null {
  const firstHeard = sorted.findIndex((power) => power >= MUTED);
  const pauses = firstHeard === -1 ? sorted : sorted.subarray(firstHeard);
  if (pauses.length * FRAME_MS < LEAST_PAUSES_MS) return null;
  return pauses[pauses.length >> 1] as number;
}

/** @param sorted power of the speech, in which a bang or a laugh counts as no more than loud speech */
function powerOf(sorted: Float32Array): number {
  const most = sorted[Math.floor(LOUD_QUANTILE * (sorted.length - 1))] as number;
  return sorted.reduce((sum, power) => sum + Math.min(power, most), 0) / sorted.length;
}

/** A run of fewer samples at the top is what any loud sound has. */
const SHORTEST_RUN = 3;
/** Samples that stay the same at this level were cut off: integer PCM. The step of 16 bit, and half of one for rounding. */
const FLAT_LEVEL = 0.99;
const FLAT_STEP = 1.5 / 32_768;
/** After lossy coding the tops waver about full scale, half of them over it, as no integer PCM is. */
const OVERSHOOT = 1.001;
const WAVERING_LEVEL = 0.97;

export type ClippingMeter = {
  /** The sound before it is resampled, which would round the tops off. Blocks in their order. */
  add(block: SoundBlock): void;
  /**
   * How long the sound was cut off. In PCM: runs of three samples or more that are the same and within 1 % of
   * full scale. Where samples are beyond full scale, as Opus decodes such a sound, and as a float WAV may be: runs
   * within 3 % of it or above.
   *
   * Measured on speech that was cut off by 0.4 to 12 dB and coded by Opus at 64 and 128 kbit/s: 0.6 to 1.5 times
   * the true time from 5 ms on, and 1 ms at most in 10 s that just reach full scale. AAC as ffmpeg codes it leaves so little
   * flat that a tenth of the time is found. Of two channels, what is cut off in one alone is not heard in their mean.
   */
  clippedMs(): Ms;
};

export function clippingMeter(): ClippingMeter {
  let isOver = false;
  let flatSec = 0;
  let highSec = 0;
  /** Of the runs that go on, in samples at `rate`. */
  let flat = 0;
  let high = 0;
  let rate = 0;
  let last = 0;

  function endFlat() {
    if (flat >= SHORTEST_RUN) flatSec += flat / rate;
    flat = 0;
  }
  function endHigh() {
    endFlat();
    if (high >= SHORTEST_RUN) highSec += high / rate;
    high = 0;
  }
  function hear(sample: number, level: number) {
    high += 1;
    if (level > OVERSHOOT) isOver = true;
    if (level < FLAT_LEVEL) endFlat();
    else {
      if (Math.abs(sample - last) > FLAT_STEP) endFlat();
      flat += 1;
    }
    last = sample;
  }

  return {
    add({ sampleRate, samples }) {
      if (sampleRate !== rate) endHigh();
      rate = sampleRate;
      for (let index = 0; index < samples.length; index += 1) {
        const sample = samples[index] as number;
        const level = Math.abs(sample);
        if (level >= WAVERING_LEVEL && level < Number.POSITIVE_INFINITY) hear(sample, level);
        else if (high > 0) endHigh();
      }
    },
    clippedMs() {
      endHigh();
      return Math.round(1000 * (isOver ? highSec : flatSec));
    },
  };
}
