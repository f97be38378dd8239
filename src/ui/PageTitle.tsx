import type { ReactNode } from 'react';
import { classes } from './classes.ts';
import styles from './PageTitle.module.css';

type PageTitleProps = {
  readonly title: string;
  /** For the ear only, where the navigation already says it. */
  readonly hidden?: boolean;
  /** In line with what stands in a sheet under it. */
  readonly indented?: boolean;
  /** The quiet line under it. */
  readonly children?: ReactNode;
};

/** The page's one `h1`, and the name of the tab. The shell gives it the focus after navigation. */
export function PageTitle({ title, hidden = false, indented = false, children }: PageTitleProps) {
  const heading = (
    <>
      <title>{`${title} · Talkthrough`}</title>
      <h1 className={hidden ? 'vh' : 'big'} tabIndex={-1}>
        {title}
      </h1>
    </>
  );
  if (hidden) return heading;
  return (
    <div className={classes(styles['title'], indented && styles['indented'])}>
      {heading}
      {children !== undefined && <div className={styles['details']}>{children}</div>}
    </div>
  );
}
