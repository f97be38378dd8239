import { type ReactNode, useEffect, useRef, useState } from 'react';
import {
  chooseModel,
  MODEL_BYTES,
  MODEL_URL,
  type Model,
  type ModelFault,
  onModelChange,
  readModel,
  removeModel,
} from '../analysis/sounds-client.ts';
import { announce } from '../ui/announcer.tsx';
import { Button } from '../ui/Button.tsx';
import { formatBytes } from '../ui/format.ts';
import { Notice } from '../ui/Notice.tsx';
import { useUndo } from '../ui/undo.tsx';
import styles from './SoundSettings.module.css';

const SIZE = formatBytes(MODEL_BYTES);

const FAULTS: Readonly<Record<ModelFault, string>> = {
  foreign: 'It is no TensorFlow Lite model. The right file is called yamnet.tflite.',
  other: `It is another model, or not all of it: the right one has exactly ${MODEL_BYTES.toLocaleString('en')} bytes. Download it again.`,
  changed:
    'It has the right size, but not the right content (SHA-256): damaged, or changed. Download it again.',
  unreadable: 'It could not be read: it was moved, deleted or changed meanwhile. Choose it where it is now.',
  full: `There is no room for its ${SIZE} on this disk. Free space, under Data below or on this device, then choose it again.`,
  unavailable:
    'This browser keeps no files for this page, as in some private windows. Open Talkthrough in an ordinary window.',
};

type Refused = { readonly name: string; readonly fault: ModelFault };

/** Whether sounds beside the speech are heard, and what for that is chosen or removed. */
export function SoundSettings() {
  const model = useModel();
  const input = useRef<HTMLInputElement>(null);
  const [isChecking, setChecking] = useState(false);
  const [refused, setRefused] = useState<Refused | null>(null);
  const { offerUndo, notice } = useUndo();

  function open() {
    const chooser = input.current;
    if (isChecking || chooser === null) return;
    // The same file can be chosen twice.
    chooser.value = '';
    chooser.click();
  }

  async function choose(file: Blob, name: string) {
    setRefused(null);
    setChecking(true);
    const fault = await chooseModel(file);
    setChecking(false);
    if (fault === null) announce('Sounds are on');
    else setRefused({ name, fault });
  }

  async function remove({ file }: Model) {
    // Once it is removed, it can be read no more.
    const copy = new Blob([await file.arrayBuffer()]);
    await removeModel();
    const left = await readModel();
    offerUndo(
      left === null
        ? 'The model is removed, and sounds are off. What was heard before stays.'
        : 'The model that you chose is removed. The one that came with this copy of Talkthrough is used.',
      () => choose(copy, 'The model'),
    );
  }

  return (
    <div className={styles['sounds']}>
      <p>
        What else is heard in a recording can be marked on its time line: typing, coughs, throat clearing,
        laughter, breaths, knocks, a phone, music, other voices, background noise. They are heard mainly in
        your pauses; while you speak, most stay hidden.
      </p>
      {model === undefined && <p className="muted">Looking for the model…</p>}
      {model === null && (
        <>
          <p>
            <strong>Sounds are off.</strong>{' '}
            {`They need a model, YAMNet by Google (${SIZE}, free under Apache 2.0), that does not come with Talkthrough. All else works without it.`}
          </p>
          {/* No link: a browser may look up the name of a link’s server before anybody presses it. */}
          <p className="small muted">
            Talkthrough itself asks nobody for it. Open this address, save the file, and choose it here:
            <code>{breakable(MODEL_URL)}</code>
          </p>
        </>
      )}
      {model?.from === 'person' && (
        <p>
          <strong>Sounds are on.</strong> {`The model (${SIZE}) is kept in this browser and works offline.`}
        </p>
      )}
      {model?.from === 'app' && (
        <p>
          <strong>Sounds are on.</strong> The model came with this copy of Talkthrough.
        </p>
      )}
      {refused !== null && (
        <Notice tone="error" title={`“${refused.name}” was not taken`}>
          {FAULTS[refused.fault]}
        </Notice>
      )}
      {/* One button, so that the focus stays where it is. */}
      {(model === null || model?.from === 'person') && (
        <Button aria-disabled={isChecking} onClick={() => void (model === null ? open() : remove(model))}>
          {model !== null && 'Remove the model'}
          {model === null && (isChecking ? 'Checking the file…' : 'Choose the model file')}
        </Button>
      )}
      <input
        ref={input}
        type="file"
        hidden
        aria-label="Model of sounds"
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          if (file !== undefined) void choose(file, file.name);
        }}
      />
      {notice}
    </div>
  );
}

/** Breaks after slashes only, where there is no room for all of it. */
function breakable(address: string): ReactNode {
  return address.split(/(?<=\w\/)/).map((part) => [part, <wbr key={part} />]);
}

/** Undefined: it is being looked for. */
function useModel(): Model | null | undefined {
  const [model, setModel] = useState<Model | null>();
  useEffect(() => {
    let isGone = false;
    const look = () => void readModel().then((found) => !isGone && setModel(found));
    look();
    const leave = onModelChange(look);
    return () => {
      isGone = true;
      leave();
    };
  }, []);
  return model;
}
