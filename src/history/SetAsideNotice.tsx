import type { SetAside } from '../storage/archive.ts';
import { Button } from '../ui/Button.tsx';
import { formatDay } from '../ui/format.ts';
import { Notice } from '../ui/Notice.tsx';
import styles from './SetAsideNotice.module.css';

/** Records that could not be read: out of the way, named, and the person's to take along. */
export function SetAsideNotice({ records }: { readonly records: readonly SetAside[] }) {
  const count = records.length;
  return (
    <Notice
      tone="warn"
      title={`${count} ${count === 1 ? 'entry' : 'entries'} could not be read`}
      actions={<Button onClick={() => download(records)}>Export them</Button>}
    >
      <p>They are set aside, unchanged. Everything else works.</p>
      <details>
        <summary>Details</summary>
        <ul role="list" className={styles['records']}>
          {records.map(({ store, key, reason, at }) => (
            <li key={`${store} ${String(key)}`}>
              <strong>
                {store}, {String(key)}
              </strong>
              <br />
              {reason} Set aside {formatDay(at)}.
            </li>
          ))}
        </ul>
      </details>
    </Notice>
  );
}

function download(records: readonly SetAside[]): void {
  const json = JSON.stringify(records, bytesAsBase64, 2);
  const address = URL.createObjectURL(new Blob([json], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = 'talkthrough-set-aside.json';
  link.click();
  URL.revokeObjectURL(address);
}

/** JSON has no bytes: they are written as base64. */
function bytesAsBase64(_key: string, value: unknown): unknown {
  if (value instanceof ArrayBuffer) return { base64: base64(new Uint8Array(value)) };
  if (ArrayBuffer.isView(value)) {
    return { base64: base64(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)) };
  }
  return value;
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}
