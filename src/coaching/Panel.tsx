import { type ReactNode, useEffect, useRef } from 'react';
import { classes } from '../ui/classes.ts';
import styles from './Panel.module.css';

type PanelProps = {
  /** The region's accessible name. */
  readonly name: string;
  /** A few quiet words over the title. */
  readonly kicker?: string;
  readonly title: string;
  /** What is due stands in a box; the rest is as quiet as the page. */
  readonly isDue?: boolean;
  /** It comes in the place of what was pressed: its title takes the focus. */
  readonly takesFocus?: boolean;
  readonly children: ReactNode;
};

/** A stage of the review. */
export function Panel({ name, kicker, title, isDue = true, takesFocus = false, children }: PanelProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (takesFocus) heading.current?.focus({ preventScroll: true });
  }, [takesFocus]);
  return (
    <section className={classes(styles['panel'], isDue && styles['due'])} aria-label={name}>
      <div>
        {kicker !== undefined && <p className={styles['kicker']}>{kicker}</p>}
        <h2 ref={heading} tabIndex={-1} className={styles['title']}>
          {title}
        </h2>
      </div>
      {children}
    </section>
  );
}
