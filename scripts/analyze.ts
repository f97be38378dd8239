import { MEASURE_IDS, type MeasureId, type Unmeasured } from '../src/domain/facts.ts';
import { measureFile, UnreadableFile } from './measure-file.ts';

/*
 * What the app measures in a clip, for files: `npm run --silent analyze -- FILE.wav …` prints a line of JSON for each.
 */

/** How the measures are called in the output, and how many decimals of them mean anything. */
const NAMES = {
  syllables: ['syllables', 0],
  speechRate: ['speechRatePerSec', 3],
  articulationRate: ['articulationRatePerSec', 3],
  phonationTimeRatio: ['phonationTimeRatio', 4],
  meanLengthOfRun: ['meanLengthOfRunSyllables', 2],
  pitchMedian: ['f0MedianHz', 2],
  pitchSpread: ['f0SdSemitones', 3],
  loudness: ['loudnessLufs', 2],
  signalToNoise: ['snrDb', 2],
  clipped: ['clippedMs', 0],
} as const satisfies Partial<Record<MeasureId, readonly [string, number]>>;

type Named = keyof typeof NAMES;

const isNamed = (id: MeasureId): id is Named => id in NAMES;

/** The line for a file; what could not be measured is null, and `unmeasured` says why. */
async function lineFor(file: string): Promise<object> {
  const { delivery, voice, durationMs } = await measureFile(file);
  const values: Record<string, number | null> = {};
  const unmeasured: Record<string, Unmeasured> = {};
  for (const id of MEASURE_IDS.filter(isNamed)) {
    const [name, decimals] = NAMES[id];
    const value = delivery.measures[id];
    values[name] = typeof value === 'number' ? Number(value.toFixed(decimals)) : null;
    if (typeof value !== 'number') unmeasured[name] = value;
  }
  return {
    file,
    durationMs,
    speech: voice.speech,
    pauses: delivery.pauses,
    ...values,
    ...(Object.keys(unmeasured).length === 0 ? {} : { unmeasured }),
  };
}

const files = process.argv.slice(2);
if (files.length === 0) {
  console.error('Which files? npm run --silent analyze -- FILE.wav …');
  process.exitCode = 1;
}
for (const file of files)
  try {
    console.log(JSON.stringify(await lineFor(file)));
  } catch (error) {
    // What is no fault of the file must not keep the others from being measured, either.
    if (!(error instanceof UnreadableFile)) console.error(error);
    console.log(JSON.stringify({ file, error: error instanceof Error ? error.message : String(error) }));
    process.exitCode = 1;
  }
