import { useEffect, useRef } from 'react';
import { type LoaderFunctionArgs, useLoaderData, useNavigation, useSearchParams } from 'react-router';
import type { KeptAttempt } from '../../domain/attempt.ts';
import { clamp } from '../../domain/timeline.ts';
import { AttemptsTable } from '../../history/AttemptsTable.tsx';
import { readRows } from '../../history/read-rows.ts';
import { SetAsideNotice } from '../../history/SetAsideNotice.tsx';
import { Calibration } from '../../reveal/Calibration.tsx';
import { findRubric, rubricInUse } from '../../rubric/in-use.ts';
import type { Archive } from '../../storage/archive.ts';
import { Button, LinkButton } from '../../ui/Button.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { formatWhen } from '../../ui/format.ts';
import { PageTitle } from '../../ui/PageTitle.tsx';
import { Section, Sheet } from '../../ui/Sheet.tsx';
import { useUndo } from '../../ui/undo.tsx';
import { useArchive } from '../archive-context.ts';
import { useWrites } from '../use-writes.tsx';
import styles from './HistoryPage.module.css';

const PAGE = 50;
const MOST_PAGES = 1000;

/** The address says how many pages are shown, so that Back and Reload come to the same list. */
function pagesIn(search: URLSearchParams): number {
  return clamp(Math.trunc(Number(search.get('pages'))) || 1, 1, MOST_PAGES);
}

export function loader(archive: Archive) {
  return async ({ request }: LoaderFunctionArgs) => {
    const pages = pagesIn(new URL(request.url).searchParams);
    const { attempts, next } = await archive.attempts.page({ limit: pages * PAGE });
    const inUse = await rubricInUse(archive);
    const rows = await readRows(archive, { inUse, find: (ref) => findRubric(archive, ref) }, attempts);
    return {
      rows,
      inUse,
      hasOlder: next !== null,
      setAside: await archive.setAside.list(),
    };
  };
}

type Data = Awaited<ReturnType<ReturnType<typeof loader>>>;

export function Component() {
  const { rows, inUse, hasOlder, setAside } = useLoaderData<Data>();
  const archive = useArchive();
  const { offerUndo, notice } = useUndo();
  const { write, takeBack, fault } = useWrites();

  async function remove({ id, prompt, startedAt }: KeptAttempt) {
    if (!(await write(() => archive.attempts.remove(id)))) return;
    offerUndo(`Deleted “${prompt.title}”, ${formatWhen(startedAt)}.`, () =>
      takeBack(() => archive.attempts.restore(id)),
    );
  }

  return (
    <>
      <PageTitle title="History" hidden />
      {fault}
      <Sheet>
        {setAside.length > 0 && (
          <Section title="Set aside">
            <SetAsideNotice archive={archive} records={setAside} />
          </Section>
        )}
        <Section title="Attempts">
          {rows.length === 0 ? (
            <Empty text="Nothing recorded yet. Your attempts will stand here, newest first.">
              <LinkButton variant="primary" to="/">
                Go to Practice
              </LinkButton>
            </Empty>
          ) : (
            <>
              <AttemptsTable
                rows={rows}
                criteria={inUse.criteria}
                onDelete={(attempt) => void remove(attempt)}
              />
              <ShowOlder shown={rows.length} hasOlder={hasOlder} />
            </>
          )}
        </Section>
        {rows.length > 0 && (
          <Section title="Calibration" anchor="calibration">
            <Calibration archive={archive} rubric={inUse} changed={rows} />
          </Section>
        )}
      </Sheet>
      {notice}
    </>
  );
}

function ShowOlder({ shown, hasOlder }: { readonly shown: number; readonly hasOlder: boolean }) {
  const [search, setSearch] = useSearchParams();
  const isLoading = useNavigation().state !== 'idle';
  const shownBefore = useRef<number | null>(null);

  // The first of the rows that came takes the focus: the button has moved down by fifty of them.
  useEffect(() => {
    const before = shownBefore.current;
    if (before === null || shown <= before) return;
    shownBefore.current = null;
    document.querySelectorAll<HTMLElement>('table[aria-label="Attempts"] tbody th a')[before]?.focus();
  }, [shown]);

  if (!hasOlder) return null;
  return (
    <Button
      className={styles['more']}
      aria-disabled={isLoading}
      onClick={() => {
        if (isLoading) return;
        shownBefore.current = shown;
        setSearch({ pages: String(pagesIn(search) + 1) }, { replace: true, preventScrollReset: true });
      }}
    >
      Show older
    </Button>
  );
}
