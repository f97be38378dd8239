import { useMemo, useState } from 'react';
import { type LoaderFunctionArgs, useLoaderData } from 'react-router';
import type { KeptAttempt } from '../../domain/attempt.ts';
import type { AttemptId } from '../../domain/ids.ts';
import {
  type Difference,
  difference,
  NEWEST_FOCUSES,
  rescorableFrom,
  type WhyNotRescored,
  whyNotRescored,
} from '../../domain/rescore.ts';
import { cellName, firstLock } from '../../domain/reviews.ts';
import type { Review, Rubric } from '../../domain/rubric.ts';
import { missingFor } from '../../domain/scoring.ts';
import { Player } from '../../player/Player.tsx';
import type { Transport } from '../../player/transport.ts';
import { useNoise } from '../../reveal/use-noise.ts';
import { scoreNoise } from '../../rubric/definition.ts';
import { findRubric } from '../../rubric/in-use.ts';
import { firstStepToScore, ScoreForm } from '../../rubric/ScoreForm.tsx';
import type { Archive } from '../../storage/archive.ts';
import { LinkButton } from '../../ui/Button.tsx';
import { formatDay } from '../../ui/format.ts';
import { PageTitle } from '../../ui/PageTitle.tsx';
import { useArchive } from '../archive-context.ts';
import { NotHereError } from '../NotHere.tsx';
import { playheadOf } from '../playhead.ts';
import { explain } from '../storage-messages.ts';
import styles from './RescorePage.module.css';
import desk from './ReviewPage.module.css';

/** What the old scores were given under is needed for new ones that compare. */
type WhyNot = WhyNotRescored | 'rubric-gone';

type RescoreData = {
  readonly title: string;
  readonly id: AttemptId;
} & (
  | { readonly tag: 'refused'; readonly why: WhyNot; readonly from: number }
  | {
      readonly tag: 'open';
      readonly attempt: KeptAttempt;
      readonly rubric: Rubric;
      /** The lock that is scored against. */
      readonly first: Review;
      /** Null before the first choice. */
      readonly again: Review | null;
      readonly showsPicture: boolean;
    }
);

export function loader(archive: Archive) {
  return async ({ params }: LoaderFunctionArgs): Promise<RescoreData> => {
    const id = (params['attemptId'] ?? '') as AttemptId;
    const [attempt, reviews, focuses, { showsPicture }] = await Promise.all([
      archive.attempts.get(id),
      archive.reviews.of(id),
      archive.coaching.focuses(NEWEST_FOCUSES),
      archive.settings.get('replay'),
    ]);
    if (attempt === null) throw new NotHereError('attempt');
    const { title } = attempt.prompt;
    const refuse = (why: WhyNot): RescoreData => ({
      tag: 'refused',
      title,
      id,
      why,
      from: rescorableFrom(attempt, reviews),
    });
    const first = firstLock(reviews);
    if (attempt.status !== 'kept' || first === null) return refuse('not-scored');
    const again = reviews.findLast(({ mode }) => mode === 'rescore') ?? null;
    const why = whyNotRescored({
      attempt,
      reviews,
      now: Date.now(),
      newestFocusPrompts: focuses.map(({ promptId }) => promptId),
    });
    // What was begun is gone on with, and what was locked can be looked at.
    if (why !== null && again === null) return refuse(why);
    const rubric = await findRubric(archive, { id: first.rubricId, version: first.rubricVersion });
    if (rubric === null) return refuse('rubric-gone');
    return { tag: 'open', title, id, attempt, rubric, first, again, showsPicture };
  };
}

export function Component() {
  const data = useLoaderData<RescoreData>();
  return (
    <>
      <PageTitle title={data.title}>
        <span>Scored again, without a view of the first scores</span>
      </PageTitle>
      {data.tag === 'refused' ? <Refused {...data} /> : <Desk key={data.id} {...data} />}
    </>
  );
}

const WHY: Readonly<Record<Exclude<WhyNot, 'too-new'>, string>> = {
  'not-scored':
    'Only an attempt of which all cells were scored and locked is scored again: there is nothing to compare with yet.',
  already: 'This attempt was scored again before.',
  'no-sound': 'The audio of this attempt was deleted, so there is nothing to hear.',
  'in-focus':
    'The focus you are working on comes from this prompt, so its scores are too fresh in mind. Another attempt says more.',
  'rubric-gone':
    'The version of the rubric it was scored by is not here any more, so the two would not compare.',
};

function Refused({ id, why, from }: Extract<RescoreData, { tag: 'refused' }>) {
  return (
    <div className="stack">
      <p>
        {why === 'too-new'
          ? `An attempt is scored again 14 days after its scores were locked: this one from ${formatDay(from)} on.`
          : WHY[why]}
      </p>
      <div className="row">
        <LinkButton variant="primary" to={`/attempts/${id}`}>
          Go to this attempt
        </LinkButton>
        <LinkButton variant="plain" to="/history">
          Go to History
        </LinkButton>
      </div>
    </div>
  );
}

/** Title, question, player and form: neither what was scored, cited, predicted, noted or measured, nor when. */
function Desk(data: Extract<RescoreData, { tag: 'open' }>) {
  const { attempt, rubric, first, again } = data;
  const archive = useArchive();
  const [openStep, setOpenStep] = useState(() => firstStepToScore(rubric, attempt, again));
  const [showsPicture, setShowsPicture] = useState(data.showsPicture);
  const [transport, setTransport] = useState<Transport | null>(null);
  const playhead = useMemo(() => playheadOf(transport), [transport]);
  const isLocked = again !== null && again.lockedAt !== null;
  const noise = useNoise(archive, isLocked ? rubric : null, scoreNoise);
  const { question } = attempt.prompt;
  return (
    <div className={desk['desk']}>
      <div>
        <div className={desk['player']}>
          <Player
            archive={archive}
            attempt={attempt}
            explain={explain}
            showsPicture={showsPicture}
            onShowsPicture={setShowsPicture}
            onTransport={setTransport}
            onStep={setOpenStep}
          />
        </div>
        {question !== '' && (
          <section className={desk['block']} aria-labelledby="question">
            <h2 id="question">The question</h2>
            <p className="voice">{question}</p>
          </section>
        )}
        {isLocked && <BothScores attempt={attempt} rubric={rubric} first={first} again={again} />}
      </div>
      <ScoreForm
        attempt={attempt}
        rubric={rubric}
        reviews={NOTHING}
        review={again}
        noise={noise}
        isBlind
        playhead={playhead}
        save={archive.reviews.put}
        discard={archive.reviews.discard}
        explain={explain}
        openStep={openStep}
        onOpenStep={setOpenStep}
      />
    </div>
  );
}

const NOTHING: readonly Review[] = [];

type BothScoresProps = {
  readonly attempt: KeptAttempt;
  readonly rubric: Rubric;
  readonly first: Review;
  readonly again: Review;
};

function BothScores({ attempt, rubric, first, again }: BothScoresProps) {
  const markingOf = (review: Review) => ({
    scores: review.scores,
    wrongSteps: review.wrongSteps,
    missing: missingFor(attempt, review),
  });
  const found = difference(rubric, markingOf(first), markingOf(again));
  return (
    <section className={desk['block']} aria-labelledby="both">
      <h2 id="both">First and again</h2>
      <p>{sameWords(found)}</p>
      {found.meanDifference !== null && <p>{meanWords(found.meanDifference)}</p>}
      <p className="small muted">
        The scores locked {formatDay(first.lockedAt ?? 0)} stay as they are. How far two scorings of one
        recording lie apart says how much a difference between two recordings means.
      </p>
      <table className={styles['both']} aria-label="Both scores">
        <thead>
          <tr>
            <th scope="col">Cell</th>
            <th scope="col">First</th>
            <th scope="col">Again</th>
            <th scope="col">Difference</th>
          </tr>
        </thead>
        <tbody>
          {found.cells.map(({ cell, before, after }) => (
            <tr key={cell}>
              <th scope="row">{cellName(rubric, cell)}</th>
              <td>{before ?? 'blank'}</td>
              <td>{after ?? 'blank'}</td>
              <td>{gapWords(before, after)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <LinkButton className={styles['on']} to={`/attempts/${attempt.id}`}>
        Go to this attempt
      </LinkButton>
    </section>
  );
}

function sameWords({ compared, equal, oneApart }: Difference): string {
  if (compared === 0) return 'No cell was scored both times.';
  const further = compared - equal - oneApart;
  const rest = further === 0 ? '' : `, ${further} further apart`;
  return `${equal} of ${compared} cells have the same level both times, ${oneApart} ${oneApart === 1 ? 'is' : 'are'} one level apart${rest}.`;
}

function meanWords(mean: number): string {
  const size = Math.abs(mean).toFixed(1);
  if (size === '0.0') return 'On average the levels are the same.';
  return `On average the levels are ${size} ${mean > 0 ? 'higher' : 'lower'} than the first time.`;
}

function gapWords(before: number | null, after: number | null): string {
  if (before === null || after === null) return '';
  if (before === after) return 'equal';
  return `${Math.abs(after - before)} ${after > before ? 'higher' : 'lower'}`;
}
