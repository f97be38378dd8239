import {
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedPacket,
  EncodedVideoPacketSource,
  Mp4OutputFormat,
  Output,
} from 'mediabunny';
import { expect, test } from 'vitest';
import type { Chunk } from '../../src/domain/attempt.ts';
import type { AttemptId } from '../../src/domain/ids.ts';
import { type ChunkStore, openSegment } from '../../src/finish/chunk-source.ts';
import { joinSegments } from '../../src/finish/join.ts';

const SECONDS = 10;
const FRAME_SEC = 1 / 24;
const SOUND_SEC = 1024 / 48_000;
const CHUNK_BYTES = 47_000;
const attemptId = 'take' as AttemptId;

type Film = { readonly codec: string; readonly fragmentSec: number; readonly hasSound?: boolean };

/** As a recorder writes it at 1.5 Mb/s; nobody could see or hear it. */
async function film({ codec, fragmentSec, hasSound = true }: Film): Promise<ArrayBuffer> {
  const target = new BufferTarget();
  const format = new Mp4OutputFormat({ fastStart: 'fragmented', minimumFragmentDuration: fragmentSec });
  const output = new Output({ format, target });
  const sound = new EncodedAudioPacketSource('aac');
  const picture = new EncodedVideoPacketSource('vp9');
  if (hasSound) output.addAudioTrack(sound);
  output.addVideoTrack(picture);
  await output.start();
  const soundConfig = {
    codec: 'mp4a.40.2',
    sampleRate: 48_000,
    numberOfChannels: 1,
    description: new Uint8Array([0x11, 0x88]),
  };
  const pictureConfig = { codec, codedWidth: 1280, codedHeight: 720 };
  let soundAt = hasSound ? 0 : SECONDS;
  for (let frame = 0; frame * FRAME_SEC < SECONDS; frame += 1) {
    const at = frame * FRAME_SEC;
    for (; soundAt <= at; soundAt += SOUND_SEC)
      await sound.add(new EncodedPacket(new Uint8Array(170).fill(9), 'key', soundAt, SOUND_SEC), {
        decoderConfig: soundConfig,
      });
    const isKey = frame % 24 === 0;
    const data = new Uint8Array(isKey ? 40_000 : 6500);
    await picture.add(new EncodedPacket(data, isKey ? 'key' : 'delta', at, FRAME_SEC), {
      decoderConfig: pictureConfig,
    });
  }
  await output.finalize();
  return target.buffer ?? new ArrayBuffer();
}

function storeOf(segments: readonly ArrayBuffer[]): ChunkStore {
  const chunks = segments.map((bytes, segment) =>
    Array.from({ length: Math.ceil(bytes.byteLength / CHUNK_BYTES) }, (_, seq): Chunk => {
      const offset = seq * CHUNK_BYTES;
      const data = bytes.slice(offset, offset + CHUNK_BYTES);
      return { attemptId, segment, seq, offset, clockEndMs: 0, data };
    }),
  );
  return {
    read: async (_id, segment, seq, count) => (chunks[segment] ?? []).slice(seq, seq + count),
    last: async (_id, segment) => chunks[segment]?.at(-1) ?? null,
  };
}

async function joined(...films: readonly Film[]) {
  const store = storeOf(await Promise.all(films.map(film)));
  const files = await Promise.all(films.map((_, segment) => openSegment(store, attemptId, segment)));
  return joinSegments(files, new WritableStream(), () => undefined);
}

const ONE = 'vp09.00.31.08';
const OTHER = 'vp09.01.31.08';

for (const fragmentSec of [0.25, 1, 2])
  test(`a picture in another format is left out and the sound is not, in fragments of ${fragmentSec} s`, async () => {
    const clip = await joined({ codec: ONE, fragmentSec }, { codec: OTHER, fragmentSec });
    expect(clip).toMatchObject({ tag: 'joined', lacksPicture: true });
    expect(clip.tag === 'joined' && Math.abs(clip.durationMs - 2 * SECONDS * 1000)).toBeLessThan(100);
  });

test('a segment that broke off before its first sound keeps none of the others from being joined', async () => {
  const clip = await joined(
    { codec: ONE, fragmentSec: 1 },
    { codec: OTHER, fragmentSec: 1, hasSound: false },
  );
  expect(clip).toMatchObject({ tag: 'joined', lacksPicture: true });
  expect(clip.tag === 'joined' && clip.places[1]?.lengthMs).toBe(0);
});
