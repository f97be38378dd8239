/** All places and steps count numbers in `memory`. What each means is in silero-kernel.wat. */
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

export type Kernel = {
  readonly memory: Float32Array;
  /** Multiplies `count` vectors with a matrix. */
  product(what: Product, count: number): void;
};

/** silero-kernel.wat, assembled: after a change `npx vitest run tests/node/silero.test.ts` says what to put here. */
export const KERNEL_BYTES =
  'AGFzbQEAAAABDwFgC39/f39/f39/f399AAMCAQAFAwEAIAcUAgZtZW1vcnkCAAdwcm9kdWN0AAAKuQUBtgUDAXsHfw17IAr9EyEL' +
  'A0AgAiEOIAAhESAEIQ0CQANAIA1BAkgNASAH/QAEACEUIAf9AAQQIRUgB/0ABCAhFiAH/QAEMCEXIBQhGCAVIRkgFiEaIBchGyAF' +
  'IRAgDiADaiEPIBEgAWohEiAOIAlBAnRqIQwDQCAQ/QAEACEcIBD9AAQQIR0gEP0ABCAhHiAQ/QAEMCEfIA79CQIAIRMgFCAcIBP9' +
  '5gH95AEhFCAVIB0gE/3mAf3kASEVIBYgHiAT/eYB/eQBIRYgFyAfIBP95gH95AEhFyAP/QkCACETIBggHCAT/eYB/eQBIRggGSAd' +
  'IBP95gH95AEhGSAaIB4gE/3mAf3kASEaIBsgHyAT/eYB/eQBIRsgEEHAAGohECAOQQRqIQ4gD0EEaiEPIA4gDEkNAAsgESALIBT9' +
  '6QH9CwQAIBEgCyAV/ekB/QsEECARIAsgFv3pAf0LBCAgESALIBf96QH9CwQwIBIgCyAY/ekB/QsEACASIAsgGf3pAf0LBBAgEiAL' +
  'IBr96QH9CwQgIBIgCyAb/ekB/QsEMCANQQJrIQ0gDiAJQQJ0ayADQQF0aiEOIBEgAUEBdGohEQwACwsgDQRAIAf9AAQAIRQgB/0A' +
  'BBAhFSAH/QAEICEWIAf9AAQwIRcgBSEQIA4gCUECdGohDANAIA79CQIAIRMgFCAQ/QAEACAT/eYB/eQBIRQgFSAQ/QAEECAT/eYB' +
  '/eQBIRUgFiAQ/QAEICAT/eYB/eQBIRYgFyAQ/QAEMCAT/eYB/eQBIRcgEEHAAGohECAOQQRqIQ4gDiAMSQ0ACyARIAsgFP3pAf0L' +
  'BAAgESALIBX96QH9CwQQIBEgCyAW/ekB/QsEICARIAsgF/3pAf0LBDALIAUgBmohBSAHQcAAaiEHIABBwABqIQAgCEEQayEIIAhB' +
  'AEoNAAsL';

type Exports = {
  readonly memory: WebAssembly.Memory;
  product(...numbers: readonly number[]): void;
};

/** In WebAssembly, and where that or its SIMD is missing (a browser locked down) in JavaScript, several times slower. */
export function createKernel(): Kernel {
  return withWebAssembly() ?? withoutWebAssembly();
}

function withWebAssembly(): Kernel | null {
  let exports: Exports;
  try {
    const bytes = Uint8Array.from(atob(KERNEL_BYTES), (character) => character.charCodeAt(0));
    exports = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as unknown as Exports;
  } catch {
    return null;
  }
  return {
    memory: new Float32Array(exports.memory.buffer),
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
  };
}

/** Exported for its test. */
export function withoutWebAssembly(): Kernel {
  const memory = new Float32Array(2 ** 19);
  return {
    memory,
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
  };
}
