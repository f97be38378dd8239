import { BlobSource, BufferTarget, Conversion, Input, Output, WEBM, WebMOutputFormat } from 'mediabunny';
import { afterAll, onTestFinished, test } from 'vitest';
import { finishInWorker, warmFinish } from '../../src/finish/client.ts';
import type { Archive } from '../../src/storage/archive.ts';
import { openArchive } from '../../src/storage/open-archive.ts';
import { aChunk, anUnfinishedAttempt, someBytes } from '../support/factories.ts';
import { clipOf, longRecording, played, type Recording, record, storeTake, wholeOf } from './takes.ts';

const WRITES = 200;
const RUNS = 5;
/** What the worker needs to be warm, as it is when a take ends: it was started when the take began. */
const WARM_MS = 3000;

type Row = readonly string[];

const tables: { readonly title: string; readonly head: Row; readonly rows: Row[] }[] = [
  {
    title: `One chunk, strict: ${WRITES} times through the archive, in turn with a bare put`,
    head: ['chunk', 'median ms', 'p95 ms', 'bare median', 'bare p95', 'ratio'],
    rows: [],
  },
  {
    title: `From Finish to playable: medians of ${RUNS}, in turn with mediabunny's Conversion of the same bytes`,
    head: ['take', 'MB', 'finished ms', 'playable ms', '× real time', 'bare ms', '× real time', 'ratio'],
    rows: [],
  },
];
const [writes, finishes] = tables.map(({ rows }) => rows);

afterAll(() => {
  console.log(tables.map(written).join('\n\n'));
});

function written({ title, head, rows }: (typeof tables)[number]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (row: Row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('   ');
  return [title, '', ...[head, ...rows].map(line)].join('\n');
}

/** The value that `share` of them do not exceed. */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
}

const median = (values: readonly number[]) => quantile(values, 0.5);

/** Of what was measured one right after the other: a machine that is busy for a while slows both. */
function medianRatio(ours: readonly number[], bare: readonly number[]): number {
  return median(ours.map((ms, index) => ms / (bare[index] ?? Number.NaN)));
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await work();
  return performance.now() - before;
}

async function anArchive(): Promise<Archive> {
  const archive = await openArchive();
  onTestFinished(() => archive.close());
  return archive;
}

/** What a write costs by itself: a database with one store, and a strict transaction for each put. */
async function bareStore(): Promise<(key: number, data: ArrayBuffer) => Promise<void>> {
  const opening = indexedDB.open('bare');
  opening.onupgradeneeded = () => opening.result.createObjectStore('chunks');
  const db = await new Promise<IDBDatabase>((resolve, reject) => {
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
  onTestFinished(() => {
    db.close();
    indexedDB.deleteDatabase('bare');
  });
  return (key, data) =>
    new Promise((resolve, reject) => {
      const tx = db.transaction('chunks', 'readwrite', { durability: 'strict' });
      tx.objectStore('chunks').put({ data }, key);
      tx.oncomplete = () => resolve();
      tx.onabort = () => reject(tx.error);
    });
}

/** The first is half a second at 64 kbit/s; the last, a second of picture. */
for (const [name, bytes] of [
  ['4 kB', 4096],
  ['64 kB', 65_536],
  ['1 MB', 1_048_576],
] as const) {
  test(`a chunk of ${name}`, { timeout: 300_000 }, async () => {
    const archive = await anArchive();
    const put = await bareStore();
    const attempt = anUnfinishedAttempt();
    await archive.attempts.begin(attempt);
    const data = someBytes(bytes);
    const [ours, bare]: [number[], number[]] = [[], []];
    for (let seq = 0; seq < WRITES; seq += 1) {
      const chunk = aChunk({ attemptId: attempt.id, seq, offset: seq * bytes, data });
      ours.push(await timed(() => archive.attempts.append(chunk)));
      bare.push(await timed(() => put(seq, data)));
    }
    await throwAway(archive, attempt.id);
    const [one, other] = [ours, bare].map((times) => [median(times), quantile(times, 0.95)] as const);
    if (one === undefined || other === undefined) return;
    const cells = [...one, ...other, medianRatio(ours, bare)];
    writes?.push([name, ...cells.map((cell) => cell.toFixed(2))]);
  });
}

for (const [name, minutes, segments] of [
  ['1 min', 1, 1],
  ['10 min', 10, 1],
  ['60 min', 60, 1],
  ['60 min in 12 segments', 60, 12],
] as const) {
  test(`a take of ${name}`, { timeout: 600_000 }, async () => {
    const archive = await anArchive();
    const recording = await longRecording(await record({ seconds: 6 }), (minutes * 60) / segments);
    const recordings = Array.from({ length: segments }, () => recording);
    const [finishing, playable, bare]: [number[], number[], number[]] = [[], [], []];
    for (let run = 0; run < RUNS; run += 1) {
      const take = await storeTake(archive, recordings);
      warmFinish();
      await new Promise((resolve) => setTimeout(resolve, WARM_MS));
      const finish = await timed(async () => {
        const result = await finishInWorker(take.id, { endedBy: 'user' });
        if (result.tag !== 'kept') throw new Error(JSON.stringify(result));
      });
      const play = await timed(async () => played(await clipOf(archive, take), (minutes * 60 - 1) * 1000));
      finishing.push(finish);
      playable.push(finish + play);
      bare.push(await timed(() => convert(recordings)));
      await throwAway(archive, take.id);
    }
    const [ours, theirs] = [median(finishing), median(bare)];
    const speed = (ms: number) => `${Math.round((minutes * 60_000) / ms)} ×`;
    const megabytes = (segments * wholeOf(recording).size) / 1e6;
    finishes?.push([
      name,
      megabytes.toFixed(1),
      ours.toFixed(0),
      median(playable).toFixed(0),
      speed(ours),
      theirs.toFixed(0),
      speed(theirs),
      medianRatio(finishing, bare).toFixed(2),
    ]);
  });
}

/**
 * What remuxing costs by itself: files in memory in, files in memory out, in this thread. A conversion has one
 * input, so that segments stay as many files.
 */
async function convert(recordings: readonly Recording[]): Promise<void> {
  for (const recording of recordings) {
    const input = new Input({ source: new BlobSource(wholeOf(recording)), formats: [WEBM] });
    const output = new Output({ format: new WebMOutputFormat(), target: new BufferTarget() });
    await (await Conversion.init({ input, output, showWarnings: false })).execute();
    input.dispose();
  }
}

async function throwAway(archive: Archive, id: Parameters<Archive['attempts']['remove']>[0]): Promise<void> {
  await archive.attempts.remove(id);
  await archive.purgeTrash(Date.now() + 1);
}
