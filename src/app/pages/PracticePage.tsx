import { useState } from 'react';
import { useLoaderData, useSearchParams } from 'react-router';
import type { KeptAttempt } from '../../domain/attempt.ts';
import { stepBudgets } from '../../domain/budget.ts';
import type { Gap } from '../../domain/coaching.ts';
import { NEWEST_FOCUSES } from '../../domain/rescore.ts';
import type { CellCount } from '../../domain/scoring.ts';
import type { EpochMs } from '../../domain/timeline.ts';
import { Recovered } from '../../history/Recovered.tsx';
import { readRows } from '../../history/read-rows.ts';
import { loadCatalog, OWN_CATEGORY } from '../../library/catalog.ts';
import { NextPrompt } from '../../library/NextPrompt.tsx';
import { dueAgain, type Suggestion, suggest } from '../../library/next.ts';
import { offersWarmUp, rescoreOffer, warmUpLater } from '../../library/offers.ts';
import { Waiting, type WaitingItem } from '../../library/Waiting.tsx';
import { countWords } from '../../rubric/count-words.ts';
import { findRubric, rubricInUse } from '../../rubric/in-use.ts';
import type { Archive, Orphan } from '../../storage/archive.ts';
import { capitalised, formatDay, formatShortTarget, formatTime, formatWhen } from '../../ui/format.ts';
import { PageTitle } from '../../ui/PageTitle.tsx';
import { Section, Sheet } from '../../ui/Sheet.tsx';
import { useTimeout } from '../../ui/timers.ts';
import { useUndo } from '../../ui/undo.tsx';
import { useArchive } from '../archive-context.ts';
import { useWrites } from '../use-writes.tsx';
import { ImportRecording } from './ImportRecording.tsx';

/** Recent attempts that are looked through for unfinished reviews. */
const RECENT = 20;
/** Nothing nags: at most so many lines beside the one that is next. */
const WAITING = 4;
const UNFINISHED = 2;
/** Reviews that still wait for their time. */
const RESTING = 1;
/** Attempts among which one is looked for to be scored once more. */
const LOOKED_THROUGH = 100;

export function loader(archive: Archive) {
  return async () => {
    const [catalog, own, practised, orphans, { attempts }, recording, warmUp, focuses] = await Promise.all([
      loadCatalog(),
      archive.prompts.list(),
      archive.attempts.practised(),
      archive.attempts.orphans(),
      archive.attempts.page({ limit: LOOKED_THROUGH }),
      archive.settings.get('recording'),
      archive.settings.get('warmUp'),
      archive.coaching.focuses(NEWEST_FOCUSES),
    ]);
    const prompts = [...own, ...catalog.prompts];
    const rubric = await rubricInUse(archive);
    const rows = await readRows(
      archive,
      { inUse: rubric, find: (ref) => findRubric(archive, ref) },
      attempts.slice(0, RECENT),
    );
    const open = rows.flatMap(({ attempt, scoring }) =>
      scoring.tag === 'none' || scoring.tag === 'draft' ? [{ attempt, cells: scoring.cells }] : [],
    );
    const coaching = await archive.coaching.ofAll(open.map(({ attempt }) => attempt.id));
    const reviews = await archive.reviews.ofAll(attempts.map(({ id }) => id));
    const reviewed = attempts.map((attempt, index) => ({ attempt, reviews: reviews[index] ?? [] }));
    const now = Date.now();
    return {
      prompts,
      categories: new Map([OWN_CATEGORY, ...catalog.categories].map(({ id, label }) => [id, label])),
      suggestions: suggest(prompts, practised),
      now,
      again: dueAgain(prompts, practised, now),
      isFirstVisit: attempts.length === 0,
      orphans,
      unfinished: open.map((review, index) => ({ ...review, gap: coaching[index]?.gap ?? null })),
      rescore: rescoreOffer(
        reviewed,
        focuses.map(({ promptId }) => promptId),
        now,
      ),
      focus: focuses[0]?.focus ?? null,
      newestAt: attempts[0]?.startedAt ?? null,
      offersWarmUp: offersWarmUp(warmUp, attempts[0]?.startedAt ?? null, now),
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
  const now = useNow(
    data.now,
    data.unfinished.flatMap(({ gap }) => gap?.endsAt ?? []),
  );
  const waiting = waitingItems(data, now, warmUpItem(data, putOffWarmUp));

  function putOffWarmUp() {
    const laterUntil = warmUpLater(Date.now());
    void write(() => archive.settings.update('warmUp', (before) => ({ ...before, laterUntil })));
  }

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
              focus={data.focus}
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

/** When the page was read, and then whenever one of these times has come. */
function useNow(readAt: EpochMs, times: readonly EpochMs[]): EpochMs {
  const [lookedAt, setNow] = useState(readAt);
  const now = Math.max(readAt, lookedAt);
  const next = Math.min(...times.filter((at) => at > now));
  useTimeout(() => setNow(Date.now()), Number.isFinite(next) ? next - now : null);
  return now;
}

function waitingItems(
  { suggestions, again, unfinished, rescore, categories, isFirstVisit }: Data,
  now: EpochMs,
  warmUp: readonly WaitingItem[],
): readonly WaitingItem[] {
  const [next, ...others] = suggestions;
  const practise = (suggestion: Suggestion): WaitingItem => ({
    to: `/practice/${suggestion.prompt.id}`,
    verb: 'Practise',
    title: suggestion.prompt.title,
    why: `${reasonFor(suggestion, categories)}.`,
    size: formatShortTarget(suggestion.prompt.targetSec * 1000),
  });
  if (isFirstVisit) return [...others.slice(0, 2).map(practise), ...warmUp];
  const repeat = again === null || again.prompt.id === next?.prompt.id ? [] : [again];
  const fresh = others.filter(({ prompt }) => prompt.id !== again?.prompt.id);
  const standing = (at: (typeof unfinished)[number]) => standingOf(at, now);
  const ready = unfinished.filter((review) => standing(review) === 'ready');
  const begun = unfinished.filter((review) => standing(review) === 'begun');
  const resting = unfinished.filter((review) => standing(review) === 'resting');
  return [
    ...warmUp,
    ...[...ready, ...begun].slice(0, UNFINISHED).map((review) => scoreItem(review, now)),
    ...resting.slice(0, RESTING).map((review) => scoreItem(review, now)),
    ...(rescore === null ? [] : [rescoreItem(rescore)]),
    ...[...repeat, ...fresh].map(practise),
  ].slice(0, WAITING);
}

type Unfinished = {
  readonly attempt: KeptAttempt;
  readonly cells: CellCount;
  readonly gap: Gap | null;
};

/** `resting`: the speaker wanted to wait before scoring, and the time has not come. `ready`: it has. */
function standingOf({ cells, gap }: Unfinished, now: EpochMs): 'begun' | 'ready' | 'resting' {
  if (gap === null || cells.scored > 0) return 'begun';
  return gap.endsAt > now ? 'resting' : 'ready';
}

function scoreItem(review: Unfinished, now: EpochMs): WaitingItem {
  const { attempt, cells, gap } = review;
  const recorded = `Recorded ${formatWhen(attempt.startedAt)}.`;
  const item = {
    to: `/attempts/${attempt.id}`,
    title: attempt.prompt.title,
    when: formatWhen(attempt.startedAt),
    size: countWords(cells),
  };
  switch (standingOf(review, now)) {
    case 'ready':
      return { ...item, verb: 'Score', why: `Ready to score. ${recorded}` };
    case 'resting':
      return {
        ...item,
        verb: 'Score',
        why: `Ready to score ${readyWords(gap?.endsAt ?? now, now)}. ${recorded}`,
      };
    case 'begun': {
      const what = cells.scored > 0 ? 'The cells you scored are saved.' : 'Not scored yet.';
      return { ...item, verb: 'Finish scoring', why: `${recorded} ${what}` };
    }
  }
}

/** `at 14:32`, or `tomorrow`. */
function readyWords(at: EpochMs, now: EpochMs): string {
  const isToday = new Date(at).toDateString() === new Date(now).toDateString();
  return isToday ? `at ${formatTime(at)}` : 'tomorrow';
}

function rescoreItem({ id, prompt, startedAt }: KeptAttempt): WaitingItem {
  return {
    to: `/attempts/${id}/rescore`,
    verb: 'Score again, unseen',
    title: prompt.title,
    why: `From ${formatDay(startedAt)}, old scores hidden. Shows how steady your own scoring is.`,
    size: '12 min',
  };
}

function warmUpItem(
  { offersWarmUp: isOffered, newestAt }: Data,
  onLater: () => void,
): readonly WaitingItem[] {
  if (!isOffered) return [];
  const why =
    newestAt === null
      ? 'Score them and compare with the key, before an attempt of your own.'
      : `The last take was ${formatDay(newestAt)}. Score them and compare with the key first.`;
  return [{ to: '/warm-up', verb: 'Warm up', title: 'four short examples', why, size: '', onLater }];
}

function reasonFor({ prompt, practisedAt }: Suggestion, categories: ReadonlyMap<string, string>): string {
  const category = categories.get(prompt.category) ?? '';
  return practisedAt === null
    ? `New · ${category}`
    : capitalised(`last practised ${formatDay(practisedAt)} · ${category}`);
}
