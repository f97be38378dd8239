import { MapPin } from 'lucide-react';
import { type Ms, timecode } from '../domain/timeline.ts';
import { Button, IconButton } from '../ui/Button.tsx';
import type { Playhead } from '../ui/playhead.ts';
import styles from './Moment.module.css';

type MomentProps = {
  /** What it is the moment of, for the names of both buttons. */
  readonly of: string;
  /** Null: none is cited. */
  readonly atMs: Ms | null;
  readonly playhead: Playhead;
  /** There is nothing to cite a moment for. */
  readonly isDisabled: boolean;
  readonly onCite: (atMs: Ms) => void;
};

/** Where something can be heard: plays the ten seconds around it, or takes the playhead as another moment. */
export function Moment({ of, atMs, playhead, isDisabled, onCite }: MomentProps) {
  return (
    <span className={styles['moment']}>
      {atMs !== null && <PlayMoment of={of} atMs={atMs} playhead={playhead} />}
      <IconButton
        label={`Cite this moment for ${of}`}
        icon={MapPin}
        disabled={isDisabled || !playhead.canPlay}
        onClick={() => onCite(playhead.now())}
      />
    </span>
  );
}

type PlayMomentProps = Pick<MomentProps, 'of' | 'playhead'> & { readonly atMs: Ms };

/** Plays the ten seconds around it. */
export function PlayMoment({ of, atMs, playhead }: PlayMomentProps) {
  return (
    <Button
      variant="plain"
      slim
      aria-label={`${timecode(atMs)}, cited for ${of}`}
      disabled={!playhead.canPlay}
      onClick={() => playhead.playAround(atMs)}
    >
      {timecode(atMs)}
    </Button>
  );
}
