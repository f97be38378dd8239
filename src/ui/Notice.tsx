import type { ReactNode } from 'react';
import { Button } from './Button.tsx';
import { classes } from './classes.ts';
import styles from './Notice.module.css';

type NoticeProps = {
  /** `error` is a fault and an alert; the others are polite statuses. */
  readonly tone: 'info' | 'warn' | 'error';
  readonly title: string;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
  readonly onDismiss?: () => void;
  /** Seen, but not said: during a take nothing talks into it without need. */
  readonly isSilent?: boolean;
};

/** Something to know that stays until it is settled. */
export function Notice({ tone, title, children, actions, onDismiss, isSilent = false }: NoticeProps) {
  return (
    <div
      {...(isSilent ? {} : { role: tone === 'error' ? 'alert' : 'status' })}
      className={classes(styles['notice'], styles[tone])}
    >
      <div className={styles['words']}>
        <p>
          <strong>{title}</strong>
        </p>
        {typeof children === 'string' ? <p>{children}</p> : children}
      </div>
      {(actions !== undefined || onDismiss !== undefined) && (
        <div className={styles['actions']}>
          {actions}
          {onDismiss !== undefined && (
            <Button variant="quiet" onClick={onDismiss}>
              Dismiss
            </Button>
          )}
        </div>
      )}
    </div>
  );
}
