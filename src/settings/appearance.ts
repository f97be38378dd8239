import { APPEARANCES, type Appearance } from '../domain/settings.ts';

/** Also read by public/theme.js before the first paint; that is why it is not in the archive. */
const KEY = 'talkthrough.appearance';

export function storedAppearance(): Appearance {
  const stored = readKey();
  return APPEARANCES.find((appearance) => appearance === stored) ?? 'system';
}

/** Shows it at once, and remembers it where the browser lets a page do so. */
export function chooseAppearance(appearance: Appearance): void {
  const { dataset } = document.documentElement;
  if (appearance === 'system') delete dataset['theme'];
  else dataset['theme'] = appearance;
  try {
    if (appearance === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, appearance);
  } catch {
    // It holds until the page is reloaded.
  }
}

function readKey(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
