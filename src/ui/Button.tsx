import type { LucideIcon } from 'lucide-react';
import type { ComponentProps } from 'react';
import { Link } from 'react-router';
import styles from './Button.module.css';
import { classes } from './classes.ts';

type Look = {
  /** `primary` at most once a screen; `plain` and `quiet` are underlined words. */
  readonly variant?: 'primary' | 'outline' | 'plain' | 'quiet';
  readonly slim?: boolean;
};

type ButtonProps = ComponentProps<'button'> & Look;

export function Button({ variant = 'outline', slim = false, className, type, ...rest }: ButtonProps) {
  const look = buttonClass(variant, slim, className);
  return type === 'submit' ? (
    <button {...rest} type="submit" className={look} />
  ) : (
    <button {...rest} type="button" className={look} />
  );
}

type LinkButtonProps = ComponentProps<typeof Link> & Look;

/** A link that looks like a button: it goes somewhere, so it stays a link. */
export function LinkButton({ variant = 'outline', slim = false, className, ...rest }: LinkButtonProps) {
  return <Link {...rest} className={buttonClass(variant, slim, className)} />;
}

type IconButtonProps = Omit<ComponentProps<'button'>, 'children' | 'aria-label' | 'type'> & {
  /** The accessible name, and the tooltip. */
  readonly label: string;
  readonly icon: LucideIcon;
};

export function IconButton({ label, icon: Icon, className, ...rest }: IconButtonProps) {
  return (
    <button
      {...rest}
      type="button"
      aria-label={label}
      title={label}
      className={classes(styles['icon'], className)}
    >
      <Icon size={18} strokeWidth={1.75} aria-hidden="true" />
    </button>
  );
}

function buttonClass(
  variant: NonNullable<Look['variant']>,
  slim: boolean,
  className: string | undefined,
): string {
  return classes(
    styles['button'],
    variant === 'outline' ? undefined : styles[variant],
    slim ? styles['slim'] : undefined,
    className,
  );
}
