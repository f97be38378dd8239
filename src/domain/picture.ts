/** What a take records: always the voice, and beside it a picture where one is wanted. */
export const RECORD_KINDS = ['audio', 'camera', 'screen'] as const;
export type RecordKind = (typeof RECORD_KINDS)[number];

export const RECORD_LABELS: Readonly<Record<RecordKind, string>> = {
  audio: 'Audio',
  camera: 'Audio and camera',
  screen: 'Audio and screen',
};

export type PictureSource = Exclude<RecordKind, 'audio'>;

/** The picture of a segment: where it came from, and its size in pixels when the segment began. */
export type SegmentPicture = {
  readonly source: PictureSource;
  readonly width: number;
  readonly height: number;
};

/** Ample for speech. */
export const SOUND_BITS_PER_SECOND = 64_000;
/** A face or a drawing at 720 lines; more would mostly fill the disk. */
export const PICTURE_BITS_PER_SECOND = 1_500_000;

/** What an hour takes on disk, at the bit rates that encoders are asked for. */
export function bytesPerHour(kind: RecordKind): number {
  const bits = SOUND_BITS_PER_SECOND + (kind === 'audio' ? 0 : PICTURE_BITS_PER_SECOND);
  return (bits / 8) * 3600;
}
