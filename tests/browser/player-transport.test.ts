import { expect, onTestFinished, test } from 'vitest';
import type { Span } from '../../src/domain/timeline.ts';
import { createTransport, type Transport } from '../../src/player/transport.ts';
import { record, wholeOf } from './takes.ts';

/** Nothing here waits long, but the machine may be busy. */
const patiently = { timeout: 10_000, interval: 5 };

/** For how late a stop is: frames themselves come late when every core is taken. */
const timed = { retry: 2 };

/** The element behind the transport, seen from outside: where it really was when it was paused or moved. */
function watchMedia(): { readonly pausedAtMs: number[]; readonly leftAtMs: number[] } {
  const pausedAtMs: number[] = [];
  const leftAtMs: number[] = [];
  const prototype = HTMLMediaElement.prototype;
  const { pause } = prototype;
  const currentTime = Object.getOwnPropertyDescriptor(prototype, 'currentTime');
  const duration = Object.getOwnPropertyDescriptor(prototype, 'duration');
  if (currentTime === undefined || duration === undefined) throw new Error('No media element here');
  const readTime = (media: HTMLMediaElement): number => currentTime.get?.call(media) as number;
  prototype.pause = function (this: HTMLMediaElement) {
    pausedAtMs.push(readTime(this) * 1000);
    pause.call(this);
  };
  Object.defineProperty(prototype, 'currentTime', {
    ...currentTime,
    set(this: HTMLMediaElement, seconds: number) {
      if (!this.paused) leftAtMs.push(readTime(this) * 1000);
      currentTime.set?.call(this, seconds);
    },
  });
  Object.defineProperty(prototype, 'duration', {
    configurable: true,
    get() {
      throw new Error('The length of a clip is known from its attempt, not from the element');
    },
  });
  onTestFinished(() => {
    prototype.pause = pause;
    Object.defineProperty(prototype, 'currentTime', currentTime);
    Object.defineProperty(prototype, 'duration', duration);
  });
  return { pausedAtMs, leftAtMs };
}

async function anOpenTransport(spansAt: (atMs: number) => readonly Span[] = () => []): Promise<Transport> {
  const transport = createTransport(wholeOf(await record({ seconds: 3 })), 3000, { spansAt });
  onTestFinished(transport.subscribe(() => undefined));
  return transport;
}

function stopped(transport: Transport): Promise<void> {
  return new Promise((resolve) => {
    const leave = transport.subscribe(() => {
      if (transport.getSnapshot().isPlaying) return;
      leave();
      resolve();
    });
  });
}

test('seeks to the millisecond, within the attempt, without asking the element for its length', async () => {
  watchMedia();
  const transport = await anOpenTransport();
  transport.seek(1234);
  expect(transport.getSnapshot().positionMs).toBe(1234);
  transport.seek(-5);
  expect(transport.getSnapshot().positionMs).toBe(0);
  transport.seek(99_999);
  expect(transport.getSnapshot().positionMs).toBe(transport.durationMs);
});

test('plays on from where it was sought to, and stays where it was paused', async () => {
  const transport = await anOpenTransport();
  transport.seek(800);
  transport.play();
  await expect.poll(() => transport.getSnapshot().positionMs, patiently).toBeGreaterThan(1000);
  expect(transport.getSnapshot().isPlaying).toBe(true);
  const paused = stopped(transport);
  transport.pause();
  await paused;
  const { positionMs } = transport.getSnapshot();
  expect(positionMs).toBeLessThan(2500);
  await new Promise(requestAnimationFrame);
  expect(transport.getSnapshot().positionMs).toBe(positionMs);
});

test('the position moves on at the chosen speed', timed, async () => {
  const transport = await anOpenTransport();
  const spentFor = async (fromMs: number, toMs: number) => {
    await expect.poll(() => transport.getSnapshot().positionMs, patiently).toBeGreaterThan(fromMs);
    const startedAt = performance.now();
    const startMs = transport.getSnapshot().positionMs;
    await expect.poll(() => transport.getSnapshot().positionMs, patiently).toBeGreaterThan(toMs);
    return (transport.getSnapshot().positionMs - startMs) / (performance.now() - startedAt);
  };
  transport.setRate(2);
  transport.play();
  expect(await spentFor(300, 1500)).toBeCloseTo(2, 0);
  transport.setRate(0.5);
  transport.seek(500);
  expect(await spentFor(600, 900)).toBeCloseTo(0.5, 0);
});

test('faster and slower stop at the ends of the scale', async () => {
  const transport = await anOpenTransport();
  transport.slower();
  expect(transport.getSnapshot().rate).toBe(0.75);
  for (let presses = 0; presses < 9; presses += 1) transport.slower();
  expect(transport.getSnapshot().rate).toBe(0.5);
  for (let presses = 0; presses < 9; presses += 1) transport.faster();
  expect(transport.getSnapshot().rate).toBe(2);
});

test('a span stops at its end: overshoot under 60 ms, and then it stands exactly there', timed, async () => {
  const { pausedAtMs } = watchMedia();
  const transport = await anOpenTransport();
  const done = stopped(transport);
  transport.playSpans([{ startMs: 500, endMs: 1100 }]);
  await expect.poll(() => transport.getSnapshot().isPlaying, patiently).toBe(true);
  await expect.poll(() => transport.getSnapshot().isPlaying, patiently).toBe(false);
  await done;
  expect(pausedAtMs).toHaveLength(1);
  expect(pausedAtMs[0]).toBeGreaterThan(1099);
  expect(pausedAtMs[0]).toBeLessThan(1160);
  await expect.poll(() => transport.getSnapshot().positionMs, patiently).toBe(1100);
});

test('a step that comes twice is played in order, leaving out what lies between', timed, async () => {
  const { leftAtMs, pausedAtMs } = watchMedia();
  const transport = await anOpenTransport();
  const seen: number[] = [];
  onTestFinished(transport.subscribe(() => seen.push(transport.getSnapshot().positionMs)));
  transport.playSpans([
    { startMs: 300, endMs: 700 },
    { startMs: 1800, endMs: 2200 },
  ]);
  await expect.poll(() => pausedAtMs.length, patiently).toBe(1);
  expect(leftAtMs[0]).toBeGreaterThan(699);
  expect(leftAtMs[0]).toBeLessThan(760);
  expect(pausedAtMs[0]).toBeGreaterThan(2199);
  expect(pausedAtMs[0]).toBeLessThan(2260);
  expect(seen.filter((positionMs) => positionMs > 760 && positionMs < 1790)).toEqual([]);
});

test('a loop begins again at its end and follows the replay into another step', timed, async () => {
  const first = { startMs: 0, endMs: 500 };
  const second = { startMs: 500, endMs: 900 };
  const { leftAtMs } = watchMedia();
  const transport = await anOpenTransport((atMs) => [atMs < 500 ? first : second]);
  transport.setLooping(true);
  transport.play();
  await expect.poll(() => leftAtMs.length, patiently).toBe(2);
  for (const leftMs of leftAtMs) {
    expect(leftMs).toBeGreaterThan(499);
    expect(leftMs).toBeLessThan(560);
  }
  transport.seek(600);
  await expect.poll(() => leftAtMs.length, patiently).toBe(4);
  expect(leftAtMs[3]).toBeGreaterThan(899);
  expect(leftAtMs[3]).toBeLessThan(960);
  transport.setLooping(false);
  await expect.poll(() => transport.getSnapshot().positionMs, patiently).toBeGreaterThan(1000);
});

test('at the end of the clip it stops, and Play begins again', async () => {
  const transport = await anOpenTransport();
  transport.seek(transport.durationMs - 300);
  transport.play();
  await expect.poll(() => transport.getSnapshot().positionMs, patiently).toBe(transport.durationMs);
  expect(transport.getSnapshot().isPlaying).toBe(false);
  transport.play();
  await expect.poll(() => transport.getSnapshot().isPlaying, patiently).toBe(true);
  expect(transport.getSnapshot().positionMs).toBeLessThan(1000);
});

test('a hidden tab, where no frames come, still stops at the end of a span', async () => {
  const { requestAnimationFrame: frames } = globalThis;
  globalThis.requestAnimationFrame = () => 1;
  onTestFinished(() => {
    globalThis.requestAnimationFrame = frames;
  });
  const { pausedAtMs } = watchMedia();
  const transport = await anOpenTransport();
  transport.playSpans([{ startMs: 0, endMs: 600 }]);
  await expect.poll(() => pausedAtMs.length, patiently).toBe(1);
  expect(pausedAtMs[0]).toBeLessThan(600 + 300);
});

test('what is no sound is a fault to show, not an exception', async () => {
  const transport = createTransport(new Blob(['not a clip'], { type: 'audio/webm' }), 3000);
  onTestFinished(transport.subscribe(() => undefined));
  await expect.poll(() => transport.getSnapshot().fault, patiently).toBe('unplayable');
  transport.play();
  expect(transport.getSnapshot().isPlaying).toBe(false);
});

test('the last subscriber that leaves stops the sound; place and speed stay', async () => {
  const transport = createTransport(wholeOf(await record({ seconds: 3 })), 3000);
  const leave = transport.subscribe(() => undefined);
  transport.setRate(1.5);
  transport.seek(700);
  transport.play();
  await expect.poll(() => transport.getSnapshot().positionMs, patiently).toBeGreaterThan(900);
  leave();
  const { positionMs, isPlaying } = transport.getSnapshot();
  expect(isPlaying).toBe(false);
  const seen: number[] = [];
  onTestFinished(transport.subscribe(() => seen.push(transport.getSnapshot().positionMs)));
  transport.play();
  await expect.poll(() => transport.getSnapshot().positionMs, patiently).toBeGreaterThan(positionMs + 100);
  expect(Math.min(...seen)).toBeGreaterThanOrEqual(positionMs);
  expect(transport.getSnapshot().rate).toBe(1.5);
});
