import { useEffect, useState, useSyncExternalStore } from 'react';
import { DELIVERY_VERSION } from '../analysis/client.ts';
import { SOUNDS_VERSION } from '../analysis/sounds-client.ts';
import type { KeptAttempt } from '../domain/attempt.ts';
import type { Delivery, DeliveryFailure, Sounds } from '../domain/facts.ts';
import type { AttemptId } from '../domain/ids.ts';
import type { Listening, Measuring } from '../reveal/measuring.ts';
import type { Background } from '../settings/Measurements.tsx';
import type { Archive } from '../storage/archive.ts';
import { StorageError } from '../storage/errors.ts';
import { useArchive } from './archive-context.ts';
import { createQueue, IDLE, type Kind, keyOf, type Queue, type QueueState } from './measuring-queue.ts';

/*
 * What is measured in the background (measuring-queue.ts), as pages see it.
 */

let queue: Queue | null = null;
/** Of pages that were there before the queue. */
const waiting = new Set<() => void>();

/** Begins once the page has nothing better to do, and goes on as long as it is open. */
export function startMeasuring(archive: Archive, ended = new AbortController().signal): void {
  const begin = () => {
    if (ended.aborted) return;
    queue = createQueue(archive, ended);
    ended.addEventListener('abort', () => {
      queue = null;
    });
    for (const tell of waiting) tell();
  };
  // Safari has no such thing (November 2026).
  if ('requestIdleCallback' in window) requestIdleCallback(begin, { timeout: 5000 });
  else begin();
}

/** The attempt on screen is measured before all others, whether or not anything of that may be shown yet. */
export function useMeasuredFirst(id: AttemptId): void {
  const isThere = useSyncExternalStore(subscribe, () => queue !== null);
  useEffect(() => (isThere ? queue?.prefer(id) : undefined), [isThere, id]);
}

/** How far the measuring of the attempt on screen is. */
export function useMeasuring(attempt: KeptAttempt, delivery: Delivery | null): Measuring {
  const state = useQueueState();
  const failure = useFailure(attempt.id, delivery);
  if (delivery?.version === DELIVERY_VERSION) return DONE;
  return progressOf(attempt, 'delivery', state, failure);
}

/** The same for the sounds; they come after all deliveries. */
export function useListening(attempt: KeptAttempt, sounds: Sounds | null): Listening {
  const state = useQueueState();
  if (sounds?.version === SOUNDS_VERSION) return DONE;
  return state.hearsSounds ? progressOf(attempt, 'sounds', state, null) : OFF;
}

/** All of the work, for the settings. */
export function useBackground(): Background {
  const { current, waitsFor, isStopped, fault, failed, hearsSounds } = useQueueState();
  return {
    now: current,
    waitsFor,
    isStopped,
    fault,
    hasFailed: (kind, id) => failed.has(keyOf({ kind, id })),
    hearsSounds,
    stop: () => void theQueue().then(({ stop }) => stop()),
    start: () => void theQueue().then(({ start }) => start()),
    retry: async () => (await theQueue()).retry(),
    again: async () => (await theQueue()).again(),
  };
}

/** As soon as it is there. */
async function theQueue(): Promise<Queue> {
  while (queue === null)
    await new Promise<void>((resolve) => {
      const begin = () => {
        waiting.delete(begin);
        resolve();
      };
      waiting.add(begin);
    });
  return queue;
}

const DONE = { tag: 'done' } as const;
const OFF = { tag: 'off' } as const;

function progressOf(
  { id, audioDeletedAt }: KeptAttempt,
  kind: Kind,
  state: QueueState,
  failure: DeliveryFailure | null,
): Measuring {
  const job = { kind, id };
  const start = () => queue?.start(job);
  const stop = () => queue?.stop();
  if (state.current !== null && keyOf(state.current) === keyOf(job))
    return { tag: 'measuring', progress: state.current.progress, stop };
  // There is nothing left to measure.
  if (audioDeletedAt !== undefined) return DONE;
  const why = failure?.failed ?? state.failed.get(keyOf(job));
  if (why !== undefined) return { tag: 'failed', why, start };
  if (state.fault !== null) return { tag: 'failed', why: null, start };
  return state.isStopped ? { tag: 'stopped', start } : { tag: 'waiting', stop };
}

function subscribe(listener: () => void): () => void {
  let leave = queue?.subscribe(listener);
  const begin = () => {
    leave?.();
    leave = queue?.subscribe(listener);
    listener();
  };
  waiting.add(begin);
  return () => {
    waiting.delete(begin);
    leave?.();
  };
}

function useQueueState(): QueueState {
  return useSyncExternalStore(subscribe, () => queue?.getState() ?? IDLE);
}

/** Why this version could not measure it. */
function useFailure(id: AttemptId, delivery: Delivery | null): DeliveryFailure | null {
  const archive = useArchive();
  const [failure, setFailure] = useState<DeliveryFailure | null>(null);
  useEffect(() => {
    let isGone = false;
    const look = () =>
      archive.deliveries.failureOf(id).then(
        (found) => !isGone && setFailure(found),
        (error: unknown) => {
          // The page says elsewhere that it cannot read.
          if (!(error instanceof StorageError)) throw error;
        },
      );
    void look();
    const ignore = archive.onChange(({ store }) => store === 'deliveries' && void look());
    return () => {
      isGone = true;
      ignore();
    };
  }, [archive, id]);
  return delivery === null && failure?.version === DELIVERY_VERSION ? failure : null;
}
