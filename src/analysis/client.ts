import { proxy, wrap } from 'comlink';
import type { AttemptId } from '../domain/ids.ts';
import type { Peaks } from '../domain/peaks.ts';
import type { AnalysisWorker, PeaksResult } from './analysis.worker.ts';
import { peaksMeter } from './peaks.ts';

export { PEAKS_VERSION, summarise } from './peaks.ts';

export type MeasureOptions = {
  readonly signal?: AbortSignal;
  /** From 0 to 1, a hundred times at most. */
  readonly onProgress?: (ratio: number) => void;
};

/** As a whole a clip takes 2 MB a minute at this rate, the lowest every browser has. */
const WHOLE_RATE = 8000;
const LONGEST_WHOLE_SEC = 600;

/**
 * Decodes a clip in a worker and measures its peaks. Aborting rejects with the signal's reason. Rejects
 * with an `Error` when this browser cannot decode the clip, or the worker cannot be loaded.
 */
export async function measurePeaks(clip: Blob, id: AttemptId, options: MeasureOptions = {}): Promise<Peaks> {
  const result = await inWorker(clip, id, options);
  if (result.tag === 'measured') return result.peaks;
  if (result.lasts === null || result.lasts > LONGEST_WHOLE_SEC)
    throw new Error('This clip cannot be decoded here');
  const peaks = await measureWhole(clip, id);
  options.signal?.throwIfAborted();
  return peaks;
}

async function inWorker(
  clip: Blob,
  id: AttemptId,
  { signal, onProgress }: MeasureOptions,
): Promise<PeaksResult> {
  signal?.throwIfAborted();
  const worker = new Worker(new URL('./analysis.worker.ts', import.meta.url), {
    type: 'module',
    name: 'analysis',
  });
  const settled = new AbortController();
  // A terminated worker never answers, so that its end must be heard of by other means.
  const ended = new Promise<never>((_resolve, reject) => {
    const once = { signal: settled.signal };
    worker.addEventListener(
      'error',
      ({ message }) => reject(new Error(`The analysis worker failed: ${message}`)),
      once,
    );
    signal?.addEventListener('abort', () => reject(signal.reason), once);
  });
  try {
    const measured = wrap<AnalysisWorker>(worker).measurePeaks(
      clip,
      id,
      proxy((ratio) => onProgress?.(ratio)),
    );
    return await Promise.race([measured, ended]);
  } finally {
    settled.abort();
    worker.terminate();
  }
}

/** WebKit decodes AAC here but not with WebCodecs (`EncodingError`, WebKitGTK 2.50, November 2026). */
async function measureWhole(clip: Blob, id: AttemptId): Promise<Peaks> {
  const context = new OfflineAudioContext(1, 1, WHOLE_RATE);
  const sound = await context.decodeAudioData(await clip.arrayBuffer());
  const mono = new Float32Array(sound.length);
  for (let channel = 0; channel < sound.numberOfChannels; channel += 1)
    sound.getChannelData(channel).forEach((sample, index) => {
      mono[index] = (mono[index] ?? 0) + sample / sound.numberOfChannels;
    });
  const meter = peaksMeter();
  meter.add({ startSec: 0, sampleRate: sound.sampleRate, samples: mono });
  return meter.peaks(id);
}
