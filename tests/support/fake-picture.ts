import { onTestFinished } from 'vitest';

type Devices = Pick<MediaDevices, 'getUserMedia' | 'getDisplayMedia'>;
type Answers = {
  readonly microphone?: () => Promise<MediaStream>;
  readonly camera?: () => Promise<MediaStream>;
  readonly screen?: () => Promise<MediaStream>;
};

/**
 * Answers in place of the browser until the test is over; what is not given is the browser's own fake device.
 * Returns how often each was asked for, and the pictures that were handed out.
 */
export function answerDevices({ microphone, camera, screen }: Answers = {}) {
  const { mediaDevices } = navigator;
  const own: Devices = {
    getUserMedia: mediaDevices.getUserMedia.bind(mediaDevices),
    getDisplayMedia: mediaDevices.getDisplayMedia.bind(mediaDevices),
  };
  const asked = { microphone: 0, camera: 0, screen: 0 };
  const pictures: MediaStreamTrack[] = [];
  const noted = async (answer: Promise<MediaStream>) => {
    const stream = await answer;
    pictures.push(...stream.getVideoTracks());
    return stream;
  };
  Object.assign(mediaDevices, {
    getUserMedia(constraints: MediaStreamConstraints) {
      const isPicture = constraints.video !== undefined;
      asked[isPicture ? 'camera' : 'microphone'] += 1;
      const answer = isPicture ? camera : microphone;
      return noted(answer === undefined ? own.getUserMedia(constraints) : answer());
    },
    getDisplayMedia(options: DisplayMediaStreamOptions) {
      asked.screen += 1;
      return noted(screen === undefined ? own.getDisplayMedia(options) : screen());
    },
  });
  onTestFinished(() => {
    for (const name of ['getUserMedia', 'getDisplayMedia']) Reflect.deleteProperty(mediaDevices, name);
  });
  return { asked, pictures };
}

/** As the browser does it when sharing is stopped by its own button, or a plug is pulled. */
export function endBySystem(track: MediaStreamTrack | undefined): void {
  if (track === undefined) throw new Error('There is no such track');
  track.stop();
  track.dispatchEvent(new Event('ended'));
}

/** A picture of which one frame comes, and then no other: a slide that is shown for a while. */
export async function aStillPicture(): Promise<MediaStream> {
  const canvas = document.createElement('canvas');
  const brush = canvas.getContext('2d');
  const stream = canvas.captureStream();
  const timer = setInterval(() => brush?.fillRect(0, 0, 9, 9), 30);
  const stop = () => clearInterval(timer);
  onTestFinished(stop);
  // Long enough for everybody who waits for the first frame.
  setTimeout(stop, 1000);
  return stream;
}
