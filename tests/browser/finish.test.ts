import { ALL_FORMATS, BlobSource, EncodedPacketSink, Input } from 'mediabunny';
import { expect, onTestFinished, test } from 'vitest';
import { type FinishResult, finishAttempt } from '../../src/finish/finish.ts';
import type { Archive } from '../../src/storage/archive.ts';
import { openArchive } from '../../src/storage/open-archive.ts';
import {
  asOgg,
  chunksLeft,
  clipOf,
  decoded,
  heard,
  longRecording,
  payloads,
  played,
  record,
  recordPicture,
  spoken,
  storeTake,
  wholeOf,
} from './takes.ts';

async function open(): Promise<Archive> {
  const archive = await openArchive();
  onTestFinished(() => archive.close());
  return archive;
}

function kept(result: FinishResult) {
  if (result.tag !== 'kept') throw new Error(`Not kept: ${JSON.stringify(result)}`);
  return result.attempt;
}

for (const [mimeType, type] of [
  ['audio/webm;codecs=opus', 'audio/webm; codecs="opus"'],
  ['audio/mp4;codecs=opus', 'audio/mp4; codecs="opus"'],
  ['audio/webm;codecs=pcm', 'audio/x-matroska'],
] as const) {
  test(`${mimeType}: the clip has every packet as it was recorded, and a length`, async () => {
    const archive = await open();
    const recording = await record({ mimeType, seed: 1 });
    const take = await storeTake(archive, [recording]);
    const attempt = kept(await finishAttempt(archive, take.id, { endedBy: 'user' }));

    const clip = await clipOf(archive, take);
    expect(await payloads(clip)).toEqual(await payloads(wholeOf(recording)));
    const sound = await decoded(clip);
    expect(heard(sound)).toEqual(spoken(2, 1));
    expect(Math.abs(sound.durationMs - attempt.durationMs)).toBeLessThan(100);
    expect(attempt).toMatchObject({ status: 'kept', endedBy: 'user', bytes: clip.size });
    expect(clip.type).toContain(type);
    expect(await chunksLeft(archive, take)).toEqual([]);
    expect(await archive.attempts.get(take.id)).toEqual(attempt);
  });
}

for (const mimeType of ['audio/webm;codecs=opus', 'audio/mp4;codecs=opus']) {
  test(`${mimeType}: an audio element knows the length and can jump`, async () => {
    const archive = await open();
    const take = await storeTake(archive, [await record({ mimeType, seed: 1 })]);
    const attempt = kept(await finishAttempt(archive, take.id, { endedBy: 'user' }));
    const { durationMs, atMs } = await played(await clipOf(archive, take), 1500);
    expect(Math.abs(durationMs - attempt.durationMs)).toBeLessThan(50);
    expect(atMs).toBeGreaterThanOrEqual(1500);
    expect(atMs).toBeLessThan(attempt.durationMs);
  });
}

for (const mimeType of ['audio/webm;codecs=opus', 'audio/mp4;codecs=opus']) {
  test(`${mimeType}: segments follow one another without loss, from whatever microphone`, async () => {
    const archive = await open();
    const segments = [
      await record({ mimeType, seed: 1, channels: 1 }),
      await record({ mimeType, seed: 2, channels: 2 }),
      await record({ mimeType, seed: 3, channels: 1 }),
    ];
    const take = await storeTake(archive, segments);
    const attempt = kept(await finishAttempt(archive, take.id, { endedBy: 'user' }));

    const clip = await clipOf(archive, take);
    const sound = await decoded(clip);
    const alone = await Promise.all(segments.map((segment) => decoded(wholeOf(segment))));
    expect(heard(sound)).toEqual([1, 2, 3].flatMap((seed) => spoken(2, seed)));
    expect(Math.abs(sound.durationMs - attempt.durationMs)).toBeLessThan(100);
    const sum = alone.reduce((total, { durationMs }) => total + durationMs, 0);
    expect(Math.abs(sound.durationMs - sum)).toBeLessThan(60);
    const packets = await Promise.all(segments.map((segment) => payloads(wholeOf(segment))));
    expect((await payloads(clip)).count).toBe(packets.reduce((total, { count }) => total + count, 0));
  });
}

test('Ogg stays Ogg, and its segments are joined too', async () => {
  const archive = await open();
  const segments = [await asOgg(await record({ seed: 1 })), await asOgg(await record({ seed: 2 }))];
  const take = await storeTake(archive, segments);
  const attempt = kept(await finishAttempt(archive, take.id, { endedBy: 'user' }));
  const clip = await clipOf(archive, take);
  const sound = await decoded(clip);
  expect(clip.type).toBe('audio/ogg; codecs="opus"');
  expect(heard(sound)).toEqual([1, 2].flatMap((seed) => spoken(2, seed)));
  expect(Math.abs(sound.durationMs - attempt.durationMs)).toBeLessThan(100);
});

test('marks move from the clock to where their words are in the clip', async () => {
  const archive = await open();
  const segments = [await record({ seed: 1 }), await record({ seed: 2 })];
  const [first] = await Promise.all(segments.map((segment) => decoded(wholeOf(segment))));
  // The clock stood at 2.5 s when the second segment began, because the recorder stopped later than told.
  const take = await storeTake(archive, segments, {
    marks: [
      { step: 'approach', atMs: 2700 },
      { step: 'situation', atMs: 0 },
      { step: 'next', atMs: 60_000 },
    ],
  });
  const clockStartMs = take.segments[1]?.clockStartMs ?? 0;
  const attempt = kept(await finishAttempt(archive, take.id, { endedBy: 'user' }));
  const [situation, approach, next] = attempt.marks;
  expect(situation).toEqual({ step: 'situation', atMs: 0 });
  expect(Math.abs((approach?.atMs ?? 0) - ((first?.durationMs ?? 0) + 2700 - clockStartMs))).toBeLessThan(30);
  expect(next).toEqual({ step: 'next', atMs: attempt.durationMs });
});

for (const mimeType of ['audio/webm;codecs=opus', 'audio/mp4;codecs=opus']) {
  test(`${mimeType}: a take of one packet lasts as long as that packet`, async () => {
    const archive = await open();
    const take = await storeTake(archive, [await longRecording(await record({ mimeType }), 0.05)]);
    expect(kept(await finishAttempt(archive, take.id, { endedBy: 'user' })).durationMs).toBe(60);
    expect((await payloads(await clipOf(archive, take))).count).toBe(1);
  });
}

test('picture and sound of every segment stay together', async () => {
  const archive = await open();
  const segments = [await recordPicture(1), await recordPicture(2)];
  const take = await storeTake(archive, segments);
  const attempt = kept(await finishAttempt(archive, take.id, { endedBy: 'user' }));
  const clip = await clipOf(archive, take);
  expect(clip.type).toContain('video/webm');

  const input = new Input({ source: new BlobSource(clip), formats: ALL_FORMATS });
  onTestFinished(() => input.dispose());
  const [sound, picture] = [await input.getPrimaryAudioTrack(), await input.getPrimaryVideoTrack()];
  if (sound === null || picture === null) throw new Error('A track is missing');
  const frames: number[] = [];
  for await (const { timestamp } of new EncodedPacketSink(picture).packets()) frames.push(timestamp);
  expect(frames).toEqual(frames.toSorted((a, b) => a - b));
  expect(Math.abs((await picture.computeDuration()) - (await sound.computeDuration()))).toBeLessThan(0.3);
  expect(heard(await decoded(clip))).toEqual([1, 2].flatMap((seed) => spoken(2, seed)));
  expect(Math.abs((await input.computeDuration()) * 1000 - attempt.durationMs)).toBeLessThan(150);
  const alone = await Promise.all(segments.map((segment) => decoded(wholeOf(segment))));
  const sum = alone.reduce((total, { durationMs }) => total + durationMs, 0);
  expect(Math.abs(attempt.durationMs - sum)).toBeLessThan(300);
});

test('an attempt that is kept stays as it is, and chunks left behind are swept', async () => {
  const archive = await open();
  const take = await storeTake(archive, [await record()]);
  const undropped = { ...archive, chunks: { ...archive.chunks, drop: async () => {} } };
  const attempt = kept(await finishAttempt(undropped, take.id, { endedBy: 'user' }));
  expect(await chunksLeft(archive, take)).not.toEqual([]);
  expect(kept(await finishAttempt(archive, take.id, { endedBy: null }))).toEqual(attempt);
  expect(await chunksLeft(archive, take)).toEqual([]);
});

test('why a take ended is noted once: recovering what the user had ended does not forget it', async () => {
  const archive = await open();
  const ended = await storeTake(archive, [await record()], { status: 'finishing', endedBy: 'device-lost' });
  expect(kept(await finishAttempt(archive, ended.id, { endedBy: null })).endedBy).toBe('device-lost');
  const orphaned = await storeTake(archive, [await record()]);
  expect(kept(await finishAttempt(archive, orphaned.id, { endedBy: null })).endedBy).toBeNull();
});

test('two who finish the same attempt at once both get it, made once', async () => {
  const archive = await open();
  const take = await storeTake(archive, [await record()]);
  const finish = () => finishAttempt(archive, take.id, { endedBy: 'user' });
  const [one, other] = await Promise.all([finish(), finish()]);
  expect(kept(one)).toEqual(kept(other));
});
