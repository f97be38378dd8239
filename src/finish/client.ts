import { proxy, wrap } from 'comlink';
import type { AttemptId } from '../domain/ids.ts';
import type { FinishOptions, FinishResult } from './finish.ts';
import type { FinishWorker } from './finish.worker.ts';

export type { FinishFault, FinishResult } from './finish.ts';

let warm: Worker | null = null;

/**
 * Loads what finishing needs ahead of time; worth it when a recording starts. It holds the archive open until
 * `finishInWorker` has used it, or `coolFinish`. Never fails: a worker that
 * cannot be loaded is started again by `finishInWorker`, which then says so.
 */
export function warmFinish(): void {
  if (warm !== null) return;
  const worker = startWorker();
  warm = worker;
  worker.addEventListener('error', () => {
    worker.terminate();
    if (warm === worker) warm = null;
  });
}

/** Lets go of what was loaded ahead: the recording ended and nothing is to be finished. */
export function coolFinish(): void {
  warm?.terminate();
  warm = null;
}

/**
 * Makes the clip of a take in a worker (finish.ts, `finishAttempt`). The page learns of the kept attempt
 * through the archive's change feed too. Aborting rejects with the signal's reason and leaves an attempt
 * that can be finished later. Rejects with an `Error` when the worker cannot be loaded or fails.
 */
export async function finishInWorker(
  id: AttemptId,
  options: FinishOptions & { readonly signal?: AbortSignal },
): Promise<FinishResult> {
  const { endedBy, onProgress, signal } = options;
  signal?.throwIfAborted();
  const worker = warm ?? startWorker();
  warm = null;
  const settled = new AbortController();
  // A terminated worker never answers, so that its end must be heard of by other means.
  const ended = new Promise<never>((_resolve, reject) => {
    const once = { signal: settled.signal };
    worker.addEventListener('error', (event) => reject(workerError(event)), once);
    worker.addEventListener(
      'messageerror',
      () => reject(new Error('The finishing worker was misunderstood')),
      once,
    );
    signal?.addEventListener('abort', () => reject(signal.reason), once);
  });
  try {
    const finished = wrap<FinishWorker>(worker).finish(
      id,
      endedBy,
      proxy((ratio) => onProgress?.(ratio)),
    );
    return await Promise.race([finished, ended]);
  } finally {
    settled.abort();
    worker.terminate();
  }
}

function startWorker(): Worker {
  return new Worker(new URL('./finish.worker.ts', import.meta.url), { type: 'module', name: 'finish' });
}

function workerError({ message }: ErrorEvent): Error {
  return new Error(`The finishing worker failed: ${message || 'it could not be loaded'}`);
}
