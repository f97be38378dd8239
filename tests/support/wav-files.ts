/** A WAV file in any of the ways there are. */
export type WavShape = {
  readonly rate?: number;
  readonly channels?: number;
  readonly bits?: 8 | 16 | 24 | 32;
  readonly isFloat?: boolean;
  readonly isExtensible?: boolean;
  /** In the place of the true sizes of the file and of its sound. */
  readonly riffSize?: number;
  readonly dataSize?: number;
  /** Between the format and the sound. */
  readonly chunks?: readonly (readonly [id: string, bytes: Buffer])[];
};

/** @param samples mono, −1…1, the same in every channel */
export function wavFile(samples: Float32Array, shape: WavShape = {}): Buffer {
  const { rate = 16_000, channels = 1, bits = 16, isFloat = false, isExtensible = false } = shape;
  const frame = channels * (bits / 8);
  const sound = Buffer.alloc(samples.length * frame);
  samples.forEach((sample, index) => {
    for (let at = index * frame; at < (index + 1) * frame; at += bits / 8)
      if (isFloat) sound.writeFloatLE(sample, at);
      else if (bits === 8) sound.writeUInt8(Math.round(128 + 127 * sample), at);
      else sound.writeIntLE(Math.round(sample * (2 ** (bits - 1) - 1)), at, bits / 8);
  });
  const format = Buffer.alloc(isExtensible ? 40 : 16);
  const tag = isFloat ? 3 : 1;
  format.writeUInt16LE(isExtensible ? 0xff_fe : tag, 0);
  format.writeUInt16LE(channels, 2);
  format.writeUInt32LE(rate, 4);
  format.writeUInt32LE(rate * frame, 8);
  format.writeUInt16LE(frame, 12);
  format.writeUInt16LE(bits, 14);
  if (isExtensible) {
    format.writeUInt16LE(22, 16);
    format.writeUInt16LE(bits, 18);
    format.writeUInt32LE(2 ** channels - 1, 20);
    Buffer.from([tag, 0, 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71]).copy(format, 24);
  }
  const body = Buffer.concat([
    Buffer.from('WAVE'),
    chunk('fmt ', format),
    ...(shape.chunks ?? []).map(([id, bytes]) => chunk(id, bytes)),
    chunk('data', sound, shape.dataSize),
  ]);
  return chunk('RIFF', body, shape.riffSize);
}

function chunk(id: string, bytes: Buffer, size = bytes.length): Buffer {
  const head = Buffer.alloc(8);
  head.write(id, 'latin1');
  head.writeUInt32LE(size, 4);
  return Buffer.concat([head, bytes, Buffer.alloc(bytes.length % 2)]);
}
