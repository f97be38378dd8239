import { type ReactNode, type SubmitEvent, useId, useRef, useState } from 'react';
import type { PromptId } from '../domain/ids.ts';
import { type OwnPrompt, PROMPT_KINDS, type PromptKind } from '../domain/prompt.ts';
import { Button } from '../ui/Button.tsx';
import { ConfirmDialog, Dialog } from '../ui/Dialog.tsx';
import { Select, TextArea, TextField } from '../ui/Field.tsx';
import { KIND_LABELS } from './catalog.ts';
import styles from './PromptForm.module.css';

type PromptFormProps = {
  /** The prompt to change; null: a new one. */
  readonly prompt: OwnPrompt | null;
  readonly newId: () => PromptId;
  /** Why it could not be saved: the page is out of sight. */
  readonly fault: ReactNode;
  readonly onSave: (prompt: OwnPrompt) => void;
  readonly onClose: () => void;
};

const KIND_OPTIONS = PROMPT_KINDS.map((kind) => ({ value: kind, label: KIND_LABELS[kind] }));
const LEAST_MINUTES = 0.5;
const MOST_MINUTES = 60;

/** The words and limits of one's own prompt, in a dialog. */
export function PromptForm({ prompt, newId, fault, onSave, onClose }: PromptFormProps) {
  const formId = useId();
  const form = useRef<HTMLFormElement>(null);
  // One for as long as the form is open: pressed twice, Save writes the same prompt twice.
  const [id] = useState(() => prompt?.id ?? newId());
  const [first] = useState(() => firstTexts(prompt));
  const [title, setTitle] = useState(first.title);
  const [question, setQuestion] = useState(first.question);
  const [kind, setKind] = useState<PromptKind>(first.kind);
  const [minutes, setMinutes] = useState(first.minutes);
  const [points, setPoints] = useState(first.points);
  const [isTried, setTried] = useState(false);
  const [asksToClose, setAsksToClose] = useState(false);
  const isChanged =
    title !== first.title ||
    question !== first.question ||
    kind !== first.kind ||
    minutes !== first.minutes ||
    points !== first.points;
  const close = () => (isChanged ? setAsksToClose(true) : onClose());

  const length = Number(minutes);
  const errors = {
    title: title.trim() === '' ? 'Give the prompt a title, so that you find it again.' : null,
    question: question.trim() === '' ? 'Write the question you want to answer.' : null,
    minutes:
      length >= LEAST_MINUTES && length <= MOST_MINUTES
        ? null
        : `Give a length from ${LEAST_MINUTES} to ${MOST_MINUTES} minutes.`,
  };
  const shown = isTried ? errors : { title: null, question: null, minutes: null };

  function submit(event: SubmitEvent) {
    event.preventDefault();
    setTried(true);
    if (Object.values(errors).some((error) => error !== null)) {
      // The message comes with the next render; the field that needs it is known by its name.
      const wrong = (['title', 'question', 'minutes'] as const).find((name) => errors[name] !== null);
      form.current?.querySelector<HTMLElement>(`[name="${wrong}"]`)?.focus();
      return;
    }
    const now = Date.now();
    onSave({
      id,
      title: title.trim(),
      question: question.trim(),
      kind,
      category: 'own',
      targetSec: Math.round(length * 60),
      covers: coveredPoints(points, prompt, id),
      followUps: prompt?.followUps ?? {},
      createdAt: prompt?.createdAt ?? now,
      updatedAt: now,
    });
  }

  return (
    <Dialog
      title={prompt === null ? 'New prompt' : 'Edit prompt'}
      onClose={close}
      actions={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" form={formId} variant="primary">
            Save prompt
          </Button>
        </>
      }
    >
      {fault}
      <form id={formId} ref={form} className={styles['form']} noValidate onSubmit={submit}>
        <TextField
          label="Title"
          name="title"
          value={title}
          maxLength={200}
          autoComplete="off"
          error={shown.title}
          onChange={(event) => setTitle(event.currentTarget.value)}
        />
        <TextArea
          label="Question"
          name="question"
          rows={3}
          value={question}
          maxLength={2000}
          error={shown.question}
          onChange={(event) => setQuestion(event.currentTarget.value)}
        />
        <div className={styles['pair']}>
          <Select label="Kind" value={kind} options={KIND_OPTIONS} onChange={setKind} />
          <TextField
            label="Target length (minutes)"
            name="minutes"
            type="number"
            min={LEAST_MINUTES}
            max={MOST_MINUTES}
            step={0.5}
            value={minutes}
            error={shown.minutes}
            onChange={(event) => setMinutes(event.currentTarget.value)}
          />
        </div>
        <TextArea
          label="Points to cover"
          hint="One a line. They stay hidden until a take is recorded."
          rows={4}
          value={points}
          maxLength={8000}
          onChange={(event) => setPoints(event.currentTarget.value)}
        />
      </form>
      {asksToClose && (
        <ConfirmDialog
          title="Throw away what you wrote?"
          confirmLabel="Throw away"
          cancelLabel="Keep writing"
          onConfirm={onClose}
          onCancel={() => setAsksToClose(false)}
        >
          <p>It has not been saved.</p>
        </ConfirmDialog>
      )}
    </Dialog>
  );
}

/** What the fields begin with. */
function firstTexts(prompt: OwnPrompt | null) {
  return {
    title: prompt?.title ?? '',
    question: prompt?.question ?? '',
    kind: prompt?.kind ?? 'experience',
    minutes: String(Number(((prompt?.targetSec ?? 300) / 60).toFixed(2))),
    points: prompt?.covers.map((point) => point.text).join('\n') ?? '',
  };
}

/** A line that was not changed keeps its id, and with it what was ticked for it in earlier reviews. */
function coveredPoints(lines: string, before: OwnPrompt | null, id: PromptId): OwnPrompt['covers'] {
  const known = new Map(before?.covers.map((point) => [point.text, point.id]));
  const taken = new Set(known.values());
  let counter = 0;
  const fresh = () => {
    do counter += 1;
    while (taken.has(`${id}.c${counter}`));
    return `${id}.c${counter}`;
  };
  const texts = new Set(lines.split('\n').map((line) => line.trim()));
  return [...texts].filter((text) => text !== '').map((text) => ({ id: known.get(text) ?? fresh(), text }));
}
