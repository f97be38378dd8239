import { useRef, useState } from 'react';
import { Link, useLoaderData, useRevalidator } from 'react-router';
import type { Rubric } from '../../domain/rubric.ts';
import { builtInRubric } from '../../rubric/definition.ts';
import { type RubricDraft, readDraft, writeDraft } from '../../rubric/editor/draft.ts';
import { ImportRubric } from '../../rubric/editor/ImportRubric.tsx';
import { RubricEditor } from '../../rubric/editor/RubricEditor.tsx';
import { Versions } from '../../rubric/editor/Versions.tsx';
import { rubricFile } from '../../rubric/file.ts';
import { rubricInUse } from '../../rubric/in-use.ts';
import {
  type AnyVersion,
  asVersion,
  isOwn,
  isSameVersion,
  refOf,
  versionName,
} from '../../rubric/version.ts';
import type { Archive } from '../../storage/archive.ts';
import { announce } from '../../ui/announcer.tsx';
import { Button } from '../../ui/Button.tsx';
import { ConfirmDialog } from '../../ui/Dialog.tsx';
import { download } from '../../ui/download.ts';
import { Notice } from '../../ui/Notice.tsx';
import { PageTitle } from '../../ui/PageTitle.tsx';
import { refocus } from '../../ui/refocus.ts';
import { Section, Sheet } from '../../ui/Sheet.tsx';
import { useUndo } from '../../ui/undo.tsx';
import { useArchive } from '../archive-context.ts';
import { useWrites } from '../use-writes.tsx';

export function loader(archive: Archive) {
  return async () => {
    const [own, inUse, { inUse: chosen }] = await Promise.all([
      archive.rubrics.list(),
      rubricInUse(archive),
      archive.settings.get('rubric'),
    ]);
    const versions: readonly AnyVersion[] = [...own, builtInRubric];
    return { versions, inUse, isChosenGone: chosen !== null && !isSameVersion(chosen, inUse) };
  };
}

type Data = Awaited<ReturnType<ReturnType<typeof loader>>>;

export function Component() {
  const { versions, inUse: used, isChosenGone } = useLoaderData<Data>();
  const archive = useArchive();
  const { revalidate } = useRevalidator();
  const { write, fault } = useWrites();
  const { offerUndo, notice } = useUndo();
  const [stored, setDraft] = useState(readDraft);
  const [asked, setAsked] = useState<AnyVersion | null>(null);
  const [file, setFile] = useState<File | null>(null);
  const chooser = useRef<HTMLInputElement>(null);
  const inUse: AnyVersion = versions.find((version) => isSameVersion(version, used)) ?? used;
  // A draft goes on from where it began, whatever is in use by now; one of another database has no such place.
  const began = stored === null ? undefined : versions.find((version) => isSameVersion(version, stored.base));
  const draft = began === undefined ? null : stored;
  const base = began ?? inUse;

  function keepDraft(next: RubricDraft | null) {
    setDraft(next);
    writeDraft(next);
  }

  /** Fulfils with whether it was stored. Writing the same version twice is writing it once. */
  async function putToUse(version: AnyVersion): Promise<boolean> {
    const isStored = await write(async () => {
      if (isOwn(version)) await archive.rubrics.add(version);
      await archive.settings.put('rubric', {
        inUse: isOwn(version) ? refOf(version) : null,
      });
    });
    if (!isStored) return false;
    // The page as it is now, before the draft goes: else the old texts would show for a moment.
    await revalidate();
    keepDraft(null);
    return true;
  }

  async function switchTo(version: AnyVersion) {
    const before = inUse;
    setAsked(null);
    setFile(null);
    if (!(await putToUse(version))) return;
    offerUndo(`In use: ${versionName(version)}.`, () => putToUse(before));
  }

  async function save(rubric: Rubric): Promise<boolean> {
    const isStored = await putToUse(await asVersion(rubric, Date.now()));
    if (isStored) announce('Saved as a new version, and in use');
    return isStored;
  }

  function choose() {
    setFile(null);
    if (chooser.current === null) return;
    // The same file can be chosen twice.
    chooser.current.value = '';
    chooser.current.click();
  }

  const ask = (version: AnyVersion) => (draft === null ? void switchTo(version) : setAsked(version));
  return (
    <>
      <PageTitle title="Rubric" indented>
        <span>In use: {versionName(inUse)}</span>
        <Link to="/settings">Back to Settings</Link>
      </PageTitle>
      {fault}
      {isChosenGone && (
        <Notice tone="warn" title="The version that was chosen is not here">
          The built-in rubric stands in for it. Import its file to have it back.
        </Notice>
      )}
      <Sheet>
        <Section title="Versions" anchor="versions">
          <div className="stack">
            <p>
              Change any text, weight or budget below: each saved change is a version of its own. Old reviews
              keep the version they were made under.
            </p>
            <Versions versions={versions} inUse={inUse} onUse={ask} />
            <div className="row">
              <Button onClick={() => download(rubricFile(inUse), fileName(inUse))}>Export as JSON</Button>
              <Button onClick={choose}>Import from JSON</Button>
              {isOwn(inUse) && (
                <Button variant="quiet" onClick={() => ask(builtInRubric)}>
                  Reset to the built-in one
                </Button>
              )}
            </div>
          </div>
          <input
            ref={chooser}
            type="file"
            accept=".json,application/json"
            hidden
            aria-label="Rubric to import"
            onChange={(event) => setFile(event.currentTarget.files?.[0] ?? null)}
          />
        </Section>
        <RubricEditor base={base} draft={draft} onDraft={keepDraft} onSave={save} />
      </Sheet>
      {file !== null && (
        <ImportRubric
          key={`${file.name} ${file.lastModified}`}
          file={file}
          inUse={inUse}
          known={versions}
          hasDraft={draft !== null}
          onUse={(version) => void switchTo(version)}
          onChooseAnother={choose}
          onClose={() => setFile(null)}
        />
      )}
      {asked !== null && (
        <ConfirmDialog
          title="Discard what is not saved?"
          confirmLabel="Discard and switch"
          cancelLabel="Keep editing"
          onConfirm={() => void switchTo(asked)}
          onCancel={() => {
            setAsked(null);
            refocus();
          }}
        >
          <p>There are changes that are in no version yet. Using another version discards them.</p>
        </ConfirmDialog>
      )}
      {notice}
    </>
  );
}

/** Sorts by day, and tells two versions of a day apart. */
function fileName(version: AnyVersion): string {
  const name = isOwn(version)
    ? `${new Date(version.createdAt).toISOString().slice(0, 10)} ${version.version.slice(0, 6)}`
    : `built-in ${version.version}`;
  return `Talkthrough rubric ${name}.json`;
}
