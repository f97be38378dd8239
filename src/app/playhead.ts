import { clamp, type Ms } from '../domain/timeline.ts';
import type { Transport } from '../player/transport.ts';
import type { Playhead } from '../ui/playhead.ts';

/** Half of the ten seconds in which a cited moment is heard. */
const AROUND_MS: Ms = 5000;

const nothing = () => undefined;

/** The replay as the forms beside it know it; null: there is none to hear (yet). */
export function playheadOf(transport: Transport | null): Playhead {
  if (transport === null)
    return {
      canPlay: false,
      subscribe: () => nothing,
      now: () => 0,
      playAround: nothing,
      playSpan: nothing,
      seek: nothing,
      pause: () => false,
      resume: nothing,
    };
  const { durationMs } = transport;
  return {
    canPlay: true,
    subscribe: transport.subscribe,
    now: () => Math.round(transport.getSnapshot().positionMs),
    playAround(atMs) {
      const startMs = clamp(atMs - AROUND_MS, 0, durationMs);
      transport.playSpans([{ startMs, endMs: clamp(atMs + AROUND_MS, 0, durationMs) }]);
    },
    playSpan: (span) => transport.playSpans([span]),
    seek: transport.seek,
    pause() {
      const { isPlaying } = transport.getSnapshot();
      if (isPlaying) transport.pause();
      return isPlaying;
    },
    resume: transport.play,
  };
}
