import { createKernel } from './kernel.ts';

/** Samples at 16 kHz from one frame to the next: 10 ms. */
export const FRAME = 160;

/** How many frames a sound of so many samples at 16 kHz has: those whose middle lies within it. */
export function framesIn(samples: number): number {
  return Math.round(samples / FRAME);
}

const RATE = 16_000;
const SIZE = 512;
const BINS = SIZE / 2 + 1;
/** 25 ms. */
const WINDOW = 400;
/** So many frames are transformed together. */
const ABREAST = 4;
/** Samples that are kept, and numbers for all there is. */
const HEARD = 8192;
const ROOM = 16_384;

/** 24 bands from 80 to 7600 Hz lie on the mel scale; kept are those from 208 to 4434 Hz, where voices are. */
const BANDS = 24;
const LOWEST_HZ = 80;
const HIGHEST_HZ = 7600;
const FIRST_BAND = 2;
/** How many bands a frame has. */
export const MEL_BANDS = 16;

/** So that silence has a level, too: −100 dB. */
const SILENCE = 1e-10;

const mel = (hz: number): number => 2595 * Math.log10(1 + hz / 700);
const hertz = (mels: number): number => 700 * (10 ** (mels / 2595) - 1);

type Band = { readonly bin: number; readonly weights: Float64Array };

/** Triangles over the spectrum, each from the middle of the band below to the middle of the one above. */
function bands(): readonly Band[] {
  const step = (mel(HIGHEST_HZ) - mel(LOWEST_HZ)) / (BANDS + 1);
  const edge = (index: number): number => (hertz(mel(LOWEST_HZ) + index * step) * SIZE) / RATE;
  return Array.from({ length: MEL_BANDS }, (_, index) => {
    const [low, middle, high] = [0, 1, 2].map((k) => edge(FIRST_BAND + index + k)) as [
      number,
      number,
      number,
    ];
    const bin = Math.ceil(low);
    return {
      bin,
      weights: Float64Array.from({ length: Math.floor(high) - bin + 1 }, (_, k) => {
        const at = bin + k;
        return at < middle ? (at - low) / (middle - low) : (high - at) / (high - middle);
      }),
    };
  });
}

export type MelMeter = {
  /** 16 kHz, mono, blocks of any length, each where the one before ends. */
  add(samples: Float32Array): void;
  /** What lies beyond the end is silence. */
  finish(): void;
};

/**
 * The level of each band in each 10 ms.
 *
 * @param onFrame hears of each frame in order: `MEL_BANDS` levels in dB, good until it returns
 */
export function melMeter(onFrame: (levels: Float32Array) => void): MelMeter {
  const { memory, place, spectra } = createKernel(ROOM);
  const filters = bands();
  const transform = spectra({
    // As wide as the transform, and zero behind the window.
    window: Float64Array.from({ length: SIZE }, (_, k) =>
      k < WINDOW ? 0.5 - 0.5 * Math.cos((2 * Math.PI * (k + 0.5)) / WINDOW) : 0,
    ),
    hop: FRAME,
    toStep: BINS,
    values: 'power',
  });
  const powers = place(ABREAST * BINS);
  const levels = new Float32Array(MEL_BANDS);

  /** The window of the next frame at `start`, and what came after; before the sound there is silence. */
  const first = place(HEARD);
  const last = first + HEARD;
  let start = first;
  let end = first + (WINDOW - FRAME) / 2;
  let samplesIn = 0;
  let frames = 0;
  let most = Number.POSITIVE_INFINITY;

  function give(power: number): void {
    if (frames === most) return;
    for (let band = 0; band < MEL_BANDS; band += 1) {
      const { bin, weights } = filters[band] as Band;
      let sum = SILENCE;
      for (let k = 0; k < weights.length; k += 1)
        sum += (memory[power + bin + k] as number) * (weights[k] as number);
      levels[band] = 10 * Math.log10(sum);
    }
    onFrame(levels);
    frames += 1;
  }

  function hear(samples: Float32Array): void {
    for (let at = 0; at < samples.length; ) {
      if (end === last) {
        memory.copyWithin(first, start, end);
        end -= start - first;
        start = first;
      }
      const taken = samples.subarray(at, at + last - end);
      memory.set(taken, end);
      end += taken.length;
      at += taken.length;
      while (start + (ABREAST - 1) * FRAME + SIZE <= end) {
        transform(start, powers);
        for (let k = 0; k < ABREAST; k += 1) give(powers + k * BINS);
        start += ABREAST * FRAME;
      }
    }
  }

  return {
    add(samples) {
      samplesIn += samples.length;
      hear(samples);
    },
    finish() {
      most = framesIn(samplesIn);
      // Enough for the last frames to go four by four.
      hear(new Float32Array(2 * ABREAST * FRAME + SIZE));
    },
  };
}
