import { onTestFinished } from 'vitest';
import { speechLike } from './speech-like.ts';

/** A microphone made of Web Audio that says `speechLike` over and over. */
export type FakeMicrophone = {
  readonly stream: MediaStream;
  readonly track: MediaStreamTrack;
  /** As when its plug is pulled in Chromium: the track ends and its recorder runs on. */
  readonly unplug: () => void;
  /** As the system does for a phone call. */
  readonly mute: (isMuted: boolean) => void;
  /** 0 makes it deaf: exact zeros, as from a dead input. */
  readonly setGain: (gain: number) => void;
};

const SECONDS = 20;
const RATE = 48_000;

export async function aMicrophone({ seed = 1, gain = 1 } = {}): Promise<FakeMicrophone> {
  const context = new AudioContext({ sampleRate: RATE });
  await context.resume();
  const sound = new AudioBuffer({ length: SECONDS * RATE, sampleRate: RATE });
  sound.copyToChannel(speechLike(SECONDS, seed), 0);
  const player = new AudioBufferSourceNode(context, { buffer: sound, loop: true });
  const volume = new GainNode(context, { gain });
  const { stream } = player
    .connect(volume)
    .connect(
      new MediaStreamAudioDestinationNode(context, { channelCount: 1 }),
    ) as MediaStreamAudioDestinationNode;
  const track = stream.getAudioTracks()[0];
  if (track === undefined) throw new Error('Web Audio gave no track');
  player.start();
  onTestFinished(() => context.close());
  let isMuted = false;
  let isUnplugged = false;
  const readyState = () => Reflect.get(MediaStreamTrack.prototype, 'readyState', track);
  // A page can neither mute a track nor end it so that it hears of it.
  Object.defineProperty(track, 'muted', { get: () => isMuted });
  Object.defineProperty(track, 'readyState', { get: () => (isUnplugged ? 'ended' : readyState()) });
  return {
    stream,
    track,
    unplug: () => {
      isUnplugged = true;
      track.dispatchEvent(new Event('ended'));
    },
    mute: (now) => {
      isMuted = now;
      track.dispatchEvent(new Event(now ? 'mute' : 'unmute'));
    },
    setGain: (value) => {
      volume.gain.value = value;
    },
  };
}

/** What `getUserMedia` is called with. */
export type Asked = MediaTrackConstraints;

/** Answers `getUserMedia` in place of the browser until the test is over. Returns what it was asked for. */
export function answerGetUserMedia(answer: (asked: Asked) => Promise<MediaStream>): readonly Asked[] {
  const asked: Asked[] = [];
  const original = navigator.mediaDevices.getUserMedia;
  navigator.mediaDevices.getUserMedia = (constraints) => {
    const audio = typeof constraints?.audio === 'object' ? constraints.audio : {};
    asked.push(audio);
    return answer(audio);
  };
  onTestFinished(() => {
    navigator.mediaDevices.getUserMedia = original;
  });
  return asked;
}
