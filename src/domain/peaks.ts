import type { AttemptId } from './ids.ts';
import type { Ms } from './timeline.ts';

/**
 * The envelope of a clip for drawing: the lowest and highest sample of each bucket, −127…127 for −1…1.
 * These are the finest level; coarser ones are worked out for drawing (analysis/peaks.ts, `summarise`).
 * Derived: may be deleted at any time and made again.
 */
export type Peaks = {
  readonly attemptId: AttemptId;
  readonly version: number;
  readonly bucketMs: Ms;
  readonly min: Int8Array<ArrayBuffer>;
  readonly max: Int8Array<ArrayBuffer>;
};
