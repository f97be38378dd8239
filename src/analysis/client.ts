import { proxy, type Remote, transfer, wrap } from 'comlink';
import type { Delivery, DeliveryFailure } from '../domain/facts.ts';
import type { AttemptId } from '../domain/ids.ts';
import type { Peaks } from '../domain/peaks.ts';
import type { AnalysisWorker } from './analysis.worker.ts';
import type { Decoding, WholeSound } from './decode.ts';
import { DELIVERY_VERSION } from './delivery.ts';

export { DELIVERY_VERSION } from './delivery.ts';
export { PEAKS_VERSION, summarise } from './peaks.ts';

export type MeasureOptions = {
  readonly signal?: AbortSignal;
  /** From 0 to 1, a hundred times at most. */
  readonly onProgress?: (ratio: number) => void;
};

/** What everything but peaks is measured at. As a whole a clip takes 4 MB a minute and channel. */
const WHOLE_RATE = 16_000;

/**
 * Decodes a clip in a worker and measures its peaks. Aborting rejects with the signal's reason, at once. Rejects
 * with an `Error` when this browser cannot decode the clip, or the worker cannot be loaded.
 */
export async function measurePeaks(clip: Blob, id: AttemptId, options: MeasureOptions = {}): Promise<Peaks> {
  const peaks = await decodeInWorker<AnalysisWorker, Peaks>(
    startWorker,
    clip,
    options,
    (worker, sound, onProgress) => worker.measurePeaks(sound, id, onProgress),
  );
  if (peaks.tag === 'measured') return peaks.result;
  throw new Error('This clip cannot be decoded here');
}

/**
 * Decodes a clip in a worker and measures the delivery. What lies in the clip itself is a result: it has no
 * sound, or this browser cannot decode it; of a clip that breaks off, what there is of it is measured. Aborting
 * rejects with the signal's reason, at once. Rejects with an `Error` when the worker cannot be loaded or fails, or
 * when the clip cannot be read: it may do so the next time.
 */
export async function measureDelivery(
  clip: Blob,
  id: AttemptId,
  options: MeasureOptions = {},
): Promise<Delivery | DeliveryFailure> {
  const delivery = await decodeInWorker<AnalysisWorker, Delivery>(
    startWorker,
    clip,
    options,
    (worker, sound, onProgress) => worker.measureDelivery(sound, id, onProgress),
  );
  if (delivery.tag === 'measured') return delivery.result;
  const failed = delivery.isMute ? 'silent' : 'undecodable';
  return { attemptId: id, version: DELIVERY_VERSION, failed };
}

function startWorker(): Worker {
  return new Worker(new URL('./analysis.worker.ts', import.meta.url), { type: 'module', name: 'analysis' });
}

type Work<Door, Result> = (
  worker: Remote<Door>,
  sound: Blob | WholeSound,
  onProgress: (ratio: number) => void,
) => Promise<Decoding<Result>>;

/**
 * Work on a clip in a worker of its own, which is ended with it; once more on the whole sound where nothing else
 * decodes it. Rejects as `measureDelivery` does. For the clients of this folder.
 */
export async function decodeInWorker<Door, Result>(
  start: () => Worker,
  clip: Blob,
  options: MeasureOptions,
  work: Work<Door, Result>,
): Promise<Decoding<Result>> {
  const streamed = await inWorker(start, clip, options, work);
  if (streamed.tag === 'measured' || !streamed.isForWhole) return streamed;
  const whole = await orAborted(decodeWhole(clip), options.signal);
  return whole === null ? streamed : inWorker(start, whole, options, work);
}

async function inWorker<Door, Result>(
  start: () => Worker,
  sound: Blob | WholeSound,
  { signal, onProgress }: MeasureOptions,
  work: Work<Door, Result>,
): Promise<Decoding<Result>> {
  signal?.throwIfAborted();
  const worker = start();
  const settled = new AbortController();
  // A terminated worker never answers, so that its end must be heard of by other means.
  const ended = new Promise<never>((_resolve, reject) => {
    const once = { signal: settled.signal };
    worker.addEventListener(
      'error',
      ({ message }) =>
        reject(new Error(`The analysis worker failed: ${message || 'it could not be loaded'}`)),
      once,
    );
    signal?.addEventListener('abort', () => reject(signal.reason), once);
  });
  const given =
    sound instanceof Blob
      ? sound
      : transfer(
          sound,
          sound.planes.map(({ buffer }) => buffer),
        );
  try {
    const result = work(
      wrap<Door>(worker),
      given,
      // What was on its way when it ended comes too late to be told.
      proxy((ratio) => !settled.signal.aborted && onProgress?.(ratio)),
    );
    return await Promise.race([result, ended]);
  } finally {
    settled.abort();
    worker.terminate();
  }
}

/** `decodeAudioData` cannot be stopped, and may take many seconds: what it comes to is then left. */
async function orAborted<Result>(work: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  const settled = new AbortController();
  const aborted = new Promise<never>((_resolve, reject) => {
    if (signal?.aborted === true) reject(signal.reason);
    signal?.addEventListener('abort', () => reject(signal.reason), { signal: settled.signal });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    settled.abort();
  }
}

/** What decode.ts (`isForWhole`) says is better decoded here. Null: it cannot be decoded here either. */
async function decodeWhole(clip: Blob): Promise<WholeSound | null> {
  const context = new OfflineAudioContext(1, 1, WHOLE_RATE);
  try {
    const sound = await context.decodeAudioData(await clip.arrayBuffer());
    const planes = Array.from({ length: sound.numberOfChannels }, (_, channel) =>
      sound.getChannelData(channel).slice(),
    );
    return { sampleRate: sound.sampleRate, planes };
  } catch (error) {
    if (error instanceof DOMException && error.name !== 'NotReadableError') return null;
    throw error;
  }
}
