import { expose, transfer } from 'comlink';
import type { AttemptId } from '../domain/ids.ts';
import type { Peaks } from '../domain/peaks.ts';
import { decodeMono, Undecodable } from './decode.ts';
import { peaksMeter } from './peaks.ts';

export type PeaksResult =
  | { readonly tag: 'measured'; readonly peaks: Peaks }
  /** `lasts`: seconds, or null when that cannot be told. */
  | { readonly tag: 'undecodable'; readonly lasts: number | null };

export type AnalysisWorker = {
  measurePeaks(clip: Blob, id: AttemptId, onProgress: (ratio: number) => void): Promise<PeaksResult>;
};

const worker: AnalysisWorker = {
  async measurePeaks(clip, id, onProgress) {
    const meter = peaksMeter();
    let shown = 0;
    try {
      for await (const block of decodeMono(clip, (ratio) => {
        if (ratio < shown + 0.01) return;
        shown = ratio;
        onProgress(ratio);
      }))
        meter.add(block);
    } catch (error) {
      if (error instanceof Undecodable) return { tag: 'undecodable', lasts: error.lasts };
      throw error;
    }
    const peaks = meter.peaks(id);
    return transfer({ tag: 'measured', peaks }, [peaks.min.buffer, peaks.max.buffer]);
  },
};

expose(worker);
