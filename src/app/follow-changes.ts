import type { DataRouter } from 'react-router';
import type { Archive } from '../storage/archive.ts';
import { setSingleKeys } from '../ui/shortcuts.ts';
import { report } from './diagnostics.ts';

/** Keeps pages and keys in step with the archive, whichever tab changed it. */
export function followChanges(archive: Archive, router: Pick<DataRouter, 'revalidate'>): () => void {
  const applyKeyboard = () =>
    archive.settings.get('keyboard').then(({ singleKeys }) => setSingleKeys(singleKeys), report);
  void applyKeyboard();
  return archive.onChange(({ store }) => {
    void router.revalidate();
    if (store === 'settings') void applyKeyboard();
  });
}
