import { readdirSync, statSync } from 'node:fs';
import { join, parse, resolve } from 'node:path';
import type { SoundBlock } from '../src/analysis/peaks.ts';
import { type Clip, type Figures, figuresOf, LONG_MS, type Mean } from './accuracy-figures.ts';
import { groupsOf, readLabels } from './labels.ts';
import { measureFile, UnreadableFile } from './measure-file.ts';

/*
 * How accurate the analysis is: `npm run accuracy -- FOLDER` measures every WAV file that has a JSON file of the same
 * name with labels beside it, and prints how far off it is, for each corpus and in all. A report, not a test. With
 * `--noise=15` noise is added first, 15 dB below the loudness of each file.
 */

type Row = {
  readonly name: string;
  readonly target: string;
  readonly of: (figures: Figures) => string | null;
};

const percent = (value: number | null) => (value === null ? null : `${(value * 100).toFixed(1)} %`);
const decimal = (value: number | null, digits: number) => value?.toFixed(digits) ?? null;
const ms = (value: number | null) => (value === null ? null : `${Math.round(value)} ms`);
const on = (text: string | null, of: number) => (text === null ? null : `${text} (${of})`);
const share = ({ value, of }: Mean) => on(percent(value), of);

/** In brackets: how many frames, pauses, edges or clips a figure rests on. */
const ROWS: readonly Row[] = [
  { name: 'Frame error', target: 'ten 8.5 %, libri 4 %', of: ({ frames }) => share(frames.error) },
  { name: '  speech missed', target: '', of: ({ frames }) => share(frames.missed) },
  { name: '  taken for speech', target: '', of: ({ frames }) => share(frames.falsely) },
  { name: 'Pause precision', target: '', of: ({ pauses }) => share(pauses.precision) },
  { name: 'Pause recall', target: '', of: ({ pauses }) => share(pauses.recall) },
  { name: 'Pause F1', target: 'ten 0.90, libri 0.97', of: ({ pauses }) => decimal(pauses.f1, 3) },
  { name: 'Pause edges, median', target: '35 ms', of: ({ edges }) => on(ms(edges.median), edges.of) },
  { name: '  90 % within', target: '', of: ({ edges }) => ms(edges.p90) },
  { name: 'Syllables, from 8 s', target: '5 %', of: ({ longSyllables }) => share(longSyllables.error) },
  { name: '  bias', target: '', of: ({ longSyllables }) => percent(longSyllables.bias) },
  {
    name: '  correlation',
    target: '0.95',
    of: ({ longSyllables }) => decimal(longSyllables.ofCounts, 3),
  },
  {
    name: '  correlation a second',
    target: '',
    of: ({ longSyllables }) => decimal(longSyllables.ofRates, 3),
  },
  { name: 'Syllables, all', target: '', of: ({ syllables }) => share(syllables.error) },
  { name: '  correlation', target: '', of: ({ syllables }) => decimal(syllables.ofCounts, 3) },
  {
    name: 'Articulation rate, from 8 s',
    target: '6.5 %',
    of: ({ longArticulationRate }) => share(longArticulationRate),
  },
  {
    name: 'Articulation rate, all',
    target: '',
    of: ({ articulationRate }) => share(articulationRate),
  },
  {
    name: 'Phonation-time ratio',
    target: '0.03',
    of: ({ phonationTimeRatio: { value, of } }) => on(decimal(value, 3), of),
  },
];

/**
 * Every pair of WAV and JSON in the folder.
 *
 * @param noiseDb how far below the loudness of each file noise is added to it; null: none
 */
async function measured(folder: string, noiseDb: number | null): Promise<readonly Clip[]> {
  const names = readdirSync(folder).toSorted();
  const groups = groupsOf(names.filter((name) => name.endsWith('.json')).map((name) => parse(name).name));
  const clips: Clip[] = [];
  for (const file of names.filter((name) => /\.wav$/i.test(name))) {
    const { name } = parse(file);
    if (!names.includes(`${name}.json`)) {
      console.error(`${file}: no labels beside it (${name}.json), left out`);
      continue;
    }
    try {
      const { group, ...labels } = readLabels(join(folder, `${name}.json`));
      const path = join(folder, file);
      const clean = await measureFile(path);
      const { loudness } = clean.delivery.measures;
      const { delivery, voice, durationMs } =
        noiseDb === null || typeof loudness !== 'number'
          ? clean
          : await measureFile(path, pinkNoise(loudness - noiseDb));
      clips.push({
        group: group ?? groups.get(name) ?? name,
        durationMs,
        labels,
        found: { speech: voice.speech, syllables: delivery.syllables },
      });
    } catch (error) {
      if (!(error instanceof UnreadableFile)) throw error;
      console.error(`${file}: ${error.message} Left out.`);
    }
  }
  return clips;
}

/** Adds noise of so many dB below full scale (root mean square), the same for every file. */
function pinkNoise(levelDb: number): (block: SoundBlock) => SoundBlock {
  const peak = 10 ** (levelDb / 20) / PINK_RMS;
  let state = 1;
  const low = [0, 0, 0];
  return ({ samples, ...place }) => ({
    ...place,
    samples: samples.map((sample) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      const white = state / 2 ** 31 - 1;
      PINK.forEach(([kept, added], index) => {
        low[index] = kept * (low[index] ?? 0) + added * white;
      });
      return sample + peak * ((low[0] ?? 0) + (low[1] ?? 0) + (low[2] ?? 0) + 0.1848 * white);
    }),
  });
}

/** White noise through these is pink within half a decibel (Paul Kellet's economy filter). */
const PINK = [
  [0.997_65, 0.099_046],
  [0.963, 0.296_516_4],
  [0.57, 1.052_691_3],
] as const;
/** What it makes of white noise up to ±1. */
const PINK_RMS = 1.726;

function report(clips: readonly Clip[]): string {
  const groups = [...new Set(clips.map(({ group }) => group))].toSorted();
  const columns = [
    ...groups.map((group) => ({ title: group, clips: clips.filter((clip) => clip.group === group) })),
    ...(groups.length === 1 ? [] : [{ title: 'all', clips }]),
  ].map(({ title, clips: own }) => ({ title: `${title} (${own.length})`, figures: figuresOf(own) }));
  const lines = [
    ['', 'to reach', ...columns.map(({ title }) => title)],
    ...ROWS.map(({ name, target, of }) => [
      name,
      target,
      ...columns.map(({ figures }) => of(figures) ?? '–'),
    ]),
  ];
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const USAGE =
  'npm run accuracy -- FOLDER [--noise=DB], a folder of WAV files and of labels (.json) of the same names';

/** Why there is no report; null: it was printed. */
async function run(args: readonly string[]): Promise<string | null> {
  const asked = parsed(args);
  if (asked === null) return USAGE;
  const path = resolve(process.env['INIT_CWD'] ?? '', asked.folder);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true)
    return `There is no such folder: ${path}`;
  const clips = await measured(path, asked.noiseDb);
  if (clips.length === 0) return `No WAV file with labels of the same name (.json) in ${path}`;
  const without = (key: 'speech' | 'syllables') => clips.filter(({ labels }) => labels[key] === null).length;
  console.log(report(clips));
  console.log(
    `\n${clips.length} clips, ${clips.filter(({ durationMs }) => durationMs >= LONG_MS).length} of 8 s or more.` +
      ` Without labels of speech: ${without('speech')}; of syllables, and without a text: ${without('syllables')}.` +
      '\nIn brackets: how many frames, pauses, edges or clips a figure rests on. –: no labels for it.',
  );
  return null;
}

function parsed(args: readonly string[]): { folder: string; noiseDb: number | null } | null {
  const options = args.filter((arg) => arg.startsWith('--'));
  const [folder, ...others] = args.filter((arg) => !arg.startsWith('--'));
  const noise = /^--noise=(-?\d+)$/.exec(options[0] ?? '')?.[1];
  if (folder === undefined || others.length > 0 || options.length > (noise === undefined ? 0 : 1))
    return null;
  return { folder, noiseDb: noise === undefined ? null : Number(noise) };
}

const fault = await run(process.argv.slice(2));
if (fault !== null) {
  console.error(fault);
  process.exitCode = 1;
}
