import { useState } from 'react';
import { Link, type LoaderFunctionArgs, useLoaderData } from 'react-router';
import {
  type Attempt,
  type ImportedFrom,
  type KeptAttempt,
  MODE_LABELS,
  type TakeFault,
} from '../../domain/attempt.ts';
import type { AttemptId } from '../../domain/ids.ts';
import { OTHER_PROMPT_ID } from '../../domain/prompt.ts';
import type { Review } from '../../domain/rubric.ts';
import { STEP_IDS, STEP_LABELS, type StepId } from '../../domain/step.ts';
import { type Ms, timecode } from '../../domain/timeline.ts';
import { findPrompt } from '../../library/catalog.ts';
import { Player } from '../../player/Player.tsx';
import { firstStepToScore, ScoreForm } from '../../rubric/ScoreForm.tsx';
import type { Archive } from '../../storage/archive.ts';
import type { StorageFault } from '../../storage/errors.ts';
import { capitalised, formatWhen } from '../../ui/format.ts';
import { PageTitle } from '../../ui/PageTitle.tsx';
import { StepLetter } from '../../ui/Steps.tsx';
import { useArchive } from '../archive-context.ts';
import { NotHereError } from '../NotHere.tsx';
import { storageMessages } from '../storage-messages.ts';
import { useMarks } from '../use-marks.ts';
import { FinishTake } from './FinishTake.tsx';
import styles from './ReviewPage.module.css';

type ReviewData = {
  readonly attempt: Attempt;
  readonly review: Review | null;
  /** Its prompt was not deleted in the meantime. */
  readonly canRepeat: boolean;
};

/** The clip and its peaks are read by the player, once: this runs again after every choice. */
export function loader(archive: Archive) {
  return async ({ params }: LoaderFunctionArgs): Promise<ReviewData> => {
    const id = (params['attemptId'] ?? '') as AttemptId;
    const [attempt, reviews] = await Promise.all([archive.attempts.get(id), archive.reviews.of(id)]);
    if (attempt === null) throw new NotHereError('attempt');
    const canRepeat = (await findPrompt(archive, attempt.promptId)) !== null;
    const review = reviews.toSorted((a, b) => a.updatedAt - b.updatedAt).at(-1) ?? null;
    return { attempt, review, canRepeat };
  };
}

export function Component() {
  const { attempt, review, canRepeat } = useLoaderData<ReviewData>();
  return (
    <>
      <PageTitle title={attempt.prompt.title}>
        <Facts attempt={attempt} canRepeat={canRepeat} />
      </PageTitle>
      {attempt.status === 'kept' ? (
        <Desk key={attempt.id} attempt={attempt} review={review} />
      ) : (
        <FinishTake key={attempt.id} attempt={attempt} />
      )}
    </>
  );
}

function Facts({ attempt, canRepeat }: Pick<ReviewData, 'attempt' | 'canRepeat'>) {
  return (
    <>
      <time dateTime={new Date(attempt.startedAt).toISOString()}>
        {capitalised(formatWhen(attempt.startedAt))}
      </time>
      {attempt.status === 'kept' && (
        <span>
          {timecode(attempt.durationMs)}
          {attempt.promptId !== OTHER_PROMPT_ID && ` of ${timecode(attempt.targetMs)}`}
        </span>
      )}
      <span>{attempt.source === 'imported' ? 'Imported' : MODE_LABELS[attempt.mode]}</span>
      {canRepeat && (
        <Link className={styles['again']} to={`/practice/${attempt.promptId}`}>
          Practise again
        </Link>
      )}
    </>
  );
}

type DeskProps = { readonly attempt: KeptAttempt; readonly review: Review | null };

function Desk({ attempt: stored, review }: DeskProps) {
  const archive = useArchive();
  const { attempt, setMarks, fault } = useMarks(archive, stored);
  const [openStep, setOpenStep] = useState(() => firstStepToScore(attempt, review));
  const isLocked = review !== null && review.lockedAt !== null;
  return (
    <div className={styles['desk']}>
      <div>
        {fault}
        <div className={styles['player']}>
          <Player
            archive={archive}
            attempt={attempt}
            explain={explain}
            onMarks={setMarks}
            {...(isLocked ? {} : { onStep: setOpenStep })}
          />
        </div>
        <Brief attempt={attempt} />
      </div>
      <ScoreForm
        attempt={attempt}
        review={review}
        save={archive.reviews.put}
        explain={explain}
        openStep={openStep}
        onOpenStep={setOpenStep}
      />
    </div>
  );
}

function explain(fault: StorageFault): string {
  const { what, action } = storageMessages[fault];
  return `${what} ${action}`;
}

const ENDED: Readonly<Record<TakeFault, string>> = {
  'device-lost': 'the microphone was lost',
  encoder: 'the browser’s recorder stopped',
  'disk-full': 'the disk was full',
  disk: 'storage failed',
};

/** What was asked, what was planned, and why the take ended if its speaker did not end it. */
function Brief({ attempt }: { readonly attempt: KeptAttempt }) {
  const { prompt, outline, endedBy, durationMs } = attempt;
  const planned = STEP_IDS.filter((step) => (outline[step] ?? '').trim() !== '');
  return (
    <>
      {endedBy !== 'user' && attempt.source === 'recorded' && (
        <p className={styles['ended']}>
          {endedBy === null
            ? `Recovered: ${timecode(durationMs)}, all that was on disk.`
            : `We kept ${timecode(durationMs)} of this take: ${ENDED[endedBy]}.`}
        </p>
      )}
      {attempt.isPartial === true && (
        <p className={styles['ended']}>
          Some of what was recorded cannot be read and is not in this clip. Nothing of it was deleted.
        </p>
      )}
      {attempt.imported !== undefined && (
        <p className={attempt.imported.isTorn === true ? styles['ended'] : styles['from']}>
          {importedWords(attempt.imported, durationMs)}
        </p>
      )}
      {prompt.question !== '' && (
        <section className={styles['block']} aria-labelledby="question">
          <h2 id="question">The question</h2>
          <p className="voice">{prompt.question}</p>
          {planned.length > 0 && (
            <details className={styles['outline']}>
              <summary>Your outline</summary>
              <dl>
                {planned.map((step) => (
                  <OutlineLine key={step} step={step} text={outline[step] ?? ''} />
                ))}
              </dl>
            </details>
          )}
          {prompt.covers.length > 0 && (
            <details className={styles['outline']}>
              <summary>What a strong answer covers</summary>
              <ul role="list">
                {prompt.covers.map(({ id, text }) => (
                  <li key={id}>{text}</li>
                ))}
              </ul>
            </details>
          )}
        </section>
      )}
    </>
  );
}

function importedWords({ fileName, isTorn, saysMs }: ImportedFrom, durationMs: Ms): string {
  if (isTorn !== true) return `Imported from “${fileName}”.`;
  const says = saysMs === undefined ? '' : `, which says that it lasts ${timecode(saysMs)}`;
  return `“${fileName}” breaks off: this is the ${timecode(durationMs)} that could be read of it${says}.`;
}

function OutlineLine({ step, text }: { readonly step: StepId; readonly text: string }) {
  return (
    <div>
      <dt>
        <StepLetter step={step} /> {STEP_LABELS[step]}
      </dt>
      <dd className="voice">{text}</dd>
    </div>
  );
}
