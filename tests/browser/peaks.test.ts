import { expect, onTestFinished, test } from 'vitest';
import { measurePeaks } from '../../src/analysis/client.ts';
import type { AttemptId } from '../../src/domain/ids.ts';
import { finishAttempt } from '../../src/finish/finish.ts';
import { openArchive } from '../../src/storage/open-archive.ts';
import { burstsOf, speechLike } from '../support/speech-like.ts';
import { asOgg, clipOf, longRecording, record, storeTake, wav, wholeOf } from './takes.ts';

const ID = 'attempt' as AttemptId;

/** Where it is loud, as [from, to] in milliseconds. */
function loud({ max, bucketMs }: { readonly max: Int8Array; readonly bucketMs: number }) {
  const spans: [number, number][] = [];
  max.forEach((value, bucket) => {
    if (value < 12) return;
    const last = spans.at(-1);
    if (last !== undefined && last[1] >= bucket * bucketMs - 60) last[1] = (bucket + 1) * bucketMs;
    else spans.push([bucket * bucketMs, (bucket + 1) * bucketMs]);
  });
  return spans;
}

test('the peaks of a known sound are its bursts, at their times and heights', async () => {
  const samples = speechLike(5, 4, 16_000);
  const peaks = await measurePeaks(wav(samples, 16_000), ID);
  expect(peaks).toMatchObject({ attemptId: ID, bucketMs: 5 });
  expect(peaks.min.length).toBe(1000);
  const [spans, bursts] = [loud(peaks), burstsOf(5, 4)];
  expect(spans.length).toBe(bursts.length);
  spans.forEach(([from, to], index) => {
    expect(Math.abs(from - (bursts[index]?.startMs ?? 0))).toBeLessThan(40);
    expect(Math.abs(to - (bursts[index]?.endMs ?? 0))).toBeLessThan(40);
  });
  const highest = Math.round(samples.reduce((most, sample) => Math.max(most, sample), 0) * 127);
  expect(Math.abs(Math.max(...peaks.max) - highest)).toBeLessThanOrEqual(1);
});

test('two channels are heard as one, and as one of them where they cancel', async () => {
  const one = new Float32Array(16_000).fill(0.8);
  const peaks = await measurePeaks(wav(one, 16_000, new Float32Array(16_000)), ID);
  expect([...new Set(peaks.max)]).toEqual([51]);
  const opposite = await measurePeaks(
    wav(
      one,
      16_000,
      one.map((sample) => -sample),
    ),
    ID,
  );
  expect([...new Set(opposite.max)]).toEqual([102]);
});

for (const mimeType of ['audio/webm;codecs=opus', 'audio/mp4;codecs=opus', 'audio/ogg;codecs=opus']) {
  test(`${mimeType}: a finished clip has as many peaks as it lasts, and every burst`, async () => {
    const archive = await openArchive();
    onTestFinished(() => archive.close());
    const recorded = async (seed: number) =>
      mimeType.startsWith('audio/ogg')
        ? asOgg(await record({ seed }))
        : record({ seed, mimeType, channels: seed });
    const take = await storeTake(archive, [await recorded(1), await recorded(2)]);
    const result = await finishAttempt(archive, take.id, { endedBy: 'user' });
    if (result.tag !== 'kept') throw new Error(JSON.stringify(result));
    const progress: number[] = [];
    const peaks = await measurePeaks(await clipOf(archive, take), take.id, {
      onProgress: (ratio) => progress.push(ratio),
    });
    expect(Math.abs(peaks.max.length * peaks.bucketMs - result.attempt.durationMs)).toBeLessThan(120);
    expect(loud(peaks).length).toBe(4);
    expect(progress.length).toBeGreaterThan(2);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    await archive.peaks.put(peaks);
    expect(await archive.peaks.get(take.id)).toEqual(peaks);
  });
}

test('an abort rejects with its reason, before and while measuring', async () => {
  const clip = wholeOf(await longRecording(await record(), 300));
  const reason = new Error('The page was left');
  const abort = new AbortController();
  const measuring = measurePeaks(clip, ID, { signal: abort.signal, onProgress: () => abort.abort(reason) });
  await expect(measuring).rejects.toBe(reason);
  await expect(measurePeaks(clip, ID, { signal: abort.signal })).rejects.toBe(reason);
});

test('what is no sound is rejected', async () => {
  await expect(measurePeaks(new Blob(['Hello']), ID)).rejects.toThrow('cannot be decoded');
  await expect(measurePeaks(new Blob([]), ID)).rejects.toThrow('cannot be decoded');
});
