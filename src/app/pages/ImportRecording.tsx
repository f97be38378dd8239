import { useEffect, useEffectEvent, useRef, useState } from 'react';
import type { Prompt } from '../../domain/prompt.ts';
import { Button } from '../../ui/Button.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { refocus } from '../../ui/refocus.ts';
import { ImportDialog } from './ImportDialog.tsx';
import styles from './ImportRecording.module.css';

/** What the chooser shows first. Some systems know no type of some kinds, so that their endings are named too. */
const ACCEPTED = 'audio/*,video/*,.wav,.mp3,.m4a,.mp4,.mov,.webm,.mkv,.ogg,.opus,.flac,.aac';

type ImportRecordingProps = {
  readonly prompts: readonly Prompt[];
  /** The label of each category. */
  readonly categories: ReadonlyMap<string, string>;
  /** The id of the prompt somebody comes from, who could not record. */
  readonly wanted: string | null;
};

/** `turn` counts the choices. */
type Chosen = { readonly file: File | null; readonly turn: number };

/** The way in for recordings made elsewhere: by a button, or dropped anywhere on the page. */
export function ImportRecording({ prompts, categories, wanted }: ImportRecordingProps) {
  const input = useRef<HTMLInputElement>(null);
  const [{ file, turn }, setChosen] = useState<Chosen>({ file: null, turn: 0 });
  const setFile = (next: File | null) => setChosen((before) => ({ file: next, turn: before.turn + 1 }));
  const [dropped, setDropped] = useState(0);
  const isOver = useFileDrop((files) => {
    if (file !== null) return;
    setDropped(files.length);
    setFile(files.length === 1 ? (files[0] ?? null) : null);
  });
  function choose() {
    const chooser = input.current;
    if (chooser === null) return;
    // The same file can be chosen twice.
    chooser.value = '';
    chooser.click();
  }

  return (
    <div className={styles['import']} data-over={isOver}>
      {dropped > 1 && (
        <Notice
          tone="error"
          title="One recording at a time"
          onDismiss={() => {
            setDropped(0);
            refocus();
          }}
        >
          {`${dropped} files were dropped, and none was imported, because each asks for its prompt. Drop one.`}
        </Notice>
      )}
      <div className="row">
        <Button onClick={choose}>Import a recording</Button>
        <span className="small muted">
          {isOver
            ? 'Let go to import it.'
            : 'Audio or video, up to a few hours, also dropped on this page. It stays on this device.'}
        </span>
      </div>
      <input
        ref={input}
        type="file"
        accept={ACCEPTED}
        hidden
        aria-label="Recording to import"
        onChange={(event) => {
          setDropped(0);
          setFile(event.currentTarget.files?.[0] ?? null);
        }}
      />
      {file !== null && (
        <ImportDialog
          // Chosen anew, it is looked at anew, and be it the same file.
          key={turn}
          file={file}
          prompts={prompts}
          categories={categories}
          wanted={wanted}
          onChooseAnother={choose}
          onClose={() => setFile(null)}
        />
      )}
    </div>
  );
}

/** Files dropped anywhere on the page; true while some are held over it. Else the browser would open them. */
function useFileDrop(onDrop: (files: readonly File[]) => void): boolean {
  const [isOver, setOver] = useState(false);
  const dropped = useEffectEvent(onDrop);
  useEffect(() => {
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;
    const over = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent) => {
      setOver(false);
      if (!hasFiles(event)) return;
      event.preventDefault();
      dropped([...(event.dataTransfer?.files ?? [])]);
    };
    document.addEventListener('dragover', over);
    document.addEventListener('dragleave', leave);
    document.addEventListener('drop', drop);
    return () => {
      document.removeEventListener('dragover', over);
      document.removeEventListener('dragleave', leave);
      document.removeEventListener('drop', drop);
    };
  }, []);
  return isOver;
}
