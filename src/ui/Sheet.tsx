import { type ReactNode, useId } from 'react';
import styles from './Sheet.module.css';

/** The notebook page: sections under one another, their labels in the margin, one hairline beside them. */
export function Sheet({ children }: { readonly children: ReactNode }) {
  return <div>{children}</div>;
}

type SectionProps = {
  /** The words in the margin. */
  readonly title: string;
  /** The region's accessible name where it is not the title. */
  readonly label?: string;
  /** A quiet number under the title: `12`, `3 of 12`. */
  readonly count?: string;
  /** Where an address such as `/settings#data` leads. */
  readonly anchor?: string;
  readonly children: ReactNode;
};

export function Section({ title, label, count, anchor, children }: SectionProps) {
  const id = useId();
  const name = label === undefined ? { 'aria-labelledby': id } : { 'aria-label': label };
  return (
    <section id={anchor} className={styles['section']} {...name}>
      <h2 id={id} className={styles['label']}>
        {title}
        {count !== undefined && <span className={styles['count']}> {count}</span>}
      </h2>
      <div className={styles['body']}>{children}</div>
    </section>
  );
}
