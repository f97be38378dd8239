import { proxy, type Remote, wrap } from 'comlink';
import type { KeptAttempt } from '../domain/attempt.ts';
import type { AttemptId } from '../domain/ids.ts';
import type { FinishOptions, FinishResult } from './finish.ts';
import type { FinishWorker } from './finish.worker.ts';
import type { ImportedAttempt, ImportFailure, ImportResult, Inspection, OnImportProgress } from './import.ts';
import type { ImportWorker } from './import.worker.ts';

export type { FinishFault, FinishResult } from './finish.ts';
export type { ImportedAttempt, ImportFailure, ImportFault, ImportResult, Inspection } from './import.ts';

let warm: Worker | null = null;

/**
 * Loads what finishing needs ahead of time; worth it when a recording starts. It holds the archive open until
 * `finishInWorker` has used it, or `coolFinish`. Never fails: a worker that cannot be loaded is started again
 * by `finishInWorker`, which then says so.
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
  return inWorker<FinishWorker, FinishResult>(worker, signal, (finish) =>
    finish.finish(
      id,
      endedBy,
      proxy((ratio) => onProgress?.(ratio)),
    ),
  );
}

/** Without a sign of life for so long, a file that is being read is given up: parsers can loop for ever. */
const PATIENCE_SEC = 30;

/** The page's archive; the worker opens its own. */
type ImportStore = { readonly attempts: { dropImport(id: AttemptId): Promise<KeptAttempt | null> } };

type ImportOptions = {
  readonly signal?: AbortSignal;
  /** A few times a second. */
  readonly onProgress?: OnImportProgress;
  readonly patienceSec?: number;
};

/** What a file holds, in a worker (import.ts, `inspectFile`). Aborting rejects with the signal's reason. */
export async function inspectInWorker(file: File, options: ImportOptions = {}): Promise<Inspection> {
  return watched<Inspection>(options, (worker, alive) => worker.inspect(file, proxy(alive)));
}

/**
 * Makes a file into a kept attempt in a worker (import.ts, `importFile`). Aborting rejects with the signal's
 * reason, and rejecting leaves nothing; at the last instant it may come too late, and the attempt is kept.
 * Rejects with an `Error` when the worker cannot be loaded or fails.
 */
export async function importInWorker(
  archive: ImportStore,
  file: File,
  attempt: ImportedAttempt,
  options: ImportOptions = {},
): Promise<ImportResult> {
  // What the worker was writing comes before this, and what it would write after it is refused. What cannot
  // be deleted now is swept at the next start.
  const drop = () => archive.attempts.dropImport(attempt.id).catch(() => null);
  try {
    const result = await watched<ImportResult>(options, (worker, alive) =>
      worker.importFile(file, attempt, proxy(alive)),
    );
    const kept = result.tag === 'kept' ? null : await drop();
    return kept === null ? result : { tag: 'kept', attempt: kept };
  } catch (error) {
    const kept = await drop();
    if (kept === null) throw error;
    return { tag: 'kept', attempt: kept };
  }
}

/**
 * Work on a file that ends as `stuck` when nothing is heard of it while it is read. Afterwards only a slow disk
 * is waited for, and that comes to an end.
 */
async function watched<Result>(
  { signal, onProgress, patienceSec = PATIENCE_SEC }: ImportOptions,
  work: (worker: Remote<ImportWorker>, alive: OnImportProgress) => Promise<Result>,
): Promise<Result | ImportFailure> {
  signal?.throwIfAborted();
  const worker = new Worker(new URL('./import.worker.ts', import.meta.url), {
    type: 'module',
    name: 'import',
  });
  const givenUp = new AbortController();
  const stop = signal === undefined ? givenUp.signal : AbortSignal.any([signal, givenUp.signal]);
  let silentSec = 0;
  let isRead = false;
  // Such a timeout stands still while the machine sleeps, as the worker does.
  const listen = () => {
    AbortSignal.timeout(1000).addEventListener('abort', () => {
      if (isRead) return;
      silentSec += 1;
      if (silentSec < patienceSec) listen();
      else givenUp.abort();
    });
  };
  listen();
  try {
    return await inWorker<ImportWorker, Result>(worker, stop, (remote) =>
      work(remote, (ratio, phase) => {
        silentSec = 0;
        if (phase === 'checking') isRead = true;
        onProgress?.(ratio, phase);
      }),
    );
  } catch (error) {
    if (!givenUp.signal.aborted || signal?.aborted === true) throw error;
    return { tag: 'failed', fault: 'stuck', detail: `Nothing for ${patienceSec} s` };
  } finally {
    isRead = true;
  }
}

/** Runs one piece of work in a worker and ends it. Aborting rejects with the signal's reason at once. */
async function inWorker<Door, Result>(
  worker: Worker,
  signal: AbortSignal | undefined,
  work: (remote: Remote<Door>) => Promise<Result>,
): Promise<Result> {
  const settled = new AbortController();
  // A terminated worker never answers, so that its end must be heard of by other means.
  const ended = new Promise<never>((_resolve, reject) => {
    const once = { signal: settled.signal };
    worker.addEventListener('error', (event) => reject(workerError(event)), once);
    worker.addEventListener('messageerror', () => reject(new Error('A worker was misunderstood')), once);
    signal?.addEventListener('abort', () => reject(signal.reason), once);
  });
  try {
    return await Promise.race([work(wrap<Door>(worker)), ended]);
  } finally {
    settled.abort();
    worker.terminate();
  }
}

function startWorker(): Worker {
  return new Worker(new URL('./finish.worker.ts', import.meta.url), { type: 'module', name: 'finish' });
}

function workerError({ message }: ErrorEvent): Error {
  return new Error(`A worker failed: ${message || 'it could not be loaded'}`);
}
