import { readFileSync } from 'node:fs';
import type { Span } from '../src/domain/timeline.ts';
import type { Labels } from './accuracy-figures.ts';
import { syllablesOf } from './english-syllables.ts';
import { UnreadableFile } from './measure-file.ts';

/** Labels as they lie beside a recording, all of them optional; times in seconds. */
type LabelFile = {
  readonly group?: unknown;
  readonly speech?: unknown;
  readonly words?: unknown;
  readonly text?: unknown;
  readonly syllables?: unknown;
};

/** What is known of a recording, and which corpus it belongs to. Throws `UnreadableFile`. */
export function readLabels(path: string, name: string): Labels & { readonly group: string } {
  const { group, speech, words, text, syllables } = parsed(readFileSync(path, 'utf8'));
  return {
    group: typeof group === 'string' && group !== '' ? group : groupOf(name),
    // No word may mean that there are no labels of words; no speech is a label.
    speech: spansOf(speech) ?? (isEmpty(words) ? null : spansOf(words)),
    syllables:
      typeof syllables === 'number' ? syllables : typeof text === 'string' ? syllablesOf(text) : null,
  };
}

function parsed(json: string): LabelFile {
  try {
    const file: unknown = JSON.parse(json);
    if (typeof file === 'object' && file !== null && !Array.isArray(file)) return file;
  } catch {
    // As bad as JSON of another kind.
  }
  throw new UnreadableFile('The labels beside it are no JSON object.');
}

/** The letters a name begins with: `ten04` and `ten06` belong together, and so do `libri_84-1` and `libri_84-2`. */
export function groupOf(name: string): string {
  return /^\p{L}+/u.exec(name)?.[0].toLowerCase() ?? name;
}

/** Ranges that touch are one: words follow one another without a gap. */
export function spansOf(ranges: unknown): readonly Span[] | null {
  if (!Array.isArray(ranges)) return null;
  const spans: { startMs: number; endMs: number }[] = [];
  const sorted = ranges.filter(isRange).toSorted(([a], [b]) => a - b);
  for (const [start, end] of sorted) {
    const [startMs, endMs] = [start * 1000, end * 1000];
    const last = spans.at(-1);
    if (last !== undefined && startMs <= last.endMs) last.endMs = Math.max(last.endMs, endMs);
    else spans.push({ startMs, endMs });
  }
  return spans;
}

function isEmpty(list: unknown): boolean {
  return Array.isArray(list) && list.length === 0;
}

function isRange(range: unknown): range is readonly [start: number, end: number] {
  if (!Array.isArray(range)) return false;
  const [start, end] = range as readonly unknown[];
  return typeof start === 'number' && typeof end === 'number' && start < end;
}
