import { useId } from 'react';
import { classes } from './classes.ts';
import styles from './Progress.module.css';

type ProgressProps = {
  /** The accessible name, such as `Saving the recording`. */
  readonly label: string;
  /** 0 to 1; null while the end is not known. */
  readonly value: number | null;
};

export function Progress({ label, value }: ProgressProps) {
  const id = useId();
  return (
    <div className={styles['progress']}>
      <span className={styles['words']}>
        <span id={id}>{label}</span>
        {value !== null && (
          <span className="muted" aria-hidden="true">
            {Math.round(value * 100)} %
          </span>
        )}
      </span>
      <progress
        aria-labelledby={id}
        max={1}
        className={classes(value === null && styles['unknown'])}
        {...(value === null ? {} : { value })}
      />
    </div>
  );
}
