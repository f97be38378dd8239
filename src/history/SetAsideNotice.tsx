import { useState } from 'react';
import type { Archive, SetAside } from '../storage/archive.ts';
import { StorageError } from '../storage/errors.ts';
import { Button } from '../ui/Button.tsx';
import { download } from '../ui/download.ts';
import { formatDay } from '../ui/format.ts';
import { Notice } from '../ui/Notice.tsx';
import styles from './SetAsideNotice.module.css';
import { findSound } from './set-aside-sound.ts';

type SetAsideNoticeProps = { readonly archive: Archive; readonly records: readonly SetAside[] };

/** Records that could not be read: out of the way, named, and the person's to take along. */
export function SetAsideNotice({ archive, records }: SetAsideNoticeProps) {
  const count = records.length;
  return (
    <Notice
      tone="warn"
      title={`${count} ${count === 1 ? 'entry' : 'entries'} could not be read`}
      actions={<Button onClick={() => exportAll(records)}>Export them</Button>}
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
              {store === 'attempts' && <Sound archive={archive} of={key} />}
            </li>
          ))}
        </ul>
      </details>
    </Notice>
  );
}

/** What was said does not hang on the record: it is stored apart from it. */
function Sound({ archive, of }: { readonly archive: Archive; readonly of: string }) {
  const [outcome, setOutcome] = useState('');
  const save = async () => {
    try {
      const files = await findSound(archive, of);
      for (const { data, name } of files) download(data, name);
      setOutcome(files.length === 0 ? 'There is no sound of it.' : '');
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      setOutcome('Its sound cannot be read now.');
    }
  };
  return (
    <span className="row">
      <Button variant="plain" slim aria-label={`Download sound of ${of}`} onClick={() => void save()}>
        Download sound
      </Button>
      <span>{outcome}</span>
    </span>
  );
}

function exportAll(records: readonly SetAside[]): void {
  const json = JSON.stringify(records, bytesAsBase64, 2);
  download(new Blob([json], { type: 'application/json' }), 'talkthrough-set-aside.json');
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
