import type { Processing, SegmentMicrophone } from '../domain/attempt.ts';
import type { Settings } from '../domain/settings.ts';
import type { MicFault } from './machine.ts';
import type { Scope } from './scope.ts';
import type { Microphone } from './snapshot.ts';

export type MicrophoneRequest = {
  readonly id: string | null;
  readonly processing: Settings['recording']['processing'];
};

export type MicrophoneAnswer =
  | { readonly tag: 'opened'; readonly track: MediaStreamTrack }
  | { readonly tag: 'refused'; readonly fault: MicFault };

/** What this page can never do, whatever the person allows. */
export function missingSupport(): MicFault | null {
  // Outside https and localhost a browser hides `mediaDevices`, as if it did not know of microphones.
  if (!('mediaDevices' in navigator)) return window.isSecureContext ? 'unsupported' : 'insecure';
  return 'MediaRecorder' in window ? null : 'unsupported';
}

/**
 * Asks the browser for a microphone; that may show a question and never be answered. The microphone is
 * closed with the scope, one that opens after the scope's end at once. A chosen device that is gone is
 * replaced by the default one.
 */
export async function openMicrophone(request: MicrophoneRequest, scope: Scope): Promise<MicrophoneAnswer> {
  try {
    const stream = await getStream(request);
    scope.add(() => {
      for (const track of stream.getTracks()) track.stop();
    });
    const track = stream.getAudioTracks()[0];
    return track === undefined ? { tag: 'refused', fault: 'no-device' } : { tag: 'opened', track };
  } catch (error) {
    return { tag: 'refused', fault: micFault(error) };
  }
}

async function getStream({ id, processing }: MicrophoneRequest): Promise<MediaStream> {
  // Plain booleans, not `exact`: a device that cannot switch its processing off is better than none.
  const audio: MediaTrackConstraints = {
    echoCancellation: processing.echo,
    noiseSuppression: processing.noise,
    autoGainControl: processing.gain,
    channelCount: 1,
  };
  if (id === null) return navigator.mediaDevices.getUserMedia({ audio });
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: { ...audio, deviceId: { exact: id } } });
  } catch (error) {
    if (nameOf(error) !== 'OverconstrainedError') throw error;
    return navigator.mediaDevices.getUserMedia({ audio });
  }
}

/** Why `getUserMedia` refused, or `getDisplayMedia`. */
export function micFault(error: unknown): Extract<MicFault, 'denied' | 'no-device' | 'unsupported' | 'busy'> {
  switch (nameOf(error)) {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'denied';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'no-device';
    case 'TypeError':
    case 'NotSupportedError':
      return 'unsupported';
    default:
      return 'busy';
  }
}

/** `OverconstrainedError` is no DOMException in every browser, nor an Error. */
export function nameOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'name' in error ? String(error.name) : '';
}

/** What the device reports; a missing key is not "off". */
export function appliedProcessing(track: MediaStreamTrack): Processing {
  const settings: Readonly<Record<string, unknown>> = { ...track.getSettings() };
  const isOn = (key: string) => {
    const value = settings[key];
    // Echo cancellation may also name its kind, as in `all`.
    return value === undefined ? null : value !== false;
  };
  return {
    echo: isOn('echoCancellation'),
    noise: isOn('noiseSuppression'),
    gain: isOn('autoGainControl'),
  };
}

/** What is stored of the device with what it recorded. */
export function describeMicrophone(track: MediaStreamTrack): SegmentMicrophone {
  const { sampleRate, channelCount } = track.getSettings();
  return {
    label: track.label,
    processing: appliedProcessing(track),
    ...(sampleRate === undefined ? {} : { sampleRate }),
    ...(channelCount === undefined ? {} : { channelCount }),
  };
}

/** Devices by name; empty before the person has allowed one. Asking also makes Chromium notice unplugging. */
export async function listMicrophones(): Promise<readonly Microphone[]> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices
    .filter((device) => device.kind === 'audioinput' && device.deviceId !== '')
    .map((device, index) => ({
      id: device.deviceId,
      group: device.groupId,
      label: device.label === '' ? `Microphone ${index + 1}` : device.label,
    }));
}
