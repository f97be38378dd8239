import { expect, test } from 'vitest';
import { aacDuration, opusDuration } from '../../src/finish/packet-duration.ts';

/** A table-of-contents byte: configuration, stereo flag, frame count code. */
const toc = (config: number, code: number, isStereo = false) => (config << 3) | (isStereo ? 4 : 0) | code;

test('the length of an Opus packet follows from its configuration (RFC 6716, table 2)', () => {
  const lengths = Array.from(
    { length: 32 },
    (_, config) => opusDuration(Uint8Array.of(toc(config, 0))) * 1000,
  );
  const silk = [10, 20, 40, 60];
  const hybrid = [10, 20];
  const celt = [2.5, 5, 10, 20];
  expect(lengths).toEqual([
    ...silk,
    ...silk,
    ...silk,
    ...hybrid,
    ...hybrid,
    ...celt,
    ...celt,
    ...celt,
    ...celt,
  ]);
});

test('an Opus packet may hold two frames, or as many as its second byte says', () => {
  expect(opusDuration(Uint8Array.of(toc(31, 1)))).toBe(0.04);
  expect(opusDuration(Uint8Array.of(toc(31, 2)))).toBe(0.04);
  expect(opusDuration(Uint8Array.of(toc(31, 3, true), 0b1100_0011))).toBe(0.06);
});

test('a packet of no bytes lasts no time', () => {
  expect(opusDuration(new Uint8Array())).toBe(0);
  expect(opusDuration(Uint8Array.of(toc(31, 3)))).toBe(0);
});

test('an AAC packet has 1024 samples', () => {
  expect(aacDuration(48_000)).toBeCloseTo(0.02133, 5);
});
