import { useEffect, useRef } from 'react';
import { announce } from '../ui/announcer.tsx';
import { Button } from '../ui/Button.tsx';
import { Progress } from '../ui/Progress.tsx';
import { unmeasuredWords } from './delivery-words.ts';
import styles from './MeasuringState.module.css';
import type { Measuring } from './measuring.ts';

type MeasuringStateProps = {
  readonly measuring: Measuring;
  /** There is something older to show meanwhile. */
  readonly isMeasured: boolean;
};

/** How far the measuring is, and what can be done about it. Nothing waits for it. */
export function MeasuringState({ measuring, isMeasured }: MeasuringStateProps) {
  useAnnouncedEnd(measuring);
  switch (measuring.tag) {
    case 'waiting':
      return isMeasured ? null : (
        <div className={styles['state']}>
          <p className="muted">Not measured yet: its turn comes by itself.</p>
          <Button slim onClick={measuring.stop}>
            Stop
          </Button>
        </div>
      );
    case 'measuring':
      return (
        <div className={styles['state']}>
          <Progress label="Measuring the recording" value={measuring.progress} />
          <Button slim onClick={measuring.stop}>
            Stop
          </Button>
        </div>
      );
    case 'stopped':
      return (
        <div className={styles['state']}>
          <p className="muted">
            {isMeasured ? 'Measuring it anew was stopped; this is older.' : 'Measuring was stopped.'}
          </p>
          <Button slim onClick={measuring.start}>
            Measure now
          </Button>
        </div>
      );
    case 'failed':
      return (
        <div className={styles['state']}>
          <p>
            {measuring.why === null
              ? `Measuring broke off before its end.${isMeasured ? ' What is shown is older.' : ''}`
              : `The delivery ${unmeasuredWords(measuring.why)}.`}
          </p>
          <Button slim onClick={measuring.start}>
            Try again
          </Button>
        </div>
      );
    case 'done':
      return isMeasured ? null : <p className="muted">Not measured yet.</p>;
  }
}

/** What fills in by itself is said once, politely; a page that opens with it measured says nothing. */
function useAnnouncedEnd({ tag }: Measuring) {
  const before = useRef(tag);
  useEffect(() => {
    if (before.current === 'measuring' && tag === 'done') announce('The recording is measured.');
    before.current = tag;
  }, [tag]);
}
