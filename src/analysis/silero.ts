import { createKernel, type Product, sigmoid } from './kernel.ts';
import { createTrack } from './track.ts';

/*!
 * Silero VAD v6, github.com/snakers4/silero-vad, Copyright (c) 2020-present Silero Team, MIT licence
 */
/*
 * Its network for 16 kHz: how probable speech is in each 32 ms.
 *
 *   64 samples of context + 512 new ones + 64 mirrored → 4 spectra of 256 samples, 129 magnitudes each
 *   → 4 convolutions over 3 spectra with ReLU, the second and third halving their number → 128 values
 *   → an LSTM of 128 cells → ReLU → one number → sigmoid
 */

/** Samples at 16 kHz for one probability. */
export const SILERO_STEP = 512;

const CONTEXT = 64;
const WINDOW = 256;
const BINS = WINDOW / 2 + 1;
const HOP = 128;
const SPECTRA = 4;
const CELLS = 128;
const GATES = 4 * CELLS;

/** One layer of weights, and where its tensors have them: `[rows][channels][kernel]`, after PyTorch. */
export type SileroLayer = {
  readonly weight: string;
  /** Summed up; none when the layer adds nothing. */
  readonly biases: readonly string[];
  readonly rows: number;
  readonly channels: number;
  readonly kernel: number;
  /** Those of the kernel that ever meet anything but padding: some convolutions are over one or two steps only. */
  readonly taps: readonly number[];
  /** How many rows stand side by side: the weights are laid out `[rows / abreast][taps][channels][abreast]`. */
  readonly abreast: number;
};

function layer(
  name: string,
  rows: number,
  channels: number,
  kernel: number,
  taps: readonly number[],
): SileroLayer {
  const [weight, biases] = [`${name}.weight`, [`${name}.bias`]];
  return { weight, biases, rows, channels, kernel, taps, abreast: 16 };
}

/** The order of the weights: for each layer the weights, then one bias for each row. */
export const SILERO_LAYERS = [
  layer('encoder.0.reparam_conv', 128, BINS, 3, [0, 1, 2]),
  layer('encoder.1.reparam_conv', 64, 128, 3, [0, 1, 2]),
  layer('encoder.2.reparam_conv', 64, 64, 3, [1, 2]),
  layer('encoder.3.reparam_conv', 128, 64, 3, [1]),
  {
    ...layer('', GATES, CELLS, 1, [0]),
    weight: 'decoder.rnn.weight_ih',
    biases: ['decoder.rnn.bias_ih', 'decoder.rnn.bias_hh'],
  },
  { ...layer('', GATES, CELLS, 1, [0]), weight: 'decoder.rnn.weight_hh', biases: [] },
  { ...layer('decoder.decoder.2', 1, CELLS, 1, [0]), abreast: 1 },
] as const satisfies readonly SileroLayer[];

const sizeOf = ({ rows, channels, taps, biases }: SileroLayer): number =>
  rows * channels * taps.length + (biases.length > 0 ? rows : 0);

/** How many weights there are in all. */
export const SILERO_WEIGHTS = SILERO_LAYERS.reduce((sum, each) => sum + sizeOf(each), 0);

/** Hears one sound at a time, from its beginning. */
export type Silero = {
  /** 16 kHz, mono, blocks of any length, each where the one before ends. */
  add(samples: Float32Array): void;
  /** The probability of speech in every 512 samples, the last filled up with silence. Then another sound may come. */
  finish(): Float32Array;
  /** Forgets a sound that was broken off. */
  begin(): void;
};

/** So many steps go through the network together, up to the LSTM: most weights are then loaded once for two. */
const BATCH = 8;
/** What the network needs beside its weights, generously. */
const ROOM = 32_768;

/**
 * @param weights as `SILERO_LAYERS` says (scripts/silero-weights.ts makes them)
 */
export function createSilero(weights: Float32Array): Silero {
  if (weights.length !== SILERO_WEIGHTS)
    throw new RangeError(`${weights.length} weights instead of ${SILERO_WEIGHTS}`);
  const kernel = createKernel(weights.length + ROOM);
  const { memory, place } = kernel;

  const starts: number[] = [];
  SILERO_LAYERS.reduce((at, each) => {
    starts.push(at);
    return at + sizeOf(each);
  }, place(weights.length));
  memory.set(weights, starts[0]);

  const heard = place(CONTEXT + BATCH * SILERO_STEP + CONTEXT);
  const magnitudes = place(BATCH * SPECTRA * BINS);
  const first = place(BATCH * SPECTRA * 128);
  const second = place(BATCH * 2 * 64);
  const third = place(BATCH * 64);
  const fourth = place(BATCH * CELLS);
  const gates = place(BATCH * GATES);
  const cells = place(CELLS);
  const hidden = place(CELLS);

  /**
   * A layer at one place of every step. Taken are `count` of its taps from `skipped` on: at the ends of a step the
   * others would meet nothing but zeros.
   */
  function product(
    index: number,
    [from, fromStep]: readonly [place: number, step: number],
    [to, toStep]: readonly [place: number, step: number],
    [skipped, count]: readonly [skipped: number, count: number] = [0, 1],
    floor = 0,
  ): Product {
    const { rows, channels, taps } = SILERO_LAYERS[index] as SileroLayer;
    const blockStep = channels * taps.length * 16;
    const weights = starts[index] as number;
    return {
      to,
      toStep,
      from,
      fromStep,
      weights: weights + skipped * channels * 16,
      blockStep,
      bias: weights + rows * channels * taps.length,
      rows,
      columns: count * channels,
      floor,
    };
  }
  const [spectrum, four, two] = [SPECTRA * BINS, SPECTRA * 128, 2 * 64];
  const layers: readonly Product[] = [
    product(0, [magnitudes, spectrum], [first, four], [1, 2]),
    product(0, [magnitudes, spectrum], [first + 128, four], [0, 3]),
    product(0, [magnitudes + BINS, spectrum], [first + 2 * 128, four], [0, 3]),
    product(0, [magnitudes + 2 * BINS, spectrum], [first + 3 * 128, four], [0, 2]),
    product(1, [first, four], [second, two], [1, 2]),
    product(1, [first + 128, four], [second + 64, two], [0, 3]),
    product(2, [second, two], [third, 64], [0, 2]),
    product(3, [third, 64], [fourth, CELLS]),
    product(4, [fourth, CELLS], [gates, GATES], [0, 1], Number.NEGATIVE_INFINITY),
  ];
  /** Adds to the gates of one step what the step before left: what is there already stands in for the bias. */
  const recurrent = Array.from({ length: BATCH }, (_, step): Product => {
    const at = gates + step * GATES;
    return { ...product(5, [hidden, 0], [at, 0], [0, 1], Number.NEGATIVE_INFINITY), bias: at };
  });
  const output = starts[6] as number;

  const spectra = kernel.spectra({
    window: Float64Array.from({ length: WINDOW }, (_, k) => 0.5 - 0.5 * Math.cos((2 * Math.PI * k) / WINDOW)),
    hop: HOP,
    toStep: BINS,
    values: 'magnitude',
  });

  /** How many samples wait for their batch, after the context of its first step. */
  let waiting = 0;
  let probabilities = createTrack();

  function begin(): void {
    for (const [at, length] of [
      [heard, CONTEXT],
      [cells, CELLS],
      [hidden, CELLS],
    ] as const)
      memory.fill(0, at, at + length);
    waiting = 0;
    probabilities = createTrack();
  }

  /** The spectra of one step, for which its last samples stand mirrored behind it while they are taken. */
  function transform(step: number): void {
    const from = heard + step * SILERO_STEP;
    const end = from + CONTEXT + SILERO_STEP;
    const covered = memory.slice(end, end + CONTEXT);
    for (let k = 0; k < CONTEXT; k += 1) memory[end + k] = memory[end - 2 - k] as number;
    spectra(from, magnitudes + step * SPECTRA * BINS);
    memory.set(covered, end);
  }

  function remember(step: number): number {
    kernel.product(recurrent[step] as Product, 1);
    const sum = kernel.remember(gates + step * GATES, cells, hidden, output);
    return sigmoid(sum + (memory[output + CELLS] as number));
  }

  function run(steps: number): void {
    for (let step = 0; step < steps; step += 1) transform(step);
    for (const layer of layers) kernel.product(layer, steps);
    for (let step = 0; step < steps; step += 1) probabilities.push(remember(step));
    memory.copyWithin(heard, heard + steps * SILERO_STEP, heard + steps * SILERO_STEP + CONTEXT);
    waiting = 0;
  }

  return {
    add(samples) {
      for (let at = 0; at < samples.length; ) {
        const taken = samples.subarray(at, at + BATCH * SILERO_STEP - waiting);
        memory.set(taken, heard + CONTEXT + waiting);
        waiting += taken.length;
        at += taken.length;
        if (waiting === BATCH * SILERO_STEP) run(BATCH);
      }
    },
    finish() {
      memory.fill(0, heard + CONTEXT + waiting, heard + CONTEXT + BATCH * SILERO_STEP);
      if (waiting > 0) run(Math.ceil(waiting / SILERO_STEP));
      const found = probabilities.values();
      begin();
      return found;
    },
    begin,
  };
}
