import { envelope, FRAME_MS, type Sound } from '../support/audio.ts';

/** A piece of a clip that is heard in the feed: whole milliseconds, each timeline its own. */
export type Stretch = { readonly clipFromMs: number; readonly clipToMs: number; readonly fedFromMs: number };

/** Levels of each 10 ms in three bands, split here, by turns: a burst of tone is known by its pitch alone. */
const CROSSOVERS_HZ = [500, 1200];
const BANDS = 3;
/** In decibels a frame: what agrees worse with the feed is not of it. Silence is of nothing unless speech goes on. */
const STRANGE_DB = 8;
const SILENCE_DB = -58;
/** One click must not outweigh much of speech. */
const MOST_STRANGE_DB = 30;
/** In decibels, added up over frames: so much better must the feed agree elsewhere to have leapt there. */
const LEAP_DB = 120;
/** A shorter clip says too little to be found. */
const LEAST_FRAMES = 30;

/**
 * Which parts of a looping feed a clip holds, in the clip's order. What is in no stretch is not of the feed:
 * silence of a dead device, or noise.
 *
 * The cheapest account of where in the feed each frame comes from, where going on costs nothing and every leap
 * the same (Viterbi). A frame costs as many decibels as it differs; that it comes from nowhere has a price too.
 */
export function align(fed: Sound, clip: Sound): readonly Stretch[] {
  const feed = levels(fed);
  const heard = levels(clip);
  const loop = feed.length / BANDS;
  const length = heard.length / BANDS;
  if (length < LEAST_FRAMES) return [];
  const nowhere = loop;
  let costs = new Float64Array(loop + 1);
  /** For each frame the place one leaps from, and to which places one leapt. */
  const leaps: { readonly from: number; readonly isLeap: Uint8Array }[] = [];
  for (let frame = 0; frame < length; frame += 1) {
    const from = indexOfLeast(costs);
    const afterLeap = (costs[from] ?? 0) + LEAP_DB;
    const isLeap = new Uint8Array(loop + 1);
    const now = heard.subarray(frame * BANDS, (frame + 1) * BANDS);
    const isSilent = now.every((level) => level < SILENCE_DB);
    const next = new Float64Array(loop + 1);
    for (let place = 0; place <= loop; place += 1) {
      const stay = costs[place] ?? 0;
      if (stay > afterLeap) isLeap[place] = 1;
      if (place < loop) next[place] = Math.min(stay, afterLeap) + unlike(feed, (place + frame) % loop, now);
    }
    next[nowhere] = Math.min(costs[nowhere] ?? 0, afterLeap) + (isSilent ? 0 : STRANGE_DB);
    leaps.push({ from, isLeap });
    costs = next;
  }
  const found: Stretch[] = [];
  let place = indexOfLeast(costs);
  let end = length;
  for (let frame = length - 1; frame >= 0; frame -= 1) {
    const { from, isLeap } = leaps[frame] ?? { from: place, isLeap: new Uint8Array() };
    if (frame > 0 && isLeap[place] !== 1) continue;
    const fedFromMs = ((place + frame) % loop) * FRAME_MS;
    if (place !== nowhere)
      found.unshift({ clipFromMs: frame * FRAME_MS, clipToMs: end * FRAME_MS, fedFromMs });
    end = frame;
    place = from;
  }
  return found;
}

function levels({ sampleRate, samples }: Sound): Float32Array {
  const bands: Float32Array[] = [];
  let rest = samples;
  for (const hz of CROSSOVERS_HZ) {
    const share = 1 - Math.exp((-2 * Math.PI * hz) / sampleRate);
    const whole = rest;
    let level = 0;
    const below = whole.map((sample) => {
      level += share * (sample - level);
      return level;
    });
    bands.push(envelope({ sampleRate, samples: below }));
    rest = whole.map((sample, index) => sample - (below[index] ?? 0));
  }
  bands.push(envelope({ sampleRate, samples: rest }));
  const length = BANDS * (bands[0]?.length ?? 0);
  return Float32Array.from({ length }, (_, index) => bands[index % BANDS]?.[Math.floor(index / BANDS)] ?? 0);
}

function unlike(feed: Float32Array, at: number, now: Float32Array): number {
  let apart = 0;
  for (let band = 0; band < BANDS; band += 1)
    apart += Math.abs((feed[at * BANDS + band] ?? 0) - (now[band] ?? 0));
  return Math.min(MOST_STRANGE_DB, apart / BANDS);
}

function indexOfLeast(values: Float64Array): number {
  let least = 0;
  for (let index = 1; index < values.length; index += 1)
    if ((values[index] ?? 0) < (values[least] ?? 0)) least = index;
  return least;
}
