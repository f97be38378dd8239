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
  /** As in BCP 47: `de`, `en-GB`. English, where nothing is said. */
  readonly language?: unknown;
};

/** What is known of a recording, and which corpus it belongs to, if that is said. Throws `UnreadableFile`. */
export function readLabels(path: string): Labels & { readonly group: string | null } {
  const { group, speech, words, text, syllables, language } = parsed(readFileSync(path, 'utf8'));
  if (typeof syllables === 'number' && !(syllables >= 0))
    throw new UnreadableFile('The labels beside it have fewer than no syllables.');
  return {
    group: typeof group === 'string' && group !== '' ? group : null,
    // No word may mean that there are no labels of words; no speech is a label.
    speech: spansOf(speech) ?? (isEmpty(words) ? null : spansOf(words)),
    syllables:
      typeof syllables === 'number'
        ? syllables
        : typeof text === 'string' && isEnglish(language)
          ? syllablesOf(text)
          : null,
  };
}

function parsed(json: string): LabelFile {
  try {
    const file: unknown = JSON.parse(json.replace(/^\uFEFF/, ''));
    if (typeof file === 'object' && file !== null && !Array.isArray(file)) return file;
  } catch {
    // As bad as JSON of another kind.
  }
  throw new UnreadableFile('The labels beside it are no JSON object.');
}

/** English spelling tells nothing about another language. */
function isEnglish(language: unknown): boolean {
  return typeof language !== 'string' || /^en(g|glish)?([-_].*)?$/i.test(language);
}

/**
 * Which corpus each name belongs to. By the letters it begins with: `ten04` and `ten06` belong together, and so do
 * `libri_84-1` and `libri_84-2`. Names without any by what stands before the first `-` or `_`, as `84-121-0001` and
 * `84-121-0002`; where no two of them share that, they are one.
 */
export function groupsOf(names: readonly string[]): ReadonlyMap<string, string> {
  const lettered = (name: string) => /^\p{L}+/u.exec(name)?.[0].toLowerCase();
  const stem = (name: string) => /^[^-_]+/.exec(name)?.[0] ?? name;
  const others = names.filter((name) => lettered(name) === undefined);
  const isOne = others.length > 1 && new Set(others.map(stem)).size === others.length;
  return new Map(names.map((name) => [name, lettered(name) ?? (isOne ? 'unnamed' : stem(name))]));
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
