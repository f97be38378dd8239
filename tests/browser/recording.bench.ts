import { BlobSource, BufferTarget, Conversion, Input, Output, WEBM, WebMOutputFormat } from 'mediabunny';
import { onTestFinished, test } from 'vitest';
import { finishInWorker, warmFinish } from '../../src/finish/client.ts';
import { openArchive } from '../../src/storage/open-archive.ts';
import { clipOf, longRecording, played, record, storeTake, wholeOf } from './takes.ts';

const RUNS = 3;
const MINUTES = [1, 10, 60];

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function timed(work: () => Promise<void>): Promise<number> {
  const before = performance.now();
  await work();
  return performance.now() - before;
}

/** What remuxing costs by itself: one file in memory in, one out, in this thread. */
async function remux(file: Blob): Promise<void> {
  const input = new Input({ source: new BlobSource(file), formats: [WEBM] });
  const output = new Output({ format: new WebMOutputFormat(), target: new BufferTarget() });
  await (await Conversion.init({ input, output, showWarnings: false })).execute();
  input.dispose();
}

test('from Finish to playable', { timeout: 600_000 }, async () => {
  const archive = await openArchive();
  onTestFinished(() => archive.close());
  const short = await record({ seconds: 6 });
  for (const minutes of MINUTES) {
    const recording = await longRecording(short, minutes * 60);
    const whole = wholeOf(recording);
    const [finishing, playable, alone]: [number[], number[], number[]] = [[], [], []];
    for (let run = 0; run < RUNS; run += 1) {
      const take = await storeTake(archive, [recording]);
      // The worker is warm when a take ends: it was started when the take began.
      warmFinish();
      await new Promise((resolve) => setTimeout(resolve, 3000));
      const finish = await timed(async () => {
        const result = await finishInWorker(take.id, { endedBy: 'user' });
        if (result.tag !== 'kept') throw new Error(JSON.stringify(result));
      });
      const play = await timed(async () => {
        await played(await clipOf(archive, take), (minutes * 60 - 1) * 1000);
      });
      finishing.push(finish);
      playable.push(finish + play);
      alone.push(await timed(async () => remux(whole)));
      await archive.attempts.remove(take.id);
      await archive.purgeTrash(Date.now() + 1);
    }
    const ratio = median(finishing) / median(alone);
    console.log(
      [
        `${minutes} min, ${recording.chunks.length} chunks, ${(whole.size / 1e6).toFixed(1)} MB:`,
        `finished in ${Math.round(median(finishing))} ms,`,
        `playing at its last second after ${Math.round(median(playable))} ms;`,
        `mediabunny alone ${Math.round(median(alone))} ms (ratio ${ratio.toFixed(2)});`,
        `${Math.round((minutes * 60_000) / median(finishing))} × real time`,
      ].join(' '),
    );
  }
});
