import { BufferTarget, CanvasSource, Output, Quality, WebMOutputFormat } from 'mediabunny';
import { expect, onTestFinished, test } from 'vitest';
import {
  DELIVERY_VERSION,
  decodeInWorker,
  measureDelivery,
  measurePeaks,
} from '../../src/analysis/client.ts';
import { type Delivery, MEASURE_IDS, UNMEASURED } from '../../src/domain/facts.ts';
import type { AttemptId } from '../../src/domain/ids.ts';
import { generator, speechLike } from '../support/speech-like.ts';
import { voiced } from '../support/voiced.ts';
import { asOgg, longRecording, record, wav, wholeOf } from './takes.ts';

const ID = 'attempt' as AttemptId;

/** A delivery in which every measure is a number or says why it is none. */
async function delivered(clip: Blob): Promise<Delivery> {
  const delivery = await measureDelivery(clip, ID);
  if ('failed' in delivery) throw new Error(delivery.failed);
  for (const id of MEASURE_IDS) {
    const value = delivery.measures[id];
    if (typeof value === 'number') expect(Number.isFinite(value), id).toBe(true);
    else expect(UNMEASURED, id).toContain(value);
  }
  expect(delivery).toMatchObject({ attemptId: ID, version: DELIVERY_VERSION });
  return delivery;
}

/** 16 bit, as many channels as are given. */
function surround(planes: readonly Float32Array[], sampleRate: number): Blob {
  const length = planes[0]?.length ?? 0;
  const mixed = new Float32Array(length * planes.length);
  planes.forEach((plane, channel) => {
    plane.forEach((sample, index) => {
      mixed[index * planes.length + channel] = sample;
    });
  });
  // One channel so many times as fast has the same bytes; the header says how many there are.
  return withHeader(wav(mixed, sampleRate), planes.length, sampleRate);
}

function withHeader(mono: Blob, channels: number, sampleRate: number): Blob {
  const head = new DataView(new ArrayBuffer(12));
  head.setUint16(0, channels, true);
  head.setUint32(2, sampleRate, true);
  head.setUint32(6, sampleRate * channels * 2, true);
  head.setUint16(10, channels * 2, true);
  return new Blob([mono.slice(0, 22), head.buffer, mono.slice(34)], { type: 'audio/wav' });
}

for (const mimeType of ['audio/webm;codecs=opus', 'audio/mp4;codecs=opus', 'audio/ogg;codecs=opus']) {
  test(`${mimeType}: a clip as it is recorded is measured in a worker, which says how far it is`, async () => {
    const recording = mimeType.startsWith('audio/ogg')
      ? await asOgg(await record())
      : await record({ mimeType });
    const progress: number[] = [];
    const clip = wholeOf(mimeType.startsWith('audio/ogg') ? recording : await longRecording(recording, 60));
    const delivery = await measureDelivery(clip, ID, { onProgress: (ratio) => progress.push(ratio) });
    expect(delivery).toMatchObject({ attemptId: ID, version: DELIVERY_VERSION });
    expect(progress.length).toBeGreaterThan(2);
    expect(progress.length).toBeLessThanOrEqual(100);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect(progress.every((ratio) => ratio > 0 && ratio <= 1)).toBe(true);
  });
}

test('the same voice gives the same delivery at any rate and in any number of channels', async () => {
  const known = await delivered(wav(voiced(12, 16_000), 16_000));
  expect(known.speech).not.toBeNull();
  const [at8, at48, at96] = [8000, 48_000, 96_000].map((rate) => wav(voiced(12, rate), rate));
  const centre = voiced(12, 48_000);
  const still = new Float32Array(centre.length);
  const clips = {
    '8 kHz': at8,
    '48 kHz': at48,
    '96 kHz': at96,
    stereo: wav(centre, 48_000, centre),
    '5.1': surround([still, still, centre, still, still, still], 48_000),
  };
  for (const [name, clip] of Object.entries(clips)) {
    if (clip === undefined) throw new Error(name);
    const { speech, measures } = await delivered(clip);
    expect(Math.abs((speech?.startMs ?? -1e6) - (known.speech?.startMs ?? 0)), name).toBeLessThan(120);
    expect(Math.abs((speech?.endMs ?? -1e6) - (known.speech?.endMs ?? 0)), name).toBeLessThan(120);
    const off = Number(measures.loudness) - Number(known.measures.loudness);
    expect(Math.abs(off), `${name}: loudness`).toBeLessThan(name === '8 kHz' ? 3 : 1.5);
  }
});

test('silence, noise, clipped music and 0.2 s have reasons in the place of what cannot be measured', async () => {
  const random = generator(7);
  const rate = 16_000;
  const clips = {
    silence: new Float32Array(5 * rate),
    noise: Float32Array.from({ length: 5 * rate }, () => (random() - 0.5) / 5),
    music: Float32Array.from({ length: 5 * rate }, (_, index) =>
      Math.max(
        -1,
        Math.min(
          1,
          3 * [220, 277, 330].reduce((sum, hz) => sum + Math.sin((2 * Math.PI * hz * index) / rate), 0),
        ),
      ),
    ),
    short: voiced(1, rate).slice(0, 0.2 * rate),
  };
  for (const samples of Object.values(clips)) {
    const delivery = await delivered(wav(samples, rate));
    for (const { startMs, endMs } of delivery.pauses) expect(endMs).toBeGreaterThan(startMs);
  }
  const { speech, measures } = await delivered(wav(clips.silence, rate));
  expect(speech).toBeNull();
  expect(measures.speechRate).toBe('silent');
  expect((await delivered(wav(clips.music, rate))).measures.clipped).toBeGreaterThan(1000);
  expect((await delivered(wav(clips.short, rate))).measures.speechRate).toEqual(expect.any(String));
});

test('a clip whose end is missing is measured as far as it goes', async () => {
  const whole = voiced(12, 16_000);
  const torn = wav(whole, 16_000).slice(0, 44 + 2 * 6.5 * 16_000);
  const { speech } = await delivered(torn);
  expect(speech?.endMs).toBeGreaterThan(4500);
  expect(speech?.endMs).toBeLessThanOrEqual(6500);
  const recorded = wholeOf(await longRecording(await record({ seconds: 6 }), 60));
  const half = recorded.slice(0, recorded.size / 2);
  const { max, bucketMs } = await measurePeaks(half, ID);
  expect(max.length * bucketMs).toBeGreaterThan(25_000);
  expect(max.length * bucketMs).toBeLessThan(35_000);
  await delivered(half);
});

test('what is damaged from somewhere on is measured up to there', async () => {
  const clip = wholeOf(await longRecording(await record({ seconds: 6 }), 60));
  const bytes = new Uint8Array(await clip.arrayBuffer());
  const random = generator(3);
  for (let at = Math.round(bytes.length * 0.6); at < bytes.length; at += 1) bytes[at] = random() * 256;
  await delivered(new Blob([bytes], { type: clip.type }));
  const { max, bucketMs } = await measurePeaks(new Blob([bytes]), ID);
  expect(max.length * bucketMs).toBeGreaterThan(30_000);
});

test('where the decoder fails in the middle, it is kept how far it came', async () => {
  const recording = await record();
  const clip = wholeOf(await longRecording(recording, 60, 0, 6));
  const { heardMs } = await delivered(clip);
  expect(heardMs).toBeGreaterThan(4000);
  expect(heardMs).toBeLessThan(8000);
  expect((await delivered(wholeOf(await longRecording(recording, 10)))).heardMs).toBeUndefined();
});

test('what is no sound, or has none, is a result and no error', async () => {
  for (const clip of [new Blob(['Hello']), new Blob([])])
    expect(await measureDelivery(clip, ID)).toEqual({
      attemptId: ID,
      version: DELIVERY_VERSION,
      failed: 'undecodable',
    });
  expect(await measureDelivery(await picture(), ID)).toMatchObject({ failed: 'silent' });
});

async function picture(): Promise<Blob> {
  const canvas = new OffscreenCanvas(64, 64);
  canvas.getContext('2d');
  const target = new BufferTarget();
  const output = new Output({ format: new WebMOutputFormat(), target });
  const source = new CanvasSource(canvas, { codec: 'vp8', quality: new Quality('low') });
  output.addVideoTrack(source);
  await output.start();
  for (let frame = 0; frame < 10; frame += 1) await source.add(frame / 10, 0.1);
  await output.finalize();
  return new Blob([target.buffer ?? new ArrayBuffer()], { type: 'video/webm' });
}

test('an abort rejects at once with its reason, and nothing is told afterwards', async () => {
  const clip = wholeOf(await longRecording(await record(), 300));
  const reason = new Error('The page was left');
  const abort = new AbortController();
  const told: number[] = [];
  const measuring = measureDelivery(clip, ID, {
    signal: abort.signal,
    onProgress: (ratio) => {
      told.push(ratio);
      abort.abort(reason);
    },
  });
  await expect(measuring).rejects.toBe(reason);
  await expect(measureDelivery(clip, ID, { signal: abort.signal })).rejects.toBe(reason);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(told).toHaveLength(1);
});

test('an abort does not wait for a clip that is being decoded as a whole', async () => {
  const clip = new Blob(['A clip']);
  const reason = new Error('The page was left');
  const abort = new AbortController();
  clip.arrayBuffer = () => {
    abort.abort(reason);
    return new Promise(() => undefined);
  };
  const start = () => new Worker(URL.createObjectURL(new Blob([''])));
  const work = () => Promise.resolve({ tag: 'undecodable', isMute: false, isForWhole: true } as const);
  await expect(decodeInWorker(start, clip, { signal: abort.signal }, work)).rejects.toBe(reason);
});

test('a worker that dies or cannot be loaded is an error, which is not the clip’s', async () => {
  const clip = wav(speechLike(2, 1, 16_000), 16_000);
  const Original = window.Worker;
  onTestFinished(() => {
    window.Worker = Original;
  });
  const dying = new URL('./dying.worker.ts', import.meta.url);
  for (const [url, says] of [
    ['/no-such-worker.js', 'could not be loaded'],
    [dying, 'It has died'],
  ] as const) {
    window.Worker = class extends Original {
      constructor(_url: string | URL, options?: WorkerOptions) {
        super(url, options);
      }
    };
    await expect(measureDelivery(clip, ID)).rejects.toThrow(says);
  }
});

test('a clip that the disk does not give is an error, too', async () => {
  const clip = wav(speechLike(2, 1, 16_000), 16_000);
  const root = await navigator.storage.getDirectory();
  const handle = await root.getFileHandle('clip.wav', { create: true });
  const writer = await handle.createWritable();
  await writer.write(clip);
  await writer.close();
  const file = await handle.getFile();
  // A file that has changed since can no longer be read.
  const again = await handle.createWritable();
  await again.write('changed');
  await again.close();
  await expect(measureDelivery(file, ID)).rejects.toThrow();
});
