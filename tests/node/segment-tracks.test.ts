import {
  BufferSource,
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedPacket,
  Mp4OutputFormat,
  Output,
} from 'mediabunny';
import { expect, test } from 'vitest';
import { openTracks } from '../../src/finish/segment-tracks.ts';

const SAMPLES = 1024;
const RATE = 44_100;

/** Packets of AAC's length, each filled with its own number. */
function somePackets(count: number): readonly EncodedPacket[] {
  return Array.from({ length: count }, (_, index) => {
    const data = new Uint8Array(100 + (index % 7)).fill(index % 256);
    return new EncodedPacket(data, 'key', (index * SAMPLES) / RATE, SAMPLES / RATE);
  });
}

/** As recorders write it: in fragments of a second. */
async function fragmented(packets: readonly EncodedPacket[]): Promise<Uint8Array<ArrayBuffer>> {
  const target = new BufferTarget();
  const format = new Mp4OutputFormat({ fastStart: 'fragmented', minimumFragmentDuration: 1 });
  const output = new Output({ format, target });
  const source = new EncodedAudioPacketSource('aac');
  output.addAudioTrack(source);
  await output.start();
  const description = new Uint8Array([0x12, 0x08]);
  const decoderConfig = { codec: 'mp4a.40.2', sampleRate: RATE, numberOfChannels: 1, description };
  for (const packet of packets) await source.add(packet, { decoderConfig });
  await output.finalize();
  return new Uint8Array(target.buffer ?? new ArrayBuffer());
}

type Box = { readonly type: string; readonly start: number; readonly end: number };

function boxesOf(file: Uint8Array<ArrayBuffer>): readonly Box[] {
  const view = new DataView(file.buffer);
  const boxes: Box[] = [];
  for (let start = 0; start + 8 <= file.length; ) {
    const type = String.fromCharCode(...file.subarray(start + 4, start + 8));
    const end =
      start + (view.getUint32(start) === 1 ? Number(view.getBigUint64(start + 8)) : view.getUint32(start));
    boxes.push({ type, start, end });
    start = end;
  }
  return boxes;
}

async function read(file: Uint8Array<ArrayBuffer>): Promise<readonly (readonly [number, number, number])[]> {
  const segment = await openTracks(new BufferSource(file));
  const rows: [number, number, number][] = [];
  for await (const { timestamp, data } of segment?.tracks[0]?.packets() ?? [])
    rows.push([Math.round(timestamp * RATE), data.length, data[0] ?? -1]);
  segment?.dispose();
  return rows;
}

for (const count of [20, 150]) {
  test(`a last fragment of ${count} packets whose header stands there twice is read once`, async () => {
    const file = await fragmented(somePackets(count));
    const header = boxesOf(file).findLast(({ type }) => type === 'moof');
    if (header === undefined) throw new Error('There are no fragments');
    const twice = new Uint8Array([
      ...file.subarray(0, header.end),
      ...file.subarray(header.start, header.end),
      ...file.subarray(header.end),
    ]);
    const packets = await read(file);
    expect(packets).toHaveLength(count);
    expect(await read(twice)).toEqual(packets);
  });
}
