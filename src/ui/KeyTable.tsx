import { useState } from 'react';
import { Button } from './Button.tsx';
import { Dialog } from './Dialog.tsx';
import styles from './KeyTable.module.css';
import { activeShortcuts, keyCaps } from './shortcuts.ts';

/** Every key that works on the page at present. */
export function KeyTable({ onClose }: { readonly onClose: () => void }) {
  const [shortcuts] = useState(() => activeShortcuts().toSorted((a, b) => rank(a.keys) - rank(b.keys)));
  return (
    <Dialog title="Keys on this page" onClose={onClose} actions={<Button onClick={onClose}>Close</Button>}>
      <table className={styles['keys']} aria-label="Keys on this page">
        <thead className="vh">
          <tr>
            <th scope="col">What it does</th>
            <th scope="col">Keys</th>
          </tr>
        </thead>
        <tbody>
          {shortcuts.map(({ keys, label }) => (
            <tr key={keys}>
              <td>{label}</td>
              <td>
                {keyCaps(keys).map((cap, index) => (
                  <span key={cap}>
                    {index > 0 && ' + '}
                    <kbd>{cap}</kbd>
                  </span>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {shortcuts.length === 1 && <p>This page has no keys of its own.</p>}
      <p className="small muted">Single keys can be switched off in Settings.</p>
    </Dialog>
  );
}

/** The page's own keys first, the key for this table last. */
function rank(keys: string): number {
  return keys === '?' ? 1 : 0;
}
