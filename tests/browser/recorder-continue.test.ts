import { expect, test } from 'vitest';
import type { AttemptId } from '../../src/domain/ids.ts';
import { finishLock, holdLock, takeLock } from '../../src/storage/locks.ts';
import { aChunk, anEmptyArchive, anUnfinishedAttempt, aSegment, someBytes } from '../support/factories.ts';
import { checkInvariants } from '../support/invariants.ts';
import { aPlan, aSession, ourLocks, reaches, records } from './recording.ts';

test('a recovered take goes on in a further segment', async () => {
  const archive = await anEmptyArchive();
  const session = aSession(archive);
  session.start(aPlan({ mode: 'outline' }));
  const id = await records(session, 1000);
  session.mark('approach');
  await session.dispose();
  const [orphan] = await archive.attempts.orphans();
  if (orphan === undefined) throw new Error('Nothing to recover');
  expect(orphan.attempt.marks).toHaveLength(1);

  const next = aSession(archive);
  next.start(aPlan({ continues: orphan }));
  expect(await records(next, orphan.keptMs + 500)).toBe(id);
  expect(next.getSnapshot()).toMatchObject({ mode: 'outline', marks: orphan.attempt.marks });
  expect(next.elapsedMs()).toBeGreaterThan(orphan.keptMs);
  next.finish();
  const elapsedMs = next.elapsedMs();
  await reaches(next, 'saved');
  const kept = await archive.attempts.get(id);
  if (kept?.status !== 'kept') throw new Error(`The attempt is ${kept?.status}`);
  expect(kept.segments.map(({ clockStartMs }) => clockStartMs)).toEqual([0, orphan.keptMs]);
  expect(Math.abs(kept.durationMs - elapsedMs)).toBeLessThan(2 * 300);
  expect(await checkInvariants()).toEqual([]);
  await archive.close();
});

test('a recovered take whose last segment has no chunk goes on where that began', async () => {
  const archive = await anEmptyArchive();
  const segments = [aSegment(), aSegment({ clockStartMs: 900 })];
  const attempt = anUnfinishedAttempt({ segments, marks: [{ step: 'approach', atMs: 850 }] });
  await archive.attempts.begin(attempt);
  await archive.attempts.append(aChunk({ attemptId: attempt.id, clockEndMs: 500 }));
  const [orphan] = await archive.attempts.orphans();
  expect(orphan?.keptMs).toBe(500);
  const session = aSession(archive);
  session.start(aPlan({ continues: orphan ?? null }));
  expect(await records(session, 1200)).toBe(attempt.id);
  const going = await archive.attempts.get(attempt.id);
  expect(going?.segments.map(({ clockStartMs }) => clockStartMs)).toEqual([0, 900, 900]);
  expect(going?.marks).toEqual(attempt.marks);
  await session.dispose();
  await archive.close();
});

test('a recovered take that another tab has taken further is left as it is', async () => {
  const archive = await anEmptyArchive();
  const stale = async (change: (id: AttemptId) => Promise<unknown>) => {
    const attempt = anUnfinishedAttempt();
    await archive.attempts.begin(attempt);
    await archive.attempts.append(aChunk({ attemptId: attempt.id }));
    const orphan = (await archive.attempts.orphans()).find((found) => found.attempt.id === attempt.id);
    await change(attempt.id);
    const before = await archive.attempts.get(attempt.id);
    const session = aSession(archive);
    session.start(aPlan({ continues: orphan ?? null }));
    const failed = await reaches(session, 'failed');
    expect(failed).toMatchObject({ fault: 'disk', isBegun: false });
    expect(await archive.attempts.get(attempt.id)).toEqual(before);
    await session.dispose();
  };
  const data = someBytes(9);
  await stale((id) =>
    archive.attempts.update(id, (there) => ({ ...there, segments: [aSegment(), aSegment()] })),
  );
  await stale((id) =>
    archive.attempts.append(aChunk({ attemptId: id, seq: 1, offset: 16, clockEndMs: 900, data })),
  );
  await stale((id) =>
    archive.attempts.update(id, (there) => ({ ...there, marks: [{ step: 'approach', atMs: 100 }] })),
  );
  await stale((id) => archive.attempts.remove(id));
  await archive.close();
});

test('a recovered take whose clip is being made is not recorded further', async () => {
  const archive = await anEmptyArchive();
  const attempt = anUnfinishedAttempt();
  await archive.attempts.begin(attempt);
  const [orphan] = await archive.attempts.orphans();
  const free = await holdLock(finishLock(attempt.id));
  const session = aSession(archive);
  session.start(aPlan({ continues: orphan ?? null }));
  expect(await reaches(session, 'failed')).toMatchObject({ fault: 'disk', isBegun: false });
  expect(await ourLocks()).not.toContain(takeLock(attempt.id));
  await free?.();
  await archive.close();
});

test('a recovered take that another tab has taken on is left to it', async () => {
  const archive = await anEmptyArchive();
  const session = aSession(archive);
  session.start(aPlan());
  const id = await records(session, 500);
  await session.dispose();
  const [orphan] = await archive.attempts.orphans();
  const before = await archive.attempts.get(id);
  const free = await holdLock(takeLock(id));
  session.start(aPlan({ continues: orphan ?? null }));
  const failed = await reaches(session, 'failed');
  expect(failed).toMatchObject({ fault: 'disk', cause: 'disk' });
  expect(await archive.attempts.get(id)).toEqual(before);
  await free?.();
  await session.dispose();
  await archive.close();
});

test('a take never forgets a segment that somebody else has added', async () => {
  const archive = await anEmptyArchive();
  const session = aSession(archive);
  session.start(aPlan());
  const id = await records(session, 300);
  await archive.attempts.update(id, (there) => ({
    ...there,
    segments: [...there.segments, aSegment({ clockStartMs: 9000 }), aSegment({ clockStartMs: 9500 })],
  }));
  session.pause();
  session.resume();
  expect(await reaches(session, 'saved')).toMatchObject({ cause: 'disk' });
  expect((await archive.attempts.get(id))?.segments).toHaveLength(3);
  await archive.close();
});
