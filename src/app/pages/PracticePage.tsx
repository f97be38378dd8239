import { useLoaderData, useSearchParams } from 'react-router';
import { stepBudgets } from '../../domain/budget.ts';
import { Recovered } from '../../history/Recovered.tsx';
import { readRows } from '../../history/read-rows.ts';
import { loadCatalog, OWN_CATEGORY } from '../../library/catalog.ts';
import { NextPrompt } from '../../library/NextPrompt.tsx';
import { dueAgain, type Suggestion, suggest } from '../../library/next.ts';
import { Waiting, type WaitingItem } from '../../library/Waiting.tsx';
import { countWords } from '../../rubric/count-words.ts';
import { findRubric, rubricInUse } from '../../rubric/in-use.ts';
import type { Archive, Orphan } from '../../storage/archive.ts';
import { capitalised, formatDay, formatShortTarget, formatWhen } from '../../ui/format.ts';
import { PageTitle } from '../../ui/PageTitle.tsx';
import { Section, Sheet } from '../../ui/Sheet.tsx';
import { useUndo } from '../../ui/undo.tsx';
import { useArchive } from '../archive-context.ts';
import { useWrites } from '../use-writes.tsx';
import { ImportRecording } from './ImportRecording.tsx';

/** Recent attempts that are looked through for unfinished reviews. */
const RECENT = 20;
/** Nothing nags: at most so many lines beside the one that is next. */
const WAITING = 4;
const UNFINISHED = 2;

export function loader(archive: Archive) {
  return async () => {
    const [catalog, own, practised, orphans, recent, recording] = await Promise.all([
      loadCatalog(),
      archive.prompts.list(),
      archive.attempts.practised(),
      archive.attempts.orphans(),
      archive.attempts.page({ limit: RECENT }),
      archive.settings.get('recording'),
    ]);
    const prompts = [...own, ...catalog.prompts];
    const rubric = await rubricInUse(archive);
    const rows = await readRows(
      archive,
      { inUse: rubric, find: (ref) => findRubric(archive, ref) },
      recent.attempts,
    );
    const unfinished = rows.flatMap(({ attempt, scoring }) =>
      scoring.tag === 'none' || scoring.tag === 'draft' ? [{ attempt, cells: scoring.cells }] : [],
    );
    return {
      prompts,
      categories: new Map([OWN_CATEGORY, ...catalog.categories].map(({ id, label }) => [id, label])),
      suggestions: suggest(prompts, practised),
      again: dueAgain(prompts, practised, Date.now()),
      isFirstVisit: recent.attempts.length === 0,
      orphans,
      unfinished,
      mode: recording.mode,
      budgetTable: rubric.budgets,
    };
  };
}

type Data = Awaited<ReturnType<ReturnType<typeof loader>>>;

export function Component() {
  const data = useLoaderData<Data>();
  const archive = useArchive();
  const { offerUndo, notice } = useUndo();
  const { write, takeBack, fault } = useWrites();
  const [search] = useSearchParams();
  const wanted = search.get('import');
  const [next] = data.suggestions;
  const waiting = waitingItems(data);

  async function remove({ attempt }: Orphan) {
    if (!(await write(() => archive.attempts.remove(attempt.id)))) return;
    offerUndo(`Deleted the recovered take of “${attempt.prompt.title}”.`, () =>
      takeBack(() => archive.attempts.restore(attempt.id)),
    );
  }

  // Who comes for it finds it first.
  const elsewhere = (
    <Section title="From elsewhere">
      <ImportRecording prompts={data.prompts} categories={data.categories} wanted={search.get('import')} />
    </Section>
  );

  return (
    <>
      <PageTitle title="Practice" hidden />
      {fault}
      <Sheet>
        {wanted !== null && elsewhere}
        {data.orphans.length > 0 && (
          <Section title="Kept" label="Recovered takes">
            <Recovered orphans={data.orphans} onDelete={(orphan) => void remove(orphan)} />
          </Section>
        )}
        {data.isFirstVisit && (
          <Section title="Welcome">
            <p>
              Explain technical work aloud in five steps, listen back, score yourself, and do it again,
              better. Everything stays in this browser: no account, no upload. The microphone opens only when
              you say so.
            </p>
          </Section>
        )}
        {next !== undefined && (
          <Section title="Next">
            <NextPrompt
              prompt={next.prompt}
              reason={reasonFor(next, data.categories)}
              budgets={stepBudgets(data.budgetTable, next.prompt.targetSec * 1000)}
              mode={data.mode}
            />
          </Section>
        )}
        {waiting.length > 0 && (
          <Section title={data.isFirstVisit ? 'Or begin with' : 'Also waiting'}>
            <Waiting items={waiting} />
          </Section>
        )}
        {wanted === null && elsewhere}
      </Sheet>
      {notice}
    </>
  );
}

function waitingItems({
  suggestions,
  again,
  unfinished,
  categories,
  isFirstVisit,
}: Data): readonly WaitingItem[] {
  const [next, ...others] = suggestions;
  const practise = (suggestion: Suggestion): WaitingItem => ({
    to: `/practice/${suggestion.prompt.id}`,
    verb: 'Practise',
    title: suggestion.prompt.title,
    why: `${reasonFor(suggestion, categories)}.`,
    size: formatShortTarget(suggestion.prompt.targetSec * 1000),
  });
  if (isFirstVisit) return others.slice(0, 2).map(practise);
  const repeat = again === null || again.prompt.id === next?.prompt.id ? [] : [again];
  const fresh = others.filter(({ prompt }) => prompt.id !== again?.prompt.id);
  return [
    ...unfinished.slice(0, UNFINISHED).map(
      ({ attempt, cells }): WaitingItem => ({
        to: `/attempts/${attempt.id}`,
        verb: 'Finish scoring',
        title: attempt.prompt.title,
        when: formatWhen(attempt.startedAt),
        why:
          cells.scored > 0
            ? `Recorded ${formatWhen(attempt.startedAt)}. The cells you scored are saved.`
            : `Recorded ${formatWhen(attempt.startedAt)}. Not scored yet.`,
        size: countWords(cells),
      }),
    ),
    ...[...repeat, ...fresh].map(practise),
  ].slice(0, WAITING);
}

function reasonFor({ prompt, practisedAt }: Suggestion, categories: ReadonlyMap<string, string>): string {
  const category = categories.get(prompt.category) ?? '';
  return practisedAt === null
    ? `New · ${category}`
    : capitalised(`last practised ${formatDay(practisedAt)} · ${category}`);
}
