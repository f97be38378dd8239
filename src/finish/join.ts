import {
  EncodedAudioPacketSource,
  type EncodedPacket,
  EncodedVideoPacketSource,
  type InputFormat,
  MATROSKA,
  MkvOutputFormat,
  Mp4OutputFormat,
  OGG,
  OggOutputFormat,
  Output,
  type OutputFormat,
  StreamTarget,
  type StreamTargetChunk,
  WEBM,
  WebMOutputFormat,
} from 'mediabunny';
import type { Ms } from '../domain/timeline.ts';
import type { SegmentFile } from './chunk-source.ts';
import {
  isSameStream,
  openTracks,
  type SegmentTrack,
  type SegmentTracks,
  type TrackKind,
} from './segment-tracks.ts';

/** Where a segment lies in the clip; one without packets has no length. */
export type Place = { readonly startMs: Ms; readonly lengthMs: Ms };

export type Joined =
  | {
      readonly tag: 'joined';
      readonly mimeType: string;
      readonly durationMs: Ms;
      readonly places: readonly Place[];
      /** The picture of some segment fits no clip with the others; the sound is whole. */
      readonly lacksPicture: boolean;
    }
  | { readonly tag: 'empty' }
  | { readonly tag: 'failed'; readonly fault: 'unreadable' | 'mixed'; readonly reason: string };

export type Clip = {
  readonly output: Output;
  readonly tracks: ReadonlyMap<TrackKind, SegmentTrack>;
  add(kind: TrackKind, packet: EncodedPacket): Promise<void>;
  /** No picture comes any more. Until it knows, a muxer keeps all further sound in memory. */
  endPicture(): void;
};

/** A file that breaks off before its first packet is shorter than this. */
const HEADER_BYTES = 4096;
/** Nobody reads the index some recorders write at the end; more than this of a file is no index. */
const INDEX_SHARE = 0.02;
/** What a muxer hands over at a time. */
export const WRITE_BYTES = 1 << 20;

/**
 * Joins segments into one clip that can be seeked in and knows its length, in the container of the first
 * one. Packets are copied as they are and only stamped anew, each segment beginning where the one before
 * ends; sound that cannot be joined so is encoded again where this browser can. While a segment has no
 * picture, the last one stands still; a picture that cannot be joined is left out, with its sound kept.
 *
 * Rejects with what the store threw, reading or writing. However it ends, `stream` is at rest afterwards.
 */
export async function joinSegments(
  files: readonly SegmentFile[],
  stream: WritableStream<StreamTargetChunk>,
  onProgress: (ratio: number) => void,
): Promise<Joined> {
  const segments: (SegmentTracks | null)[] = [];
  try {
    for (const file of files) segments.push(await open(file));
    const lost = files.findIndex((file, index) => segments[index] === null && file.bytes >= HEADER_BYTES);
    if (lost !== -1) return failed('unreadable', `Segment ${lost + 1} is not a recording`);
    const first = segments.find((segment) => segment !== null);
    if (first === undefined) return { tag: 'empty' };

    const clip = await openClip(outputFormat(first.format, firstOfEach(segments)), segments, stream);
    try {
      return await fill(clip, files, segments, onProgress);
    } finally {
      // After this nothing is being written any more. A stream that failed cannot be closed, which is fine.
      if (clip.output.state === 'started') await clip.output.cancel().catch(() => undefined);
    }
  } finally {
    for (const segment of segments) segment?.dispose();
  }
}

async function fill(
  clip: Clip,
  files: readonly SegmentFile[],
  segments: readonly (SegmentTracks | null)[],
  onProgress: (ratio: number) => void,
): Promise<Joined> {
  const total = files.reduce((sum, file) => sum + file.bytes, 0);
  const places: Place[] = [];
  let endSec = 0;
  let bytesBefore = 0;
  let lacksPicture = false;
  const lastWithPicture = segments.findLastIndex((segment) => segment !== null && trackOf(segment, 'video'));
  for (const [index, file] of files.entries()) {
    const startSec = endSec;
    if (index > lastWithPicture) clip.endPicture();
    const segment = segments[index] ?? null;
    const joinable = segment && (await madeJoinable(clip, file, segment));
    if (segment !== null && joinable === null)
      return failed('mixed', `Segment ${index + 1} is in another format`);
    if (joinable !== null) {
      const isWithoutPicture = segment !== null && trackOf(segment, 'video') && !trackOf(joinable, 'video');
      if (isWithoutPicture) lacksPicture = true;
      endSec = await append(clip, joinable, startSec, () => onProgress((bytesBefore + file.seen()) / total));
      rethrow(file);
      // What belongs to a picture that is left out is not asked for.
      const unread = isWithoutPicture ? 0 : file.bytes - file.seen();
      if (unread > INDEX_SHARE * file.bytes)
        return failed('unreadable', `${unread} of ${file.bytes} bytes of segment ${index + 1} mean nothing`);
    }
    bytesBefore += file.bytes;
    const startMs = Math.round(startSec * 1000);
    places.push({ startMs, lengthMs: Math.round(endSec * 1000) - startMs });
  }
  await clip.output.finalize();
  onProgress(1);
  const mimeType = await clip.output.getMimeType();
  return { tag: 'joined', mimeType, durationMs: Math.round(endSec * 1000), places, lacksPicture };
}

async function open(file: SegmentFile): Promise<SegmentTracks | null> {
  const tracks = await openTracks(file.source);
  rethrow(file);
  return tracks;
}

/** A parser may take a store that fails for the end of the file. */
function rethrow(file: SegmentFile) {
  const failure = file.failure();
  if (failure !== null) throw failure;
}

/** Begins a clip with a track of each kind the segments have. */
export async function openClip(
  format: OutputFormat,
  segments: readonly (SegmentTracks | null)[],
  stream: WritableStream<StreamTargetChunk>,
): Promise<Clip> {
  const tracks = new Map(firstOfEach(segments).map((track) => [track.kind, track]));
  const output = new Output({
    format,
    target: new StreamTarget(stream, { chunked: true, chunkSize: WRITE_BYTES }),
  });
  const sources = new Map<TrackKind, { add(packet: EncodedPacket): Promise<void>; close(): void }>();
  for (const track of tracks.values()) {
    if (track.kind === 'audio') {
      const source = new EncodedAudioPacketSource(track.codec);
      output.addAudioTrack(source, aboutStream(track));
      sources.set(track.kind, source);
    } else {
      const source = new EncodedVideoPacketSource(track.codec);
      const turned = format.supportsVideoTransformationMetadata ? { rotation: track.rotation } : {};
      output.addVideoTrack(source, { ...aboutStream(track), ...turned });
      sources.set(track.kind, source);
    }
  }
  await output.start();
  return {
    output,
    tracks,
    add: async (kind, packet) => sources.get(kind)?.add(packet),
    endPicture: () => sources.get('video')?.close(),
  };
}

function aboutStream<Config extends SegmentTrack['config']>({
  config,
  firstPacket,
}: {
  readonly config: Config;
  readonly firstPacket: EncodedPacket;
}) {
  return config.description === undefined
    ? { decoderConfig: config, primingPacket: firstPacket }
    : { decoderConfig: config };
}

function firstOfEach(segments: readonly (SegmentTracks | null)[]): readonly SegmentTrack[] {
  const tracks = segments.flatMap((segment) => segment?.tracks ?? []);
  return tracks.filter(({ kind }, index) => tracks.findIndex((track) => track.kind === kind) === index);
}

function outputFormat(input: InputFormat, tracks: readonly SegmentTrack[]): OutputFormat {
  // Ogg holds no picture that a recorder makes.
  if (input === OGG && tracks.every(({ kind }) => kind === 'audio')) return new OggOutputFormat();
  if (input !== WEBM && input !== MATROSKA && input !== OGG) return new Mp4OutputFormat({ fastStart: false });
  const webm = new WebMOutputFormat();
  const codecs = webm.getSupportedCodecs();
  return tracks.every((track) => codecs.includes(track.codec)) ? webm : new MkvOutputFormat();
}

/**
 * The segment as it is; or without its picture, when that is in another format than the clip's; or its sound
 * alone, encoded again like the clip's. Null when that cannot be done.
 */
async function madeJoinable(
  clip: Clip,
  file: SegmentFile,
  segment: SegmentTracks,
): Promise<SegmentTracks | null> {
  const alike = segment.tracks.filter((track) => {
    const like = clip.tracks.get(track.kind);
    return like !== undefined && isSameStream(track, like);
  });
  const like = clip.tracks.get('audio');
  // A crash at its very beginning may leave a picture before there is sound.
  if (like === undefined || !trackOf(segment, 'audio')) return { ...segment, tracks: alike };
  if (alike.some(({ kind }) => kind === 'audio')) return { ...segment, tracks: alike };
  const { transcode } = await import('./transcode.ts');
  const source = await transcode(file.source, like, clip.output.format).catch(() => null);
  rethrow(file);
  const encoded = source && (await openTracks(source));
  const sound = encoded && trackOf(encoded, 'audio');
  return sound && isSameStream(sound, like) ? encoded : null;
}

function trackOf({ tracks }: SegmentTracks, kind: TrackKind): SegmentTrack | null {
  return tracks.find((track) => track.kind === kind) ?? null;
}

/** Copies all packets of a segment and says where it ends, in seconds. */
export async function append(
  clip: Clip,
  segment: SegmentTracks,
  startSec: number,
  onPacket: () => void,
): Promise<number> {
  // Ogg has no time stamps: there, a packet begins where the one before ends.
  const isStamped = clip.output.format.supportsTimestampedMediaData;
  const base = Math.min(...segment.tracks.map((track) => track.startsAt));
  let endSec = startSec;
  for await (const { kind, packet } of inOrder(segment.tracks)) {
    const timestamp = isStamped ? startSec + packet.timestamp - base : endSec;
    await clip.add(kind, packet.clone({ timestamp }));
    endSec = Math.max(endSec, timestamp + packet.duration);
    onPacket();
  }
  return endSec;
}

type Next = {
  readonly kind: TrackKind;
  readonly packet: EncodedPacket;
  readonly rest: AsyncGenerator<EncodedPacket>;
};

/** The packets of several tracks by time, because a muxer keeps in memory what is ahead of another track. */
async function* inOrder(tracks: readonly SegmentTrack[]): AsyncGenerator<Next> {
  const queue: Next[] = [];
  const enqueue = async (kind: TrackKind, rest: AsyncGenerator<EncodedPacket>) => {
    const next = await rest.next();
    if (next.done !== true) queue.push({ kind, rest, packet: next.value });
  };
  for (const track of tracks) await enqueue(track.kind, track.packets());
  while (true) {
    const next = queue.toSorted((a, b) => a.packet.timestamp - b.packet.timestamp)[0];
    if (next === undefined) return;
    yield next;
    queue.splice(queue.indexOf(next), 1);
    await enqueue(next.kind, next.rest);
  }
}

function failed(fault: 'unreadable' | 'mixed', reason: string): Joined {
  return { tag: 'failed', fault, reason };
}
