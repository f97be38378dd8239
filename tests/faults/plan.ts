import { STEP_IDS, type StepId } from '../../src/domain/step.ts';
import type { Ms } from '../../src/domain/timeline.ts';
import { generator, shuffled } from '../support/speech-like.ts';

/** What can befall a take. The first ones are those of a run too short for all. */
export const FAULT_NAMES = [
  'browser killed',
  'tab killed',
  'disk full',
  'database closed',
  'device lost',
  'permission revoked',
  'machine asleep',
  'tab hidden',
  'second tab',
  'upgrade',
] as const;
export type FaultName = (typeof FAULT_NAMES)[number];

/** One take and what befalls it. Times count from its first sound. */
export type Run = {
  readonly number: number;
  readonly fault: FaultName;
  readonly format: 'webm' | 'mp4';
  readonly momentMs: Ms;
  readonly marks: readonly { readonly step: StepId; readonly atMs: Ms }[];
  readonly pause: { readonly fromMs: Ms; readonly toMs: Ms } | null;
  /** 0…1, for what a fault chooses itself. */
  readonly chance: number;
};

/** What a fault may cost of what was said: an MP4 lags behind by a fragment. */
export const MOST_LOST_MS: Readonly<Record<Run['format'], Ms>> = { webm: 1000, mp4: 1500 };
/** About so long is a take. */
const LENGTH_MS: Ms = 6000;

/**
 * The same seed gives the same plan. Faults come equally often, give or take one, in random order; every
 * third take of each is MP4.
 */
export function plan(runs: number, seed: number): readonly Run[] {
  const random = generator(seed);
  const between = (from: number, to: number) => from + Math.round(random() * (to - from));
  const drawn = Array.from({ length: runs }, (_, index): Omit<Run, 'number'> => {
    const kind = index % FAULT_NAMES.length;
    const round = Math.floor(index / FAULT_NAMES.length);
    const format = (round + kind) % 3 === 2 ? 'mp4' : 'webm';
    // Sooner, and the whole of a take might be lost by right.
    const momentMs = between(MOST_LOST_MS[format], LENGTH_MS - 500);
    const pauseAt = between(MOST_LOST_MS[format], LENGTH_MS - 1500);
    const steps = STEP_IDS.slice(0, between(0, 3));
    const marksAt = steps.map(() => between(100, LENGTH_MS - 500)).toSorted((a, b) => a - b);
    return {
      fault: FAULT_NAMES[kind] ?? 'browser killed',
      format,
      momentMs,
      marks: steps.map((step, mark) => ({ step, atMs: marksAt[mark] ?? 0 })),
      pause: random() < 1 / 3 ? { fromMs: pauseAt, toMs: pauseAt + between(500, 1000) } : null,
      chance: random(),
    };
  });
  return shuffled(drawn, random).map((run, index) => ({ number: index + 1, ...run }));
}
