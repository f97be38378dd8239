import { expect, onTestFinished, test } from 'vitest';
import { cdp } from 'vitest/browser';
import type { Archive } from '../../src/storage/archive.ts';
import { anEmptyArchive } from '../support/factories.ts';
import { aMicrophone, answerGetUserMedia } from '../support/fake-microphone.ts';
import { checkInvariants } from '../support/invariants.ts';
import { aPlan, aSession, reaches } from './recording.ts';
import { type Recording, record } from './takes.ts';

const HOUR_MS = 3_600_000;
/** The page may grow by 20 MB; the sound of an hour is 29 MB, and its recorder keeps nothing of it. */
const MOST_GROWTH_BYTES = 5e6;
/** Far from one for each of its chunks, of which there are more than a thousand. */
const MOST_GROWTH_COUNT = 50;

/** An encoder in a hurry: what it delivers was encoded before. */
class FedRecorder extends EventTarget {
  static readonly isTypeSupported = () => true;
  static running: FedRecorder | null = null;
  readonly mimeType = 'audio/webm;codecs=opus';
  state: RecordingState = 'inactive';

  start(): void {
    this.state = 'recording';
    FedRecorder.running = this;
    this.dispatchEvent(new Event('start'));
  }

  stop(): void {
    this.state = 'inactive';
    this.dispatchEvent(new Event('stop'));
  }

  feed(data: Blob): void {
    this.dispatchEvent(new BlobEvent('dataavailable', { data }));
  }
}

function feedInsteadOfRecording(): void {
  const Original = window.MediaRecorder;
  Object.assign(window, { MediaRecorder: FedRecorder });
  onTestFinished(() => {
    window.MediaRecorder = Original;
  });
}

/** The same archive, which says when its door has let a chunk through. */
function watched(archive: Archive): { readonly archive: Archive; readonly nextStored: () => Promise<void> } {
  let onStored = () => {};
  const append: Archive['attempts']['append'] = async (chunk) => {
    await archive.attempts.append(chunk);
    onStored();
  };
  return {
    archive: { ...archive, attempts: { ...archive.attempts, append } },
    nextStored: () =>
      new Promise((resolve) => {
        onStored = resolve;
      }),
  };
}

/** An encoder hands over each by itself: so the hour is through in a third of the time. */
const CLUSTERS_PER_CHUNK = 4;

/** Opens a cluster of unknown size, as live WebM has them (RFC 9559, section 5.1.3). */
const CLUSTER = [0x1f, 0x43, 0xb6, 0x75, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xe7] as const;

/** As if `recording` had gone on for ever: its clusters over and over, each a chunk, with the time it has then. */
async function* onAndOn({ chunks }: Recording): AsyncGenerator<{ data: Blob; endMs: number }> {
  const bytes = new Uint8Array(await new Blob([...chunks]).arrayBuffer());
  const isStart = (at: number) => CLUSTER.every((byte, index) => bytes[at + index] === byte);
  const starts = Array.from(bytes.keys()).filter(isStart);
  const clusters = starts.map((start, index) => {
    const timeAt = start + CLUSTER.length + 1;
    const packetsAt = timeAt + ((bytes[timeAt - 1] ?? 0) & 0x7f);
    const timeMs = bytes.subarray(timeAt, packetsAt).reduce((sum, byte) => sum * 256 + byte, 0);
    return { timeMs, packets: bytes.slice(packetsAt, starts[index + 1]) };
  });
  // The last one is cut short.
  const periodMs = clusters.at(-1)?.timeMs ?? Number.NaN;
  let parts: BlobPart[] = [bytes.slice(0, starts[0])];
  for (let round = 0; ; round += 1) {
    for (const [index, { timeMs, packets }] of clusters.slice(0, -1).entries()) {
      const time = new Uint8Array(5);
      time[0] = 0x84;
      new DataView(time.buffer).setUint32(1, round * periodMs + timeMs);
      parts.push(Uint8Array.from(CLUSTER), time, packets);
      if (index % CLUSTERS_PER_CHUNK > 0) continue;
      yield { data: new Blob(parts), endMs: round * periodMs + (clusters[index + 1]?.timeMs ?? 0) };
      parts = [];
    }
  }
}

type Held = { readonly bytes: number; readonly nodes: number; readonly listeners: number };

/** What the page holds once everything it has let go of is collected. */
async function held(): Promise<Held> {
  const session = cdp();
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize, embedderHeapUsedSize, backingStorageSize } = await session.send('Runtime.getHeapUsage');
  const { nodes, jsEventListeners } = await session.send('Memory.getDOMCounters');
  return { bytes: usedSize + embedderHeapUsedSize + backingStorageSize, nodes, listeners: jsEventListeners };
}

function inWords({ bytes, nodes, listeners }: Held): string {
  return `${(bytes / 1e6).toFixed(2)} MB, ${nodes} nodes, ${listeners} listeners`;
}

test('an hour goes through the door of a take, and nothing grows by it', { timeout: 120_000 }, async ({
  annotate,
}) => {
  const recording = await record({ seconds: 4 });
  const { archive, nextStored } = watched(await anEmptyArchive());
  const { stream } = await aMicrophone();
  answerGetUserMedia(() => Promise.resolve(stream));
  feedInsteadOfRecording();
  let now = 0;
  const session = aSession(archive, { clock: () => now });
  session.start(aPlan());
  await reaches(session, 'recording');
  await expect.poll(() => session.getSnapshot().isStarting).toBe(false);

  let early: Held | null = null;
  for await (const { data, endMs } of onAndOn(recording)) {
    const isStored = nextStored();
    now = endMs;
    FedRecorder.running?.feed(data);
    await isStored;
    if (early === null && endMs >= 60_000) early = await held();
    if (endMs >= HOUR_MS) break;
  }
  if (early === null) throw new Error('Nothing was measured after a minute');
  const late = await held();
  await annotate(`after a minute ${inWords(early)}; after an hour ${inWords(late)}`);
  expect(late.bytes - early.bytes).toBeLessThan(MOST_GROWTH_BYTES);
  expect(late.nodes - early.nodes).toBeLessThan(MOST_GROWTH_COUNT);
  expect(late.listeners - early.listeners).toBeLessThan(MOST_GROWTH_COUNT);
  // Seconds went by for every timer, an hour for the clock.
  expect(session.elapsedMs()).toBe(now);

  session.finish();
  const { attemptId, keptMs } = await reaches(session, 'saved', 60_000);
  expect(Math.abs(keptMs - HOUR_MS)).toBeLessThan(1000);
  expect(await archive.attempts.get(attemptId)).toMatchObject({ status: 'kept', durationMs: keptMs });
  expect(await archive.attempts.get(attemptId)).not.toHaveProperty('isPartial');
  expect(await checkInvariants()).toEqual([]);
});
