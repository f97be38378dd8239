import { openDB, unwrap } from 'idb';
import { expect, test } from 'vitest';
import type { KeptAttempt } from '../../src/domain/attempt.ts';
import { aKeptAttempt, anEmptyArchive, anOwnPrompt } from '../support/factories.ts';

async function putAll(attempts: readonly KeptAttempt[]): Promise<void> {
  const db = await openDB('practice');
  const tx = db.transaction('attempts', 'readwrite', { durability: 'relaxed' });
  const store = unwrap(tx.store);
  for (const attempt of attempts) store.put(attempt);
  await tx.done;
  db.close();
}

test('10,000 attempts: a page reads no more than it shows', { timeout: 60_000 }, async ({ annotate }) => {
  const archive = await anEmptyArchive();
  const prompts = Array.from({ length: 100 }, () => anOwnPrompt().id);
  const all = Array.from({ length: 10_000 }, (_, index) => {
    const promptId = prompts[index % prompts.length] ?? anOwnPrompt().id;
    return aKeptAttempt({ promptId, startedAt: 1_790_000_000_000 + index * 60_000 });
  });
  await putAll(all);
  const timed = async <Result>(name: string, work: () => Promise<Result>): Promise<Result> => {
    const began = performance.now();
    const result = await work();
    const took = performance.now() - began;
    await annotate(`${name}: ${took.toFixed(1)} ms`);
    expect(took).toBeLessThan(2000);
    return result;
  };
  const first = await timed('first page of 50', () => archive.attempts.page({ limit: 50 }));
  const middle = { startedAt: 1_790_000_000_000 + 5000 * 60_000, id: all[5000]?.id ?? aKeptAttempt().id };
  const second = await timed('a page of 50 in the middle', () =>
    archive.attempts.page({ limit: 50, before: middle }),
  );
  const practised = await timed('practised prompts', () => archive.attempts.practised());
  expect(first.attempts).toEqual(all.slice(-50).toReversed());
  expect(second.attempts).toEqual(all.slice(4950, 5000).toReversed());
  expect(practised).toEqual(new Map(all.slice(-100).map(({ promptId, startedAt }) => [promptId, startedAt])));
  await archive.close();
});
