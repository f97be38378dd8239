/**
 * Measures the pitch with Praat and the loudness with ffmpeg, and writes both into tests/fixtures/references.json, for
 * the tests to compare ours with. Needs `praat` and `ffmpeg` (Debian has both; last made with Praat 6.3.07 and ffmpeg 5.1.9);
 * neither the tests nor anything else does. Of ../shared/corpus only numbers are kept.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { corpusFiles, wav } from '../tests/support/microphone.ts';
import { encodeF0, LEVELS, readWav, VOICES } from '../tests/support/reference-sounds.ts';

const RATE = 16_000;
const FRAME = 160;

/** Praat's standard settings: time step, floor, candidates, accuracy, silence, voicing, octave, jump, voiced/unvoiced, ceiling. */
const SCRIPT = `form Pitch
  sentence wav
endform
sound = Read from file: wav$
pitch = noprogress To Pitch (ac): 0.01, 75, 15, "no", 0.03, 0.45, 0.01, 0.35, 0.14, 500
frames = Get number of frames
first = Get time from frame number: 1
writeInfoLine: first
for frame to frames
  hz = Get value in frame: frame, "Hertz"
  if hz = undefined
    hz = 0
  endif
  appendInfoLine: fixed$(hz, 2)
endfor
`;

const folder = mkdtempSync(join(tmpdir(), 'references-'));
const sound = join(folder, 'sound.wav');
const script = join(folder, 'pitch.praat');
writeFileSync(script, SCRIPT);

/**
 * Hz of each 10 ms from the second on: number 0 is centred on 15 ms. Praat centres its frames in the sound, and rounds
 * their number down. 84 samples before it and 8 over whole frames put its first one there, with a sample to spare.
 */
function praat(samples: Float32Array): readonly number[] {
  const shifted = new Float32Array(Math.floor((samples.length + 84 - 8) / FRAME) * FRAME + 8);
  shifted.set(samples.subarray(0, shifted.length - 84), 84);
  writeFileSync(sound, wav(shifted, RATE));
  const out = execFileSync('praat', ['--run', script, sound], {
    encoding: 'utf8',
    env: { ...process.env, QT_QPA_PLATFORM: 'offscreen' },
  });
  const [first, ...f0] = out.trim().split('\n').map(Number);
  if (first === undefined || Math.abs(first - 84 / RATE - 0.015) > 1e-6)
    throw new Error(`Praat's first frame is at ${first} s`);
  return f0;
}

/** Integrated loudness in LUFS. The summary has one digit after the point, the frames' metadata have three. */
function ffmpeg(path: string): number {
  const filter = 'ebur128=metadata=1,ametadata=print:key=lavfi.r128.I:file=-';
  const out = spawnSync('ffmpeg', ['-nostdin', '-v', 'error', '-i', path, '-af', filter, '-f', 'null', '-'], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  const last = /r128\.I=(\S+)\s*$/.exec(out.stdout)?.[1];
  if (last === undefined) throw new Error(`ffmpeg told nothing about ${path}: ${out.stderr}`);
  return Number(last);
}

const pitch: Record<string, string> = {};
const loudness: Record<string, number> = {};
for (const [name, { samples }] of Object.entries(VOICES)) pitch[name] = encodeF0(praat(samples));
for (const [name, samples] of Object.entries(LEVELS)) {
  writeFileSync(sound, wav(samples, RATE));
  loudness[name] = ffmpeg(sound);
}
for (const path of corpusFiles()) {
  pitch[basename(path)] = encodeF0(praat(readWav(path)));
  loudness[basename(path)] = ffmpeg(path);
}
rmSync(folder, { recursive: true });
const target = resolve(import.meta.dirname, '../tests/fixtures/references.json');
writeFileSync(target, `${JSON.stringify({ pitch, loudness }, null, 2)}\n`);
console.log(
  `${Object.keys(pitch).length} pitches and ${Object.keys(loudness).length} loudnesses in ${target}`,
);
