import type { Ms } from '../domain/timeline.ts';
import type { Archive } from '../storage/archive.ts';
import { StorageError } from '../storage/errors.ts';
import { holdLock, RECORDER_LOCK, recordingNow } from '../storage/locks.ts';
import type { Scope } from './scope.ts';

/** What another tab is about, where that matters here. */
export type Elsewhere =
  /** Why this tab is refused. Null: what it records is not known, or not yet. */
  | { readonly tag: 'recording'; readonly title: string | null }
  /** It has ended, and this tab may record. */
  | { readonly tag: 'done' }
  /** It wanted the recorder, and this tab, which had no take, gave it. */
  | { readonly tag: 'taken' };

/** Tabs ask each other for the recorder here. A page that runs at all answers much sooner. */
const CHANNEL = 'talkthrough-recorder';
const ANSWER_WITHIN_MS: Ms = 1000;

/**
 * Makes this the one tab that records, until the scope ends. A tab whose microphone is merely open gives way.
 * False: another tab has a take, or the scope has ended.
 *
 * @param yields another tab wants the recorder: ends the scope, or returns false to keep it
 */
export async function holdRecorderLock(scope: Scope, yields: () => boolean): Promise<boolean> {
  const free = (await holdLock(RECORDER_LOCK)) ?? (scope.isDisposed ? null : await askForLock(scope));
  if (free === null) return false;
  scope.add(() => void free());
  const channel = new BroadcastChannel(CHANNEL);
  scope.add(() => channel.close());
  channel.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (data === 'wanted' && !yields()) channel.postMessage('busy');
  };
  return !scope.isDisposed;
}

/** Also waits for a lock that this page has just freed, which may count as held for a moment. */
async function askForLock(scope: Scope): Promise<(() => Promise<void>) | null> {
  const refused = new AbortController();
  const forget = [scope.add(() => refused.abort()), scope.timeout(() => refused.abort(), ANSWER_WITHIN_MS)];
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (data === 'busy') refused.abort();
  };
  channel.postMessage('wanted');
  try {
    return await holdLock(RECORDER_LOCK, refused.signal);
  } finally {
    channel.close();
    for (const one of forget) one();
  }
}

/** Says what the other tab records, and once when it has ended, as long as the scope lives. */
export function followRecorder(archive: Archive, scope: Scope, tell: (elsewhere: Elsewhere) => void): void {
  const look = async () => {
    const id = await recordingNow();
    const attempt = id === null ? null : await archive.attempts.get(id).catch(nullIfRefused);
    if (!scope.isDisposed) tell({ tag: 'recording', title: attempt?.prompt.title ?? null });
  };
  const left = new AbortController();
  scope.add(() => left.abort());
  scope.add(archive.onChange(({ store }) => store === 'attempts' && void look()));
  void look();
  void holdLock(RECORDER_LOCK, left.signal).then((free) => {
    void free?.();
    if (free !== null && !scope.isDisposed) tell({ tag: 'done' });
  });
}

function nullIfRefused(error: unknown): null {
  if (error instanceof StorageError) return null;
  throw error;
}
