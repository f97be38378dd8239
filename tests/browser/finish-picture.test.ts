import { ALL_FORMATS, BlobSource, EncodedPacketSink, Input } from 'mediabunny';
import { expect, onTestFinished, test } from 'vitest';
import { type FinishResult, finishAttempt } from '../../src/finish/finish.ts';
import type { Archive } from '../../src/storage/archive.ts';
import { anEmptyArchive } from '../support/factories.ts';
import { checkInvariants } from '../support/invariants.ts';
import {
  chunksLeft,
  clipOf,
  decoded,
  heard,
  type Recording,
  record,
  recordPicture,
  spoken,
  storeTake,
} from './takes.ts';

const VP8 = 'video/webm;codecs=vp8,opus';
const VP9 = 'video/webm;codecs=vp9,opus';
const AVC = 'video/mp4;codecs=avc1.42E01F,opus';

async function open(): Promise<Archive> {
  const archive = await anEmptyArchive();
  onTestFinished(() => archive.close());
  return archive;
}

function kept(result: FinishResult) {
  if (result.tag !== 'kept') throw new Error(`Not kept: ${JSON.stringify(result)}`);
  return result.attempt;
}

async function finished(archive: Archive, segments: readonly Recording[]) {
  const take = await storeTake(archive, segments);
  const attempt = kept(await finishAttempt(archive, take.id, { endedBy: 'user' }));
  const clip = await clipOf(archive, take);
  const sound = await decoded(clip);
  // The last frame may be seen a little longer than the sound is heard.
  expect(Math.abs(sound.durationMs - attempt.durationMs)).toBeLessThan(250);
  return { take, attempt, clip, notes: heard(sound) };
}

/** When each keyframe and the last frame are, in whole milliseconds. */
async function framesOf(clip: Blob) {
  const input = new Input({ source: new BlobSource(clip), formats: ALL_FORMATS });
  const track = await input.getPrimaryVideoTrack();
  if (track === null) throw new Error('No picture in this clip');
  const keys: number[] = [];
  let count = 0;
  for await (const packet of new EncodedPacketSink(track).packets()) {
    count += 1;
    if (packet.type === 'key') keys.push(Math.round(packet.timestamp * 1000));
  }
  input.dispose();
  return { keys, count };
}

/** The size of the picture at each of these instants, as an element that plays the clip says. */
async function sizesAt(clip: Blob, ...times: readonly number[]): Promise<readonly string[]> {
  const url = URL.createObjectURL(clip);
  const video = document.createElement('video');
  video.muted = true;
  const event = (name: string) =>
    new Promise((resolve, reject) => {
      video.addEventListener(name, resolve, { once: true });
      video.addEventListener('error', () => reject(new Error(video.error?.message)), { once: true });
    });
  try {
    const loaded = event('loadeddata');
    video.src = url;
    await loaded;
    const sizes: string[] = [];
    for (const atMs of times) {
      const seeked = event('seeked');
      video.currentTime = atMs / 1000;
      await seeked;
      sizes.push(`${video.videoWidth}×${video.videoHeight}`);
    }
    return sizes;
  } finally {
    video.removeAttribute('src');
    URL.revokeObjectURL(url);
  }
}

for (const mimeType of [VP8, VP9]) {
  test(`${mimeType}: pictures of different sizes, and sound alone between them, make one clip`, async () => {
    const archive = await open();
    const segments = [
      await recordPicture(1, { mimeType }),
      await record({ seed: 2 }),
      await recordPicture(3, { mimeType, width: 640, height: 360 }),
    ];
    const { take, attempt, clip, notes } = await finished(archive, segments);
    expect(notes).toEqual([1, 2, 3].flatMap((seed) => spoken(2, seed)));
    expect(attempt).not.toHaveProperty('isPartial');
    expect(attempt.mimeType).toMatch(/^video\/webm/);
    expect(await chunksLeft(archive, take)).toEqual([]);
    const { keys } = await framesOf(clip);
    // The third segment begins with a keyframe of its own, in its place.
    expect(keys.some((at) => at > 3800 && at < 4800)).toBe(true);
    expect(keys.some((at) => at > 2600 && at < 3600)).toBe(false);
    // While there is only sound the last picture stands still.
    const sizes = await sizesAt(clip, 1000, 3000, attempt.durationMs - 500);
    expect(sizes).toEqual(['300×150', '300×150', '640×360']);
    expect(await checkInvariants()).toEqual([]);
  });
}

test('a picture that comes later, or ends early, leaves the sound as it was', async () => {
  const archive = await open();
  const sounds = [await record({ seed: 1 }), await record({ seed: 3 })] as const;
  const { attempt, clip, notes } = await finished(archive, [sounds[0], await recordPicture(2), sounds[1]]);
  expect(notes).toEqual([1, 2, 3].flatMap((seed) => spoken(2, seed)));
  expect(attempt.mimeType).toMatch(/^video\/webm/);
  expect((await framesOf(clip)).keys[0]).toBeGreaterThan(1900);
});

test('a window that is resized in mid-segment is seen in both sizes', async () => {
  const archive = await open();
  const { attempt, clip, notes } = await finished(archive, [await recordPicture(1, { isResized: true })]);
  expect(notes).toEqual(spoken(2, 1));
  expect(await sizesAt(clip, 300, attempt.durationMs - 200)).toEqual(['300×150', '600×150']);
});

test('MP4: sound alone after a picture is joined to it', async () => {
  const archive = await open();
  const segments = [
    await recordPicture(1, { mimeType: AVC }),
    await record({ seed: 2, mimeType: 'audio/mp4;codecs=opus' }),
  ];
  const { attempt, notes } = await finished(archive, segments);
  expect(notes).toEqual([1, 2].flatMap((seed) => spoken(2, seed)));
  expect(attempt.mimeType).toMatch(/^video\/mp4/);
  expect(attempt).not.toHaveProperty('isPartial');
});

for (const [what, first, second] of [
  ['in another codec', { mimeType: VP8 }, { mimeType: VP9 }],
  [
    'of another size, where the container has no room for that',
    { mimeType: AVC },
    { mimeType: AVC, width: 640, height: 360 },
  ],
] as const) {
  test(`a picture ${what} is left out, its sound is not, and nothing is deleted`, async () => {
    const archive = await open();
    const segments = [await recordPicture(1, first), await recordPicture(2, second)];
    const alone = await storeTake(archive, segments.slice(0, 1));
    await finishAttempt(archive, alone.id, { endedBy: 'user' });
    const { take, attempt, clip, notes } = await finished(archive, segments);
    expect(notes).toEqual([1, 2].flatMap((seed) => spoken(2, seed)));
    expect(attempt).toMatchObject({ isPartial: true, lacksPicture: true });
    expect((await framesOf(clip)).count).toBe((await framesOf(await clipOf(archive, alone))).count);
    expect(await chunksLeft(archive, take)).toEqual(segments.flatMap(({ chunks }) => chunks));
    expect(await checkInvariants()).toEqual([]);
  });
}

test('a picture whose chunks broke off is whole up to there, and so is its sound', async () => {
  const archive = await open();
  const whole = await recordPicture(1, { mimeType: VP9 });
  for (let chunks = 2; chunks < whole.chunks.length; chunks += 1) {
    const { attempt, clip } = await finished(archive, [{ ...whole, chunks: whole.chunks.slice(0, chunks) }]);
    expect(attempt.durationMs).toBeGreaterThan(500 * chunks - 700);
    expect((await framesOf(clip)).count).toBeGreaterThan(0);
  }
});
