import type { Scope } from './scope.ts';

/** Not in every browser, nor in TypeScript's library (November 2026). */
type Breakout = {
  readonly MediaStreamTrackProcessor?: new (init: {
    readonly track: MediaStreamTrack;
  }) => { readonly readable: ReadableStream<VideoFrame> };
  readonly MediaStreamTrackGenerator?: new (init: {
    readonly kind: 'video';
  }) => MediaStreamTrack & {
    readonly writable: WritableStream<VideoFrame>;
  };
};

export type Frames = {
  readonly readable: ReadableStream<VideoFrame>;
  readonly writable: WritableStream<VideoFrame>;
};

/**
 * The same picture, which never stands still for the encoder. Chromium's recorder holds the sound back until
 * the next frame comes: of a slide that is shown for a minute, a crash would cost a minute of what was said
 * (measured with Chromium 156: five seconds without a frame, not one byte). So the last frame is sent again,
 * by a worker, because timers of a page in the background are slowed down.
 *
 * Where a browser has no access to frames the track is handed back as it is.
 */
export function steadied(track: MediaStreamTrack, scope: Scope): MediaStreamTrack {
  const { MediaStreamTrackProcessor: Processor, MediaStreamTrackGenerator: Generator } =
    globalThis as Breakout;
  if (Processor === undefined || Generator === undefined) return track;
  const generator = new Generator({ kind: 'video' });
  const frames: Frames = { readable: new Processor({ track }).readable, writable: generator.writable };
  const worker = new Worker(new URL('./steady-picture.worker.ts', import.meta.url), {
    type: 'module',
    name: 'picture',
  });
  worker.postMessage(frames, [frames.readable, frames.writable]);
  scope.add(() => {
    generator.stop();
    worker.terminate();
  });
  return generator;
}
