import {
  ADTS,
  AudioSampleSink,
  BlobSource,
  FLAC,
  Input,
  type InputFormat,
  MATROSKA,
  MP3,
  MP4,
  OGG,
  QTFF,
  WAVE,
  WEBM,
} from 'mediabunny';
import { downmix } from './downmix.ts';
import type { SoundBlock } from './peaks.ts';

/** What recorders write, and what people import. */
const FORMATS: readonly InputFormat[] = [WEBM, MATROSKA, MP4, QTFF, OGG, WAVE, MP3, FLAC, ADTS];

/** This browser has no decoder for the clip, or there is nothing in it to decode. */
export class Undecodable extends Error {
  override readonly name = 'Undecodable';
  /** It is a picture without sound. */
  readonly isMute: boolean;
  /** Worth decoding as a whole (`decodeAudioData`), which a worker cannot do. */
  readonly isForWhole: boolean;

  constructor({ isMute = false, isForWhole = false, cause }: Why = {}) {
    super('This clip cannot be decoded here', { cause });
    this.isMute = isMute;
    this.isForWhole = isForWhole;
  }
}

type Why = { readonly isMute?: boolean; readonly isForWhole?: boolean; readonly cause?: unknown };

/** What a worker answers about a clip. */
export type Decoding<Result> =
  | { readonly tag: 'measured'; readonly result: Result }
  | ({ readonly tag: 'undecodable' } & Pick<Undecodable, 'isMute' | 'isForWhole'>);

export async function decoding<Result>(work: () => Promise<Result>): Promise<Decoding<Result>> {
  try {
    return { tag: 'measured', result: await work() };
  } catch (error) {
    if (!(error instanceof Undecodable)) throw error;
    const { isMute, isForWhole } = error;
    return { tag: 'undecodable', isMute, isForWhole };
  }
}

/** A clip that was decoded as a whole, because nothing else decodes it here: its channels. */
export type WholeSound = {
  readonly sampleRate: number;
  readonly planes: readonly Float32Array<ArrayBuffer>[];
};

/**
 * The sound of a clip in mono, block by block, so that an hour needs no more memory than a minute. Blocks
 * stand where the container says, which is also what a media element plays; what is in them is good until the
 * next block. A clip that is damaged further on ends where the damage begins. Throws `Undecodable`, and
 * whatever reading the clip throws.
 *
 * @param onProgress from 0 to 1, a hundred times at most
 * @param onBreak when its end cannot be decoded, with how far it was
 */
export async function* decodeMono(
  clip: Blob | WholeSound,
  onProgress: (ratio: number) => void,
  onBreak: (heardSec: number) => void = () => {},
): AsyncGenerator<SoundBlock, void> {
  let shown = 0;
  const progress = (ratio: number) => {
    if (ratio < shown + 0.01) return;
    shown = ratio;
    onProgress(ratio);
  };
  yield* clip instanceof Blob ? streamed(clip, progress, onBreak) : cut(clip, progress);
}

async function* streamed(
  clip: Blob,
  onProgress: (ratio: number) => void,
  onBreak: (heardSec: number) => void,
): AsyncGenerator<SoundBlock, void> {
  const input = new Input({ source: new BlobSource(clip), formats: [...FORMATS] });
  let isForWhole = false;
  let heardSec: number | null = null;
  try {
    const track = await input.getPrimaryAudioTrack();
    if (track === null) throw new Undecodable({ isMute: (await input.getPrimaryVideoTrack()) !== null });
    const rate = await track.getSampleRate();
    if (rate < LOWEST_RATE || rate > HIGHEST_RATE) throw new Undecodable();
    const lasts = await track.computeDuration();
    const isAac = (await track.getCodec()) === 'aac';
    isForWhole = isAac && isWebKit() && lasts <= LONGEST_WHOLE_SEC;
    if ((isAac && isFatal()) || !(await track.canDecode())) throw new Undecodable({ isForWhole });
    const heard = downmix();
    let planes: Float32Array<ArrayBuffer>[] = [];
    for await (const sample of new AudioSampleSink(track).samples()) {
      const { numberOfFrames, numberOfChannels, sampleRate, timestamp } = sample;
      if (planes.length !== numberOfChannels || (planes[0]?.length ?? 0) < numberOfFrames)
        planes = Array.from({ length: numberOfChannels }, () => new Float32Array(numberOfFrames));
      for (const [planeIndex, plane] of planes.entries())
        sample.copyTo(plane.subarray(0, numberOfFrames), { planeIndex, format: 'f32-planar' });
      sample.close();
      heardSec = timestamp + numberOfFrames / sampleRate;
      yield { startSec: timestamp, sampleRate, ...heard(planes, numberOfFrames, sampleRate) };
      onProgress(lasts > 0 ? Math.min(1, timestamp / lasts) : 1);
    }
    // Of a container that is damaged in the middle, no more is found, and nothing is said.
    if (heardSec !== null && lasts - heardSec > SILENT_BREAK_SEC) onBreak(heardSec);
  } catch (error) {
    if (error instanceof Undecodable) throw error;
    if (!(await isReadable(clip))) throw error;
    if (heardSec !== null) return onBreak(heardSec);
    throw new Undecodable({ isForWhole, cause: error });
  } finally {
    input.dispose();
  }
}

function* cut(
  { sampleRate, planes }: WholeSound,
  onProgress: (ratio: number) => void,
): Generator<SoundBlock, void> {
  const length = planes[0]?.length ?? 0;
  const heard = downmix();
  for (let from = 0; from < length; from += sampleRate) {
    const frames = Math.min(sampleRate, length - from);
    const parts = planes.map((plane) => plane.subarray(from));
    yield { startSec: from / sampleRate, sampleRate, ...heard(parts, frames, sampleRate) };
    onProgress((from + frames) / length);
  }
}

/** Whether the disk gives the bytes: browsers have no name for it in common. */
async function isReadable(clip: Blob): Promise<boolean> {
  try {
    for (const reader = clip.stream().getReader(); ; ) if ((await reader.read()).done) return true;
  } catch {
    return false;
  }
}

/** Hz. No sound has another one: such a header is damaged, and a second of 1 Hz or 4 GHz takes for ever to resample. */
const LOWEST_RATE = 1000;
const HIGHEST_RATE = 768_000;

/** The track says that it lasts so much longer than there is of it. */
const SILENT_BREAK_SEC = 1;

/** At 16 kHz 4 MB a minute. */
const LONGEST_WHOLE_SEC = 600;

/** It decodes AAC with `decodeAudioData` but not with WebCodecs (`EncodingError`, WebKitGTK 2.50, November 2026). */
function isWebKit(): boolean {
  const { userAgent } = navigator;
  return userAgent.includes('AppleWebKit') && !/Chrom(e|ium)/.test(userAgent);
}

/**
 * WebKitGTK says that WebCodecs decode AAC, fails at the first packet, and the whole page then crashes with
 * the worker (`free(): invalid pointer`, 2.50.6, November 2026). Safari shares the name, not the decoder.
 */
function isFatal(): boolean {
  return isWebKit() && /Linux/.test(navigator.userAgent);
}
