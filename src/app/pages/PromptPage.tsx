import { useState } from 'react';
import { type LoaderFunctionArgs, useLoaderData, useNavigate } from 'react-router';
import type { KeptAttempt } from '../../domain/attempt.ts';
import { stepBudgets } from '../../domain/budget.ts';
import type { PromptId } from '../../domain/ids.ts';
import type { OwnPrompt } from '../../domain/prompt.ts';
import { AttemptsTable } from '../../history/AttemptsTable.tsx';
import { readRows } from '../../history/read-rows.ts';
import { findPrompt, KIND_LABELS, loadCatalog, OWN_CATEGORY } from '../../library/catalog.ts';
import { PromptForm } from '../../library/PromptForm.tsx';
import { findRubric, rubricInUse } from '../../rubric/in-use.ts';
import type { Archive } from '../../storage/archive.ts';
import { newPromptId } from '../../storage/new-id.ts';
import { Button, LinkButton } from '../../ui/Button.tsx';
import { formatTarget, formatWhen } from '../../ui/format.ts';
import { PageTitle } from '../../ui/PageTitle.tsx';
import { Section, Sheet } from '../../ui/Sheet.tsx';
import { StepPlan } from '../../ui/Steps.tsx';
import { useUndo } from '../../ui/undo.tsx';
import { useArchive } from '../archive-context.ts';
import { NotHereError } from '../NotHere.tsx';
import { useWrites } from '../use-writes.tsx';
import styles from './PromptPage.module.css';
import type { PromptsState } from './PromptsPage.tsx';

/** History has them all. */
const ATTEMPTS = 50;

export function loader(archive: Archive) {
  return async ({ params }: LoaderFunctionArgs) => {
    const id = params['promptId'] as PromptId;
    const [prompt, own, attempts, { categories }] = await Promise.all([
      findPrompt(archive, id),
      archive.prompts.get(id),
      archive.attempts.atPrompt(id, ATTEMPTS),
      loadCatalog(),
    ]);
    if (prompt === null) throw new NotHereError('prompt');
    const category = [OWN_CATEGORY, ...categories].find((candidate) => candidate.id === prompt.category);
    const rubric = await rubricInUse(archive);
    const rows = await readRows(
      archive,
      { inUse: rubric, find: (ref) => findRubric(archive, ref) },
      attempts,
    );
    return { prompt, own, category, rubric, rows };
  };
}

type Data = Awaited<ReturnType<ReturnType<typeof loader>>>;

export function Component() {
  const { prompt, own, category, rubric, rows } = useLoaderData<Data>();
  const archive = useArchive();
  const navigate = useNavigate();
  const { offerUndo, notice } = useUndo();
  const { write, takeBack, fault } = useWrites();
  const [isEditing, setEditing] = useState(false);

  async function save(changed: OwnPrompt) {
    if (await write(() => archive.prompts.put(changed))) setEditing(false);
  }

  /** Without its prompt this page has nothing to show: the list offers to undo. */
  async function remove({ id, title }: OwnPrompt) {
    if (!(await write(() => archive.prompts.remove(id)))) return;
    await navigate('/prompts', { replace: true, state: { deleted: { id, title } } satisfies PromptsState });
  }

  async function removeAttempt({ id, prompt: { title }, startedAt }: KeptAttempt) {
    if (!(await write(() => archive.attempts.remove(id)))) return;
    offerUndo(`Deleted “${title}”, ${formatWhen(startedAt)}.`, () =>
      takeBack(() => archive.attempts.restore(id)),
    );
  }

  return (
    <>
      <PageTitle title={prompt.title} indented>
        <span>{category?.label}</span>
        <span>{KIND_LABELS[prompt.kind]}</span>
      </PageTitle>
      {!isEditing && fault}
      <Sheet>
        <Section title="Question">
          <div className={styles['prompt']}>
            <p className="voice">{prompt.question}</p>
            <StepPlan budgets={stepBudgets(rubric.budgets, prompt.targetSec * 1000)} />
            <div className="row">
              <LinkButton
                variant="primary"
                to={`/practice/${prompt.id}`}
                aria-label={`Practise: ${prompt.title}`}
              >
                Practise
              </LinkButton>
              <span className="small muted">{formatTarget(prompt.targetSec * 1000)}</span>
              {own !== null && (
                <>
                  <Button variant="plain" onClick={() => setEditing(true)}>
                    Edit
                  </Button>
                  <Button variant="quiet" onClick={() => void remove(own)}>
                    Delete
                  </Button>
                </>
              )}
            </div>
          </div>
        </Section>
        <Section title="Attempts">
          {rows.length === 0 ? (
            <p className="muted">None yet.</p>
          ) : (
            <AttemptsTable
              rows={rows}
              criteria={rubric.criteria}
              ofOnePrompt
              onDelete={(attempt) => void removeAttempt(attempt)}
            />
          )}
        </Section>
      </Sheet>
      {isEditing && (
        <PromptForm
          prompt={own}
          newId={newPromptId}
          fault={fault}
          onSave={(changed) => void save(changed)}
          onClose={() => setEditing(false)}
        />
      )}
      {notice}
    </>
  );
}
