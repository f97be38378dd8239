/** What is heard of some channels. Both are good until the next block. */
export type Mixed = {
  readonly samples: Float32Array;
  /** How far the channel that swings furthest does, at each sample. Missing of one channel alone. */
  readonly extremes?: Float32Array;
};

/** From about −9 dB on the mix has lost what the channels have; below −7 dB it has it again, and half of two is −6. */
const LOST = 1 / 8;
const FOUND = 1 / 5;
/** A channel that is so much weaker than another is no longer the one to hear. */
const WEAKER = 1 / 4;
/** What is older counts for little: words and the pauses between them change nothing, another scene does. */
const MEMORY_SEC = 3;
/** From one way of hearing to the other, so that it does not click. */
const FADE_SEC = 0.01;

/**
 * Channels in mono, block by block: their weighted mean, so that what is alike in all of them keeps its level. Where
 * the mean is much weaker than the strongest channel, that one alone: two that are each other's opposite, which is how a
 * balanced microphone arrives through a stereo socket, cancel; and a voice that is only in the middle of 5.1 would
 * be 11 dB quieter. Decided for each block by the power of the last seconds.
 */
export function downmix(): (planes: readonly Float32Array[], frames: number, sampleRate: number) => Mixed {
  let samples = new Float32Array();
  let extremes = new Float32Array();
  let means: readonly number[] = [];
  /** Power so far, older sound less: of the mean, and of each channel. */
  let meanPower = 0;
  let powers = new Float64Array();
  /** The channel that is heard alone. */
  let alone: number | null = null;

  function begin(channels: number): void {
    means = weightsOf(channels);
    meanPower = 0;
    powers = new Float64Array(channels);
    alone = null;
  }

  function remember(planes: readonly Float32Array[], frames: number, sampleRate: number): void {
    const kept = Math.exp(-frames / (MEMORY_SEC * sampleRate));
    const add = (before: number, now: number) => before * kept + (Number.isFinite(now) ? now : 0);
    meanPower = add(meanPower, powerOf(samples, frames));
    planes.forEach((plane, channel) => {
      powers[channel] = add(powers[channel] ?? 0, powerOf(plane, frames));
    });
  }

  /** The bass, which the mean leaves out, has no voice. */
  function choice(): number | null {
    let strongest = 0;
    for (let channel = 1; channel < means.length; channel += 1)
      if (means[channel] !== 0 && powerAt(channel) > powerAt(strongest)) strongest = channel;
    const most = powerAt(strongest);
    if (meanPower >= most * (alone === null ? LOST : FOUND)) return null;
    return alone !== null && powerAt(alone) >= most * WEAKER ? alone : strongest;
  }
  const powerAt = (channel: number) => powers[channel] ?? 0;

  return (planes, frames, sampleRate) => {
    const [only] = planes;
    if (only !== undefined && planes.length === 1) return { samples: only.subarray(0, frames) };
    const isFirst = planes.length !== means.length;
    if (isFirst) begin(planes.length);
    if (samples.length < frames) {
      samples = new Float32Array(frames);
      extremes = new Float32Array(frames);
    }
    samples.fill(0, 0, frames);
    planes.forEach((plane, channel) => {
      mix(samples, plane, frames, means[channel] ?? 0);
    });
    remember(planes, frames, sampleRate);
    const before = alone;
    alone = choice();
    const from = isFirst ? alone : before;
    if (alone !== null || from !== null) {
      const source = (channel: number | null) => (channel === null ? samples : (planes[channel] ?? samples));
      fade(samples, source(from), source(alone), frames, FADE_SEC * sampleRate);
    }
    hearExtremes(extremes, planes, frames);
    return { samples: samples.subarray(0, frames), extremes: extremes.subarray(0, frames) };
  };
}

/** How loud each channel is in the mean: as browsers play 5.1 (Web Audio, "down-mix"), else all alike. */
function weightsOf(channels: number): readonly number[] {
  const weights = channels === SURROUND.length ? SURROUND : Array.from({ length: channels }, () => 1);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** Left, right, centre, bass, and the two at the back. */
const SURROUND = [Math.SQRT1_2, Math.SQRT1_2, 1, 0, 0.5, 0.5];

function powerOf(plane: Float32Array, frames: number): number {
  let power = 0;
  for (let index = 0; index < frames; index += 1) power += (plane[index] ?? 0) ** 2;
  return power;
}

function mix(samples: Float32Array, plane: Float32Array, frames: number, weight: number): void {
  if (weight === 0) return;
  for (let index = 0; index < frames; index += 1)
    samples[index] = (samples[index] ?? 0) + (plane[index] ?? 0) * weight;
}

/** @param length how many samples it takes from the one to the other */
function fade(
  into: Float32Array,
  from: Float32Array,
  to: Float32Array,
  frames: number,
  length: number,
): void {
  for (let index = 0; index < frames; index += 1) {
    const share = from === to ? 1 : Math.min(1, index / length);
    into[index] =
      share === 1 ? (to[index] ?? 0) : (1 - share) * (from[index] ?? 0) + share * (to[index] ?? 0);
  }
}

function hearExtremes(extremes: Float32Array, planes: readonly Float32Array[], frames: number): void {
  extremes.fill(0, 0, frames);
  for (const plane of planes)
    for (let index = 0; index < frames; index += 1) {
      const level = Math.abs(plane[index] ?? 0);
      if (level > (extremes[index] ?? 0)) extremes[index] = level;
    }
}
