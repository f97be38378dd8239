/** Whole milliseconds on an attempt's timeline, which begins at 0 and leaves pauses out. */
export type Ms = number;

/** Wall-clock time: milliseconds since 1970 (names end in `At`). */
export type EpochMs = number;

/** A range of time, `startMs <= endMs`, the end not included. */
export type Span = { readonly startMs: Ms; readonly endMs: Ms };

export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

/** `2:47`, or `1:02:03` from an hour on. Rounds down, as a clock does. */
export function timecode(ms: Ms): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const seconds = String(total % 60).padStart(2, '0');
  const minutes = Math.floor(total / 60) % 60;
  const hours = Math.floor(total / 3600);
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${seconds}` : `${minutes}:${seconds}`;
}

/** The same for a voice: `1 minute 12 seconds`, `1 hour 2 seconds`, `0 seconds`. */
export function spokenTime(ms: Ms): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const parts = [
    [Math.floor(total / 3600), 'hour'],
    [Math.floor(total / 60) % 60, 'minute'],
    [total % 60, 'second'],
  ] as const;
  const said = parts.filter(([count]) => count > 0).map(([count, unit]) => plural(count, unit));
  return said.length > 0 ? said.join(' ') : '0 seconds';
}

/** `1 comment`, `2 comments`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/**
 * Where one recorded segment lies on two timelines: the clock the speaker saw, and the clip that was
 * made of the segments. They differ by some ten milliseconds a segment, because a recorder starts and
 * stops a little later than it is told to.
 */
export type SegmentTiming = {
  readonly clockStartMs: Ms;
  readonly clipStartMs: Ms;
  readonly clipLengthMs: Ms;
};

/**
 * Moves an instant from the recorder's clock to the clip. An instant after the end of its segment
 * becomes the segment's end. Monotone: the order of two instants never changes.
 *
 * @param segments sorted by `clockStartMs`, the first starting at 0; at least one
 */
export function clockToClip(atMs: Ms, segments: readonly SegmentTiming[]): Ms {
  const segment = segments.findLast((candidate) => candidate.clockStartMs <= atMs) ?? segments[0];
  if (segment === undefined) return 0;
  const withinMs = clamp(atMs - segment.clockStartMs, 0, segment.clipLengthMs);
  return Math.round(segment.clipStartMs + withinMs);
}
