import { expect, test } from 'vitest';
import { endOfWholePages, hasMp3Length, wavLength } from '../../src/finish/file-end.ts';
import { openFile } from '../../src/finish/file-source.ts';
import { wav } from '../support/microphone.ts';

const second = Buffer.from(wav(new Float32Array(8000), 8000));

const aFile = (parts: BlobPart[]) => openFile(new Blob(parts), () => undefined);

test('a WAV file says how long it is, however much of it is there', async () => {
  expect(await wavLength(aFile([second]))).toBe(1000);
  expect(await wavLength(aFile([second.subarray(0, 3000)]))).toBe(1000);
  expect(await wavLength(aFile([second.subarray(0, 40)]))).toBeNull();
  expect(await wavLength(aFile(['RIFF']))).toBeNull();
});

test('a WAV file written as a stream does not know how long it is', async () => {
  for (const size of [0, 0xffff_ffff]) {
    const stream = Buffer.from(second);
    stream.writeUInt32LE(size, 40);
    expect(await wavLength(aFile([stream]))).toBeNull();
  }
});

test('other things may stand before the sound of a WAV file', async () => {
  const list = Buffer.from('LIST\u0005\0\0\0abcde\0', 'latin1');
  const file = Buffer.concat([second.subarray(0, 36), list, second.subarray(36)]);
  expect(await wavLength(aFile([file]))).toBe(1000);
});

/** A page with so many bytes of sound. */
function page(bytes: number): Buffer {
  const table = [...Array.from({ length: Math.floor(bytes / 255) }, () => 255), bytes % 255];
  const head = Buffer.alloc(27);
  head.write('OggS', 'latin1');
  head[26] = table.length;
  return Buffer.concat([head, Buffer.from(table), Buffer.alloc(bytes, 7)]);
}

test('an Ogg file ends where its last whole page does', async () => {
  const whole = Buffer.concat([page(100), page(1000), page(60_000)]);
  const last = page(60_000).length;
  expect(await endOfWholePages(new Blob([whole]))).toBe(whole.length);
  for (const missing of [1, 59_999, last - 4, last - 27])
    expect(await endOfWholePages(new Blob([whole.subarray(0, -missing)]))).toBe(whole.length - last);
});

test('any other file ends where it ends', async () => {
  expect(await endOfWholePages(new Blob([second]))).toBe(second.length);
  expect(await endOfWholePages(new Blob(['Ogg']))).toBe(3);
});

test('an MP3 file says how long it is only in a frame that has a name', async () => {
  const frame = (name: string) =>
    Buffer.concat([
      Buffer.from([0xff, 0xfb, 0xe0, 0xc0]),
      Buffer.alloc(17),
      Buffer.from(name),
      Buffer.alloc(900),
    ]);
  for (const name of ['Xing', 'Info', 'VBRI']) expect(await hasMp3Length(aFile([frame(name)]))).toBe(true);
  expect(await hasMp3Length(aFile([frame('Lame')]))).toBe(false);
  // A tag before it may be larger than what is looked at, and hold any word.
  const tag = Buffer.concat([
    Buffer.from('ID3\u0003\0\0\0\0\u0040\0', 'latin1'),
    Buffer.alloc(64 * 128, 'Xing '),
  ]);
  expect(await hasMp3Length(aFile([tag, frame('Lame')]))).toBe(false);
  expect(await hasMp3Length(aFile([tag, frame('Info')]))).toBe(true);
});
