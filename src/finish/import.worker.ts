import { expose } from 'comlink';
import { openArchive } from '../storage/open-archive.ts';
import {
  type ImportedAttempt,
  type ImportResult,
  type Inspection,
  importFile,
  inspectFile,
} from './import.ts';

export type ImportWorker = {
  inspect(file: File): Promise<Inspection>;
  /** @param onProgress a few times a second, and at the end */
  importFile(
    file: File,
    attempt: ImportedAttempt,
    onProgress: (ratio: number) => void,
  ): Promise<ImportResult>;
};

/** A message for every packet would cost more than the packet. */
const TELL_EVERY_MS = 100;

const worker: ImportWorker = {
  inspect: inspectFile,
  async importFile(file, attempt, onProgress) {
    const archive = await openArchive({ mayClose: () => false });
    let toldAt = Number.NEGATIVE_INFINITY;
    const tell = (ratio: number) => {
      if (performance.now() - toldAt < TELL_EVERY_MS) return;
      toldAt = performance.now();
      onProgress(ratio);
    };
    const result = await importFile(archive, file, attempt, tell);
    await archive.close();
    return result;
  },
};

expose(worker);
