import { TextArea, TextField } from '../../ui/Field.tsx';
import { MOST_LETTERS } from '../definition.ts';
import type { Fields } from '../fields.ts';
import { type DraftProblems, type RubricDraft, valueIn } from './draft.ts';
import styles from './RubricEditor.module.css';

/** The draft at hand, for the fields that change it. */
export type Edit = {
  readonly draft: RubricDraft;
  readonly base: Fields;
  /** Those to be shown beside their fields. */
  readonly problems: DraftProblems;
  readonly set: (path: string, value: string) => void;
};

type EditFieldProps = {
  readonly edit: Edit;
  readonly path: string;
  readonly label: string;
  readonly hint?: string;
};

function useValue({ edit: { draft, base, problems }, path, hint }: EditFieldProps) {
  const isChanged = draft.changes[path] !== undefined && base.has(path);
  const said = [hint, isChanged ? 'Changed' : undefined].filter((part) => part !== undefined).join(' · ');
  return {
    name: path,
    value: valueIn(draft, base, path),
    error: problems.get(path) ?? null,
    ...(said === '' ? {} : { hint: said }),
  };
}

/** One line: a name. */
export function EditName(props: EditFieldProps) {
  const { edit, path, label } = props;
  return (
    <TextField
      {...useValue(props)}
      label={label}
      maxLength={MOST_LETTERS.name}
      autoComplete="off"
      onChange={(event) => edit.set(path, event.currentTarget.value)}
    />
  );
}

/** A sentence or more. */
export function EditText(props: EditFieldProps) {
  const { edit, path, label } = props;
  return (
    <TextArea
      {...useValue(props)}
      label={label}
      className={styles['text']}
      rows={1}
      maxLength={MOST_LETTERS.text}
      onChange={(event) => edit.set(path, event.currentTarget.value)}
    />
  );
}

type EditNumberProps = EditFieldProps & {
  readonly min: number;
  readonly max: number;
  readonly step: number | 'any';
};

/** A number, as typed until it is saved. */
export function EditNumber(props: EditNumberProps) {
  const { edit, path, label, min, max, step } = props;
  return (
    <div className={styles['number']}>
      <TextField
        {...useValue(props)}
        label={label}
        type="number"
        inputMode="decimal"
        min={min}
        max={max}
        step={step}
        onChange={(event) => edit.set(path, event.currentTarget.value)}
      />
    </div>
  );
}
