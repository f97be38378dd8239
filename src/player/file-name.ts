import type { KeptAttempt } from '../domain/attempt.ts';

const EXTENSIONS: Readonly<Record<string, string>> = {
  'audio/webm': 'webm',
  'audio/mp4': 'm4a',
  'audio/ogg': 'ogg',
  'audio/wav': 'wav',
  'audio/mpeg': 'mp3',
  'video/webm': 'webm',
  'video/mp4': 'mp4',
};

/** Longer names are cut: file systems allow 255 bytes, and a letter may take four of them. */
const LONGEST_TITLE = 55;

/**
 * What the recording is called on disk: `2026-11-22 Reference counting and the cycle collector.webm`. The
 * day is the one it was where and when it was recorded.
 */
export function fileName(
  attempt: Pick<KeptAttempt, 'startedAt' | 'timeZone' | 'mimeType'> & {
    readonly prompt: { readonly title: string };
  },
): string {
  const title = safeTitle(attempt.prompt.title);
  const type = attempt.mimeType.split(';')[0]?.trim().toLowerCase() ?? '';
  return `${localDay(attempt.startedAt, attempt.timeZone)} ${title}.${EXTENSIONS[type] ?? 'bin'}`;
}

/** Without what Windows, macOS or Linux refuse or hide: reserved signs, control and direction characters. */
function safeTitle(title: string): string {
  const safe = title
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}/\\:*?"<>|]+/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim();
  const cut = Array.from(safe).slice(0, LONGEST_TITLE).join('');
  return cut.replace(/^[. ]+|[. ]+$/gu, '') || 'Recording';
}

function localDay(at: number, timeZone: string): string {
  const fields = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;
  const parts = dayFormat(fields, timeZone).formatToParts(at);
  const part = (type: string) => parts.find((candidate) => candidate.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')}`;
}

function dayFormat(fields: Intl.DateTimeFormatOptions, timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-GB', { ...fields, timeZone });
  } catch {
    // A zone this browser's tables do not know.
    return new Intl.DateTimeFormat('en-GB', fields);
  }
}
