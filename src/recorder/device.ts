import type { Processing } from '../domain/attempt.ts';
import type { Ms } from '../domain/timeline.ts';
import type { MicFault } from './machine.ts';
import { Meter, NO_LEVEL } from './meter.ts';
import { appliedProcessing, listMicrophones, type MicrophoneRequest, openMicrophone } from './microphone.ts';
import { holdRecorderLock } from './recorder-lock.ts';
import type { Scope } from './scope.ts';
import type { Level, Microphone } from './snapshot.ts';

const POLL_MS: Ms = 2000;
/** Shorter interruptions are not worth a new segment. */
const MUTED_MS: Ms = 1000;

export type DeviceHandlers = {
  readonly onLost: () => void;
  readonly onMuted: (isMuted: boolean) => void;
  readonly onList: (microphones: readonly Microphone[]) => void;
  /** Another tab wants the recorder: lets go of it, or returns false. */
  readonly yields: () => boolean;
};

/**
 * Opens the microphone for this tab alone. Null: the scope ended meanwhile, and nobody waits for it any more.
 */
export async function openDevice(
  request: MicrophoneRequest,
  scope: Scope,
  clock: () => number,
  handlers: DeviceHandlers,
): Promise<Device | MicFault | null> {
  const hasLock = await holdRecorderLock(scope, handlers.yields);
  if (scope.isDisposed) return null;
  if (!hasLock) return 'elsewhere';
  const answer = await openMicrophone(request, scope);
  if (scope.isDisposed) return null;
  return answer.tag === 'refused' ? answer.fault : new Device(answer.track, scope, clock, handlers);
}

/** An open microphone, watched and measured as long as its scope lives. */
export class Device {
  readonly track: MediaStreamTrack;
  /** Null where the browser does not say. */
  readonly id: string | null;
  readonly applied: Processing;

  readonly #scope: Scope;
  readonly #handlers: DeviceHandlers;
  readonly #meter: Meter | null;
  #isMuted = false;
  #wasListed = false;
  #stopWaiting: () => void = () => undefined;

  constructor(track: MediaStreamTrack, scope: Scope, clock: () => number, handlers: DeviceHandlers) {
    this.track = track;
    this.id = track.getSettings().deviceId ?? null;
    this.applied = appliedProcessing(track);
    this.#scope = scope;
    this.#handlers = handlers;
    this.#meter = tryMeter(track, scope, clock);
    scope.listen(track, 'ended', handlers.onLost);
    scope.listen(track, 'mute', () => this.checkMute());
    scope.listen(track, 'unmute', () => this.checkMute());
    // Chromium learns that a device is unplugged only when somebody asks for the list.
    scope.interval(() => void this.#poll(), POLL_MS);
    scope.listen(navigator.mediaDevices, 'devicechange', () => void this.#poll());
    this.checkMute();
    void this.#poll();
  }

  get isMuted(): boolean {
    return this.#isMuted;
  }

  get isEnded(): boolean {
    return this.track.readyState === 'ended';
  }

  /** Off, the device sends silence: what is said in a pause reaches no encoder. */
  enable(isEnabled: boolean): void {
    this.track.enabled = isEnabled;
    this.#meter?.reset();
  }

  level(): Level {
    return this.#meter?.read() ?? NO_LEVEL;
  }

  /** Reports a mute that lasts, and the end of one it reported. */
  checkMute(): void {
    this.#stopWaiting();
    if (this.track.muted) this.#stopWaiting = this.#scope.timeout(() => this.#setMuted(true), MUTED_MS);
    else if (this.#isMuted) this.#setMuted(false);
  }

  #setMuted(isMuted: boolean): void {
    this.#isMuted = isMuted;
    this.#handlers.onMuted(isMuted);
  }

  async #poll(): Promise<void> {
    // No answer is not the answer that there is none.
    const list = await listMicrophones().catch(() => null);
    if (this.#scope.isDisposed || list === null) return;
    this.#handlers.onList(list);
    const isListed = list.some(({ id }) => id === this.id);
    if (this.#wasListed && !isListed) this.#handlers.onLost();
    this.#wasListed = isListed;
  }
}

/** A browser may have no room for one more AudioContext; recording needs none. */
function tryMeter(track: MediaStreamTrack, scope: Scope, clock: () => number): Meter | null {
  try {
    return new Meter(track, scope, clock);
  } catch {
    return null;
  }
}
