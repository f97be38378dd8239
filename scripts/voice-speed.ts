import './require-node.js';
import { readFileSync } from 'node:fs';
import { dipMeter } from '../src/analysis/dips.ts';
import { createSilero } from '../src/analysis/silero.ts';
import { voiceMeter } from '../src/analysis/voice.ts';
import { parseWav } from '../tests/support/audio.ts';
import { corpusFiles } from '../tests/support/microphone.ts';
import { referenceSilero } from '../tests/support/silero-reference.ts';
import { speechLike } from '../tests/support/speech-like.ts';
import { readSileroWeights } from './silero-weights.ts';

/*
 * How fast the voice is found, part by part, beside onnxruntime-web with the same network on the same sound:
 * `npx node scripts/voice-speed.ts`. Counted is the processor's time, all threads together, because a wall clock also
 * measures what else the machine does; of several runs the best.
 */

const RATE = 16_000;
const RUNS = 5;
const BLOCK = 4096;

const clips = corpusFiles().map((path) => parseWav(readFileSync(path)).samples);
const sound = clips.length === 0 ? [speechLike(300, 1, RATE)] : clips;
const seconds = sound.reduce((sum, { length }) => sum + length, 0) / RATE;

async function measure(name: string, runs: number, run: (samples: Float32Array) => unknown): Promise<void> {
  let best = Number.POSITIVE_INFINITY;
  for (let count = 0; count < runs; count += 1) {
    const before = process.cpuUsage();
    for (const samples of sound) await run(samples);
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / 1e6);
  }
  console.log(`${name.padEnd(40)} ${(seconds / best).toFixed(0).padStart(6)} × real time`);
}

function feed(samples: Float32Array, add: (block: Float32Array) => void): void {
  for (let at = 0; at < samples.length; at += BLOCK) add(samples.subarray(at, at + BLOCK));
}

console.log(
  `${seconds.toFixed(0)} s of ${clips.length === 0 ? 'generated sound' : 'speech from the corpus'}, ${RUNS} runs`,
);
const silero = createSilero(readSileroWeights());
await measure('network', RUNS, (samples) => {
  feed(samples, silero.add);
  return silero.finish();
});
await measure('mel bands and dips', RUNS, (samples) => {
  const meter = dipMeter();
  feed(samples, meter.add);
  return meter.finish();
});
await measure('the voice, all of it', RUNS, (samples) => {
  const meter = voiceMeter(silero);
  feed(samples, meter.add);
  return meter.finish();
});
await measure('network in onnxruntime-web, one thread', 2, await referenceSilero());
