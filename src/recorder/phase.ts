import type { RecorderState } from './machine.ts';

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
