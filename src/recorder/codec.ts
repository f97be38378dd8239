/** Ample for speech, about 29 MB an hour. */
export const BITS_PER_SECOND = 64_000;

const FORMATS = ['audio/webm;codecs=opus', 'audio/ogg;codecs=opus', 'audio/mp4;codecs=opus', 'audio/mp4'];

/**
 * WebKit first records what it can surely play: Safari says yes to WebM from 18.4 on, and then fails to
 * play the raw file (capacitor-voice-recorder#123).
 */
const WEBKIT_FORMATS = ['audio/mp4;codecs=mp4a.40.2', 'audio/mp4', 'audio/webm;codecs=opus'];

/**
 * What to ask the encoder for; null leaves it to the browser. What it really made stands in
 * `MediaRecorder.mimeType` once it runs.
 *
 * @param preferred the type of the take's earlier segments: only equal ones can be joined
 */
export function chooseFormat(
  preferred: string | null,
  isSupported: (mimeType: string) => boolean,
  userAgent: string,
): string | null {
  const isWebKit = /AppleWebKit/.test(userAgent) && !/Chrom(e|ium)|Edg\//.test(userAgent);
  const order = [...(preferred === null ? [] : [preferred]), ...(isWebKit ? WEBKIT_FORMATS : FORMATS)];
  return order.find(isSupported) ?? null;
}

/**
 * How often the encoder hands over: what a crash may cost. MP4 lags behind by a fragment, so that its
 * slices are shorter.
 */
export function timesliceMs(mimeType: string): number {
  return mimeType.startsWith('audio/mp4') ? 250 : 500;
}
