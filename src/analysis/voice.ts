import type { Ms, Span } from '../domain/timeline.ts';
import { dipMeter, smallest } from './dips.ts';
import { leveller } from './leveller.ts';
import { FRAME, framesIn } from './mel.ts';
import { SILERO_STEP, type Silero } from './silero.ts';

const FRAME_MS: Ms = 10;

/** The network answers so much late, in samples (32 ms): measured on hand-labelled speech. */
const LAG = 512;
/** From here on it is speech. */
const LIKELY = 0.5;
/** Above this the network is so sure that no dip counts against it. */
const CERTAIN = 0.8;
/** A frame dips when it rises above its floor by less than this share of what loud speech does, */
const DIP = 0.27;
/** which is the speech at this quantile. Among all frames it would be noise, where somebody says little. */
const LOUD = 0.9;
/** Frames a dip must last to be a gap, a gap to be heard as one, and speech to be speech. */
const SHORTEST_DIP = 10;
const SHORTEST_GAP = 10;
const SHORTEST_SPEECH = 5;
/** Speech begins more softly than it is found: so many frames are given back to it. */
const ONSET = 1;

/** When somebody speaks. */
export type Voice = {
  /** How probable speech is, one value per 10 ms: frame `i` is centred on `(i + 0.5) · 10` ms. */
  readonly probability: Float32Array;
  /** Gaps under 100 ms are filled, and speech under 50 ms is left out. */
  readonly speech: readonly Span[];
};

export type VoiceMeter = {
  /** 16 kHz, mono, blocks of any length, each where the one before ends. */
  add(samples: Float32Array): void;
  finish(): Voice;
};

/**
 * Two opinions: the network knows speech from other sounds, but bridges short pauses; the level of the sound finds
 * their edges, but knows no speech. So the network says where speech is, and a dip of the level takes away from it.
 *
 * @param silero free for this sound: until `finish`, nothing else may use it
 */
export function voiceMeter(silero: Silero): VoiceMeter {
  silero.begin();
  const levelled = leveller(silero.add);
  const dips = dipMeter();
  let samplesIn = 0;
  return {
    add(samples) {
      samplesIn += samples.length;
      levelled.add(samples);
      dips.add(samples);
    },
    finish() {
      levelled.finish();
      const probability = perFrame(silero.finish(), framesIn(samplesIn));
      const rises = dips.finish();
      // `Uint8Array.from` would make a list of a whole hour's numbers first.
      const isSpeech = new Uint8Array(probability.map((value) => (value >= LIKELY ? 1 : 0)));
      const low = DIP * loudest(rises.filter((_, frame) => isSpeech[frame] === 1));
      const isDip = new Uint8Array(
        probability.map((value, frame) => ((rises[frame] ?? 0) < low && value < CERTAIN ? 1 : 0)),
      );
      for (const [from, to] of runsOf(isDip)) if (to - from >= SHORTEST_DIP) isSpeech.fill(0, from, to);
      for (const [from] of runsOf(isSpeech)) isSpeech.fill(1, Math.max(0, from - ONSET), from);
      fill(isSpeech);
      const speech = runsOf(isSpeech)
        .filter(([from, to]) => to - from >= SHORTEST_SPEECH)
        .map(([from, to]) => ({ startMs: from * FRAME_MS, endMs: to * FRAME_MS }));
      return { probability, speech };
    },
  };
}

/** Straight lines between the network's answers, each of which stands for the middle of its samples, less the lag. */
function perFrame(answers: Float32Array, frames: number): Float32Array {
  const last = answers.length - 1;
  return Float32Array.from({ length: frames }, (_, frame) => {
    const at = ((frame + 0.5) * FRAME + LAG) / SILERO_STEP - 0.5;
    const before = Math.min(last, Math.floor(at));
    const share = at - before;
    const [from, to] = [answers[before] ?? 0, answers[Math.min(last, before + 1)] ?? 0];
    return from + share * (to - from);
  });
}

/** Puts them in another order. */
function loudest(rises: Float32Array): number {
  return smallest(rises, rises.length, Math.floor(LOUD * (rises.length - 1))) ?? 0;
}

/** Gaps between speech that are too short to be heard as gaps. */
function fill(isSpeech: Uint8Array): void {
  const runs = runsOf(isSpeech);
  runs.forEach(([from], index) => {
    const before = runs[index - 1]?.[1];
    if (before !== undefined && from - before < SHORTEST_GAP) isSpeech.fill(1, before, from);
  });
}

/** Where a run of ones begins and where it ends. */
function runsOf(mask: Uint8Array): readonly (readonly [from: number, to: number])[] {
  const runs: (readonly [number, number])[] = [];
  for (let from = mask.indexOf(1); from !== -1; ) {
    const end = mask.indexOf(0, from);
    const to = end === -1 ? mask.length : end;
    runs.push([from, to]);
    from = mask.indexOf(1, to);
  }
  return runs;
}
