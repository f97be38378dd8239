import { clamp, type Ms, type Span } from '../domain/timeline.ts';

/** Why the clip does not play. `blocked`: the browser wants a press first. */
export type TransportFault = 'unplayable' | 'blocked';

export const RATES = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2] as const;
export type Rate = (typeof RATES)[number];

export type TransportState = {
  readonly isPlaying: boolean;
  /** Where the replay is, 0…`durationMs`. */
  readonly positionMs: Ms;
  readonly rate: Rate;
  readonly isLooping: boolean;
  /** How often somebody went to another place; a replay that goes on or begins again by itself is not counted. */
  readonly moves: number;
  readonly fault: TransportFault | null;
};

/**
 * The replay of one clip. The only place where a media element and its seconds are touched.
 *
 * The element lives from the first subscriber to the last one; place and rate outlive it. All instants are on
 * the attempt's own timeline: the element's own `duration` is never asked, because a clip that could not be
 * joined has none.
 */
export type Transport = {
  subscribe(listener: () => void): () => void;
  getSnapshot(): TransportState;
  readonly durationMs: Ms;
  /** From the start again when the replay stands at the end, or from the start of what is looped. */
  play(): void;
  pause(): void;
  toggle(): void;
  /** Leaves whatever span was being played; out of range is clamped. */
  seek(toMs: Ms): void;
  setRate(rate: Rate): void;
  faster(): void;
  slower(): void;
  /** Plays these spans in order and stops at the end of the last one, or begins again while looping. */
  playSpans(spans: readonly Span[]): void;
  /** Puts the picture into `frame`, whenever there is a clip to play. Returns what takes it out again. */
  showIn(frame: HTMLElement): () => void;
  /** With true, the spans `spansAt` names for the present place are played over and over. */
  setLooping(isLooping: boolean): void;
  /** What "this step" means from now on: the marks were changed. */
  setSpansAt(spansAt: SpansAt): void;
};

/** The spans of the step at an instant, in order; none when there is no step. */
type SpansAt = (atMs: Ms) => readonly Span[];

type Options = { readonly spansAt?: SpansAt };

/** Two instants of a media clock closer than this are the same one. */
const SAME_MS = 15;

/** @param clip null: there is nothing to play; every command then does what it can without a sound */
export function createTransport(
  clip: Blob | null,
  durationMs: Ms,
  { spansAt: firstSpansAt = () => [] }: Options = {},
): Transport {
  let spansAt = firstSpansAt;
  let state: TransportState = {
    isPlaying: false,
    positionMs: 0,
    rate: 1,
    isLooping: false,
    moves: 0,
    fault: null,
  };
  const listeners = new Set<() => void>();
  let element: { readonly media: HTMLMediaElement; release(): void } | null = null;
  let frameOfPicture: HTMLElement | null = null;
  let frame = 0;
  /** The spans being played; the replay stops or loops at the end of the last one. */
  let queue: readonly Span[] = [];
  let current = 0;

  function set(change: Partial<TransportState>): void {
    const next = { ...state, ...change };
    if ((Object.keys(change) as (keyof TransportState)[]).every((key) => state[key] === next[key])) return;
    state = next;
    for (const listener of listeners) listener();
  }

  function moveTo(atMs: Ms, moves = state.moves): void {
    const positionMs = clamp(atMs, 0, durationMs);
    if (element !== null) element.media.currentTime = positionMs / 1000;
    set({ positionMs, moves });
  }

  /** Reads the clock; at the end of a span goes on to the next one, loops, or stops there exactly. */
  function tick(): void {
    if (element === null) return;
    const { media } = element;
    // While seeking the element may still tell the old time.
    if (media.seeking) return;
    const positionMs = clamp(Math.round(media.currentTime * 1000), 0, durationMs);
    const span = queue[current];
    if (!state.isPlaying || span === undefined || positionMs < span.endMs) {
      set({ positionMs });
      return;
    }
    const next = queue[current + 1] ?? (state.isLooping ? queue[0] : undefined);
    if (next !== undefined) {
      current = queue.indexOf(next);
      if (Math.abs(next.startMs - positionMs) > SAME_MS) moveTo(next.startMs);
      return;
    }
    queue = [];
    media.pause();
    moveTo(span.endMs);
  }

  function onFrame(): void {
    tick();
    frame = state.isPlaying ? requestAnimationFrame(onFrame) : 0;
  }

  function started(): void {
    set({ isPlaying: true, fault: null });
    // Frames stop in a hidden tab; `timeupdate` goes on there.
    if (frame === 0) frame = requestAnimationFrame(onFrame);
  }

  function stopped(): void {
    cancelAnimationFrame(frame);
    frame = 0;
    tick();
    set({ isPlaying: false });
  }

  function ended(): void {
    const first = queue[0];
    if (state.isLooping && first !== undefined) {
      current = 0;
      moveTo(first.startMs);
      start();
      return;
    }
    queue = [];
    stopped();
    set({ positionMs: durationMs });
  }

  function start(): void {
    if (element === null) return;
    element.media.play().catch((error: unknown) => {
      if (!(error instanceof DOMException)) throw error;
      // AbortError: a pause came before the first sound. That is what was wanted.
      if (error.name === 'NotAllowedError') set({ fault: 'blocked', isPlaying: false });
      if (error.name === 'NotSupportedError') set({ fault: 'unplayable', isPlaying: false });
    });
  }

  function open(): typeof element {
    if (clip === null) return null;
    const url = URL.createObjectURL(clip);
    const media = clip.type.startsWith('video/') ? newPicture() : new Audio();
    frameOfPicture?.replaceChildren(media);
    media.preload = 'auto';
    media.preservesPitch = true;
    media.defaultPlaybackRate = state.rate;
    media.playbackRate = state.rate;
    const closed = new AbortController();
    const on = (type: keyof HTMLMediaElementEventMap, listener: () => void) =>
      media.addEventListener(type, listener, { signal: closed.signal });
    on('play', started);
    // Also by a headset's key, a call, or the browser.
    on('pause', () => {
      if (!media.ended) stopped();
    });
    on('ended', ended);
    on('timeupdate', tick);
    on('seeked', tick);
    // As everywhere where films are watched; Play stands beside it for all others.
    on('click', () => transport.toggle());
    on('error', () => set({ fault: 'unplayable', isPlaying: false }));
    media.src = url;
    media.currentTime = state.positionMs / 1000;
    const release = () => {
      closed.abort();
      cancelAnimationFrame(frame);
      frame = 0;
      media.pause();
      media.removeAttribute('src');
      media.load();
      media.remove();
      URL.revokeObjectURL(url);
      state = { ...state, isPlaying: false };
    };
    return { media, release };
  }

  /** The loop follows the replay: moving into another step loops that one. */
  function loopHere(): void {
    queue = state.isLooping ? spansAt(state.positionMs) : [];
    current = Math.max(
      0,
      queue.findIndex((span) => state.positionMs >= span.startMs && state.positionMs < span.endMs),
    );
  }

  const transport: Transport = {
    durationMs,
    getSnapshot: () => state,
    subscribe(listener) {
      listeners.add(listener);
      element ??= open();
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        element?.release();
        element = null;
      };
    },
    play() {
      if (state.positionMs >= durationMs - SAME_MS) {
        moveTo(queue[0]?.startMs ?? 0);
        current = 0;
      }
      start();
    },
    pause() {
      element?.media.pause();
    },
    toggle() {
      if (state.isPlaying) transport.pause();
      else transport.play();
    },
    seek(toMs) {
      moveTo(toMs, state.moves + 1);
      loopHere();
    },
    setRate(rate) {
      if (element !== null) {
        element.media.defaultPlaybackRate = rate;
        element.media.playbackRate = rate;
      }
      set({ rate });
    },
    faster() {
      transport.setRate(RATES[RATES.indexOf(state.rate) + 1] ?? state.rate);
    },
    slower() {
      transport.setRate(RATES[RATES.indexOf(state.rate) - 1] ?? state.rate);
    },
    playSpans(spans) {
      const first = spans[0];
      if (first === undefined) return;
      moveTo(first.startMs, state.moves + 1);
      queue = spans;
      current = 0;
      start();
    },
    showIn(frame) {
      frameOfPicture = frame;
      if (element !== null) frame.replaceChildren(element.media);
      return () => {
        if (frameOfPicture === frame) frameOfPicture = null;
      };
    },
    setLooping(isLooping) {
      set({ isLooping });
      loopHere();
    },
    setSpansAt(next) {
      spansAt = next;
      if (state.isLooping) loopHere();
    },
  };
  return transport;
}

function newPicture(): HTMLVideoElement {
  const video = document.createElement('video');
  video.playsInline = true;
  video.ariaLabel = 'Picture';
  return video;
}
