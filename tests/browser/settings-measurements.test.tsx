import { expect, onTestFinished, test, vi } from 'vitest';
import { page } from 'vitest/browser';
import { DELIVERY_VERSION } from '../../src/analysis/client.ts';
import { chooseModel, removeModel } from '../../src/analysis/sounds-client.ts';
import { startMeasuring } from '../../src/app/measuring.ts';
import type { AttemptId } from '../../src/domain/ids.ts';
import type { Archive } from '../../src/storage/archive.ts';
import { StorageError } from '../../src/storage/errors.ts';
import { holdLock } from '../../src/storage/locks.ts';
import { aDelivery, anEmptyArchive, keepAnAttempt } from '../support/factories.ts';
import { speechLike } from '../support/speech-like.ts';
import { expectGoodLooks, openApp } from './app.tsx';
import { fileAt, MODEL_FILE } from './shared-files.ts';
import { wav } from './takes.ts';

const PATH = '/settings#data';
const patiently = { timeout: 15_000 };

const data = () => page.getByRole('region', { name: 'Data' });
const button = (name: string) => page.getByRole('button', { name, exact: true });

/** As main.tsx does it, until the test ends. */
function measureIn(archive: Archive): void {
  const ended = new AbortController();
  onTestFinished(() => ended.abort());
  startMeasuring(archive, ended.signal);
}

async function keepClip(archive: Archive, seconds = 1): Promise<AttemptId> {
  const clip = await wav(speechLike(seconds, 1, 16_000), 16_000).arrayBuffer();
  return (await keepAnAttempt(archive, { mimeType: 'audio/wav' }, [clip])).id;
}

async function keepMeasured(archive: Archive): Promise<AttemptId> {
  const id = await keepClip(archive);
  await archive.deliveries.put(aDelivery({ attemptId: id, version: DELIVERY_VERSION }));
  return id;
}

test('without a recording nothing is to be measured', async () => {
  await openApp(await anEmptyArchive(), PATH);
  await expect.element(data()).toMatchTextContent('There is no recording to measure.');
  await expect.element(button('Measure again')).not.toBeInTheDocument();
});

test('how many are measured is said, how far it is, and it can be stopped and gone on with', async () => {
  const archive = await anEmptyArchive();
  await keepMeasured(archive);
  await keepClip(archive, 200);
  await keepClip(archive, 200);
  await openApp(archive, PATH);
  await expect.element(data()).toMatchTextContent('1 of 3 recordings is measured');
  await expect.element(data()).toMatchTextContent(/The rest follows in the background/);
  measureIn(archive);
  await expect.element(page.getByRole('progressbar', { name: 'Measuring recordings' })).toBeVisible();
  await button('Stop measuring').click();
  await expect.element(data()).toMatchTextContent('Stopped in all tabs, until you go on');
  await expectGoodLooks();
  await button('Go on measuring').click();
  await expect.element(data(), patiently).toMatchTextContent('All 3 recordings are measured');
  await expect.element(button('Stop measuring')).not.toBeInTheDocument();
});

test('all of it is measured again when the person has agreed', async () => {
  const archive = await anEmptyArchive();
  const [one, other] = [await keepMeasured(archive), await keepMeasured(archive)];
  measureIn(archive);
  await openApp(archive, PATH);
  await expect.element(data()).toMatchTextContent('All 2 recordings are measured');
  // Waited for: the queue of the test before may not have let it go yet.
  const free = await holdLock('measuring', AbortSignal.timeout(10_000));
  expect(free).not.toBeNull();
  await button('Measure again').click();
  const question = page.getByRole('dialog', { name: 'Measure all recordings again?' });
  await expect.element(question).toMatchTextContent('2 recordings is made again');
  await expect.element(question).toMatchTextContent('Nothing is lost');
  await question.getByRole('button', { name: 'Cancel' }).click();
  expect(await archive.deliveries.pending(DELIVERY_VERSION)).toEqual([]);
  await button('Measure again').click();
  await question.getByRole('button', { name: 'Measure again' }).click();
  await expect.element(data()).toMatchTextContent('0 of 2 recordings are measured');
  await expect.element(data()).toMatchTextContent('Another tab is measuring.');
  expect(new Set(await archive.deliveries.pending(DELIVERY_VERSION))).toEqual(new Set([one, other]));
  await free?.();
  await expect.element(data(), patiently).toMatchTextContent('All 2 recordings are measured');
});

test('what keeps it from going on is said, with a way out', async () => {
  const archive = await anEmptyArchive();
  await keepClip(archive);
  const put = archive.deliveries.put;
  const full = vi.spyOn(archive.deliveries, 'put').mockRejectedValue(new StorageError('full'));
  measureIn(archive);
  await openApp(archive, PATH);
  await expect
    .element(data(), patiently)
    .toMatchTextContent(/What was measured could not be stored\..*The recordings are untouched/);
  await expectGoodLooks();
  full.mockImplementation(put);
  await button('Try again').click();
  await expect.element(data(), patiently).toMatchTextContent('The one recording is measured');
});

test('what could not be measured is counted, and is tried again', async () => {
  const archive = await anEmptyArchive();
  const [good, bad] = [await keepMeasured(archive), await keepClip(archive)];
  const read = archive.clips.read;
  const reading = vi
    .spyOn(archive.clips, 'read')
    .mockImplementation((id) => (id === bad ? Promise.resolve(null) : read(id)));
  measureIn(archive);
  await openApp(archive, PATH);
  await expect
    .element(data(), patiently)
    .toMatchTextContent(/1 of 2 recordings is measured .*\. 1 could not be measured\./);
  expect(await archive.deliveries.pending(DELIVERY_VERSION)).not.toContain(good);
  reading.mockImplementation(read);
  await button('Try again').click();
  await expect.element(data(), patiently).toMatchTextContent('All 2 recordings are measured');
});

test('what an earlier session could not measure is counted, and is tried again', async () => {
  const archive = await anEmptyArchive();
  await keepMeasured(archive);
  const attemptId = await keepClip(archive);
  await archive.deliveries.put({ attemptId, version: DELIVERY_VERSION, failed: 'undecodable' });
  await openApp(archive, PATH);
  await expect
    .element(data())
    .toMatchTextContent(/1 of 2 recordings is measured .*\. 1 could not be measured\./);
  await expectGoodLooks();
  // Pressed before the queue is there, it is done as soon as it is.
  await button('Try again').click();
  measureIn(archive);
  await expect.element(data(), patiently).toMatchTextContent('All 2 recordings are measured');
});

test('the question whether all is measured again stands in the middle', async () => {
  const archive = await anEmptyArchive();
  await keepMeasured(archive);
  await openApp(archive, PATH);
  await button('Measure again').click();
  const { top, bottom } = page.getByRole('dialog').element().getBoundingClientRect();
  expect(Math.abs(top - (innerHeight - bottom))).toBeLessThan(2);
});

test('with a model, listening for sounds is part of it', async ({ skip }) => {
  if (MODEL_FILE === null) return skip('The model is not in ../shared/models.');
  const archive = await anEmptyArchive();
  await keepMeasured(archive);
  onTestFinished(removeModel);
  expect(await chooseModel(await fileAt(MODEL_FILE))).toBeNull();
  const free = await holdLock('measuring', AbortSignal.timeout(10_000));
  measureIn(archive);
  await openApp(archive, PATH);
  await expect
    .element(data(), patiently)
    .toMatchTextContent(/The one recording is measured .*\. Sounds were listened for in 0 of 1\./);
  await free?.();
  await expect.element(data(), patiently).not.toMatchTextContent('Sounds were listened for');
  await expect.element(button('Stop measuring')).not.toBeInTheDocument();
});
