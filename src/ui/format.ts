import type { EpochMs, Ms } from '../domain/timeline.ts';
import { plural } from '../domain/timeline.ts';

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const dayAndMonth = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long' });
const shortMonth = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const withYear = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });
const shortYear = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

/** `today`, `yesterday`, `tomorrow`, `21 April`, `21 April 2024`: local days, for the middle of a sentence. */
export function formatDay(at: EpochMs, now: EpochMs = Date.now()): string {
  return nearDay(at, now) ?? (isSameYear(at, now) ? dayAndMonth : withYear).format(at);
}

/** The same for a narrow column: `today`, `yesterday`, `21 Apr`, `21 Apr 2024`. */
export function formatShortDay(at: EpochMs, now: EpochMs = Date.now()): string {
  return nearDay(at, now) ?? (isSameYear(at, now) ? shortMonth : shortYear).format(at);
}

/** `today, 11:20`, `yesterday, 18:40`, `21 April, 09:05`. */
export function formatWhen(at: EpochMs, now: EpochMs = Date.now()): string {
  return `${formatDay(at, now)}, ${clock.format(at)}`;
}

/** `21 April 2026, 09:05`: for what leaves the app, where today is another day. */
export function formatDate(at: EpochMs): string {
  return `${withYear.format(at)}, ${clock.format(at)}`;
}

/** `14:32`. */
export function formatTime(at: EpochMs): string {
  return clock.format(at);
}

/** `5 minutes`, `1 minute 30 seconds`: how long to aim at, in words. */
export function formatTarget(ms: Ms): string {
  const seconds = Math.round(ms / 1000);
  const words = [
    [Math.floor(seconds / 60), 'minute'],
    [seconds % 60, 'second'],
  ] as const;
  const said = words.filter(([count]) => count > 0).map(([count, noun]) => plural(count, noun));
  return said.join(' ') || '0 seconds';
}

/** `5 min`, `1.5 min`. */
export function formatShortTarget(ms: Ms): string {
  return `${Number((ms / 60_000).toFixed(1))} min`;
}

const units = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const;

/** `0 bytes`, `640 kB`, `12.4 MB`: powers of ten, as operating systems' file lists count. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  return `${Number(value.toFixed(digits))} ${units[unit]}`;
}

export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function nearDay(at: EpochMs, now: EpochMs): string | null {
  const day = new Date(now);
  if (isSameDay(at, day)) return 'today';
  day.setDate(day.getDate() - 1);
  if (isSameDay(at, day)) return 'yesterday';
  day.setDate(day.getDate() + 2);
  return isSameDay(at, day) ? 'tomorrow' : null;
}

function isSameDay(at: EpochMs, day: Date): boolean {
  return new Date(at).toDateString() === day.toDateString();
}

function isSameYear(at: EpochMs, now: EpochMs): boolean {
  return new Date(at).getFullYear() === new Date(now).getFullYear();
}
