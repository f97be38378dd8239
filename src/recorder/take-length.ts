import type { Ms } from '../domain/timeline.ts';

/** The target lengths offered by name, in seconds. */
export const LENGTHS = [120, 300, 600] as const;

/** A target length as it is being chosen: one of `LENGTHS`, or minutes as typed. */
export type LengthChoice = { readonly named: number | null; readonly minutes: string };

const LEAST_MINUTES = 0.5;
const MOST_MINUTES = 180;

export const LENGTH_RULE = `Give a length from ${LEAST_MINUTES} to ${MOST_MINUTES} minutes.`;

export function chooseLength(ms: Ms): LengthChoice {
  const seconds = ms / 1000;
  return {
    named: LENGTHS.find((length) => length === seconds) ?? null,
    minutes: String(Number((seconds / 60).toFixed(2))),
  };
}

/** Null: what was typed is no length. */
export function lengthMs({ named, minutes }: LengthChoice): Ms | null {
  if (named !== null) return named * 1000;
  const typed = minutes.trim() === '' ? Number.NaN : Number(minutes);
  return typed >= LEAST_MINUTES && typed <= MOST_MINUTES ? Math.round(typed * 60) * 1000 : null;
}
