import type { Unmeasured } from '../domain/facts.ts';

/** How far the measuring of the attempt on screen is, with what can be done about it. */
export type Measuring =
  /** Others are measured first, or a take is being recorded. */
  | { readonly tag: 'waiting'; readonly stop: () => void }
  /** `progress`: 0 to 1. */
  | { readonly tag: 'measuring'; readonly progress: number; readonly stop: () => void }
  /** The person stopped it. */
  | { readonly tag: 'stopped'; readonly start: () => void }
  /** `why`: what the clip lacks; null: the measuring itself broke. */
  | { readonly tag: 'failed'; readonly why: Unmeasured | null; readonly start: () => void }
  | { readonly tag: 'done' };

/** The same for the sounds, which need a classifier that not everybody has. */
export type Listening = Measuring | { readonly tag: 'off' };
