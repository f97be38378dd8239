import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { DEFAULT_SETTINGS } from '../../src/domain/settings.ts';
import type { Archive } from '../../src/storage/archive.ts';
import { anEmptyArchive, keepAnAttempt } from '../support/factories.ts';
import { answerDevices, endBySystem } from '../support/fake-picture.ts';
import { expectGoodLooks, openApp } from './app.tsx';
import { marksAt } from './open-review.ts';
import { recordPicture, wholeOf } from './takes.ts';

const PATH = '/practice/py-refcount-cycles';

const button = (name: string) => page.getByRole('button', { name, exact: true });
const select = (name: string) => page.getByRole('combobox', { name, exact: true });
const timer = () => page.getByRole('timer', { name: 'Elapsed' });
const preview = (name: string) => page.getByLabelText(`${name} preview`);

async function open(archive: Archive, record: 'audio' | 'camera' | 'screen' = 'audio') {
  await page.viewport(1280, 800);
  sessionStorage.clear();
  await archive.settings.put('recording', { ...DEFAULT_SETTINGS.recording, record });
  await openApp(archive, PATH);
  await expect.element(button('Start recording')).toBeVisible();
}

/** Until a picture is really drawn. */
async function isSeen(video: Element): Promise<void> {
  await expect.poll(() => (video as HTMLVideoElement).videoWidth, { timeout: 10_000 }).toBeGreaterThan(0);
}

/** Until the take's own timer says so, or more: the machine may be busy. */
async function speaks(seconds: number): Promise<void> {
  await expect
    .poll(() => Number(timer().element().textContent?.split(':')[1]), { timeout: seconds * 1000 + 8000 })
    .toBeGreaterThanOrEqual(seconds);
}

test('what is recorded and what an hour takes are said before, and the choice is remembered', async () => {
  const archive = await anEmptyArchive();
  const { asked } = answerDevices();
  await open(archive);
  const options = [...select('Record').element().children].map((option) => option.textContent);
  expect(options).toEqual(['Audio', 'Audio and camera', 'Audio and screen']);
  await expect
    .element(select('Record'))
    .toHaveAccessibleDescription('Your voice alone: about 29 MB an hour.');
  await select('Record').selectOptions('Audio and screen');
  await expect
    .element(select('Record'))
    .toHaveAccessibleDescription(/^Your voice and a screen, .*: about 700 MB an hour, and as much again/);
  await expect.poll(() => archive.settings.get('recording')).toMatchObject({ record: 'screen' });
  await select('Record').selectOptions('Audio and camera');
  await expect.element(select('Camera')).toBeVisible();
  await expect.element(page.getByText('5 minutes, cold: outline hidden, with camera.')).toBeVisible();
  await expect.poll(() => archive.settings.get('recording')).toMatchObject({ record: 'camera' });
  // A choice is no press that asks for anything.
  expect(asked).toEqual({ microphone: 0, camera: 0, screen: 0 });
});

test('the camera is seen before and during the take, by name, and can be hidden for good', {
  timeout: 60_000,
}, async () => {
  const archive = await anEmptyArchive();
  answerDevices();
  await open(archive, 'camera');
  await button('Allow microphone').click();
  await expect.element(preview('Camera'), { timeout: 10_000 }).toBeVisible();
  await isSeen(preview('Camera').element());
  expect(getComputedStyle(preview('Camera').element()).transform).toBe('matrix(-1, 0, 0, 1, 0, 0)');
  await expect.element(select('Camera')).toHaveDisplayValue(/fake/i);
  await expectGoodLooks();
  await button('Start recording').click();
  await expect.element(timer()).toBeVisible();
  await isSeen(preview('Camera').element());
  await expectGoodLooks();
  await button('Hide preview').click();
  await expect.element(preview('Camera')).not.toBeInTheDocument();
  await expect.poll(() => archive.settings.get('recording')).toMatchObject({ showsPreview: false });
  await expect.element(button('Show preview')).toBeVisible();
  await speaks(2);
  await button('Finish').click();
  await expect.element(page.getByText('With camera'), { timeout: 15_000 }).toBeVisible();
});

test('a refused camera is a fault in words, and sound alone a way on', async () => {
  const archive = await anEmptyArchive();
  answerDevices({ camera: () => Promise.reject(new DOMException('Refused', 'NotAllowedError')) });
  await open(archive, 'camera');
  await button('Start recording').click();
  const alert = page.getByRole('alert');
  await expect.element(alert).toMatchTextContent(/The camera is not allowed.*allow the camera/);
  await expect.element(timer()).not.toBeInTheDocument();
  await expectGoodLooks();
  await button('Go on with sound alone').click();
  await expect.element(alert).not.toBeInTheDocument();
  await expect.element(select('Record')).toHaveDisplayValue('Audio');
  // For this take: the next one may have a camera again.
  expect(await archive.settings.get('recording')).toMatchObject({ record: 'camera' });
  await button('Start recording').click();
  await expect.element(timer()).toBeVisible();
});

test('no screen chosen: nothing starts and that is said', async () => {
  const archive = await anEmptyArchive();
  answerDevices({ screen: () => Promise.reject(new DOMException('Dismissed', 'NotAllowedError')) });
  await open(archive, 'screen');
  await button('Start recording').click();
  await expect
    .element(page.getByRole('alert'))
    .toMatchTextContent(/No screen was chosen.*Nothing is being recorded/);
  await expect.element(button('Start recording')).toBeVisible();
  await expect.element(timer()).not.toBeInTheDocument();
});

test('the screen share ended by the browser in mid-take: said, gone on with, and shown again', {
  timeout: 60_000,
}, async () => {
  const archive = await anEmptyArchive();
  const { pictures } = answerDevices();
  await open(archive, 'screen');
  await button('Start recording').click();
  await expect.element(timer(), { timeout: 10_000 }).toBeVisible();
  await isSeen(preview('Screen').element());
  expect(getComputedStyle(preview('Screen').element()).transform).toBe('none');
  await speaks(1);
  endBySystem(pictures[0]);
  const said = page.getByText('The picture has ended');
  await expect.element(said).toBeVisible();
  await expect
    .element(page.getByText('Your voice is being recorded all the same.', { exact: false }))
    .toBeVisible();
  await expect.element(page.getByText('Recording', { exact: true })).toBeVisible();
  await expectGoodLooks();
  await button('Show a screen again').click();
  await expect.element(preview('Screen')).toBeVisible();
  await expect.element(said).not.toBeInTheDocument();
});

/** A kept attempt of two seconds with a real picture. */
async function aPicturedAttempt(archive: Archive) {
  const recording = await recordPicture(1, { width: 640, height: 360 });
  const [segment] = (await keepAnAttempt(archive)).segments;
  if (segment === undefined) throw new Error('An attempt has a segment');
  return keepAnAttempt(
    archive,
    {
      mimeType: 'video/webm;codecs="vp8,opus"',
      durationMs: 2000,
      marks: marksAt(0, 1000),
      segments: [{ ...segment, picture: { source: 'camera', width: 640, height: 360 } }],
    },
    [await wholeOf(recording).arrayBuffer()],
  );
}

test('the replay shows the picture, seeks in it, and hides it for good', async () => {
  await page.viewport(1280, 800);
  const archive = await anEmptyArchive();
  const { id } = await aPicturedAttempt(archive);
  await openApp(archive, `/attempts/${id}`);
  const picture = page.getByLabelText('Picture', { exact: true });
  await expect.element(picture).toBeVisible();
  const video = picture.element() as HTMLVideoElement;
  await isSeen(video);
  expect([video.videoWidth, video.videoHeight]).toEqual([640, 360]);
  const { width, height } = video.getBoundingClientRect();
  expect(width / height).toBeCloseTo(640 / 360, 1);
  const slider = page.getByRole('slider', { name: 'Position' });
  await slider.fill('1.2');
  await expect.poll(() => video.currentTime).toBeCloseTo(1.2, 1);
  await expectGoodLooks();
  await button('Hide picture').click();
  await expect.element(picture).not.toBeVisible();
  await button('Play').click();
  // Hidden, it is heard.
  await expect.poll(() => video.currentTime).toBeGreaterThan(1.4);
  await expect.poll(() => archive.settings.get('replay')).toEqual({ showsPicture: false });
  await button('Show picture').click();
  await expect.element(picture).toBeVisible();
});

test('nothing moves when the picture has been read', async () => {
  await page.viewport(375, 800);
  const archive = await anEmptyArchive();
  const { id } = await aPicturedAttempt(archive);
  const read = Promise.withResolvers<undefined>();
  const slow: Archive = {
    ...archive,
    clips: { ...archive.clips, read: async (of) => read.promise.then(() => archive.clips.read(of)) },
  };
  await openApp(slow, `/attempts/${id}`);
  const question = page.getByRole('heading', { name: 'The question' });
  await expect.element(question).toBeVisible();
  const { top } = question.element().getBoundingClientRect();
  read.resolve(undefined);
  await expect.element(page.getByLabelText('Picture', { exact: true })).toBeVisible();
  await isSeen(page.getByLabelText('Picture', { exact: true }).element());
  expect(Math.abs(question.element().getBoundingClientRect().top - top)).toBeLessThan(1);
});

test('history says which attempts have a picture', async () => {
  await page.viewport(1280, 800);
  const archive = await anEmptyArchive();
  await aPicturedAttempt(archive);
  await openApp(archive, '/history');
  await expect.element(page.getByRole('cell', { name: 'cold, camera' })).toBeVisible();
  await expect.element(page.getByRole('cell', { name: 'cold', exact: true })).toBeVisible();
});
