import { useEffect, useEffectEvent, useState } from 'react';
import { useNavigate, useRevalidator } from 'react-router';
import type { Chunk, UnfinishedAttempt } from '../../domain/attempt.ts';
import type { AttemptId } from '../../domain/ids.ts';
import { type FinishFault, type FinishResult, finishInWorker } from '../../finish/client.ts';
import { fileName } from '../../player/file-name.ts';
import type { Archive } from '../../storage/archive.ts';
import { StorageError } from '../../storage/errors.ts';
import { takeLock } from '../../storage/locks.ts';
import { Button, LinkButton } from '../../ui/Button.tsx';
import { download } from '../../ui/download.ts';
import { Notice } from '../../ui/Notice.tsx';
import { Progress } from '../../ui/Progress.tsx';
import { useTimeout } from '../../ui/timers.ts';
import { useArchive } from '../archive-context.ts';
import { report } from '../diagnostics.ts';
import { saveMessages } from '../messages.ts';
import { useWrites } from '../use-writes.tsx';

type State =
  /** For the tab that records it. */
  | { readonly tag: 'waiting' }
  | { readonly tag: 'finishing'; readonly progress: number | null }
  | Exclude<FinishResult, { readonly tag: 'kept' }>;

/** Makes the clip of a take that has none yet: found after a crash, or reached before its tab was done. */
export function FinishTake({ attempt }: { readonly attempt: UnfinishedAttempt }) {
  const archive = useArchive();
  const navigate = useNavigate();
  const [state, setState] = useState<State>({ tag: 'waiting' });
  const [isElsewhere, setElsewhere] = useState(false);
  const [tries, setTries] = useState(0);
  const { write, fault } = useWrites();
  const revalidator = useRevalidator();
  const show = useEffectEvent((result: FinishResult) => {
    if (result.tag === 'kept') void revalidator.revalidate();
    else setState(result);
  });
  const { id, endedBy } = attempt;

  useEffect(() => {
    const left = new AbortController();
    const { signal } = left;
    const finish = () => {
      setState({ tag: 'finishing', progress: null });
      const onProgress = (progress: number) => setState({ tag: 'finishing', progress });
      // Leaving the page gives up waiting for the lock, but not a clip that is being made.
      return finishInWorker(id, { endedBy, onProgress });
    };
    const failed = (error: unknown): FinishResult | null => {
      if (signal.aborted) return null;
      report(error);
      return { tag: 'failed', fault: 'disk', reason: String(error) };
    };
    void navigator.locks
      .request(takeLock(id), { signal }, finish)
      .catch(failed)
      .then((result) => {
        if (result === null) return;
        if (result.tag !== 'kept') archive.attempts.released();
        if (!signal.aborted) show(result);
      });
    return () => left.abort();
  }, [archive, id, endedBy, tries]);
  // A tab that has just stopped recording may hold its lock for a moment more.
  useTimeout(() => setElsewhere(true), state.tag === 'waiting' ? 500 : null);

  if (state.tag === 'waiting') {
    if (!isElsewhere) return null;
    return (
      <Notice tone="info" title="Another tab is busy with this take">
        It is being recorded or saved there. When that is done, it opens here by itself.
      </Notice>
    );
  }
  if (state.tag === 'finishing') return <Progress label="Saving the recording" value={state.progress} />;
  if (state.tag === 'empty') {
    const remove = async () => {
      if (await write(() => archive.attempts.remove(id))) await navigate('/');
    };
    return (
      <>
        {fault}
        <Notice
          tone="error"
          title={saveMessages.empty.title}
          actions={<Button onClick={remove}>Delete this take</Button>}
        >
          {saveMessages.empty.what}
        </Notice>
      </>
    );
  }
  const tryAgain = () => {
    setElsewhere(false);
    setState({ tag: 'waiting' });
    setTries(tries + 1);
  };
  const { title, what, action, wayOut } = saveMessages[SAVE_FAULTS[state.fault]];
  return (
    <>
      {fault}
      <Notice
        tone="error"
        title={title}
        actions={
          <>
            <Button onClick={tryAgain}>Try again</Button>
            {wayOut !== undefined && <LinkButton to={wayOut.to}>{wayOut.label}</LinkButton>}
            <Button variant="plain" onClick={() => void write(() => downloadRaw(archive, attempt))}>
              Download what was recorded
            </Button>
          </>
        }
      >
        {`${what} ${action}`}
      </Notice>
    </>
  );
}

const SAVE_FAULTS = {
  full: 'disk-full',
  disk: 'disk',
  unreadable: 'unreadable',
  mixed: 'mixed',
} as const satisfies Record<FinishFault, keyof typeof saveMessages>;

const CHUNKS_AT_ONCE = 200;

/** One file per segment, as the recorder wrote it, up to where it cannot be read. */
async function downloadRaw(archive: Archive, attempt: UnfinishedAttempt): Promise<void> {
  const { id, prompt, segments } = attempt;
  for (const [segment, { mimeType }] of segments.entries()) {
    const parts: Blob[] = [];
    for (;;) {
      const chunks = await readChunks(archive, id, segment, parts.length * CHUNKS_AT_ONCE);
      // A Blob each time, which the browser may lay on disk.
      if (chunks.length > 0) parts.push(new Blob(chunks.map((chunk) => chunk.data)));
      if (chunks.length < CHUNKS_AT_ONCE) break;
    }
    const title = segments.length === 1 ? prompt.title : `Part ${segment + 1} of ${prompt.title}`;
    const name = fileName({ ...attempt, prompt: { title }, mimeType });
    if (parts.length > 0) download(new Blob(parts, { type: mimeType }), name);
  }
}

/** The next chunks; fewer than `CHUNKS_AT_ONCE` where the segment ends, or one of them is damaged. */
async function readChunks(
  archive: Archive,
  id: AttemptId,
  segment: number,
  seq: number,
): Promise<readonly Chunk[]> {
  const found: Chunk[] = [];
  try {
    return await archive.chunks.read(id, segment, seq, CHUNKS_AT_ONCE);
  } catch (error) {
    if (!isDamage(error)) throw error;
  }
  try {
    while (found.length < CHUNKS_AT_ONCE)
      found.push(...(await archive.chunks.read(id, segment, seq + found.length, 1)));
  } catch (error) {
    if (!isDamage(error)) throw error;
  }
  return found;
}

function isDamage(error: unknown): boolean {
  return error instanceof StorageError && error.fault === 'corrupt';
}
