import { page } from 'vitest/browser';
import type { KeptAttempt } from '../../src/domain/attempt.ts';
import { type Level, type Review, type Scores } from '../../src/domain/rubric.ts';
import { STEP_IDS } from '../../src/domain/step.ts';
import type { Archive } from '../../src/storage/archive.ts';
import { anEmptyArchive, aReview, keepAnAttempt } from '../support/factories.ts';
import { CELL_IDS } from '../support/rubric.ts';
import { openApp } from './app.tsx';
import { record, wholeOf } from './takes.ts';

const STEPS = ['Situation', 'Approach', 'Trade-offs', 'Results', 'Next'];
const CRITERIA = ['Clarity', 'Pacing', 'Technical depth'];
export const NAMES = STEPS.flatMap((step) => CRITERIA.map((criterion) => `${criterion}: ${step}`));

export type Kept = Partial<KeptAttempt> & { readonly review?: Partial<Review> };

/** A kept attempt of three seconds with a real clip, open for review. */
export async function openReview(
  { review, ...fields }: Kept = {},
  change: (archive: Archive) => Archive = (same) => same,
) {
  await page.viewport(1280, 800);
  const archive = await anEmptyArchive();
  const clip = wholeOf(await record({ seconds: 3 }));
  const kept = { marks: marksAt(0, 500, 1000, 1500, 2000), durationMs: 3000, ...fields };
  const attempt = await keepAnAttempt(archive, kept, [await clip.arrayBuffer()]);
  if (review !== undefined) await archive.reviews.put(aReview({ attemptId: attempt.id, ...review }));
  const router = await openApp(change(archive), `/attempts/${attempt.id}`);
  return { archive, attempt, router };
}

export function marksAt(...times: readonly number[]): KeptAttempt['marks'] {
  return times.flatMap((atMs, index) => {
    const step = STEP_IDS[index];
    return step === undefined ? [] : [{ step, atMs }];
  });
}

/** Marks of a longer take than was recorded: nothing of it is missing. */
export const LONG = { durationMs: 60_000, marks: marksAt(0, 10_000, 20_000, 30_000, 40_000) };

export function all(level: Level): Scores {
  return Object.fromEntries(CELL_IDS.map((cell) => [cell, level]));
}

/** Storage and workers may be slow on a busy machine. */
export const patiently = { timeout: 10_000, interval: 20 };

export const form = () => page.getByRole('form', { name: 'Score' });
export const group = (name: string) => form().getByRole('radiogroup', { name, exact: true });
export const radio = (name: string, level: string) => group(name).getByRole('radio', { name: level });
export const lock = () => page.getByRole('button', { name: 'Lock scores' });
/** Locks although 3s or 4s cite nothing. */
export async function lockUncited(): Promise<void> {
  await lock().click();
  await page.getByRole('button', { name: 'Lock anyway' }).click();
}
export const overall = () => page.getByRole('status', { name: 'Overall score' });
export const player = () => page.getByRole('region', { name: 'Player' });
export const slider = () => player().getByRole('slider', { name: 'Position' });

export async function storedReview(archive: Archive, { id }: KeptAttempt): Promise<Review | undefined> {
  return (await archive.reviews.of(id)).at(-1);
}
