import type { Chunk, KeptAttempt, Segment, UnfinishedAttempt } from '../../src/domain/attempt.ts';
import type { Delivery } from '../../src/domain/facts.ts';
import type { PromptId } from '../../src/domain/ids.ts';
import type { OwnPrompt } from '../../src/domain/prompt.ts';
import type { Review } from '../../src/domain/rubric.ts';
import type { Archive } from '../../src/storage/archive.ts';
import type { OpenOptions } from '../../src/storage/connection.ts';
import { newAttemptId, newPromptId, newReviewId } from '../../src/storage/new-id.ts';
import { openArchive } from '../../src/storage/open-archive.ts';
import { DATABASE } from '../../src/storage/schema.ts';
import { sha256Hex } from '../../src/storage/sha256.ts';

export { sha256Hex };

/** The record of a test needs no more than its unusual fields: `aKeptAttempt({ durationMs: 0 })`. */

export function aSegment(fields: Partial<Segment> = {}): Segment {
  return {
    mimeType: 'audio/webm;codecs=opus',
    startedAt: 1_790_000_000_000,
    clockStartMs: 0,
    microphone: { label: 'Fake microphone', processing: { echo: false, noise: false, gain: false } },
    ...fields,
  };
}

const facts = () => ({
  id: newAttemptId(),
  promptId: 'idempotency' as PromptId,
  prompt: {
    title: 'Idempotency',
    question: 'How do you make a retried payment harmless?',
    kind: 'design' as const,
    covers: [{ id: 'key', text: 'The idempotency key' }],
    followUps: { approach: 'Where is the key stored?' },
  },
  source: 'recorded' as const,
  parentId: null,
  mode: 'cold' as const,
  targetMs: 300_000,
  outline: { situation: 'A client that times out' },
  segments: [aSegment()],
  startedAt: 1_790_000_000_000,
  timeZone: 'Europe/Berlin',
  updatedAt: 1_790_000_000_000,
});

export function anUnfinishedAttempt(fields: Partial<UnfinishedAttempt> = {}): UnfinishedAttempt {
  return { ...facts(), status: 'recording', marks: [], endedBy: null, ...fields };
}

export function aKeptAttempt(fields: Partial<KeptAttempt> = {}): KeptAttempt {
  return {
    ...facts(),
    status: 'kept',
    marks: [
      { step: 'situation', atMs: 0 },
      { step: 'approach', atMs: 20_000 },
    ],
    endedBy: 'user',
    durationMs: 60_000,
    mimeType: 'audio/webm;codecs=opus',
    bytes: 480_000,
    sha256: ['0'.repeat(64)],
    ...fields,
  };
}

export function aChunk(fields: Partial<Chunk> = {}): Chunk {
  return {
    attemptId: newAttemptId(),
    segment: 0,
    seq: 0,
    offset: 0,
    clockEndMs: 500,
    data: someBytes(16),
    ...fields,
  };
}

export function aReview(fields: Partial<Review> = {}): Review {
  return {
    id: newReviewId(),
    attemptId: newAttemptId(),
    rubricId: 'explanation-rubric',
    rubricVersion: '1.0.0',
    reviewer: 'self',
    mode: 'full',
    scores: { 'clarity.situation': 3, 'depth.approach': 2 },
    wrongSteps: [],
    startedAt: 1_790_000_100_000,
    updatedAt: 1_790_000_100_000,
    lockedAt: null,
    ...fields,
  };
}

/** Five minutes of speech without a pause. */
export function aDelivery(fields: Partial<Delivery> = {}): Delivery {
  return {
    attemptId: newAttemptId(),
    version: 1,
    speech: { startMs: 0, endMs: 300_000 },
    pauses: [],
    syllables: [],
    localRates: [],
    measures: {
      syllables: 1200,
      speechRate: 4,
      articulationRate: 4.8,
      phonationTimeRatio: 0.83,
      meanLengthOfRun: 9.6,
      pitchMedian: 120,
      pitchSpread: 2.4,
      loudness: -24,
      loudnessRange: 6,
      signalToNoise: 32,
      clipped: 0,
    },
    ...fields,
  };
}

export function anOwnPrompt(fields: Partial<OwnPrompt> = {}): OwnPrompt {
  return {
    id: newPromptId(),
    title: 'Our nightly build',
    question: 'Why does it take an hour, and what did you do about it?',
    kind: 'experience',
    category: 'own',
    targetSec: 300,
    covers: [],
    followUps: {},
    createdAt: 1_790_000_000_000,
    updatedAt: 1_790_000_000_000,
    ...fields,
  };
}

/** Bytes that tell one place from another. */
export function someBytes(length: number, seed = 1): ArrayBuffer {
  return Uint8Array.from({ length }, (_, index) => (index * 31 + seed * 17) % 256).buffer;
}

/** For comparing: `toEqual` sees no difference between two ArrayBuffers. */
export function bytesOf(data: ArrayBuffer | null | undefined): readonly number[] | null {
  return data ? [...new Uint8Array(data)] : null;
}

/** An archive with nothing in it. Whatever still has the database open lets go of it. */
export async function anEmptyArchive(options: OpenOptions = {}): Promise<Archive> {
  await new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(DATABASE);
    request.onsuccess = resolve;
    request.onerror = reject;
  });
  return openArchive(options);
}

/** Takes an attempt all the way through the archive, the way a finished recording goes. */
export async function keepAnAttempt(
  archive: Archive,
  fields: Partial<KeptAttempt> = {},
  parts: readonly ArrayBuffer[] = [someBytes(64)],
): Promise<KeptAttempt> {
  const sha256 = await Promise.all(parts.map(sha256Hex));
  const bytes = parts.reduce((sum, part) => sum + part.byteLength, 0);
  const { status: _, ...kept } = aKeptAttempt({ bytes, sha256, ...fields });
  const { durationMs, mimeType, bytes: _bytes, sha256: _sha256, ...unfinished } = kept;
  await archive.attempts.begin(anUnfinishedAttempt({ ...unfinished, status: 'finishing' }));
  for (const [part, data] of parts.entries()) await archive.clips.putPart(kept.id, part, data);
  return archive.clips.keep(kept.id, {
    durationMs,
    mimeType,
    bytes,
    sha256,
    marks: kept.marks,
    endedBy: kept.endedBy,
  });
}

/** A kept attempt with a chunk of ten bytes that is not in its clip of 64. */
export async function aPartialOne(archive: Archive, title: string): Promise<KeptAttempt> {
  const prompt = { title, question: '?', kind: 'design' as const, covers: [], followUps: {} };
  const attempt = anUnfinishedAttempt({ prompt });
  await archive.attempts.begin(attempt);
  await archive.attempts.append(aChunk({ attemptId: attempt.id, data: someBytes(10) }));
  await archive.clips.putPart(attempt.id, 0, someBytes(64));
  return archive.clips.keep(attempt.id, {
    durationMs: 500,
    mimeType: 'audio/webm',
    bytes: 64,
    sha256: [await sha256Hex(someBytes(64))],
    marks: [],
    endedBy: 'user',
    isPartial: true,
  });
}
