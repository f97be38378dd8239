import { type KeyboardEvent, useId } from 'react';
import styles from './Choices.module.css';
import { classes } from './classes.ts';

type ChoicesProps<Value extends string | number> = {
  /** The group's accessible name, or the id of the element that is it. */
  readonly name: { readonly 'aria-label': string } | { readonly 'aria-labelledby': string };
  readonly options: readonly { readonly value: Value; readonly label: string }[];
  readonly value: Value | null;
  readonly onChoose: (value: Value) => void;
  /** As wide as there is room, each option as wide as the others. */
  readonly isWide?: boolean;
  /** The options are of two words. */
  readonly areLong?: boolean;
};

/**
 * One of a few, each a box to press: chosen is ink, the speaker's own mark. Where an option's value is a digit,
 * its key chooses it.
 */
export function Choices<Value extends string | number>(props: ChoicesProps<Value>) {
  const { name, options, value, onChoose, isWide = false, areLong = false } = props;
  const id = useId();
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const chosen = options.find((option) => String(option.value) === event.key);
    // Other digits must not jump to a step from here either.
    if (chosen === undefined && !(isDigit(event.key) && options.some((option) => isDigit(option.value))))
      return;
    event.preventDefault();
    if (chosen === undefined) return;
    onChoose(chosen.value);
    document.getElementById(`${id}-${chosen.value}`)?.focus();
  };
  return (
    <fieldset
      role="radiogroup"
      {...name}
      className={classes(styles['choices'], isWide && styles['wide'], areLong && styles['long'])}
      onKeyDown={press}
    >
      {options.map((option) => (
        <label key={option.value} className={styles['choice']}>
          <input
            type="radio"
            id={`${id}-${option.value}`}
            name={id}
            value={option.value}
            aria-label={option.label}
            checked={option.value === value}
            onChange={() => onChoose(option.value)}
          />
          {option.label}
        </label>
      ))}
    </fieldset>
  );
}

function isDigit(value: string | number): boolean {
  return /^\d$/.test(String(value));
}
