import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { freezePrompt, OTHER_PROMPT_ID, type Prompt } from '../../domain/prompt.ts';
import { type EpochMs, type Ms, spokenTime } from '../../domain/timeline.ts';
import {
  type ImportedAttempt,
  type ImportFailure,
  type Inspection,
  importInWorker,
  inspectInWorker,
} from '../../finish/client.ts';
import { newAttemptId } from '../../storage/new-id.ts';
import { announce } from '../../ui/announcer.tsx';
import { Button, LinkButton } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Select, TextField } from '../../ui/Field.tsx';
import { formatBytes } from '../../ui/format.ts';
import { Notice } from '../../ui/Notice.tsx';
import { Progress } from '../../ui/Progress.tsx';
import { useArchive } from '../archive-context.ts';
import { report } from '../diagnostics.ts';
import { importMessage } from '../import-messages.ts';
import styles from './ImportDialog.module.css';

type Sound = Extract<Inspection, { readonly tag: 'sound' }>;

type State =
  | { readonly tag: 'looking' }
  | { readonly tag: 'asking'; readonly sound: Sound }
  | { readonly tag: 'importing'; readonly isRead: boolean; readonly progress: number }
  | { readonly tag: 'cancelling' }
  | ImportFailure;

type ImportDialogProps = {
  /** Another file needs another dialog: give it a `key`. */
  readonly file: File;
  readonly prompts: readonly Prompt[];
  readonly categories: ReadonlyMap<string, string>;
  /** The id of the prompt that is chosen at first. */
  readonly wanted: string | null;
  readonly onChooseAnother: () => void;
  readonly onClose: () => void;
};

/** Why an import is broken off without a word: somebody went to another page. */
const LEFT = 'left';

/** Aims at what most prompts aim at. */
const OTHER_TARGET_MS: Ms = 300_000;

/** Looks at a file, asks what it is about, and imports it. */
export function ImportDialog(props: ImportDialogProps) {
  const { file, prompts, categories, wanted, onChooseAnother, onClose } = props;
  const archive = useArchive();
  const navigate = useNavigate();
  const frame = useRef<HTMLDivElement>(null);
  const importing = useRef<AbortController>(null);
  const [state, setState] = useState<State>({ tag: 'looking' });
  const [promptId, setPromptId] = useState(
    () => prompts.find(({ id }) => id === wanted)?.id ?? OTHER_PROMPT_ID,
  );
  const [title, setTitle] = useState(() => titleOf(file));
  const looked = useEffectEvent((inspection: Inspection) =>
    setState(inspection.tag === 'sound' ? { tag: 'asking', sound: inspection } : inspection),
  );

  useEffect(() => {
    const left = new AbortController();
    const { signal } = left;
    const look = async () => {
      const inspection = await inspectInWorker(file, { signal }).catch(unless(signal));
      if (inspection !== null) looked(inspection);
    };
    void look();
    return () => left.abort();
  }, [file]);
  useEffect(() => () => importing.current?.abort(LEFT), []);
  // What was pressed is gone: the focus goes to what comes next.
  useEffect(() => {
    const dialog = frame.current?.closest('dialog');
    const next = state.tag === 'asking' ? 'select' : 'button:last-of-type';
    dialog?.querySelector<HTMLElement>(next)?.focus({ preventScroll: true });
  }, [state.tag]);
  useEffect(() => {
    if (state.tag !== 'importing') return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [state.tag]);

  async function start() {
    const cancel = new AbortController();
    const { signal } = cancel;
    importing.current = cancel;
    setState({ tag: 'importing', isRead: false, progress: 0 });
    const prompt = prompts.find(({ id }) => id === promptId) ?? null;
    const result = await importInWorker(archive, file, attemptFrom(file, prompt, title), {
      signal,
      onProgress: (progress, phase) => {
        if (!signal.aborted) setState({ tag: 'importing', isRead: phase === 'checking', progress });
      },
    }).catch(unless(signal));
    if (signal.reason === LEFT) return;
    if (result === null) {
      announce('The import was cancelled. Nothing of it was kept.');
      onClose();
      return;
    }
    if (result.tag === 'failed') {
      setState(result);
      return;
    }
    const length = `Imported, ${spokenTime(result.attempt.durationMs)}`;
    announce(signal.aborted ? `${length}: it was done before it could be cancelled` : length);
    await navigate(`/attempts/${result.attempt.id}`);
  }

  function close() {
    if (state.tag === 'importing') {
      // `start` closes, once it is known what came of it.
      importing.current?.abort();
      setState({ tag: 'cancelling' });
    } else if (state.tag !== 'cancelling') onClose();
  }

  return (
    <Dialog
      title="Import a recording"
      onClose={() => {
        // Escape must not undo minutes of reading: that is for the button.
        if (state.tag !== 'importing') close();
      }}
      actions={
        state.tag === 'failed' ? (
          <>
            <Button onClick={close}>Close</Button>
            <Button variant="primary" onClick={onChooseAnother}>
              Choose another file
            </Button>
          </>
        ) : (
          <>
            <Button aria-disabled={state.tag === 'cancelling'} onClick={close}>
              Cancel
            </Button>
            {state.tag === 'asking' && (
              <Button variant="primary" onClick={() => void start()}>
                Import
              </Button>
            )}
          </>
        )
      }
    >
      <div ref={frame} className={styles['import']}>
        {(state.tag === 'looking' || state.tag === 'asking') && (
          <p className={styles['file']}>
            <strong>{file.name}</strong> <span className="muted">{formatBytes(file.size)}</span>
          </p>
        )}
        {state.tag === 'looking' && <Progress label={`Looking at ${file.name}`} value={null} />}
        {state.tag === 'asking' && (
          <>
            <Select
              label="Prompt"
              value={promptId}
              options={[
                { value: OTHER_PROMPT_ID, label: 'Other: none of these' },
                ...prompts.map(({ id, title: label, category }) => ({
                  value: id,
                  label,
                  group: categories.get(category) ?? category,
                })),
              ]}
              onChange={setPromptId}
            />
            {promptId === OTHER_PROMPT_ID && (
              <TextField
                label="Title"
                value={title}
                maxLength={200}
                onChange={(event) => setTitle(event.currentTarget.value)}
              />
            )}
            <p className="small muted">{about(state.sound)}</p>
          </>
        )}
        {state.tag === 'importing' && (
          <Progress
            label={`${state.isRead ? 'Checking' : 'Importing'} ${file.name}`}
            value={state.progress}
          />
        )}
        {state.tag === 'cancelling' && <Progress label="Cancelling the import" value={null} />}
        {state.tag === 'failed' && <Failure file={file} failure={state} />}
      </div>
    </Dialog>
  );
}

function Failure({ file, failure }: { readonly file: File; readonly failure: ImportFailure }) {
  const { title, what, action, wayOut } = importMessage(file.name, failure);
  return (
    <Notice
      tone="error"
      title={title}
      actions={wayOut !== undefined && <LinkButton to={wayOut.to}>{wayOut.label}</LinkButton>}
    >
      <p>{what}</p>
      <p>{action} Nothing was stored.</p>
    </Notice>
  );
}

function about({ picture, isReencoded }: Sound): string {
  const sound = isReencoded
    ? 'Its sound is stored compressed, as recordings made here are.'
    : 'Its sound is stored as it is.';
  const picture_ = picture === 'lost' ? ' Its picture cannot be played in this browser and stays out.' : '';
  return `${sound}${picture_} You mark the steps while you listen.`;
}

/** What is thrown after a cancel is the cancel; anything else is a bug, or a worker that cannot be loaded. */
function unless(signal: AbortSignal): (error: unknown) => ImportFailure | null {
  return (error) => {
    if (signal.aborted) return null;
    report(error);
    return { tag: 'failed', fault: 'broken', detail: String(error) };
  };
}

/** The name of a file without its ending. */
function titleOf(file: File): string {
  return file.name.replace(/\.[^.]{1,5}$/, '').trim() || file.name;
}

function attemptFrom(file: File, prompt: Prompt | null, title: string): ImportedAttempt {
  return {
    id: newAttemptId(),
    promptId: prompt?.id ?? OTHER_PROMPT_ID,
    prompt:
      prompt === null
        ? { title: title.trim() || titleOf(file), question: '', kind: 'concept', covers: [], followUps: {} }
        : freezePrompt(prompt),
    source: 'imported',
    imported: { fileName: file.name },
    parentId: null,
    // Nobody knows how it was spoken, and nothing says that it is known.
    mode: 'cold',
    targetMs: prompt === null ? OTHER_TARGET_MS : prompt.targetSec * 1000,
    outline: {},
    segments: [],
    startedAt: spokenAt(file),
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    marks: [],
    updatedAt: Date.now(),
    status: 'finishing',
    endedBy: 'user',
  };
}

const YEAR_2000: EpochMs = Date.UTC(2000, 0);

/** A recording was last written to when it ended. Clocks that were never set say something else. */
function spokenAt({ lastModified }: File): EpochMs {
  const now = Date.now();
  return lastModified > YEAR_2000 && lastModified < now ? lastModified : now;
}
