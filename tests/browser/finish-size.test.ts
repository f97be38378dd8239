import { expect, onTestFinished, test } from 'vitest';
import { CLIP_PART_BYTES } from '../../src/domain/attempt.ts';
import { finishAttempt } from '../../src/finish/finish.ts';
import { openArchive } from '../../src/storage/open-archive.ts';
import { sha256Hex } from '../../src/storage/sha256.ts';
import { clipOf, longRecording, payloads, played, record, storeTake, wholeOf } from './takes.ts';

for (const mimeType of ['audio/webm;codecs=opus', 'audio/mp4;codecs=opus']) {
  test(`${mimeType}: a long clip is stored in parts of at most 8 MB and is whole`, async () => {
    const archive = await openArchive();
    onTestFinished(() => archive.close());
    const recording = await longRecording(await record({ mimeType }), 100, 12_000);
    const take = await storeTake(archive, [recording]);
    const result = await finishAttempt(archive, take.id, { endedBy: 'user' });
    if (result.tag !== 'kept') throw new Error(JSON.stringify(result));

    const { sha256, bytes, durationMs } = result.attempt;
    expect(sha256.length).toBe(Math.ceil(bytes / CLIP_PART_BYTES));
    expect(sha256.length).toBeGreaterThan(2);
    for (const [part, hash] of sha256.entries()) {
      const data = await archive.clips.part(take.id, part);
      expect(data?.byteLength).toBe(Math.min(CLIP_PART_BYTES, bytes - part * CLIP_PART_BYTES));
      expect(await sha256Hex(data ?? new ArrayBuffer())).toBe(hash);
    }
    const clip = await clipOf(archive, take);
    const [before, after] = [await payloads(wholeOf(recording)), await payloads(clip)];
    expect(after.count).toBe(before.count);
    expect(await sha256Hex(after.bytes.slice().buffer)).toBe(await sha256Hex(before.bytes.slice().buffer));
    expect(Math.abs(durationMs - 100_000)).toBeLessThan(100);
    const { durationMs: seen, atMs } = await played(clip, 90_000);
    expect(Math.abs(seen - durationMs)).toBeLessThan(50);
    expect(atMs).toBeGreaterThanOrEqual(90_000);
  });
}
