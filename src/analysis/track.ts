/** Numbers of which more and more come, 4 bytes each: what a meter keeps of every frame until the end. */
export type Track = {
  readonly length: number;
  push(value: number): void;
  /** All of them, in a memory of their own. */
  values(): Float32Array<ArrayBuffer>;
};

export function createTrack(): Track {
  let values = new Float32Array(1024);
  let length = 0;
  return {
    get length() {
      return length;
    },
    push(value) {
      if (length === values.length) {
        const grown = new Float32Array(2 * length);
        grown.set(values);
        values = grown;
      }
      values[length] = value;
      length += 1;
    },
    values: () => values.slice(0, length),
  };
}
