import { useEffect, useRef } from 'react';
import type { RecordKind } from '../domain/picture.ts';
import { classes } from '../ui/classes.ts';
import styles from './PicturePreview.module.css';

type PicturePreviewProps = {
  readonly stream: MediaStream;
  readonly record: RecordKind;
  readonly className?: string | undefined;
};

/** What the camera sees, as in a mirror, or what is shown of the screen. The recording is not mirrored. */
export function PicturePreview({ stream, record, className }: PicturePreviewProps) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (video.current !== null) video.current.srcObject = stream;
  }, [stream]);
  return (
    <video
      ref={video}
      autoPlay
      muted
      playsInline
      aria-label={record === 'camera' ? 'Camera preview' : 'Screen preview'}
      className={classes(styles['preview'], record === 'camera' && styles['mirror'], className)}
    />
  );
}
