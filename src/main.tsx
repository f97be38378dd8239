import './ui/tokens.css';
import './ui/reset.css';
import './ui/base.css';
import { StrictMode } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { createBrowserRouter } from 'react-router';
import { RouterProvider } from 'react-router/dom';
import { BootError } from './app/BootError.tsx';
import { report } from './app/diagnostics.ts';
import { followChanges } from './app/follow-changes.ts';
import { holdsTake } from './app/recording.ts';
import { createRoutes } from './app/routes.tsx';
import { ShellSkeleton } from './app/Shell.tsx';
import { noteOutdated } from './app/update.ts';
import { StorageError } from './storage/errors.ts';
import { openArchive } from './storage/open-archive.ts';

/** For so long at least a deletion can be undone. */
const TRASH_MS = 600_000;

async function boot(root: Root): Promise<void> {
  root.render(<ShellSkeleton />);
  try {
    const archive = await openArchive({
      onBlocked: () => root.render(<BootError error={new StorageError('blocked')} />),
      onOutdated: () => noteOutdated({ canSave: holdsTake() }),
      mayClose: () => !holdsTake(),
    });
    archive.purgeTrash(Date.now() - TRASH_MS).catch(report);
    import('./app/measuring.ts').then(({ startMeasuring }) => startMeasuring(archive)).catch(report);
    archive.layInReserve().catch(report);
    const router = createBrowserRouter(createRoutes(archive));
    followChanges(archive, router);
    root.render(
      <StrictMode>
        <RouterProvider router={router} />
      </StrictMode>,
    );
  } catch (error) {
    report(error);
    root.render(<BootError error={error} />);
  }
}

addEventListener('error', (event) => report(event.error));
addEventListener('unhandledrejection', (event) => report(event.reason));

const container = document.getElementById('root');
if (container === null) throw new Error('index.html has no #root');
void boot(createRoot(container));
