import { type ReactNode, useEffect, useState } from 'react';
import { DELIVERY_VERSION } from '../analysis/client.ts';
import { SOUNDS_VERSION } from '../analysis/sounds-client.ts';
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

type Kind = 'delivery' | 'sounds';

/** The measuring in the background, as far as this screen has to do with it. */
export type Background = {
  /** What this tab is at; `progress`: 0 to 1. */
  readonly now: { readonly kind: Kind; readonly progress: number } | null;
  /** What comes first: a take that is recorded, finished or imported, in whichever tab; or the work of another tab. */
  readonly waitsFor: 'take' | 'tab' | null;
  readonly isStopped: boolean;
  /** Why it ended without having been stopped. */
  readonly fault: StorageFault | 'broken' | null;
  /** It failed and is not tried again by itself. */
  readonly hasFailed: (kind: Kind, id: AttemptId) => boolean;
  /** There is something to hear sounds with. */
  readonly hearsSounds: boolean;
  readonly stop: () => void;
  readonly start: () => void;
  /** Also with what is known not to be measurable. Rejects with `StorageError`. */
  readonly retry: () => Promise<void>;
  /** Makes all that can be made again, once no take is recorded. Rejects with `StorageError`. */
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
  const pending = usePending(archive);
  const [asks, setAsks] = useState(false);
  const [isBeginning, setBeginning] = useState(false);
  async function again() {
    setAsks(false);
    setBeginning(true);
    if (await write(background.again)) announce('Measuring all recordings again');
    setBeginning(false);
    refocus();
  }
  const counts = pending === null ? null : countsOf(sounds, pending, background);
  return (
    <div className={styles['block']}>
      <h3>Measurements</h3>
      {counts !== null && <p>{countWords(counts, background.hearsSounds)}</p>}
      <Work
        counts={counts}
        background={background}
        retry={() => void write(background.retry)}
        explain={explain}
      >
        {sounds.length > 0 && (
          <Button aria-disabled={isBeginning} onClick={() => !isBeginning && setAsks(true)}>
            Measure again
          </Button>
        )}
      </Work>
      {asks && (
        <ConfirmDialog
          title="Measure all recordings again?"
          confirmLabel="Measure again"
          onConfirm={() => void again()}
          onCancel={() => setAsks(false)}
        >
          <p>
            {`What was measured of ${plural(sounds.length, 'recording')} is made again, in the background, when no take is recorded. Until then reviews show what was measured before. Nothing is lost: recordings, marks, scores and comments stay as they are, and so does what was measured of recordings whose audio you deleted.`}
          </p>
        </ConfirmDialog>
      )}
    </div>
  );
}

type Counts = {
  readonly all: number;
  /** Of each kind: what is still to be done, and what failed. */
  readonly left: Readonly<Record<Kind, number>>;
  readonly failed: number;
};

function countsOf(
  sounds: readonly Sound[],
  pending: Pending,
  { hasFailed, hearsSounds }: Background,
): Counts {
  const open = (kind: Kind) => sounds.filter(({ attempt }) => pending[kind].has(attempt.id));
  const stored = sounds.filter(({ attempt }) => pending.failed.has(attempt.id)).length;
  const left = (kind: Kind) => open(kind).filter(({ attempt }) => !hasFailed(kind, attempt.id)).length;
  return {
    all: sounds.length,
    left: { delivery: left('delivery'), sounds: hearsSounds ? left('sounds') : 0 },
    failed: open('delivery').length - left('delivery') + stored,
  };
}

function countWords({ all, left, failed }: Counts, hearsSounds: boolean): string {
  if (all === 0) return 'There is no recording to measure.';
  const done = all - left.delivery - failed;
  const what = 'measured for pauses, pace, pitch and loudness';
  const count =
    done < all
      ? `${done} of ${plural(all, 'recording')} ${done === 1 ? 'is' : 'are'} ${what}.`
      : all === 1
        ? `The one recording is ${what}.`
        : `All ${all} recordings are ${what}.`;
  const broken = failed === 0 ? '' : ` ${failed} could not be measured.`;
  const heard = all - left.sounds;
  return `${count}${broken}${hearsSounds && heard < all ? ` Sounds were listened for in ${heard} of ${all}.` : ''}`;
}

type WorkProps = Pick<MeasurementsProps, 'background' | 'explain'> & {
  readonly counts: Counts | null;
  readonly retry: () => void;
  /** A further button. */
  readonly children: ReactNode;
};

/** What it is at, and what can be done about that. */
function Work({ counts, background, retry, explain, children }: WorkProps) {
  const { now, isStopped, fault, stop, start } = background;
  const isOpen = counts !== null && counts.left.delivery + counts.left.sounds > 0;
  const { words, button } = isOpen
    ? wordsFor(background, explain)
    : { words: null, button: counts !== null && counts.failed > 0 ? 'Try again' : null };
  return (
    <>
      {words !== null && <p className={button === 'Stop measuring' ? 'small muted' : undefined}>{words}</p>}
      {isOpen && now !== null && fault === null && !isStopped && (
        <Progress
          label={now.kind === 'delivery' ? 'Measuring recordings' : 'Listening for sounds'}
          value={(counts.all - counts.left[now.kind] + now.progress) / counts.all}
        />
      )}
      <div className={styles['buttons']}>
        {button !== null && (
          <Button onClick={button === 'Stop measuring' ? stop : isOpen ? start : retry}>{button}</Button>
        )}
        {children}
      </div>
    </>
  );
}

function wordsFor(
  { now, waitsFor, isStopped, fault }: Background,
  explain: WorkProps['explain'],
): { readonly words: string | null; readonly button: string } {
  if (fault === 'broken')
    return {
      words: 'Measuring failed several times in a row, so it has stopped. The recordings are untouched.',
      button: 'Try again',
    };
  if (fault !== null)
    return {
      words: `What was measured could not be stored. ${explain(fault)} The recordings are untouched, and are measured again then.`,
      button: 'Try again',
    };
  if (isStopped)
    return {
      words: 'Stopped in all tabs, until you go on or open Talkthrough anew.',
      button: 'Go on measuring',
    };
  return { words: now === null ? WAITS[waitsFor ?? 'turn'] : null, button: 'Stop measuring' };
}

const WAITS = {
  take: 'The rest follows in the background, when no take is being recorded, finished or imported.',
  tab: 'Another tab is measuring. Stopping it here stops it there, too.',
  turn: 'The rest follows in the background.',
} as const;

/** The attempts this version has not measured, and those it could not measure. */
type Pending = Readonly<Record<Kind | 'failed', ReadonlySet<AttemptId>>>;

/** Null while they are counted for the first time. */
function usePending(archive: Archive): Pending | null {
  const [pending, setPending] = useState<Pending | null>(null);
  useEffect(() => {
    let isGone = false;
    const count = async () => {
      const [delivery, sounds, failed] = await Promise.all([
        archive.deliveries.pending(DELIVERY_VERSION),
        archive.sounds.pending(SOUNDS_VERSION),
        archive.deliveries.failed(DELIVERY_VERSION),
      ]);
      if (!isGone)
        setPending({ delivery: new Set(delivery), sounds: new Set(sounds), failed: new Set(failed) });
    };
    const follow = () =>
      void count().catch((error: unknown) => {
        // The screen around it says that nothing can be read.
        if (!(error instanceof StorageError)) throw error;
      });
    follow();
    const ignore = archive.onChange(
      ({ store }) => (store === 'attempts' || store === 'deliveries' || store === 'sounds') && follow(),
    );
    return () => {
      isGone = true;
      ignore();
    };
  }, [archive]);
  return pending;
}
