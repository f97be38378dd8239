import type { Ms } from '../domain/timeline.ts';
import { Scope } from './scope.ts';
import type { Frames } from './steady-picture.ts';

/** Well under a timeslice. */
const LONGEST_STILL_MS: Ms = 200;

addEventListener('message', ({ data }: MessageEvent<Frames>) => void pass(data), { once: true });

/** Passes frames on, and the last one again when no other comes. */
async function pass({ readable, writable }: Frames): Promise<void> {
  const scope = new Scope();
  const writer = writable.getWriter();
  let last: VideoFrame | null = null;
  let at = 0;

  const send = async (frame: VideoFrame) => {
    at = performance.now();
    // A frame that is written is the stream's to close.
    await writer.write(frame).catch(() => {
      frame.close();
      scope.dispose();
    });
  };

  scope.interval(() => {
    const stillMs = performance.now() - at;
    if (last === null || stillMs < LONGEST_STILL_MS) return;
    const again = new VideoFrame(last, { timestamp: Math.round(last.timestamp + stillMs * 1000) });
    last.close();
    last = again.clone();
    void send(again);
  }, LONGEST_STILL_MS / 2);

  const reader = readable.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    last?.close();
    last = value.clone();
    await send(value);
  }
  scope.dispose();
  last?.close();
  await writer.close().catch(() => undefined);
}
