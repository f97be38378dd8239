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
 * Two real samples are packed into one complex one, half the size (Press et al., Numerical Recipes, 12.3); an even
 * sequence is packed once more, as for a cosine transform (12.4).
 *
 * @param size a power of two, at least 4
 */
export function createFft(size: number): Fft {
  const half = size / 2;
  const quarter = size / 4;
  const part = complexFft(quarter);
  const whole = complexFft(half);
  const cos = Float64Array.from({ length: half }, (_, k) => Math.cos((2 * Math.PI * k) / size));
  const sin = Float64Array.from({ length: half }, (_, k) => Math.sin((2 * Math.PI * k) / size));
  const folded = new Float64Array(half);

  return {
    size,
    power(samples, out) {
      const { re, im, reversed } = whole;
      for (let k = 0; k < half; k += 1) {
        const to = reversed[k] as number;
        re[to] = samples[2 * k] as number;
        im[to] = samples[2 * k + 1] as number;
      }
      whole.transform();
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
      const first = given[0] as number;
      const last = given[half] as number;
      // Of a real sequence half as long, whose transform holds the values of even numbers, and the steps between the odd.
      let odd = first - last;
      folded[0] = first + last;
      folded[quarter] = 2 * (given[quarter] as number);
      for (let k = 1; k < quarter; k += 1) {
        const a = given[k] as number;
        const b = given[half - k] as number;
        const across = 2 * (sin[k] as number) * (a - b);
        folded[k] = a + b - across;
        folded[half - k] = a + b + across;
        odd += 2 * (cos[k] as number) * (a - b);
      }
      const { re, im, reversed } = part;
      for (let k = 0; k < quarter; k += 1) {
        const to = reversed[k] as number;
        re[to] = folded[2 * k] as number;
        im[to] = folded[2 * k + 1] as number;
      }
      part.transform();
      const re0 = re[0] as number;
      const im0 = im[0] as number;
      out[0] = re0 + im0;
      out[half] = re0 - im0;
      out[1] = odd;
      for (let k = 1; k < quarter; k += 1) {
        const m = quarter - k;
        const evenRe = ((re[k] as number) + (re[m] as number)) / 2;
        const evenIm = ((im[k] as number) - (im[m] as number)) / 2;
        const oddRe = ((im[k] as number) + (im[m] as number)) / 2;
        const oddIm = ((re[m] as number) - (re[k] as number)) / 2;
        const c = cos[2 * k] as number;
        const s = sin[2 * k] as number;
        out[2 * k] = evenRe + oddRe * c + oddIm * s;
        odd -= evenIm + oddIm * c - oddRe * s;
        out[2 * k + 1] = odd;
      }
    },
  };
}

/** A transform in place of what stands in `re` and `im`, number k at `reversed[k]`. */
type ComplexFft = {
  readonly re: Float64Array;
  readonly im: Float64Array;
  readonly reversed: Uint32Array;
  readonly transform: () => void;
};

/** Radix 4: two stages of radix 2 at a time, which fetch and store half as often. */
function complexFft(size: number): ComplexFft {
  const bits = Math.log2(size);
  if (!Number.isInteger(bits) || bits < 0) throw new RangeError(`Not a power of two from 4 on: ${4 * size}`);
  const re = new Float64Array(size);
  const im = new Float64Array(size);
  const reversed = Uint32Array.from({ length: size }, (_, index) => {
    let result = 0;
    for (let bit = 0; bit < bits; bit += 1) result |= ((index >> bit) & 1) << (bits - 1 - bit);
    return result;
  });
  /** A quarter of the span of each stage. */
  const wings: number[] = [];
  for (let wing = bits % 2 === 0 ? 1 : 2; 4 * wing <= size; wing *= 4) wings.push(wing);
  /** cos and sin of one, two and three times 2πk / span, for each stage after the other. */
  const turns = Float64Array.from(
    wings.flatMap((wing) =>
      Array.from({ length: wing }, (_, k) =>
        // In bit-reversed order the second quarter is turned twice as far as the third.
        [2, 1, 3].flatMap((times) => {
          const angle = (2 * Math.PI * times * k) / (4 * wing);
          return [Math.cos(angle), Math.sin(angle)];
        }),
      ).flat(),
    ),
  );

  return {
    re,
    im,
    reversed,
    transform() {
      if (bits % 2 === 1) pairs(re, im);
      let turn = 0;
      for (const wing of wings) {
        stage(re, im, wing, turns, turn);
        turn += 6 * wing;
      }
    },
  };
}

/** The first stage of radix 2, which turns nothing. The indexes are within bounds by construction, here and below. */
function pairs(re: Float64Array, im: Float64Array): void {
  for (let a = 0; a < re.length; a += 2) {
    const re0 = re[a] as number;
    const im0 = im[a] as number;
    const re1 = re[a + 1] as number;
    const im1 = im[a + 1] as number;
    re[a] = re0 + re1;
    im[a] = im0 + im1;
    re[a + 1] = re0 - re1;
    im[a + 1] = im0 - im1;
  }
}

function stage(
  re: Float64Array,
  im: Float64Array,
  wing: number,
  turns: Float64Array,
  firstTurn: number,
): void {
  for (let start = 0; start < re.length; start += 4 * wing)
    for (let k = 0, turn = firstTurn; k < wing; k += 1, turn += 6) {
      const a = start + k;
      const b = a + wing;
      const c = b + wing;
      const d = c + wing;
      const cos1 = turns[turn] as number;
      const sin1 = turns[turn + 1] as number;
      const cos2 = turns[turn + 2] as number;
      const sin2 = turns[turn + 3] as number;
      const cos3 = turns[turn + 4] as number;
      const sin3 = turns[turn + 5] as number;
      const reB = re[b] as number;
      const imB = im[b] as number;
      const reC = re[c] as number;
      const imC = im[c] as number;
      const reD = re[d] as number;
      const imD = im[d] as number;
      const re0 = re[a] as number;
      const im0 = im[a] as number;
      const re1 = reB * cos1 + imB * sin1;
      const im1 = imB * cos1 - reB * sin1;
      const re2 = reC * cos2 + imC * sin2;
      const im2 = imC * cos2 - reC * sin2;
      const re3 = reD * cos3 + imD * sin3;
      const im3 = imD * cos3 - reD * sin3;
      const reSum = re0 + re1;
      const imSum = im0 + im1;
      const reGap = re0 - re1;
      const imGap = im0 - im1;
      const reSum2 = re2 + re3;
      const imSum2 = im2 + im3;
      const reGap2 = re2 - re3;
      const imGap2 = im2 - im3;
      re[a] = reSum + reSum2;
      im[a] = imSum + imSum2;
      re[b] = reGap + imGap2;
      im[b] = imGap - reGap2;
      re[c] = reSum - reSum2;
      im[c] = imSum - imSum2;
      re[d] = reGap - imGap2;
      im[d] = imGap + reGap2;
    }
}
