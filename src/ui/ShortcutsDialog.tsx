import { type ComponentType, lazy, Suspense, useState } from 'react';
import { useShortcuts } from './shortcuts.ts';

/** Most people never open it. */
const KeyTable = lazy<ComponentType<{ readonly onClose: () => void }>>(() =>
  // A table that cannot be loaded is not worth the page.
  import('./KeyTable.tsx').then(
    (module) => ({ default: module.KeyTable }),
    () => ({ default: () => null }),
  ),
);

/** The table of keys behind `?`. Once in the page. */
export function ShortcutsDialog() {
  const [isOpen, setOpen] = useState(false);
  useShortcuts([{ keys: '?', label: 'Show these keys', run: () => setOpen(true) }]);
  return isOpen ? (
    <Suspense>
      <KeyTable onClose={() => setOpen(false)} />
    </Suspense>
  ) : null;
}
