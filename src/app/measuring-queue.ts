import { DELIVERY_VERSION, measureDelivery } from '../analysis/client.ts';
import {
  listenForSounds,
  type Model,
  onModelChange,
  readModel,
  SOUNDS_VERSION,
} from '../analysis/sounds-client.ts';
import type { Unmeasured } from '../domain/facts.ts';
import type { AttemptId } from '../domain/ids.ts';
import type { Ms } from '../domain/timeline.ts';
import type { Archive } from '../storage/archive.ts';
import { StorageError, type StorageFault } from '../storage/errors.ts';
import { FINISHING, heldLocks, holdLock, RECORDER_LOCK } from '../storage/locks.ts';
import { report } from './diagnostics.ts';
import { isRecording, onRecording } from './recording.ts';

/** What is made of a clip. */
export type Kind = 'delivery' | 'sounds';
export type Job = { readonly kind: Kind; readonly id: AttemptId };

export type QueueState = {
  /** By the person, in whichever tab. */
  readonly isStopped: boolean;
  /** What is measured in this tab. */
  readonly current: (Job & { readonly progress: number }) | null;
  /** What comes first: a take that is recorded, finished or imported, in whichever tab; or the work of another tab. */
  readonly waitsFor: 'take' | 'tab' | null;
  /** Why nothing is measured any more until somebody says so: what the disk refused, or that nothing works. */
  readonly fault: StorageFault | 'broken' | null;
  /** Jobs (`keyOf`) that failed and are not tried again by themselves, and what of their clips is known to be why. */
  readonly failed: ReadonlyMap<string, Unmeasured | null>;
  /** There is something to hear sounds with. */
  readonly hearsSounds: boolean;
};

export type Queue = {
  readonly subscribe: (listener: () => void) => () => void;
  readonly getState: () => QueueState;
  /** This attempt is on screen: it comes first until the returned function is called. */
  readonly prefer: (id: AttemptId) => () => void;
  readonly stop: () => void;
  /** Goes on, and tries again what failed. @param job measured first, also where it is known to have failed */
  readonly start: (job?: Job) => void;
  /** The same for all that is known to have failed, also in earlier sessions. Rejects with `StorageError`. */
  readonly retry: () => Promise<void>;
  /** Has everything measured anew, once no take is recorded; what was measured stays until it is replaced. Rejects with `StorageError`. */
  readonly again: () => Promise<void>;
};

/** Held while a clip is measured: one at a time in the whole origin. */
const MEASURING_LOCK = 'measuring';
/** Tabs tell each other here that the person stopped the work, or wants it to go on; new ones ask which. */
const CHANNEL = 'talkthrough-measuring';
/** After so many jobs in a row that failed, the reason is not in the clips: a worker that cannot be loaded. */
const MOST_FAILED = 3;
/** Other tabs say nothing when they open the microphone, finish a take or import. */
const LOOK_EVERY_MS: Ms = 500;

export const IDLE: QueueState = {
  isStopped: false,
  current: null,
  waitsFor: null,
  fault: null,
  failed: new Map(),
  hearsSounds: false,
};

export function keyOf({ kind, id }: Job): string {
  return `${kind} ${id}`;
}

/**
 * Measures what was not measured yet, or by an older version, in workers and one at a time: all deliveries before
 * all sounds, newest attempts first, the one on screen before them. It gives way to a take that is recorded, finished
 * or imported in any tab: what it was at then begins anew afterwards. Until `ended` aborts.
 */
export function createQueue(archive: Archive, ended: AbortSignal): Queue {
  const listeners = new Set<() => void>();
  let state = IDLE;
  let model: Model | null = null;
  let shown: AttemptId | null = null;
  let asked: readonly Job[] = [];
  /** Nothing to measure: their sound was deleted. */
  const soundless = new Set<AttemptId>();
  /** Jobs (`keyOf`) that failed before the person had all go on: they come last, not to keep the others from it. */
  const failedOnce = new Set<string>();
  let failedInARow = 0;
  let wake = Promise.withResolvers<void>();
  let reconsider: () => void = () => undefined;

  function set(next: Partial<QueueState>): void {
    state = { ...state, ...next };
    for (const listener of listeners) listener();
  }

  /** Something changed that may make another job the next one. */
  function stir(): void {
    wake.resolve();
    reconsider();
  }

  async function next(): Promise<Job | null> {
    if (state.isStopped || state.fault !== null) return null;
    const kinds = (['delivery', 'sounds'] as const).filter(isPossible);
    const first = asked.find(({ kind }) => isPossible(kind));
    if (first !== undefined) return first;
    for (const isRetry of [false, true])
      for (const kind of kinds) {
        const job = await nextOf(kind, isRetry);
        if (job !== null) return job;
      }
    return null;
  }

  function isPossible(kind: Kind): boolean {
    return kind === 'delivery' || model !== null;
  }

  async function nextOf(kind: Kind, isRetry: boolean): Promise<Job | null> {
    const ids = await (kind === 'delivery'
      ? archive.deliveries.pending(DELIVERY_VERSION)
      : archive.sounds.pending(SOUNDS_VERSION));
    const first = shown !== null && (ids.includes(shown) || (await isUnreadable(kind, shown))) ? [shown] : [];
    for (const id of [...first, ...ids]) {
      const job = { kind, id };
      const key = keyOf(job);
      if (failedOnce.has(key) !== isRetry || state.failed.has(key) || !(await hasSound(id))) continue;
      if (kind === 'delivery' || (await isDecodable(id))) return job;
      set({ failed: new Map(state.failed).set(key, 'undecodable') });
    }
    return null;
  }

  async function hasSound(id: AttemptId): Promise<boolean> {
    if (soundless.has(id)) return false;
    const attempt = await archive.attempts.get(id);
    if (attempt?.status !== 'kept') return false;
    if (attempt.audioDeletedAt === undefined) return true;
    soundless.add(id);
    return false;
  }

  /** Something is stored under this version, but it cannot be read. */
  async function isUnreadable(kind: Kind, id: AttemptId): Promise<boolean> {
    if (kind === 'sounds') return (await archive.sounds.of(id)) === null;
    const [delivery] = await archive.deliveries.ofAll([id]);
    return delivery === null && (await archive.deliveries.failureOf(id)) === null;
  }

  /** Whether a delivery could be measured: else nothing can be heard either. */
  async function isDecodable(id: AttemptId): Promise<boolean> {
    return (await archive.deliveries.failureOf(id))?.version !== DELIVERY_VERSION;
  }

  /** False: there is nothing to do. */
  async function doNext(): Promise<boolean> {
    if ((await next()) === null) return false;
    await untilNothingElse();
    if ((await heldLocks()).has(MEASURING_LOCK)) set({ waitsFor: 'tab' });
    const free = await holdLock(MEASURING_LOCK, ended);
    if (free === null) return true;
    try {
      if (state.waitsFor !== null) set({ waitsFor: null });
      // Another tab may have done it meanwhile, or begun to record.
      const job = (await isBusy()) ? null : await next();
      if (job !== null) await perform(job);
    } finally {
      if (state.current !== null) set({ current: null });
      await free();
    }
    return true;
  }

  async function untilNothingElse(): Promise<void> {
    if (!(await isBusy())) return;
    set({ waitsFor: 'take' });
    await untilQuiet(ended).finally(() => set({ waitsFor: null }));
  }

  async function perform(job: Job): Promise<void> {
    const givenUp = new AbortController();
    const giveUp = () => givenUp.abort();
    const signal = AbortSignal.any([givenUp.signal, ended]);
    const forget = onRecording(giveUp);
    const giveWay = () => void isBusy().then((isNow) => isNow && giveUp(), report);
    const isWanted = async () => isPossible(job.kind) && (await hasSound(job.id));
    reconsider = () => {
      giveWay();
      void Promise.all([next(), isWanted()]).then(([other, isWantedStill]) => {
        const isOvertaken = other !== null && other.id === shown && keyOf(other) !== keyOf(job);
        if (isOvertaken || state.isStopped || !isWantedStill) giveUp();
      }, report);
    };
    let isOver = false;
    const lookOut = async () => {
      for (await pause(); !isOver; await pause()) giveWay();
    };
    void lookOut();
    set({ current: { ...job, progress: 0 } });
    try {
      const failure = await measure(job, signal, (progress) => {
        set({ current: { ...job, progress } });
        // Timers of a hidden page may be a minute late, what a worker says is not.
        giveWay();
      });
      if (failure === null) failedInARow = 0;
      else fail(job, failure);
    } catch (error) {
      if (signal.aborted) return;
      // What one clip lacks is no reason to leave the others.
      if (error instanceof StorageError && error.fault !== 'corrupt') set({ fault: error.fault });
      // Deleted meanwhile: nobody misses it.
      else if (await isWanted()) fail(job, { why: null, error });
    } finally {
      isOver = true;
      forget();
      reconsider = () => undefined;
    }
    asked = asked.filter((each) => keyOf(each) !== keyOf(job));
  }

  /** Null: it is measured and stored, or what the clip lacks is. */
  async function measure(
    { kind, id }: Job,
    signal: AbortSignal,
    onProgress: (ratio: number) => void,
  ): Promise<Failure | null> {
    const clip = await archive.clips.read(id);
    // Deleted meanwhile, which the archive has told; or a part is missing.
    if (clip === null) throw new StorageError('corrupt');
    if (kind === 'delivery') {
      const delivery = await measureDelivery(clip, id, { signal, onProgress });
      signal.throwIfAborted();
      await archive.deliveries.put(delivery);
      // Remembered here as well: it is not stored over what an earlier version measured.
      return 'failed' in delivery ? { why: delivery.failed, error: null } : null;
    }
    if (model === null) return null;
    const sounds = await listenForSounds(clip, id, model, { signal, onProgress });
    signal.throwIfAborted();
    if ('failed' in sounds) return { why: sounds.failed, error: new Error(sounds.detail) };
    await archive.sounds.put(sounds);
    return null;
  }

  function fail(job: Job, { why, error }: Failure): void {
    if (error !== null) report(error);
    // A clip of which a part is missing says nothing about the others.
    if (why !== null) failedInARow = 0;
    else if (!(error instanceof StorageError)) failedInARow += 1;
    set({
      failed: new Map(state.failed).set(keyOf(job), why),
      ...(failedInARow >= MOST_FAILED ? { fault: 'broken' } : {}),
    });
  }

  async function run(): Promise<void> {
    while (!ended.aborted) {
      wake = Promise.withResolvers();
      const isDone = await doNext().catch((error: unknown) => {
        if (!(error instanceof StorageError)) throw error;
        if (!ended.aborted) set({ fault: error.fault });
        return false;
      });
      if (!isDone) await wake.promise;
    }
  }

  async function findModel(): Promise<void> {
    model = await readModel();
    set({ hearsSounds: model !== null });
    stir();
  }

  function stopHere(): void {
    set({ isStopped: true });
    stir();
  }

  function startHere(): void {
    failedInARow = 0;
    for (const key of state.failed.keys()) failedOnce.add(key);
    set({ isStopped: false, fault: null, failed: new Map() });
    stir();
  }

  function start(...jobs: readonly Job[]): void {
    asked = jobs;
    startHere();
    channel.postMessage('start');
  }

  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (data === 'stop') stopHere();
    if (data === 'start') startHere();
    if (data === 'which' && state.isStopped) channel.postMessage('stop');
  };
  channel.postMessage('which');
  const ignore = [
    onModelChange(() => void findModel()),
    archive.onChange(({ store }) => {
      if (store !== 'attempts' && store !== 'deliveries' && store !== 'sounds') return;
      // Deleting a recording may have made the room that was missing.
      if (store === 'attempts' && state.fault === 'full') set({ fault: null });
      stir();
    }),
  ];
  ended.addEventListener('abort', () => {
    for (const each of ignore) each();
    channel.close();
    stir();
  });
  void findModel();
  run().catch(report);

  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    getState: () => state,
    prefer(id) {
      shown = id;
      stir();
      return () => {
        if (shown === id) shown = null;
      };
    },
    stop() {
      stopHere();
      channel.postMessage('stop');
    },
    start: (job) => start(...(job === undefined ? [] : [job])),
    async retry() {
      const ids = await archive.deliveries.failed(DELIVERY_VERSION);
      start(...ids.map((id) => ({ kind: 'delivery' as const, id })));
    },
    async again() {
      await untilNothingElse();
      await archive.deliveries.outdate();
      await archive.sounds.outdate();
      await archive.peaks.outdate();
      start();
    },
  };
}

/** `why`: what the clip lacks; null: measuring it broke, or it cannot be read. */
type Failure = { readonly why: Unmeasured | null; readonly error: unknown };

/** Whether a tab records or has its microphone open, finishes a take or imports a recording. */
async function isBusy(): Promise<boolean> {
  if (isRecording()) return true;
  const names = [...(await heldLocks())];
  return names.some((name) => name === RECORDER_LOCK || name.startsWith(FINISHING));
}

/** The locks are looked at and not waited for: to be given one, even for an instant, could refuse it to a take. */
async function untilQuiet(ended: AbortSignal): Promise<void> {
  while (!ended.aborted && (await isBusy())) {
    if (isRecording()) await untilRecorded(ended);
    else await pause();
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => {
    AbortSignal.timeout(LOOK_EVERY_MS).addEventListener('abort', () => resolve());
  });
}

function untilRecorded(ended: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const forget = onRecording((isNow) => {
      if (isNow) return;
      forget();
      resolve();
    });
    ended.addEventListener('abort', () => resolve(), { once: true });
  });
}
