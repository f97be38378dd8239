import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright';
import { build } from 'vite';
import { expect, onTestFinished, test } from 'vitest';
import { findBrowser } from '../../scripts/browser.ts';
import type * as factories from '../support/factories.ts';
import { checkInvariants } from '../support/invariants.ts';

/** The factories and with them the archive, as one script. */
async function bundle(): Promise<string> {
  const entry = join(import.meta.dirname, '../support/factories.ts');
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    build: { write: false, lib: { entry, formats: ['iife'], name: 'factories' } },
  });
  const [output] = Array.isArray(built) ? built : [];
  const chunk = output?.output[0];
  if (chunk === undefined) throw new Error('Nothing was built');
  return chunk.code;
}

const QUOTA = 12_000_000;

/** A page with the archive, in a profile of its own that has room for 12 MB. */
async function aSmallDisk(): Promise<Page> {
  const profile = mkdtempSync(join(tmpdir(), 'talkthrough-'));
  const executablePath = findBrowser();
  const context = await chromium.launchPersistentContext(profile, {
    ...(executablePath === undefined ? {} : { executablePath }),
    args: ['--no-sandbox'],
  });
  onTestFinished(async () => {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  });
  const page = await context.newPage();
  await page.route('http://localhost/**', (route) => route.fulfill({ contentType: 'text/html', body: '' }));
  await page.goto('http://localhost/');
  await page.addScriptTag({ content: await bundle() });
  const session = await context.newCDPSession(page);
  await session.send('Storage.overrideQuotaForOrigin', { origin: 'http://localhost', quotaSize: QUOTA });
  return page;
}

// Not among the browser's tests, because a quota holds for the first half minute of a profile only if it is
// set before the first write, and because a private profile gives no room back for what is deleted.
test('on a full disk nothing acknowledged is lost, and the reserve lets one finish and delete', async () => {
  const page = await aSmallDisk();

  const outcome = await page.evaluate(async () => {
    const { aChunk, anEmptyArchive, anUnfinishedAttempt, keepAnAttempt, sha256Hex } = Reflect.get(
      window,
      'factories',
    ) as typeof factories;
    const archive = await anEmptyArchive();
    await archive.layInReserve();
    await archive.layInReserve();
    const { usage: reserved } = await navigator.storage.estimate();
    const older = await keepAnAttempt(archive);
    const attempt = anUnfinishedAttempt();
    const { id } = attempt;
    await archive.attempts.begin(attempt);
    const data = crypto.getRandomValues(new Uint8Array(64_000)).buffer;
    let saved = 0;
    let fault: unknown;
    while (fault === undefined && saved < 200) {
      const chunk = aChunk({ attemptId: id, seq: saved, offset: saved * 64_000, clockEndMs: saved, data });
      fault = await archive.attempts.append(chunk).catch((error: unknown) => String(error));
      if (fault === undefined) saved += 1;
    }
    const mark = { step: 'approach' as const, atMs: 0 };
    const outline = { approach: 'x'.repeat(200_000) };
    let marked = 0;
    let markFault: unknown;
    while (markFault === undefined && marked < 100) {
      const growth = Object.fromEntries(
        Array.from({ length: marked }, (_, at) => [`more${at}`, outline.approach]),
      );
      const update = archive.attempts.update(
        id,
        (there) => ({ ...there, marks: [mark], outline: { ...outline, ...growth } }),
        { sparesReserve: true },
      );
      markFault = await update.then(
        () => undefined,
        (error: unknown) => String(error),
      );
      marked += 1;
    }
    const { usage: left } = await navigator.storage.estimate();
    const acknowledged = (await archive.chunks.read(id, 0, 0, 500)).map(({ seq }) => seq);
    await archive.attempts.update(id, (there) => ({ ...there, status: 'finishing', endedBy: 'disk-full' }));
    const bytes = saved * 64_000;
    const clip = new Uint8Array(bytes);
    for (const chunk of await archive.chunks.read(id, 0, 0, saved))
      clip.set(new Uint8Array(chunk.data), chunk.offset);
    await archive.clips.putPart(id, 0, clip.buffer);
    const sha256 = [await sha256Hex(clip.buffer)];
    const { status } = await archive.clips.keep(id, {
      durationMs: saved,
      mimeType: 'audio/webm',
      bytes,
      sha256,
      marks: [],
      endedBy: 'disk-full',
    });
    await archive.chunks.drop(id);
    await archive.attempts.remove(older.id);
    const isKept = (await archive.clips.read(id))?.size === bytes;
    const { attempts } = await archive.attempts.page({ limit: 9 });
    return { reserved, left, markFault, saved, acknowledged, fault, status, isKept, ids: attempts.length };
  });
  expect(outcome).toMatchObject({
    fault: 'StorageError: Storage: full',
    markFault: 'StorageError: Storage: full',
    status: 'kept',
    isKept: true,
    ids: 1,
  });
  expect(outcome.reserved).toBeGreaterThan(8_000_000);
  expect(outcome.reserved).toBeLessThan(9_000_000);
  expect(outcome.saved).toBeGreaterThan(10);
  // The take itself never gets the reserve, nor do its marks.
  expect(outcome.left).toBeGreaterThan(8_000_000);
  expect(outcome.saved * 64_000).toBeLessThan(5_000_000);
  expect(outcome.acknowledged).toEqual(Array.from({ length: outcome.saved }, (_, seq) => seq));
  expect(await page.evaluate(checkInvariants)).toEqual([]);
});

test('on a disk without room for a single record, audio can still be deleted, and room comes back', async () => {
  const page = await aSmallDisk();
  const outcome = await page.evaluate(async () => {
    const { aChunk, anEmptyArchive, anOwnPrompt, anUnfinishedAttempt, keepAnAttempt } = Reflect.get(
      window,
      'factories',
    ) as typeof factories;
    const archive = await anEmptyArchive();
    const random = (length: number) => {
      const data = new Uint8Array(length);
      for (let at = 0; at < length; at += 65_536)
        crypto.getRandomValues(data.subarray(at, Math.min(length, at + 65_536)));
      return data.buffer;
    };
    const told = (work: Promise<unknown>) =>
      work.then(
        () => null,
        (error: unknown) => String(error),
      );
    const old = await keepAnAttempt(archive, {}, [random(6_000_000)]);
    const faults: (string | null)[] = [];
    // To the brim, with less and less.
    for (let length = 1_000_000; length >= 1; length = Math.floor(length / 2)) {
      const title = Array.from(new Uint8Array(random(length)), (byte) =>
        String.fromCharCode(33 + (byte % 90)),
      );
      let fault: string | null = null;
      while (fault === null) fault = await told(archive.prompts.put(anOwnPrompt({ title: title.join('') })));
      faults.push(fault);
    }
    const attempt = anUnfinishedAttempt();
    const begun = await told(archive.attempts.begin(attempt));
    const erased = await told(archive.clips.erase(old.id));
    const record = await archive.attempts.get(old.id);
    const isMarked = record !== null && 'audioDeletedAt' in record;
    const begunThen = await told(archive.attempts.begin(attempt));
    const chunk = aChunk({ attemptId: attempt.id, data: random(1_000_000) });
    const appended = await told(archive.attempts.append(chunk));
    return { fault: faults.at(-1), begun, erased, isMarked, begunThen, appended };
  });
  expect(outcome).toEqual({
    fault: 'StorageError: Storage: full',
    begun: 'StorageError: Storage: full',
    erased: null,
    isMarked: true,
    begunThen: null,
    appended: null,
  });
  expect(await page.evaluate(checkInvariants)).toEqual([]);
});

test('on a full disk what can be made again is refused, and the reserve stays whole for the next take', async () => {
  const page = await aSmallDisk();

  const outcome = await page.evaluate(async () => {
    const { aChunk, aDelivery, anEmptyArchive, anUnfinishedAttempt, keepAnAttempt } = Reflect.get(
      window,
      'factories',
    ) as typeof factories;
    const archive = await anEmptyArchive();
    await archive.layInReserve();
    const attemptId = (await keepAnAttempt(archive)).id;
    const take = anUnfinishedAttempt();
    await archive.attempts.begin(take);
    const faultOf = (work: Promise<unknown>) =>
      work.then(
        () => null,
        (error: { readonly fault: string }) => error.fault,
      );
    // Down to chunks so small that no delivery has room.
    let seq = 0;
    for (let bytes = 64_000; bytes >= 100; bytes = Math.floor(bytes / 2)) {
      const data = crypto.getRandomValues(new Uint8Array(bytes)).buffer;
      const chunk = () => aChunk({ attemptId: take.id, seq, offset: seq * 64_000, clockEndMs: seq, data });
      while ((await faultOf(archive.attempts.append(chunk()))) === null) seq += 1;
    }
    const syllables = Array.from({ length: 5000 }, (_, at) => at * 200);
    const min = crypto.getRandomValues(new Int8Array(20_000));
    const sounds = syllables.map((startMs) => ({
      startMs,
      endMs: startMs + 1,
      kind: 'knock' as const,
      score: 1,
    }));
    const faults = [
      await faultOf(archive.deliveries.put(aDelivery({ attemptId, syllables }))),
      await faultOf(archive.sounds.put({ attemptId, version: 1, sounds })),
      await faultOf(archive.peaks.put({ attemptId, version: 1, bucketMs: 20, min, max: min })),
    ];
    await archive.close();
    const reserves = await new Promise((resolve) => {
      indexedDB.open('practice').onsuccess = ({ target }) => {
        const { result: db } = target as IDBOpenDBRequest;
        db.transaction('reserve').objectStore('reserve').count().onsuccess = (event) =>
          resolve((event.target as IDBRequest<number>).result);
      };
    });
    return { seq, faults, reserves };
  });

  expect(outcome.seq).toBeGreaterThan(10);
  expect(outcome.faults).toEqual(['full', 'full', 'full']);
  expect(outcome.reserves).toBe(1);
});
