import { BufferTarget, EncodedAudioPacketSource, EncodedPacket, Mp4OutputFormat, Output } from 'mediabunny';
import { expect, onTestFinished, test } from 'vitest';
import type { Chunk } from '../../src/domain/attempt.ts';
import { type FinishResult, finishAttempt } from '../../src/finish/finish.ts';
import type { Archive } from '../../src/storage/archive.ts';
import { StorageError } from '../../src/storage/errors.ts';
import { openArchive } from '../../src/storage/open-archive.ts';
import { aChunk, anEmptyArchive, anUnfinishedAttempt, aSegment, someBytes } from '../support/factories.ts';
import { checkInvariants } from '../support/invariants.ts';
import {
  chunksLeft,
  clipOf,
  cut,
  decoded,
  heard,
  payloads,
  type Recording,
  record,
  spoken,
  storeTake,
  wholeOf,
} from './takes.ts';

async function open(): Promise<Archive> {
  const archive = await anEmptyArchive();
  onTestFinished(() => archive.close());
  return archive;
}

function kept(result: FinishResult) {
  if (result.tag !== 'kept') throw new Error(`Not kept: ${JSON.stringify(result)}`);
  return result.attempt;
}

/** An archive in which some chunks cannot be found, or are others than were written. */
function damaged(archive: Archive, change: (chunks: readonly Chunk[]) => readonly Chunk[]): Archive {
  return {
    ...archive,
    chunks: { ...archive.chunks, read: async (...query) => change(await archive.chunks.read(...query)) },
  };
}

const types = ['audio/webm;codecs=opus', 'audio/mp4;codecs=opus'];

for (const mimeType of types) {
  test(`${mimeType}: without its last chunk a take has everything up to it`, async () => {
    const archive = await open();
    const whole = await record({ mimeType, seconds: 3 });
    const torn: Recording = { mimeType, chunks: whole.chunks.slice(0, -2) };
    const take = await storeTake(archive, [torn]);
    const attempt = kept(await finishAttempt(archive, take.id, { endedBy: null }));
    const clip = await clipOf(archive, take);
    const [all, left] = [await payloads(wholeOf(whole)), await payloads(clip)];
    expect(left.count).toBe((await payloads(wholeOf(torn))).count);
    expect(all.bytes.subarray(0, left.bytes.length)).toEqual(left.bytes);
    const sound = await decoded(clip);
    expect(sound.durationMs).toBeGreaterThan(1900);
    expect(Math.abs(sound.durationMs - attempt.durationMs)).toBeLessThan(100);
    expect(heard(sound).slice(0, 2)).toEqual(spoken(2, 1));
  });

  test(`${mimeType}: wherever its bytes break off, what was whole before is kept`, {
    timeout: 60_000,
  }, async () => {
    const archive = await open();
    const recording = await record({ mimeType });
    const all = await payloads(wholeOf(recording));
    const { size } = wholeOf(recording);
    const groups = await groupStarts(recording);
    let most = 0;
    for (let end = 1; end < size; end += Math.ceil(size / 40)) {
      const [torn] = (await cut(recording, [end])).chunks;
      if (torn === undefined) throw new Error('Nothing is left');
      const take = await storeTake(archive, [{ mimeType, chunks: [torn] }]);
      const result = await finishAttempt(archive, take.id, { endedBy: null });
      // A group of half a second that is not whole may be read or not; what is before it is.
      const wholeBytes = groups.findLast((start) => start <= end) ?? 0;
      const whole = await payloads(wholeOf(recording).slice(0, wholeBytes)).catch(() => ({ count: 0 }));
      if (result.tag === 'empty') {
        expect(whole.count).toBe(0);
        continue;
      }
      kept(result);
      const left = await payloads(await clipOf(archive, take));
      expect(left.bytes).toEqual(all.bytes.subarray(0, left.bytes.length));
      expect(left.count).toBeGreaterThanOrEqual(whole.count);
      most = Math.max(most, left.count);
    }
    expect(most).toBeGreaterThan(all.count - 12);
  });

  test(`${mimeType}: chunks may be of any size, the first of one byte`, async () => {
    const archive = await open();
    const recording = await record({ mimeType });
    const take = await storeTake(archive, [await cut(recording, [1, 0, 700, 0, 1, 1, 5000, 3])]);
    kept(await finishAttempt(archive, take.id, { endedBy: 'user' }));
    expect(await payloads(await clipOf(archive, take))).toEqual(await payloads(wholeOf(recording)));
  });

  test(`${mimeType}: segments without a packet are left out, and marks in them go to where they would be`, async () => {
    const archive = await open();
    const recording = await record({ mimeType });
    const header = { mimeType, chunks: [await wholeOf(recording).slice(0, 600).arrayBuffer()] };
    const [byte, nothing] = [
      { mimeType, chunks: [someBytes(1)] },
      { mimeType, chunks: [] },
    ];
    const take = await storeTake(archive, [byte, recording, header, nothing, recording], {
      marks: [
        { step: 'situation', atMs: 100 },
        { step: 'next', atMs: 500 * (1 + recording.chunks.length) + 100 },
      ],
    });
    const attempt = kept(await finishAttempt(archive, take.id, { endedBy: 'user' }));
    const [alone, clip] = [await payloads(wholeOf(recording)), await payloads(await clipOf(archive, take))];
    expect(clip.count).toBe(2 * alone.count);
    expect(attempt.marks[0]?.atMs).toBe(0);
    expect(Math.abs((attempt.marks[1]?.atMs ?? 0) - attempt.durationMs / 2)).toBeLessThan(30);
  });

  test(`${mimeType}: a take without a packet is empty, and nothing of it is deleted`, async () => {
    const archive = await open();
    const header = await wholeOf(await record({ mimeType }))
      .slice(0, 600)
      .arrayBuffer();
    for (const chunks of [[], [someBytes(1)], [someBytes(0)], [header]]) {
      const take = await storeTake(archive, [{ mimeType, chunks }]);
      expect(await finishAttempt(archive, take.id, { endedBy: 'user' })).toEqual({ tag: 'empty' });
      expect(await chunksLeft(archive, take)).toEqual(chunks);
      expect(await archive.clips.part(take.id, 0)).toBeNull();
      const status = chunks.length === 0 ? 'recording' : 'finishing';
      expect((await archive.attempts.get(take.id))?.status).toBe(status);
    }
  });
}

test('a segment ends where a chunk is missing; segments after it are joined all the same', async () => {
  const archive = await open();
  const recordings = [await record({ seconds: 3, seed: 1 }), await record({ seed: 2 })];
  const take = await storeTake(archive, recordings);
  const holed = damaged(archive, (chunks) => chunks.filter(({ segment, seq }) => segment !== 0 || seq !== 4));
  const attempt = kept(await finishAttempt(holed, take.id, { endedBy: 'user' }));
  const sound = await decoded(await clipOf(archive, take));
  expect(heard(sound)).toEqual([...spoken(2, 1), ...spoken(2, 2)]);
  expect(Math.abs(sound.durationMs - attempt.durationMs)).toBeLessThan(100);
  // What lies beyond the gap is in no clip: it is not deleted, now or later.
  expect(attempt.isPartial).toBe(true);
  expect(kept(await finishAttempt(archive, take.id, { endedBy: null }))).toEqual(attempt);
  await (await openArchive()).close();
  expect(await chunksLeft(archive, take)).toEqual(recordings.flatMap(({ chunks }) => chunks));
  expect(await checkInvariants()).toEqual([]);
});

test('a chunk that cannot be read is a gap, wherever it lies', async () => {
  const archive = await open();
  const recordings = [await record({ seconds: 3, seed: 1 }), await record({ seed: 2 })];
  const [first] = recordings;
  if (first === undefined) throw new Error('Nothing was recorded');
  for (const lost of [0, 4, first.chunks.length - 1]) {
    const take = await storeTake(archive, recordings);
    const isLost = (segment: number, seq: number) => segment === 0 && seq === lost;
    const corrupt = () => Promise.reject(new StorageError('corrupt'));
    const torn: Archive = {
      ...archive,
      chunks: {
        ...archive.chunks,
        read: (id, segment, seq, count) =>
          Array.from({ length: count }, (_, at) => seq + at).some((at) => isLost(segment, at))
            ? corrupt()
            : archive.chunks.read(id, segment, seq, count),
        last: (id, segment) =>
          isLost(segment, first.chunks.length - 1) ? corrupt() : archive.chunks.last(id, segment),
      },
    };
    const attempt = kept(await finishAttempt(torn, take.id, { endedBy: 'user' }));
    expect(attempt.isPartial).toBe(true);
    const sound = heard(await decoded(await clipOf(archive, take)));
    if (lost === 0) expect(sound).toEqual(spoken(2, 2));
    else expect(sound.slice(-spoken(2, 2).length)).toEqual(spoken(2, 2));
    if (lost === 4) expect(sound.slice(0, spoken(2, 1).length)).toEqual(spoken(2, 1));
    expect((await chunksLeft(archive, take)).length).toBe(recordings.flatMap(({ chunks }) => chunks).length);
  }
});

test('a take of which no chunk can be read is not taken for an empty one', async () => {
  const archive = await open();
  const take = await storeTake(archive, [await record()]);
  const corrupt = () => Promise.reject(new StorageError('corrupt'));
  const torn: Archive = { ...archive, chunks: { ...archive.chunks, read: corrupt, last: corrupt } };
  const holed = damaged(archive, (chunks) => chunks.filter(({ seq }) => seq > 0));
  for (const broken of [torn, holed]) {
    const result = await finishAttempt(broken, take.id, { endedBy: 'user' });
    expect(result).toMatchObject({ tag: 'failed', fault: 'unreadable' });
    expect(await chunksLeft(archive, take)).not.toEqual([]);
  }
});

test('what was recorded for longer than its clip lasts stays as it is', async () => {
  const archive = await open();
  const recording = await record();
  const finished = async (clockEndMs: number) => {
    const attempt = anUnfinishedAttempt({ segments: [aSegment()] });
    await archive.attempts.begin(attempt);
    const data = await wholeOf(recording).arrayBuffer();
    await archive.attempts.append(aChunk({ attemptId: attempt.id, clockEndMs, data }));
    return kept(await finishAttempt(archive, attempt.id, { endedBy: 'user' }));
  };
  const [whole, short] = [await finished(2900), await finished(9000)];
  expect(whole.isPartial).toBeUndefined();
  expect(await archive.chunks.last(whole.id, 0)).toBeNull();
  expect(short.isPartial).toBe(true);
  expect(await archive.chunks.last(short.id, 0)).not.toBeNull();
});

test('what is no recording at all is unreadable, and nothing of it is deleted', async () => {
  const archive = await open();
  const recording = await record();
  const noise: Recording = { mimeType: 'audio/webm', chunks: [someBytes(5000), someBytes(5000, 2)] };
  for (const segments of [[noise], [recording, noise]]) {
    const take = await storeTake(archive, segments);
    const before = await chunksLeft(archive, take);
    const result = await finishAttempt(archive, take.id, { endedBy: 'user' });
    expect(result).toMatchObject({ tag: 'failed', fault: 'unreadable' });
    expect(await chunksLeft(archive, take)).toEqual(before);
    expect(await archive.clips.part(take.id, 0)).toBeNull();
    expect((await archive.attempts.get(take.id))?.status).toBe('finishing');
  }
});

test('a recording that goes on after its last readable byte is unreadable rather than cut short', async () => {
  const archive = await open();
  const recording = await record({ mimeType: 'audio/mp4;codecs=opus' });
  const chunks = [...recording.chunks, new ArrayBuffer(1 << 20)];
  const take = await storeTake(archive, [{ ...recording, chunks }]);
  const result = await finishAttempt(archive, take.id, { endedBy: 'user' });
  expect(result).toMatchObject({ tag: 'failed', fault: 'unreadable' });
  expect(await chunksLeft(archive, take)).toEqual(chunks);
});

test('a segment in another codec is encoded again and joined', async () => {
  const archive = await open();
  const segments = [await record({ seed: 1 }), await record({ seed: 2, mimeType: 'audio/webm;codecs=pcm' })];
  const take = await storeTake(archive, segments);
  const attempt = kept(await finishAttempt(archive, take.id, { endedBy: 'user' }));
  const sound = await decoded(await clipOf(archive, take));
  expect(heard(sound)).toEqual([1, 2].flatMap((seed) => spoken(2, seed)));
  expect(Math.abs(sound.durationMs - attempt.durationMs)).toBeLessThan(100);
});

test('segments that this browser cannot make alike are mixed, and nothing of them is deleted', async () => {
  const archive = await open();
  const take = await storeTake(archive, [await mp3InMp4(), await record()]);
  const before = await chunksLeft(archive, take);
  const result = await finishAttempt(archive, take.id, { endedBy: 'user' });
  expect(result).toMatchObject({ tag: 'failed', fault: 'mixed' });
  expect(await chunksLeft(archive, take)).toEqual(before);
});

test('an attempt that is not there cannot be finished', async () => {
  const archive = await open();
  const { id } = await storeTake(archive, []);
  await archive.attempts.remove(id);
  expect(await finishAttempt(archive, id, { endedBy: 'user' })).toMatchObject({ tag: 'failed' });
});

/** Browsers play MP3 but do not encode it, so that nothing can be made like it. */
async function mp3InMp4(): Promise<Recording> {
  const target = new BufferTarget();
  const output = new Output({ format: new Mp4OutputFormat({ fastStart: 'fragmented' }), target });
  const source = new EncodedAudioPacketSource('mp3');
  output.addAudioTrack(source);
  await output.start();
  // MPEG-1 layer III, 128 kbit/s, 44.1 kHz: 417 bytes of silence.
  const frame = new Uint8Array(417);
  frame.set([0xff, 0xfb, 0x90, 0x00]);
  const decoderConfig = { codec: 'mp3', numberOfChannels: 2, sampleRate: 44_100 };
  for (let index = 0; index < 40; index += 1) {
    const duration = 1152 / 44_100;
    await source.add(new EncodedPacket(frame, 'key', index * duration, duration), { decoderConfig });
  }
  await output.finalize();
  return { mimeType: 'audio/mp4', chunks: [target.buffer ?? new ArrayBuffer()] };
}

/** Where the clusters of a WebM file begin (RFC 9559), or the fragments of an MP4 file (ISO/IEC 14496-12). */
async function groupStarts(recording: Recording): Promise<readonly number[]> {
  const bytes = new Uint8Array(await wholeOf(recording).arrayBuffer());
  const isWebm = recording.mimeType.startsWith('audio/webm');
  const name = isWebm ? [0x1f, 0x43, 0xb6, 0x75] : Array.from('moof', (letter) => letter.charCodeAt(0));
  // The name of a box comes after its length.
  const before = isWebm ? 0 : 4;
  return Array.from(bytes.keys())
    .filter((at) => name.every((byte, index) => bytes[at + index] === byte))
    .map((at) => at - before);
}
