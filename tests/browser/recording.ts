import { expect, onTestFinished } from 'vitest';
import type { Chunk } from '../../src/domain/attempt.ts';
import type { AttemptId, PromptId } from '../../src/domain/ids.ts';
import { DEFAULT_SETTINGS } from '../../src/domain/settings.ts';
import { finishInWorker } from '../../src/finish/client.ts';
import type { RecorderState } from '../../src/recorder/machine.ts';
import { Session } from '../../src/recorder/session.ts';
import type { SessionOptions, TakePlan } from '../../src/recorder/snapshot.ts';
import type { Archive } from '../../src/storage/archive.ts';
import { heldLocks } from '../../src/storage/locks.ts';

/** Ours among the locks of the origin. */
export async function ourLocks(): Promise<readonly string[]> {
  return [...(await heldLocks())].filter((name) => /^(recorder|take:|finish:)/.test(name));
}

/** Lets go of everything when the test is over, however it ended. */
export function aSession(archive: Archive, options: Partial<SessionOptions> = {}): Session {
  const session = new Session(archive, {
    settings: DEFAULT_SETTINGS.recording,
    finish: (id, endedBy, onProgress) => finishInWorker(id, { endedBy, onProgress }),
    ...options,
  });
  onTestFinished(() => session.dispose());
  return session;
}

export function aPlan(fields: Partial<TakePlan> = {}): TakePlan {
  return {
    prompt: {
      id: 'idempotency' as PromptId,
      title: 'Idempotency',
      question: 'How do you make a retried payment harmless?',
      kind: 'design',
      category: 'backend',
      targetSec: 300,
      covers: [],
      followUps: {},
    },
    mode: 'cold',
    targetMs: 300_000,
    outline: {},
    countdownSec: 0,
    focus: null,
    drill: null,
    continues: null,
    ...fields,
  };
}

/** Waits for a state; says which one came instead. */
export async function reaches<Tag extends RecorderState['tag']>(
  session: Session,
  tag: Tag,
  timeout = 8000,
): Promise<Extract<RecorderState, { readonly tag: Tag }>> {
  await expect.poll(() => session.getSnapshot().state.tag, { timeout, interval: 10 }).toBe(tag);
  return session.getSnapshot().state as Extract<RecorderState, { readonly tag: Tag }>;
}

/** Records until so much is on disk. */
export async function records(session: Session, untilSavedMs: number): Promise<AttemptId> {
  const { attemptId } = await reaches(session, 'recording');
  await expect
    .poll(() => session.getSnapshot().savedMs, { timeout: untilSavedMs + 8000, interval: 10 })
    .toBeGreaterThanOrEqual(untilSavedMs);
  return attemptId;
}

export async function allChunks(archive: Archive, id: AttemptId): Promise<readonly (readonly Chunk[])[]> {
  const segments = (await archive.attempts.get(id))?.segments ?? [];
  return Promise.all(segments.map((_, index) => archive.chunks.read(id, index, 0, 1000)));
}

/** Watches every MediaRecorder that the test makes, and lets it misuse them. */
export function spyOnRecorders({ neverStops = false } = {}): {
  readonly made: readonly MediaRecorder[];
  readonly hurried: () => number;
} {
  const made: MediaRecorder[] = [];
  let hurried = 0;
  const Original = window.MediaRecorder;
  window.MediaRecorder = class extends Original {
    constructor(stream: MediaStream, options?: MediaRecorderOptions) {
      super(stream, options);
      made.push(this);
    }
    override requestData(): void {
      hurried += 1;
      super.requestData();
    }
    override stop(): void {
      if (!neverStops) super.stop();
    }
  };
  onTestFinished(() => {
    window.MediaRecorder = Original;
  });
  return { made, hurried: () => hurried };
}

/** Sequence numbers and offsets of every segment run on without a gap. */
export function expectContiguous(segments: readonly (readonly Chunk[])[]): void {
  for (const chunks of segments) {
    let offset = 0;
    for (const [index, { seq, data, ...chunk }] of chunks.entries()) {
      expect({ seq, offset: chunk.offset }).toEqual({ seq: index, offset });
      offset += data.byteLength;
    }
  }
}
