import { readFileSync } from 'node:fs';
import * as ort from 'onnxruntime-web/wasm';
import { sileroFile } from '../../scripts/silero-weights.ts';
import { SILERO_STEP } from '../../src/analysis/silero.ts';

const CONTEXT = 64;

/** The same network as its makers publish it, run by onnxruntime-web on one thread: what ours is compared with. */
export async function referenceSilero(): Promise<(samples: Float32Array) => Promise<Float32Array>> {
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(readFileSync(sileroFile));
  const sr = new ort.Tensor('int64', BigInt64Array.of(16_000n), []);
  return async (samples) => {
    const found = new Float32Array(Math.ceil(samples.length / SILERO_STEP));
    const window = new Float32Array(CONTEXT + SILERO_STEP);
    let state: ort.Tensor = new ort.Tensor('float32', new Float32Array(256), [2, 1, 128]);
    for (let step = 0; step < found.length; step += 1) {
      window.copyWithin(0, SILERO_STEP);
      window.fill(0, CONTEXT);
      window.set(samples.subarray(step * SILERO_STEP, (step + 1) * SILERO_STEP), CONTEXT);
      const input = new ort.Tensor('float32', window, [1, window.length]);
      const { output, stateN } = await session.run({ input, state, sr });
      if (output === undefined || stateN === undefined) throw new Error('The network has other outputs');
      found[step] = (output.data as Float32Array)[0] ?? Number.NaN;
      state = stateN;
    }
    return found;
  };
}
