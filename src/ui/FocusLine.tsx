import type { ReactNode } from 'react';
import styles from './FocusLine.module.css';

type FocusLineProps = {
  /** What it is: `Your focus`. */
  readonly title: string;
  /** Null: it is left out. */
  readonly focus: { readonly label: string; readonly ifThen: string } | null;
  /** Where it came from, when that is not plain. */
  readonly from?: string | null;
  /** What can be done about it. */
  readonly children?: ReactNode;
};

/** The one thing to do differently, in the speaker's own words. */
export function FocusLine({ title, focus, from = null, children }: FocusLineProps) {
  return (
    <div className={styles['focus']}>
      <p className="small muted">
        {title}
        {focus !== null && ` · ${focus.label}`}
      </p>
      {focus !== null && <p className="voice">{focus.ifThen}</p>}
      {focus !== null && from !== null && <p className="small muted">From “{from}”.</p>}
      {children}
    </div>
  );
}
