import { expect, test } from 'vitest';
import { firefox, launchFirefox } from './firefox.ts';
import {
  find,
  finish,
  journeysIn,
  mark,
  playFor,
  reviewRecovered,
  sliderOf,
  soundStorage,
  speakUntil,
  startTake,
} from './journeys.ts';
import { temporaryFolder } from './machine.ts';
import { decodedClip, lengthMs, recordersOf } from './observer.ts';

/** WebM: a chunk every 500 ms, plus what lies between the microphone and the chunk. */
const MOST_LOST_MS = 1000;

journeysIn(firefox);

test('Firefox killed in the middle of a take loses at most a second, and the take plays', async ({
  annotate,
  skip,
}) => {
  skip(firefox.missing !== null, firefox.missing ?? '');
  const profile = temporaryFolder('firefox');
  const doomed = await launchFirefox(profile);
  await startTake(doomed);
  await mark(doomed, 'Situation');
  await speakUntil(doomed, 4);
  const [recorder] = await recordersOf(doomed);
  const spokenMs = Date.now() - (recorder?.startedAt ?? Number.NaN);
  await doomed.kill();

  const tab = await launchFirefox(profile);
  await reviewRecovered(tab);
  const clip = await decodedClip(tab);
  const lostMs = Math.round(spokenMs - lengthMs(clip));
  await annotate(`lost ${lostMs} ms of ${spokenMs} ms`);
  expect(lostMs).toBeLessThan(MOST_LOST_MS);
  expect(Math.abs((await sliderOf(tab)).maxMs - lengthMs(clip))).toBeLessThan(150);
  await playFor(tab, 300);
  await soundStorage(tab);
});

test('Firefox without any sound output records as well, and says that it cannot measure the level', async ({
  skip,
}) => {
  skip(firefox.missing !== null, firefox.missing ?? '');
  const tab = await launchFirefox();
  await startTake(tab);
  const meter = await find(tab, 'meter', 'Input level');
  expect(await meter.read((element) => element.getAttribute('aria-valuetext'))).toBe('Not measured');
  await speakUntil(tab, 2);
  await finish(tab);
  expect((await sliderOf(tab)).maxMs).toBeGreaterThan(1900);
  await playFor(tab, 300);
});
