import { expect, test, vi } from 'vitest';
import type { KeptAttempt } from '../../src/domain/attempt.ts';
import type { AttemptId } from '../../src/domain/ids.ts';
import type { Archive } from '../../src/storage/archive.ts';
import { anEmptyArchive } from '../support/factories.ts';
import { aMicrophone, answerGetUserMedia } from '../support/fake-microphone.ts';
import { checkInvariants } from '../support/invariants.ts';
import {
  allChunks,
  aPlan,
  aSession,
  expectContiguous,
  ourLocks,
  reaches,
  records,
  spyOnRecorders,
} from './recording.ts';
import { decoded, heard, spoken } from './takes.ts';

async function keptOf(archive: Archive, id: AttemptId): Promise<KeptAttempt> {
  const attempt = await archive.attempts.get(id);
  if (attempt?.status !== 'kept') throw new Error(`The attempt is ${attempt?.status}`);
  return attempt;
}

async function soundOf(archive: Archive, id: AttemptId) {
  const clip = await archive.clips.read(id);
  if (clip === null) throw new Error('There is no clip');
  return decoded(clip);
}

test('a take with a pause is stored as two segments and becomes one clip as long as the clock said', async () => {
  const archive = await anEmptyArchive();
  const session = aSession(archive);
  session.start(aPlan());
  const id = await records(session, 1500);
  session.pause();
  const firstMs = session.elapsedMs();
  expect(session.getSnapshot().state).toMatchObject({ tag: 'paused', by: 'user' });
  await expect.poll(() => session.getSnapshot().savedMs).toBe(firstMs);
  session.resume();
  await records(session, firstMs + 1000);

  const segments = await allChunks(archive, id);
  expect(segments).toHaveLength(2);
  expectContiguous(segments);
  const ends = segments.flat().map(({ clockEndMs }) => clockEndMs);
  expect(ends).toEqual(ends.toSorted((a, b) => a - b));

  session.finish();
  const elapsedMs = session.elapsedMs();
  const saved = await reaches(session, 'saved');
  const kept = await keptOf(archive, id);
  expect(saved).toEqual({ tag: 'saved', attemptId: id, cause: 'user', keptMs: kept.durationMs });
  expect(kept.segments.map(({ clockStartMs }) => clockStartMs)).toEqual([0, firstMs]);
  expect(kept.segments[0]).toMatchObject({
    mimeType: 'audio/webm;codecs=opus',
    microphone: { processing: { echo: false, noise: false, gain: false } },
  });
  const { durationMs } = await soundOf(archive, id);
  expect(Math.abs(durationMs - elapsedMs)).toBeLessThan(2 * 300);
  await expect.poll(ourLocks, { timeout: 5000 }).toEqual([]);
  expect(await checkInvariants()).toEqual([]);
  await archive.close();
});

test('the clock agrees with the sound, however short the take', async () => {
  const archive = await anEmptyArchive();
  const session = aSession(archive);
  for (const ms of [400, 1600]) {
    session.start(aPlan());
    const id = await records(session, ms);
    session.finish();
    const elapsedMs = session.elapsedMs();
    await reaches(session, 'saved');
    const { durationMs } = await soundOf(archive, id);
    expect(Math.abs(durationMs - elapsedMs)).toBeLessThan(300);
  }
  await archive.close();
});

test('what is said in a pause is in no segment', async () => {
  const archive = await anEmptyArchive();
  const microphone = await aMicrophone({ seed: 3 });
  answerGetUserMedia(async () => microphone.stream);
  const session = aSession(archive);
  session.start(aPlan());
  const id = await records(session, 1000);
  session.pause();
  expect(microphone.track.enabled).toBe(false);
  await new Promise((resolve) => setTimeout(resolve, 2100));
  session.resume();
  await records(session, session.elapsedMs() + 1000);
  session.finish();
  await reaches(session, 'saved');
  const sound = heard(await soundOf(archive, id));
  const spokenInPause = spoken(20, 3).filter((hz) => !sound.includes(hz));
  // The pause swallowed at least one of the bursts between the first and the last that were heard.
  const order = spoken(20, 3).slice(
    spoken(20, 3).indexOf(sound[0] ?? 0),
    spoken(20, 3).indexOf(sound.at(-1) ?? 0),
  );
  expect(order.some((hz) => spokenInPause.includes(hz))).toBe(true);
  await archive.close();
});

test('a page that goes away without finishing leaves a take that can be recovered', async () => {
  const archive = await anEmptyArchive();
  const session = aSession(archive);
  session.start(aPlan());
  const id = await records(session, 1000);
  session.mark('approach');
  const running = await archive.attempts.get(id);
  expect(running).toMatchObject({ status: 'recording', endedBy: null });
  expect(running?.segments).toHaveLength(1);
  expect(await archive.attempts.orphans()).toEqual([]);

  const elapsedMs = session.elapsedMs();
  await session.dispose();
  expect(session.getSnapshot().state.tag).toBe('idle');
  const [orphan] = await archive.attempts.orphans();
  expect(orphan?.attempt.id).toBe(id);
  expect(orphan?.keptMs).toBeGreaterThanOrEqual(elapsedMs);
  expectContiguous(await allChunks(archive, id));
  expect(await checkInvariants()).toEqual([]);
  await archive.close();
});

test('a take deleted in another tab ends visibly', async () => {
  const archive = await anEmptyArchive();
  const session = aSession(archive);
  session.start(aPlan());
  const id = await records(session, 500);
  session.pause();
  await expect.poll(() => session.getSnapshot().savedMs).toBe(session.elapsedMs());
  await archive.attempts.remove(id);
  session.mark('approach');
  expect(await reaches(session, 'failed')).toMatchObject({ cause: 'disk' });
  await archive.close();
});

test('a take is announced again when its lock is free', async () => {
  const archive = await anEmptyArchive();
  const found: number[] = [];
  const session = aSession(archive);
  session.start(aPlan());
  await records(session, 500);
  archive.onChange(() => {
    void archive.attempts.orphans().then((orphans) => found.push(orphans.length));
  });
  await session.dispose();
  await expect.poll(() => found.at(-1)).toBe(1);
  await archive.close();
});

test('the worker that was loaded ahead is let go of with the take', async () => {
  const archive = await anEmptyArchive();
  const calls: string[] = [];
  const session = aSession(archive, {
    warmFinish: () => calls.push('warm'),
    coolFinish: () => calls.push('cool'),
  });
  session.start(aPlan());
  await records(session, 300);
  session.discard();
  await reaches(session, 'ready');
  expect(calls).toEqual(['warm', 'cool']);
  session.start(aPlan());
  await records(session, 300);
  await session.dispose();
  expect(calls).toEqual(['warm', 'cool', 'warm', 'cool']);
  await archive.close();
});

test('marks and the shown outline are on disk at once', async () => {
  const archive = await anEmptyArchive();
  const session = aSession(archive);
  session.start(aPlan());
  const id = await records(session, 500);
  session.mark('approach');
  session.showOutline();
  // On a busy machine both presses could fall on one millisecond, and the later would replace the earlier.
  const pressedMs = session.getSnapshot().marks[0]?.atMs ?? 0;
  await expect.poll(() => session.elapsedMs()).toBeGreaterThan(pressedMs);
  session.mark('results');
  const { marks } = session.getSnapshot();
  expect(marks.map(({ step }) => step)).toEqual(['approach', 'results']);
  await expect.poll(() => archive.attempts.get(id)).toMatchObject({ marks, mode: 'outline' });
  session.finish();
  await reaches(session, 'saved');
  expect(session.getSnapshot()).toMatchObject({ marks, mode: 'outline' });
  await archive.close();
});

test('a discarded take can be taken back, and the microphone stays open', async () => {
  const archive = await anEmptyArchive();
  const microphone = await aMicrophone();
  answerGetUserMedia(async () => microphone.stream);
  const session = aSession(archive);
  session.start(aPlan());
  const id = await records(session, 500);
  session.discard();
  await reaches(session, 'ready');
  await expect.poll(() => session.getSnapshot().lastDiscarded).toBe(id);
  expect(microphone.track).toMatchObject({ readyState: 'live', enabled: true });
  expect(await archive.attempts.orphans()).toEqual([]);
  expect(session.getSnapshot()).toMatchObject({ marks: [], mode: null, savedMs: 0 });

  expect(await archive.attempts.restore(id)).toBe(true);
  const [orphan] = await archive.attempts.orphans();
  expect(orphan?.attempt.id).toBe(id);
  expect(orphan?.keptMs).toBeGreaterThan(500);
  // The next take leaves the offer as it is.
  session.start(aPlan());
  await records(session, 100);
  expect(session.getSnapshot().lastDiscarded).toBe(id);
  await session.dispose();
  await archive.close();
});

test('a take without sound is forgotten', async () => {
  const archive = await anEmptyArchive();
  const session = aSession(archive);
  session.start(aPlan());
  await reaches(session, 'recording');
  session.finish();
  const failed = await reaches(session, 'failed');
  expect(failed).toMatchObject({ fault: 'empty', cause: 'user' });
  await expect.poll(ourLocks, { timeout: 5000 }).toEqual([]);
  expect(await archive.attempts.orphans()).toEqual([]);
  expect(await checkInvariants()).toEqual([]);
  await archive.close();
});

test('a countdown begins no take until it is over', async () => {
  const archive = await anEmptyArchive();
  const begin = vi.spyOn(archive.attempts, 'begin');
  const session = aSession(archive);
  session.start(aPlan({ countdownSec: 3 }));
  await reaches(session, 'counting');
  expect(session.getSnapshot()).toMatchObject({ countdownLeft: 3, mode: 'cold' });
  await expect.poll(() => session.getSnapshot().countdownLeft, { timeout: 3000 }).toBe(1);
  expect(begin).not.toHaveBeenCalled();
  await reaches(session, 'recording');
  await expect.poll(() => begin.mock.calls.length).toBe(1);
  await session.dispose();
  await archive.close();
});

test('the record of a take is on disk before its encoder starts', async () => {
  const archive = await anEmptyArchive();
  const spy = spyOnRecorders();
  let write = () => undefined as void;
  const gate = new Promise<void>((resolve) => {
    write = resolve;
  });
  const { begin } = archive.attempts;
  vi.spyOn(archive.attempts, 'begin').mockImplementation((attempt) => gate.then(() => begin(attempt)));
  const session = aSession(archive);
  session.start(aPlan());
  await reaches(session, 'recording');
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(spy.made).toHaveLength(0);
  expect(session.getSnapshot().isStarting).toBe(true);
  expect(session.elapsedMs()).toBe(0);
  write();
  await records(session, 500);
  expect(session.getSnapshot().isStarting).toBe(false);
  expect(spy.made).toHaveLength(1);
  await session.dispose();
  await archive.close();
});

test('a page about to be hidden asks the encoder for what it has', async () => {
  const archive = await anEmptyArchive();
  const spy = spyOnRecorders();
  const session = aSession(archive);
  session.start(aPlan());
  await records(session, 500);
  window.dispatchEvent(new Event('pagehide'));
  expect(spy.hurried()).toBe(1);
  session.pause();
  window.dispatchEvent(new Event('pagehide'));
  expect(spy.hurried()).toBe(1);
  await session.dispose();
  await archive.close();
});

test('the screen stays on while recording, and only then', async () => {
  const archive = await anEmptyArchive();
  let held = 0;
  const request = vi.spyOn(navigator.wakeLock, 'request').mockImplementation(async () => {
    held += 1;
    return { release: async () => void (held -= 1) } as WakeLockSentinel;
  });
  const session = aSession(archive);
  session.start(aPlan());
  await records(session, 100);
  expect(held).toBe(1);
  document.dispatchEvent(new Event('visibilitychange'));
  await expect.poll(() => held).toBe(2);
  session.pause();
  await expect.poll(() => held).toBe(0);
  request.mockRejectedValue(new DOMException('Low battery', 'NotAllowedError'));
  session.resume();
  await records(session, session.elapsedMs() + 100);
  request.mockRestore();
  await session.dispose();
  await archive.close();
});
