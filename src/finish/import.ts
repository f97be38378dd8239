import {
  ADTS,
  type AudioCodec,
  Conversion,
  canEncodeAudio,
  FLAC,
  Input,
  type InputAudioTrack,
  type InputTrack,
  MP3,
  Mp4OutputFormat,
  Output,
  type OutputFormat,
  QTFF,
  Quality,
  StreamTarget,
  type StreamTargetChunk,
  UnsupportedInputFormatError,
  WAVE,
  WavOutputFormat,
  WebMOutputFormat,
} from 'mediabunny';
import type { ImportedFrom, KeptAttempt, UnfinishedAttempt } from '../domain/attempt.ts';
import type { Ms } from '../domain/timeline.ts';
import type { Archive, Keeping } from '../storage/archive.ts';
import { StorageError } from '../storage/errors.ts';
import { finishLock } from '../storage/locks.ts';
import type { SegmentFile } from './chunk-source.ts';
import { endOfWholePages, hasMp3Length, wavLength } from './file-end.ts';
import { openFile } from './file-source.ts';
import { proofread, readPart } from './finish.ts';
import { append, openClip, WRITE_BYTES } from './join.ts';
import { partWriter } from './part-writer.ts';
import { openTrack, RECORDED_FORMATS, type SegmentTrack } from './segment-tracks.ts';

/**
 * Why a file was not imported. Nothing of it is kept then.
 *
 * - `empty`: it has no bytes
 * - `foreign`: no container that is known here: a text, a picture, another kind of media
 * - `no-audio`: there is no sound in it
 * - `codec`: its sound can be neither played nor decoded in this browser; `detail` names it
 * - `unreadable`: it says what it is, and then there is no sound to be read
 * - `gone`: it was moved, deleted or changed while it was read
 * - `stuck`: reading it came to no end
 * - `full`: no room for it
 * - `disk`: the archive failed, or gave back other bytes than it was given
 * - `broken`: the worker could not be loaded, or failed
 */
export type ImportFault =
  | 'empty'
  | 'foreign'
  | 'no-audio'
  | 'codec'
  | 'unreadable'
  | 'gone'
  | 'stuck'
  | 'full'
  | 'disk'
  | 'broken';

export type ImportFailure = {
  readonly tag: 'failed';
  readonly fault: ImportFault;
  /** For `codec` its name, otherwise a reason for the diagnostics. */
  readonly detail: string;
};

/** What a file holds, as far as its headers tell. */
export type Inspection =
  | {
      readonly tag: 'sound';
      /** `lost`: there is one that this browser cannot play. */
      readonly picture: 'none' | 'kept' | 'lost';
      readonly isReencoded: boolean;
    }
  | ImportFailure;

export type ImportResult = { readonly tag: 'kept'; readonly attempt: KeptAttempt } | ImportFailure;

/**
 * How far it has come, from 0 to 1 twice: first the file is read, and then what was stored of it, part by part.
 * Only a file can hold a parser for ever.
 */
export type OnImportProgress = (ratio: number, phase: 'reading' | 'checking') => void;

/** The attempt to be: it has no segments. Its `imported` names the file. */
export type ImportedAttempt = UnfinishedAttempt & { readonly imported: ImportedFrom };

type Prospect = {
  readonly tag: 'plan';
  readonly input: Input;
  /** The sound. */
  readonly track: InputAudioTrack;
  /** What is copied; the sound is not among them when it is encoded anew. */
  readonly tracks: readonly SegmentTrack[];
  readonly format: OutputFormat;
  readonly encodeAs: 'opus' | 'pcm-s16' | null;
  readonly picture: 'none' | 'kept' | 'lost';
};

type Plan = Prospect & {
  readonly source: SegmentFile;
  /** There is more of the file than can be read. */
  readonly isCut: boolean;
  readonly saysMs: Ms | null;
};

const FORMATS = [...RECORDED_FORMATS, QTFF, WAVE, MP3, FLAC, ADTS];
/** As much as the recorder gives a voice; two channels share some of it. */
const BITS_PER_SECOND = { mono: 64_000, stereo: 96_000 };
/** Headers count padding and what an encoder swallows: less than this is not missing. */
const MISSING_MS: Ms = 1500;

/**
 * Looks at the beginning of a file, before anybody is asked what it is about.
 *
 * @param onProgress at every piece that was read
 */
export async function inspectFile(file: File, onProgress: OnImportProgress): Promise<Inspection> {
  const plan = await planImport(file, onProgress);
  if (plan.tag === 'failed') return plan;
  plan.input.dispose();
  return { tag: 'sound', picture: plan.picture, isReencoded: plan.encodeAs !== null };
}

/**
 * Makes a file into a kept attempt, at first an unfinished one under its lock. Nothing of it stays when that
 * fails; when this is broken off, by a crash too, what is left is dropped by `attempts.dropImport` or at the
 * next start.
 *
 * Packets are copied as they are, into a container that can be seeked in; only sound that a browser cannot
 * play so, or that is not compressed, is encoded anew.
 *
 * @param onProgress at every piece that was read: it also shows that something goes on
 */
export async function importFile(
  archive: Archive,
  file: File,
  attempt: ImportedAttempt,
  onProgress: OnImportProgress,
): Promise<ImportResult> {
  const { id } = attempt;
  return navigator.locks.request(finishLock(id), async (): Promise<ImportResult> => {
    try {
      const plan = await planImport(file, onProgress);
      if (plan.tag === 'failed') return plan;
      try {
        await archive.attempts.begin(attempt);
        const made = await makeClip(archive, attempt, plan, onProgress);
        if (made.tag === 'made') {
          const kept = await archive.clips.keep(id, made.keeping, { sparesReserve: true });
          return { tag: 'kept', attempt: kept };
        }
        await archive.attempts.dropImport(id);
        return made;
      } finally {
        plan.input.dispose();
      }
    } catch (error) {
      const failure = storageFailure(error);
      await archive.attempts.dropImport(id).catch(() => undefined);
      // Deleting may have had to give it up.
      if (failure.fault === 'full') await archive.layInReserve();
      return failure;
    }
  });
}

/** What the archive refused, as a failure; anything else is a bug and thrown on. */
export function storageFailure(error: unknown): ImportFailure {
  if (!(error instanceof StorageError)) throw error;
  return failed(error.fault === 'full' ? 'full' : 'disk', error.message);
}

async function planImport(file: File, onProgress: OnImportProgress): Promise<Plan | ImportFailure> {
  if (file.size === 0) return failed('empty', 'No bytes');
  let end: number;
  try {
    end = await endOfWholePages(file);
  } catch (error) {
    return failed('gone', String(error));
  }
  const source: SegmentFile = openFile(file.slice(0, end), () => onProgress(source.seen() / end, 'reading'));
  const input = new Input({ source: source.source, formats: FORMATS });
  let plan: Plan | ImportFailure;
  try {
    const planned = await planOf(input);
    const saysMs = planned.tag === 'failed' ? null : await claimedLength(source, planned);
    plan = planned.tag === 'failed' ? planned : { ...planned, source, isCut: end < file.size, saysMs };
  } catch (error) {
    const isForeign = error instanceof UnsupportedInputFormatError;
    plan = failed(isForeign ? 'foreign' : 'unreadable', String(error));
  }
  const failure = source.failure();
  if (failure !== null) plan = failed('gone', failure.message);
  if (plan.tag === 'failed') input.dispose();
  return plan;
}

/** How long the sound lasts by what the file says of itself: null where it does not. */
async function claimedLength(file: SegmentFile, { input, track }: Prospect): Promise<Ms | null> {
  const format = await input.getFormat();
  if (format === WAVE) return wavLength(file);
  if (format === MP3 && !(await hasMp3Length(file))) return null;
  const [says, startsAt] = [await input.getDurationFromMetadata([track]), await track.getFirstTimestamp()];
  return says === null ? null : Math.round((says - startsAt) * 1000);
}

async function planOf(input: Input): Promise<Prospect | ImportFailure> {
  const track = await input.getPrimaryAudioTrack();
  if (track === null) {
    const hasOthers = (await input.getTracks()).length > 0;
    return hasOthers ? failed('no-audio', 'No audio track') : failed('unreadable', 'No track at all');
  }
  const codec = await track.getCodec();
  if (codec === null) return failed('codec', await codecName(track));
  const format = await input.getFormat();
  const sound = await openTrack(track, format);
  if (sound === null) return failed('unreadable', 'Not one packet of sound');

  const video = await input.getPrimaryVideoTrack();
  const picture = video === null ? null : await openTrack(video, format);
  const hasPicture = picture !== null && (await canPlay(picture));
  const pictures = hasPicture ? [picture] : [];
  const facts = {
    tag: 'plan',
    input,
    track,
    picture: hasPicture ? 'kept' : video === null ? 'none' : 'lost',
  } as const;
  if (!isPcm(codec) && (await canPlay(sound))) {
    const tracks = [sound, ...pictures];
    return { ...facts, tracks, format: containerFor(tracks), encodeAs: null };
  }
  if (!(await track.canDecode())) return failed('codec', await codecName(track));
  if (await canEncodeAudio('opus'))
    return {
      ...facts,
      tracks: pictures,
      format: containerFor([{ codec: 'opus' }, ...pictures]),
      encodeAs: 'opus',
    };
  return {
    ...facts,
    tracks: [],
    format: new WavOutputFormat(),
    encodeAs: 'pcm-s16',
    picture: video === null ? 'none' : 'lost',
  };
}

/**
 * Both can be seeked in exactly: an MP3 file without an index was heard up to 146 s beside the place in
 * Chromium 156, the same packets in MP4 within a packet (decisions/0007).
 */
function containerFor(tracks: readonly { readonly codec: string }[]): OutputFormat {
  const webm = new WebMOutputFormat();
  const codecs: readonly string[] = webm.getSupportedCodecs();
  return tracks.every(({ codec }) => codecs.includes(codec))
    ? webm
    : new Mp4OutputFormat({ fastStart: false });
}

function isPcm(codec: AudioCodec): boolean {
  return codec.startsWith('pcm-') || codec === 'ulaw' || codec === 'alaw';
}

/** Whether a media element plays the track in the container it would get. */
async function canPlay(track: SegmentTrack): Promise<boolean> {
  const container = containerFor([track]) instanceof WebMOutputFormat ? 'webm' : 'mp4';
  const contentType = `${track.kind}/${container}; codecs="${track.config.codec}"`;
  const { supported } = await navigator.mediaCapabilities.decodingInfo(
    track.kind === 'audio'
      ? { type: 'file', audio: { contentType } }
      : {
          type: 'file',
          video: {
            contentType,
            width: track.config.codedWidth ?? 1280,
            height: track.config.codedHeight ?? 720,
            // Asked for, but not what decides whether it can be played at all.
            bitrate: 1_000_000,
            framerate: 30,
          },
        },
  );
  return supported;
}

/** What the file calls it, where that is a word; for the person to look up. */
async function codecName(track: InputTrack): Promise<string> {
  const [known, own] = [await track.getCodec(), await track.getInternalCodecId()];
  return known ?? (typeof own === 'string' ? own : 'unknown');
}

type Made = { readonly tag: 'made'; readonly keeping: Keeping } | ImportFailure;

async function makeClip(
  archive: Archive,
  { id, imported }: ImportedAttempt,
  plan: Plan,
  onProgress: OnImportProgress,
): Promise<Made> {
  const { source, encodeAs, isCut, saysMs } = plan;
  const refusals: Error[] = [];
  const writer = partWriter({
    write: async (part, data) => {
      try {
        await archive.clips.putPart(id, part, data, { sparesReserve: true });
      } catch (error) {
        refusals.push(error instanceof Error ? error : new Error(String(error)));
        throw error;
      }
    },
    read: (part) => readPart(archive, id, part),
  });
  let written: Written | null = null;
  let trouble = 'Nothing could be read';
  try {
    written = await (encodeAs === null ? copy : encode)(plan, writer.stream, () =>
      onProgress(source.seen() / source.bytes, 'reading'),
    );
  } catch (error) {
    trouble = String(error);
  }
  // A muxer may say in its own words that it could not write.
  const [refused] = refusals;
  if (refused !== undefined) throw refused;
  const failure = source.failure();
  if (failure !== null) return failed('gone', failure.message);
  if (written === null || written.durationMs === 0) return failed('unreadable', trouble);
  const { durationMs, mimeType } = written;
  const { bytes, sha256 } = writer.summary();
  onProgress(0, 'checking');
  const fault = await proofread(archive, id, { bytes, sha256, durationMs }, (ratio) =>
    onProgress(ratio, 'checking'),
  );
  if (fault !== null) return failed('disk', fault);
  const isShort = saysMs !== null && saysMs - durationMs > MISSING_MS;
  const from: ImportedFrom = {
    ...imported,
    ...(isCut || isShort ? { isTorn: true } : {}),
    ...(isShort ? { saysMs } : {}),
    ...(encodeAs === null ? {} : { isReencoded: true }),
  };
  const keeping = {
    durationMs,
    mimeType,
    bytes,
    sha256,
    marks: [],
    endedBy: 'user',
    imported: from,
  } as const;
  return { tag: 'made', keeping };
}

type Written = { readonly durationMs: Ms; readonly mimeType: string };

async function copy(
  { tracks, format, input }: Plan,
  stream: WritableStream<StreamTargetChunk>,
  onPacket: () => void,
): Promise<Written> {
  const segment = { format: await input.getFormat(), tracks, dispose: () => undefined };
  const clip = await openClip(format, [segment], stream);
  try {
    const endSec = await append(clip, segment, 0, onPacket);
    await clip.output.finalize();
    return { durationMs: Math.round(endSec * 1000), mimeType: await clip.output.getMimeType() };
  } finally {
    if (clip.output.state === 'started') await clip.output.cancel().catch(() => undefined);
  }
}

async function encode(
  { input, track, format, encodeAs, picture }: Plan,
  stream: WritableStream<StreamTargetChunk>,
  onProgress: () => void,
): Promise<Written | null> {
  if (encodeAs === null) return null;
  const channels = Math.min(2, await track.getNumberOfChannels());
  const output = new Output({
    format,
    target: new StreamTarget(stream, { chunked: true, chunkSize: WRITE_BYTES }),
  });
  const conversion = await Conversion.init({
    input,
    output,
    tracks: 'primary',
    audio: {
      codec: encodeAs,
      numberOfChannels: channels,
      quality: new Quality({ bitrate: channels === 1 ? BITS_PER_SECOND.mono : BITS_PER_SECOND.stereo }),
      forceTranscode: true,
    },
    video: { discard: picture !== 'kept' },
    showWarnings: false,
  });
  if (!conversion.isValid) return null;
  conversion.onProgress = onProgress;
  try {
    await conversion.execute();
  } finally {
    if (output.state === 'started') await output.cancel().catch(() => undefined);
  }
  const video = picture === 'kept' ? await input.getPrimaryVideoTrack() : null;
  const used = video === null ? [track] : [track, video];
  const [from, to] = [await input.getFirstTimestamp(used), await input.computeDuration(used)];
  return { durationMs: Math.round((to - from) * 1000), mimeType: await output.getMimeType() };
}

function failed(fault: ImportFault, detail: string): ImportFailure {
  return { tag: 'failed', fault, detail };
}
