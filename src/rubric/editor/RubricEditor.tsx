import { type ReactNode, useRef, useState } from 'react';
import { PROMPT_KINDS } from '../../domain/prompt.ts';
import { type CriterionId, cellId, type Rubric } from '../../domain/rubric.ts';
import { STEP_IDS, STEP_LABELS, type StepId } from '../../domain/step.ts';
import { plural } from '../../domain/timeline.ts';
import { Button } from '../../ui/Button.tsx';
import { CriterionShape } from '../../ui/CriterionShape.tsx';
import { formatTarget } from '../../ui/format.ts';
import { refocus } from '../../ui/refocus.ts';
import { Section } from '../../ui/Sheet.tsx';
import { StepLetter } from '../../ui/Steps.tsx';
import { useUndo } from '../../ui/undo.tsx';
import { MOST_CRITERIA } from '../definition.ts';
import { CELL_TEXT_LABELS, CELL_TEXTS, fieldsOf, KIND_NAMES } from '../fields.ts';
import {
  addCriterion,
  beginDraft,
  cellPaths,
  countChanges,
  fillUp,
  LEAST_SHARE,
  problemsIn,
  type RubricDraft,
  removedBuiltIns,
  setIn,
  toRubric,
  valueIn,
  weightsOf,
} from './draft.ts';
import { type Edit, EditName, EditNumber, EditText } from './EditField.tsx';
import styles from './RubricEditor.module.css';

type RubricEditorProps = {
  /** The version the draft began with, or the one in use. */
  readonly base: Rubric;
  /** Null: nothing was changed yet. */
  readonly draft: RubricDraft | null;
  readonly onDraft: (draft: RubricDraft | null) => void;
  /** Fulfils with whether it was stored; the draft then goes. */
  readonly onSave: (rubric: Rubric) => Promise<boolean>;
};

const NOTHING: ReadonlyMap<string, string> = new Map();

/** Every text, weight and budget of a rubric. What is changed is a draft until it is saved as a new version. */
export function RubricEditor({ base, draft: stored, onDraft, onSave }: RubricEditorProps) {
  const draft = stored ?? beginDraft(base);
  const fields = fieldsOf(base);
  const [isTried, setTried] = useState(false);
  const [isSaving, setSaving] = useState(false);
  const frame = useRef<HTMLDivElement>(null);
  const { offerUndo, notice } = useUndo();
  const problems = problemsIn(draft, base);
  const changes = countChanges(draft, base);
  const change = (next: RubricDraft) => onDraft(countChanges(next, base) === 0 ? null : next);
  const edit: Edit = {
    draft,
    base: fields,
    problems: isTried ? problems : NOTHING,
    set: (path, value) => change(setIn(draft, fields, path, value)),
  };

  /** Opens whatever hides the field, and goes there. */
  function goTo(path: string) {
    const field = frame.current?.querySelector<HTMLElement>(`[name="${CSS.escape(path)}"]`);
    for (let hidden = field?.closest('details'); hidden; hidden = hidden.parentElement?.closest('details'))
      hidden.open = true;
    field?.focus();
  }

  async function save() {
    setTried(true);
    const [wrong] = problems.keys();
    if (wrong !== undefined) {
      // A sum is put right at its first step.
      goTo(/^budgets\.\d+$/.test(wrong) ? `${wrong}.situation` : wrong);
      return;
    }
    setSaving(true);
    const isStored = await onSave(toRubric(draft, base));
    setSaving(false);
    if (!isStored) return;
    setTried(false);
    refocus();
  }

  function remove(id: CriterionId) {
    const name = valueIn(draft, fields, `criteria.${id}.label`);
    change({ ...draft, criteria: draft.criteria.filter((other) => other !== id) });
    offerUndo(`Removed “${name}” from the draft.`, () => onDraft(draft));
  }

  function add(next: RubricDraft) {
    change(next);
    // It comes with this press; its name is the first thing to write.
    requestAnimationFrame(() => {
      goTo(`criteria.${next.criteria.at(-1)}.label`);
      const field = document.activeElement;
      if (field instanceof HTMLInputElement) field.select();
    });
  }

  return (
    <div ref={frame} className={styles['editor']}>
      <Section title="Criteria" count={`${draft.criteria.length} of at most ${MOST_CRITERIA}`}>
        <div className={styles['parts']}>
          {draft.criteria.map((id) => (
            <Criterion
              key={id}
              id={id}
              edit={edit}
              isOnly={draft.criteria.length === 1}
              onRemove={() => remove(id)}
            />
          ))}
          <Shares
            edit={edit}
            of={draft.criteria.map((id) => ({ path: `criteria.${id}`, name: nameIn(edit, id) }))}
          />
          {draft.criteria.length < MOST_CRITERIA && (
            <div className="row">
              <Button onClick={() => add(addCriterion(draft, fields))}>Add a criterion</Button>
              {removedBuiltIns(draft).map(({ id, label }) => (
                <Button key={id} onClick={() => add({ ...draft, criteria: [...draft.criteria, id] })}>
                  Put back {label}
                </Button>
              ))}
            </div>
          )}
        </div>
      </Section>
      <Section title="Steps">
        <div className={styles['parts']}>
          <div>
            {STEP_IDS.map((step) => (
              <Step key={step} step={step} edit={edit} />
            ))}
          </div>
          <Shares edit={edit} of={STEP_IDS.map((id) => ({ path: `steps.${id}`, name: STEP_LABELS[id] }))} />
        </div>
      </Section>
      <Section title="Time budgets">
        <Budgets base={base} edit={edit} onChange={change} />
      </Section>
      <Section title="Words">
        <Words base={base} edit={edit} />
      </Section>
      {changes > 0 && (
        <SaveBar
          changes={changes}
          wrong={isTried ? problems.size : 0}
          isSaving={isSaving}
          onSave={() => void save()}
          onDiscard={() => {
            setTried(false);
            onDraft(null);
            offerUndo('Discarded the changes.', () => onDraft(draft));
          }}
        />
      )}
      {notice}
    </div>
  );
}

function nameIn({ draft, base }: Edit, id: CriterionId): string {
  return valueIn(draft, base, `criteria.${id}.label`).trim() || 'Unnamed';
}

type CriterionProps = {
  readonly id: CriterionId;
  readonly edit: Edit;
  readonly isOnly: boolean;
  readonly onRemove: () => void;
};

function Criterion({ id, edit, isOnly, onRemove }: CriterionProps) {
  const name = nameIn(edit, id);
  return (
    <fieldset className={styles['criterion']}>
      <legend>
        <CriterionShape criterion={id} /> {name}
      </legend>
      <div className={styles['fields']}>
        <EditName edit={edit} path={`criteria.${id}.label`} label="Name" />
        <EditText edit={edit} path={`criteria.${id}.question`} label="Question" />
        <EditNumber edit={edit} path={`criteria.${id}.weight`} label="Share (%)" {...SHARE} />
      </div>
      {id === 'depth' && (
        <p className="small muted">
          “Something said is wrong” caps the score by this criterion; others have no such cap.
        </p>
      )}
      {isOnly ? (
        <p className="small muted">The last criterion stays.</p>
      ) : (
        <Button variant="quiet" slim aria-label={`Remove ${name}`} onClick={onRemove}>
          Remove
        </Button>
      )}
    </fieldset>
  );
}

const SHARE = { min: LEAST_SHARE, max: 100, step: 'any' } as const;

type SharesProps = {
  readonly edit: Edit;
  readonly of: readonly { readonly path: string; readonly name: string }[];
};

/** What the shares come to when they are not 100 % in all. */
function Shares({ edit, of }: SharesProps) {
  const shares = of.map(({ path }) => Number(valueIn(edit.draft, edit.base, `${path}.weight`)));
  const sum = Number(shares.reduce((total, share) => total + share, 0).toFixed(2));
  if (!(sum > 0) || Math.abs(sum - 100) < 0.05) return <p className="small muted">100 % in all.</p>;
  const weights = weightsOf(shares);
  const parts = of.map(({ name }, index) => `${name} ${Number(((weights[index] ?? 0) * 100).toFixed(1))} %`);
  return (
    <p className="small">
      {sum} % in all. Each counts by its part of that: {parts.join(', ')}.
    </p>
  );
}

/** Everything about one step; folded, so that one is at hand at a time. */
function Step({ step, edit }: { readonly step: StepId; readonly edit: Edit }) {
  const kinds = PROMPT_KINDS.map((kind) => `steps.${step}.byKind.${kind}`);
  const own = [`steps.${step}.asks`, `steps.${step}.weight`, ...kinds];
  const cells = edit.draft.criteria.flatMap((id) => cellPaths(id, step));
  return (
    <details className={styles['fold']}>
      <Summary
        edit={edit}
        paths={[...own, ...cells]}
        note={`${valueIn(edit.draft, edit.base, `steps.${step}.weight`)} %`}
      >
        <StepLetter step={step} /> {STEP_LABELS[step]}
      </Summary>
      <div className={styles['step']}>
        <div className={styles['fields']}>
          <EditText edit={edit} path={`steps.${step}.asks`} label="What it asks" />
          <EditNumber edit={edit} path={`steps.${step}.weight`} label="Share (%)" {...SHARE} />
        </div>
        <div>
          <details className={styles['fold']}>
            <Summary edit={edit} paths={kinds}>
              What it asks, by kind of prompt
            </Summary>
            <div className={styles['inside']}>
              {PROMPT_KINDS.map((kind) => (
                <EditText
                  key={kind}
                  edit={edit}
                  path={`steps.${step}.byKind.${kind}`}
                  label={`For ${KIND_NAMES[kind]}`}
                />
              ))}
            </div>
          </details>
          {edit.draft.criteria.map((id) => (
            <details key={id} className={styles['fold']}>
              <Summary edit={edit} paths={cellPaths(id, step)}>
                <CriterionShape criterion={id} /> {nameIn(edit, id)}
                <span className="vh">: {STEP_LABELS[step]}</span>
              </Summary>
              <Cell id={id} step={step} edit={edit} />
            </details>
          ))}
        </div>
      </div>
    </details>
  );
}

type SummaryProps = {
  readonly edit: Edit;
  readonly paths: readonly string[];
  readonly note?: string;
  readonly children: ReactNode;
};

/** A folded part says what is going on in it. */
function Summary({ edit, paths, note, children }: SummaryProps) {
  const wrong = paths.filter((path) => edit.problems.has(path)).length;
  const typed = paths.filter((path) => edit.draft.changes[path] !== undefined);
  const changed = typed.filter((path) => edit.base.has(path)).length;
  const words = [
    note ?? [],
    typed.length > changed ? 'new' : [],
    changed > 0 ? `${changed} changed` : [],
  ].flat();
  return (
    <summary>
      <span className={styles['summary']}>
        <span>{children}</span>
        {words.length > 0 && <span className={styles['note']}>{words.join(' · ')}</span>}
        {wrong > 0 && <strong className={styles['note']}>{wrong} to put right</strong>}
      </span>
    </summary>
  );
}

type CellProps = { readonly id: CriterionId; readonly step: StepId; readonly edit: Edit };

function Cell({ id, step, edit }: CellProps) {
  const at = `cells.${cellId(id, step)}`;
  return (
    <div className={styles['inside']}>
      {([4, 3, 2, 1] as const).map((level) => (
        <EditText
          key={level}
          edit={edit}
          path={`${at}.levels.${level}`}
          label={`Level ${level} ${valueIn(edit.draft, edit.base, `levels.${level}.label`)}`}
        />
      ))}
      {CELL_TEXTS.map((text) => (
        <EditText key={text} edit={edit} path={`${at}.${text}`} label={CELL_TEXT_LABELS[text]} />
      ))}
      {id === 'pacing' && (
        <p className="small muted">
          The ceiling shown after the lock keeps to the built-in limits of this cell, whatever is written
          here.
        </p>
      )}
    </div>
  );
}

type BudgetsProps = {
  readonly base: Rubric;
  readonly edit: Edit;
  readonly onChange: (draft: RubricDraft) => void;
};

function Budgets({ base, edit, onChange }: BudgetsProps) {
  const seconds = (target: string, step: StepId) =>
    Number(valueIn(edit.draft, edit.base, `budgets.${target}.${step}`));
  const fit = (target: string) => {
    const filled = fillUp(
      STEP_IDS.map((step) => seconds(target, step)),
      Number(target),
    );
    onChange(
      STEP_IDS.reduce(
        (draft, step, index) =>
          setIn(draft, edit.base, `budgets.${target}.${step}`, String(filled[index] ?? 0)),
        edit.draft,
      ),
    );
  };
  return (
    <div className={styles['parts']}>
      <p className="small muted">
        Seconds for each step. For lengths in between, the shares are worked out from the two nearest.
      </p>
      {Object.keys(base.budgets).map((target) => {
        const length = formatTarget(Number(target) * 1000);
        const sum = STEP_IDS.reduce((total, step) => total + seconds(target, step), 0);
        const off = Number(target) - sum;
        return (
          <fieldset key={target} className={styles['criterion']}>
            <legend>{length}</legend>
            <div className={styles['seconds']}>
              {STEP_IDS.map((step) => (
                <EditNumber
                  key={step}
                  edit={edit}
                  path={`budgets.${target}.${step}`}
                  label={STEP_LABELS[step]}
                  min={1}
                  max={Number(target)}
                  step={1}
                />
              ))}
              {base.targets[target] !== undefined && (
                <EditNumber
                  edit={edit}
                  path={`aims.${target}`}
                  label="Score to aim at"
                  min={0}
                  max={100}
                  step="any"
                />
              )}
            </div>
            <div className="row">
              {off === 0 ? (
                <p className="small muted">{sum} s, all of it.</p>
              ) : (
                <>
                  <p className="small">
                    {Number.isFinite(sum) ? `${sum} of ${target} s: ` : 'Not all are numbers. '}
                    {Number.isFinite(off) &&
                      (off > 0 ? `${off} s are left over.` : `that is ${-off} s too much.`)}
                  </p>
                  <Button
                    slim
                    onClick={({ currentTarget }) => {
                      // The button goes when the sum is right.
                      currentTarget.closest('fieldset')?.querySelector('input')?.focus();
                      fit(target);
                    }}
                  >
                    Fit to {length}
                  </Button>
                </>
              )}
            </div>
          </fieldset>
        );
      })}
    </div>
  );
}

function Words({ base, edit }: { readonly base: Rubric; readonly edit: Edit }) {
  return (
    <div className={styles['parts']}>
      <EditText edit={edit} path="title" label="Title" />
      <EditText edit={edit} path="selectionRule" label="Rule for choosing a level" />
      <div className={styles['seconds']}>
        {base.levels.map(({ value }) => (
          <EditName key={value} edit={edit} path={`levels.${value}.label`} label={`Level ${value} name`} />
        ))}
      </div>
      <div>
        {base.bands.map(({ from, to }, index) => (
          <details key={`${from}`} className={styles['fold']}>
            <Summary edit={edit} paths={[`bands.${index}.label`, `bands.${index}.next`]}>
              A score of {from} to {to}
            </Summary>
            <div className={styles['inside']}>
              <EditName edit={edit} path={`bands.${index}.label`} label="Name" />
              <EditText edit={edit} path={`bands.${index}.next`} label="What to do next" />
            </div>
          </details>
        ))}
      </div>
    </div>
  );
}

type SaveBarProps = {
  readonly changes: number;
  readonly wrong: number;
  readonly isSaving: boolean;
  readonly onSave: () => void;
  readonly onDiscard: () => void;
};

/** Within reach wherever one is in the page. */
function SaveBar({ changes, wrong, isSaving, onSave, onDiscard }: SaveBarProps) {
  return (
    <div className={styles['save']}>
      <p role="status">
        <strong>{plural(changes, 'change')} not saved.</strong>
        {wrong > 0 && ` ${wrong === 1 ? 'One field needs' : `${wrong} fields need`} something first.`}
      </p>
      <p className={styles['follows']}>
        New scores will use the new version; trends compare equal versions only.
      </p>
      <Button variant="quiet" className={styles['discard']} onClick={onDiscard}>
        Discard changes
      </Button>
      <Button variant="primary" aria-disabled={isSaving} onClick={() => !isSaving && onSave()}>
        Save as a new version
      </Button>
    </div>
  );
}
