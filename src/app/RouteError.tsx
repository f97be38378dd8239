import { useEffect, useState } from 'react';
import { useRouteError } from 'react-router';
import { StorageError } from '../storage/errors.ts';
import { Button, LinkButton } from '../ui/Button.tsx';
import { PageTitle } from '../ui/PageTitle.tsx';
import { diagnostics, report } from './diagnostics.ts';
import { NotHere, NotHereError } from './NotHere.tsx';
import { Frame } from './Shell.tsx';
import { storageMessages } from './storage-messages.ts';

/** What takes a page's place when its loader or its component throws. */
export function RouteError() {
  const error = useRouteError();
  useEffect(() => {
    if (!(error instanceof NotHereError)) report(error);
  }, [error]);
  if (error instanceof NotHereError) return <NotHere what={error.what} />;
  if (error instanceof StorageError) {
    const { title, what, action } = storageMessages[error.fault];
    return <Failed title={title} what={`${what} ${action}`} />;
  }
  return (
    <Failed
      title="This page broke"
      what="A fault of the app, not of yours. What was recorded and scored is stored, and reloading usually helps."
    />
  );
}

/** The same where the shell itself is gone. */
export function RootError() {
  return (
    <Frame>
      <RouteError />
    </Frame>
  );
}

function Failed({ title, what }: { readonly title: string; readonly what: string }) {
  const [copied, setCopied] = useState<'yes' | 'refused' | null>(null);
  return (
    <>
      <PageTitle title={title} />
      <div className="stack">
        <p role="alert">{what}</p>
        <div className="row">
          <Button variant="primary" onClick={() => location.reload()}>
            Reload
          </Button>
          <Button
            onClick={() => {
              copy(diagnostics()).then(
                () => setCopied('yes'),
                () => setCopied('refused'),
              );
            }}
          >
            Copy diagnostics
          </Button>
          <LinkButton variant="plain" to="/">
            To Practice
          </LinkButton>
        </div>
        <p role="status" className="small muted">
          {copied === 'yes' && 'Copied. It holds error texts and the browser’s name, none of your words.'}
          {copied === 'refused' && 'The browser did not let the page copy. Copy the text below instead.'}
        </p>
        {copied === 'refused' && (
          <textarea aria-label="Diagnostics" readOnly rows={8} value={diagnostics()} />
        )}
      </div>
    </>
  );
}

/** Rejects where the browser refuses, and where an insecure page has no clipboard. */
async function copy(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
}
