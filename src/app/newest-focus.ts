import type { PromptId } from '../domain/ids.ts';
import type { Archive } from '../storage/archive.ts';

/** So many focuses count as being worked on. A judgement: one a day for some days. */
const NEWEST = 3;

/** The prompts of the newest focuses: what was said there is too fresh in mind to be scored blind. */
export async function newestFocusPrompts(archive: Archive): Promise<readonly PromptId[]> {
  const focuses = await archive.coaching.focuses(NEWEST);
  const attempts = await Promise.all(focuses.map(({ attemptId }) => archive.attempts.get(attemptId)));
  return attempts.flatMap((attempt) => attempt?.promptId ?? []);
}
