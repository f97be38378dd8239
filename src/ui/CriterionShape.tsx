import type { ReactNode } from 'react';
import type { CriterionId } from '../domain/rubric.ts';
import styles from './CriterionShape.module.css';
import { classes } from './classes.ts';

const OUTLINES: Readonly<Record<string, ReactNode>> = {
  clarity: <circle cx="6" cy="6" r="5" />,
  pacing: <rect x="1" y="1" width="10" height="10" />,
  depth: <path d="M6 .5 11.8 11H.2z" />,
};

/** Of a criterion the person added. */
const OTHER = <path d="M6 0 12 6 6 12 0 6z" />;

/** Whether no other criterion looks like it. */
export function hasOwnShape(criterion: CriterionId): boolean {
  return Object.hasOwn(OUTLINES, criterion);
}

/** ● ■ ▲, ◆ for others: a criterion is never colour alone. Its name stands beside it or is read aloud. */
export function CriterionShape({ criterion }: { readonly criterion: CriterionId }) {
  return (
    <svg
      className={classes(styles['shape'], hasOwnShape(criterion) && styles[criterion])}
      viewBox="0 0 12 12"
      aria-hidden="true"
    >
      {hasOwnShape(criterion) ? OUTLINES[criterion] : OTHER}
    </svg>
  );
}
