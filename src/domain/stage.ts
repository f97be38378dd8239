import type { KeptAttempt } from './attempt.ts';
import type { Coaching, Gap, GapChoice } from './coaching.ts';
import type { Review } from './rubric.ts';
import { clamp, type EpochMs, type Ms } from './timeline.ts';

/** What is due in an attempt's review, in order. None is a trap: each can be skipped, and none comes back. */
export const STAGES = ['predict', 'gap', 'focus-question', 'score', 'focus', 'done'] as const;
export type Stage = (typeof STAGES)[number];

type About = {
  readonly attempt: Pick<KeptAttempt, 'source' | 'drillStep' | 'focus'>;
  readonly coaching: Pick<Coaching, 'prediction' | 'gap' | 'focusDone' | 'focus'>;
  /** The one to go on with, or to show; null before the first choice. */
  readonly review: Pick<Review, 'lockedAt'> | null;
  readonly now: EpochMs;
};

/**
 * The stage that is due. Whatever comes before scoring is over once a level was chosen: who scores has gone
 * on. An import was not spoken just now, so that there is nothing to predict and nothing to wait for; a drill
 * is never scored.
 */
export function stageOf({ attempt, coaching, review, now }: About): Stage {
  if (attempt.drillStep !== undefined) return 'done';
  if (review !== null) {
    if (review.lockedAt === null) return 'score';
    return coaching.focus === undefined ? 'focus' : 'done';
  }
  if (attempt.source === 'recorded') {
    if ((coaching.prediction?.decidedAt ?? null) === null) return 'predict';
    if (gapState(coaching, now).tag === 'waiting') return 'gap';
  }
  return attempt.focus !== undefined && coaching.focusDone === undefined ? 'focus-question' : 'score';
}

export type GapState =
  /** None was begun. */
  | { readonly tag: 'none' }
  | {
      readonly tag: 'waiting';
      readonly choice: GapChoice;
      readonly endsAt: EpochMs;
      readonly leftMs: Ms;
    }
  | { readonly tag: 'over'; readonly endsAt: EpochMs };

/** The page looks at the clock once a second. */
const LATE_MS: Ms = 1000;

/** How long there is to wait before scoring. With a clock that was set back nobody can tell, and nobody waits. */
export function gapState({ gap }: Pick<Coaching, 'gap'>, now: EpochMs): GapState {
  if (gap === undefined) return { tag: 'none' };
  const { choice, chosenAt, endsAt } = gap;
  if (choice === 'none' || now >= endsAt || now <= chosenAt - LATE_MS) return { tag: 'over', endsAt };
  return { tag: 'waiting', choice, endsAt, leftMs: clamp(endsAt - now, 0, endsAt - chosenAt) };
}

/** The gap that is right for most: long enough to hear it anew. */
const TEN_MINUTES_MS: Ms = 600_000;

/**
 * A gap chosen now.
 *
 * @param fromAt when the ten minutes begin: when the prediction was saved or skipped
 * @param timeZone the attempt's, because a day is a local day
 */
export function gapOf(
  choice: GapChoice,
  { now, fromAt, timeZone }: { readonly now: EpochMs; readonly fromAt: EpochMs; readonly timeZone: string },
): Gap {
  const ends: Readonly<Record<GapChoice, () => EpochMs>> = {
    none: () => now,
    'ten-minutes': () => fromAt + TEN_MINUTES_MS,
    tomorrow: () => tomorrowMorning(now, timeZone),
  };
  return { choice, chosenAt: now, endsAt: ends[choice]() };
}

/** At midnight nobody comes back. */
const MORNING_HOUR = 6;

function tomorrowMorning(at: EpochMs, timeZone: string): EpochMs {
  const local = wallClock(at, timeZone);
  const wanted = new Date(local);
  const wantedMs = Date.UTC(
    wanted.getUTCFullYear(),
    wanted.getUTCMonth(),
    wanted.getUTCDate() + 1,
    MORNING_HOUR,
  );
  // The offset may change in the night: once more with the one that holds in the morning.
  const guess = wantedMs - (local - at);
  return wantedMs - (wallClock(guess, timeZone) - guess);
}

/** What a clock on the wall shows there, as if it stood in Greenwich: whole seconds apart from it. */
function wallClock(at: EpochMs, timeZone: string): EpochMs {
  const parts = new Map(
    formatFor(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const of = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  const seconds = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
  return seconds + (at % 1000);
}

function formatFor(timeZone: string): Intl.DateTimeFormat {
  const options = {
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
    hourCycle: 'h23',
  } as const;
  try {
    return new Intl.DateTimeFormat('en-GB', { ...options, timeZone });
  } catch {
    // A zone this browser does not know: then the day is where the person is now.
    return new Intl.DateTimeFormat('en-GB', options);
  }
}
