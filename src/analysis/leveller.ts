import { filterPair, steepHighPass } from './biquad.ts';
import { RATE } from './resample.ts';

/*
 * The network of silero.ts was taught with speech of usual levels, and misses much of what is faint: with the gain
 * control of the microphone off, as it is here, a voice may well be 30 dB below them. Hum and rumble are then louder
 * than the voice: they would set the gain, and the network hears worse through them, so both go without.
 */

/** No voice is lower; docs/delivery.md has what this does. */
const RUMBLE_HZ = 80;

/** 256 ms at 16 kHz; the gain is set anew for each block. */
const BLOCK = 4096;
/** Blocks that are heard in advance: a gain that comes down when speech begins would be late. */
const AHEAD = 8;
/** The loudest half second is brought to this level, dB below full scale, but by no more than this; nothing is softened. */
const WANTED_DB = -27;
const MOST_DB = 40;
/** So that one knock is forgotten after a while, dB per block: half a decibel a second. */
const FORGETTING_DB = (0.5 * BLOCK) / RATE;

/** Silence has a level, too. */
const SILENCE = 1e-12;

export type Leveller = {
  /** 16 kHz, mono, blocks of any length, each where the one before ends. */
  add(samples: Float32Array): void;
  finish(): void;
};

/** @param onBlock hears the same sound from 80 Hz up, loud enough; `samples` are good until it returns */
export function leveller(onBlock: (samples: Float32Array) => void): Leveller {
  const heard = new Float32Array((AHEAD + 1) * BLOCK);
  let end = 0;
  /** How many samples of `heard` are measured already. */
  let measured = 0;
  let powerBefore: number | undefined;
  let loudest = Number.NEGATIVE_INFINITY;
  let gainBefore: number | undefined;
  const pass = filterPair(steepHighPass(RUMBLE_HZ, RATE));
  /** Of the first block: to the filter, an offset that is there from the beginning would be a knock. */
  let offset: number | undefined;

  /** Measures a block and takes hum, rumble and offset from it. */
  function measure(block: Float32Array): void {
    offset ??= meanOf(block);
    for (let index = 0; index < block.length; index += 1) block[index] = (block[index] as number) - offset;
    pass.apply(block);
    let squares = 0;
    for (let index = 0; index < block.length; index += 1) squares += (block[index] as number) ** 2;
    const power = squares / BLOCK;
    loudest = Math.max(loudest, 10 * Math.log10((power + (powerBefore ?? power)) / 2 + SILENCE));
    powerBefore = power;
    measured += block.length;
  }

  /** Gives the first block away; its gain, in dB, runs straight from that of the block before. */
  function give(length: number): void {
    const given = heard.subarray(0, length);
    loudest -= FORGETTING_DB;
    const gain = Math.min(MOST_DB, Math.max(0, WANTED_DB - loudest));
    const from = gainBefore ?? gain;
    gainBefore = gain;
    const stepUp = 10 ** ((gain - from) / 20 / BLOCK);
    let factor = 10 ** (from / 20);
    for (let index = 0; index < length; index += 1) {
      given[index] = (given[index] as number) * factor;
      factor *= stepUp;
    }
    onBlock(given);
    heard.copyWithin(0, length, end);
    end -= length;
    measured -= length;
  }

  return {
    add(samples) {
      for (let at = 0; at < samples.length; ) {
        const taken = samples.subarray(at, at + heard.length - end);
        heard.set(taken, end);
        end += taken.length;
        at += taken.length;
        while (measured + BLOCK <= end) measure(heard.subarray(measured, measured + BLOCK));
        if (end === heard.length) give(BLOCK);
      }
    },
    finish() {
      if (measured < end) measure(heard.subarray(measured, end));
      while (end > 0) give(Math.min(BLOCK, end));
    },
  };
}

function meanOf(samples: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < samples.length; index += 1) sum += samples[index] as number;
  return sum / samples.length;
}
