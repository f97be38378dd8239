import { wrap } from 'comlink';
import { afterAll, onTestFinished, test } from 'vitest';
import { cdp } from 'vitest/browser';
import WaveSurfer from 'wavesurfer.js';
import { measureDelivery } from '../../src/analysis/client.ts';
import { listenForSounds } from '../../src/analysis/sounds-client.ts';
import { createQueue } from '../../src/app/measuring-queue.ts';
import { CLIP_PART_BYTES } from '../../src/domain/attempt.ts';
import type { AttemptId } from '../../src/domain/ids.ts';
import { anEmptyArchive, keepAnAttempt } from '../support/factories.ts';
import { voiced } from '../support/voiced.ts';
import { fileAt, MODEL_FILE, SPEECH } from './shared-files.ts';
import type { Speeds } from './speeds.worker.ts';
import { longRecording, recordSound, wholeOf } from './takes.ts';

const ID = 'attempt' as AttemptId;
const RUNS = 3;
const SPOKEN_SEC = 30;
const RATE = 48_000;

type Row = readonly string[];
const rows: Row[] = [];
const facts: string[] = [];

afterAll(() => {
  const head = ['clip', 'what', 'median ms', '× real time', 'beside the decode alone'];
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (row: Row) =>
    row
      .map((cell, column) =>
        column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('   ');
  console.log(
    [`Analysis: medians of ${RUNS}, in turn`, '', ...[head, ...rows].map(line), '', ...facts].join('\n'),
  );
});

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await work();
  return performance.now() - before;
}

/** Real speech where the corpus lies beside the project, else what a detector of voices takes for some. */
async function speech(): Promise<Float32Array<ArrayBuffer>> {
  const readings = SPEECH.filter((address) => address.includes('/libri_'));
  if (readings.length === 0) return voiced(SPOKEN_SEC, RATE);
  const context = new OfflineAudioContext(1, 1, RATE);
  const samples = new Float32Array(SPOKEN_SEC * RATE);
  let at = 0;
  for (const address of readings) {
    const sound = await context.decodeAudioData(await (await fileAt(address)).arrayBuffer());
    samples.set(sound.getChannelData(0).subarray(0, samples.length - at), at);
    at += sound.length;
    if (at >= samples.length) break;
  }
  return samples;
}

/** As Chromium's MediaRecorder writes it, its packets over and over. */
async function clipOf(minutes: number): Promise<Blob> {
  spoken ??= recordSound(await speech());
  return wholeOf(await longRecording(await spoken, minutes * 60));
}
let spoken: ReturnType<typeof recordSound> | null = null;

function aWorker() {
  const worker = new Worker(new URL('./speeds.worker.ts', import.meta.url), { type: 'module' });
  onTestFinished(() => worker.terminate());
  return wrap<Speeds>(worker);
}

/** What the workers of this page hold that begin from now on: their JavaScript, with the bytes of its buffers. */
async function watchHeaps() {
  const session = cdp();
  const answers = new Map<number, (bytes: number) => void>();
  const workers: string[] = [];
  session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
    if (targetInfo.type === 'worker') workers.push(sessionId);
  });
  session.on('Target.detachedFromTarget', ({ sessionId }) => {
    if (workers.includes(sessionId)) workers.splice(workers.indexOf(sessionId), 1);
  });
  session.on('Target.receivedMessageFromTarget', ({ message }) => {
    const { id, result } = JSON.parse(message) as {
      readonly id: number;
      readonly result?: Readonly<Record<string, number>>;
    };
    if (result === undefined) return;
    const { usedSize = 0, embedderHeapUsedSize = 0, backingStorageSize = 0 } = result;
    answers.get(id)?.(usedSize + embedderHeapUsedSize + backingStorageSize);
  });
  await session.send('Target.setAutoAttach', {
    autoAttach: true,
    waitForDebuggerOnStart: false,
    flatten: false,
  });
  let asked = 0;
  return async (): Promise<number> => {
    const sessionId = workers.at(-1);
    if (sessionId === undefined) throw new Error('No worker was attached');
    asked += 1;
    const id = asked;
    const answer = new Promise<number>((resolve) => {
      answers.set(id, resolve);
    });
    await session.send('Target.sendMessageToTarget', {
      sessionId,
      message: JSON.stringify({ id, method: 'Runtime.getHeapUsage' }),
    });
    return answer;
  };
}

/** The longest task of this thread while it works, in ms; null: none of 50 or more. */
async function longestTask(work: () => Promise<unknown>): Promise<number | null> {
  const tasks: number[] = [];
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) tasks.push(duration);
  });
  observer.observe({ type: 'longtask' });
  await work();
  // They are told of later.
  await new Promise((resolve) => setTimeout(resolve, 500));
  observer.disconnect();
  return tasks.length === 0 ? null : Math.max(...tasks);
}

function draw(clip: Blob): Promise<void> {
  const container = document.createElement('div');
  document.body.append(container);
  return new Promise((resolve, reject) => {
    const wave = WaveSurfer.create({ container });
    const end = (settle: () => void) => {
      wave.destroy();
      container.remove();
      settle();
    };
    wave.on('ready', () => end(resolve));
    wave.on('error', (error) => end(() => reject(error)));
    wave.loadBlob(clip).catch(reject);
  });
}

for (const minutes of [10, 60]) {
  test(`a clip of ${minutes} minutes`, { timeout: 1_800_000 }, async () => {
    const clip = await clipOf(minutes);
    const isShort = minutes === 10;
    const worker = aWorker();
    await worker.hear(clip);
    const works: Readonly<Record<string, () => Promise<number>>> = {
      'decode alone': () => worker.decode(clip),
      'decode to facts, from the page': () => timed(() => measureDelivery(clip, ID)),
      'signal processing alone, one thread': () => worker.measure(),
      ...(isShort && {
        'wavesurfer.js to its waveform': () => timed(() => draw(clip)),
      }),
      ...(isShort &&
        MODEL_FILE !== null && {
          'sounds by YAMNet, from the page': await hearing(clip, MODEL_FILE),
          'the same from 16 kHz WAV': await hearing(await worker.wav(600), MODEL_FILE),
          'the same of its first second: the start': await hearing(await worker.wav(1), MODEL_FILE),
        }),
    };
    const times = new Map<string, number[]>(Object.keys(works).map((name) => [name, []]));
    for (let run = 0; run < RUNS; run += 1)
      for (const [name, work] of Object.entries(works)) times.get(name)?.push(await work());
    const medianOf = (name: string) => median(times.get(name) ?? []);
    const floor = medianOf('decode alone');
    for (const name of times.keys()) {
      const ms = medianOf(name);
      const speed = `${((minutes * 60_000) / ms).toFixed(0)} ×`;
      rows.push([`${minutes} min`, name, ms.toFixed(0), speed, (ms / floor).toFixed(2)]);
    }
    if (!isShort) return;
    const { all, reference } = await worker.beside();
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
    const ratio = median(reference.map((ms, index) => ms / (all[index] ?? Number.NaN)));
    const speedOf = (values: readonly number[]) => ((values.length * 30_000) / sum(values)).toFixed(0);
    facts.push(
      `Of each 30 s in turn: all signal processing ${speedOf(all)} × real time, the voice alone by onnxruntime-web ${speedOf(reference)} ×; median ratio ${ratio.toFixed(2)}.`,
    );
  });
}

async function hearing(clip: Blob, address: string): Promise<() => Promise<number>> {
  const model = { file: await fileAt(address), from: 'app' } as const;
  return () =>
    timed(async () => {
      const sounds = await listenForSounds(clip, ID, model);
      if ('failed' in sounds) throw new Error(sounds.detail);
    });
}

test('memory, the main thread and cancelling', { timeout: 900_000 }, async () => {
  const clip = await clipOf(60);
  const heap = await watchHeaps();
  const archive = await anEmptyArchive();
  const ended = new AbortController();
  onTestFinished(async () => {
    ended.abort();
    await archive.close();
  });
  const parts: ArrayBuffer[] = [];
  for (let at = 0; at < clip.size; at += CLIP_PART_BYTES)
    parts.push(await clip.slice(at, at + CLIP_PART_BYTES).arrayBuffer());
  const { id } = await keepAnAttempt(archive, { durationMs: 3_600_000, mimeType: clip.type }, parts);
  const readings: Promise<number>[] = [];
  const longest = await longestTask(async () => {
    const queue = createQueue(archive, ended.signal);
    queue.subscribe(() => {
      if ((queue.getState().current?.progress ?? 0) > 0) readings.push(heap().catch(() => Number.NaN));
    });
    while ((await archive.deliveries.ofAll([id]))[0] === null)
      await new Promise((resolve) => setTimeout(resolve, 200));
  });
  const bytes = (await Promise.all(readings)).filter((reading) => !Number.isNaN(reading));
  const [first = Number.NaN] = bytes;
  const megabytes = (value: number) => `${(value / 1e6).toFixed(1)} MB`;
  facts.push(
    `The worker of a 60-minute clip holds ${megabytes(first)} at the first of ${bytes.length} readings, ${megabytes(Math.max(...bytes))} at most and ${megabytes(bytes.at(-1) ?? Number.NaN)} at the last.`,
    `Longest task of the page meanwhile: ${longest === null ? 'under 50 ms' : `${longest.toFixed(0)} ms`}.`,
  );
  const waits: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const abort = new AbortController();
    let at = 0;
    await measureDelivery(clip, ID, {
      signal: abort.signal,
      onProgress: () => {
        at = performance.now();
        abort.abort();
      },
    }).catch(() => waits.push(performance.now() - at));
  }
  facts.push(`From cancelling to its end: ${median(waits).toFixed(1)} ms.`);
});
