import type { Ms, Span } from '../domain/timeline.ts';

/**
 * What a form beside the replay needs of it. Without a sound to play, all of it does nothing, and `now` stays
 * where it is.
 */
export type Playhead = {
  /** False: nothing can be heard, so that there is no moment to cite. */
  readonly canPlay: boolean;
  /** Called whenever `now` has changed: many times a second while it plays. */
  readonly subscribe: (listener: () => void) => () => void;
  readonly now: () => Ms;
  /** Plays the ten seconds around an instant. */
  readonly playAround: (atMs: Ms) => void;
  readonly playSpan: (span: Span) => void;
  /** Goes there and stays as it is, playing or not. */
  readonly seek: (toMs: Ms) => void;
  /** Says whether it was playing, so that whoever interrupts can resume. */
  readonly pause: () => boolean;
  readonly resume: () => void;
};
