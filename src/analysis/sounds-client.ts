import type { Sound, Sounds, Unmeasured } from '../domain/facts.ts';
import type { AttemptId } from '../domain/ids.ts';
import { decodeInWorker, type MeasureOptions } from './client.ts';
import { SOUNDS_VERSION } from './sounds.ts';
import type { SoundsWorker } from './sounds.worker.ts';
import { isModel, MODEL_BYTES, MODEL_PATH } from './sounds-model.ts';

export { SOUNDS_VERSION } from './sounds.ts';
export { MODEL_BYTES, MODEL_URL } from './sounds-model.ts';

/** What hears the sounds, checked. */
export type Model = {
  readonly file: Blob;
  /** `app`: it came with the app, and is still said to be there. `person`: it is kept here only, and can be removed. */
  readonly from: 'app' | 'person';
};

/** Why a file is not taken for the model. */
export type ModelFault =
  /** No model of any kind. */
  | 'foreign'
  /** A model of another size: another one, or cut short. */
  | 'other'
  /** Of the right size, but other bytes: damaged or changed. */
  | 'changed'
  | 'unreadable'
  | 'full'
  /** The browser keeps nothing for this page. */
  | 'unavailable';

/**
 * Cache Storage, and not a file of the page's own (OPFS): to put is all or nothing, so that there is never half a
 * model; it is the same in pages and workers and in every engine; and whatever makes the app work offline finds the
 * model under its address.
 */
const CACHE = 'talkthrough-models';
const CHANNEL = 'talkthrough-models';
/** Says of what is kept that nobody chose it. */
const FROM_APP = 'X-From-App';

/**
 * The model, from where it was kept, which a chosen one always is, or from beside the app: then it is kept, for when
 * the server is away. Null:
 * there is none, or it is not the genuine one, and sounds are off. Never rejects, and asks nobody but this app's own
 * server, and that one only when it has said that the model is there (scripts/model.ts).
 */
export async function readModel(): Promise<Model | null> {
  const beside = document.querySelector<HTMLMetaElement>('meta[name="sound-model"]')?.content;
  const kept = await readKept();
  if (kept !== null)
    return { file: kept.file, from: kept.isFromApp && beside !== undefined ? 'app' : 'person' };
  if (beside === undefined) return null;
  try {
    const response = await fetch(beside);
    const file = await response.blob();
    if (!response.ok || !(await isModel(await file.arrayBuffer()))) return null;
    await keep(file, { [FROM_APP]: '1' }).catch(() => undefined);
    return { file, from: 'app' };
  } catch {
    return null;
  }
}

/** Checks a file and keeps it. Null: it is the model, and sounds can be heard from now on. */
export async function chooseModel(file: Blob): Promise<ModelFault | null> {
  let bytes: ArrayBuffer;
  try {
    const start = new Uint8Array(await file.slice(0, 8).arrayBuffer());
    // TensorFlow Lite's mark (FlatBuffers, file identifier).
    if (String.fromCharCode(...start.subarray(4)) !== 'TFL3') return 'foreign';
    if (file.size !== MODEL_BYTES) return 'other';
    bytes = await file.arrayBuffer();
  } catch {
    return 'unreadable';
  }
  if (!(await isModel(bytes))) return 'changed';
  try {
    await keep(new Blob([bytes]));
  } catch (error) {
    return error instanceof DOMException && error.name === 'QuotaExceededError' ? 'full' : 'unavailable';
  }
  announce();
  return null;
}

/** Forgets the model that was chosen; what was heard stays. */
export async function removeModel(): Promise<void> {
  try {
    await caches.delete(CACHE);
  } catch {
    // Nothing is kept where nothing can be.
  }
  announce();
}

/** Tells when the model was chosen or removed, in this tab or another. Gives back how to stop listening. */
export function onModelChange(listener: () => void): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = () => listener();
  return () => channel.close();
}

/** In the place of sounds: what the clip lacks, or null when the listening itself broke, with what is known of it. */
export type ListenFailure = { readonly failed: Unmeasured | null; readonly detail: string };

/**
 * Listens to a clip in a worker. Aborting rejects with the signal's reason, at once; all else that goes wrong is a
 * result: a clip that cannot be decoded, a worker that cannot be loaded or dies.
 */
export async function listenForSounds(
  clip: Blob,
  id: AttemptId,
  model: Model,
  options: MeasureOptions = {},
): Promise<Sounds | ListenFailure> {
  try {
    const heard = await decodeInWorker<SoundsWorker, readonly Sound[]>(
      startWorker,
      clip,
      options,
      async (worker, sound, onProgress) => {
        await worker.open(model.file);
        return worker.listen(sound, onProgress);
      },
    );
    if (heard.tag === 'measured') return { attemptId: id, version: SOUNDS_VERSION, sounds: heard.result };
    const failed = heard.isMute ? 'silent' : 'undecodable';
    return { failed, detail: 'There is no sound in this clip, or it cannot be decoded here' };
  } catch (error) {
    options.signal?.throwIfAborted();
    return { failed: null, detail: error instanceof Error ? error.message : String(error) };
  }
}

function startWorker(): Worker {
  return new Worker(new URL('./sounds.worker.ts', import.meta.url), { type: 'module', name: 'sounds' });
}

async function readKept(): Promise<{ readonly file: Blob; readonly isFromApp: boolean } | null> {
  try {
    const response = await (await caches.open(CACHE)).match(MODEL_PATH);
    const file = await response?.blob();
    if (response === undefined || file === undefined || !(await isModel(await file.arrayBuffer())))
      return null;
    return { file, isFromApp: response.headers.has(FROM_APP) };
  } catch {
    return null;
  }
}

async function keep(file: Blob, more: Readonly<Record<string, string>> = {}): Promise<void> {
  const headers = {
    'Content-Type': 'application/octet-stream',
    'Content-Length': String(file.size),
    ...more,
  };
  await (await caches.open(CACHE)).put(MODEL_PATH, new Response(file, { headers }));
}

function announce(): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(null);
  channel.close();
}
