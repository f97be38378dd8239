import { expect, onTestFinished, test } from 'vitest';
import { cdp, page, userEvent } from 'vitest/browser';
import { chooseModel, readModel, removeModel } from '../../src/analysis/sounds-client.ts';
import { anEmptyArchive } from '../support/factories.ts';
import { expectGoodLooks, openApp } from './app.tsx';
import { fileAt, MODEL_FILE } from './shared-files.ts';

const sounds = () => page.getByRole('region', { name: 'Sounds' });
const button = (name: string) => sounds().getByRole('button', { name });

async function openSettings(): Promise<void> {
  await removeModel();
  onTestFinished(removeModel);
  await openApp(await anEmptyArchive(), '/settings#sounds');
}

async function theModel(skip: (note: string) => void): Promise<File> {
  if (MODEL_FILE === null) skip('The model is not in ../shared/models.');
  return new File([await fileAt(MODEL_FILE ?? '')], 'yamnet.tflite');
}

const upload = (file: File) => userEvent.upload(sounds().getByLabelText('Model of sounds'), file);

test('without a model sounds are off, and it is said what for and how to get it', async () => {
  await openSettings();
  await expect.element(sounds()).toMatchTextContent('Sounds are off.');
  await expect.element(sounds()).toMatchTextContent('heard mainly in your pauses');
  await expect.element(sounds()).toMatchTextContent(/https:\/\/\S+\/yamnet\.tflite/);
  await expect.element(sounds().getByRole('link')).not.toBeInTheDocument();
  await expect.element(button('Choose the model file')).toBeVisible();
  await expectGoodLooks();
});

test('the model is chosen, works from then on, and is removed; that can be undone', async ({ skip }) => {
  const file = await theModel(skip);
  await openSettings();
  await expect.element(button('Choose the model file')).toBeVisible();
  await upload(file);
  await expect.element(sounds()).toMatchTextContent('Sounds are on.');
  expect(await readModel()).toMatchObject({ from: 'person' });
  await expectGoodLooks();
  await button('Remove the model').click();
  await expect.element(sounds()).toMatchTextContent('Sounds are off.');
  expect(await readModel()).toBeNull();
  await expectGoodLooks();
  await button('Undo').click();
  await expect.element(sounds()).toMatchTextContent('Sounds are on.');
  expect(await readModel()).toMatchObject({ from: 'person' });
});

test('another tab that chooses the model shows here', async ({ skip }) => {
  const file = await theModel(skip);
  await openSettings();
  await expect.element(sounds()).toMatchTextContent('Sounds are off.');
  expect(await chooseModel(file)).toBeNull();
  await expect.element(sounds()).toMatchTextContent('Sounds are on.');
});

test('a file that is not the model is refused by name, with the reason', async ({ skip }) => {
  await openSettings();
  await upload(new File(['Dear diary, it rained.'], 'diary.tflite'));
  const alert = sounds().getByRole('alert');
  await expect.element(alert).toMatchTextContent(/“diary\.tflite” was not taken.*no TensorFlow Lite model/);
  await expectGoodLooks();
  const model = await theModel(skip);
  await upload(new File([model.slice(0, 2_000_000)], 'half.tflite'));
  await expect.element(alert).toMatchTextContent(/“half\.tflite” was not taken.*4,126,810 bytes/);
  const bytes = new Uint8Array(await model.arrayBuffer());
  bytes[bytes.length - 1] = 7;
  await upload(new File([bytes], 'damaged.tflite'));
  await expect.element(alert).toMatchTextContent(/“damaged\.tflite” was not taken.*SHA-256/);
  await upload(model);
  await expect.element(sounds()).toMatchTextContent('Sounds are on.');
  await expect.element(alert).not.toBeInTheDocument();
});

test('a full disk is said, with the way out', async ({ skip }) => {
  const file = await theModel(skip);
  await openSettings();
  const { origin } = location;
  await cdp().send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 4_000_000 });
  onTestFinished(async () => {
    await cdp().send('Storage.overrideQuotaForOrigin', { origin });
  });
  await upload(file);
  await expect.element(sounds().getByRole('alert')).toMatchTextContent(/no room for its 4.1 MB.*under Data/);
});
