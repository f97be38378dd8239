import type { AttemptId } from '../domain/ids.ts';
import { isRetryable, type RecorderState, takeOf } from './machine.ts';

/** From the countdown until the clip is stored: leaving the page now would cut something short. */
export function isTakeRunning({ tag }: RecorderState): boolean {
  switch (tag) {
    case 'counting':
    case 'recording':
    case 'paused':
    case 'stopping':
    case 'saving':
      return true;
    case 'idle':
    case 'opening':
    case 'refused':
    case 'ready':
    case 'saved':
    case 'failed':
      return false;
  }
}

/** While there may be a picture: before `saving` the take may still go back to `ready`. */
export function mayHavePicture({ tag }: Pick<RecorderState, 'tag'>): boolean {
  switch (tag) {
    case 'opening':
    case 'ready':
    case 'counting':
    case 'recording':
    case 'paused':
    case 'stopping':
      return true;
    case 'idle':
    case 'refused':
    case 'saving':
    case 'saved':
    case 'failed':
      return false;
  }
}

/** From the press that opens the microphone until the take needs none any more, whichever device it has. */
export function needsRecorder({ tag }: RecorderState): boolean {
  return ['opening', 'ready', 'counting', 'recording', 'paused', 'stopping'].includes(tag);
}

/** The attempt that is this tab's alone; nothing else may record or finish it. */
export function heldTake(state: RecorderState): AttemptId | null {
  if (state.tag === 'failed' && !isRetryable(state)) return null;
  return takeOf(state)?.attemptId ?? null;
}
