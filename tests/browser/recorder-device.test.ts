import { expect, onTestFinished, test, vi } from 'vitest';
import { anEmptyArchive } from '../support/factories.ts';
import { aMicrophone, answerGetUserMedia, type FakeMicrophone } from '../support/fake-microphone.ts';
import { checkInvariants } from '../support/invariants.ts';
import { allChunks, aPlan, aSession, reaches, records } from './recording.ts';
import { clipOf, decoded, heard, spoken } from './takes.ts';

test('an unplugged microphone halts the take, and Finish keeps what was said', async () => {
  const archive = await anEmptyArchive();
  const unplug: readonly ((microphone: FakeMicrophone) => void)[] = [
    (microphone) => microphone.unplug(),
    // Firefox stops the recorder by itself.
    ({ track }) => track.stop(),
  ];
  for (const lose of unplug) {
    const microphone = await aMicrophone();
    answerGetUserMedia(async () => microphone.stream);
    const session = aSession(archive);
    session.start(aPlan());
    const id = await records(session, 1000);
    const elapsedMs = session.elapsedMs();
    lose(microphone);
    const halted = await reaches(session, 'paused');
    expect(halted).toMatchObject({ attemptId: id, by: 'device', mic: { tag: 'closed', fault: null } });
    expect(microphone.track.readyState).toBe('ended');
    session.finish();
    const saved = await reaches(session, 'saved');
    expect(saved).toMatchObject({ attemptId: id, cause: 'device-lost' });
    expect(Math.abs(saved.keptMs - elapsedMs)).toBeLessThan(300);
  }
  await archive.close();
});

test('a microphone that vanishes from the list is lost, even while it pretends to live', async () => {
  const archive = await anEmptyArchive();
  const session = aSession(archive);
  session.start(aPlan());
  await records(session, 500);
  const others = [{ kind: 'audioinput', deviceId: 'another', label: 'Another' }] as MediaDeviceInfo[];
  const list = vi.spyOn(navigator.mediaDevices, 'enumerateDevices').mockResolvedValue(others);
  expect(await reaches(session, 'paused')).toMatchObject({ by: 'device', mic: { tag: 'closed' } });
  list.mockRestore();
  await archive.close();
});

test('the only microphone is noticed when it vanishes from the list, but not when there is no list', async () => {
  const archive = await anEmptyArchive();
  const session = aSession(archive);
  session.start(aPlan());
  await records(session, 500);
  const list = vi.spyOn(navigator.mediaDevices, 'enumerateDevices');
  list.mockRejectedValue(new DOMException('Not now', 'InvalidStateError'));
  navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
  await expect.poll(() => list.mock.calls.length).toBeGreaterThan(0);
  await records(session, session.getSnapshot().savedMs + 1);
  list.mockResolvedValue([]);
  navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
  expect(await reaches(session, 'paused')).toMatchObject({ by: 'device', mic: { tag: 'closed' } });
  list.mockRestore();
  await archive.close();
});

test('a take that lost its microphone goes on with the one chosen in its place', async () => {
  const archive = await anEmptyArchive();
  const [first, second] = [await aMicrophone({ seed: 1 }), await aMicrophone({ seed: 2 })];
  const answers = [first, second];
  answerGetUserMedia(async () => (answers.shift() ?? second).stream);
  const session = aSession(archive);
  session.start(aPlan());
  const id = await records(session, 1500);
  first.unplug();
  const halted = await reaches(session, 'paused');
  session.chooseMicrophone('another');
  await expect.poll(() => session.getSnapshot().state).toMatchObject({ tag: 'paused', mic: { tag: 'open' } });
  // It can be heard before the take goes on.
  await expect.poll(() => session.readLevel().heldDb).toBeGreaterThan(-30);
  session.resume();
  await records(session, halted.bankedMs + 1500);
  session.finish();
  expect(await reaches(session, 'saved')).toMatchObject({ attemptId: id, cause: 'user' });
  const attempt = await archive.attempts.get(id);
  expect(attempt?.segments.map(({ clockStartMs }) => clockStartMs)).toEqual([0, halted.bankedMs]);
  const notes = heard(await decoded(await clipOf(archive, { id })));
  expect(notes.slice(0, 1)).toEqual(spoken(20, 1).slice(0, 1));
  expect(spoken(20, 2)).toContain(notes.at(-1));
  expect(await checkInvariants()).toEqual([]);
  await archive.close();
});

test('a microphone refused in mid-take leaves the take as it was, to be gone on with or finished', async () => {
  const archive = await anEmptyArchive();
  const microphone = await aMicrophone();
  let isAllowed = true;
  answerGetUserMedia(async () => {
    if (!isAllowed) throw new DOMException('Refused', 'NotAllowedError');
    return microphone.stream;
  });
  const session = aSession(archive);
  session.start(aPlan());
  const id = await records(session, 500);
  isAllowed = false;
  microphone.unplug();
  await reaches(session, 'paused');
  session.resume();
  await expect
    .poll(() => session.getSnapshot().state)
    .toMatchObject({ tag: 'paused', by: 'device', mic: { tag: 'closed', fault: 'denied' } });
  session.finish();
  expect(await reaches(session, 'saved')).toMatchObject({ attemptId: id, cause: 'device-lost' });
  await archive.close();
});

/** What the browser would say of a microphone whose properties change under a take. */
function saysOf(track: MediaStreamTrack, settings: MediaTrackSettings): (more: MediaTrackSettings) => void {
  let now = settings;
  track.getSettings = () => now;
  return (more) => {
    now = { ...now, ...more };
  };
}

test('another sample rate of the same microphone begins another segment, and nothing is missed', async () => {
  const archive = await anEmptyArchive();
  const microphone = await aMicrophone();
  const change = saysOf(microphone.track, { sampleRate: 48_000 });
  answerGetUserMedia(async () => microphone.stream);
  const session = aSession(archive);
  session.start(aPlan());
  const id = await records(session, 1000);
  change({ sampleRate: 16_000 });
  microphone.track.dispatchEvent(new Event('configurationchange'));
  await records(session, session.elapsedMs() + 1000);
  session.finish();
  const { keptMs } = await reaches(session, 'saved');
  const attempt = await archive.attempts.get(id);
  expect(attempt?.segments.map((segment) => segment.microphone.sampleRate)).toEqual([48_000, 16_000]);
  expect(keptMs).toBeGreaterThan(1900);
  await archive.close();
});

test('a take is not finished before the last chunk of every segment has come, however late', async () => {
  const archive = await anEmptyArchive();
  const microphone = await aMicrophone();
  const change = saysOf(microphone.track, { sampleRate: 48_000 });
  answerGetUserMedia(async () => microphone.stream);
  let deliveredBytes = 0;
  const { start, stop } = MediaRecorder.prototype;
  MediaRecorder.prototype.start = function (this: MediaRecorder, timeslice?: number) {
    this.addEventListener('dataavailable', ({ data }) => {
      deliveredBytes += data.size;
    });
    start.call(this, timeslice);
  };
  MediaRecorder.prototype.stop = function (this: MediaRecorder) {
    setTimeout(() => this.state !== 'inactive' && stop.call(this), 700);
  };
  onTestFinished(() => void Object.assign(MediaRecorder.prototype, { start, stop }));
  let storedBytes = 0;
  const session = aSession(archive, {
    finish: async (id) => {
      const chunks = (await allChunks(archive, id)).flat();
      storedBytes = chunks.reduce((sum, { data }) => sum + data.byteLength, 0);
      return { tag: 'failed', fault: 'full', reason: 'No room for the clip' };
    },
  });
  session.start(aPlan());
  await records(session, 1000);
  change({ sampleRate: 16_000 });
  microphone.track.dispatchEvent(new Event('configurationchange'));
  session.finish();
  await reaches(session, 'failed');
  expect(storedBytes).toBeGreaterThan(0);
  expect(storedBytes).toBe(deliveredBytes);
  await session.dispose();
  await archive.close();
});

test('a call that mutes one microphone and makes another the default does not leave the take paused', async () => {
  const archive = await anEmptyArchive();
  const [first, second] = [await aMicrophone({ seed: 1 }), await aMicrophone({ seed: 2 })];
  for (const { track } of [first, second]) saysOf(track, { deviceId: 'default' });
  const answers = [first, second];
  answerGetUserMedia(async () => (answers.shift() ?? second).stream);
  const listed = (groupId: string) =>
    [{ kind: 'audioinput', deviceId: 'default', groupId, label: 'Default' }] as MediaDeviceInfo[];
  const list = vi.spyOn(navigator.mediaDevices, 'enumerateDevices').mockResolvedValue(listed('headset'));
  onTestFinished(() => list.mockRestore());
  const session = aSession(archive);
  session.start(aPlan());
  await records(session, 500);
  first.mute(true);
  const paused = await reaches(session, 'paused');
  list.mockResolvedValue(listed('built in'));
  navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
  await records(session, paused.bankedMs + 500);
  await session.dispose();
  await archive.close();
});

test('while the browser asks whether to leave, the page stands still and the take goes on', async () => {
  const archive = await anEmptyArchive();
  const microphone = await aMicrophone();
  answerGetUserMedia(async () => microphone.stream);
  let lateMs = 0;
  const session = aSession(archive, { clock: () => performance.now() + lateMs });
  session.start(aPlan());
  const id = await records(session, 500);
  window.dispatchEvent(new Event('beforeunload'));
  lateMs = 8000;
  expect(session.elapsedMs()).toBeGreaterThan(8000);
  await records(session, 8500);
  expect(session.getSnapshot().warning).toBeNull();
  expect((await archive.attempts.get(id))?.segments).toHaveLength(1);
  await session.dispose();
  await archive.close();
});

test('when the system’s default microphone becomes another one, the take goes on with that', async () => {
  const archive = await anEmptyArchive();
  const [first, second] = [await aMicrophone({ seed: 1 }), await aMicrophone({ seed: 2 })];
  for (const { track } of [first, second]) saysOf(track, { deviceId: 'default' });
  const answers = [first, second];
  answerGetUserMedia(async () => (answers.shift() ?? second).stream);
  const listed = (groupId: string) =>
    [{ kind: 'audioinput', deviceId: 'default', groupId, label: 'Default' }] as MediaDeviceInfo[];
  const list = vi.spyOn(navigator.mediaDevices, 'enumerateDevices').mockResolvedValue(listed('desk'));
  onTestFinished(() => list.mockRestore());
  const session = aSession(archive);
  session.start(aPlan());
  const id = await records(session, 1500);
  list.mockResolvedValue(listed('headset'));
  navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
  await expect.poll(() => session.getSnapshot().warning).toBe('switched');
  await records(session, session.elapsedMs() + 1500);
  expect(first.track.readyState).toBe('ended');
  session.finish();
  await reaches(session, 'saved');
  expect((await archive.attempts.get(id))?.segments).toHaveLength(2);
  const notes = heard(await decoded(await clipOf(archive, { id })));
  expect(spoken(20, 1)).toContain(notes[0]);
  expect(spoken(20, 2)).toContain(notes.at(-1));
  await archive.close();
});

test('the time a machine slept is not in the take, which goes on in a further segment', async () => {
  const archive = await anEmptyArchive();
  const microphone = await aMicrophone();
  answerGetUserMedia(async () => microphone.stream);
  let asleepMs = 0;
  const session = aSession(archive, { clock: () => performance.now() + asleepMs });
  session.start(aPlan());
  const id = await records(session, 1000);
  const beforeMs = session.elapsedMs();
  asleepMs = 3_600_000;
  await expect.poll(() => session.getSnapshot().warning).toBe('slept');
  await records(session, beforeMs + 1000);
  expect(session.elapsedMs()).toBeLessThan(beforeMs + 10_000);
  session.finish();
  const { keptMs } = await reaches(session, 'saved');
  expect(keptMs).toBeGreaterThan(1900);
  expect(keptMs).toBeLessThan(beforeMs + 10_000);
  expect((await archive.attempts.get(id))?.segments).toHaveLength(2);
  expect(await checkInvariants()).toEqual([]);
  await archive.close();
});

test('a microphone taken away by the system pauses the take, and a new segment goes on', async () => {
  const archive = await anEmptyArchive();
  const microphone = await aMicrophone();
  answerGetUserMedia(async () => microphone.stream);
  const session = aSession(archive);
  session.start(aPlan());
  const id = await records(session, 500);
  // A hiccup is no reason for a new segment.
  microphone.mute(true);
  microphone.mute(false);
  microphone.mute(true);
  const paused = await reaches(session, 'paused');
  expect(paused.by).toBe('system');
  expect(session.getSnapshot().warning).toBe('muted');
  microphone.mute(false);
  expect(session.getSnapshot()).toMatchObject({ state: { tag: 'recording' }, warning: null });
  await records(session, paused.bankedMs + 500);
  const attempt = await archive.attempts.get(id);
  expect(attempt?.segments.map(({ clockStartMs }) => clockStartMs)).toEqual([0, paused.bankedMs]);
  await session.dispose();
  await archive.close();
});
