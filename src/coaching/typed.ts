import type { AttemptId } from '../domain/ids.ts';

/**
 * Words that are being written about an attempt: they survive a reload and leaving the page, for as long as
 * the tab lives. Where the browser keeps no session data they last as long as the field.
 */
export type TypedIn = 'comment' | 'edit' | 'focus';

export function readTyped(field: TypedIn, id: AttemptId): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(orNull(() => sessionStorage.getItem(keyOf(field, id))) ?? '{}');
  return typeof value === 'object' ? { ...value } : {};
}

/** Null: nothing is being written any more. */
export function writeTyped(
  field: TypedIn,
  id: AttemptId,
  value: Readonly<Record<string, unknown>> | null,
): void {
  orNull(() => {
    if (value === null) sessionStorage.removeItem(keyOf(field, id));
    else sessionStorage.setItem(keyOf(field, id), JSON.stringify(value));
  });
}

function keyOf(field: TypedIn, id: AttemptId): string {
  return `talkthrough.${field}.${id}`;
}

/** Browsers throw at the mere mention of session storage when site data is blocked, and when it is full. */
function orNull<Value>(action: () => Value): Value | null {
  try {
    return action();
  } catch {
    return null;
  }
}
