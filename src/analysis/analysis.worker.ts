import { expose, transfer } from 'comlink';
import type { Delivery } from '../domain/facts.ts';
import type { AttemptId } from '../domain/ids.ts';
import type { Peaks } from '../domain/peaks.ts';
import { decodeMono, Undecodable, type WholeSound } from './decode.ts';
import { clipMeter, DELIVERY_VERSION } from './delivery.ts';
import { peaksMeter } from './peaks.ts';
import { createSilero } from './silero.ts';
import { loadSileroWeights } from './silero-weights.ts';

export type Decoding<Result> =
  | { readonly tag: 'measured'; readonly result: Result }
  | ({ readonly tag: 'undecodable' } & Pick<Undecodable, 'isMute' | 'isForWhole'>);

/** Reports progress a hundred times at most. Ends by being terminated. */
type Measure<Result> = (
  clip: Blob | WholeSound,
  id: AttemptId,
  onProgress: (ratio: number) => void,
) => Promise<Decoding<Result>>;

export type AnalysisWorker = {
  readonly measurePeaks: Measure<Peaks>;
  readonly measureDelivery: Measure<Delivery>;
};

const worker: AnalysisWorker = {
  measurePeaks: (clip, id, onProgress) =>
    decoding(async () => {
      const meter = peaksMeter();
      for await (const block of decodeMono(clip, onProgress)) meter.add(block);
      const peaks = meter.peaks(id);
      return transfer(peaks, [peaks.min.buffer, peaks.max.buffer]);
    }),

  measureDelivery: (clip, id, onProgress) =>
    decoding(async () => {
      const meter = clipMeter(createSilero(await loadSileroWeights()));
      for await (const block of decodeMono(clip, onProgress)) meter.add(block);
      const { delivery } = meter.finish();
      return { ...delivery, attemptId: id, version: DELIVERY_VERSION };
    }),
};

expose(worker);

async function decoding<Result>(work: () => Promise<Result>): Promise<Decoding<Result>> {
  try {
    return { tag: 'measured', result: await work() };
  } catch (error) {
    if (!(error instanceof Undecodable)) throw error;
    const { isMute, isForWhole } = error;
    return { tag: 'undecodable', isMute, isForWhole };
  }
}
