import { StorageError } from '../storage/errors.ts';
import { Button } from '../ui/Button.tsx';
import { PageTitle } from '../ui/PageTitle.tsx';
import { Frame } from './Shell.tsx';
import { storageMessages } from './storage-messages.ts';

/** In place of the whole app when the archive does not open: never a blank page. */
export function BootError({ error }: { readonly error: unknown }) {
  const { title, what, action } =
    error instanceof StorageError
      ? storageMessages[error.fault]
      : {
          title: 'Talkthrough could not start',
          what: 'Something unexpected failed. What you recorded is still stored.',
          action: 'Reload the page.',
        };
  return (
    <Frame>
      <PageTitle title={title} />
      <div className="stack">
        <div role="alert" className="stack">
          <p>{what}</p>
          <p>{action}</p>
        </div>
        <Button variant="primary" onClick={() => location.reload()}>
          {error instanceof StorageError && error.fault === 'newer' ? 'Reload' : 'Try again'}
        </Button>
      </div>
    </Frame>
  );
}
