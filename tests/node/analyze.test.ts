import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { measureFile } from '../../scripts/measure-file.ts';
import { syntheticSpeech } from '../support/synthetic-speech.ts';
import { wavFile } from '../support/wav-files.ts';

const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'talkthrough-analyze-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** 16 kHz; two phrases of 8 and 9 syllables with half a second between them. */
const speech = syntheticSpeech([300, 8, 500, 9, 400]).samples;

function put(name: string, bytes: Buffer | string): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** As a person types it, from a folder. */
function analyze(args: readonly string[], cwd = root) {
  return new Promise<{ code: number; lines: readonly Record<string, unknown>[]; stderr: string }>((done) => {
    // The way npm puts the Node of the project first, whichever one started it.
    const path = [join(root, 'node_modules/.bin'), process.env['PATH']].join(delimiter);
    const env = { ...process.env, PATH: path, NODE_OPTIONS: '' };
    execFile(
      'npm',
      ['--prefix', root, 'run', '--silent', 'analyze', '--', ...args],
      { cwd, env },
      (error, stdout, stderr) => {
        const lines = stdout.split('\n').filter((line) => line !== '');
        done({ code: Number(error?.code ?? 0), lines: lines.map((line) => JSON.parse(line)), stderr });
      },
    );
  });
}

test('a line of JSON for each file, in order, the unreadable ones with an error and an exit code of 1', async () => {
  const good = put('speech.wav', wavFile(speech));
  const unicode = put('Größe — 話す (1).wav', wavFile(speech.subarray(0, 3200)));
  const text = put('text.wav', 'This is a text.\n');
  const empty = put('empty.wav', '');
  const missing = join(folder, 'missing.wav');
  mkdirSync(join(folder, 'folder.wav'));
  const files = [missing, good, text, join(folder, 'folder.wav'), unicode, empty, good];
  const { code, lines, stderr } = await analyze(files);
  expect(stderr).toBe('');
  expect(code).toBe(1);
  expect(lines.map(({ file }) => file)).toEqual(files);
  expect(lines.map((line) => line['error'] ?? null)).toEqual([
    'There is no such file.',
    null,
    'It is no sound file that can be decoded here: it should be a WAV file.',
    'It is a folder or a device, not a file.',
    null,
    'It is empty.',
    null,
  ]);
  expect(lines[6]).toEqual(lines[1]);
  expect(Object.keys(lines[0] ?? {})).toEqual(['file', 'error']);
}, 60_000);

test('what is printed of speech: the fields in their order, and the values of the app', async () => {
  const path = put('here.wav', wavFile(speech));
  // Named from the folder where the command is typed, which npm leaves.
  const { code, lines } = await analyze(['here.wav'], folder);
  expect(code).toBe(0);
  const { delivery, voice } = await measureFile(path);
  const { measures } = delivery;
  expect(Object.entries(lines[0] ?? {})).toEqual([
    ['file', 'here.wav'],
    ['durationMs', 4940],
    ['speech', voice.speech],
    ['pauses', delivery.pauses],
    ['syllables', 17],
    ['speechRatePerSec', expect.closeTo(Number(measures.speechRate), 3)],
    ['articulationRatePerSec', expect.closeTo(Number(measures.articulationRate), 3)],
    ['phonationTimeRatio', expect.closeTo(Number(measures.phonationTimeRatio), 3)],
    ['meanLengthOfRunSyllables', 8.5],
    ['f0MedianHz', expect.closeTo(Number(measures.pitchMedian), 1)],
    ['f0SdSemitones', expect.closeTo(Number(measures.pitchSpread), 2)],
    ['loudnessLufs', expect.closeTo(Number(measures.loudness), 1)],
    ['snrDb', expect.closeTo(Number(measures.signalToNoise), 1)],
    ['clippedMs', 0],
  ]);
}, 60_000);

test('what cannot be measured is null, with the reason beside it', async () => {
  const silent = put('silent.wav', wavFile(new Float32Array(32_000)));
  const { code, lines } = await analyze([silent]);
  expect(code).toBe(0);
  expect(lines[0]).toMatchObject({ durationMs: 2000, speech: [], pauses: [], syllables: null, clippedMs: 0 });
  expect(lines[0]?.['unmeasured']).toEqual({
    syllables: 'silent',
    speechRatePerSec: 'silent',
    articulationRatePerSec: 'silent',
    phonationTimeRatio: 'silent',
    meanLengthOfRunSyllables: 'silent',
    f0MedianHz: 'silent',
    f0SdSemitones: 'silent',
    loudnessLufs: 'silent',
    snrDb: 'silent',
  });
}, 60_000);

test('no file is no success', async () => {
  const { code, lines, stderr } = await analyze([]);
  expect(code).toBe(1);
  expect(lines).toEqual([]);
  expect(stderr).toContain('Which files?');
}, 60_000);

/** At so many times the rate, with straight lines between the samples. */
function faster(samples: Float32Array, factor: number): Float32Array {
  return Float32Array.from({ length: Math.floor(samples.length * factor) }, (_, index) => {
    const at = Math.floor(index / factor);
    const [from, to] = [samples[at] ?? 0, samples[at + 1] ?? 0];
    return from + (index / factor - at) * (to - from);
  });
}

const JUNK = [
  ['LIST', Buffer.from('INFOISFT\x05\0\0\0Lavf\0\0')],
  ['junk', Buffer.alloc(4097)],
  ['bext', Buffer.alloc(602)],
] as const;

test.each([
  ['8 bits', wavFile(speech, { bits: 8 })],
  ['24 bits', wavFile(speech, { bits: 24 })],
  ['32 bits', wavFile(speech, { bits: 32 })],
  ['floats', wavFile(speech, { bits: 32, isFloat: true })],
  ['extensible floats', wavFile(speech, { bits: 32, isFloat: true, isExtensible: true })],
  [
    '8 kHz',
    wavFile(
      speech.filter((_, index) => index % 2 === 0),
      { rate: 8000 },
    ),
  ],
  ['44.1 kHz, two channels', wavFile(faster(speech, 44_100 / 16_000), { rate: 44_100, channels: 2 })],
  ['48 kHz, 5.1, extensible', wavFile(faster(speech, 3), { rate: 48_000, channels: 6, isExtensible: true })],
  ['96 kHz, 24 bits', wavFile(faster(speech, 6), { rate: 96_000, bits: 24 })],
  ['other chunks first', wavFile(speech, { chunks: JUNK })],
  ['sizes of 0, as of a recorder that died', wavFile(speech, { riffSize: 0, dataSize: 0 })],
  ['the sizes of an empty file', wavFile(speech, { riffSize: 36, dataSize: 0 })],
  ['a sound of size 0 in a file of the right size', wavFile(speech, { dataSize: 0 })],
  ['a file size that is too small', wavFile(speech, { riffSize: 36 })],
  ['sizes of a stream', wavFile(speech, { riffSize: 0xff_ff_ff_ff, dataSize: 0xff_ff_ff_ff })],
  ['sizes of 0 behind other chunks', wavFile(speech, { riffSize: 0, dataSize: 0, chunks: JUNK })],
])('a WAV file with %s is read whole', async (name, bytes) => {
  const { delivery, durationMs } = await measureFile(put(`${name}.wav`, bytes));
  expect(Math.abs(durationMs - 4940)).toBeLessThanOrEqual(1);
  expect(delivery.pauses).toHaveLength(1);
  expect(Math.abs(Number(delivery.measures.syllables) - 17)).toBeLessThanOrEqual(1);
});

test('of a file whose end is missing, what is there is measured', async () => {
  const bytes = wavFile(speech);
  const { delivery, durationMs } = await measureFile(put('cut.wav', bytes.subarray(0, 44 + 2 * 48_001 + 1)));
  expect(durationMs).toBe(3000);
  expect(delivery.pauses).toHaveLength(1);
  const none = await measureFile(put('header.wav', bytes.subarray(0, 44)));
  expect(none.durationMs).toBe(0);
  expect(none.delivery.measures.syllables).toBe('too-short');
  await expect(measureFile(put('half a header.wav', bytes.subarray(0, 30)))).rejects.toThrow('WAV file');
});

test('a rate that no sound has, and a coding that is not decoded, are said', async () => {
  const says = 'Of a WAV file only uncompressed sound (PCM) at 1 to 768 kHz can be decoded here.';
  for (const rate of [1, 7, 999, 768_001, 4_000_000_000]) {
    const bytes = wavFile(speech.subarray(0, 3200));
    bytes.writeUInt32LE(rate, 24);
    await expect(measureFile(put(`${rate}.wav`, bytes)), `${rate} Hz`).rejects.toThrow(says);
  }
  const adpcm = wavFile(speech.subarray(0, 3200));
  adpcm.writeUInt16LE(2, 20);
  await expect(measureFile(put('adpcm.wav', adpcm))).rejects.toThrow(says);
  const high = wavFile(speech.subarray(0, 3200), { rate: 384_000 });
  expect((await measureFile(put('384000.wav', high))).durationMs).toBe(8);
});

test('floats that are no numbers are silence', async () => {
  const broken = speech.map((sample, index) =>
    index === 30_000 ? Number.NaN : index === 9 ? Infinity : sample,
  );
  const { delivery } = await measureFile(put('nan.wav', wavFile(broken, { bits: 32, isFloat: true })));
  expect(delivery.pauses).toHaveLength(1);
  expect(delivery.measures.loudness).toEqual(expect.any(Number));
});
