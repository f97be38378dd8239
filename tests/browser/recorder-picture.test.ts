import { ALL_FORMATS, BlobSource, EncodedPacketSink, Input } from 'mediabunny';
import { expect, onTestFinished, test, vi } from 'vitest';
import { DEFAULT_SETTINGS } from '../../src/domain/settings.ts';
import type { SessionOptions } from '../../src/recorder/snapshot.ts';
import type { Archive } from '../../src/storage/archive.ts';
import { anEmptyArchive } from '../support/factories.ts';
import { aMicrophone } from '../support/fake-microphone.ts';
import { answerDevices, aStillPicture, endBySystem } from '../support/fake-picture.ts';
import { checkInvariants } from '../support/invariants.ts';
import {
  allChunks,
  aPlan,
  aSession,
  expectContiguous,
  reaches,
  records,
  spyOnRecorders,
} from './recording.ts';
import { clipOf, decoded, heard, spoken } from './takes.ts';

const wanting = (record: 'camera' | 'screen'): Partial<SessionOptions> => ({
  settings: { ...DEFAULT_SETTINGS.recording, record },
});

/** When each frame of a clip is shown, in whole milliseconds. */
async function framesOf(clip: Blob): Promise<readonly number[]> {
  const input = new Input({ source: new BlobSource(clip), formats: ALL_FORMATS });
  const track = await input.getPrimaryVideoTrack();
  const times: number[] = [];
  if (track !== null)
    for await (const { timestamp } of new EncodedPacketSink(track).packets(undefined, undefined, {
      metadataOnly: true,
    }))
      times.push(Math.round(timestamp * 1000));
  input.dispose();
  return times;
}

/** That every second heard follows the one before it as it was said, but for what fell between segments. */
function expectWhole(notes: readonly number[], seed: number): void {
  const said = [...spoken(20, seed), ...spoken(20, seed)];
  const from = said.indexOf(notes[0] ?? -1);
  expect(notes.length).toBeGreaterThan(1);
  expect(notes).toEqual(said.slice(from, from + notes.length));
}

async function sourcesOf(archive: Archive, id: Parameters<Archive['attempts']['get']>[0]) {
  return (await archive.attempts.get(id))?.segments.map(({ picture }) => picture?.source ?? null);
}

test('a camera take: chunks of both come as they are recorded, and the clip has both', async () => {
  const archive = await anEmptyArchive();
  const microphone = await aMicrophone();
  answerDevices({ microphone: async () => microphone.stream });
  const session = aSession(archive, wanting('camera'));
  session.start(aPlan());
  const id = await records(session, 3000);
  expect(session.getSnapshot().picture.tag).toBe('open');
  const [chunks = []] = await allChunks(archive, id);
  expectContiguous([chunks]);
  expect(chunks.length).toBeGreaterThan(3);
  for (const { data } of chunks) expect(data.byteLength).toBeLessThan(1 << 20);
  session.finish();
  const { keptMs } = await reaches(session, 'saved');
  const attempt = await archive.attempts.get(id);
  expect(attempt?.segments).toMatchObject([
    {
      mimeType: expect.stringMatching(/^video\/webm/),
      picture: { source: 'camera', width: 1280, height: 720 },
    },
  ]);
  expect(attempt).toMatchObject({ mimeType: expect.stringMatching(/^video\/webm/) });
  expect(attempt).not.toHaveProperty('isPartial');
  const clip = await clipOf(archive, { id });
  const frames = await framesOf(clip);
  expect(frames.length).toBeGreaterThan(keptMs / 250);
  expect(frames.at(-1)).toBeLessThanOrEqual(keptMs);
  expectWhole(heard(await decoded(clip)), 1);
  // The camera's light goes out with the take.
  expect(session.getSnapshot().picture.tag).toBe('closed');
  expect(await checkInvariants()).toEqual([]);
  await archive.close();
});

test('while the picture stands still what is said goes on being written', async () => {
  const archive = await anEmptyArchive();
  answerDevices({ screen: aStillPicture });
  const session = aSession(archive, wanting('screen'));
  session.start(aPlan());
  const id = await records(session, 5000);
  // Within a slice and a bit, however long the slide is shown.
  expect(session.elapsedMs() - session.getSnapshot().savedMs).toBeLessThan(1500);
  expect(await sourcesOf(archive, id)).toEqual(['screen']);
  expect(session.getSnapshot().picture.tag).toBe('open');
  await session.dispose();
  await archive.close();
});

test('where frames cannot be sent again, a picture that stands still is given up and the sound is not', async () => {
  const archive = await anEmptyArchive();
  const { MediaStreamTrackProcessor: processor } = globalThis as Record<string, unknown>;
  Reflect.deleteProperty(globalThis, 'MediaStreamTrackProcessor');
  onTestFinished(() => void Object.assign(globalThis, { MediaStreamTrackProcessor: processor }));
  const microphone = await aMicrophone();
  answerDevices({ microphone: async () => microphone.stream, screen: aStillPicture });
  const session = aSession(archive, wanting('screen'));
  session.start(aPlan());
  const { attemptId: id } = await reaches(session, 'recording');
  await expect.poll(() => session.getSnapshot().picture.tag, { timeout: 12_000 }).toBe('over');
  await records(session, session.elapsedMs() + 1000);
  session.finish();
  const { keptMs } = await reaches(session, 'saved');
  expect(await sourcesOf(archive, id)).toEqual(['screen', null]);
  const sound = await decoded(await clipOf(archive, { id }));
  expect(sound.durationMs).toBeGreaterThan(3500);
  expect(Math.abs(sound.durationMs - keptMs)).toBeLessThan(150);
  await archive.close();
});

test('when the sharing of the screen is ended the take goes on, and the picture can come back', async () => {
  const archive = await anEmptyArchive();
  const microphone = await aMicrophone();
  const { pictures, asked } = answerDevices({ microphone: async () => microphone.stream });
  const session = aSession(archive, wanting('screen'));
  session.start(aPlan());
  // In answer to the press, before anything else.
  expect(asked.screen).toBe(1);
  const id = await records(session, 2000);
  endBySystem(pictures[0]);
  expect(session.getSnapshot()).toMatchObject({ state: { tag: 'recording' }, picture: { tag: 'over' } });
  await records(session, session.elapsedMs() + 2000);
  session.openPicture();
  await expect.poll(() => session.getSnapshot().picture.tag).toBe('open');
  await records(session, session.elapsedMs() + 1500);
  const elapsedMs = session.elapsedMs();
  session.finish();
  expect(await reaches(session, 'saved')).toMatchObject({ cause: 'user' });
  expect(await sourcesOf(archive, id)).toEqual(['screen', null, 'screen']);
  const attempt = await archive.attempts.get(id);
  expect(attempt).not.toHaveProperty('isPartial');
  expect(attempt?.segments[1]?.mimeType).toMatch(/^audio\/webm/);
  const clip = await clipOf(archive, { id });
  const sound = await decoded(clip);
  // All that was said, but for the instants in which one encoder gave way to the next.
  expect(sound.durationMs).toBeGreaterThan(elapsedMs - 500);
  expect(sound.durationMs).toBeLessThan(elapsedMs + 500);
  const frames = await framesOf(clip);
  const gaps = frames.slice(1).map((at, index) => at - (frames[index] ?? 0));
  expect(gaps.filter((gap) => gap > 2000)).toHaveLength(1);
  expect(await checkInvariants()).toEqual([]);
  await archive.close();
});

test('a camera that vanishes takes the picture with it, and nothing of what is said', async () => {
  const archive = await anEmptyArchive();
  answerDevices();
  const session = aSession(archive, wanting('camera'));
  session.start(aPlan());
  const id = await records(session, 2500);
  const here = await navigator.mediaDevices.enumerateDevices();
  const list = vi.spyOn(navigator.mediaDevices, 'enumerateDevices');
  list.mockResolvedValue(here.filter(({ kind }) => kind !== 'videoinput'));
  onTestFinished(() => list.mockRestore());
  await expect.poll(() => session.getSnapshot().picture.tag).toBe('over');
  const lostAtMs = session.elapsedMs();
  await records(session, lostAtMs + 1000);
  expect(session.getSnapshot().state.tag).toBe('recording');
  session.finish();
  await reaches(session, 'saved');
  expect(await sourcesOf(archive, id)).toEqual(['camera', null]);
  await archive.close();
});

test('a microphone lost in a camera take is chosen anew, and the camera stays', async () => {
  const archive = await anEmptyArchive();
  const [first, second] = [await aMicrophone({ seed: 1 }), await aMicrophone({ seed: 2 })];
  const answers = [first, second];
  const { asked } = answerDevices({ microphone: async () => (answers.shift() ?? second).stream });
  const session = aSession(archive, wanting('camera'));
  session.start(aPlan());
  const id = await records(session, 1500);
  first.unplug();
  const halted = await reaches(session, 'paused');
  expect(halted).toMatchObject({ by: 'device', mic: { tag: 'closed' } });
  session.chooseMicrophone('another');
  await expect.poll(() => session.getSnapshot().state).toMatchObject({ mic: { tag: 'open' } });
  session.resume();
  await records(session, halted.bankedMs + 1500);
  session.finish();
  expect(await reaches(session, 'saved')).toMatchObject({ attemptId: id, cause: 'user' });
  expect(asked.camera).toBe(1);
  expect(await sourcesOf(archive, id)).toEqual(['camera', 'camera']);
  const notes = heard(await decoded(await clipOf(archive, { id })));
  expect(spoken(20, 1)).toContain(notes[0]);
  expect(spoken(20, 2)).toContain(notes.at(-1));
  await archive.close();
});

test('without the picture that is wanted nothing starts; without wanting one it does', async () => {
  const archive = await anEmptyArchive();
  const refuse = (name: string) => () => Promise.reject(new DOMException('Refused', name));
  for (const [record, name, fault] of [
    ['camera', 'NotAllowedError', 'denied'],
    ['camera', 'NotFoundError', 'no-device'],
    ['camera', 'NotReadableError', 'busy'],
    ['screen', 'NotAllowedError', 'dismissed'],
  ] as const) {
    const { asked } = answerDevices({ camera: refuse(name), screen: refuse(name) });
    const session = aSession(archive, wanting(record));
    session.start(aPlan());
    await expect.poll(() => session.getSnapshot().picture).toEqual({ tag: 'refused', fault });
    expect(session.getSnapshot().state.tag).toBe('idle');
    expect(asked.microphone).toBe(0);
    session.chooseRecord('audio');
    session.start(aPlan());
    const id = await records(session, 500);
    expect(await sourcesOf(archive, id)).toEqual([null]);
    await session.dispose();
  }
  await archive.close();
});

test('a picture that ends in the countdown is missed before the take, not after it', async () => {
  const archive = await anEmptyArchive();
  const { pictures } = answerDevices();
  const session = aSession(archive, wanting('screen'));
  session.start(aPlan({ countdownSec: 3 }));
  await reaches(session, 'counting');
  endBySystem(pictures[0]);
  expect(session.getSnapshot()).toMatchObject({ state: { tag: 'ready' }, picture: { tag: 'over' } });
  await session.dispose();
  await archive.close();
});

test('an encoder that fails at the picture records the sound', async () => {
  const archive = await anEmptyArchive();
  answerDevices();
  const { made } = spyOnRecorders();
  const session = aSession(archive, wanting('camera'));
  session.start(aPlan());
  const id = await records(session, 1000);
  made[0]?.dispatchEvent(new Event('error'));
  await records(session, session.elapsedMs() + 1000);
  session.finish();
  expect(await reaches(session, 'saved')).toMatchObject({ attemptId: id, cause: 'user' });
  expect(await sourcesOf(archive, id)).toEqual(['camera', null]);
  await archive.close();
});

test('the camera is opened with the microphone, on its press, and goes when it is not wanted', async () => {
  const archive = await anEmptyArchive();
  const { asked, pictures } = answerDevices();
  const session = aSession(archive, wanting('camera'));
  session.open();
  await reaches(session, 'ready');
  await expect.poll(() => session.getSnapshot().picture.tag).toBe('open');
  expect(asked).toEqual({ microphone: 1, camera: 1, screen: 0 });
  await expect.poll(() => session.getSnapshot().cameras.length).toBeGreaterThan(0);
  session.chooseRecord('audio');
  expect(pictures[0]?.readyState).toBe('ended');
  // Nothing is asked for that was not pressed for.
  session.chooseRecord('screen');
  expect(asked.screen).toBe(0);
  await session.dispose();
  await archive.close();
});

test('Start pressed while the camera is being opened starts once it is', async () => {
  const archive = await anEmptyArchive();
  const { asked } = answerDevices();
  const session = aSession(archive, wanting('camera'));
  session.openPicture();
  session.start(aPlan());
  session.start(aPlan());
  const id = await records(session, 500);
  expect(asked).toEqual({ microphone: 1, camera: 1, screen: 0 });
  expect(await sourcesOf(archive, id)).toEqual(['camera']);
  await session.dispose();
  await archive.close();
});
