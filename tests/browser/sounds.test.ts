import { proxy, wrap } from 'comlink';
import { expect, onTestFinished, test } from 'vitest';
import { cdp } from 'vitest/browser';
import type { SoundsWorker } from '../../src/analysis/sounds.worker.ts';
import {
  chooseModel,
  listenForSounds,
  MODEL_BYTES,
  type Model,
  onModelChange,
  readModel,
  removeModel,
  SOUNDS_VERSION,
} from '../../src/analysis/sounds-client.ts';
import type { Sound } from '../../src/domain/facts.ts';
import type { AttemptId } from '../../src/domain/ids.ts';
import type { OwnOriginWorker } from './own-origin.worker.ts';
import { fileAt, MODEL_FILE, SPEECH, TYPING } from './shared-files.ts';
import { longRecording, record, wav, wholeOf } from './takes.ts';

const ID = 'attempt' as AttemptId;

async function theModel(skip: (note: string) => void): Promise<Model> {
  if (MODEL_FILE === null) skip('The model is not in ../shared/models.');
  return { file: await fileAt(MODEL_FILE ?? ''), from: 'person' };
}

/** No model that was kept before, and none afterwards. */
async function withoutModel(): Promise<void> {
  await removeModel();
  onTestFinished(removeModel);
}

/** As a build with the model beside it would say, or with something else. */
function besideTheApp(address: string): void {
  document.querySelector('meta[name="sound-model"]')?.remove();
  const meta = Object.assign(document.createElement('meta'), { name: 'sound-model', content: address });
  document.head.append(meta);
  onTestFinished(() => meta.remove());
}

async function changed(file: Blob): Promise<Blob> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  bytes[2_000_000] = (bytes[2_000_000] ?? 0) ^ 1;
  return new Blob([bytes]);
}

/** One worker for many clips. */
function openEar(model: Model): (clip: Blob) => Promise<readonly Sound[]> {
  const worker = new Worker(new URL('../../src/analysis/sounds.worker.ts', import.meta.url), {
    type: 'module',
  });
  onTestFinished(() => worker.terminate());
  const remote = wrap<SoundsWorker>(worker);
  const opened = remote.open(model.file);
  return async (clip) => {
    await opened;
    const result = await remote.listen(
      clip,
      proxy(() => undefined),
    );
    if (result.tag !== 'measured') throw new Error('This clip cannot be decoded');
    return result.result;
  };
}

test('typing is heard in every clip of typing', { timeout: 120_000 }, async ({ skip }) => {
  const ear = openEar(await theModel(skip));
  if (TYPING.length === 0) skip('The clips are not in ../shared/corpus.');
  for (const address of TYPING) {
    const kinds = (await ear(await fileAt(address))).map(({ kind }) => kind);
    expect(kinds, address).toContain('typing');
    expect(new Set(kinds), address).toEqual(new Set(['typing']));
  }
});

test('nothing is heard in speech that is not there', { timeout: 240_000 }, async ({ skip }) => {
  const ear = openEar(await theModel(skip));
  if (SPEECH.length === 0) skip('The clips are not in ../shared/corpus.');
  const found: string[] = [];
  for (const address of SPEECH) {
    for (const { kind, startMs } of await ear(await fileAt(address))) {
      // Somebody breathes hard into the microphone between three words.
      const isThere = address.includes('mfa_breaths') && kind === 'breath';
      if (!isThere) found.push(`${address} ${startMs}: ${kind}`);
    }
  }
  expect(found).toEqual([]);
});

test('a recording of the browser is heard to its end, and progress goes up', { timeout: 60_000 }, async ({
  skip,
}) => {
  const model = await theModel(skip);
  if (TYPING.length === 0) skip('The clips are not in ../shared/corpus.');
  const clip = wholeOf(await longRecording(await record(), 60));
  const progress: number[] = [];
  const sounds = await listenForSounds(clip, ID, model, { onProgress: (ratio) => progress.push(ratio) });
  expect(sounds).toMatchObject({ attemptId: ID, version: SOUNDS_VERSION });
  expect(progress.length).toBeGreaterThan(10);
  expect(progress.length).toBeLessThanOrEqual(101);
  expect(progress).toEqual(progress.toSorted((a, b) => a - b));
});

test('a clip of 0.2 s, of silence and of noise is heard, too', { timeout: 60_000 }, async ({ skip }) => {
  const ear = openEar(await theModel(skip));
  expect(await ear(wav(new Float32Array(3200), 16_000))).toEqual([]);
  expect(await ear(wav(new Float32Array(16_000 * 3), 16_000))).toEqual([]);
  const noise = Float32Array.from({ length: 48_000 * 5 }, (_, index) => Math.sin(index * index * 0.7) * 0.3);
  const sounds = await ear(wav(noise, 48_000));
  expect(sounds.map(({ kind }) => kind)).toEqual(['background-noise']);
  expect(sounds[0]?.startMs).toBe(0);
  expect(sounds[0]?.endMs).toBeGreaterThan(4000);
});

test('what is no sound, and a worker that breaks, are results', { timeout: 60_000 }, async ({ skip }) => {
  const model = await theModel(skip);
  expect(await listenForSounds(new Blob(['Hello']), ID, model)).toMatchObject({ failed: 'undecodable' });
  const clip = wav(new Float32Array(16_000), 16_000);
  const broken: Model = { file: new Blob(['Not a model']), from: 'person' };
  expect(await listenForSounds(clip, ID, broken)).toMatchObject({
    failed: null,
    detail: expect.stringMatching(/./),
  });
});

test('an abort rejects with its reason, before and while listening', { timeout: 60_000 }, async ({
  skip,
}) => {
  const model = await theModel(skip);
  const clip = wav(new Float32Array(16_000 * 60), 16_000);
  const reason = new Error('The page was left');
  const abort = new AbortController();
  const listening = listenForSounds(clip, ID, model, {
    signal: abort.signal,
    onProgress: () => abort.abort(reason),
  });
  await expect(listening).rejects.toBe(reason);
  await expect(listenForSounds(clip, ID, model, { signal: abort.signal })).rejects.toBe(reason);
});

test('a worker beside MediaPipe reaches this app and nobody else', async () => {
  const worker = new Worker(new URL('./own-origin.worker.ts', import.meta.url), { type: 'module' });
  onTestFinished(() => worker.terminate());
  // Another port is another origin, and one on which nobody listens would fail in any case: this one answers.
  const foreign = location.origin.replace('localhost', '127.0.0.1');
  const tried = await wrap<OwnOriginWorker>(worker).tryAll(foreign);
  const { 'fetch own': fetched, 'xhr own': asked, ...others } = tried;
  expect([fetched, asked]).toEqual([null, null]);
  for (const [way, refusal] of Object.entries(others))
    expect(refusal, way).toMatch(/nothing here talks to another origin|is not a constructor|undefined/);
});

test('a model that was chosen is kept, until it is removed; both are told', async ({ skip }) => {
  const { file } = await theModel(skip);
  await withoutModel();
  expect(await readModel()).toBeNull();
  let told = 0;
  onTestFinished(onModelChange(() => (told += 1)));
  expect(await chooseModel(file)).toBeNull();
  await expect.poll(() => told).toBe(1);
  const kept = await readModel();
  expect(kept).toMatchObject({ from: 'person' });
  expect(await kept?.file.arrayBuffer()).toEqual(await file.arrayBuffer());
  await removeModel();
  await expect.poll(() => told).toBe(2);
  expect(await readModel()).toBeNull();
});

test('what is not the model is refused by what it is, and nothing is kept of it', async ({ skip }) => {
  await withoutModel();
  expect(await chooseModel(new Blob([]))).toBe('foreign');
  expect(await chooseModel(new Blob(['A letter to a friend, and long enough']))).toBe('foreign');
  const { file } = await theModel(skip);
  expect(await chooseModel(file.slice(0, 1_000_000))).toBe('other');
  const damaged = await changed(file);
  expect(damaged.size).toBe(MODEL_BYTES);
  expect(await chooseModel(damaged)).toBe('changed');
  expect(await readModel()).toBeNull();
});

test('a full disk keeps no model, and says so', async ({ skip }) => {
  const { file } = await theModel(skip);
  await withoutModel();
  const { origin } = location;
  await cdp().send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 4_000_000 });
  onTestFinished(async () => {
    await cdp().send('Storage.overrideQuotaForOrigin', { origin });
  });
  expect(await chooseModel(file)).toBe('full');
  expect(await readModel()).toBeNull();
});

test('a model beside the app is used, and kept for when the server is away', async ({ skip }) => {
  await theModel(skip);
  await withoutModel();
  besideTheApp(MODEL_FILE ?? '');
  expect(await readModel()).toMatchObject({ from: 'app' });
  besideTheApp('/nowhere.tflite');
  expect(await readModel()).toMatchObject({ from: 'app' });
});

test('a chosen model is said to be chosen and comes first, whatever lies beside the app', async ({
  skip,
}) => {
  const { file } = await theModel(skip);
  await withoutModel();
  besideTheApp('/nowhere.tflite');
  expect(await readModel()).toBeNull();
  expect(await chooseModel(file)).toBeNull();
  expect(await readModel()).toMatchObject({ from: 'person' });
  besideTheApp(MODEL_FILE ?? '');
  expect(await readModel()).toMatchObject({ from: 'person' });
  await removeModel();
  expect(await readModel()).toMatchObject({ from: 'app' });
  // What is kept of a copy that says no more that it has it can be removed, too.
  document.querySelector('meta[name="sound-model"]')?.remove();
  expect(await readModel()).toMatchObject({ from: 'person' });
});

test('the page of the app in the place of the model, or a damaged model beside it, is no model', async ({
  skip,
}) => {
  const { file } = await theModel(skip);
  await withoutModel();
  const damaged = URL.createObjectURL(await changed(file));
  onTestFinished(() => URL.revokeObjectURL(damaged));
  for (const address of ['/', '/nowhere.tflite', damaged]) {
    besideTheApp(address);
    expect(await readModel(), address).toBeNull();
  }
});
