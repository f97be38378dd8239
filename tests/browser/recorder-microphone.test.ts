import { expect, onTestFinished, test, vi } from 'vitest';
import { levelWord } from '../../src/recorder/level.ts';
import type { MicFault } from '../../src/recorder/machine.ts';
import { Meter } from '../../src/recorder/meter.ts';
import { Scope } from '../../src/recorder/scope.ts';
import { anEmptyArchive } from '../support/factories.ts';
import { aMicrophone, answerGetUserMedia } from '../support/fake-microphone.ts';
import { aPlan, aSession, ourLocks, reaches, records } from './recording.ts';

/** Hides a property until the test is over. */
function hide(owner: object, key: string): void {
  const property = Object.getOwnPropertyDescriptor(owner, key);
  if (property === undefined) throw new Error(`There is no own property ${key}`);
  Reflect.deleteProperty(owner, key);
  onTestFinished(() => void Object.defineProperty(owner, key, property));
}

test('the microphone is opened on demand, named, and left as it is unless processing is asked for', async () => {
  const archive = await anEmptyArchive();
  const getUserMedia = vi.spyOn(navigator.mediaDevices, 'getUserMedia');
  const session = aSession(archive);
  expect(session.getSnapshot()).toMatchObject({ state: { tag: 'idle' }, microphones: [], applied: null });
  expect(getUserMedia).not.toHaveBeenCalled();
  session.open();
  await reaches(session, 'ready');
  expect(getUserMedia.mock.calls).toEqual([
    [
      {
        audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: 1 },
      },
    ],
  ]);
  getUserMedia.mockRestore();
  const { microphoneId, applied } = session.getSnapshot();
  expect(applied).toEqual({ echo: false, noise: false, gain: false });
  await expect.poll(() => session.getSnapshot().microphones.map(({ id }) => id)).toContain(microphoneId);
  for (const { label } of session.getSnapshot().microphones) expect(label).not.toBe('');

  session.setProcessing({ echo: false, noise: true, gain: false });
  await expect.poll(() => session.getSnapshot().applied).toMatchObject({ noise: true, gain: false });
  expect(session.getSnapshot().processing.noise).toBe(true);
  session.close();
  expect(session.getSnapshot()).toMatchObject({ state: { tag: 'idle' }, applied: null });
  await archive.close();
});

test('every refusal of the browser gets its word', async () => {
  const archive = await anEmptyArchive();
  const words: readonly (readonly [string, MicFault])[] = [
    ['NotAllowedError', 'denied'],
    ['SecurityError', 'denied'],
    ['NotFoundError', 'no-device'],
    ['OverconstrainedError', 'no-device'],
    ['NotReadableError', 'busy'],
    ['AbortError', 'busy'],
  ];
  let name = '';
  answerGetUserMedia(() => Promise.reject(new DOMException('Refused', name)));
  const session = aSession(archive);
  for (const [error, fault] of words) {
    name = error;
    session.open();
    await expect
      .poll(() => session.getSnapshot().state, { message: error })
      .toEqual({ tag: 'refused', fault });
    await expect.poll(ourLocks, { timeout: 5000 }).toEqual([]);
  }
  await archive.close();
});

test('a browser without microphones, and an insecure page, are told apart', async () => {
  const archive = await anEmptyArchive();
  const session = aSession(archive);
  hide(Navigator.prototype, 'mediaDevices');
  session.open();
  expect(session.getSnapshot().state).toEqual({ tag: 'refused', fault: 'unsupported' });
  const secure = vi.spyOn(window, 'isSecureContext', 'get').mockReturnValue(false);
  session.open();
  expect(session.getSnapshot().state).toEqual({ tag: 'refused', fault: 'insecure' });
  secure.mockRestore();
  await archive.close();
});

test('a browser without MediaRecorder is not asked for a microphone', async () => {
  const archive = await anEmptyArchive();
  const asked = answerGetUserMedia(() => Promise.reject(new Error('Not to be asked')));
  hide(window, 'MediaRecorder');
  const session = aSession(archive);
  session.open();
  expect(session.getSnapshot().state).toEqual({ tag: 'refused', fault: 'unsupported' });
  expect(asked).toEqual([]);
  await archive.close();
});

test('a chosen microphone that is gone is replaced by the default one, and that is said before the take', async () => {
  const archive = await anEmptyArchive();
  const { stream, track } = await aMicrophone();
  track.getSettings = () => ({ deviceId: 'built-in' });
  const asked = answerGetUserMedia(async ({ deviceId }) => {
    if (deviceId !== undefined) throw new OverconstrainedError('deviceId');
    return stream;
  });
  const session = aSession(archive);
  session.chooseMicrophone('gone');
  expect(session.getSnapshot()).toMatchObject({ state: { tag: 'idle' }, microphoneId: 'gone' });
  session.open();
  await reaches(session, 'ready');
  expect(asked.map(({ deviceId }) => deviceId)).toEqual([{ exact: 'gone' }, undefined]);
  expect(session.getSnapshot()).toMatchObject({ warning: 'replaced', microphoneId: 'built-in' });
  session.start(aPlan());
  await reaches(session, 'recording');
  expect(session.getSnapshot().warning).toBeNull();
  await session.dispose();
  await archive.close();
});

test('choosing another microphone closes the open one', async () => {
  const archive = await anEmptyArchive();
  const [first, second] = [await aMicrophone(), await aMicrophone()];
  const asked = answerGetUserMedia(async ({ deviceId }) => (deviceId === undefined ? first : second).stream);
  const session = aSession(archive);
  session.open();
  await reaches(session, 'ready');
  session.chooseMicrophone('second');
  expect(first.track.readyState).toBe('ended');
  await reaches(session, 'ready');
  expect(asked).toHaveLength(2);
  expect(second.track.readyState).toBe('live');
  await archive.close();
});

test('a microphone that opens too late is closed at once', async () => {
  const archive = await anEmptyArchive();
  const microphone = await aMicrophone();
  let allow = () => undefined as void;
  const asked = answerGetUserMedia(
    () =>
      new Promise((resolve) => {
        allow = () => resolve(microphone.stream);
      }),
  );
  const session = aSession(archive);
  session.open();
  await expect.poll(() => asked).toHaveLength(1);
  session.close();
  expect(session.getSnapshot().state.tag).toBe('idle');
  expect(microphone.track.readyState).toBe('live');
  allow();
  await expect.poll(() => microphone.track.readyState).toBe('ended');
  expect(session.getSnapshot().state.tag).toBe('idle');
  await expect.poll(ourLocks, { timeout: 5000 }).toEqual([]);
  await archive.close();
});

test('a question that stays unanswered for eight seconds is pointed at', async () => {
  const archive = await anEmptyArchive();
  const asked = answerGetUserMedia(() => new Promise(() => undefined));
  const session = aSession(archive);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  session.open();
  await vi.waitUntil(() => asked.length === 1);
  await vi.advanceTimersByTimeAsync(7500);
  expect(session.getSnapshot().state).toMatchObject({ tag: 'opening', isSlow: false });
  await vi.advanceTimersByTimeAsync(500);
  expect(session.getSnapshot().state).toMatchObject({ tag: 'opening', isSlow: true });
  await archive.close();
});

test('a microphone unplugged before the take asks for another', async () => {
  const archive = await anEmptyArchive();
  const microphone = await aMicrophone();
  answerGetUserMedia(async () => microphone.stream);
  const session = aSession(archive);
  session.open();
  await reaches(session, 'ready');
  microphone.unplug();
  expect(session.getSnapshot().state).toEqual({ tag: 'refused', fault: 'no-device' });
  await archive.close();
});

test('the level follows the voice, and a dead input is warned of within seconds', async () => {
  const archive = await anEmptyArchive();
  const microphone = await aMicrophone();
  answerGetUserMedia(async () => microphone.stream);
  const session = aSession(archive);
  expect(session.readLevel().isMeasured).toBe(false);
  session.open();
  await reaches(session, 'ready');
  const word = () => {
    const { heldDb, isClipping } = session.readLevel();
    return levelWord(heldDb, isClipping);
  };
  await expect.poll(() => session.readLevel().heldDb, { timeout: 3000 }).toBeGreaterThan(-12);
  expect(session.readLevel().heldDb).toBeLessThan(-3);
  expect(word()).toBe('Good level');
  expect(session.getSnapshot().warning).toBeNull();

  microphone.setGain(4);
  await expect.poll(word, { timeout: 3000 }).toBe('Clipping');
  microphone.setGain(0);
  await expect.poll(() => session.getSnapshot().warning, { timeout: 6000 }).toBe('silent');
  expect(session.readLevel()).toMatchObject({ isSilent: true, heldDb: -100 });
  microphone.setGain(1);
  await expect.poll(() => session.getSnapshot().warning, { timeout: 3000 }).toBeNull();
  await archive.close();
});

test('where no meter runs, tiny chunks tell of a dead input', async () => {
  const archive = await anEmptyArchive();
  const microphone = await aMicrophone();
  answerGetUserMedia(async () => microphone.stream);
  hide(window, 'AudioContext');
  const session = aSession(archive);
  session.start(aPlan());
  await records(session, 2000);
  expect(session.readLevel().isMeasured).toBe(false);
  expect(session.getSnapshot().warning).toBeNull();
  microphone.setGain(0);
  await expect.poll(() => session.getSnapshot().warning, { timeout: 8000 }).toBe('silent');
  await archive.close();
});

test('after its end nothing of a session is left: no track, no timer, no lock, no sound context', async () => {
  const archive = await anEmptyArchive();
  const [microphone, another] = [await aMicrophone(), await aMicrophone()];
  const answers = [microphone, another];
  answerGetUserMedia(async () => (answers.shift() ?? another).stream);
  const timers = new Set<unknown>();
  for (const kind of ['Timeout', 'Interval'] as const) {
    const set = window[`set${kind}`];
    const clear = window[`clear${kind}`];
    vi.spyOn(window, `set${kind}`).mockImplementation(((handler: () => void, ms?: number) => {
      const timer = set(() => {
        if (kind === 'Timeout') timers.delete(timer);
        handler();
      }, ms);
      // Polling of the test itself comes and goes.
      if (ms !== undefined && ms >= 100) timers.add(timer);
      return timer;
    }) as typeof set);
    vi.spyOn(window, `clear${kind}`).mockImplementation((timer) => {
      timers.delete(timer);
      clear(timer);
    });
  }
  const closed = vi.spyOn(AudioContext.prototype, 'close');
  const session = aSession(archive);
  const before = timers.size;
  session.open();
  await reaches(session, 'ready');
  expect(timers.size).toBeGreaterThan(before);
  await session.dispose();
  session.start(aPlan({ countdownSec: 3 }));
  await reaches(session, 'counting');
  await session.dispose();
  expect(closed).toHaveBeenCalledTimes(2);
  expect([microphone, another].map(({ track }) => track.readyState)).toEqual(['ended', 'ended']);

  const next = await aMicrophone();
  answerGetUserMedia(async () => next.stream);
  session.start(aPlan());
  await records(session, 500);
  await session.dispose();
  vi.restoreAllMocks();
  expect(session.getSnapshot().state.tag).toBe('idle');
  expect(next.track.readyState).toBe('ended');
  expect([...timers]).toEqual([]);
  await expect.poll(ourLocks, { timeout: 5000 }).toEqual([]);
  await archive.close();
});

test('the snapshot is the same object until something in it changes', async () => {
  const archive = await anEmptyArchive();
  const session = aSession(archive);
  let calls = 0;
  const stop = session.subscribe(() => {
    calls += 1;
  });
  const idle = session.getSnapshot();
  session.pause();
  session.finish();
  session.mark('approach');
  session.close();
  expect(session.getSnapshot()).toBe(idle);
  expect(calls).toBe(0);
  session.open();
  expect(session.getSnapshot()).not.toBe(idle);
  expect(calls).toBe(1);
  stop();
  session.close();
  expect(calls).toBe(1);
  await archive.close();
});

test('a meter that cannot be built keeps no audio context', () => {
  const close = vi.spyOn(AudioContext.prototype, 'close');
  const [picture] = document.createElement('canvas').captureStream().getVideoTracks();
  if (picture === undefined) throw new Error('A canvas has no picture');
  const scope = new Scope();
  expect(() => new Meter(picture, scope, () => 0)).toThrow();
  expect(close).toHaveBeenCalledOnce();
  close.mockRestore();
  scope.dispose();
});
