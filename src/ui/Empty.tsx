import type { ReactNode } from 'react';
import styles from './Empty.module.css';

/** Nothing here yet: why, and the way on. */
export function Empty({ text, children }: { readonly text: string; readonly children?: ReactNode }) {
  return (
    <div className={styles['empty']}>
      <p className="finding">{text}</p>
      {children}
    </div>
  );
}
