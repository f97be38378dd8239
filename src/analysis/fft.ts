/** Transforms of one size. They work in memory of their own and allocate nothing, so that one serves a whole clip. */
export type Fft = {
  readonly size: number;
  /**
   * The power spectrum |X[k]|² of `size` real samples.
   *
   * @param out `size / 2 + 1` values, from 0 Hz to half the sampling rate
   */
  power(samples: ArrayLike<number>, out: Float64Array): void;
  /**
   * The discrete Fourier transform of a real sequence that is the same backwards, x[k] = x[size − k]: real,
   * too. Of a power spectrum it gives `size` times the (circular) autocorrelation.
   *
   * @param half its first `size / 2 + 1` values
   * @param out `size / 2 + 1` values
   */
  even(half: ArrayLike<number>, out: Float64Array): void;
};

/**
 * Radix 2, two passes at a time, two real samples packed into one complex one, half the size (Press et al.,
 * Numerical Recipes, 12.3).
 *
 * @param size a power of two, at least 4
 */
export function createFft(size: number): Fft {
  const half = size / 2;
  const bits = Math.log2(half);
  if (!Number.isInteger(bits) || bits < 1) throw new RangeError(`Not a power of two from 4 on: ${size}`);
  const re = new Float64Array(half);
  const im = new Float64Array(half);
  const reversed = Uint32Array.from({ length: half }, (_, index) => {
    let result = 0;
    for (let bit = 0; bit < bits; bit += 1) result |= ((index >> bit) & 1) << (bits - 1 - bit);
    return result;
  });
  // cos and sin of 2πk/size: each second one serves the butterflies.
  const cos = Float64Array.from({ length: half }, (_, k) => Math.cos((2 * Math.PI * k) / size));
  const sin = Float64Array.from({ length: half }, (_, k) => Math.sin((2 * Math.PI * k) / size));

  /**
   * Of what stands in `re` and `im` in bit-reversed order. Two passes are made at once: half as often is everything
   * read and written. The indexes are within bounds by construction.
   */
  function transform(): void {
    let wing = 1;
    // A pass by itself, where their number is odd; its turns are by nothing.
    if (bits % 2 === 1) {
      for (let a = 0; a < half; a += 2) {
        const reA = re[a] as number;
        const imA = im[a] as number;
        const reB = re[a + 1] as number;
        const imB = im[a + 1] as number;
        re[a] = reA + reB;
        im[a] = imA + imB;
        re[a + 1] = reA - reB;
        im[a + 1] = imA - imB;
      }
      wing = 2;
    }
    for (; wing < half; wing *= 4) {
      const stride = size / (4 * wing);
      for (let k = 0; k < wing; k += 1) {
        const c1 = cos[2 * k * stride] as number;
        const s1 = sin[2 * k * stride] as number;
        const c2 = cos[k * stride] as number;
        const s2 = sin[k * stride] as number;
        for (let a = k; a < half; a += 4 * wing) {
          const b = a + wing;
          const c = b + wing;
          const d = c + wing;
          const reB = re[b] as number;
          const imB = im[b] as number;
          const reD = re[d] as number;
          const imD = im[d] as number;
          const xB = reB * c1 + imB * s1;
          const yB = imB * c1 - reB * s1;
          const xD = reD * c1 + imD * s1;
          const yD = imD * c1 - reD * s1;
          const reA = re[a] as number;
          const imA = im[a] as number;
          const reC = re[c] as number;
          const imC = im[c] as number;
          const sumX = reC + xD;
          const sumY = imC + yD;
          const differenceX = reC - xD;
          const differenceY = imC - yD;
          const xC = sumX * c2 + sumY * s2;
          const yC = sumY * c2 - sumX * s2;
          // Turned by another 90 degrees.
          const x = differenceY * c2 - differenceX * s2;
          const y = -differenceX * c2 - differenceY * s2;
          re[a] = reA + xB + xC;
          im[a] = imA + yB + yC;
          re[b] = reA - xB + x;
          im[b] = imA - yB + y;
          re[c] = reA + xB - xC;
          im[c] = imA + yB - yC;
          re[d] = reA - xB - x;
          im[d] = imA - yB - y;
        }
      }
    }
  }

  return {
    size,
    power(samples, out) {
      for (let k = 0; k < half; k += 1) {
        const to = reversed[k] as number;
        re[to] = samples[2 * k] as number;
        im[to] = samples[2 * k + 1] as number;
      }
      transform();
      const re0 = re[0] as number;
      const im0 = im[0] as number;
      out[0] = (re0 + im0) ** 2;
      out[half] = (re0 - im0) ** 2;
      for (let k = 1; k < half; k += 1) {
        const m = half - k;
        const evenRe = ((re[k] as number) + (re[m] as number)) / 2;
        const evenIm = ((im[k] as number) - (im[m] as number)) / 2;
        const oddRe = ((im[k] as number) + (im[m] as number)) / 2;
        const oddIm = ((re[m] as number) - (re[k] as number)) / 2;
        const c = cos[k] as number;
        const s = sin[k] as number;
        const x = evenRe + oddRe * c + oddIm * s;
        const y = evenIm + oddIm * c - oddRe * s;
        out[k] = x * x + y * y;
      }
    },
    even(given, out) {
      for (let k = 0; k < half; k += 1) {
        const to = reversed[k] as number;
        const first = 2 * k;
        const second = first + 1;
        re[to] = given[first <= half ? first : size - first] as number;
        im[to] = given[second <= half ? second : size - second] as number;
      }
      transform();
      const re0 = re[0] as number;
      const im0 = im[0] as number;
      out[0] = re0 + im0;
      out[half] = re0 - im0;
      // A transform that is known to be real: only the real parts are put together.
      for (let k = 1; k < half; k += 1) {
        const m = half - k;
        const evenRe = ((re[k] as number) + (re[m] as number)) / 2;
        const oddRe = ((im[k] as number) + (im[m] as number)) / 2;
        const oddIm = ((re[m] as number) - (re[k] as number)) / 2;
        out[k] = evenRe + oddRe * (cos[k] as number) + oddIm * (sin[k] as number);
      }
    },
  };
}
