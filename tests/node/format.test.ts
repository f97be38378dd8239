import { expect, test } from 'vitest';
import { formatDay, formatWhen } from '../../src/ui/format.ts';

test('the days around now have names, the others a date', () => {
  const now = new Date(2026, 11, 31, 23, 50).getTime();
  const at = (day: number) => new Date(2026, 11, day, 6).getTime();
  expect([29, 30, 31, 32, 33].map((day) => formatDay(at(day), now))).toEqual([
    '29 December',
    'yesterday',
    'today',
    'tomorrow',
    '2 January 2027',
  ]);
  expect(formatWhen(at(32), now)).toBe('tomorrow, 06:00');
});
