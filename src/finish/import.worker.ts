import { expose } from 'comlink';
import { openArchive } from '../storage/open-archive.ts';
import {
  type ImportedAttempt,
  type ImportResult,
  type Inspection,
  importFile,
  inspectFile,
  type OnImportProgress,
  storageFailure,
} from './import.ts';

/** `onProgress`: a few times a second, and whenever a phase begins. */
export type ImportWorker = {
  inspect(file: File, onProgress: OnImportProgress): Promise<Inspection>;
  importFile(file: File, attempt: ImportedAttempt, onProgress: OnImportProgress): Promise<ImportResult>;
};

const worker: ImportWorker = {
  inspect: (file, onProgress) => inspectFile(file, nowAndThen(onProgress)),
  async importFile(file, attempt, onProgress) {
    const archive = await openArchive({ mayClose: () => false }).catch(storageFailure);
    if ('tag' in archive) return archive;
    const result = await importFile(archive, file, attempt, nowAndThen(onProgress));
    await archive.close();
    return result;
  },
};

/** A message for every packet would cost more than the packet. */
const TELL_EVERY_MS = 100;

function nowAndThen(onProgress: OnImportProgress): OnImportProgress {
  let toldAt = Number.NEGATIVE_INFINITY;
  let told: Parameters<OnImportProgress>[1] | null = null;
  return (ratio, phase) => {
    if (phase === told && performance.now() - toldAt < TELL_EVERY_MS) return;
    toldAt = performance.now();
    told = phase;
    onProgress(ratio, phase);
  };
}

expose(worker);
