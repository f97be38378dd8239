import { createFft } from './fft.ts';

/** Places and steps count numbers in `memory`. kernel.wat says what each is. */
export type Product = {
  readonly to: number;
  readonly toStep: number;
  readonly from: number;
  readonly fromStep: number;
  readonly weights: number;
  readonly blockStep: number;
  readonly bias: number;
  readonly rows: number;
  readonly columns: number;
  readonly floor: number;
};

/** Takes the spectra of four stretches of sound, `hop` apart, the first at `from`, and writes them to `to`. */
export type Spectra = (from: number, to: number) => void;

export type SpectraOptions = {
  /** As many numbers as the transform has, a power of two from 8 on. */
  readonly window: Float64Array;
  readonly hop: number;
  /** From one spectrum of `window.length / 2 + 1` values to the next. */
  readonly toStep: number;
  /** Squares of the magnitudes, or these themselves. */
  readonly values: 'power' | 'magnitude';
};

/** Arithmetic of one thread on a memory of its own. */
export type Kernel = {
  readonly memory: Float32Array;
  /** Gives away so much of the memory, for good; it holds zeros. */
  place(length: number): number;
  /** Multiplies `count` vectors with a matrix. */
  product(what: Product, count: number): void;
  spectra(options: SpectraOptions): Spectra;
  /** One step of an LSTM: where its 512 gates, its 128 cells and what they show are, and the weights of their sum. */
  remember(gates: number, cells: number, hidden: number, weights: number): number;
};

/** kernel.wat, assembled: after a change its test says what to put here. */
export const KERNEL_BYTES =
  'AGFzbQEAAAABMAVgC39/f39/f39/f399AGAKf39/f39/f39/fwBgBH9/f3sAYAF7AXtgBH9/f38BfQMHBgABAgMDBAUDAQAABykE' +
  'Bm1lbW9yeQIAB3Byb2R1Y3QAAAdzcGVjdHJhAAEIcmVtZW1iZXIABQqOEga2BQMBewd/DXsgCv0TIQsDQCACIQ4gACERIAQhDQJA' +
  'A0AgDUECSA0BIAf9AAQAIRQgB/0ABBAhFSAH/QAEICEWIAf9AAQwIRcgFCEYIBUhGSAWIRogFyEbIAUhECAOIANqIQ8gESABaiES' +
  'IA4gCUECdGohDANAIBD9AAQAIRwgEP0ABBAhHSAQ/QAEICEeIBD9AAQwIR8gDv0JAgAhEyAUIBwgE/3mAf3kASEUIBUgHSAT/eYB' +
  '/eQBIRUgFiAeIBP95gH95AEhFiAXIB8gE/3mAf3kASEXIA/9CQIAIRMgGCAcIBP95gH95AEhGCAZIB0gE/3mAf3kASEZIBogHiAT' +
  '/eYB/eQBIRogGyAfIBP95gH95AEhGyAQQcAAaiEQIA5BBGohDiAPQQRqIQ8gDiAMSQ0ACyARIAsgFP3pAf0LBAAgESALIBX96QH9' +
  'CwQQIBEgCyAW/ekB/QsEICARIAsgF/3pAf0LBDAgEiALIBj96QH9CwQAIBIgCyAZ/ekB/QsEECASIAsgGv3pAf0LBCAgEiALIBv9' +
  '6QH9CwQwIA1BAmshDSAOIAlBAnRrIANBAXRqIQ4gESABQQF0aiERDAALCyANBEAgB/0ABAAhFCAH/QAEECEVIAf9AAQgIRYgB/0A' +
  'BDAhFyAFIRAgDiAJQQJ0aiEMA0AgDv0JAgAhEyAUIBD9AAQAIBP95gH95AEhFCAVIBD9AAQQIBP95gH95AEhFSAWIBD9AAQgIBP9' +
  '5gH95AEhFiAXIBD9AAQwIBP95gH95AEhFyAQQcAAaiEQIA5BBGohDiAOIAxJDQALIBEgCyAU/ekB/QsEACARIAsgFf3pAf0LBBAg' +
  'ESALIBb96QH9CwQgIBEgCyAX/ekB/QsEMAsgBSAGaiEFIAdBwABqIQcgAEHAAGohACAIQRBrIQggCEEASg0ACwvVCAQFfwJ7Bn8M' +
  'eyAEIANBBHRqIQ4gACABaiEKIAogAWohCyALIAFqIQwgBSENIAUgA0EBdGohFgNAIAogAP1dAwD9VwMAASEPIAwgC/1dAwD9VwMA' +
  'ASEQIAQgDSgCAGohESARIA8gEP0NAAECAwgJCgsQERITGBkaGyAC/QkCAP3mAf0LBAAgESAPIBD9DQQFBgcMDQ4PFBUWFxwdHh8g' +
  'Av0JAgT95gH9CwQQIABBCGohACAKQQhqIQogC0EIaiELIAxBCGohDCACQQhqIQIgDUEEaiENIA0gFkkNAAsgBCERA0AgEf0ABAAh' +
  'GSAR/QAEECEaIBH9AAQgIRsgEf0ABDAhHCAR/QAEQCEdIBH9AARQIR4gEf0ABGAhHyAR/QAEcCEgIBkgG/3kASEhIBogHP3kASEi' +
  'IBkgG/3lASEZIBogHP3lASEaIB0gH/3kASEbIB4gIP3kASEcIB0gH/3lASEdIB4gIP3lASEeIBEgISAb/eQB/QsEACARICIgHP3k' +
  'Af0LBBAgESAZIB795AH9CwQgIBEgGiAd/eUB/QsEMCARICEgG/3lAf0LBEAgESAiIBz95QH9CwRQIBEgGSAe/eUB/QsEYCARIBog' +
  'Hf3kAf0LBHAgEUGAAWohESARIA5JDQALQYABIRMgAyEUAkADQCAEIREgBCATaiAOTw0BA0AgESATaiESIBIhFiAGIRUDQCAV/QkC' +
  'ACEXIBX9CQIEIRggEf0ABAAhGSAR/QAEECEaIBL9AAQAIRsgEv0ABBAhHCAbIBf95gEgHCAY/eYB/eQBISEgHCAX/eYBIBsgGP3m' +
  'Af3lASEiIBEgGSAh/eQB/QsEACARIBogIv3kAf0LBBAgEiAZICH95QH9CwQAIBIgGiAi/eUB/QsEECAVIBRqIRUgEkEgaiESIBFB' +
  'IGohESARIBZJDQALIBIhESARIA5JDQALIBNBAXQhEyAUQQF2IRQMAAsLIAT9AAQAIRkgBP0ABBAhGiAZIBr95AEhISAZIBr95QEh' +
  'IiAHIQ0gByADQQF0aiEWIA0gCCAJICEgIf3mARACIBYgCCAJICIgIv3mARACIAQhESAOIRIgBiEVA0AgEUEgaiERIBJBIGshEiAN' +
  'QQRqIQ0gFkEEayEWIBVBCGohFSAV/QkCAEMAAAA//RP95gEhFyAV/QkCBEMAAAA//RP95gEhGCAR/QAEACEZIBH9AAQQIRogEv0A' +
  'BAAhGyAS/QAEECEcIBkgG/3kAUMAAAA//RP95gEhHSAaIBz95QFDAAAAP/0T/eYBIR4gGiAc/eQBIR8gGyAZ/eUBISAgHyAX/eYB' +
  'ICAgGP3mAf3kASEhICAgF/3mASAfIBj95gH95QEhIiAdICH95AEhGSAeICL95AEhGiAdICH95QEhGyAeICL95QEhHCANIAggCSAZ' +
  'IBn95gEgGiAa/eYB/eQBEAIgFiAIIAkgGyAb/eYBIBwgHP3mAf3kARACIA0gFkkNAAsLRwAgAgRAIAP94wEhAwsgACAD/VoCAAAg' +
  'ACABaiEAIAAgA/1aAgABIAAgAWohACAAIAP9WgIAAiAAIAFqIQAgACAD/VoCAAML3wEBAnsgAEM7qri//RP95gFDAAD8Qv0T/egB' +
  'QwAA/ML9E/3pASEAIAD9aiEBIAAgAf3lASECQ4mEITn9EyEAIAAgAv3mAUP/w646/RP95AEhACAAIAL95gFDW5UdPP0T/eQBIQAg' +
  'ACAC/eYBQ0dYYz39E/3kASEAIAAgAv3mAUPw/XU+/RP95AEhACAAIAL95gFDGHIxP/0T/eQBIQAgACAC/eYBQwAAgD/9E/3kASEA' +
  'IAH9+AFB/wD9Ef2uAUEX/asBIQFDAACAP/0TQwAAgD/9EyAAIAH95gH95AH95wELHgAgACAA/eQBEAMhACAAIAD95AFDAACAP/0T' +
  '/eUBC7QBAgF/AnsgAEGABGohBANAIAD9AASABBADIAH9AAQA/eYBIAD9AAQAEAMgAP0ABIAIEAT95gH95AEhBSABIAX9CwQAIAD9' +
  'AASADBADIAUQBP3mASEFIAIgBf0LBAAgBiAD/QAEACAFQwAAAAD9E/3pAf3mAf3kASEGIABBEGohACABQRBqIQEgAkEQaiECIANB' +
  'EGohAyAAIARJDQALIAb9HwAgBv0fAZIgBv0fAiAG/R8DkpIL';

type Exports = {
  readonly memory: WebAssembly.Memory;
  product(...numbers: readonly number[]): void;
  spectra(...numbers: readonly number[]): void;
  remember(gates: number, cells: number, hidden: number, weights: number): number;
};

/**
 * In WebAssembly, and where that or its SIMD is missing (a browser locked down) in JavaScript, several times slower.
 *
 * @param numbers how many the memory has at least
 */
export function createKernel(numbers: number): Kernel {
  return withWebAssembly(numbers) ?? withoutWebAssembly(numbers);
}

const PAGE = 65_536;

function withWebAssembly(numbers: number): Kernel | null {
  let exports: Exports;
  try {
    const bytes = Uint8Array.from(atob(KERNEL_BYTES), (character) => character.charCodeAt(0));
    exports = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as unknown as Exports;
    exports.memory.grow(Math.ceil((4 * numbers) / PAGE));
  } catch {
    return null;
  }
  const memory = new Float32Array(exports.memory.buffer);
  const place = places(memory);
  return {
    memory,
    place,
    product({ to, toStep, from, fromStep, weights, blockStep, bias, rows, columns, floor }, count) {
      exports.product(
        4 * to,
        4 * toStep,
        4 * from,
        4 * fromStep,
        count,
        4 * weights,
        4 * blockStep,
        4 * bias,
        rows,
        columns,
        floor,
      );
    },
    spectra({ window, hop, toStep, values }) {
      const size = window.length;
      const pairs = size / 2;
      const bits = Math.log2(pairs);
      const at = { window: place(size), work: place(8 * pairs), order: place(pairs), turns: place(size) };
      memory.set(window, at.window);
      const order = new Uint32Array(memory.buffer, 4 * at.order, pairs);
      for (let pair = 0; pair < pairs; pair += 1) {
        let reversed = 0;
        for (let bit = 0; bit < bits; bit += 1) reversed |= ((pair >> bit) & 1) << (bits - 1 - bit);
        // Complex numbers of four lanes.
        order[pair] = 32 * reversed;
        memory[at.turns + 2 * pair] = Math.cos((2 * Math.PI * pair) / size);
        memory[at.turns + 2 * pair + 1] = Math.sin((2 * Math.PI * pair) / size);
      }
      const root = values === 'magnitude' ? 1 : 0;
      return (from, to) =>
        exports.spectra(
          4 * from,
          4 * hop,
          4 * at.window,
          size,
          4 * at.work,
          4 * at.order,
          4 * at.turns,
          4 * to,
          4 * toStep,
          root,
        );
    },
    remember: (gates, cells, hidden, weights) =>
      exports.remember(4 * gates, 4 * cells, 4 * hidden, 4 * weights),
  };
}

/** Exported for its test. */
export function withoutWebAssembly(numbers: number): Kernel {
  const memory = new Float32Array(numbers);
  return {
    memory,
    place: places(memory),
    product({ to, toStep, from, fromStep, weights, blockStep, bias, rows, columns, floor }, count) {
      for (let vector = 0; vector < count; vector += 1)
        for (let row = 0; row < rows; row += 1) {
          let sum = memory[bias + row] as number;
          let weight = weights + (row >> 4) * blockStep + (row & 15);
          const x = from + vector * fromStep;
          for (let column = 0; column < columns; column += 1, weight += 16)
            sum += (memory[x + column] as number) * (memory[weight] as number);
          memory[to + vector * toStep + row] = Math.max(floor, sum);
        }
    },
    spectra({ window, hop, toStep, values }) {
      const fft = createFft(window.length);
      const windowed = new Float64Array(window.length);
      const power = new Float64Array(window.length / 2 + 1);
      return (from, to) => {
        for (let stretch = 0; stretch < 4; stretch += 1) {
          for (let k = 0; k < window.length; k += 1)
            windowed[k] = (memory[from + stretch * hop + k] as number) * (window[k] as number);
          fft.power(windowed, power);
          memory.set(values === 'power' ? power : power.map(Math.sqrt), to + stretch * toStep);
        }
      };
    },
    remember(gates, cells, hidden, weights) {
      let sum = 0;
      for (let k = 0; k < 128; k += 1) {
        const [input, forget] = [sigmoid(memory[gates + k]), sigmoid(memory[gates + 128 + k])];
        const cell = forget * (memory[cells + k] ?? 0) + input * Math.tanh(memory[gates + 256 + k] ?? 0);
        const shown = sigmoid(memory[gates + 384 + k]) * Math.tanh(cell);
        memory[cells + k] = cell;
        memory[hidden + k] = shown;
        sum += Math.max(0, shown) * (memory[weights + k] ?? 0);
      }
      return sum;
    },
  };
}

function places(memory: Float32Array): Kernel['place'] {
  let used = 0;
  return (length) => {
    const at = used;
    // At multiples of 16 bytes, as vectors like it.
    used += Math.ceil(length / 4) * 4;
    if (used > memory.length) throw new RangeError(`The kernel has ${memory.length} numbers, not ${used}`);
    return at;
  };
}

export function sigmoid(x = 0): number {
  return 1 / (1 + Math.exp(-x));
}
