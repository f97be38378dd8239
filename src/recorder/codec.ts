const FORMATS = ['audio/webm;codecs=opus', 'audio/ogg;codecs=opus', 'audio/mp4;codecs=opus', 'audio/mp4'];

/**
 * WebKit first records what it can surely play: Safari says yes to WebM from 18.4 on, and then fails to
 * play the raw file (capacitor-voice-recorder#123).
 */
const WEBKIT_FORMATS = ['audio/mp4;codecs=mp4a.40.2', 'audio/mp4', 'audio/webm;codecs=opus'];

/** WebM first: in MP4 nothing is written until the next keyframe. Baseline 3.1 is 720 lines. */
const PICTURE_FORMATS = [
  'video/webm;codecs=vp9,opus',
  'video/webm;codecs=vp8,opus',
  'video/mp4;codecs=avc1.42E01F,opus',
  'video/mp4',
];
const WEBKIT_PICTURE_FORMATS = [
  'video/mp4;codecs=avc1.42E01F,mp4a.40.2',
  'video/mp4',
  'video/webm;codecs=vp8,opus',
];

/**
 * What to ask the encoder for; null leaves it to the browser. What it really made stands in
 * `MediaRecorder.mimeType` once it runs.
 *
 * @param preferred the type of the take's earlier segments: only equal ones can be joined, or those with and
 *   without a picture whose container and sound are the same
 */
export function chooseFormat(
  preferred: string | null,
  isSupported: (mimeType: string) => boolean,
  userAgent: string,
  hasPicture = false,
): string | null {
  const isWebKit = /AppleWebKit/.test(userAgent) && !/Chrom(e|ium)|Edg\//.test(userAgent);
  const [sound, picture] = isWebKit ? [WEBKIT_FORMATS, WEBKIT_PICTURE_FORMATS] : [FORMATS, PICTURE_FORMATS];
  const order = hasPicture ? picture : sound;
  if (preferred === null) return order.find(isSupported) ?? null;
  const likeness = (type: string) =>
    2 * Number(containerOf(type) === containerOf(preferred)) +
    Number(soundCodecOf(type) === soundCodecOf(preferred));
  const isSameKind = preferred.startsWith('video/') === hasPicture;
  // Sound is encoded again when the clip is made, a picture never.
  const rest = isSameKind && !hasPicture ? order : order.toSorted((a, b) => likeness(b) - likeness(a));
  return [...(isSameKind ? [preferred] : []), ...rest].find(isSupported) ?? null;
}

/**
 * How often the encoder hands over: what a crash may cost. MP4 lags behind by a fragment, and sound beside a
 * picture by the frames that are being encoded, so that their slices are shorter.
 */
export function timesliceMs(mimeType: string): number {
  return containerOf(mimeType) === 'mp4' || mimeType.startsWith('video/') ? 250 : 500;
}

/** For seeking, one in two seconds is enough; MP4 is written only up to the last one. */
export function keyFrameIntervalMs(mimeType: string): number {
  return containerOf(mimeType) === 'mp4' ? 1000 : 2000;
}

function containerOf(mimeType: string): string | undefined {
  return /^\w+\/([\w-]+)/.exec(mimeType)?.[1];
}

/** The last one named. */
function soundCodecOf(mimeType: string): string | undefined {
  return /codecs="?(?:[^",]+,\s*)*([^",]+)"?$/.exec(mimeType)?.[1];
}
