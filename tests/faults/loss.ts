import type { Ms } from '../../src/domain/timeline.ts';
import type { Sound } from '../support/audio.ts';
import { align, type Stretch } from './align.ts';

/** From when to when something was said into the take, by the wall clock: Unix milliseconds. */
export type Spoken = { readonly from: number; readonly to: number };

export type Loss = {
  readonly spokenMs: Ms;
  readonly survivedMs: Ms;
  readonly lostMs: Ms;
  /** Where something earlier than the end is missing or comes twice, in words. */
  readonly holes: readonly string[];
  /** What this was worked out from. */
  readonly spoken: readonly Spoken[];
  readonly stretches: readonly Stretch[];
};

/** Less than the shortest slice of an encoder (250 ms), more than two packets (60 ms). */
const HOLE_MS: Ms = 150;
/** How far from its place by the wall clock an interruption may be heard in the clip. */
const PLACE_MS: Ms = 700;

/**
 * What of the spoken is in the clip. The feed went on between one span and the next, unless the machine
 * slept: there, and only there, the clip may leap forward in it by as much.
 */
export function lossOf(fed: Sound, clip: Sound, spoken: readonly Spoken[]): Loss {
  const spokenMs = spoken.reduce((sum, { from, to }) => sum + to - from, 0);
  // What a take holds beyond the fault was never promised, and may be silence of a dead device.
  const samples = clip.samples.subarray(0, Math.round(((spokenMs + HOLE_MS) * clip.sampleRate) / 1000));
  const stretches = align(fed, { ...clip, samples });
  const alike = stretches.reduce((sum, { clipFromMs, clipToMs }) => sum + clipToMs - clipFromMs, 0);
  const survivedMs = Math.min(spokenMs, alike);

  const loopMs = (fed.samples.length / fed.sampleRate) * 1000;
  let reachedMs = 0;
  const breaks = spoken.slice(1).map(({ from }, index) => {
    const before = spoken[index] ?? { from, to: from };
    reachedMs += before.to - before.from;
    return { atMs: reachedMs, leftMs: from - before.to };
  });
  const holes: string[] = [];
  for (const [index, { clipFromMs, clipToMs, fedFromMs }] of stretches.slice(0, -1).entries()) {
    const next = stretches[index + 1] ?? { clipFromMs: clipToMs, fedFromMs };
    const leapMs = nearest(next.fedFromMs - (fedFromMs + clipToMs - clipFromMs), loopMs);
    const excuse = breaks.find(({ atMs }) => Math.abs(atMs - clipToMs) < PLACE_MS);
    const isExcused = leapMs > -HOLE_MS && leapMs < HOLE_MS + (excuse?.leftMs ?? 0);
    if (isExcused && excuse !== undefined) excuse.leftMs -= Math.max(0, leapMs);
    if (!isExcused)
      holes.push(
        leapMs > 0 ? `${leapMs} ms missing at ${clipToMs} ms` : `${-leapMs} ms come twice at ${clipToMs} ms`,
      );
  }
  return { spokenMs, survivedMs, lostMs: spokenMs - survivedMs, holes, spoken, stretches };
}

/** The feed loops: a leap of nearly all of it is a short one back. */
function nearest(leapMs: Ms, loopMs: Ms): Ms {
  return leapMs - loopMs * Math.round(leapMs / loopMs);
}
