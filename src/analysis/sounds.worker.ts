// Before MediaPipe, which is not to reach anybody.
import './own-origin.ts';
import { AudioClassifier } from '@mediapipe/tasks-audio';
import wasmLoaderPath from '@mediapipe/tasks-audio/audio_wasm_module_internal.js?url';
import wasmBinaryPath from '@mediapipe/tasks-audio/audio_wasm_module_internal.wasm?url';
import { expose } from 'comlink';
import type { Sound } from '../domain/facts.ts';
import { type Decoding, decodeMono, decoding, type WholeSound } from './decode.ts';
import { RATE, resampler } from './resample.ts';
import { CLASSES, type Heard, heardIn, LOWEST_SCORE, soundsOf, WINDOW } from './sounds.ts';

export type SoundsWorker = {
  /** Before the first clip, once: MediaPipe's module can be started but once. Rejects when it cannot. */
  open(model: Blob): Promise<void>;
  /**
   * One clip at a time. Ends by being terminated. Rejects when the classifier fails.
   *
   * @param onProgress from 0 to 1, a hundred times at most
   */
  listen(clip: Blob | WholeSound, onProgress: (ratio: number) => void): Promise<Decoding<readonly Sound[]>>;
};

let classifier: AudioClassifier | null = null;

const worker: SoundsWorker = {
  async open(model) {
    classifier = await openClassifier(model);
  },
  listen: (clip, onProgress) =>
    decoding(async () => {
      if (classifier === null) throw new Error('Nothing to listen with was opened');
      const ear = openEar(classifier);
      const resampled = resampler(ear.add);
      for await (const block of decodeMono(clip, onProgress)) resampled.add(block);
      resampled.finish();
      return ear.finish();
    }),
};

async function openClassifier(model: Blob): Promise<AudioClassifier> {
  // What MediaPipe and TensorFlow Lite say while they start would stand in the console as errors and warnings. Its
  // module sets the second name itself.
  Object.assign(self, { Module: { print: ignore, printErr: ignore } });
  Object.defineProperty(self, 'custom_dbg', { get: () => ignore, set: ignore });
  return AudioClassifier.createFromOptions(
    { wasmLoaderPath, wasmBinaryPath },
    {
      baseOptions: { modelAssetBuffer: new Uint8Array(await model.arrayBuffer()) },
      categoryAllowlist: [...CLASSES],
      scoreThreshold: LOWEST_SCORE,
      maxResults: -1,
    },
  );
}

/** MediaPipe copies what it is given: an hour at once would be there twice. */
const WINDOWS_AT_ONCE = 10;

/** Listens to samples at 16 kHz, however they are cut, and holds ten windows of them. */
function openEar(classifier: AudioClassifier) {
  const chunk = new Float32Array(WINDOWS_AT_ONCE * WINDOW);
  const windows: Heard[] = [];
  let filled = 0;
  let total = 0;

  function classify(samples: Float32Array): void {
    for (const { classifications } of classifier.classify(samples, RATE)) {
      const categories = classifications.flatMap((head) => head.categories);
      windows.push(heardIn(categories.map(({ categoryName, score }) => [categoryName, score])));
    }
    filled = 0;
  }

  return {
    add(samples: Float32Array): void {
      for (let from = 0; from < samples.length; ) {
        const piece = samples.subarray(from, from + chunk.length - filled);
        chunk.set(piece, filled);
        filled += piece.length;
        from += piece.length;
        if (filled === chunk.length) classify(chunk);
      }
      total += samples.length;
    },
    /** The last window is filled up with silence. */
    finish(): readonly Sound[] {
      if (filled > 0) {
        const whole = Math.ceil(filled / WINDOW) * WINDOW;
        classify(chunk.fill(0, filled, whole).subarray(0, whole));
      }
      return soundsOf(windows, Math.round((total * 1000) / RATE));
    },
  };
}

function ignore(): void {
  // See above.
}

expose(worker);
