import { ADTS, ALL_FORMATS, BlobSource, EncodedPacketSink, Input, OggOutputFormat } from 'mediabunny';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type ImportResult, importInWorker, inspectInWorker } from '../../src/finish/client.ts';
import { importFile } from '../../src/finish/import.ts';
import type { Archive } from '../../src/storage/archive.ts';
import { StorageError } from '../../src/storage/errors.ts';
import { finishLock, holdLock } from '../../src/storage/locks.ts';
import { openArchive } from '../../src/storage/open-archive.ts';
import { anEmptyArchive, someBytes } from '../support/factories.ts';
import { checkInvariants } from '../support/invariants.ts';
import {
  aFile,
  aFilm,
  anImport,
  aSilentFilm,
  aStrangeFile,
  KINDS,
  renamed,
  repacked,
  torn,
} from './import-files.ts';
import { clipOf, decoded, heard, longRecording, played, record, spoken, wholeOf } from './takes.ts';

async function open(): Promise<Archive> {
  const archive = await anEmptyArchive();
  onTestFinished(() => archive.close());
  return archive;
}

function kept(result: ImportResult) {
  if (result.tag !== 'kept') throw new Error(`Not kept: ${JSON.stringify(result)}`);
  return result.attempt;
}

/** Neither an attempt, nor a part of a clip, nor a lock. */
async function expectNothingLeft(archive: Archive): Promise<void> {
  expect(await checkInvariants()).toEqual([]);
  expect((await archive.attempts.page({ limit: 9 })).attempts).toEqual([]);
  expect(await rowsOf('attempts')).toBe(0);
  expect(await rowsOf('clips')).toBe(0);
}

async function rowsOf(store: string): Promise<number> {
  const settled = <Result>(request: IDBRequest<Result>) =>
    new Promise<Result>((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error ?? new Error('No answer'));
    });
  const db = await settled(indexedDB.open('practice'));
  const rows = await settled(db.transaction(store).objectStore(store).count());
  db.close();
  return rows;
}

/** What every packet of the sound holds, without the seven bytes that go before each in an AAC file of its own. */
async function packetsOf(file: Blob): Promise<readonly string[]> {
  const input = new Input({ source: new BlobSource(file), formats: ALL_FORMATS });
  const track = await input.getPrimaryAudioTrack();
  if (track === null) throw new Error('No sound');
  const found: string[] = [];
  const skips = (await input.getFormat()) === ADTS ? 7 : 0;
  for await (const { data } of new EncodedPacketSink(track).packets())
    found.push(data.subarray(skips).join());
  input.dispose();
  return found;
}

for (const name of Object.keys(KINDS))
  test(`${name} becomes an attempt that plays, can be seeked in and says what the file says`, async () => {
    const archive = await open();
    const file = await aFile(name);
    const isWav = name.endsWith('.wav');
    expect(await inspectInWorker(file)).toEqual({ tag: 'sound', picture: 'none', isReencoded: isWav });
    const attempt = anImport(file);
    const told: Record<'reading' | 'checking', number[]> = { reading: [], checking: [] };
    const result = kept(
      await importInWorker(archive, file, attempt, { onProgress: (ratio, phase) => told[phase].push(ratio) }),
    );
    expect(result).toMatchObject({ source: 'imported', marks: [], segments: [], endedBy: 'user' });
    expect(result.imported).toEqual({ fileName: name, ...(isWav ? { isReencoded: true } : {}) });
    expect(result).toEqual(await archive.attempts.get(attempt.id));
    expect(result.mimeType).toMatch(/^audio\/(webm|mp4); codecs="(opus|vorbis|mp4a\.40\.2|mp3|flac)"$/);

    const clip = await clipOf(archive, attempt);
    expect(heard(await decoded(clip))).toEqual(spoken(3, 1));
    if (!isWav) expect(await packetsOf(clip)).toEqual(await packetsOf(file));
    const { durationMs, atMs } = await played(clip, 1500);
    expect(Math.abs(durationMs - result.durationMs)).toBeLessThan(30);
    expect(Math.abs(result.durationMs - 3000)).toBeLessThan(300);
    expect(atMs).toBeGreaterThan(1499);
    for (const progress of [told.reading, told.checking]) {
      expect(progress.length).toBeGreaterThan(0);
      expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    }
    expect(await checkInvariants()).toEqual([]);
  });

test('the picture of a film is kept beside its sound', async () => {
  const archive = await open();
  const film = await aFilm();
  expect(await inspectInWorker(film)).toMatchObject({ tag: 'sound', picture: 'kept' });
  const attempt = anImport(film);
  expect(kept(await importInWorker(archive, film, attempt)).mimeType).toBe('video/webm; codecs="opus, vp8"');
  const clip = await clipOf(archive, attempt);
  expect(heard(await decoded(clip))).toEqual(spoken(2, 1));
  const input = new Input({ source: new BlobSource(clip), formats: ALL_FORMATS });
  expect(await (await input.getPrimaryVideoTrack())?.getCodec()).toBe('vp8');
});

const bad = [
  ['an empty file', async () => new File([], 'nothing.wav'), 'empty'],
  ['a text', async () => new File(['Dear diary. '.repeat(400)], 'notes.wav'), 'foreign'],
  ['one letter', async () => new File(['x'], 'x.mp3'), 'unreadable'],
  ['noise', async () => new File([someBytes(200_000)], 'noise.m4a'), 'foreign'],
  ['sound in AC-3', () => aStrangeFile('strange-ac3.mp4'), 'codec'],
  ['sound in ALAC', () => aStrangeFile('strange-alac.m4a'), 'codec'],
  ['a film without sound', aSilentFilm, 'no-audio'],
  ['a copy without its index', async () => torn(await aFile('memo.m4a'), 0.6), 'unreadable'],
  ['a copy of a header', async () => torn(await aFile('memo.webm'), 0.005), 'unreadable'],
] as const;

for (const [what, make, fault] of bad)
  test(`${what} is refused with its reason, and leaves nothing`, async () => {
    const archive = await open();
    const file = await make();
    const failure = { tag: 'failed', fault };
    expect(await inspectInWorker(file)).toMatchObject(failure);
    expect(await importInWorker(archive, file, anImport(file))).toMatchObject(failure);
    await expectNothingLeft(archive);
  });

test('a codec nobody here has is called by its name', async () => {
  const file = await renamed(await aFile('memo.webm'), 'A_OPUS', 'A_NONE');
  expect(await inspectInWorker(file)).toEqual({ tag: 'failed', fault: 'codec', detail: 'A_NONE' });
  const alac = await aStrangeFile('strange-alac.m4a');
  expect(await inspectInWorker(alac)).toMatchObject({ detail: 'alac' });
});

const tornKinds = [
  ['memo.wav', 3000],
  ['memo.mp3', 3096],
  ['index first.m4a', 3064],
  ['finished.webm', 3007],
] as const;

for (const [name, saysMs] of tornKinds)
  test(`of a copy of ${name} that was broken off comes what is there, and that it does`, async () => {
    const archive = await open();
    const whole = name === 'finished.webm' ? await finished() : await aFile(name);
    const file = torn(whole, 0.45);
    const attempt = anImport(file);
    const { imported, durationMs } = kept(await importInWorker(archive, file, attempt));
    expect(imported).toMatchObject({ isTorn: true });
    expect(Math.abs((imported?.saysMs ?? 0) - saysMs)).toBeLessThan(300);
    expect(durationMs).toBeGreaterThan(700);
    expect(durationMs).toBeLessThan(1500);
    expect(heard(await decoded(await clipOf(archive, attempt))).slice(0, 1)).toEqual(spoken(1, 1));
    expect(await checkInvariants()).toEqual([]);
  });

/** As this program keeps it: with a length and an index. */
async function finished(): Promise<File> {
  const archive = await openArchive();
  const file = await aFile('memo.webm');
  const attempt = anImport(file);
  await importInWorker(archive, file, attempt);
  const clip = await clipOf(archive, attempt);
  await archive.attempts.remove(attempt.id);
  await archive.close();
  return new File([clip], 'finished.webm');
}

test('of an Ogg file that was broken off comes what its whole pages hold', async () => {
  const archive = await open();
  const pages = new OggOutputFormat({ maximumPageDuration: 0.5 });
  const whole = new File([await repacked(wholeOf(await record({ seconds: 3 })), pages)], 'pages.ogg');
  const file = torn(whole, 0.7);
  const attempt = anImport(file);
  const { imported, durationMs } = kept(await importInWorker(archive, file, attempt));
  expect(imported).toEqual({ fileName: 'pages.ogg', isTorn: true });
  expect(durationMs).toBeGreaterThan(1000);
  expect(heard(await decoded(await clipOf(archive, attempt))).slice(0, 1)).toEqual(spoken(1, 1));
});

test('a parser that loops for ever is given up, and leaves nothing', async () => {
  const archive = await open();
  const file = new File([await aFile('memo.webm'), new Uint8Array(1000)], 'trailing zeros.webm');
  const result = await importInWorker(archive, file, anImport(file), { patienceSec: 3 });
  expect(result).toMatchObject({ tag: 'failed', fault: 'stuck' });
  await expectNothingLeft(archive);
});

test('looking at a file shows that something goes on, too', async () => {
  const onProgress = vi.fn();
  await inspectInWorker(await aFile('memo.webm'), { onProgress });
  expect(onProgress).toHaveBeenCalledWith(expect.any(Number), 'reading');
});

/** About 18 MB: three parts. */
async function aLongFile(): Promise<File> {
  const long = wholeOf(await longRecording(await record(), 900, 1200));
  expect(long.size).toBeGreaterThan(17_000_000);
  return new File([long], 'long.webm');
}

/** A transaction that lets nobody else at the clips for so long. */
async function holdUp(db: IDBDatabase, seconds: number): Promise<void> {
  const until = performance.now() + seconds * 1000;
  const tx = db.transaction('clips', 'readwrite');
  await new Promise<void>((resolve, reject) => {
    const goOn = () => {
      if (performance.now() < until) tx.objectStore('clips').count().onsuccess = goOn;
    };
    goOn();
    tx.oncomplete = () => resolve();
    tx.onabort = () => reject(tx.error ?? new Error('Aborted'));
  });
}

test('a disk that is slow once the file was read is waited for', async () => {
  const archive = await open();
  const file = await aLongFile();
  const attempt = anImport(file);
  const db = await new Promise<IDBDatabase>((resolve) => {
    const request = indexedDB.open('practice');
    request.onsuccess = () => resolve(request.result);
  });
  let held: Promise<void> | null = null;
  const result = importInWorker(archive, file, attempt, {
    patienceSec: 3,
    onProgress: (_ratio, phase) => {
      if (phase === 'checking') held ??= holdUp(db, 6);
    },
  });
  await expect.poll(() => held, { timeout: 20_000 }).not.toBeNull();
  const first = await Promise.race([result.then(() => 'result'), (held ?? result).then(() => 'held')]);
  db.close();
  expect(first).toBe('held');
  expect((await archive.attempts.get(attempt.id))?.status).toBe('finishing');
  expect(kept(await result).bytes).toBeGreaterThan(17_000_000);
});

test('each part that is read back is told', async () => {
  const archive = await open();
  const file = await aLongFile();
  const checked: number[] = [];
  const result = await importFile(archive, file, anImport(file), (ratio, phase) => {
    if (phase === 'checking') checked.push(ratio);
  });
  const parts = kept(result).sha256.length;
  expect(parts).toBeGreaterThan(2);
  expect(checked).toEqual(Array.from({ length: parts + 1 }, (_, part) => part / parts));
});

test('who cancels when all is done already has the attempt', async () => {
  const archive = await open();
  const file = await aFile('memo.webm');
  const attempt = anImport(file);
  const cancel = new AbortController();
  // As if the worker had come to its end before it was ended.
  const dropImport = async (id: typeof attempt.id) => {
    await archive.attempts.dropImport(id);
    kept(await importFile(archive, file, attempt, () => undefined));
    return archive.attempts.dropImport(id);
  };
  const result = await importInWorker({ attempts: { dropImport } }, file, attempt, {
    signal: cancel.signal,
    onProgress: () => cancel.abort(),
  });
  expect(kept(result)).toEqual(await archive.attempts.get(attempt.id));
  expect(await clipOf(archive, attempt)).not.toBeNull();
  expect(await checkInvariants()).toEqual([]);
});

test('a cancel at the end either leaves nothing or is told that it came too late', async () => {
  const archive = await open();
  const file = await aFile('memo.webm');
  for (let lateMs = 0; lateMs < 50; lateMs += 10) {
    const attempt = anImport(file);
    const cancel = new AbortController();
    const result = await importInWorker(archive, file, attempt, {
      signal: cancel.signal,
      onProgress: (_ratio, phase) => {
        if (phase === 'checking') setTimeout(() => cancel.abort(), lateMs);
      },
    }).catch(() => null);
    const there = await archive.attempts.get(attempt.id);
    expect(there).toEqual(result === null ? null : kept(result));
    if (there !== null) await archive.attempts.remove(attempt.id);
  }
  expect(await checkInvariants()).toEqual([]);
});

test('cancelling rejects at once, stops reading and leaves nothing', async () => {
  const archive = await open();
  const long = wholeOf(await longRecording(await record(), 900, 1000));
  const file = new File([long], 'long.webm');
  const reason = new Error('The person thought better of it');
  for (const share of [0, 0.2, 0.6]) {
    const cancel = new AbortController();
    const attempt = anImport(file);
    const importing = importInWorker(archive, file, attempt, {
      signal: cancel.signal,
      onProgress: (ratio) => {
        if (ratio >= share) cancel.abort(reason);
      },
    });
    await expect(importing).rejects.toBe(reason);
    await expectNothingLeft(archive);
    // Nor does anything come after it.
    await navigator.locks.request(finishLock(attempt.id), () => undefined);
    await expectNothingLeft(archive);
  }
});

test('an import whose tab died is swept at the next start, and not while it is going on', async () => {
  const archive = await open();
  const attempt = anImport(new File([], 'half.webm'));
  const release = await holdLock(finishLock(attempt.id));
  await archive.attempts.begin(attempt);
  await archive.clips.putPart(attempt.id, 0, someBytes(100));
  await (await openArchive()).close();
  expect(await rowsOf('clips')).toBe(1);
  expect(await archive.attempts.orphans()).toEqual([]);
  await release?.();
  // To be recovered it would need the file.
  expect(await archive.attempts.orphans()).toEqual([]);
  expect(await checkInvariants()).toHaveLength(1);
  await (await openArchive()).close();
  await expectNothingLeft(archive);
});

for (const [when, at] of [
  ['at the first part', 0],
  ['at a later part', 2],
  ['at the very end', Number.POSITIVE_INFINITY],
] as const)
  test(`a disk that is full ${when} is said, the reserve is spared, and nothing is left`, async () => {
    const archive = await open();
    await archive.layInReserve();
    const options = new Set<string>();
    const full: Archive = {
      ...archive,
      clips: {
        ...archive.clips,
        putPart: async (id, part, data, how) => {
          options.add(JSON.stringify(how));
          if (part >= at) throw new StorageError('full');
          return archive.clips.putPart(id, part, data, how);
        },
        keep: async (_id, _keeping, how) => {
          options.add(JSON.stringify(how));
          throw new StorageError('full');
        },
      },
    };
    const file = await aLongFile();
    const result = await importFile(full, file, anImport(file), () => undefined);
    expect(result).toMatchObject({ tag: 'failed', fault: 'full' });
    expect([...options]).toEqual(['{"sparesReserve":true}']);
    expect(await rowsOf('reserve')).toBe(1);
    await expectNothingLeft(archive);
  });

test('four hours are read piece by piece, never as a whole', { timeout: 400_000 }, async () => {
  const archive = await open();
  // MPEG 2.5, layer III, 8 kb/s, 8 kHz, mono: 72 ms of silence in 72 bytes.
  const frame = new Uint8Array(72);
  frame.set([0xff, 0xe3, 0x18, 0xc0]);
  const minutes = new Blob(Array.from({ length: 10_000 }, () => frame));
  const file = new File(
    Array.from({ length: 20 }, () => minutes),
    'all day.mp3',
  );
  const attempt = anImport(file);
  const pieces = vi.spyOn(Blob.prototype, 'arrayBuffer');
  onTestFinished(() => pieces.mockRestore());
  const result = kept(await importFile(archive, file, attempt, () => undefined));
  const sizes = pieces.mock.contexts.map((blob) => (blob as Blob).size);
  expect(result.durationMs).toBe(14_400_000);
  expect(sizes.length).toBeGreaterThan(10);
  expect(Math.max(...sizes)).toBeLessThan(file.size / 10);
  const { durationMs, atMs } = await played(await clipOf(archive, attempt), 12_345_000);
  expect(durationMs).toBe(14_400_000);
  expect(atMs).toBeGreaterThanOrEqual(12_345_000);
});
