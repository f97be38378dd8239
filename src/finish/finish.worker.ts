import { expose } from 'comlink';
import type { AttemptId } from '../domain/ids.ts';
import { openArchive } from '../storage/open-archive.ts';
import { type FinishOptions, type FinishResult, finishAttempt } from './finish.ts';

export type FinishWorker = {
  finish(
    id: AttemptId,
    endedBy: FinishOptions['endedBy'],
    onProgress: (ratio: number) => void,
  ): Promise<FinishResult>;
};

// This worker is ended with the take it was started for (client.ts); until then no newer version may take over.
const archive = openArchive({ mayClose: () => false });
archive.catch(() => {
  // Whoever asks for something is told.
});

const worker: FinishWorker = {
  async finish(id, endedBy, onProgress) {
    return finishAttempt(await archive, id, { endedBy, onProgress });
  },
};

expose(worker);
