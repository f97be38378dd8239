import { MEL_BANDS, melMeter } from './mel.ts';
import { createTrack } from './track.ts';

/** The floor of a band is what 15 % of the frames within 2 s on either side stay under. */
const AROUND = 200;
const QUANTILE = 0.15;
/** It is looked for every 0.25 s, among every second frame, and runs straight in between. */
const FLOOR_STEP = 25;
const EVERY = 2;
/** A band is never further above its floor than this, dB: one loud band is no speech. */
const HIGHEST = 30;

export type DipMeter = {
  /** 16 kHz, mono, blocks of any length, each where the one before ends. */
  add(samples: Float32Array): void;
  /**
   * How far each frame of 10 ms is above the floor around it, dB, on average over the bands: the noise of a room has
   * little of it, whatever its level, and even a soft syllable much.
   */
  finish(): Float32Array;
};

/** Remembers about five seconds and one number for each frame. */
export function dipMeter(): DipMeter {
  const rises = createTrack();
  // Rings, because a frame waits for the floor of the next two seconds.
  const kept = 2 * AROUND + 2 * FLOOR_STEP + 2;
  const raw = new Float32Array(3 * MEL_BANDS);
  const smooth = new Float32Array(kept * MEL_BANDS);
  /** Frames that came, that are smoothed, and that have their rise. */
  let [came, smoothed, done] = [0, 0, 0];
  let floor = new Float32Array(MEL_BANDS);
  let nextFloor = new Float32Array(MEL_BANDS);
  const sample = new Float32Array(AROUND);

  const mel = melMeter((levels) => {
    raw.set(levels, (came % 3) * MEL_BANDS);
    came += 1;
    if (came > 1) smoothen(came - 2, came - 1);
  });

  /** The mean with the frames on either side, of those there are. */
  function smoothen(frame: number, last: number): void {
    const at = (frame % kept) * MEL_BANDS;
    const from = Math.max(0, frame - 1);
    for (let band = 0; band < MEL_BANDS; band += 1) {
      let sum = 0;
      for (let other = from; other <= last; other += 1) sum += raw[(other % 3) * MEL_BANDS + band] as number;
      smooth[at + band] = sum / (last - from + 1);
    }
    smoothed += 1;
    if (smoothed >= done + FLOOR_STEP + AROUND) settle(done + FLOOR_STEP);
  }

  function measureFloor(centre: number, to: Float32Array): void {
    const from = Math.max(0, centre - AROUND);
    const end = Math.min(smoothed, centre + AROUND);
    for (let band = 0; band < MEL_BANDS; band += 1) {
      let count = 0;
      for (let frame = from; frame < end; frame += EVERY) {
        sample[count] = smooth[(frame % kept) * MEL_BANDS + band] as number;
        count += 1;
      }
      to[band] = smallest(sample, count, Math.floor(QUANTILE * (count - 1))) ?? 0;
    }
  }

  /** Gives the frames up to `end` their rise. */
  function settle(end: number): void {
    if (done === 0) measureFloor(0, floor);
    measureFloor(done + FLOOR_STEP, nextFloor);
    const begin = done;
    for (; done < Math.min(end, smoothed); done += 1) {
      const share = (done - begin) / FLOOR_STEP;
      const at = (done % kept) * MEL_BANDS;
      let sum = 0;
      for (let band = 0; band < MEL_BANDS; band += 1) {
        const low = floor[band] as number;
        const rise = (smooth[at + band] as number) - low - share * ((nextFloor[band] as number) - low);
        sum += rise < 0 ? 0 : rise > HIGHEST ? HIGHEST : rise;
      }
      rises.push(sum / MEL_BANDS);
    }
    [floor, nextFloor] = [nextFloor, floor];
  }

  return {
    add: mel.add,
    finish() {
      mel.finish();
      if (came > 0) smoothen(came - 1, came - 1);
      while (done < smoothed) settle(done + FLOOR_STEP);
      return rises.values();
    },
  };
}

/**
 * The number that has `rank` of the first `count` below it; they are put in another order on the way (Hoare's
 * selection: sorting them whole took four times as long as everything else here).
 */
export function smallest(values: Float32Array, count: number, rank: number): number | undefined {
  let [low, high] = [0, count - 1];
  while (low < high) {
    const pivot = values[(low + high) >> 1] as number;
    let [left, right] = [low, high];
    while (left <= right) {
      while ((values[left] as number) < pivot) left += 1;
      while ((values[right] as number) > pivot) right -= 1;
      if (left > right) break;
      const swapped = values[left] as number;
      values[left] = values[right] as number;
      values[right] = swapped;
      left += 1;
      right -= 1;
    }
    if (rank <= right) high = right;
    else if (rank >= left) low = left;
    else break;
  }
  return values[rank];
}
