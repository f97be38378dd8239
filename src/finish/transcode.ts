import {
  BufferSource,
  BufferTarget,
  Conversion,
  Input,
  Output,
  type OutputFormat,
  type Source,
} from 'mediabunny';
import { RECORDED_FORMATS, type SegmentTrack } from './segment-tracks.ts';

/**
 * Encodes the sound of a segment again so that it can stand beside `like`, as a whole file in memory.
 * Null: this browser cannot decode the one or encode the other.
 */
export async function transcode(
  source: Source,
  like: SegmentTrack,
  format: OutputFormat,
): Promise<Source | null> {
  if (like.kind !== 'audio') return null;
  const target = new BufferTarget();
  const input = new Input({ source, formats: [...RECORDED_FORMATS] });
  const conversion = await Conversion.init({
    input,
    output: new Output({ format, target }),
    audio: {
      codec: like.codec,
      numberOfChannels: like.config.numberOfChannels,
      sampleRate: like.config.sampleRate,
      forceTranscode: true,
    },
    video: { discard: true },
    showWarnings: false,
  });
  try {
    if (!conversion.isValid) return null;
    await conversion.execute();
  } finally {
    input.dispose();
  }
  return target.buffer === null ? null : new BufferSource(target.buffer);
}
