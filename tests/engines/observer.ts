import type { Sound } from '../support/audio.ts';
import type { Tab } from './tab.ts';

/** What a page did with the browser's media, seen from outside and not told by the app. */
type Observed = {
  /** Each MediaRecorder: when it began and was told to stop, by the wall clock. */
  readonly recorders: { readonly startedAt: number; stoppedAt: number | null }[];
  /** The element that was last played or moved. */
  media: HTMLMediaElement | null;
  /** The last clip that was given an address, to be played. */
  clip: Blob | null;
};

declare global {
  // oxlint-disable-next-line no-var -- the only way to declare a global
  var observed: Observed;
}

/** Runs in the page, after every load. */
function observe(): void {
  const observed: Observed = { recorders: [], media: null, clip: null };
  globalThis.observed = observed;
  const { start, stop } = MediaRecorder.prototype;
  const rows = new WeakMap<MediaRecorder, Observed['recorders'][number]>();
  MediaRecorder.prototype.start = function (timeslice) {
    this.addEventListener('start', () => {
      const row = { startedAt: Date.now(), stoppedAt: null };
      rows.set(this, row);
      observed.recorders.push(row);
    });
    start.call(this, timeslice);
  };
  MediaRecorder.prototype.stop = function () {
    const row = rows.get(this);
    if (row !== undefined) row.stoppedAt = Date.now();
    stop.call(this);
  };
  const { createObjectURL } = URL;
  URL.createObjectURL = (object) => {
    if (object instanceof Blob && /^(audio|video)\//.test(object.type)) observed.clip = object;
    return createObjectURL.call(URL, object);
  };
  const { play } = HTMLMediaElement.prototype;
  HTMLMediaElement.prototype.play = function () {
    observed.media = this;
    return play.call(this);
  };
  const time = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'currentTime');
  if (time === undefined) throw new Error('This browser has no currentTime');
  Object.defineProperty(HTMLMediaElement.prototype, 'currentTime', {
    ...time,
    set(this: HTMLMediaElement, seconds: number) {
      observed.media = this;
      time.set?.call(this, seconds);
    },
  });
}

export async function observing(tab: Tab): Promise<void> {
  await tab.evaluate(observe);
}

export function recordersOf(tab: Tab): Promise<Observed['recorders']> {
  return tab.evaluate(() => observed.recorders);
}

/** Where the player's element stands, in seconds, and what it is doing. */
export function playbackOf(tab: Tab) {
  return tab.evaluate(() => {
    const { media } = observed;
    return (
      media && {
        at: media.currentTime,
        lasts: media.duration,
        rate: media.playbackRate,
        isSeeking: media.seeking,
      }
    );
  });
}

/** The clip that is being played, decoded by the browser. */
export async function decodedClip(tab: Tab): Promise<Sound> {
  const base64 = await tab.evaluate(async () => {
    if (observed.clip === null) throw new Error('No clip was opened');
    const context = new OfflineAudioContext(1, 1, 16_000);
    const buffer = await context.decodeAudioData(await observed.clip.arrayBuffer());
    const samples = Int16Array.from(buffer.getChannelData(0), (sample) => Math.round(sample * 32_767));
    let text = '';
    for (const byte of new Uint8Array(samples.buffer)) text += String.fromCharCode(byte);
    return btoa(text);
  });
  const bytes = Buffer.from(base64, 'base64');
  const samples = Float32Array.from(
    { length: bytes.length / 2 },
    (_, index) => bytes.readInt16LE(index * 2) / 32_768,
  );
  return { sampleRate: 16_000, samples };
}

export function lengthMs({ sampleRate, samples }: Sound): number {
  return (samples.length / sampleRate) * 1000;
}
