import { WarmUpDesk } from '../../rubric/WarmUpDesk.tsx';
import { PageTitle } from '../../ui/PageTitle.tsx';
import { useArchive } from '../archive-context.ts';
import { useWrites } from '../use-writes.tsx';

export function Component() {
  const archive = useArchive();
  const { write, fault } = useWrites();
  return (
    <>
      <PageTitle title="Warm-up" />
      {fault}
      <WarmUpDesk
        onDone={() =>
          void write(() => archive.settings.update('warmUp', (before) => ({ ...before, doneAt: Date.now() })))
        }
      />
    </>
  );
}
