import { expect, onTestFinished, test, vi } from 'vitest';
import { startMeasuring } from '../../src/app/measuring.ts';
import type { AttemptId } from '../../src/domain/ids.ts';
import { anEmptyArchive, keepAnAttempt } from '../support/factories.ts';
import { speechLike } from '../support/speech-like.ts';
import { openApp } from './app.tsx';
import { wav } from './takes.ts';

test('the attempt whose review is open is measured first, before its scores are locked', async () => {
  const archive = await anEmptyArchive();
  const clip = await wav(speechLike(1, 1, 16_000), 16_000).arrayBuffer();
  const keep = async (startedAt: number) =>
    (await keepAnAttempt(archive, { startedAt, mimeType: 'audio/wav' }, [clip])).id;
  const [old, newer, newest] = [await keep(1000), await keep(2000), await keep(3000)];
  const order: AttemptId[] = [];
  const { put } = archive.deliveries;
  vi.spyOn(archive.deliveries, 'put').mockImplementation((delivery) => {
    order.push(delivery.attemptId);
    return put(delivery);
  });
  await openApp(archive, `/attempts/${old}`);
  const ended = new AbortController();
  onTestFinished(() => ended.abort());
  startMeasuring(archive, ended.signal);
  await expect.poll(() => order, { timeout: 20_000 }).toEqual([old, newest, newer]);
});
