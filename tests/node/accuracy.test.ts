import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Span } from '../../src/domain/timeline.ts';
import { syntheticSpeech } from '../support/synthetic-speech.ts';
import { wavFile } from '../support/wav-files.ts';

const root = resolve(import.meta.dirname, '../..');
const corpus = resolve(root, '../shared/corpus/speech');
const folder = mkdtempSync(join(tmpdir(), 'talkthrough-accuracy-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The figures by their names, as printed: of each corpus, and of all. Names that come twice go by the one above, too. */
function accuracy(...args: readonly string[]) {
  type Report = { code: number; cells: ReadonlyMap<string, Readonly<Record<string, string>>> };
  return new Promise<Report & { stdout: string; stderr: string }>((done) => {
    const env = {
      ...process.env,
      PATH: [join(root, 'node_modules/.bin'), process.env['PATH']].join(delimiter),
      NODE_OPTIONS: '',
    };
    execFile(
      'npm',
      ['run', '--silent', 'accuracy', '--', ...args],
      { cwd: root, env },
      (error, stdout, stderr) => {
        const [head = '', ...rows] = (stdout.split('\n\n')[0] ?? '').split('\n');
        const titles = [...head.matchAll(/\S+( \(\d+\))?( reach)?/g)];
        const cells = new Map<string, Readonly<Record<string, string>>>();
        let above = '';
        for (const row of rows) {
          const name = /^ *\S+( \S+)*/.exec(row)?.[0] ?? '';
          if (!name.startsWith(' ')) above = name;
          const values = titles.map(({ 0: title, index }, place) => [
            title.replace(/ \(\d+\)$/, ''),
            row.slice(index, titles[place + 1]?.index ?? row.length).trim(),
          ]);
          cells.set(name === above ? name : `${above}:${name.trim()}`, Object.fromEntries(values));
        }
        done({ code: Number(error?.code ?? 0), cells, stdout, stderr });
      },
    );
  });
}

function put(name: string, samples: Float32Array, labels: object | string): void {
  writeFileSync(join(folder, `${name}.wav`), wavFile(samples));
  writeFileSync(join(folder, `${name}.json`), typeof labels === 'string' ? labels : JSON.stringify(labels));
}

const seconds = (spans: readonly Span[]) => spans.map(({ startMs, endMs }) => [startMs / 1000, endMs / 1000]);

test('a folder with known speech: every figure by corpus and in all, and what has no labels said', async () => {
  const plan = [500, 10, 600, 12, 500, 18, 1000, 10, 500];
  const { samples, phrases } = syntheticSpeech(plan);
  put('spoken1', samples, { speech: seconds(phrases), syllables: 50 });
  // Twice as many as there are, and words in the place of speech.
  put('spoken2', samples, { words: seconds(phrases).map((range) => [...range, 'la']), syllables: 100 });
  // Silence of which half is labelled as speech with a pause in it.
  put('silent1', new Float32Array(160_000), {
    group: 'still',
    speech: [
      [1, 3],
      [4, 7],
    ],
  });
  put('text1', samples, { text: 'only a text' });
  put('broken1', samples, 'no JSON');
  writeFileSync(join(folder, 'alone.wav'), wavFile(samples));
  const { code, cells, stdout, stderr } = await accuracy(folder);
  expect(code).toBe(0);
  expect(Object.keys(cells.get('Frame error') ?? {})).toEqual(['to reach', 'spoken', 'still', 'text', 'all']);
  expect(cells.get('Frame error')).toMatchObject({ still: '50.0 % (1000)', text: '–' });
  expect(Number.parseFloat(cells.get('Frame error')?.['spoken'] ?? '')).toBeLessThan(6);
  expect(cells.get('Pause recall')).toEqual({
    'to reach': '',
    spoken: '100.0 % (6)',
    still: '0.0 % (1)',
    text: '–',
    all: '85.7 % (7)',
  });
  expect(cells.get('Pause precision')).toMatchObject({
    spoken: '100.0 % (6)',
    still: '–',
    all: '100.0 % (6)',
  });
  expect(cells.get('Pause F1')).toMatchObject({ spoken: '1.000', still: '0.000', text: '–' });
  expect(cells.get('Pause edges, median')?.['all']).toMatch(/^\d+ ms \(12\)$/);
  expect(cells.get('Syllables, from 8 s')).toMatchObject({ spoken: '25.0 % (2)', still: '–' });
  expect(cells.get('Syllables, from 8 s:bias')).toMatchObject({ spoken: '-25.0 %' });
  expect(cells.get('Articulation rate, all')).toMatchObject({ still: '–', text: '–' });
  expect(cells.get('Phonation-time ratio')?.['spoken']).toMatch(/^0\.0[0-3]\d \(2\)$/);
  expect(stdout).toContain('4 clips, 4 of 8 s or more.');
  expect(stdout).toContain('Without labels of speech: 1; of syllables, and without a text: 1.');
  expect(stderr).toContain('alone.wav: no labels beside it (alone.json), left out');
  expect(stderr).toContain('broken1.wav: The labels beside it are no JSON object. Left out.');
}, 60_000);

test('noise is added where it is asked for, so many decibels below the speech', async () => {
  const { samples, phrases } = syntheticSpeech([500, 10, 600, 12, 500]);
  const alone = mkdtempSync(join(folder, 'noise-'));
  writeFileSync(join(alone, 'a.wav'), wavFile(samples));
  writeFileSync(join(alone, 'a.json'), JSON.stringify({ speech: seconds(phrases), syllables: 22 }));
  const syllables = async (...args: readonly string[]) =>
    (await accuracy(alone, ...args)).cells.get('Syllables, all')?.['a'];
  expect(await syllables()).toBe('0.0 % (1)');
  expect(await syllables('--noise=40')).toBe('0.0 % (1)');
  // Nothing stands out of noise that is 20 dB louder.
  expect(figure(await syllables('--noise=-20'))).toBeGreaterThan(50);
  expect((await accuracy(alone, '--noise=much')).code).toBe(1);
}, 60_000);

test('a folder that is not there, or without a pair, is an error', async () => {
  const missing = await accuracy(join(folder, 'missing'));
  expect(missing.code).toBe(1);
  expect(missing.stderr).toContain('There is no such folder');
  const none = await accuracy(resolve(root, 'docs'));
  expect(none.code).toBe(1);
  expect(none.stderr).toContain('No WAV file with labels');
}, 60_000);

/** Of figures like `8.5 % (120)` and `0.026 (33)`. */
function figure(text: string | undefined): number {
  const number = Number.parseFloat(text ?? '');
  expect(text).toMatch(/\d/);
  return number;
}

test.skipIf(!existsSync(corpus))(
  'the figures to reach are reached on the corpus beside the project',
  async () => {
    const { code, cells } = await accuracy(corpus);
    const of = (row: string, column: string) => figure(cells.get(row)?.[column]);
    expect(code).toBe(0);
    expect(of('Frame error', 'ten')).toBeLessThanOrEqual(8.5);
    expect(of('Frame error', 'libri')).toBeLessThanOrEqual(4);
    expect(of('Pause F1', 'ten')).toBeGreaterThanOrEqual(0.9);
    expect(of('Pause F1', 'libri')).toBeGreaterThanOrEqual(0.97);
    expect(of('Pause edges, median', 'all')).toBeLessThanOrEqual(35);
    expect(of('Syllables, from 8 s', 'all')).toBeLessThanOrEqual(5);
    expect(of('Syllables, from 8 s:correlation', 'all')).toBeGreaterThanOrEqual(0.95);
    expect(of('Syllables, from 8 s:correlation a second', 'all')).toBeGreaterThanOrEqual(0.95);
    expect(of('Articulation rate, from 8 s', 'all')).toBeLessThanOrEqual(6.5);
    expect(of('Phonation-time ratio', 'all')).toBeLessThanOrEqual(0.03);
  },
  120_000,
);
