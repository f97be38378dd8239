import type { Processing } from '../domain/attempt.ts';
import type { Ms } from '../domain/timeline.ts';
import type { MicFault } from './machine.ts';
import { Meter, NO_LEVEL } from './meter.ts';
import { appliedProcessing, listMicrophones, type MicrophoneRequest, openMicrophone } from './microphone.ts';
import type { Scope } from './scope.ts';
import type { Level, Microphone } from './snapshot.ts';

const POLL_MS: Ms = 2000;
/** Shorter interruptions are not worth a new segment. */
const MUTED_MS: Ms = 1000;
/** Chromium's id for whatever the system's default device is at the moment. */
const DEFAULT_ID = 'default';

export type DeviceHandlers = {
  readonly onLost: () => void;
  readonly onMuted: (isMuted: boolean) => void;
  readonly onList: (microphones: readonly Microphone[]) => void;
  /** It goes on, but with other settings: another sample rate, or the system has switched processing. */
  readonly onReconfigured: () => void;
  /** The default device was opened, and another one is the default now. This one goes on. */
  readonly onDefaultChanged: () => void;
};

/**
 * Opens the microphone. Null: the scope ended meanwhile, and nobody waits for it any more. Everything it
 * holds is let go of with the scope.
 */
export async function openDevice(
  request: MicrophoneRequest,
  scope: Scope,
  clock: () => number,
  handlers: DeviceHandlers,
): Promise<Device | MicFault | null> {
  const answer = await openMicrophone(request, scope);
  if (scope.isDisposed) return null;
  return answer.tag === 'refused' ? answer.fault : new Device(answer.track, scope, clock, handlers);
}

/** An open microphone, watched and measured as long as its scope lives. */
export class Device {
  readonly track: MediaStreamTrack;
  /** Null where the browser does not say. */
  readonly id: string | null;

  readonly #scope: Scope;
  readonly #handlers: DeviceHandlers;
  readonly #meter: Meter | null;
  #isMuted = false;
  #wasListed = false;
  #defaultGroup: string | null = null;
  #configuration: Configuration;
  #applied: Processing;
  #stopWaiting: () => void = () => undefined;

  constructor(track: MediaStreamTrack, scope: Scope, clock: () => number, handlers: DeviceHandlers) {
    this.track = track;
    this.id = track.getSettings().deviceId ?? null;
    this.#scope = scope;
    this.#handlers = handlers;
    this.#meter = tryMeter(track, scope, clock);
    this.#configuration = configurationOf(track);
    this.#applied = appliedProcessing(track);
    scope.listen(track, 'ended', handlers.onLost);
    scope.listen(track, 'mute', () => this.checkMute());
    scope.listen(track, 'unmute', () => this.checkMute());
    scope.listen(track, 'configurationchange', () => this.#checkConfiguration());
    // Chromium learns that a device is unplugged only when somebody asks for the list.
    scope.interval(() => void this.#poll(), POLL_MS);
    scope.listen(navigator.mediaDevices, 'devicechange', () => void this.#poll());
    this.checkMute();
    void this.#poll();
  }

  get applied(): Processing {
    return this.#applied;
  }

  get isMuted(): boolean {
    return this.#isMuted;
  }

  get isEnded(): boolean {
    return this.track.readyState === 'ended';
  }

  close(): void {
    this.#scope.dispose();
  }

  /**
   * Off, the device sends silence: what is said in a pause reaches no encoder. Firefox would give the device
   * back after three seconds, and miss the first second of what is said when the take goes on
   * (`media.getusermedia.microphone.off_while_disabled`, 153): there, the ended segment is enough.
   */
  enable(isEnabled: boolean): void {
    if (isEnabled || !navigator.userAgent.includes('Firefox/')) this.track.enabled = isEnabled;
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

  #checkConfiguration(): void {
    if (this.isEnded) return;
    const before = this.#configuration;
    const now = configurationOf(this.track);
    this.#configuration = now;
    this.#applied = appliedProcessing(this.track);
    // What a browser learns of a device only once it runs is no change of it.
    const hasChanged = now.some(
      (value, index) => value !== null && before[index] !== null && value !== before[index],
    );
    if (hasChanged) this.#handlers.onReconfigured();
  }

  async #poll(): Promise<void> {
    // No answer is not the answer that there is none.
    const list = await listMicrophones().catch(() => null);
    if (this.#scope.isDisposed || list === null) return;
    this.#handlers.onList(list);
    const listed = list.find(({ id }) => id === this.id);
    // Not every browser tells that a track has ended.
    if (this.isEnded || (this.#wasListed && listed === undefined)) return this.#handlers.onLost();
    this.#wasListed = listed !== undefined;
    this.#checkConfiguration();
    if (this.id !== DEFAULT_ID || listed === undefined) return;
    const hasChanged = this.#defaultGroup !== null && this.#defaultGroup !== listed.group;
    this.#defaultGroup = listed.group;
    if (hasChanged) this.#handlers.onDefaultChanged();
  }
}

/** Null: the browser does not say, or not yet. */
type Configuration = readonly (number | boolean | null)[];

function configurationOf(track: MediaStreamTrack): Configuration {
  const { sampleRate = null } = track.getSettings();
  const { echo, noise, gain } = appliedProcessing(track);
  return [sampleRate, echo, noise, gain];
}

/** A browser may have no room for one more AudioContext; recording needs none. */
function tryMeter(track: MediaStreamTrack, scope: Scope, clock: () => number): Meter | null {
  try {
    return new Meter(track, scope, clock);
  } catch {
    return null;
  }
}
