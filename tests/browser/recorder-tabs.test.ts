import { expect, test } from 'vitest';
import { holdLock, RECORDER_LOCK, recordingNow, takeLock } from '../../src/storage/locks.ts';
import { newAttemptId } from '../../src/storage/new-id.ts';
import { anEmptyArchive } from '../support/factories.ts';
import { aMicrophone, answerGetUserMedia } from '../support/fake-microphone.ts';
import { aPlan, aSession, ourLocks, reaches, records } from './recording.ts';

// Two sessions in one page ask for the same locks and over the same channel as two tabs do.

test('a tab whose microphone is merely open gives the recorder to the one that asks', async () => {
  const archive = await anEmptyArchive();
  const microphone = await aMicrophone();
  answerGetUserMedia(async () => microphone.stream.clone());
  const [first, second] = [aSession(archive), aSession(archive)];
  first.open();
  await reaches(first, 'ready');
  second.open();
  await reaches(second, 'ready');
  expect(first.getSnapshot()).toMatchObject({ state: { tag: 'idle' }, elsewhere: { tag: 'taken' } });
  first.start(aPlan());
  await records(first, 500);
  expect(second.getSnapshot()).toMatchObject({ state: { tag: 'idle' }, elsewhere: { tag: 'taken' } });
  expect(first.getSnapshot().elsewhere).toBeNull();
  await first.dispose();
  await archive.close();
});

test('a take is not given away: the other tab says where it is, and offers to record when it ends', async () => {
  const archive = await anEmptyArchive();
  const microphone = await aMicrophone();
  const asked = answerGetUserMedia(async () => microphone.stream.clone());
  const [first, second] = [aSession(archive), aSession(archive)];
  first.start(aPlan());
  const id = await records(first, 500);
  expect(await recordingNow()).toBe(id);
  second.start(aPlan());
  await expect.poll(() => second.getSnapshot().state).toEqual({ tag: 'refused', fault: 'elsewhere' });
  await expect.poll(() => second.getSnapshot().elsewhere).toEqual({ tag: 'recording', title: 'Idempotency' });
  expect(first.getSnapshot().state.tag).toBe('recording');

  first.finish();
  await reaches(first, 'saved');
  await reaches(second, 'idle');
  expect(second.getSnapshot().elsewhere).toEqual({ tag: 'done' });
  expect(asked).toHaveLength(1);
  await expect.poll(ourLocks).toEqual([]);
  second.open();
  await reaches(second, 'ready');
  expect(second.getSnapshot().elsewhere).toBeNull();
  await archive.close();
});

test('a countdown and a pause are not given away either', async () => {
  const archive = await anEmptyArchive();
  const microphone = await aMicrophone();
  answerGetUserMedia(async () => microphone.stream.clone());
  const [first, second] = [aSession(archive), aSession(archive)];
  first.start(aPlan({ countdownSec: 3 }));
  await reaches(first, 'counting');
  second.open();
  await reaches(second, 'refused');
  expect(first.getSnapshot().state.tag).toBe('counting');
  // It began only now: the other tab learns its name all the same.
  await records(first, 500);
  await expect.poll(() => second.getSnapshot().elsewhere).toMatchObject({ title: 'Idempotency' });
  first.pause();
  await reaches(first, 'paused');
  second.open();
  await reaches(second, 'refused');
  expect(first.getSnapshot().state.tag).toBe('paused');
  await first.dispose();
  await archive.close();
});

test('a tab that does not answer, as a frozen one, is not waited for', async () => {
  const archive = await anEmptyArchive();
  const asked = answerGetUserMedia(() => Promise.reject(new Error('Nobody asked for it')));
  const free = await holdLock(RECORDER_LOCK);
  const session = aSession(archive);
  session.start(aPlan());
  await expect.poll(() => session.getSnapshot().state).toEqual({ tag: 'refused', fault: 'elsewhere' });
  expect(session.getSnapshot().elsewhere).toEqual({ tag: 'recording', title: null });
  await free?.();
  await reaches(session, 'idle');
  expect(asked).toHaveLength(0);
  await archive.close();
});

test('leaving the page ends the waiting', async () => {
  const archive = await anEmptyArchive();
  const free = await holdLock(RECORDER_LOCK);
  const session = aSession(archive);
  session.open();
  await reaches(session, 'refused');
  await session.dispose();
  await free?.();
  expect(session.getSnapshot()).toMatchObject({ state: { tag: 'idle' }, elsewhere: null });
  await expect.poll(ourLocks).toEqual([]);
  await archive.close();
});

test('a take that is only being saved or recovered is not being recorded', async () => {
  const id = newAttemptId();
  const freeTake = await holdLock(takeLock(id));
  expect(await recordingNow()).toBeNull();
  const freeRecorder = await holdLock(RECORDER_LOCK);
  expect(await recordingNow()).toBe(id);
  await freeTake?.();
  expect(await recordingNow()).toBeNull();
  await freeRecorder?.();
});

test('a take that waits for another microphone keeps the recorder', async () => {
  const archive = await anEmptyArchive();
  const [lost, other] = [await aMicrophone(), await aMicrophone()];
  const answers = [lost, other];
  answerGetUserMedia(async () => (answers.shift() ?? other).stream);
  const [first, second] = [aSession(archive), aSession(archive)];
  first.start(aPlan());
  await records(first, 500);
  lost.unplug();
  await reaches(first, 'paused');
  second.open();
  await expect.poll(() => second.getSnapshot().state).toEqual({ tag: 'refused', fault: 'elsewhere' });
  first.resume();
  await records(first, first.elapsedMs() + 500);
  first.finish();
  await reaches(first, 'saved');
  await expect.poll(() => second.getSnapshot().elsewhere).toEqual({ tag: 'done' });
  await archive.close();
});
