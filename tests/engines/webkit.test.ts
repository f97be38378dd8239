import { expect, inject, test } from 'vitest';
import {
  journeysIn,
  mark,
  playFor,
  reviewRecovered,
  sliderOf,
  soundStorage,
  speakUntil,
  startTake,
} from './journeys.ts';
import { startSound, temporaryFolder } from './machine.ts';
import { decodedClip, lengthMs, recordersOf } from './observer.ts';
import { launchWebKitWithProfile, webkit } from './webkit.ts';

/** MP4: a fragment a second, plus a chunk every 250 ms, plus what lies between the microphone and the chunk. */
const MOST_LOST_MS = 1500;

journeysIn(webkit);

test('WebKitGTK killed in the middle of a take loses at most a second and a half, and the take plays', async ({
  annotate,
  skip,
}) => {
  skip(webkit.missing !== null, webkit.missing ?? '');
  const profile = temporaryFolder('webkit');
  const sound = await startSound();
  const doomed = await launchWebKitWithProfile(sound, profile, inject('app'));
  await startTake(doomed);
  await mark(doomed, 'Situation');
  await speakUntil(doomed, 4);
  const [recorder] = await recordersOf(doomed);
  const spokenMs = Date.now() - (recorder?.startedAt ?? Number.NaN);
  await doomed.kill();

  const tab = await launchWebKitWithProfile(sound, profile, inject('app'));
  await reviewRecovered(tab);
  const clip = await decodedClip(tab);
  const lostMs = Math.round(spokenMs - lengthMs(clip));
  await annotate(`lost ${lostMs} ms of ${spokenMs} ms`);
  expect(lostMs).toBeLessThan(MOST_LOST_MS);
  expect(Math.abs((await sliderOf(tab)).maxMs - lengthMs(clip))).toBeLessThan(150);
  await playFor(tab, 300);
  await soundStorage(tab);
});
