import { type ComponentProps, useMemo, useState } from 'react';
import { Link, type LoaderFunctionArgs, useLoaderData } from 'react-router';
import { DrillOf, Drills } from '../../coaching/Drills.tsx';
import { reviewSheet } from '../../coaching/review-sheet.ts';
import { TakeAway } from '../../coaching/TakeAway.tsx';
import {
  type Attempt,
  type ImportedFrom,
  type KeptAttempt,
  MODE_LABELS,
  pictureSource,
  processingNames,
  type TakeFault,
} from '../../domain/attempt.ts';
import { drillLength } from '../../domain/budget.ts';
import type { Coaching, Focus } from '../../domain/coaching.ts';
import type { Delivery, Sounds } from '../../domain/facts.ts';
import type { AttemptId } from '../../domain/ids.ts';
import { OTHER_PROMPT_ID } from '../../domain/prompt.ts';
import { currentReview } from '../../domain/reviews.ts';
import { type Review, type Rubric, stepOf } from '../../domain/rubric.ts';
import { STEP_IDS, STEP_LABELS, type StepId, stepSpans } from '../../domain/step.ts';
import { type Ms, timecode } from '../../domain/timeline.ts';
import { findPrompt } from '../../library/catalog.ts';
import { Player } from '../../player/Player.tsx';
import type { Transport } from '../../player/transport.ts';
import type { Strips } from '../../player/Waveform.tsx';
import { Reveal } from '../../reveal/Reveal.tsx';
import { revealedBy } from '../../reveal/shown.ts';
import { hasStrips, TimeLineStrips } from '../../reveal/TimeLineStrips.tsx';
import { TimeLineTables } from '../../reveal/TimeLineTables.tsx';
import { useNoise } from '../../reveal/use-noise.ts';
import { scoreNoise } from '../../rubric/definition.ts';
import { GoneReview } from '../../rubric/GoneReview.tsx';
import { findRubric, rubricInUse } from '../../rubric/in-use.ts';
import { firstStepToScore, newReview, ScoreForm } from '../../rubric/ScoreForm.tsx';
import { KeepNotice } from '../../settings/KeepNotice.tsx';
import { readPersistence } from '../../settings/persistence.ts';
import type { Archive } from '../../storage/archive.ts';
import { StorageError } from '../../storage/errors.ts';
import { capitalised, formatWhen } from '../../ui/format.ts';
import { PageTitle } from '../../ui/PageTitle.tsx';
import { refocus } from '../../ui/refocus.ts';
import { StepLetter } from '../../ui/Steps.tsx';
import { useUndo } from '../../ui/undo.tsx';
import { useArchive } from '../archive-context.ts';
import { useListening, useMeasuredFirst, useMeasuring } from '../measuring.ts';
import { NotHereError } from '../NotHere.tsx';
import { playheadOf } from '../playhead.ts';
import { useStaying } from '../staying.ts';
import { explain } from '../storage-messages.ts';
import { useCoaching } from '../use-coaching.ts';
import { useMarks } from '../use-marks.ts';
import { useWrites } from '../use-writes.tsx';
import { Due, hasFocus, Notes, OneFocus } from './Coach.tsx';
import { drillPath } from './drill.ts';
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
  /** The focuses of the attempts before, newest first. */
  readonly focuses: readonly Focus[];
  /** Null: nothing was measured (yet). */
  readonly delivery: Delivery | null;
  /** Null: nobody has listened for them (yet). */
  readonly sounds: Sounds | null;
  readonly drills: readonly KeptAttempt[];
  /** Of a drill: the attempt it belongs to. Null: it has none, or it was deleted. */
  readonly parent: Attempt | null;
  /** Its prompt was not deleted in the meantime. */
  readonly canRepeat: boolean;
  /** The browser was never asked whether it keeps what is stored, and could be. */
  readonly mayAskToKeep: boolean;
  readonly showsPicture: boolean;
};

/** The focus rule looks back by two. */
const FOCUSES = 2;

/** The clip and its peaks are read by the player, once: this runs again after every choice. */
export function loader(archive: Archive) {
  return async ({ params }: LoaderFunctionArgs): Promise<ReviewData> => {
    const id = (params['attemptId'] ?? '') as AttemptId;
    const [attempt, reviews, coaching, [delivery = null], sounds, drills, { showsPicture }] =
      await Promise.all([
        archive.attempts.get(id),
        archive.reviews.of(id),
        archive.coaching.of(id),
        archive.deliveries.ofAll([id]),
        archive.sounds.of(id),
        archive.attempts.drillsOf(id),
        archive.settings.get('replay'),
      ]);
    if (attempt === null) throw new NotHereError('attempt');
    const before = await archive.coaching.focuses(FOCUSES, attempt.startedAt);
    const parent = attempt.parentId === null ? null : await archive.attempts.get(attempt.parentId);
    const canRepeat = (await findPrompt(archive, attempt.promptId)) !== null;
    const review = currentReview(reviews);
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
      focuses: before.map(({ focus }) => focus),
      delivery,
      sounds,
      drills,
      parent,
      canRepeat,
      mayAskToKeep,
      showsPicture,
    };
  };
}

export function Component() {
  const { attempt, ...rest } = useLoaderData<ReviewData>();
  // One link of that name: the focus brings its own.
  const isAgainBelow = attempt.status === 'kept' && hasFocus(attempt, rest.review, rest.isRubricGone);
  return (
    <>
      <PageTitle title={attempt.prompt.title}>
        <Facts attempt={attempt} canRepeat={rest.canRepeat && !isAgainBelow} />
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
      <span>{howWords(attempt)}</span>
      {source !== null && <span>With {source}</span>}
      {canRepeat && (
        <Link className={styles['again']} to={`/practice/${attempt.promptId}`}>
          Practise again
        </Link>
      )}
    </>
  );
}

function howWords({ drillStep, source, mode }: Attempt): string {
  if (drillStep !== undefined) return `Drill of ${STEP_LABELS[drillStep]}`;
  return source === 'imported' ? 'Imported' : MODE_LABELS[mode];
}

type DeskProps = Omit<ReviewData, 'attempt'> & {
  readonly attempt: KeptAttempt;
};

function Desk({ attempt: stored, reviews, review, rubric, isRubricGone, ...first }: DeskProps) {
  const archive = useArchive();
  useMeasuredFirst(stored.id);
  const { attempt, setMarks, fault: marksFault } = useMarks(archive, stored);
  const { coaching, change, fault: coachingFault } = useCoaching(archive, first.coaching);
  const { write, fault } = useWrites();
  const [transport, setTransport] = useState<Transport | null>(null);
  const playhead = useMemo(() => playheadOf(transport), [transport]);
  const gone = isRubricGone ? review : null;
  // What came of the question is said where it was asked.
  const [asksToKeep] = useState(first.mayAskToKeep);
  const [openStep, setOpenStep] = useState(() => firstStepToScore(rubric, attempt, review));
  const [showsPicture, setShowsPicture] = useState(first.showsPicture);
  const { ref: playerRef, staysPx } = useStaying();
  const isLocked = review !== null && review.lockedAt !== null;
  const coach = { attempt, coaching, playhead, change };
  const revealed = revealedBy(reviews);
  const measured = { delivery: first.delivery, sounds: first.sounds };
  const tags = coaching.pauseTags;
  const strips: Strips | undefined =
    revealed === null || !hasStrips(measured)
      ? undefined
      : (axis) => <TimeLineStrips axis={axis} attempt={attempt} tags={tags} {...measured} />;
  const noise = useNoise(archive, revealed === null ? null : rubric, scoreNoise);
  function showPicture(isShown: boolean) {
    setShowsPicture(isShown);
    void remember(archive, isShown);
  }
  /** Beside a review whose rubric is gone another begins, under the one in use. */
  async function scoreAnew() {
    if (!(await write(() => archive.reviews.put(newReview(rubric, attempt, { before: reviews }))))) return;
    setOpenStep(firstStepToScore(rubric, attempt, null));
    refocus();
  }
  return (
    <>
      {fault}
      <div className={styles['desk']}>
        <Due {...coach} rubric={rubric} review={review} />
        <div className={styles['listen']} style={{ '--stays': `${staysPx}px` }}>
          {marksFault}
          {coachingFault}
          <div ref={playerRef} className={styles['player']} data-stays={staysPx > 0}>
            <Player
              archive={archive}
              attempt={attempt}
              explain={explain}
              showsPicture={showsPicture}
              onShowsPicture={showPicture}
              onMarks={setMarks}
              onTransport={setTransport}
              pins={coaching.comments}
              strips={strips}
              {...(isLocked ? {} : { onStep: setOpenStep })}
            />
          </div>
          {asksToKeep && (
            <div className={styles['keep']}>
              <KeepNotice
                onAnswer={(keeping) => void write(() => archive.settings.put('storage', { keeping }))}
              />
            </div>
          )}
          {revealed !== null && (
            <MeasuredReveal
              archive={archive}
              attempt={attempt}
              rubric={rubric}
              isRubricGone={gone !== null}
              review={revealed}
              reviews={reviews}
              delivery={first.delivery}
              sounds={first.sounds}
              coaching={coaching}
              playhead={playhead}
              noise={noise}
              onTags={(retag) => void change((before) => ({ ...before, pauseTags: retag(before.pauseTags) }))}
            />
          )}
          <Notes {...coach} review={review} />
          <Brief attempt={attempt} />
          {attempt.drillStep === undefined && (
            <AttemptDrills
              {...first}
              attempt={attempt}
              transport={transport}
              rubric={rubric}
              coaching={coaching}
              isOffered={isLocked}
            />
          )}
          {review !== null && attempt.drillStep === undefined && (
            <TakeAway sheet={reviewSheet({ attempt, rubric, review, reviews, coaching, noise: noise.sem })} />
          )}
        </div>
        <div>
          {attempt.drillStep !== undefined ? (
            <DrillOf step={attempt.drillStep} parent={first.parent} />
          ) : gone === null ? (
            <ScoreForm
              attempt={attempt}
              rubric={rubric}
              reviews={reviews}
              review={review}
              noise={noise}
              playhead={playhead}
              save={archive.reviews.put}
              discard={archive.reviews.discard}
              explain={explain}
              openStep={openStep}
              onOpenStep={setOpenStep}
            >
              {hasFocus(attempt, review, gone !== null) && (
                <OneFocus
                  {...coach}
                  rubric={rubric}
                  review={review}
                  before={first.focuses}
                  canRepeat={first.canRepeat}
                />
              )}
            </ScoreForm>
          ) : (
            <GoneReview review={gone} onScoreAnew={() => void scoreAnew()} />
          )}
        </div>
      </div>
    </>
  );
}

type MeasuredRevealProps = Omit<ComponentProps<typeof Reveal>, 'measuring' | 'listening'> &
  Pick<ReviewData, 'sounds'>;

/** Apart, because it is rendered anew for every hundredth of the measuring. */
function MeasuredReveal({ sounds, ...props }: MeasuredRevealProps) {
  const measuring = useMeasuring(props.attempt, props.delivery);
  const listening = useListening(props.attempt, sounds);
  const state = { measuring, listening };
  return (
    <>
      <Reveal {...props} {...state} />
      <TimeLineTables {...props} {...state} sounds={sounds} tags={props.coaching.pauseTags} />
    </>
  );
}

type AttemptDrillsProps = Pick<DeskProps, 'attempt' | 'rubric' | 'coaching' | 'drills'> & {
  /** There are scores to choose a step by. */
  readonly isOffered: boolean;
  readonly transport: Transport | null;
};

/** The steps of the attempt spoken again, beside its replay. */
function AttemptDrills(props: AttemptDrillsProps) {
  const { attempt, rubric, coaching, drills, transport, isOffered } = props;
  const archive = useArchive();
  const { offerUndo, notice } = useUndo();
  const { write, takeBack, fault } = useWrites();
  const { marks, durationMs, targetMs } = attempt;
  const spans = useMemo(() => stepSpans(marks, durationMs), [marks, durationMs]);
  const original = useMemo(
    () =>
      transport === null
        ? null
        : {
            subscribe: transport.subscribe,
            isPlaying: () => transport.getSnapshot().isPlaying,
            pause: transport.pause,
            playStep: (step: StepId) => transport.playSpans(spans.filter((span) => span.step === step)),
          },
    [transport, spans],
  );

  async function remove({ id, drillStep, startedAt }: KeptAttempt) {
    if (drillStep === undefined || !(await write(() => archive.attempts.remove(id)))) return;
    offerUndo(`Deleted the drill of ${STEP_LABELS[drillStep]}, ${formatWhen(startedAt)}.`, () =>
      takeBack(() => archive.attempts.restore(id)),
    );
  }

  return (
    <>
      {fault}
      {(isOffered || drills.length > 0) && (
        <Drills
          drills={drills}
          redos={STEP_IDS.map((step) => ({
            step,
            lengthMs: drillLength(rubric.budgets, targetMs, step),
            to: drillPath(attempt, step),
          }))}
          focusStep={coaching.focus === undefined ? null : stepOf(coaching.focus.cell)}
          original={original}
          spoken={spans.map(({ step }) => step)}
          readClip={(id) => archive.clips.read(id).catch(nullIfRefused)}
          onDelete={(drill) => void remove(drill)}
        />
      )}
      {notice}
    </>
  );
}

function nullIfRefused(error: unknown): null {
  if (error instanceof StorageError) return null;
  throw error;
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
