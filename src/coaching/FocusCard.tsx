import { useRef, useState } from 'react';
import type { KeptAttempt } from '../domain/attempt.ts';
import { drillLength } from '../domain/budget.ts';
import { type Coaching, type Focus, withFocus } from '../domain/coaching.ts';
import { type FocusPick, nextLevel, pickFocus } from '../domain/focus.ts';
import { type CellId, cellId, cellOf, cellsOf, type Level, type Rubric, stepOf } from '../domain/rubric.ts';
import { levelOf, type Marking } from '../domain/scoring.ts';
import type { StepId } from '../domain/step.ts';
import { Button, LinkButton } from '../ui/Button.tsx';
import { Select, TextArea } from '../ui/Field.tsx';
import styles from './FocusCard.module.css';
import { Panel } from './Panel.tsx';
import { readTyped, writeTyped } from './typed.ts';

type FocusCardProps = {
  readonly attempt: Pick<KeptAttempt, 'id' | 'promptId' | 'targetMs'>;
  /** The locked review's. */
  readonly rubric: Rubric;
  readonly marking: Marking;
  /** Of a quick review: the step whose cells were asked. */
  readonly only: StepId | null;
  readonly saved: Focus | undefined;
  /** The focuses of the attempts before, newest first. */
  readonly before: readonly Focus[];
  /** Its prompt is still there to be practised. */
  readonly canRepeat: boolean;
  readonly change: (change: (coaching: Coaching) => Coaching) => Promise<boolean>;
};

/** One cell to work on next, and one sentence to take into the next attempt. */
export function FocusCard(props: FocusCardProps) {
  const { attempt, rubric, marking, only, saved, before, canRepeat, change } = props;
  /** Null: nothing was pressed yet. */
  const [isChanging, setChanging] = useState<boolean | null>(null);
  const [isSaving, setSaving] = useState(false);
  const choices = cellsWithLevel(rubric, marking, only);
  const pick = pickFocus(
    rubric,
    marking,
    before,
    choices.map(({ cell }) => cell),
  );
  // What is on its way shows already, and may yet be refused: until then the words stay in the form.
  if (saved !== undefined && isChanging !== true && !isSaving)
    return (
      <Panel
        name="Focus"
        kicker="Your focus for the next attempt"
        title={titleOf(rubric, saved.cell, saved.label)}
        takesFocus={isChanging !== null}
      >
        <p className={`voice ${styles['sentence']}`}>{saved.ifThen}</p>
        <div>
          <Button slim variant="plain" onClick={() => setChanging(true)}>
            Change
          </Button>
        </div>
        <Onward attempt={attempt} rubric={rubric} cell={saved.cell} canRepeat={canRepeat} />
      </Panel>
    );
  // Every cell of a review that can be locked may since have been marked away, but not all of them at once.
  if (pick === null) return null;
  const save = async (focus: Focus) => {
    if (isSaving) return;
    setSaving(true);
    const isStored = await change((coaching) => withFocus(coaching, focus));
    setSaving(false);
    if (!isStored) return;
    setChanging(false);
    writeTyped('focus', attempt.id, null);
  };
  return (
    <FocusForm
      {...props}
      pick={pick}
      choices={choices}
      takesFocus={isChanging === true}
      isSaving={isSaving}
      onSave={(focus) => void save(focus)}
    />
  );
}

type Choice = {
  readonly cell: CellId;
  readonly step: StepId;
  readonly level: Level | 0;
  readonly label: string;
};

/** What the rubric leaves to be filled in: `{condition}`. */
const BRACES = /\{[^{}]*\}/;

type FocusFormProps = FocusCardProps & {
  readonly pick: FocusPick;
  readonly choices: readonly Choice[];
  readonly takesFocus: boolean;
  /** What was written is on its way, and stands still. */
  readonly isSaving: boolean;
  readonly onSave: (focus: Focus) => void;
};

function FocusForm(props: FocusFormProps) {
  const { attempt, rubric, saved, before, canRepeat, pick, choices, takesFocus } = props;
  const { isSaving, onSave } = props;
  const [typed, setTyped] = useState(() => readTyped('focus', attempt.id));
  const [error, setError] = useState<string | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const ids = choices.map(({ cell }) => cell);
  const cell = ids.find((id) => id === typed['cell']) ?? ids.find((id) => id === saved?.cell) ?? pick.cell;
  const chosen = choices.find((choice) => choice.cell === cell);
  const level = chosen?.level ?? pick.level;
  const own = typed[cell];
  const sentence = typeof own === 'string' ? own : firstWords(rubric, cell, saved, before);
  const write = (fields: Readonly<Record<string, string>>) => {
    const next = { ...typed, ...fields };
    setTyped(next);
    writeTyped('focus', attempt.id, next);
  };
  const save = () => {
    const ifThen = sentence.trim();
    const problem =
      ifThen === ''
        ? 'Write one sentence: when what happens, and what you will do then.'
        : BRACES.test(ifThen) && error === null
          ? 'Braces stand for words of your own: put them in, or save it as it is.'
          : null;
    if (problem !== null) {
      setError(problem);
      field.current?.focus();
      return;
    }
    const { id, version } = rubric;
    const label = chosen?.label ?? cell;
    onSave({ cell, label, level, ifThen, rubric: { id, version }, savedAt: Date.now() });
  };
  const isPicked = cell === pick.cell;
  const isDrill = isPicked && pick.tag === 'drill';
  const { levels, drill } = cellOf(rubric, cell);
  const next = nextLevel(level);
  return (
    <Panel
      name="Focus"
      kicker={isPicked ? kickerOf(pick) : 'One focus'}
      title={titleOf(rubric, cell, cell)}
      takesFocus={takesFocus}
    >
      <div className={styles['why']}>
        {isPicked && <p>{reasonOf(rubric, pick)}</p>}
        <p>
          {level === 0 ? (
            'The step counts as missing: 0.'
          ) : (
            <>
              <b>At {level}</b> {levels[level]}
            </>
          )}
        </p>
        {next !== null && (
          <p>
            <b>For {next}</b> {levels[next]}
          </p>
        )}
        {isDrill && (
          <p>
            <b>Drill</b> {drill}
          </p>
        )}
      </div>
      <div className={styles['field']}>
        <p className="small muted">When and what, in your words</p>
        <TextArea
          ref={field}
          label="If-then"
          hideLabel
          rows={3}
          className={`voice ${styles['own']}`}
          value={sentence}
          readOnly={isSaving}
          error={error}
          {...(sentence.includes('{')
            ? { hint: 'Put your own words in place of what stands in braces.' }
            : {})}
          onChange={(event) => {
            setError(null);
            write({ cell, [cell]: event.currentTarget.value });
          }}
        />
      </div>
      <Button variant={isDrill ? 'outline' : 'primary'} onClick={save}>
        Save focus
      </Button>
      <Onward attempt={attempt} rubric={rubric} cell={cell} canRepeat={canRepeat} isDrill={isDrill} />
      <div className={styles['other']}>
        <Select
          label="Another cell"
          value={cell}
          disabled={isSaving}
          options={choices.map((choice) => ({
            value: choice.cell,
            label: `${choice.label}, at ${choice.level}`,
          }))}
          onChange={(value) => {
            setError(null);
            write({ cell: value });
          }}
        />
      </div>
    </Panel>
  );
}

type OnwardProps = Pick<FocusCardProps, 'attempt' | 'rubric' | 'canRepeat'> & {
  readonly cell: CellId;
  readonly isDrill?: boolean;
};

/** The step alone, or the whole once more. */
function Onward({ attempt, rubric, cell, canRepeat, isDrill = false }: OnwardProps) {
  const step = rubric.steps.find(({ id }) => id === stepOf(cell));
  if (step === undefined) return null;
  const seconds = Math.round(drillLength(rubric.budgets, attempt.targetMs, step.id) / 1000);
  const practice = `/practice/${attempt.promptId}`;
  return (
    <div className={styles['onward']}>
      <LinkButton
        variant={isDrill ? 'primary' : 'outline'}
        to={`${practice}?drill=${attempt.id}&step=${step.id}`}
      >
        Redo {step.label}, {seconds} seconds
      </LinkButton>
      {/* Only takes of one length compare. */}
      {canRepeat && (
        <LinkButton to={`${practice}?target=${attempt.targetMs / 1000}`}>Practise again</LinkButton>
      )}
    </div>
  );
}

function cellsWithLevel(rubric: Rubric, marking: Marking, only: StepId | null): readonly Choice[] {
  const ids = new Set(cellsOf(rubric));
  return rubric.steps.flatMap((step) =>
    rubric.criteria.flatMap((criterion) => {
      const cell = cellId(criterion.id, step.id);
      const level = levelOf(marking, criterion.id, step.id);
      if (level === null || !ids.has(cell) || (only !== null && step.id !== only)) return [];
      return [{ cell, step: step.id, level, label: `${criterion.label}: ${step.label}` }];
    }),
  );
}

/** `Technical depth of Trade-offs`; `otherwise` where the rubric has no such cell. */
function titleOf(rubric: Rubric, cell: CellId, otherwise: string): string {
  const step = rubric.steps.find(({ id }) => id === stepOf(cell));
  const criterion = rubric.criteria.find(({ id }) => step !== undefined && cellId(id, step.id) === cell);
  return criterion === undefined || step === undefined ? otherwise : `${criterion.label} of ${step.label}`;
}

const TIMES = ['One focus', 'One focus, for the second time'];

function kickerOf({ tag, times }: FocusPick): string {
  return tag === 'drill' ? 'The step alone first' : (TIMES[times - 1] ?? 'One focus');
}

function reasonOf(rubric: Rubric, { tag, level, insteadOf }: FocusPick): string {
  if (tag === 'drill') return `Two attempts had this focus, and it is at ${level}.`;
  if (insteadOf !== undefined)
    return `${titleOf(rubric, insteadOf, insteadOf)} had two attempts and has changed. Of the others, none would raise the overall score more.`;
  if (level === 4) return 'Every scored cell is at 4. This is the one that weighs most.';
  if (level === 3) return 'Every scored cell is at 3 or more. None would raise the overall score more.';
  return 'No other cell would raise the overall score more.';
}

/** One's own sentence where the cell has one already: of this attempt, or of the one before. */
function firstWords(
  rubric: Rubric,
  cell: CellId,
  saved: Focus | undefined,
  before: readonly Focus[],
): string {
  const [last] = before;
  if (saved?.cell === cell) return saved.ifThen;
  return last?.cell === cell ? last.ifThen : cellOf(rubric, cell).ifThen;
}
