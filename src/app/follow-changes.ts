import type { DataRouter } from 'react-router';
import type { Archive } from '../storage/archive.ts';
import { setSingleKeys } from '../ui/shortcuts.ts';
import { report } from './diagnostics.ts';

/** Keeps pages and keys in step with the archive, whichever tab changed it. */
export function followChanges(archive: Archive, router: Pick<DataRouter, 'revalidate'>): () => void {
  const applyKeyboard = () =>
    archive.settings.get('keyboard').then(({ singleKeys }) => setSingleKeys(singleKeys), report);
  void applyKeyboard();
  let isBehind = false;
  const revalidate = () => {
    isBehind = false;
    void router.revalidate();
  };
  const catchUp = () => {
    if (isBehind) revalidate();
  };
  const ignore = archive.onChange(({ store }) => {
    // Measured one after the other in the background: once a second is enough for all pages in all tabs.
    if (store === 'deliveries' || store === 'sounds') {
      if (!isBehind) AbortSignal.timeout(1000).addEventListener('abort', catchUp);
      isBehind = true;
    } else revalidate();
    if (store === 'settings') void applyKeyboard();
  });
  return () => {
    isBehind = false;
    ignore();
  };
}
