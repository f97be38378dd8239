import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fileName } from '../../src/player/file-name.ts';

const at = Date.UTC(2026, 10, 22, 9, 30);

function nameOf(title: string, more: Partial<Parameters<typeof fileName>[0]> = {}): string {
  const facts = { startedAt: at, timeZone: 'UTC', mimeType: 'audio/webm;codecs=opus' };
  return fileName({ ...facts, prompt: { title }, ...more });
}

test('a recording is named by day and prompt', () => {
  expect(nameOf('Reference counting and the cycle collector')).toBe(
    '2026-11-22 Reference counting and the cycle collector.webm',
  );
});

test('the day is the one where it was recorded', () => {
  expect(nameOf('A', { timeZone: 'Pacific/Auckland' })).toBe('2026-11-22 A.webm');
  expect(nameOf('A', { timeZone: 'Pacific/Auckland', startedAt: at + 3 * 3_600_000 })).toBe(
    '2026-11-23 A.webm',
  );
  expect(nameOf('A', { timeZone: 'Mars/Olympus' })).toMatch(/^2026-11-2\d A\.webm$/);
});

test('the ending tells the format', () => {
  expect(nameOf('A', { mimeType: 'audio/mp4;codecs=mp4a.40.2' })).toMatch(/\.m4a$/);
  expect(nameOf('A', { mimeType: 'audio/ogg; codecs=opus' })).toMatch(/\.ogg$/);
  expect(nameOf('A', { mimeType: 'application/octet-stream' })).toMatch(/\.bin$/);
});

test('what file systems refuse is left out', () => {
  expect(nameOf('Is TCP/IP "fair"? <why: not|so>')).toBe('2026-11-22 Is TCP IP fair why not so.webm');
  expect(nameOf('../../etc/passwd')).toBe('2026-11-22 etc passwd.webm');
  expect(nameOf('invoice\u202Egpj.exe')).toBe('2026-11-22 invoice gpj.exe.webm');
  expect(nameOf('///')).toBe('2026-11-22 Recording.webm');
});

test('any title gives a name that any file system takes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (title) => {
      const name = nameOf(title);
      expect(name).toMatch(/^2026-11-22 \S(.*\S)?\.webm$/u);
      expect(name).not.toMatch(/[\p{Cc}\p{Cf}/\\:*?"<>|]/u);
      expect(new TextEncoder().encode(name).length).toBeLessThanOrEqual(255);
      expect(name.isWellFormed()).toBe(true);
    }),
  );
});
