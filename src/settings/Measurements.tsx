import { useEffect, useState } from 'react';
import { DELIVERY_VERSION } from '../analysis/client.ts';
import type { AttemptId } from '../domain/ids.ts';
import { plural } from '../domain/timeline.ts';
import type { Archive } from '../storage/archive.ts';
import { StorageError, type StorageFault } from '../storage/errors.ts';
import { announce } from '../ui/announcer.tsx';
import { Button } from '../ui/Button.tsx';
import { ConfirmDialog } from '../ui/Dialog.tsx';
import { Progress } from '../ui/Progress.tsx';
import { refocus } from '../ui/refocus.ts';
import styles from './DataSettings.module.css';
import type { Sound } from './space.ts';

/** The measuring in the background, as far as this screen has to do with it. */
export type Background = {
  /** What this tab is at. @see Measuring: 0 to 1 */
  readonly now: {
    readonly kind: 'delivery' | 'sounds';
    readonly id: AttemptId;
    readonly progress: number;
  } | null;
  readonly isStopped: boolean;
  /** Why it ended without having been stopped. */
  readonly fault: StorageFault | 'broken' | null;
  readonly stop: () => void;
  readonly start: () => void;
  /** Deletes what can be made again, and makes it again. Rejects with `StorageError`. */
  readonly again: () => Promise<void>;
};

type MeasurementsProps = {
  readonly archive: Archive;
  /** Recordings that are there to be measured. */
  readonly sounds: readonly Sound[];
  readonly background: Background;
  /** Says in words what storage refuses; fulfils with whether all went well. */
  readonly write: (work: () => Promise<unknown>) => Promise<boolean>;
  readonly explain: (fault: StorageFault) => string;
};

/** How much of it all is measured, what is being measured, and how to have it measured anew. */
export function Measurements({ archive, sounds, background, write, explain }: MeasurementsProps) {
  const left = useLeft(archive, sounds);
  const [asks, setAsks] = useState(false);
  const [isClearing, setClearing] = useState(false);
  async function again() {
    setAsks(false);
    setClearing(true);
    if (await write(background.again)) announce('Measuring all recordings again');
    setClearing(false);
    refocus();
  }
  return (
    <div className={styles['block']}>
      <h3>Measurements</h3>
      {left !== null && <p>{countWords(sounds.length, left)}</p>}
      {left !== null && left > 0 && (
        <Work background={background} done={sounds.length - left} of={sounds.length} explain={explain} />
      )}
      {sounds.length > 0 && (
        <Button aria-disabled={isClearing} onClick={() => !isClearing && setAsks(true)}>
          Measure again
        </Button>
      )}
      {asks && (
        <ConfirmDialog
          title="Measure all recordings again?"
          confirmLabel="Measure again"
          onConfirm={() => void again()}
          onCancel={() => setAsks(false)}
        >
          <p>
            {`What was measured of ${plural(sounds.length, 'recording')} is deleted and made again, in the background. Nothing is lost: recordings, marks, scores and comments stay as they are, and so does what was measured of recordings whose audio you deleted.`}
          </p>
        </ConfirmDialog>
      )}
    </div>
  );
}

function countWords(all: number, left: number): string {
  if (all === 0) return 'There is no recording to measure.';
  const what = 'for pauses, pace, pitch and loudness';
  if (left > 0)
    return `${all - left} of ${plural(all, 'recording')} ${all - left === 1 ? 'is' : 'are'} measured ${what}.`;
  return all === 1 ? `The one recording is measured ${what}.` : `All ${all} recordings are measured ${what}.`;
}

type WorkProps = Pick<MeasurementsProps, 'background' | 'explain'> & {
  readonly done: number;
  readonly of: number;
};

function Work({ background: { now, isStopped, fault, stop, start }, done, of, explain }: WorkProps) {
  const goOn = (label: string) => <Button onClick={() => start()}>{label}</Button>;
  if (fault === 'broken')
    return (
      <>
        <p>Measuring failed several times in a row, so it has stopped. The recordings are untouched.</p>
        {goOn('Try again')}
      </>
    );
  if (fault !== null)
    return (
      <>
        <p>{`What was measured could not be stored. ${explain(fault)} The recordings are untouched, and are measured again then.`}</p>
        {goOn('Try again')}
      </>
    );
  if (isStopped)
    return (
      <>
        <p>Stopped, until you go on or open Talkthrough anew.</p>
        {goOn('Go on')}
      </>
    );
  return (
    <>
      {now === null ? (
        <p className="small muted">
          The rest follows in the background, when no take is recorded and no other tab measures.
        </p>
      ) : (
        <Progress
          label="Measuring recordings"
          value={(done + (now.kind === 'delivery' ? now.progress : 0)) / of}
        />
      )}
      <Button onClick={stop}>Stop</Button>
    </>
  );
}

/** How many of these recordings this version has not measured; null while they are counted for the first time. */
function useLeft(archive: Archive, sounds: readonly Sound[]): number | null {
  const [pending, setPending] = useState<ReadonlySet<AttemptId> | null>(null);
  useEffect(() => {
    let isGone = false;
    const count = () =>
      archive.deliveries.pending(DELIVERY_VERSION).then(
        (ids) => !isGone && setPending(new Set(ids)),
        (error: unknown) => {
          // The screen around it says that nothing can be read.
          if (!(error instanceof StorageError)) throw error;
        },
      );
    void count();
    const ignore = archive.onChange(
      ({ store }) => (store === 'attempts' || store === 'deliveries') && void count(),
    );
    return () => {
      isGone = true;
      ignore();
    };
  }, [archive]);
  if (pending === null) return null;
  return sounds.filter(({ attempt }) => pending.has(attempt.id)).length;
}
