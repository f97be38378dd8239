import { useEffect, useEffectEvent, useState } from 'react';
import type { Rubric } from '../../domain/rubric.ts';
import { plural } from '../../domain/timeline.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { differences } from '../fields.ts';
import { type ReadFile, readRubricFile } from '../file.ts';
import { type AnyVersion, asVersion, isSameVersion, versionName } from '../version.ts';
import styles from './ImportRubric.module.css';

type ImportRubricProps = {
  /** Another file needs another dialog: give it a `key`. */
  readonly file: File;
  readonly inUse: Rubric;
  readonly known: readonly AnyVersion[];
  /** Changes that are not saved would go. */
  readonly hasDraft: boolean;
  readonly onUse: (version: AnyVersion) => void;
  readonly onChooseAnother: () => void;
  readonly onClose: () => void;
};

type State = { readonly tag: 'looking' } | Extract<ReadFile, { readonly tag: 'refused' }> | Ready;
type Ready = { readonly tag: 'ready'; readonly version: AnyVersion };

/** What is in a rubric file: all that is wrong with it, or what using it would change. Writes nothing itself. */
export function ImportRubric(props: ImportRubricProps) {
  const { file, inUse, known, hasDraft, onUse, onChooseAnother, onClose } = props;
  const [state, setState] = useState<State>({ tag: 'looking' });
  const looked = useEffectEvent((next: State) => setState(next));
  useEffect(() => {
    let isLeft = false;
    const look = async () => {
      const read = await readRubricFile(file);
      const next: State =
        read.tag === 'rubric' ? { tag: 'ready', version: await asVersion(read.rubric, Date.now()) } : read;
      if (!isLeft) looked(next);
    };
    void look();
    return () => {
      isLeft = true;
    };
  }, [file]);

  const isUsed = state.tag === 'ready' && isSameVersion(state.version, inUse);
  return (
    <Dialog
      title={state.tag === 'refused' ? 'This file is not used' : 'Import a rubric'}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{isUsed || state.tag === 'refused' ? 'Close' : 'Cancel'}</Button>
          {state.tag === 'refused' && <Button onClick={onChooseAnother}>Choose another file</Button>}
          {state.tag === 'ready' && !isUsed && (
            <Button variant="primary" onClick={() => onUse(state.version)}>
              Use it
            </Button>
          )}
        </>
      }
    >
      <div className={styles['import']}>
        <p className={styles['file']}>{file.name}</p>
        {state.tag === 'looking' && <p className="muted">Reading…</p>}
        {state.tag === 'refused' && <Refusal {...state} />}
        {state.tag === 'ready' && <Preview version={state.version} inUse={inUse} known={known} />}
        {state.tag === 'ready' && !isUsed && hasDraft && (
          <p className="small">Your changes that are not saved would be discarded.</p>
        )}
      </div>
    </Dialog>
  );
}

function Refusal({ problems, more }: Extract<ReadFile, { readonly tag: 'refused' }>) {
  const count = problems.length + more;
  return (
    <Notice tone="error" title={`${count === 1 ? 'One thing is' : `${count} things are`} wrong in it`}>
      <ul role="list" className={styles['list']}>
        {problems.map((problem) => (
          <li key={problem}>{problem}</li>
        ))}
      </ul>
      {more > 0 && <p>And {more} more.</p>}
      <p>Nothing was stored. Put it right in the file, and import it again.</p>
    </Notice>
  );
}

type PreviewProps = {
  readonly version: AnyVersion;
  readonly inUse: Rubric;
  readonly known: readonly AnyVersion[];
};

function Preview({ version, inUse, known }: PreviewProps) {
  const there = known.find((other) => isSameVersion(other, version));
  if (isSameVersion(version, inUse)) return <p>It holds the version that is in use. Nothing would change.</p>;
  const lines = differences(inUse, version);
  return (
    <>
      <p>
        <strong>{version.title}</strong>: {version.criteria.map(({ label }) => label).join(', ')}.
        {there !== undefined && ` It is a version you have: ${versionName(there)}.`}
      </p>
      <p>Against the version in use, {plural(lines.length, 'difference')}:</p>
      <ul className={styles['list']} role="list" aria-label="Differences">
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <p className="small muted">
        Weights count by their share of the whole. Scores made from now on would use it; trends compare equal
        versions only, and reviews already begun keep theirs.
      </p>
    </>
  );
}
