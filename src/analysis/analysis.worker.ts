import { expose, transfer } from 'comlink';
import type { Delivery } from '../domain/facts.ts';
import type { AttemptId } from '../domain/ids.ts';
import type { Peaks } from '../domain/peaks.ts';
import { type Decoding, decodeMono, decoding, type WholeSound } from './decode.ts';
import { clipMeter, DELIVERY_VERSION } from './delivery.ts';
import { peaksMeter } from './peaks.ts';
import { createSilero } from './silero.ts';
import { loadSileroWeights } from './silero-weights.ts';

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
      let heard: Pick<Delivery, 'heardMs'> = {};
      const onBreak = (heardSec: number) => {
        heard = { heardMs: Math.round(heardSec * 1000) };
      };
      for await (const block of decodeMono(clip, onProgress, onBreak)) meter.add(block);
      const { delivery } = meter.finish();
      return { ...delivery, ...heard, attemptId: id, version: DELIVERY_VERSION };
    }),
};

expose(worker);
