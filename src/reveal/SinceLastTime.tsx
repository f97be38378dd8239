import { useEffect, useState } from 'react';
import { Link } from 'react-router';
import type { KeptAttempt } from '../domain/attempt.ts';
import { type Noise, verdictOf } from '../domain/noise.ts';
import type { Rubric } from '../domain/rubric.ts';
import type { Archive } from '../storage/archive.ts';
import { StorageError } from '../storage/errors.ts';
import { formatWhen } from '../ui/format.ts';
import { type LastTime, readLastTime } from './read-last-time.ts';

type SinceLastTimeProps = {
  readonly archive: Archive;
  readonly attempt: KeptAttempt;
  readonly rubric: Rubric;
  readonly noise: Noise;
};

/** One sentence: what became of the overall since the last time at the same prompt. */
export function SinceLastTime({ archive, attempt, rubric, noise }: SinceLastTimeProps) {
  const [last, setLast] = useState<LastTime | 'reading' | 'unreadable' | null>('reading');
  useEffect(() => {
    let isWanted = true;
    readLastTime(archive, rubric, attempt).then(
      (found) => isWanted && setLast(found),
      (error: unknown) => {
        if (!(error instanceof StorageError)) throw error;
        if (isWanted) setLast('unreadable');
      },
    );
    return () => {
      isWanted = false;
    };
  }, [archive, rubric, attempt]);
  if (last === 'reading') return <p className="muted">Looking for the last time…</p>;
  if (last === 'unreadable') return <p>Earlier attempts cannot be read now.</p>;
  if (last === null || last.now.points === null || !last.now.countsInTrends)
    return (
      <p>Not compared: only a full review with enough of its cells scored is set beside earlier ones.</p>
    );
  const { now, before } = last;
  if (before === null)
    return <p>Nothing to compare yet: no earlier locked take of this prompt at this length.</p>;
  const difference = (now.points ?? 0) - before.points;
  return (
    <>
      <p>
        Overall {now.points}, after {before.points} (
        <Link to={`/attempts/${before.attempt.id}`}>{formatWhen(before.attempt.startedAt)}</Link>)
        {verdictWords(noise, difference)}
      </p>
      <p className="small muted">
        {noise.isOwn ? 'By your own blind re-scores, two' : 'Two'} overalls under{' '}
        {Math.ceil(noise.noChangeBelow)} points apart are no change; from {Math.ceil(noise.beyondChanceFrom)}{' '}
        on, chance alone is unlikely.
      </p>
    </>
  );
}

function verdictWords(noise: Noise, difference: number): string {
  const size = `${Math.abs(difference)} ${difference < 0 ? 'down' : 'up'}`;
  switch (verdictOf(noise, difference)) {
    case 'no-change':
      return ': no change.';
    case 'maybe-chance':
      return `: ${size}, which may be chance.`;
    case 'beyond-chance':
      return `: ${size}, beyond chance.`;
  }
}
