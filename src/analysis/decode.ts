import {
  ADTS,
  type AudioCodec,
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
import type { SoundBlock } from './peaks.ts';

/** What recorders write, and what people import. */
const FORMATS: readonly InputFormat[] = [WEBM, MATROSKA, MP4, QTFF, OGG, WAVE, MP3, FLAC, ADTS];

/** This browser has no decoder for the clip, or it gave up. */
export class Undecodable extends Error {
  override readonly name = 'Undecodable';
  /** Seconds; null when not even that can be told. */
  readonly lasts: number | null;

  constructor(lasts: number | null, options?: { readonly cause: unknown }) {
    super('This clip cannot be decoded here', options);
    this.lasts = lasts;
  }
}

/**
 * The sound of a clip in mono, block by block, so that an hour needs no more memory than a minute. Blocks
 * stand where the container says, which is also what a media element plays; `samples` are good until the
 * next block. Throws `Undecodable`.
 */
export async function* decodeMono(
  clip: Blob,
  onProgress: (ratio: number) => void,
): AsyncGenerator<SoundBlock, void> {
  const input = new Input({ source: new BlobSource(clip), formats: [...FORMATS] });
  let lasts: number | null = null;
  try {
    const track = await input.getPrimaryAudioTrack();
    if (track === null) throw new Undecodable(lasts);
    lasts = await track.computeDuration();
    if (isFatal(await track.getCodec()) || !(await track.canDecode())) throw new Undecodable(lasts);
    let mono = new Float32Array();
    let plane = new Float32Array();
    for await (const sample of new AudioSampleSink(track).samples()) {
      const { numberOfFrames, numberOfChannels, sampleRate, timestamp } = sample;
      if (mono.length < numberOfFrames) {
        mono = new Float32Array(numberOfFrames);
        plane = new Float32Array(numberOfFrames);
      }
      const samples = mono.subarray(0, numberOfFrames).fill(0);
      for (let planeIndex = 0; planeIndex < numberOfChannels; planeIndex += 1) {
        sample.copyTo(plane, { planeIndex, format: 'f32-planar' });
        for (let index = 0; index < numberOfFrames; index += 1)
          samples[index] = (samples[index] ?? 0) + (plane[index] ?? 0) / numberOfChannels;
      }
      sample.close();
      yield { startSec: timestamp, sampleRate, samples };
      onProgress(lasts > 0 ? Math.min(1, timestamp / lasts) : 1);
    }
  } catch (error) {
    throw error instanceof Undecodable ? error : new Undecodable(lasts, { cause: error });
  } finally {
    input.dispose();
  }
}

/**
 * WebKitGTK says that WebCodecs decode AAC, fails at the first packet, and the whole page then crashes with
 * the worker (`free(): invalid pointer`, 2.50.6, November 2026). Safari shares the name, not the decoder.
 */
function isFatal(codec: AudioCodec | null): boolean {
  const { userAgent } = navigator;
  return codec === 'aac' && /Linux.*AppleWebKit/.test(userAgent) && !/Chrom(e|ium)/.test(userAgent);
}
