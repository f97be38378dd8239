import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import type { Plugin } from 'vite';
import { SILERO_LAYERS, SILERO_WEIGHTS, type SileroLayer } from '../src/analysis/silero.ts';

/*
 * The weights of Silero VAD v6 (MIT), out of the ONNX file that an npm package brings. That file holds two networks,
 * for 8 and for 16 kHz, in the two branches of an `If`, each with its weights as constants of the same names.
 */

const root = resolve(import.meta.dirname, '..');
const require = createRequire(import.meta.url);
/** The network as its makers publish it. */
export const sileroFile = require.resolve('@ricky0123/vad-web/dist/silero_vad_v6.onnx');
const sha256Known = '1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3';

/** What stands in a field of a protocol buffer; numbers of 4 and 8 bytes are not read, because none is wanted. */
type Field = { readonly number: number; readonly value: number | Buffer };

function* fieldsOf(message: Buffer): Generator<Field, void> {
  let at = 0;
  const varint = (): number => {
    let result = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = message.readUInt8(at);
      at += 1;
      result += (byte & 127) * factor;
      if (byte < 128) return result;
    }
  };
  while (at < message.length) {
    const key = varint();
    const [number, wire] = [Math.floor(key / 8), key & 7];
    if (wire === 0) yield { number, value: varint() };
    else if (wire === 1) at += 8;
    else if (wire === 5) at += 4;
    else if (wire === 2) {
      const length = varint();
      yield { number, value: message.subarray(at, at + length) };
      at += length;
    } else throw new Error(`Not a protocol buffer: wire type ${wire}`);
  }
}

function messages(message: Buffer, number: number): readonly Buffer[] {
  return [...fieldsOf(message)].flatMap((field) =>
    field.number === number && typeof field.value !== 'number' ? [field.value] : [],
  );
}

/** The constants of the network for 16 kHz by name. The numbers of the fields are those of onnx.proto. */
function constantsOf(model: Buffer): ReadonlyMap<string, Float32Array> {
  const attributesOf = (graph: Buffer) => messages(graph, 1).flatMap((node) => messages(node, 5));
  const branches = messages(model, 7)
    .flatMap(attributesOf)
    .filter((attribute) => messages(attribute, 1).join() === 'then_branch')
    .flatMap((attribute) => messages(attribute, 6));
  const tensors = branches.flatMap(attributesOf).flatMap((attribute) => messages(attribute, 5));
  return new Map(
    tensors.map((tensor) => {
      const raw = Buffer.concat(messages(tensor, 9));
      // A copy, because a view of floats must begin at a multiple of 4 bytes.
      const values = new Float32Array(new Uint8Array(raw).buffer, 0, Math.floor(raw.length / 4));
      return [messages(tensor, 8).join(), values];
    }),
  );
}

/** Where in the tensor of a layer the weight of a row and a column stands. */
function placeOf({ taps, channels, kernel }: SileroLayer, row: number, column: number): number {
  const tap = (taps[0] ?? 0) + Math.floor(column / channels);
  return (row * channels + (column % channels)) * kernel + tap;
}

/** The weights as `createSilero` takes them; its `SILERO_LAYERS` tells the order. Throws when the file is another. */
export function readSileroWeights(): Float32Array<ArrayBuffer> {
  const file = readFileSync(sileroFile);
  const sha256 = createHash('sha256').update(file).digest('hex');
  if (sha256 !== sha256Known)
    throw new Error(`${sileroFile} is not the file whose weights are known: its SHA-256 is ${sha256}.`);
  const tensors = constantsOf(file);
  const tensor = (name: string, length: number): Float32Array => {
    const values = tensors.get(name);
    if (values?.length !== length)
      throw new Error(`There is no ${name} of ${length} numbers in ${sileroFile}.`);
    return values;
  };
  const weights = new Float32Array(SILERO_WEIGHTS);
  let at = 0;
  for (const layer of SILERO_LAYERS) {
    const { rows, channels, taps, kernel, abreast } = layer;
    const columns = channels * taps.length;
    const given = tensor(layer.weight, rows * channels * kernel);
    for (let first = 0; first < rows; first += abreast)
      for (let column = 0; column < columns; column += 1)
        for (let row = first; row < first + abreast; row += 1) {
          weights[at] = given[placeOf(layer, row, column)] ?? 0;
          at += 1;
        }
    const biases = layer.biases.map((name) => tensor(name, rows));
    if (biases.length > 0)
      for (let row = 0; row < rows; row += 1) {
        weights[at] = biases.reduce((sum, bias) => sum + (bias[row] ?? 0), 0);
        at += 1;
      }
  }
  if (at !== weights.length) throw new Error(`${at} weights were laid out instead of ${weights.length}.`);
  return weights;
}

/** The weights as a file, so that Vite treats them like any other asset: named by its content, never inlined. */
function weightsFile(): string {
  const folder = resolve(root, 'node_modules/.cache/talkthrough');
  const bytes = new Uint8Array(readSileroWeights().buffer);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const path = resolve(folder, `silero-${sha256.slice(0, 12)}.bin`);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  // Renamed into place, because a worker's build and the page's run at the same time.
  const unfinished = `${path}.${process.pid}`;
  writeFileSync(unfinished, bytes);
  renameSync(unfinished, path);
  return path;
}

/** Gives `virtual:silero-weights`, the address of the weights, to builds, the dev server and Vitest. */
export function sileroWeights(): Plugin {
  let file: string | undefined;
  return {
    name: 'silero-weights',
    enforce: 'pre',
    resolveId(id) {
      if (id !== 'virtual:silero-weights') return undefined;
      file ??= weightsFile();
      return `${file}?url`;
    },
  };
}
