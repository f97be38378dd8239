import { useMemo, useState } from 'react';
import { Link, type LoaderFunctionArgs, useLoaderData } from 'react-router';
import {
  type Attempt,
  type ImportedFrom,
  type KeptAttempt,
  MODE_LABELS,
  pictureSource,
  processingNames,
  type TakeFault,
} from '../../domain/attempt.ts';
import type { Coaching } from '../../domain/coaching.ts';
import type { Delivery } from '../../domain/facts.ts';
import type { AttemptId } from '../../domain/ids.ts';
import { OTHER_PROMPT_ID } from '../../domain/prompt.ts';
import type { Review, Rubric } from '../../domain/rubric.ts';
import { STEP_IDS, STEP_LABELS, type StepId } from '../../domain/step.ts';
import { type Ms, timecode } from '../../domain/timeline.ts';
import { findPrompt } from '../../library/catalog.ts';
import { Player } from '../../player/Player.tsx';
import type { Transport } from '../../player/transport.ts';
import { Reveal } from '../../reveal/Reveal.tsx';
import { revealedBy } from '../../reveal/shown.ts';
import { useNoise } from '../../reveal/use-noise.ts';
import { scoreNoise } from '../../rubric/definition.ts';
import { findRubric, rubricInUse } from '../../rubric/in-use.ts';
import { firstStepToScore, ScoreForm } from '../../rubric/ScoreForm.tsx';
import { KeepNotice } from '../../settings/KeepNotice.tsx';
import { readPersistence } from '../../settings/persistence.ts';
import type { Archive } from '../../storage/archive.ts';
import { StorageError } from '../../storage/errors.ts';
import { capitalised, formatWhen } from '../../ui/format.ts';
import { PageTitle } from '../../ui/PageTitle.tsx';
import { StepLetter } from '../../ui/Steps.tsx';
import { useArchive } from '../archive-context.ts';
import { NotHereError } from '../NotHere.tsx';
import { playheadOf } from '../playhead.ts';
import { explain } from '../storage-messages.ts';
import { useCoaching } from '../use-coaching.ts';
import { useMarks } from '../use-marks.ts';
import { useWrites } from '../use-writes.tsx';
import { FinishTake } from './FinishTake.tsx';
import styles from './ReviewPage.module.css';

type ReviewData = {
  readonly attempt: Attempt;
  /** All of them, oldest first. */
  readonly reviews: readonly Review[];
  /** The one to go on with, or to show. */
  readonly review: Review | null;
  /** The review's. */
  readonly rubric: Rubric;
  /** The review's is not here any more: `rubric` is the one in use. */
  readonly isRubricGone: boolean;
  readonly coaching: Coaching;
  /** Null: nothing was measured (yet). */
  readonly delivery: Delivery | null;
  readonly drills: readonly KeptAttempt[];
  /** Its prompt was not deleted in the meantime. */
  readonly canRepeat: boolean;
  /** The browser was never asked whether it keeps what is stored, and could be. */
  readonly mayAskToKeep: boolean;
  readonly showsPicture: boolean;
};

/** The clip and its peaks are read by the player, once: this runs again after every choice. */
export function loader(archive: Archive) {
  return async ({ params }: LoaderFunctionArgs): Promise<ReviewData> => {
    const id = (params['attemptId'] ?? '') as AttemptId;
    const [attempt, reviews, coaching, [delivery = null], drills, { showsPicture }] = await Promise.all([
      archive.attempts.get(id),
      archive.reviews.of(id),
      archive.coaching.of(id),
      archive.deliveries.ofAll([id]),
      archive.attempts.drillsOf(id),
      archive.settings.get('replay'),
    ]);
    if (attempt === null) throw new NotHereError('attempt');
    const canRepeat = (await findPrompt(archive, attempt.promptId)) !== null;
    const ownReviews = reviews.filter(({ mode }) => mode !== 'rescore');
    const review = ownReviews.toSorted((a, b) => a.updatedAt - b.updatedAt).at(-1) ?? null;
    const own =
      review === null
        ? null
        : await findRubric(archive, { id: review.rubricId, version: review.rubricVersion });
    const rubric = own ?? (await rubricInUse(archive));
    const isRubricGone = review !== null && own === null;
    const { keeping } = await archive.settings.get('storage');
    const mayAskToKeep = keeping === null && (await readPersistence()) === 'at-risk';
    return {
      attempt,
      reviews,
      review,
      rubric,
      isRubricGone,
      coaching,
      delivery,
      drills,
      canRepeat,
      mayAskToKeep,
      showsPicture,
    };
  };
}

export function Component() {
  const { attempt, canRepeat, ...rest } = useLoaderData<ReviewData>();
  return (
    <>
      <PageTitle title={attempt.prompt.title}>
        <Facts attempt={attempt} canRepeat={canRepeat} />
      </PageTitle>
      {attempt.status === 'kept' ? (
        <Desk key={attempt.id} attempt={attempt} {...rest} />
      ) : (
        <FinishTake key={attempt.id} attempt={attempt} />
      )}
    </>
  );
}

function Facts({ attempt, canRepeat }: Pick<ReviewData, 'attempt' | 'canRepeat'>) {
  const source = pictureSource(attempt);
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
      {source !== null && <span>With {source}</span>}
      {canRepeat && (
        <Link className={styles['again']} to={`/practice/${attempt.promptId}`}>
          Practise again
        </Link>
      )}
    </>
  );
}

type DeskProps = Omit<ReviewData, 'attempt' | 'canRepeat'> & {
  readonly attempt: KeptAttempt;
};

function Desk({ attempt: stored, review, rubric, coaching: storedCoaching, ...first }: DeskProps) {
  const archive = useArchive();
  const { attempt, setMarks, fault: marksFault } = useMarks(archive, stored);
  const { coaching, change, fault: coachingFault } = useCoaching(archive, storedCoaching);
  const [transport, setTransport] = useState<Transport | null>(null);
  const playhead = useMemo(() => playheadOf(transport), [transport]);
  const { write, fault } = useWrites();
  // What came of the question is said where it was asked.
  const [asksToKeep] = useState(first.mayAskToKeep);
  const [openStep, setOpenStep] = useState(() => firstStepToScore(rubric, attempt, review));
  const [showsPicture, setShowsPicture] = useState(first.showsPicture);
  const isLocked = review !== null && review.lockedAt !== null;
  const revealed = revealedBy(first.reviews);
  const noise = useNoise(archive, revealed === null ? null : rubric, scoreNoise);
  function showPicture(isShown: boolean) {
    setShowsPicture(isShown);
    void remember(archive, isShown);
  }
  return (
    <>
      {asksToKeep && (
        <div className={styles['keep']}>
          {fault}
          <KeepNotice
            onAnswer={(keeping) => void write(() => archive.settings.put('storage', { keeping }))}
          />
        </div>
      )}
      <div className={styles['desk']}>
        <div>
          {marksFault}
          <div className={styles['player']}>
            <Player
              archive={archive}
              attempt={attempt}
              explain={explain}
              showsPicture={showsPicture}
              onShowsPicture={showPicture}
              onMarks={setMarks}
              onTransport={setTransport}
              {...(isLocked ? {} : { onStep: setOpenStep })}
            />
          </div>
          {coachingFault}
          {revealed !== null && (
            <Reveal
              archive={archive}
              attempt={attempt}
              rubric={rubric}
              isRubricGone={first.isRubricGone}
              review={revealed}
              delivery={first.delivery}
              coaching={coaching}
              playhead={playhead}
              noise={noise}
              onTags={(retag) => void change((before) => ({ ...before, pauseTags: retag(before.pauseTags) }))}
            />
          )}
          <Brief attempt={attempt} />
        </div>
        <ScoreForm
          attempt={attempt}
          rubric={rubric}
          review={review}
          noise={noise}
          save={archive.reviews.put}
          explain={explain}
          openStep={openStep}
          onOpenStep={setOpenStep}
        />
      </div>
    </>
  );
}

async function remember(archive: Archive, showsPicture: boolean): Promise<void> {
  try {
    await archive.settings.update('replay', (before) => ({ ...before, showsPicture }));
  } catch (error) {
    // Then it is chosen again next time.
    if (!(error instanceof StorageError)) throw error;
  }
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
      <Processed attempt={attempt} />
      {attempt.isPartial === true && attempt.audioDeletedAt === undefined && (
        <p className={styles['ended']}>
          {attempt.lacksPicture === true
            ? 'The picture of a part could not be joined with the rest and is not in this clip. The sound is, and nothing was deleted.'
            : 'Some of what was recorded cannot be read and is not in this clip. Nothing of it was deleted.'}
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

/** Processing by the browser changes what one hears, and what can be measured, for good. */
function Processed({ attempt }: { readonly attempt: KeptAttempt }) {
  const names = new Set(attempt.segments.flatMap(({ microphone }) => processingNames(microphone.processing)));
  if (names.size === 0) return null;
  return (
    <p className={styles['ended']}>
      Recorded with {[...names].join(', ')} on: loudness, pauses and dynamics in it are not quite your own.
    </p>
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
