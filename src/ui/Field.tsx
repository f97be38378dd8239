import { type ComponentProps, type ReactNode, useId } from 'react';
import { classes } from './classes.ts';
import styles from './Field.module.css';

type About = {
  /** The accessible name; the words over the field. */
  readonly label: string;
  readonly hint?: ReactNode;
  /** What is wrong and how to put it right; null: nothing is. */
  readonly error?: string | null;
  /** Keeps the label for the ear only. */
  readonly hideLabel?: boolean;
};

type TextFieldProps = About & Omit<ComponentProps<'input'>, 'id'>;

export function TextField({
  label,
  hint,
  error = null,
  hideLabel = false,
  className,
  ...rest
}: TextFieldProps) {
  const { frame, control } = useFrame({ label, hint, error, hideLabel });
  return frame(
    <input type="text" {...rest} {...control} className={classes(styles['control'], className)} />,
  );
}

type TextAreaProps = About & Omit<ComponentProps<'textarea'>, 'id'>;

export function TextArea({
  label,
  hint,
  error = null,
  hideLabel = false,
  className,
  ...rest
}: TextAreaProps) {
  const { frame, control } = useFrame({ label, hint, error, hideLabel });
  return frame(<textarea {...rest} {...control} className={classes(styles['control'], className)} />);
}

type SelectProps<Value extends string> = About &
  Omit<ComponentProps<'select'>, 'id' | 'value' | 'onChange' | 'children'> & {
    readonly value: Value;
    /** Those of one group stand together. */
    readonly options: readonly {
      readonly value: Value;
      readonly label: string;
      readonly group?: string;
    }[];
    readonly onChange: (value: Value) => void;
  };

export function Select<Value extends string>(props: SelectProps<Value>) {
  const {
    label,
    hint,
    error = null,
    hideLabel = false,
    value,
    options,
    onChange,
    className,
    ...rest
  } = props;
  const { frame, control } = useFrame({ label, hint, error, hideLabel }, styles['fit']);
  return frame(
    <select
      {...rest}
      {...control}
      className={classes(styles['control'], className)}
      value={value}
      onChange={(event) => {
        const chosen = options[event.currentTarget.selectedIndex];
        if (chosen !== undefined) onChange(chosen.value);
      }}
    >
      {groupsOf(options).map(([group, members]) => {
        const list = members.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ));
        return group === undefined ? (
          list
        ) : (
          <optgroup key={group} label={group}>
            {list}
          </optgroup>
        );
      })}
    </select>,
  );
}

/** In the order in which they come, those without a group by themselves. */
function groupsOf<Option extends { readonly group?: string }>(options: readonly Option[]) {
  const groups = new Map<string | undefined, Option[]>();
  for (const option of options) groups.set(option.group, [...(groups.get(option.group) ?? []), option]);
  return [...groups];
}

type CheckboxProps = {
  readonly label: string;
  /** One line saying what it changes. */
  readonly hint?: ReactNode;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly disabled?: boolean;
};

export function Checkbox({ label, hint, checked, onChange, disabled = false }: CheckboxProps) {
  const id = useId();
  return (
    <div className={styles['check']}>
      <input
        id={id}
        type="checkbox"
        checked={checked}
        disabled={disabled}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <label htmlFor={id}>{label}</label>
      {hint !== undefined && (
        <p id={`${id}-hint`} className={styles['hint']}>
          {hint}
        </p>
      )}
    </div>
  );
}

function useFrame({ label, hint, error, hideLabel }: About, width?: string) {
  const id = useId();
  const hasError = error !== null && error !== undefined;
  const describedBy = classes(hint !== undefined && `${id}-hint`, hasError && `${id}-error`);
  const control = {
    id,
    ...(describedBy === '' ? {} : { 'aria-describedby': describedBy }),
    ...(hasError ? { 'aria-invalid': true } : {}),
  } as const;
  const frame = (element: ReactNode) => (
    <div className={classes(styles['field'], width)}>
      <label htmlFor={id} className={hideLabel === true ? 'vh' : styles['label']}>
        {label}
      </label>
      {element}
      {hasError && (
        <p id={`${id}-error`} className={styles['error']}>
          {error}
        </p>
      )}
      {hint !== undefined && (
        <p id={`${id}-hint`} className={styles['hint']}>
          {hint}
        </p>
      )}
    </div>
  );
  return { frame, control };
}
