import { expose } from 'comlink';
import * as ort from 'onnxruntime-web/wasm';
import network from '../../node_modules/@ricky0123/vad-web/dist/silero_vad_v6.onnx?url';
import { decodeMono } from '../../src/analysis/decode.ts';
import { deliveryMeter } from '../../src/analysis/delivery.ts';
import { resampler } from '../../src/analysis/resample.ts';
import { createSilero, SILERO_STEP, type Silero } from '../../src/analysis/silero.ts';
import { loadSileroWeights } from '../../src/analysis/silero-weights.ts';

const CONTEXT = 64;
/** About as long as what a resampler gives for one packet. */
const BLOCK = 960;
const PIECE = 30 * 16_000;

/** At 16 kHz. */
let sound = new Float32Array();

const speeds = {
  /** Milliseconds to decode a clip and do nothing with it: what no analysis can be faster than. */
  async decode(clip: Blob): Promise<number> {
    const before = performance.now();
    for await (const _ of decodeMono(clip, () => undefined));
    return performance.now() - before;
  },

  /** Keeps the sound of a clip for what follows. */
  async hear(clip: Blob): Promise<void> {
    const blocks: Float32Array[] = [];
    const resampled = resampler((samples) => void blocks.push(samples.slice()));
    for await (const block of decodeMono(clip, () => undefined)) resampled.add(block);
    resampled.finish();
    sound = new Float32Array(blocks.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const block of blocks) {
      sound.set(block, at);
      at += block.length;
    }
  },

  /** The beginning of what was heard, as a WAV file at 16 kHz: to read it costs next to nothing. */
  async wav(seconds: number): Promise<Blob> {
    const samples = sound.subarray(0, seconds * 16_000);
    const header = new DataView(new ArrayBuffer(44));
    const bytes = 2 * samples.length;
    const write = (at: number, text: string) =>
      new Uint8Array(header.buffer).set(new TextEncoder().encode(text), at);
    write(0, 'RIFF');
    header.setUint32(4, 36 + bytes, true);
    write(8, 'WAVEfmt ');
    header.setUint32(16, 16, true);
    header.setUint16(20, 1, true);
    header.setUint16(22, 1, true);
    header.setUint32(24, 16_000, true);
    header.setUint32(28, 32_000, true);
    header.setUint16(32, 2, true);
    header.setUint16(34, 16, true);
    write(36, 'data');
    header.setUint32(40, bytes, true);
    return new Blob([header, Int16Array.from(samples, (sample) => Math.round(32_767 * sample))], {
      type: 'audio/wav',
    });
  },

  /** Milliseconds for all signal processing of what was heard. */
  async measure(): Promise<number> {
    const silero = createSilero(await loadSileroWeights());
    return allOf(silero, sound);
  },

  /**
   * Milliseconds for all signal processing, and for the voice alone by onnxruntime-web, of each 30 s of what was
   * heard, one right after the other: a machine that is busy for a while slows both.
   */
  async beside(): Promise<{ readonly all: readonly number[]; readonly reference: readonly number[] }> {
    const silero = createSilero(await loadSileroWeights());
    const voice = await openReference();
    const all: number[] = [];
    const reference: number[] = [];
    for (let at = 0; at + PIECE <= sound.length; at += PIECE) {
      const piece = sound.subarray(at, at + PIECE);
      all.push(allOf(silero, piece));
      reference.push(await voice(piece));
    }
    return { all, reference };
  },
};

function allOf(silero: Silero, samples: Float32Array): number {
  const before = performance.now();
  const meter = deliveryMeter(silero);
  for (let at = 0; at < samples.length; at += BLOCK) meter.add(samples.subarray(at, at + BLOCK));
  meter.finish(0);
  return performance.now() - before;
}

async function openReference(): Promise<(samples: Float32Array) => Promise<number>> {
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(await (await fetch(network)).arrayBuffer());
  const sr = new ort.Tensor('int64', BigInt64Array.of(16_000n), []);
  return async (samples) => {
    const window = new Float32Array(CONTEXT + SILERO_STEP);
    let state: ort.Tensor = new ort.Tensor('float32', new Float32Array(256), [2, 1, 128]);
    const before = performance.now();
    for (let at = 0; at < samples.length; at += SILERO_STEP) {
      window.copyWithin(0, SILERO_STEP);
      window.fill(0, CONTEXT);
      window.set(samples.subarray(at, at + SILERO_STEP), CONTEXT);
      const input = new ort.Tensor('float32', window, [1, window.length]);
      const { stateN } = await session.run({ input, state, sr });
      if (stateN === undefined) throw new Error('The network has other outputs');
      state = stateN;
    }
    return performance.now() - before;
  };
}

export type Speeds = typeof speeds;
expose(speeds);
