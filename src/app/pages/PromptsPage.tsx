import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { useLoaderData, useLocation, useNavigate } from 'react-router';
import type { PromptId } from '../../domain/ids.ts';
import type { OwnPrompt, Prompt } from '../../domain/prompt.ts';
import { plural } from '../../domain/timeline.ts';
import { loadCatalog, OWN_CATEGORY } from '../../library/catalog.ts';
import { PromptForm } from '../../library/PromptForm.tsx';
import { PromptList } from '../../library/PromptList.tsx';
import { matches } from '../../library/search.ts';
import type { Archive } from '../../storage/archive.ts';
import { newPromptId } from '../../storage/new-id.ts';
import { Button } from '../../ui/Button.tsx';
import { TextField } from '../../ui/Field.tsx';
import { PageTitle } from '../../ui/PageTitle.tsx';
import { Section, Sheet } from '../../ui/Sheet.tsx';
import { useUndo } from '../../ui/undo.tsx';
import { useArchive } from '../archive-context.ts';
import { useWrites } from '../use-writes.tsx';
import styles from './PromptsPage.module.css';

export function loader(archive: Archive) {
  return async () => {
    const [catalog, own, practised] = await Promise.all([
      loadCatalog(),
      archive.prompts.list(),
      archive.attempts.practised(),
    ]);
    const builtIn = catalog.categories.map((category) => ({
      category,
      entries: catalog.prompts.filter((prompt) => prompt.category === category.id).map(entry),
    }));
    return { groups: [{ category: OWN_CATEGORY, entries: own.map(entry) }, ...builtIn], practised };
  };
}

/** A prompt with the texts it is found by. */
function entry(prompt: Prompt & { readonly tags?: readonly string[] }) {
  return { prompt, texts: [prompt.title, prompt.question, ...(prompt.tags ?? [])] };
}

/** Handed over by the page of a prompt that was deleted there. */
export type PromptsState = { readonly deleted?: { readonly id: PromptId; readonly title: string } };

type Data = Awaited<ReturnType<ReturnType<typeof loader>>>;

export function Component() {
  const { groups, practised } = useLoaderData<Data>();
  const archive = useArchive();
  const { write, takeBack, fault } = useWrites();
  const { offerUndo, notice } = useUndo();
  const search = useRef<HTMLInputElement>(null);
  const navigate = useNavigate();
  const deleted = (useLocation().state as PromptsState | null)?.deleted;
  const offer = useEffectEvent(({ id, title }: NonNullable<PromptsState['deleted']>) => {
    offerUndo(`Deleted “${title}”. Its attempts stay.`, () => takeBack(() => archive.prompts.restore(id)));
    // A reload must not offer it again.
    void navigate('/prompts', { replace: true, state: null });
  });
  useEffect(() => {
    if (deleted !== undefined) offer(deleted);
  }, [deleted]);
  const [query, setQuery] = useState('');
  const [isWriting, setWriting] = useState(false);
  const total = groups.reduce((sum, { entries }) => sum + entries.length, 0);
  const found = groups
    .map(({ category, entries }) => ({
      category,
      count: entries.length,
      prompts: entries.filter(({ texts }) => matches(query, texts)).map(({ prompt }) => prompt),
    }))
    .filter(({ prompts }) => prompts.length > 0);
  const foundCount = found.reduce((sum, { prompts }) => sum + prompts.length, 0);

  async function save(prompt: OwnPrompt) {
    if (await write(() => archive.prompts.put(prompt))) setWriting(false);
  }

  function showAll() {
    setQuery('');
    search.current?.focus();
  }

  return (
    <>
      <PageTitle title="Prompts" hidden />
      {!isWriting && fault}
      <Sheet>
        <Section title="Find">
          <div className={styles['find']}>
            <TextField
              ref={search}
              label="Search"
              hideLabel
              type="search"
              value={query}
              placeholder="Title, question, tag"
              onChange={(event) => setQuery(event.currentTarget.value)}
            />
            <Button onClick={() => setWriting(true)}>New prompt</Button>
          </div>
          <p role="status" className={`small muted ${styles['count']}`}>
            {query.trim() === '' ? plural(total, 'prompt') : `${foundCount} of ${plural(total, 'prompt')}`}
          </p>
        </Section>
        {found.map(({ category, count, prompts }) => (
          <Section
            key={category.id}
            title={category.label}
            count={prompts.length === count ? `${count}` : `${prompts.length} of ${count}`}
          >
            <PromptList label={category.label} prompts={prompts} practised={practised} />
          </Section>
        ))}
        {found.length === 0 && (
          <Section title="Nothing found">
            <div className="stack">
              <p>No prompt has all of these words.</p>
              <Button variant="plain" onClick={showAll}>
                Show all prompts
              </Button>
            </div>
          </Section>
        )}
      </Sheet>
      {notice}
      {isWriting && (
        <PromptForm
          prompt={null}
          newId={newPromptId}
          fault={fault}
          onSave={(prompt) => void save(prompt)}
          onClose={() => setWriting(false)}
        />
      )}
    </>
  );
}
