import { expect } from 'vitest';
import { page } from 'vitest/browser';
import type { KeptAttempt } from '../../src/domain/attempt.ts';
import type { Review } from '../../src/domain/rubric.ts';
import type { Archive } from '../../src/storage/archive.ts';
import { anEmptyArchive, aReview, keepAnAttempt } from '../support/factories.ts';
import { speechLike } from '../support/speech-like.ts';
import { openApp } from './app.tsx';
import { marksAt, patiently, player } from './open-review.ts';
import { wav } from './takes.ts';

const SECONDS = 120;
let clip: ArrayBuffer | null = null;

/** A kept attempt of two minutes that can be heard from end to end: nothing in it is missing. */
export async function keepALongAttempt(
  archive: Archive,
  { reviews = [], ...fields }: Partial<KeptAttempt> & { readonly reviews?: readonly Partial<Review>[] } = {},
): Promise<KeptAttempt> {
  clip ??= await wav(speechLike(SECONDS, 1, 8000), 8000).arrayBuffer();
  const marks = marksAt(0, 20_000, 50_000, 80_000, 100_000);
  const kept = { marks, durationMs: SECONDS * 1000, mimeType: 'audio/wav', ...fields };
  const attempt = await keepAnAttempt(archive, kept, [clip]);
  for (const review of reviews) await archive.reviews.put(aReview({ attemptId: attempt.id, ...review }));
  return attempt;
}

/** The same, open at `path` once it can be played. */
export async function openALongReview(
  fields: Parameters<typeof keepALongAttempt>[1] = {},
  { path = '', change = (same: Archive) => same } = {},
) {
  await page.viewport(1280, 800);
  const archive = await anEmptyArchive();
  const attempt = await keepALongAttempt(archive, fields);
  const router = await openApp(change(archive), `/attempts/${attempt.id}${path}`);
  return { archive, attempt, router };
}

/** Waits until the replay can be asked for. */
export async function ready(): Promise<void> {
  await expect.element(player().getByRole('button', { name: 'Play', exact: true }), patiently).toBeEnabled();
}
