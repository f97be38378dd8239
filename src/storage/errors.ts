/**
 * Why the archive could not do what it was asked.
 *
 * - `full`: the disk or the browser's quota; nothing of this write was kept, everything earlier was
 * - `blocked`: another tab holds an older version of the database open
 * - `newer`: the data was written by a newer version of the app
 * - `unavailable`: no IndexedDB here (a private window, a browser setting), or its connection is gone
 * - `corrupt`: what was read is not what was written
 */
export type StorageFault = 'full' | 'blocked' | 'newer' | 'unavailable' | 'corrupt';

/** The one class of error that crosses the door of storage. Everything else thrown there is a bug. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly fault: StorageFault;

  constructor(fault: StorageFault, options?: { readonly cause: unknown }) {
    super(`Storage: ${fault}`, options);
    this.fault = fault;
  }
}

/**
 * Browsers say these when a connection was taken away (storage cleared, its process ended, WebKit's
 * "Connection to Indexed Database server lost") and also when a disk fails. A new connection tells which.
 */
const LOST = new Set(['InvalidStateError', 'UnknownError', 'AbortError', 'TimeoutError']);

export function isConnectionLost(error: unknown): boolean {
  return error instanceof DOMException && LOST.has(error.name) && !isDamage(error);
}

/** Chromium keeps large values in files of their own, and says these of one that is missing or cut short. */
function isDamage({ name, message }: DOMException): boolean {
  return (
    name === 'NotReadableError' || (name === 'UnknownError' && message.includes('large IndexedDB value'))
  );
}

/** A browser's error as a `StorageError`; a bug's stays what it is. */
export function toStorageError(error: unknown): unknown {
  if (!(error instanceof DOMException)) return error;
  if (error.name === 'QuotaExceededError') return new StorageError('full', { cause: error });
  if (isDamage(error)) return new StorageError('corrupt', { cause: error });
  return isConnectionLost(error) ? new StorageError('unavailable', { cause: error }) : error;
}

/** Why a database could not be opened: never the app's own doing. */
export function toOpenError(error: unknown): StorageError {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'VersionError') return new StorageError('newer', { cause: error });
  return new StorageError(name === 'QuotaExceededError' ? 'full' : 'unavailable', { cause: error });
}

/** Whether the same may succeed a moment later: the browser has taken the connection away, or another tab has. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof StorageError)) return false;
  // Without a cause it is the archive itself that was closed, or an attempt that is somebody else's.
  return error.fault === 'blocked' || (error.fault === 'unavailable' && error.cause !== undefined);
}
