import type { Mark } from '../domain/step.ts';
import type { Ms } from '../domain/timeline.ts';
import { newAttemptId } from '../storage/new-id.ts';

import type { TakePlan } from './snapshot.ts';
import type { PlannedTake } from './take-state.ts';

/**
 * A fresh take, or a recovered one that goes on where its last stored chunk ended: or, when its last segment
 * has none, where that began.
 */
export function planTake({ continues, drill, mode, countdownSec }: TakePlan): PlannedTake {
  const countdown = countdownSec;
  if (continues === null) {
    // A drill is one step from its first word to its last: there is nothing to mark.
    const marks = drill === null ? [] : [{ step: drill.step, atMs: 0 }];
    return { attemptId: newAttemptId(), mode, countdown, segment: 0, bankedMs: 0, marks };
  }
  const { attempt, keptMs } = continues;
  const bankedMs = Math.max(keptMs, attempt.segments.at(-1)?.clockStartMs ?? 0);
  return {
    attemptId: attempt.id,
    mode: attempt.mode,
    countdown,
    segment: attempt.segments.length,
    bankedMs,
    marks: marksUntil(attempt.marks, bankedMs),
  };
}

/** A mark is on disk at once, the sound around it half a second later: some may point past the end. */
export function marksUntil(marks: readonly Mark[], endMs: Ms): readonly Mark[] {
  return marks
    .map(({ step, atMs }) => ({ step, atMs: Math.min(atMs, endMs) }))
    .filter(({ atMs }, index, all) => all[index + 1]?.atMs !== atMs);
}
