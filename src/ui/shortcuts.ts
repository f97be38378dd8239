import { useEffect, useEffectEvent, useRef, useSyncExternalStore } from 'react';

/** What a key does on a page. */
export type Shortcut = {
  /**
   * A character as typed (`r`, `1`, `[`) or a named key (`Space`, `Enter`, `ArrowLeft`); before a named
   * key `Shift+`, before any `Mod+` (Ctrl, or ⌘ on a Mac).
   */
  readonly keys: string;
  /** For the table of keys: `Pause or resume`. */
  readonly label: string;
  readonly run: () => void;
};

const active = new Set<{ current: readonly Shortcut[] }>();
const listeners = new Set<() => void>();
let singleKeys = true;

/** Switches every key that needs no Ctrl or ⌘ off or on (WCAG 2.1.4). The app hands the setting in. */
export function setSingleKeys(areOn: boolean): void {
  singleKeys = areOn;
  for (const listener of listeners) listener();
}

/** Whether single keys work: hints and `aria-keyshortcuts` name only keys that do. */
export function useSingleKeys(): boolean {
  return useSyncExternalStore(subscribe, () => singleKeys);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The keys that work on the page at present. */
export function activeShortcuts(): readonly Shortcut[] {
  return [...active].flatMap((table) => table.current).filter(isSwitchedOn);
}

/**
 * Keys of the whole page, for as long as the calling component is mounted and `enabled`.
 *
 * Single keys do nothing in text fields, when the focused control uses the key itself, while a dialog is
 * open, and when the person switched them off. A held key repeats only if it is an arrow.
 */
export function useShortcuts(
  shortcuts: readonly Shortcut[],
  { enabled = true }: { readonly enabled?: boolean } = {},
): void {
  const table = useRef(shortcuts);
  useEffect(() => {
    table.current = shortcuts;
  }, [shortcuts]);
  const press = useEffectEvent((event: KeyboardEvent) => {
    const shortcut = shortcuts.find((candidate) => isPressed(candidate, event));
    if (shortcut === undefined || !mayRun(shortcut, event)) return;
    event.preventDefault();
    shortcut.run();
  });
  useEffect(() => {
    if (!enabled) return undefined;
    const listener = (event: KeyboardEvent) => press(event);
    active.add(table);
    document.addEventListener('keydown', listener);
    return () => {
      active.delete(table);
      document.removeEventListener('keydown', listener);
    };
  }, [enabled]);
}

function isSwitchedOn({ keys }: Shortcut): boolean {
  return singleKeys || keys.startsWith('Mod+');
}

function parts(keys: string): { readonly mod: boolean; readonly shift: boolean; readonly key: string } {
  const mod = keys.startsWith('Mod+');
  const rest = mod ? keys.slice(4) : keys;
  const shift = rest.startsWith('Shift+');
  return { mod, shift, key: shift ? rest.slice(6) : rest };
}

function isPressed({ keys }: Shortcut, event: KeyboardEvent): boolean {
  const { mod, shift, key } = parts(keys);
  if (mod !== (event.ctrlKey || event.metaKey) || event.altKey) return false;
  // Which characters need Shift differs by keyboard: only named keys look at it.
  if (key.length === 1) return event.key.toLowerCase() === key || event.code === `Digit${key}`;
  return shift === event.shiftKey && (key === 'Space' ? event.key === ' ' : event.key === key);
}

function mayRun(shortcut: Shortcut, event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.isComposing) return false;
  if (event.repeat && !event.key.startsWith('Arrow')) return false;
  if (!isSwitchedOn(shortcut) || document.querySelector('dialog:modal') !== null) return false;
  return parts(shortcut.keys).mod || !usesKey(event);
}

const TEXT_INPUTS = 'input:not([type=checkbox], [type=radio], [type=range], [type=button], [type=submit])';

/** Whether the focused control does something of its own with the key. */
function usesKey({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.matches(`${TEXT_INPUTS}, textarea, select`)) return true;
  const isPress = key === ' ' || key === 'Enter';
  if (target.matches('button, a[href], summary, [type=button], [type=submit]')) return isPress;
  if (target.matches('[type=checkbox]')) return key === ' ';
  // Space on a radio that is chosen already changes nothing there.
  if (target.matches('[type=radio]'))
    return key.startsWith('Arrow') || (key === ' ' && !target.matches(':checked'));
  if (target.matches('[type=range]'))
    return key.startsWith('Arrow') || key.startsWith('Page') || key === 'Home' || key === 'End';
  return false;
}

const NAMES: Readonly<Record<string, string>> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
};

/** The keys as caps to draw: `['Ctrl', 'Enter']`, `['Shift', '←']`, `['R']`. */
export function keyCaps(keys: string): readonly string[] {
  const { mod, shift, key } = parts(keys);
  const isMac = navigator.userAgent.includes('Mac');
  return [
    ...(mod ? [isMac ? '⌘' : 'Ctrl'] : []),
    ...(shift ? ['Shift'] : []),
    NAMES[key] ?? (key.length === 1 ? key.toUpperCase() : key),
  ];
}
