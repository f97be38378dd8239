import { useEffect, useState, useSyncExternalStore } from 'react';
import {
  type LoaderFunctionArgs,
  type ShouldRevalidateFunctionArgs,
  useLoaderData,
  useNavigate,
} from 'react-router';
import type { CarriedFocus, Focus } from '../../domain/coaching.ts';
import type { AttemptId, PromptId } from '../../domain/ids.ts';
import type { Settings } from '../../domain/settings.ts';
import { spokenTime, timecode } from '../../domain/timeline.ts';
import { coolFinish, finishInWorker, warmFinish } from '../../finish/client.ts';
import { findPrompt } from '../../library/catalog.ts';
import { isTakeRunning } from '../../recorder/phase.ts';
import { RecorderPanel } from '../../recorder/RecorderPanel.tsx';
import { Session } from '../../recorder/session.ts';
import { rubricInUse } from '../../rubric/in-use.ts';
import type { Archive } from '../../storage/archive.ts';
import { StorageError } from '../../storage/errors.ts';
import { announce } from '../../ui/announcer.tsx';
import { LinkButton } from '../../ui/Button.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { useUndo } from '../../ui/undo.tsx';
import { useArchive } from '../archive-context.ts';
import { micMessages, pictureMessages, pictureOverMessage, saveMessages, takeMessages } from '../messages.ts';
import { NotHereError } from '../NotHere.tsx';
import { useWrites } from '../use-writes.tsx';
import { asksOf, promptOf, readDrill, recoveredDrill } from './drill.ts';
import styles from './RecordPage.module.css';
import { TakeGuard } from './TakeGuard.tsx';

export function loader(archive: Archive) {
  return async ({ params, request }: LoaderFunctionArgs) => {
    const promptId = params['promptId'] as PromptId;
    const search = new URL(request.url).searchParams;
    const wanted = search.get('continue');
    const [found, recording, practised, orphans, rubric, [focus]] = await Promise.all([
      findPrompt(archive, promptId),
      archive.settings.get('recording'),
      archive.attempts.practised(),
      archive.attempts.orphans(),
      rubricInUse(archive),
      archive.coaching.focuses(1),
    ]);
    const continues =
      orphans.find(({ attempt }) => attempt.id === wanted && attempt.promptId === promptId) ?? null;
    const drill = await (continues === null
      ? readDrill(archive, rubric, { promptId, search })
      : recoveredDrill(archive, rubric, continues.attempt));
    const prompt = drill?.prompt ?? found ?? (continues === null ? null : promptOf(continues.attempt));
    if (prompt === null) throw new NotHereError('prompt');
    const asked = { ...prompt, targetSec: targetIn(search) ?? prompt.targetSec };
    const cannotContinue = wanted !== null && continues === null;
    const cannotDrill = search.has('drill') && drill === null;
    // After a reload in mid-take this is the page one comes back to.
    const recovered = orphans.find(({ attempt }) => attempt.promptId === promptId && attempt.id !== wanted);
    const isFirstVisit = practised.size === 0;
    return {
      prompt: drill === null ? asked : prompt,
      rubric,
      drill,
      cannotDrill,
      focus: focus === undefined || drill !== null ? null : carried(focus),
      focusFrom: focus === undefined ? null : await titleOfOther(archive, focus.attemptId, promptId),
      recording,
      continues,
      cannotContinue,
      recovered: recovered ?? null,
      isFirstVisit,
    };
  };
}

/** The length an address asks for, in seconds, as the recorder allows it. */
function targetIn(search: URLSearchParams): number | null {
  const seconds = Number(search.get('target'));
  return seconds >= 30 && seconds <= 10_800 ? seconds : null;
}

/** What is written during a take must not read anything again. */
export function shouldRevalidate({ currentUrl, nextUrl }: ShouldRevalidateFunctionArgs): boolean {
  return currentUrl.href !== nextUrl.href;
}

type SavedFocus = { readonly attemptId: AttemptId; readonly focus: Focus };

type Data = Awaited<ReturnType<ReturnType<typeof loader>>>;

export function Component() {
  const data = useLoaderData<Data>();
  const { prompt, continues, drill } = data;
  const key = [prompt.id, continues?.attempt.id, drill?.of, drill?.step].join(' ');
  return <RecordPage key={key} {...data} />;
}

const WORDS = {
  microphone: micMessages,
  picture: pictureMessages,
  pictureOver: pictureOverMessage,
  take: takeMessages,
  save: saveMessages,
};

const reviewPath = (id: AttemptId) => `/attempts/${id}`;

function RecordPage(data: Data) {
  const { prompt, rubric, focus, focusFrom, drill, recording, continues, recovered, isFirstVisit } = data;
  const archive = useArchive();
  const navigate = useNavigate();
  const { offerUndo, notice } = useUndo();
  const { takeBack, fault } = useWrites();
  const [session] = useState(() => newSession(archive, recording));
  const [asks] = useState(() => asksOf(rubric, prompt));
  const isRunning = useSyncExternalStore(session.subscribe, () => isTakeRunning(session.getSnapshot().state));

  useEffect(() => {
    return () => void session.dispose();
  }, [session]);

  async function undoDiscard(id: AttemptId) {
    if (await takeBack(() => archive.attempts.restore(id))) await navigate(reviewPath(id));
  }

  /** A drill is heard beside its attempt, if that was not deleted meanwhile. */
  async function showSaved(id: AttemptId) {
    const parent = drill === null ? null : await archive.attempts.get(drill.of).catch(() => null);
    await navigate(parent === null ? reviewPath(id) : `${reviewPath(parent.id)}#drills`);
  }

  return (
    <>
      {!isRunning && (
        <div className={styles['notices']}>
          {fault}
          {data.cannotContinue && (
            <Notice tone="warn" title="That take cannot be continued">
              It was finished or deleted, or another tab is busy with it. What you record here is a new one.
            </Notice>
          )}
          {data.cannotDrill && (
            <Notice tone="warn" title="That step cannot be spoken again">
              The attempt or the step in this address is not there. What you record here is a full take.
            </Notice>
          )}
          {recovered !== null && (
            <Notice
              tone="info"
              title={`Recovered: ${timecode(recovered.keptMs)} of this prompt`}
              actions={<LinkButton to={reviewPath(recovered.attempt.id)}>Review that take</LinkButton>}
            >
              Nothing of it was lost. Practice lists it too, to be continued or deleted.
            </Notice>
          )}
        </div>
      )}
      <RecorderPanel
        session={session}
        prompt={prompt}
        asks={asks}
        budgetTable={rubric.budgets}
        focus={focus}
        focusFrom={focusFrom}
        drill={drill}
        settings={recording}
        continues={continues}
        isFirstVisit={isFirstVisit}
        words={WORDS}
        reviewPath={reviewPath}
        onRemember={(choices) => void remember(archive, choices)}
        onSaved={(id, keptMs) => {
          announce(`Saved, ${spokenTime(keptMs)}`);
          void showSaved(id);
        }}
        onDiscarded={(id, lastedMs) =>
          offerUndo(`Discarded a take of ${timecode(lastedMs)}.`, () => undoDiscard(id))
        }
      />
      <TakeGuard session={session} />
      {!isRunning && <div className={styles['undo']}>{notice}</div>}
    </>
  );
}

function newSession(archive: Archive, settings: Settings['recording']): Session {
  return new Session(archive, {
    settings,
    finish: async (id, endedBy, onProgress) => finishInWorker(id, { endedBy, onProgress }),
    warmFinish,
    coolFinish,
  });
}

async function remember(archive: Archive, choices: Partial<Settings['recording']>): Promise<void> {
  try {
    await archive.settings.update('recording', (before) => ({ ...before, ...choices }));
  } catch (error) {
    // Then it is chosen again next time: nothing to stop a take for.
    if (!(error instanceof StorageError)) throw error;
  }
}

function carried({ attemptId, focus }: SavedFocus): CarriedFocus {
  const { cell, label, ifThen } = focus;
  return { cell, label, ifThen, from: attemptId };
}

/** The title of the prompt a focus came from, unless it is the one at hand. */
async function titleOfOther(archive: Archive, from: AttemptId, promptId: PromptId): Promise<string | null> {
  const attempt = await archive.attempts.get(from);
  return attempt === null || attempt.promptId === promptId ? null : attempt.prompt.title;
}
