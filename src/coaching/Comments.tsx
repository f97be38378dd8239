import { Pencil, X } from 'lucide-react';
import { type KeyboardEvent, memo, useCallback, useEffect, useId, useRef, useState } from 'react';
import { type Coaching, type Comment, indexAt, withComment, withoutComment } from '../domain/coaching.ts';
import type { AttemptId } from '../domain/ids.ts';
import { clamp, type Ms, timecode } from '../domain/timeline.ts';
import { newCommentId } from '../storage/new-id.ts';
import { Button, IconButton } from '../ui/Button.tsx';
import { TextField } from '../ui/Field.tsx';
import type { Playhead } from '../ui/playhead.ts';
import { useShortcuts, useSingleKeys } from '../ui/shortcuts.ts';
import { useUndo } from '../ui/undo.tsx';
import styles from './Comments.module.css';
import { readTyped, writeTyped } from './typed.ts';
import { usePlayhead } from './use-playhead.ts';

type CommentsProps = {
  readonly attemptId: AttemptId;
  /** A comment's time stays within the clip. */
  readonly durationMs: Ms;
  /** In order of time. */
  readonly comments: readonly Comment[];
  readonly playhead: Playhead;
  readonly change: (change: (coaching: Coaching) => Coaching) => Promise<boolean>;
};

/** What one notes while listening, each at its instant. */
export function Comments({ attemptId, durationMs, comments, playhead, change }: CommentsProps) {
  const section = useRef<HTMLElement>(null);
  const { offerUndo, notice } = useUndo();
  const [editing, setEditing] = useState(() => restoreEdit(attemptId));
  // The rows of a long list render again only when they change, so that what they get must stay the same.
  const latest = useRef(change);
  useEffect(() => {
    latest.current = change;
  }, [change]);
  useEffect(() => writeTyped('edit', attemptId, editing), [attemptId, editing]);
  const remove = useCallback(
    (comment: Comment) => {
      void latest.current((coaching) => withoutComment(coaching, comment.id));
      offerUndo(`Deleted the comment at ${timecode(comment.atMs)}.`, () =>
        latest.current((coaching) => withComment(coaching, comment)),
      );
    },
    [offerUndo],
  );
  const here = usePlayhead(playhead, (atMs) => indexAt(comments, atMs));
  const focusOn = (id: string) =>
    section.current?.querySelector<HTMLElement>(`[data-comment="${CSS.escape(id)}"] button`)?.focus();
  /** What is not stored stays in the form. */
  const endEdit = async ({ id }: Comment, changed: Comment | null) => {
    if (changed !== null && !(await change((coaching) => withComment(coaching, changed)))) return false;
    // Another one may be open by now.
    setEditing((now) => (now?.id === id ? null : now));
    // The form goes with its fields; the row is back in the next frame.
    requestAnimationFrame(() => focusOn(id));
    return true;
  };
  return (
    <>
      <section ref={section} aria-label="Comments" className={styles['comments']}>
        <h2>Comments</h2>
        {comments.length > 0 && (
          <ul role="list" className={styles['list']}>
            {comments.map((comment, index) =>
              comment.id === editing?.id ? (
                <li key={comment.id} className={styles['editing']}>
                  <EditForm
                    comment={comment}
                    edit={editing}
                    durationMs={durationMs}
                    playhead={playhead}
                    onEdit={setEditing}
                    onEnd={(changed) => endEdit(comment, changed)}
                  />
                </li>
              ) : (
                <Row
                  key={comment.id}
                  comment={comment}
                  isHere={index === here}
                  playhead={playhead}
                  onEdit={setEditing}
                  onRemove={remove}
                />
              ),
            )}
          </ul>
        )}
        <NewComment
          attemptId={attemptId}
          isFirst={comments.length === 0}
          playhead={playhead}
          change={change}
        />
      </section>
      {/* Outside: a container would hold back what is fixed to the screen. */}
      {notice}
    </>
  );
}

type RowProps = {
  readonly comment: Comment;
  readonly isHere: boolean;
  readonly playhead: Playhead;
  readonly onEdit: (edit: Edit) => void;
  readonly onRemove: (comment: Comment) => void;
};

const Row = memo(function Row({ comment, isHere, playhead, onEdit, onRemove }: RowProps) {
  const { id, atMs, text } = comment;
  const textId = useId();
  return (
    <li data-comment={id} className={styles['row']} {...(isHere ? { 'aria-current': true } : {})}>
      <Button
        variant="plain"
        slim
        className={styles['at']}
        disabled={!playhead.canPlay}
        onClick={() => {
          playhead.seek(atMs);
          playhead.resume();
        }}
      >
        {timecode(atMs)}
      </Button>
      <p id={textId} className={`voice ${styles['text']}`}>
        {text}
      </p>
      {/* Their names leave the time out: it names the first button alone. */}
      <span className={styles['tools']}>
        <IconButton
          label="Edit comment"
          aria-describedby={textId}
          icon={Pencil}
          onClick={() => onEdit({ id, text, sec: secondsOf(atMs) })}
        />
        <IconButton
          label="Delete comment"
          aria-describedby={textId}
          icon={X}
          onClick={() => onRemove(comment)}
        />
      </span>
    </li>
  );
});

/** A comment being changed; its time as it stands in the field, in seconds. */
type Edit = { readonly id: string; readonly text: string; readonly sec: string };

function restoreEdit(attemptId: AttemptId): Edit | null {
  const { id, text, sec } = readTyped('edit', attemptId);
  return typeof id === 'string' && typeof text === 'string' && typeof sec === 'string'
    ? { id, text, sec }
    : null;
}

function secondsOf(atMs: Ms): string {
  return (atMs / 1000).toFixed(1);
}

type EditFormProps = {
  readonly comment: Comment;
  readonly edit: Edit;
  readonly durationMs: Ms;
  readonly playhead: Playhead;
  readonly onEdit: (edit: Edit) => void;
  /** Null: it stays as it was. Fulfils with whether the form is done with. */
  readonly onEnd: (changed: Comment | null) => Promise<boolean>;
};

function EditForm({ comment, edit, durationMs, playhead, onEdit, onEnd }: EditFormProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  /** What was written is on its way, and stands still. */
  const [isSaving, setSaving] = useState(false);
  useEffect(() => field.current?.focus(), []);
  const end = async (changed: Comment | null) => {
    if (isSaving) return;
    setSaving(true);
    const isDone = await onEnd(changed);
    setSaving(false);
    // Its row may have moved to another place and back, and the focus got lost.
    if (!isDone) field.current?.focus();
  };
  const seconds = Number(edit.sec);
  const isOutside = edit.sec.trim() === '' || !(seconds >= 0 && seconds <= durationMs / 1000);
  const text = edit.text.trim();
  const save = () => {
    if (isOutside || text === '') return;
    // What was not touched keeps its milliseconds.
    const isMoved = edit.sec !== secondsOf(comment.atMs);
    const atMs = isMoved ? clamp(Math.round(seconds * 1000), 0, durationMs) : comment.atMs;
    void end({ ...comment, text, atMs, updatedAt: Date.now() });
  };
  const cancelOnEscape = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void end(null);
  };
  return (
    <form
      className={styles['edit']}
      aria-label="Change this comment"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <textarea
        ref={field}
        aria-label="Text"
        className="voice"
        rows={1}
        readOnly={isSaving}
        value={edit.text}
        onChange={(event) => onEdit({ ...edit, text: event.currentTarget.value })}
        onKeyDown={(event) => {
          submitOnEnter(event);
          cancelOnEscape(event);
        }}
      />
      <div className={styles['when']}>
        <TextField
          label="Time in seconds"
          type="number"
          inputMode="decimal"
          min="0"
          max={Math.floor(durationMs / 100) / 10}
          step="0.1"
          readOnly={isSaving}
          value={edit.sec}
          error={isOutside ? `From 0 to ${Math.floor(durationMs / 100) / 10}.` : null}
          onChange={(event) => onEdit({ ...edit, sec: event.currentTarget.value })}
          onKeyDown={cancelOnEscape}
        />
        <Button
          slim
          variant="plain"
          disabled={!playhead.canPlay || isSaving}
          onClick={() => onEdit({ ...edit, sec: secondsOf(playhead.now()) })}
        >
          Move here
        </Button>
      </div>
      <div className="row">
        <Button slim type="submit" disabled={isOutside || text === ''}>
          Save
        </Button>
        <Button slim variant="quiet" onClick={() => void end(null)}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

/** Shift and Enter begin another line. */
function submitOnEnter(event: KeyboardEvent<HTMLTextAreaElement>): void {
  if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
  event.preventDefault();
  event.currentTarget.form?.requestSubmit();
}

type NewCommentProps = Pick<CommentsProps, 'attemptId' | 'playhead' | 'change'> & {
  readonly isFirst: boolean;
};

/** Words on their way, and the instant they are about: frozen from the first letter on, or from the key. */
type Draft = { readonly text: string; readonly atMs: Ms | null };

function restoreDraft(attemptId: AttemptId): Draft {
  const { text, atMs } = readTyped('comment', attemptId);
  return typeof text === 'string' && text !== '' && typeof atMs === 'number'
    ? { text, atMs }
    : { text: '', atMs: null };
}

function NewComment({ attemptId, isFirst, playhead, change }: NewCommentProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const [draft, setDraft] = useState(() => restoreDraft(attemptId));
  const hasKeys = useSingleKeys();
  /** What writing interrupted: the replay, and whatever had the focus when the key was pressed. */
  const wasPlaying = useRef(false);
  const cameFrom = useRef<Element | null>(null);
  const second = usePlayhead(playhead, (atMs) => Math.floor(atMs / 1000));

  const write = (next: Draft) => {
    setDraft(next);
    writeTyped('comment', attemptId, next.text === '' ? null : next);
  };
  const halt = () => {
    if (playhead.pause()) wasPlaying.current = true;
  };
  const type = (text: string) => {
    if (draft.text === '' && text !== '') halt();
    write({ text, atMs: draft.atMs ?? playhead.now() });
  };
  const goOn = () => {
    write({ text: '', atMs: null });
    if (wasPlaying.current) playhead.resume();
    wasPlaying.current = false;
    const back = cameFrom.current;
    cameFrom.current = null;
    return back;
  };
  const save = () => {
    const text = draft.text.trim();
    if (text === '') {
      field.current?.focus();
      return;
    }
    const now = Date.now();
    const comment = {
      id: newCommentId(),
      atMs: draft.atMs ?? playhead.now(),
      text,
      createdAt: now,
      updatedAt: now,
    };
    void change((coaching) => withComment(coaching, comment)).then((isStored) => {
      // What could not be stored is in the field again, before whatever was written there meanwhile.
      const since = field.current?.value ?? '';
      if (!isStored) write({ text: since === '' ? text : `${text}\n${since}`, atMs: comment.atMs });
    });
    const back = goOn();
    if (back !== null) giveBack(back, field.current);
  };
  const cancel = () => giveBack(goOn(), field.current);

  const comment = () => {
    halt();
    cameFrom.current = document.activeElement;
    if (draft.text === '') setDraft({ text: '', atMs: playhead.now() });
    field.current?.focus();
  };
  useShortcuts([{ keys: 'c', label: 'Comment at the playhead', run: comment }]);

  return (
    <form
      className={styles['new']}
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <textarea
        ref={field}
        aria-label="Comment"
        rows={1}
        placeholder={`At ${timecode(draft.atMs ?? second * 1000)}`}
        value={draft.text}
        {...(hasKeys ? { 'aria-keyshortcuts': 'C' } : {})}
        onChange={(event) => type(event.currentTarget.value)}
        onKeyDown={(event) => {
          submitOnEnter(event);
          if (event.key !== 'Escape' || event.nativeEvent.isComposing) return;
          event.preventDefault();
          cancel();
        }}
        onBlur={() => {
          // Nothing was written after all: the time follows the replay again.
          if (draft.text !== '') return;
          setDraft({ text: '', atMs: null });
          wasPlaying.current = false;
          cameFrom.current = null;
        }}
      />
      <Button type="submit">Add comment</Button>
      <p className={styles['how']}>{howWords(draft, isFirst, hasKeys)}</p>
    </form>
  );
}

function howWords({ text, atMs }: Draft, isFirst: boolean, hasKeys: boolean): string {
  if (text !== '' && atMs !== null) return `At ${timecode(atMs)}. Enter saves and plays on, Esc drops it.`;
  if (!hasKeys) return 'Typing pauses the replay; Enter saves and plays on.';
  return isFirst
    ? 'Press C while listening: the replay pauses, Enter saves and plays on.'
    : 'C comments at the playhead and pauses; Enter saves and plays on.';
}

/** To where the key was pressed, so that the next key is one again and not a letter. */
function giveBack(to: Element | null, from: HTMLElement | null): void {
  if (to instanceof HTMLElement && to.isConnected && to !== document.body) to.focus({ preventScroll: true });
  else from?.blur();
}
