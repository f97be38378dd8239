import { useState } from 'react';
import type { KeptAttempt } from '../domain/attempt.ts';
import type { KeepingAnswer } from '../domain/settings.ts';
import { plural } from '../domain/timeline.ts';
import type { Archive } from '../storage/archive.ts';
import type { StorageFault } from '../storage/errors.ts';
import { announce } from '../ui/announcer.tsx';
import { Button } from '../ui/Button.tsx';
import { ConfirmDialog } from '../ui/Dialog.tsx';
import { formatBytes } from '../ui/format.ts';
import { Notice } from '../ui/Notice.tsx';
import { refocus } from '../ui/refocus.ts';
import styles from './DataSettings.module.css';
import { type Background, Measurements } from './Measurements.tsx';
import { askToPersist, forgetsUnvisited } from './persistence.ts';
import { Recordings } from './Recordings.tsx';
import { type Space, useSpace } from './space.ts';

type DataSettingsProps = {
  readonly archive: Archive;
  /** What came of asking the browser to keep everything. */
  readonly answer: KeepingAnswer | null;
  readonly onAnswer: (answer: KeepingAnswer) => void;
  readonly nameFile: (attempt: KeptAttempt) => string;
  /** Says in words what storage refuses; fulfils with whether all went well. */
  readonly write: (work: () => Promise<unknown>) => Promise<boolean>;
  /** A storage fault in words. */
  readonly explain: (fault: StorageFault) => string;
  readonly background: Background;
};

/** How much space is taken, whether it is safe, and how to get some of it back. */
export function DataSettings(props: DataSettingsProps) {
  const { archive, answer, onAnswer, nameFile, write, explain, background } = props;
  const { space, refused, reread } = useSpace(archive);
  if (refused !== null)
    return (
      <Notice
        tone="error"
        title="What is stored could not be added up"
        actions={
          <Button
            slim
            onClick={() => {
              refocus();
              reread();
            }}
          >
            Try again
          </Button>
        }
      >
        {explain(refused)}
      </Notice>
    );
  if (space === null) return <p className="muted">Adding up what is stored…</p>;
  const { usedBytes, sounds, trash } = space;
  const soundBytes = sounds.reduce((sum, { attempt }) => sum + attempt.bytes, 0);
  return (
    <div className={styles['data']}>
      <div className="stack">
        <p>
          {usedBytes === null
            ? 'This browser does not say how much space is used.'
            : `Talkthrough uses ${formatBytes(usedBytes)} on this device.`}
          {sounds.length > 0 && ` ${plural(sounds.length, 'recording')}: ${formatBytes(soundBytes)}.`}
        </p>
        <p className="small muted">
          8 MB are held in reserve for a full disk. It is all in this browser, under this address: clearing
          the browser’s site data deletes it; another browser or address does not have it.
        </p>
      </div>
      <Keeping space={space} answer={answer} onAsked={reread} onAnswer={onAnswer} />
      {trash.records > 0 && <Trash archive={archive} trash={trash} write={write} onEmptied={reread} />}
      <div className={styles['block']}>
        <h3>Free space</h3>
        <p>
          Delete the audio of old attempts and keep the rest: dates, marks, scores, the drawn wave. Download
          first what you may want to hear again.
        </p>
        <Recordings archive={archive} sounds={sounds} nameFile={nameFile} write={write} />
      </div>
      <Measurements
        archive={archive}
        sounds={sounds}
        background={background}
        write={write}
        explain={explain}
      />
    </div>
  );
}

type KeepingProps = Pick<DataSettingsProps, 'answer' | 'onAnswer'> & {
  readonly space: Space;
  readonly onAsked: () => void;
};

function Keeping({ space: { persistence }, answer, onAnswer, onAsked }: KeepingProps) {
  const [isAsking, setAsking] = useState(false);
  async function ask() {
    setAsking(true);
    const given = await askToPersist();
    announce(given === 'granted' ? 'The browser keeps your recordings' : 'The browser did not agree');
    onAnswer(given);
    setAsking(false);
    onAsked();
  }
  return (
    <div className={styles['block']}>
      <h3>Are they kept?</h3>
      <p>
        {persistence === 'kept' && 'Kept until you delete them.'}
        {persistence === 'unknown' &&
          'This browser does not say, and cannot be asked, whether it keeps them.'}
        {persistence === 'at-risk' && 'The browser may delete them when space runs out.'}
        {persistence === 'at-risk' &&
          answer === 'refused' &&
          ' It was asked to keep them and did not agree; browsers agree sooner for what is visited often, bookmarked or installed.'}
      </p>
      {persistence === 'at-risk' && (
        <Button aria-disabled={isAsking} onClick={() => !isAsking && void ask()}>
          {answer === 'refused' ? 'Ask again' : 'Keep my recordings'}
        </Button>
      )}
      {forgetsUnvisited(navigator.userAgent) && (
        <p className="small muted">
          Safari deletes what a site has stored after seven days of use without a visit to it. Download what
          you cannot do without, or add Talkthrough to the Home Screen or the Dock, which counts its own
          visits.
        </p>
      )}
    </div>
  );
}

type TrashProps = Pick<DataSettingsProps, 'archive' | 'write'> & {
  readonly trash: Space['trash'];
  readonly onEmptied: () => void;
};

function Trash({ archive, trash: { records, bytes }, write, onEmptied }: TrashProps) {
  const [asks, setAsks] = useState(false);
  const frees = bytes === 0 ? '' : `: frees ${formatBytes(bytes)}`;
  async function empty() {
    setAsks(false);
    await write(async () => {
      await archive.purgeTrash(Number.MAX_SAFE_INTEGER);
      // A disk that was full has given the reserve up.
      await archive.layInReserve();
    });
    onEmptied();
    refocus();
  }
  return (
    <div className={styles['block']}>
      <h3>Trash</h3>
      <p>
        {`${records === 1 ? 'One thing you deleted is' : `${records} things you deleted are`} still here, so that it can be undone. At a later start ${records === 1 ? 'it goes' : 'they go'} for good.`}
      </p>
      <Button onClick={() => setAsks(true)}>{`Empty the trash${frees}`}</Button>
      {asks && (
        <ConfirmDialog
          title="Empty the trash?"
          confirmLabel="Empty it"
          onConfirm={() => void empty()}
          onCancel={() => setAsks(false)}
        >
          <p>What you deleted can then no longer be taken back, with its scores.</p>
        </ConfirmDialog>
      )}
    </div>
  );
}
