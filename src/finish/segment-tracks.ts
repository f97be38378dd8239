import {
  type AudioCodec,
  type EncodedPacket,
  EncodedPacketSink,
  Input,
  type InputFormat,
  type InputTrack,
  MATROSKA,
  MP4,
  OGG,
  type Rotation,
  type Source,
  type VideoCodec,
  WEBM,
} from 'mediabunny';
import { aacDuration, opusDuration } from './packet-duration.ts';

/** What every recorder writes. */
export const RECORDED_FORMATS: readonly InputFormat[] = [WEBM, MATROSKA, MP4, OGG];

/** Seconds, for a frame whose next one is not known yet. */
const LONGEST_FRAME = 0.05;

export type TrackKind = 'audio' | 'video';

/** Those of WebKit last a second. */
const LONGEST_FRAGMENT_SEC = 5;

type Stream =
  | { readonly kind: 'audio'; readonly codec: AudioCodec; readonly config: AudioDecoderConfig }
  | {
      readonly kind: 'video';
      readonly codec: VideoCodec;
      readonly config: VideoDecoderConfig;
      /** Degrees clockwise by which its pictures are to be turned. */
      readonly rotation: Rotation;
    };

/** A track that has packets. */
export type SegmentTrack = Stream & {
  /** Seconds on the segment's own timeline, which need not begin at 0. */
  readonly startsAt: number;
  /** What a muxer may look into where the header does not describe the stream: AAC from the air, for one. */
  readonly firstPacket: EncodedPacket;
  /** In decode order, each with its duration; ends without a word where the bytes are damaged. */
  packets(): AsyncGenerator<EncodedPacket, void>;
};

export type SegmentTracks = {
  readonly format: InputFormat;
  readonly tracks: readonly SegmentTrack[];
  dispose(): void;
};

/**
 * The tracks of one recorded file, the first of each kind; null when it has no packet, because it ends
 * before its first one or is no media at all.
 */
export async function openTracks(source: Source): Promise<SegmentTracks | null> {
  const input = new Input({ source, formats: [...RECORDED_FORMATS] });
  try {
    const format = await input.getFormat();
    const found = [await input.getPrimaryAudioTrack(), await input.getPrimaryVideoTrack()];
    const opened = await Promise.all(found.map((track) => openTrack(track, format)));
    const tracks = opened.filter((track) => track !== null);
    if (tracks.length > 0) return { format, tracks, dispose: () => input.dispose() };
  } catch {
    // The header is not whole.
  }
  input.dispose();
  return null;
}

/** Null for none, for one without packets, and for a codec that has no name here. */
export async function openTrack(track: InputTrack | null, format: InputFormat): Promise<SegmentTrack | null> {
  if (track === null) return null;
  const sink = new EncodedPacketSink(track);
  const first = await sink.getFirstPacket();
  const stream = await streamOf(track);
  if (first === null || stream === null) return null;
  const mayRepeat = format === MP4 && stream.kind === 'audio';
  const packets = () => (mayRepeat ? toldOnce(timedPackets(sink, stream)) : timedPackets(sink, stream));
  return { ...stream, startsAt: first.timestamp, firstPacket: first, packets };
}

async function streamOf(track: InputTrack): Promise<Stream | null> {
  if (track.isAudioTrack()) {
    const [codec, config] = [await track.getCodec(), await track.getDecoderConfig()];
    return codec === null || config === null ? null : { kind: 'audio', codec, config };
  }
  if (track.isVideoTrack()) {
    const [codec, config] = [await track.getCodec(), await track.getDecoderConfig()];
    return codec === null || config === null
      ? null
      : { kind: 'video', codec, config, rotation: await track.getRotation() };
  }
  return null;
}

/**
 * Not `sink.packets()`: that reads ahead, and when it comes upon damage it throws away the good packets
 * that were not asked for yet.
 */
async function* timedPackets(sink: EncodedPacketSink, stream: Stream): AsyncGenerator<EncodedPacket, void> {
  let before = await sink.getFirstPacket();
  let interval = 0;
  while (before !== null) {
    yield before.clone({ duration: durationOf(before, stream, interval) });
    const next: EncodedPacket | null = await sink.getNextPacket(before).catch(() => null);
    interval = next === null ? interval : Math.max(0, next.timestamp - before.timestamp);
    before = next;
  }
}

/**
 * When it is stopped, WebKitGTK writes the header of the last fragment twice (2.50.6, November 2026). By the
 * first one the packets lie where the second one does, so that they are noise; by the second they are whole.
 * Where time runs back, what was told before is therefore left out.
 */
async function* toldOnce(packets: AsyncGenerator<EncodedPacket, void>): AsyncGenerator<EncodedPacket, void> {
  let held: EncodedPacket[] = [];
  for await (const packet of packets) {
    const last = held.at(-1);
    if (last !== undefined && packet.timestamp <= last.timestamp)
      held = held.filter((before) => before.timestamp < packet.timestamp);
    held.push(packet);
    while (packet.timestamp - (held[0]?.timestamp ?? packet.timestamp) > LONGEST_FRAGMENT_SEC) {
      const [oldest] = held.splice(0, 1);
      if (oldest !== undefined) yield oldest;
    }
  }
  yield* held;
}

function durationOf(packet: EncodedPacket, { kind, codec, config }: Stream, interval: number): number {
  if (codec === 'opus') return opusDuration(packet.data);
  // How long a frame is seen is told by the next one; the last must not last longer than the sound.
  if (kind === 'video') return Math.min(packet.duration || interval, LONGEST_FRAME);
  if (packet.duration > 0) return packet.duration;
  if (codec === 'aac' && 'sampleRate' in config) return aacDuration(config.sampleRate);
  return interval;
}

/**
 * Whether one decoder plays both without a new configuration. Opus says in every packet what it is
 * (RFC 6716, section 3.1), so that only its multichannel mappings need equal headers. VP8 and VP9 say in
 * every keyframe how large the picture is.
 */
export function isSameStream(a: SegmentTrack, b: SegmentTrack): boolean {
  if (a.kind !== b.kind || a.codec !== b.codec) return false;
  if (a.kind === 'video' && b.kind === 'video' && a.rotation !== b.rotation) return false;
  if (a.codec === 'vp8' || a.codec === 'vp9') return profileOf(a) === profileOf(b);
  if (a.config.codec !== b.config.codec) return false;
  if (a.codec === 'opus' && channelMapping(a.config) === 0 && channelMapping(b.config) === 0) return true;
  if (a.kind === 'audio' && b.kind === 'audio') {
    if (a.config.sampleRate !== b.config.sampleRate) return false;
    if (a.config.numberOfChannels !== b.config.numberOfChannels) return false;
  }
  const [left, right] = [bytesOf(a.config.description), bytesOf(b.config.description)];
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}

/** `vp09.00` of `vp09.00.31.08`: what follows goes with the size. */
function profileOf({ config }: SegmentTrack): string {
  return config.codec.split('.').slice(0, 2).join('.');
}

/** The channel mapping family of an identification header (RFC 7845, section 5.1). */
function channelMapping(config: AudioDecoderConfig | VideoDecoderConfig): number {
  return bytesOf(config.description)[18] ?? 0;
}

function bytesOf(data: AllowSharedBufferSource | undefined): Uint8Array {
  if (data === undefined) return new Uint8Array();
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
