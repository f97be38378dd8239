import { type CSSProperties, useEffect, useRef } from 'react';
import type { KeptAttempt } from '../domain/attempt.ts';
import styles from './Picture.module.css';
import type { Transport } from './transport.ts';

type PictureProps = {
  readonly attempt: Pick<KeptAttempt, 'segments'>;
  /** Null: its place is kept while the clip is read. */
  readonly transport: Transport | null;
  /** Hidden it goes on playing: the sound is the same element's. */
  readonly isHidden: boolean;
};

/** What was to be seen, over the strip. Its place is there before it: nothing jumps. */
export function Picture({ attempt, transport, isHidden }: PictureProps) {
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (frame.current === null || transport === null) return undefined;
    return transport.showIn(frame.current);
  }, [transport]);
  const size = attempt.segments.find(({ picture }) => picture !== undefined)?.picture;
  const ratio = size !== undefined && size.height > 0 ? size.width / size.height : 16 / 9;
  const style = { '--ratio': ratio } as CSSProperties;
  return <div ref={frame} className={styles['picture']} style={style} hidden={isHidden} />;
}
