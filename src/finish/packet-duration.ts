const OPUS_RATE = 48_000;

/**
 * Samples per frame at 48 kHz for each configuration number of a TOC byte (RFC 6716, section 3.1, table 2):
 * SILK, then hybrid, then CELT.
 */
const FRAME_SAMPLES: readonly number[] = [
  ...Array.from({ length: 3 }, () => [480, 960, 1920, 2880]).flat(),
  ...Array.from({ length: 2 }, () => [480, 960]).flat(),
  ...Array.from({ length: 4 }, () => [120, 240, 480, 960]).flat(),
];

/**
 * Seconds of sound in one Opus packet, read from its table-of-contents byte (RFC 6716, section 3.1).
 * WebM and Ogg carry no length of a packet, so this is the only way to know how long the last one is.
 */
export function opusDuration(packet: Uint8Array): number {
  const toc = packet[0];
  if (toc === undefined) return 0;
  const code = toc & 3;
  const frames = code === 0 ? 1 : code < 3 ? 2 : (packet[1] ?? 0) & 0x3f;
  return (frames * (FRAME_SAMPLES[toc >> 3] ?? 0)) / OPUS_RATE;
}

/** Seconds of sound in one AAC packet: always 1024 samples (ISO 14496-3). */
export function aacDuration(sampleRate: number): number {
  return 1024 / sampleRate;
}
