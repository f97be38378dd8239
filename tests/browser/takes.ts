import {
  ALL_FORMATS,
  AppendOnlyStreamTarget,
  AudioSampleSink,
  BlobSource,
  BufferTarget,
  Conversion,
  EncodedAudioPacketSource,
  EncodedPacket,
  EncodedPacketSink,
  Input,
  Mp4OutputFormat,
  OggOutputFormat,
  Output,
  WebMOutputFormat,
} from 'mediabunny';
import type { Chunk, UnfinishedAttempt } from '../../src/domain/attempt.ts';
import type { Archive } from '../../src/storage/archive.ts';
import { aChunk, anUnfinishedAttempt, aSegment } from '../support/factories.ts';
import { burstsOf, speechLike } from '../support/speech-like.ts';

export type Recording = {
  readonly mimeType: string;
  readonly chunks: readonly ArrayBuffer[];
};

type Recorded = {
  readonly mimeType?: string;
  readonly seconds?: number;
  /** Which bursts are heard: speech-like.ts. */
  readonly seed?: number;
  readonly channels?: number;
};

const made = new Map<string, Promise<Recording>>();

/** What MediaRecorder delivers in slices of 500 ms, hearing `speechLike(seconds, seed)`. */
export function record({
  mimeType = 'audio/webm;codecs=opus',
  seconds = 2,
  seed = 1,
  channels = 1,
}: Recorded = {}): Promise<Recording> {
  const key = `${mimeType} ${seconds} ${seed} ${channels}`;
  const recording = made.get(key) ?? recordNow(mimeType, speechLike(seconds, seed), channels);
  made.set(key, recording);
  return recording;
}

/** The same of any sound at 48 kHz. */
export function recordSound(samples: Float32Array<ArrayBuffer>): Promise<Recording> {
  return recordNow('audio/webm;codecs=opus', samples, 1);
}

async function recordNow(
  mimeType: string,
  samples: Float32Array<ArrayBuffer>,
  channels: number,
  further: readonly MediaStreamTrack[] = [],
): Promise<Recording> {
  const context = new AudioContext({ sampleRate: 48_000 });
  await context.resume();
  const sound = new AudioBuffer({ length: samples.length, sampleRate: 48_000 });
  sound.copyToChannel(samples, 0);
  const player = new AudioBufferSourceNode(context, { buffer: sound });
  const to = new MediaStreamAudioDestinationNode(context, { channelCount: channels });
  player.connect(to);
  for (const track of further) to.stream.addTrack(track);
  const recorder = new MediaRecorder(to.stream, { mimeType, audioBitsPerSecond: 64_000 });
  const chunks: Promise<ArrayBuffer>[] = [];
  recorder.addEventListener('dataavailable', ({ data }) => chunks.push(data.arrayBuffer()));
  const stopped = new Promise((resolve) => recorder.addEventListener('stop', resolve));
  const started = new Promise((resolve) => recorder.addEventListener('start', resolve));
  recorder.start(500);
  await started;
  player.onended = () => recorder.stop();
  player.start();
  await stopped;
  await context.close();
  return { mimeType: recorder.mimeType, chunks: await Promise.all(chunks) };
}

export function wholeOf({ chunks, mimeType }: Recording): Blob {
  return new Blob([...chunks], { type: mimeType });
}

/** Chunks cut anew from the same bytes, `sizes` long; the rest is the last one. */
export async function cut(recording: Recording, sizes: readonly number[]): Promise<Recording> {
  const bytes = await wholeOf(recording).arrayBuffer();
  const ends = [
    ...sizes.map((_, index) => sizes.slice(0, index + 1).reduce((a, b) => a + b, 0)),
    bytes.byteLength,
  ];
  return { ...recording, chunks: ends.map((end, index) => bytes.slice(ends[index - 1] ?? 0, end)) };
}

/** Puts a take into the archive the way a recorder does, and leaves it as a crash would. */
export async function storeTake(
  archive: Archive,
  recordings: readonly Recording[],
  fields: Partial<UnfinishedAttempt> = {},
): Promise<UnfinishedAttempt> {
  const starts = recordings.map((_, index) =>
    recordings.slice(0, index).reduce((sum, { chunks }) => sum + 500 * chunks.length, 0),
  );
  const segments = recordings.map(({ mimeType }, index) =>
    aSegment({ mimeType, clockStartMs: starts[index] ?? 0 }),
  );
  const attempt = anUnfinishedAttempt({ segments, ...fields });
  await archive.attempts.begin({ ...attempt, status: 'recording' });
  for (const chunk of chunksOf(attempt, recordings)) await archive.attempts.append(chunk);
  await archive.attempts.update(attempt.id, () => attempt);
  return attempt;
}

function chunksOf({ id, segments }: UnfinishedAttempt, recordings: readonly Recording[]): readonly Chunk[] {
  return recordings.flatMap(({ chunks }, segment) => {
    let offset = 0;
    return chunks.map((data, seq) => {
      const clockEndMs = (segments[segment]?.clockStartMs ?? 0) + 500 * (seq + 1);
      const chunk = aChunk({ attemptId: id, segment, seq, offset, clockEndMs, data });
      offset += data.byteLength;
      return chunk;
    });
  });
}

export type Decoded = {
  readonly samples: Float32Array;
  readonly sampleRate: number;
  /**
   * Where the last sample ends: gaps count, which a busy machine leaves in a recording, and so does what
   * a decoder was told to skip at the start.
   */
  readonly durationMs: number;
};

/** All sound of a clip, first channel. */
export async function decoded(clip: Blob): Promise<Decoded> {
  const input = new Input({ source: new BlobSource(clip), formats: ALL_FORMATS });
  const track = await input.getPrimaryAudioTrack();
  if (track === null) throw new Error('No sound in this clip');
  const blocks: Float32Array[] = [];
  let sampleRate = 0;
  const skippedMs = preSkipMs(await track.getDecoderConfig());
  let durationMs = 0;
  for await (const sample of new AudioSampleSink(track).samples()) {
    const block = new Float32Array(sample.numberOfFrames);
    sample.copyTo(block, { planeIndex: 0, format: 'f32-planar' });
    blocks.push(block);
    sampleRate = sample.sampleRate;
    durationMs = (sample.timestamp + sample.duration) * 1000 + skippedMs;
    sample.close();
  }
  input.dispose();
  const samples = new Float32Array(blocks.reduce((sum, block) => sum + block.length, 0));
  let at = 0;
  for (const block of blocks) {
    samples.set(block, at);
    at += block.length;
  }
  return { samples, sampleRate, durationMs };
}

/** RFC 7845, section 5.1: 80 ms in Chromium's MP4, nothing in its WebM. */
function preSkipMs(config: AudioDecoderConfig | null): number {
  if (config?.codec !== 'opus' || !ArrayBuffer.isView(config.description)) return 0;
  const { buffer, byteOffset } = config.description;
  return new DataView(buffer, byteOffset).getUint16(10, true) / 48;
}

export type Packets = {
  readonly count: number;
  /** Their payloads, one after the other. */
  readonly bytes: Uint8Array;
  /** When each begins, in whole milliseconds from the first. */
  readonly times: readonly number[];
};

export async function payloads(clip: Blob): Promise<Packets> {
  const input = new Input({ source: new BlobSource(clip), formats: ALL_FORMATS });
  const track = await input.getPrimaryAudioTrack();
  const packets: EncodedPacket[] = [];
  if (track !== null) for await (const packet of new EncodedPacketSink(track).packets()) packets.push(packet);
  input.dispose();
  const start = packets[0]?.timestamp ?? 0;
  return {
    count: packets.length,
    bytes: new Uint8Array(await new Blob(packets.map(({ data }) => data.slice())).arrayBuffer()),
    times: packets.map(({ timestamp }) => Math.round((timestamp - start) * 1000)),
  };
}

/** The frequencies heard one after the other, in the steps of speech-like.ts: those that last 200 ms. */
export function heard({ samples, sampleRate }: Decoded): readonly number[] {
  const size = Math.round(sampleRate * 0.05);
  const found: number[] = [];
  let [last, times] = [0, 0];
  for (let from = 0; from + size <= samples.length; from += size) {
    const block = samples.subarray(from, from + size);
    const level = Math.sqrt(block.reduce((sum, sample) => sum + sample ** 2, 0) / size);
    if (level < 0.05) continue;
    const hz = loudestHz(block, sampleRate);
    times = hz === last ? times + 1 : 1;
    last = hz;
    if (times === 4 && found.at(-1) !== hz) found.push(hz);
  }
  return found;
}

/** What `heard` should say of `speechLike(seconds, seed)`. */
export function spoken(seconds: number, seed: number): readonly number[] {
  return burstsOf(seconds, seed).map(({ hz }) => hz);
}

const CANDIDATES = Array.from({ length: 60 }, (_, index) => 300 + index * 40);

/** Goertzel's algorithm at each frequency that can be there. */
function loudestHz(block: Float32Array, sampleRate: number): number {
  const powers = CANDIDATES.map((hz) => {
    const factor = 2 * Math.cos((2 * Math.PI * hz) / sampleRate);
    let [one, two] = [0, 0];
    for (const sample of block) [one, two] = [sample + factor * one - two, one];
    return one ** 2 + two ** 2 - factor * one * two;
  });
  return CANDIDATES[powers.indexOf(Math.max(...powers))] ?? 0;
}

/** What a `<audio>` element says of the length, and where it is after jumping to `toMs`. */
export async function played(
  clip: Blob,
  toMs: number,
): Promise<{ readonly durationMs: number; readonly atMs: number }> {
  const url = URL.createObjectURL(clip);
  const audio = new Audio();
  const event = (name: string) =>
    new Promise((resolve, reject) => {
      audio.addEventListener(name, resolve, { once: true });
      audio.addEventListener('error', () => reject(new Error(audio.error?.message)), { once: true });
    });
  try {
    const loaded = event('loadedmetadata');
    audio.src = url;
    await loaded;
    const durationMs = audio.duration * 1000;
    const seeked = event('seeked');
    audio.currentTime = toMs / 1000;
    await seeked;
    const moved = event('timeupdate');
    await audio.play();
    await moved;
    audio.pause();
    return { durationMs, atMs: audio.currentTime * 1000 };
  } finally {
    audio.removeAttribute('src');
    URL.revokeObjectURL(url);
  }
}

/** All chunks of a take there are, by segment. */
export async function chunksLeft(
  archive: Archive,
  { id, segments }: UnfinishedAttempt,
): Promise<readonly ArrayBuffer[]> {
  const perSegment = await Promise.all(
    [...segments.keys()].map((index) => archive.chunks.read(id, index, 0, Number.MAX_SAFE_INTEGER)),
  );
  return perSegment.flat().map(({ data }) => data);
}

export async function clipOf(archive: Archive, { id }: Pick<UnfinishedAttempt, 'id'>): Promise<Blob> {
  const clip = await archive.clips.read(id);
  if (clip === null) throw new Error('This attempt has no clip');
  return clip;
}

/** The same packets as Firefox would have written them. */
export async function asOgg(recording: Recording): Promise<Recording> {
  const target = new BufferTarget();
  const input = new Input({ source: new BlobSource(wholeOf(recording)), formats: ALL_FORMATS });
  const conversion = await Conversion.init({
    input,
    output: new Output({ format: new OggOutputFormat(), target }),
  });
  await conversion.execute();
  input.dispose();
  if (target.buffer === null) throw new Error('Nothing was written');
  return cut({ mimeType: 'audio/ogg;codecs=opus', chunks: [target.buffer] }, [1000, 5000]);
}

type RecordedPicture = {
  readonly mimeType?: string;
  readonly width?: number;
  readonly height?: number;
  /** Becomes twice as wide half-way, like a window that is resized. */
  readonly isResized?: boolean;
};

/** Two seconds of `speechLike` with a moving picture. */
export async function recordPicture(
  seed: number,
  {
    mimeType = 'video/webm;codecs=vp8,opus',
    width = 300,
    height = 150,
    isResized = false,
  }: RecordedPicture = {},
): Promise<Recording> {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  const brush = canvas.getContext('2d');
  let frame = 0;
  const painting = setInterval(() => {
    if (isResized && frame === 33) canvas.width = 2 * width;
    brush?.fillRect(frame++ % canvas.width, 0, 3, canvas.height);
  }, 30);
  const picture = canvas.captureStream(25);
  try {
    return await recordNow(mimeType, speechLike(2, seed), 1, picture.getVideoTracks());
  } finally {
    clearInterval(painting);
  }
}

/**
 * As if `recording` had gone on for `seconds`: its packets over and over, live, in chunks of half a second.
 *
 * @param padTo bytes each packet is brought to with padding (RFC 6716, section 3.2.5), to make a big file
 * @param brokenAtSec from where on its packets are none that a decoder takes: they say that they hold no frame
 */
export async function longRecording(
  recording: Recording,
  seconds: number,
  padTo = 0,
  brokenAtSec = Number.POSITIVE_INFINITY,
): Promise<Recording> {
  const input = new Input({ source: new BlobSource(wholeOf(recording)), formats: ALL_FORMATS });
  const track = await input.getPrimaryAudioTrack();
  const decoderConfig = await track?.getDecoderConfig();
  if (!track || !decoderConfig) throw new Error('No sound in this recording');
  const packets: EncodedPacket[] = [];
  for await (const packet of new EncodedPacketSink(track).packets()) packets.push(packet);
  input.dispose();

  const chunks: ArrayBuffer[] = [];
  let pending: Uint8Array<ArrayBuffer>[] = [];
  const target = new AppendOnlyStreamTarget(
    new WritableStream({
      write: (data: Uint8Array<ArrayBuffer>) => {
        pending.push(data.slice());
      },
    }),
  );
  const format = recording.mimeType.startsWith('audio/mp4')
    ? new Mp4OutputFormat({ fastStart: 'fragmented', minimumFragmentDuration: 0.5 })
    : new WebMOutputFormat({ appendOnly: true, minimumClusterDuration: 0.5 });
  const output = new Output({ format, target });
  const source = new EncodedAudioPacketSource('opus');
  output.addAudioTrack(source);
  await output.start();
  const flush = async () => {
    if (pending.length > 0) chunks.push(await new Blob(pending).arrayBuffer());
    pending = [];
  };
  const step = 0.06;
  for (let index = 0; index * step < seconds; index += 1) {
    const packet = packets[index % packets.length];
    if (packet === undefined) break;
    const whole = packet.data.length < padTo ? padded(packet.data, padTo) : packet.data;
    const data = index * step < brokenAtSec ? whole : Uint8Array.of(0xff, 0);
    await source.add(new EncodedPacket(data, 'key', index * step, step), { decoderConfig });
    if (index % 9 === 8) await flush();
  }
  await output.finalize();
  await flush();
  return { mimeType: recording.mimeType, chunks };
}

/** The same Opus packet with zeros at its end that decoders skip; it must hold several frames of its own sizes. */
function padded(packet: Uint8Array, length: number): Uint8Array {
  const [toc, count] = packet;
  if (toc === undefined || count === undefined || (toc & 3) !== 3 || (count & 0x40) !== 0) return packet;
  const padding = length - packet.length;
  const sizes = Array.from({ length: Math.floor((padding - 1) / 255) }, () => 255);
  const rest = padding - sizes.length - sizes.length * 254 - 1;
  if (rest < 0) return packet;
  const target = new Uint8Array(length);
  target.set([toc, count | 0x40, ...sizes, rest]);
  target.set(packet.subarray(2), 2 + sizes.length + 1);
  return target;
}

/** 16-bit WAV. */
export function wav(...[left, sampleRate, right]: [Float32Array, number, Float32Array?]): Blob {
  const channels = right === undefined ? [left] : [left, right];
  const bytes = left.length * channels.length * 2;
  const view = new DataView(new ArrayBuffer(44 + bytes));
  const tag = (at: number, text: string) =>
    new TextEncoder().encodeInto(text, new Uint8Array(view.buffer, at));
  tag(0, 'RIFF');
  view.setUint32(4, 36 + bytes, true);
  tag(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, channels.length, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * channels.length * 2, true);
  view.setUint16(32, channels.length * 2, true);
  view.setUint16(34, 16, true);
  tag(36, 'data');
  view.setUint32(40, bytes, true);
  channels.forEach((samples, channel) => {
    samples.forEach((sample, index) => {
      const value = Math.round(Math.max(-1, Math.min(1, sample)) * 32_767);
      view.setInt16(44 + (index * channels.length + channel) * 2, value, true);
    });
  });
  return new Blob([view.buffer], { type: 'audio/wav' });
}
