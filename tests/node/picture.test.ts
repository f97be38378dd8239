import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesPerHour, RECORD_KINDS } from '../../src/domain/picture.ts';
import { chooseFormat, keyFrameIntervalMs, timesliceMs } from '../../src/recorder/codec.ts';

const CHROME =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36';
const SAFARI =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15';

const SOUNDS = [
  'audio/webm;codecs=opus',
  'audio/ogg;codecs=opus',
  'audio/mp4;codecs=opus',
  'audio/mp4;codecs=mp4a.40.2',
];
const PICTURES = [
  'video/webm;codecs=vp9,opus',
  'video/webm;codecs=vp8,opus',
  'video/mp4;codecs=avc1.42E01F,opus',
  'video/mp4;codecs=avc1.42E01F,mp4a.40.2',
];
/** Container and codec of the sound. */
const likeness = (type: string) => [/\/(\w+)/.exec(type)?.[1], /[=,]([^,]+)$/.exec(type)?.[1]];

test('an hour takes what the bit rates say: 29 MB of voice, 700 MB with a picture', () => {
  expect(bytesPerHour('audio')).toBe(28_800_000);
  expect(bytesPerHour('camera')).toBe(703_800_000);
  expect(bytesPerHour('screen')).toBe(bytesPerHour('camera'));
  for (const kind of RECORD_KINDS) expect(bytesPerHour(kind)).toBeGreaterThan(0);
});

test('a picture is WebM where the browser can, and MP4 in WebKit', () => {
  const all = () => true;
  expect(chooseFormat(null, all, CHROME, true)).toBe('video/webm;codecs=vp9,opus');
  expect(chooseFormat(null, (type) => !type.includes('vp9'), CHROME, true)).toBe(
    'video/webm;codecs=vp8,opus',
  );
  expect(chooseFormat(null, (type) => type === 'video/mp4', SAFARI, true)).toBe('video/mp4');
  expect(chooseFormat(null, () => false, CHROME, true)).toBeNull();
});

test('pictures are cut more often than sound, and MP4 has more keyframes, up to which alone it is written', () => {
  expect(timesliceMs('video/mp4;codecs=avc1.42E01F,opus')).toBe(250);
  expect(keyFrameIntervalMs('video/mp4;codecs=avc1.42E01F,opus')).toBe(1000);
  expect(timesliceMs('video/webm;codecs=vp9,opus')).toBe(250);
  expect(timesliceMs('audio/webm;codecs=opus')).toBe(500);
  expect(keyFrameIntervalMs('video/webm;codecs=vp9,opus')).toBe(2000);
});

test('with the picture or without, a take keeps its container and its sound where the browser can', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...SOUNDS, ...PICTURES),
      fc.boolean(),
      fc.constantFrom(CHROME, SAFARI),
      fc.subarray([...SOUNDS, ...PICTURES, 'audio/mp4', 'video/mp4']),
      (before, hasPicture, browser, supported) => {
        const chosen = chooseFormat(before, (type) => supported.includes(type), browser, hasPicture);
        if (chosen === null) return;
        expect(chosen.startsWith('video/')).toBe(hasPicture);
        expect(supported).toContain(chosen);
        // Were another one more like it, it would have been chosen: if this browser is asked for it at all.
        const asked: string[] = [];
        chooseFormat(null, (type) => asked.push(type) === 0, browser, hasPicture);
        const alike = asked.filter(
          (type) => supported.includes(type) && likeness(type).join() === likeness(before).join(),
        );
        if (alike.length > 0 && (hasPicture || before.startsWith('video/')))
          expect(likeness(chosen)).toEqual(likeness(before));
      },
    ),
    { numRuns: 2000 },
  );
});
