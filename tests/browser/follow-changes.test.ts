import { expect, onTestFinished, test, vi } from 'vitest';
import { followChanges } from '../../src/app/follow-changes.ts';
import { aDelivery, anEmptyArchive, keepAnAttempt } from '../support/factories.ts';

test('pages follow what is measured once a second, and everything else at once', async () => {
  const archive = await anEmptyArchive();
  const { id } = await keepAnAttempt(archive);
  const revalidate = vi.fn(async () => undefined);
  const leave = followChanges(archive, { revalidate });
  onTestFinished(async () => {
    leave();
    await archive.close();
  });
  for (let count = 0; count < 3; count += 1) await archive.deliveries.put(aDelivery({ attemptId: id }));
  expect(revalidate).not.toHaveBeenCalled();
  await expect.poll(() => revalidate.mock.calls.length).toBe(1);
  await archive.deliveries.put(aDelivery({ attemptId: id }));
  await archive.attempts.remove(id);
  await vi.waitFor(() => expect(revalidate).toHaveBeenCalledTimes(2), { timeout: 500 });
  // With that, what was measured was read again, too.
  await new Promise((resolve) => setTimeout(resolve, 1200));
  expect(revalidate).toHaveBeenCalledTimes(2);
});
