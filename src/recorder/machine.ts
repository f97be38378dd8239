import type { Mode, TakeFault } from '../domain/attempt.ts';
import type { AttemptId } from '../domain/ids.ts';
import type { Mark, StepId } from '../domain/step.ts';
import type { Ms } from '../domain/timeline.ts';
import { hasChunks, type PlannedTake, type Take, takeFields } from './take-state.ts';

/** Why there is no microphone. `elsewhere`: another tab has the recorder. */
export type MicFault = 'unsupported' | 'insecure' | 'denied' | 'no-device' | 'busy' | 'elsewhere';

/** Why there is no clip. The take's chunks are still on disk, unless `empty`: there were none. */
export type SaveFault = 'empty' | 'disk-full' | 'disk' | 'unreadable' | 'mixed';

export type EndedBy = 'user' | TakeFault;

/** An instant on the caller's monotonic clock, handed in with events: only differences mean anything. */
export type Instant = number;

/** `resuming`: being opened, and the take goes on as soon as it is. `fault`: why it could not be opened. */
export type PausedMic =
  | { readonly tag: 'open' | 'opening' | 'resuming' }
  | { readonly tag: 'closed'; readonly fault: MicFault | null };

export type RecorderState =
  | { readonly tag: 'idle' }
  /** `plan`: the take that starts by itself once the microphone is open. `isSlow`: a question is unanswered. */
  | { readonly tag: 'opening'; readonly plan: PlannedTake | null; readonly isSlow: boolean }
  | { readonly tag: 'refused'; readonly fault: MicFault }
  | { readonly tag: 'ready' }
  | { readonly tag: 'counting'; readonly left: number; readonly plan: PlannedTake }
  /** `since`: when the encoder reported that it runs; null until then, and the clock stands still. */
  | ({ readonly tag: 'recording'; readonly since: Instant | null } & Take)
  /** `by`: `device`: the microphone was lost, and the take goes on with the one the speaker chooses. */
  | ({ readonly tag: 'paused'; readonly by: 'user' | 'system' | 'device'; readonly mic: PausedMic } & Take)
  | ({
      readonly tag: 'stopping';
      readonly cause: EndedBy;
      readonly outcome: 'save' | 'discard';
      readonly hasMic: boolean;
    } & Take)
  /** `isFlushing`: what the disk refused is being written once more, before the clip is made. */
  | ({ readonly tag: 'saving'; readonly cause: EndedBy; readonly isFlushing: boolean } & Take)
  | { readonly tag: 'saved'; readonly attemptId: AttemptId; readonly cause: EndedBy; readonly keptMs: Ms }
  | ({ readonly tag: 'failed'; readonly cause: EndedBy; readonly fault: SaveFault } & Take);

/** What a take's own callbacks report. They come late at times: those of another take mean nothing. */
type TakeEvent = { readonly attemptId: AttemptId } & (
  | { readonly tag: 'begun' }
  | { readonly tag: 'running'; readonly segment: number; readonly at: Instant }
  | { readonly tag: 'stored'; readonly ms: Ms }
  | { readonly tag: 'fault'; readonly fault: Exclude<TakeFault, 'device-lost'>; readonly at: Instant }
  /** The encoder has stopped and every write has settled. `isWhole`: none was refused. */
  | { readonly tag: 'flushed'; readonly isWhole: boolean }
  | { readonly tag: 'committed'; readonly keptMs: Ms }
  | { readonly tag: 'commit-failed'; readonly fault: SaveFault }
);

export type RecorderEvent =
  /** `reopen`: another device or other constraints. `leave`: the page goes away, from whatever state. */
  | { readonly tag: 'open' | 'opened' | 'slow' | 'reopen' | 'close' | 'tick' | 'outline' }
  | { readonly tag: 'refused'; readonly fault: MicFault }
  | { readonly tag: 'start'; readonly take: PlannedTake }
  /** `muted` and `unmuted`: the system took the microphone away for a while, as a phone call does. */
  | { readonly tag: 'pause' | 'resume' | 'muted' | 'unmuted'; readonly at: Instant }
  | { readonly tag: 'stop' | 'discard' | 'leave'; readonly at: Instant }
  | { readonly tag: 'device-lost'; readonly at: Instant }
  /**
   * The microphone is not what it was when the segment began: another default device, another sample rate,
   * or the machine has slept. `since`: until when the old segment counts.
   */
  | { readonly tag: 'renewed'; readonly since: Instant; readonly at: Instant }
  | { readonly tag: 'mark'; readonly step: StepId; readonly at: Instant }
  | TakeEvent;

/**
 * What the shell has to do, in order. Every `open-mic` is answered by exactly one `close-mic`, a refused
 * one too. `flush` is answered by one `flushed`, `begin` by `begun` or `fault`, `commit` by `committed` or
 * `commit-failed`.
 */
export type Effect =
  | { readonly run: 'open-mic' | 'close-mic' | 'flush' }
  /** From here on the sound comes from the device that was opened last. */
  | { readonly run: 'take-mic' }
  /** `forget`: a take without sound would be offered for recovery again and again. Never while writes wait. */
  | { readonly run: 'begin' | 'discard' | 'forget'; readonly attemptId: AttemptId }
  | { readonly run: 'start-segment'; readonly segment: number; readonly clockStartMs: Ms }
  | { readonly run: 'end-segment'; readonly clockEndMs: Ms }
  | { readonly run: 'save-marks'; readonly marks: readonly Mark[] }
  | { readonly run: 'save-mode'; readonly mode: Mode }
  | { readonly run: 'commit'; readonly attemptId: AttemptId; readonly endedBy: EndedBy };

export type Transition = { readonly state: RecorderState; readonly effects: readonly Effect[] };

type Running = In<'recording' | 'paused'>;
type In<Tag extends RecorderState['tag']> = Extract<RecorderState, { readonly tag: Tag }>;

export const IDLE: RecorderState = { tag: 'idle' };

const LOST: PausedMic = { tag: 'closed', fault: null };

/**
 * The recorder's next state. Pure and total: an event that means nothing in the present state returns the
 * very same state object and no effects, because late callbacks are normal.
 */
export function transition(state: RecorderState, event: RecorderEvent): Transition {
  if ('attemptId' in event && event.attemptId !== takeOf(state)?.attemptId) return to(state);
  switch (state.tag) {
    case 'idle':
    case 'refused':
    case 'saved':
      return fromClosed(state, event);
    case 'opening':
      return fromOpening(state, event);
    case 'ready':
    case 'counting':
      return fromOpen(state, event);
    case 'recording':
      return fromRecording(state, event);
    case 'paused':
      return fromPaused(state, event);
    case 'stopping':
      return fromStopping(state, event);
    case 'saving':
      return fromSaving(state, event);
    case 'failed':
      return fromFailed(state, event);
  }
}

/** The clock the speaker sees; 0 outside a take. Never runs backwards while one take lasts. */
export function elapsedAt(state: RecorderState, at: Instant): Ms {
  const take = takeOf(state);
  if (take === null) return 0;
  if (state.tag !== 'recording' || state.since === null) return take.bankedMs;
  return take.bankedMs + Math.max(0, Math.round(at - state.since));
}

/** The take of a state that has one. */
export function takeOf(state: RecorderState): Take | null {
  return 'isBegun' in state ? state : null;
}

/** Paused because there is no microphone any more: nothing goes on until the speaker has chosen another. */
function isCutOff(state: RecorderState): boolean {
  return state.tag === 'paused' && state.by === 'device' && state.mic.tag !== 'open';
}

/** Whether something of a failed take is on disk, to be listened to or finished later. */
export function isKept(state: In<'failed'>): boolean {
  return hasChunks(state) && state.fault !== 'empty';
}

/** Whether `stop` tries again to save a failed take: until it is left for good, nobody else may have it. */
export function isRetryable(state: In<'failed'>): boolean {
  return isKept(state) || (state.isBegun && !state.isWhole);
}

function fromClosed(state: In<'idle' | 'refused' | 'saved' | 'failed'>, event: RecorderEvent): Transition {
  switch (event.tag) {
    case 'open':
      return opening(null);
    case 'start':
      return opening(event.take);
    case 'reopen':
      return state.tag === 'refused' ? opening(null) : to(state);
    case 'close':
    case 'leave':
      return to(IDLE);
    default:
      return to(state);
  }
}

function fromOpening(state: In<'opening'>, event: RecorderEvent): Transition {
  switch (event.tag) {
    case 'opened':
      return state.plan === null ? to({ tag: 'ready' }) : start(state.plan);
    case 'refused':
      return to({ tag: 'refused', fault: event.fault }, { run: 'close-mic' });
    case 'slow':
      return to({ ...state, isSlow: true });
    case 'start':
      return to({ ...state, plan: event.take });
    case 'stop':
    case 'discard':
      return to({ ...state, plan: null });
    case 'reopen':
      return to({ ...state, isSlow: false }, { run: 'close-mic' }, { run: 'open-mic' });
    case 'close':
    case 'leave':
      return to(IDLE, { run: 'close-mic' });
    default:
      return to(state);
  }
}

function fromOpen(state: In<'ready' | 'counting'>, event: RecorderEvent): Transition {
  switch (event.tag) {
    case 'start':
      return state.tag === 'ready' ? start(event.take) : to(state);
    case 'tick':
      if (state.tag === 'ready') return to(state);
      return state.left > 1 ? to({ ...state, left: state.left - 1 }) : record(state.plan);
    case 'stop':
    case 'discard':
      return state.tag === 'counting' ? to({ tag: 'ready' }) : to(state);
    case 'reopen':
      if (state.tag === 'counting') return to(state);
      return to({ tag: 'opening', plan: null, isSlow: false }, { run: 'close-mic' }, { run: 'open-mic' });
    case 'renewed':
      return to(state, { run: 'take-mic' });
    case 'device-lost':
      return to({ tag: 'refused', fault: 'no-device' }, { run: 'close-mic' });
    case 'close':
    case 'leave':
      return to(IDLE, { run: 'close-mic' });
    default:
      return to(state);
  }
}

function fromRecording(state: In<'recording'>, event: RecorderEvent): Transition {
  switch (event.tag) {
    case 'running':
      if (state.since !== null || event.segment !== state.segment) return to(state);
      return to({ ...state, since: event.at });
    case 'pause':
      return state.mode === 'exam' ? to(state) : pause(state, 'user', event.at);
    case 'muted':
      return pause(state, 'system', event.at);
    case 'device-lost': {
      const take = bank(state, event.at);
      return to(
        { ...take, tag: 'paused', by: 'device', mic: LOST },
        { run: 'end-segment', clockEndMs: take.bankedMs },
        { run: 'close-mic' },
      );
    }
    case 'renewed':
      return renew(state, Math.min(event.since, event.at));
    default:
      return inTake(state, event);
  }
}

function fromPaused(state: In<'paused'>, event: RecorderEvent): Transition {
  const { mic } = state;
  switch (event.tag) {
    case 'pause':
      return state.by === 'system' && state.mode !== 'exam' ? to({ ...state, by: 'user' }) : to(state);
    case 'unmuted':
      return state.by === 'system' && mic.tag === 'open' ? resume(state) : to(state);
    case 'resume':
      if (mic.tag === 'open') return resume(state);
      if (mic.tag === 'resuming') return to(state);
      return to(
        { ...state, mic: { tag: 'resuming' } },
        ...(mic.tag === 'opening' ? [] : [{ run: 'open-mic' } as const]),
      );
    case 'reopen':
      return to(
        { ...state, mic: { tag: mic.tag === 'resuming' ? 'resuming' : 'opening' } },
        ...closing(state),
        { run: 'open-mic' },
      );
    case 'opened':
      if (mic.tag === 'resuming') return resume(state);
      return mic.tag === 'opening' ? to({ ...state, mic: { tag: 'open' } }) : to(state);
    case 'refused':
      if (mic.tag !== 'opening' && mic.tag !== 'resuming') return to(state);
      return to({ ...state, by: 'device', mic: { tag: 'closed', fault: event.fault } }, { run: 'close-mic' });
    case 'device-lost':
      if (mic.tag !== 'open') return to(state);
      return to({ ...state, by: 'device', mic: LOST }, { run: 'close-mic' });
    case 'renewed':
      return mic.tag === 'open' ? to(state, { run: 'take-mic' }) : to(state);
    case 'stop':
      return stop(state, isCutOff(state) ? 'device-lost' : 'user', 'save', event.at);
    default:
      return inTake(state, event);
  }
}

/** What a take does in the same way whether it runs or rests. */
function inTake(state: Running, event: RecorderEvent): Transition {
  switch (event.tag) {
    case 'begun':
      return to({ ...state, isBegun: true });
    case 'stored':
      return stored(state, event.ms);
    case 'mark':
      return mark(state, event.step, elapsedAt(state, event.at));
    case 'outline':
      if (state.mode !== 'cold') return to(state);
      return to({ ...state, mode: 'outline' }, { run: 'save-mode', mode: 'outline' });
    case 'stop':
      return stop(state, 'user', 'save', event.at);
    case 'discard':
      return stop(state, 'user', 'discard', event.at);
    case 'fault':
      return stop(state, event.fault, 'save', event.at);
    case 'leave': {
      const stopped = stop(state, 'user', 'save', event.at);
      const close: readonly Effect[] = stopped.state.hasMic ? [{ run: 'close-mic' }] : [];
      return to(IDLE, ...stopped.effects, ...close);
    }
    default:
      return to(state);
  }
}

function fromStopping(state: In<'stopping'>, event: RecorderEvent): Transition {
  const remove: readonly Effect[] = state.isBegun ? [{ run: 'discard', attemptId: state.attemptId }] : [];
  const close: readonly Effect[] = state.hasMic ? [{ run: 'close-mic' }] : [];
  switch (event.tag) {
    case 'begun':
      return to({ ...state, isBegun: true });
    case 'stored':
      return stored(state, event.ms);
    case 'fault':
      return state.cause === 'user' ? to({ ...state, cause: event.fault }) : to(state);
    case 'device-lost':
      return to({ ...state, hasMic: false }, ...close);
    case 'renewed':
      return state.hasMic ? to(state, { run: 'take-mic' }) : to(state);
    case 'discard':
      return state.outcome === 'save' ? to({ ...state, outcome: 'discard' }) : to(state);
    case 'flushed':
      if (state.outcome === 'save') return save({ ...state, isWhole: event.isWhole }, ...close);
      return to(state.hasMic ? { tag: 'ready' } : IDLE, ...remove);
    case 'leave':
      return to(IDLE, ...(state.outcome === 'discard' ? remove : []), ...close);
    default:
      return to(state);
  }
}

/** Leaving changes nothing here: the clip is made without the page, and the microphone is closed already. */
function fromSaving(state: In<'saving'>, event: RecorderEvent): Transition {
  const { attemptId, cause } = state;
  switch (event.tag) {
    case 'stored':
      return stored(state, event.ms);
    case 'flushed':
      return state.isFlushing ? save({ ...state, isWhole: event.isWhole }) : to(state);
    case 'committed':
      if (state.isFlushing) return to(state);
      return to({ tag: 'saved', attemptId, cause, keptMs: event.keptMs });
    case 'commit-failed':
      return state.isFlushing ? to(state) : fail(state, event.fault);
    default:
      return to(state);
  }
}

function fromFailed(state: In<'failed'>, event: RecorderEvent): Transition {
  if (event.tag === 'stop') {
    if (isKept(state)) return commit(state);
    // What the disk refused is still in memory.
    return isRetryable(state) ? to(saving(state, true), { run: 'flush' }) : to(state);
  }
  const next = fromClosed(state, event);
  if (next.state === state || !isRetryable(state) || isKept(state)) return next;
  return to(next.state, { run: 'forget', attemptId: state.attemptId }, ...next.effects);
}

function opening(plan: PlannedTake | null): Transition {
  return to({ tag: 'opening', plan, isSlow: false }, { run: 'open-mic' });
}

function start(take: PlannedTake): Transition {
  return take.countdown > 0 ? to({ tag: 'counting', left: take.countdown, plan: take }) : record(take);
}

function record(plan: PlannedTake): Transition {
  const { attemptId, segment, bankedMs } = plan;
  return to(
    {
      ...takeFields({ ...plan, savedMs: bankedMs, isBegun: false, isWhole: true }),
      tag: 'recording',
      since: null,
    },
    { run: 'begin', attemptId },
    { run: 'start-segment', segment, clockStartMs: bankedMs },
  );
}

function pause(state: In<'recording'>, by: 'user' | 'system', at: Instant): Transition {
  const take = bank(state, at);
  return to(
    { ...take, tag: 'paused', by, mic: { tag: 'open' } },
    { run: 'end-segment', clockEndMs: take.bankedMs },
  );
}

/** Goes on at once, in a new segment. */
function renew(state: In<'recording'>, since: Instant): Transition {
  const ended = bank(state, since);
  // What is on disk or marked was there before.
  const bankedMs = Math.max(ended.bankedMs, ended.savedMs, ended.marks.at(-1)?.atMs ?? 0);
  const take = { ...ended, bankedMs };
  return to(
    { ...take, tag: 'recording', since: null },
    { run: 'end-segment', clockEndMs: take.bankedMs },
    { run: 'take-mic' },
    { run: 'start-segment', segment: take.segment, clockStartMs: take.bankedMs },
  );
}

/** Lets go of a microphone that is open or being opened. */
function closing({ mic }: In<'paused'>): readonly Effect[] {
  return mic.tag === 'closed' ? [] : [{ run: 'close-mic' }];
}

function resume(state: In<'paused'>): Transition {
  return to(
    { ...takeFields(state), tag: 'recording', since: null },
    { run: 'start-segment', segment: state.segment, clockStartMs: state.bankedMs },
  );
}

function stop(state: Running, cause: EndedBy, outcome: 'save' | 'discard', at: Instant) {
  const take = bank(state, at);
  const end: readonly Effect[] =
    state.tag === 'recording' ? [{ run: 'end-segment', clockEndMs: take.bankedMs }] : [];
  const hasMic = state.tag === 'recording' || state.mic.tag === 'open';
  // One that is still being opened is of no use any more.
  const close: readonly Effect[] = state.tag === 'paused' && !hasMic ? closing(state) : [];
  const stopping: In<'stopping'> = { ...take, tag: 'stopping', cause, outcome, hasMic };
  return { state: stopping, effects: [...end, ...close, { run: 'flush' }] } satisfies Transition;
}

function save(state: In<'stopping' | 'saving'>, ...before: readonly Effect[]): Transition {
  if (hasChunks(state)) return commit(state, ...before);
  const { cause, isWhole } = state;
  if (cause === 'disk-full' || cause === 'disk') return fail(state, cause, ...before);
  return fail(state, isWhole ? 'empty' : 'disk', ...before);
}

function commit(state: In<'stopping' | 'saving' | 'failed'>, ...before: readonly Effect[]): Transition {
  return to(saving(state, false), ...before, {
    run: 'commit',
    attemptId: state.attemptId,
    endedBy: state.cause,
  });
}

function saving(state: In<'stopping' | 'saving' | 'failed'>, isFlushing: boolean): In<'saving'> {
  return { ...takeFields(state), tag: 'saving', cause: state.cause, isFlushing };
}

function fail(state: In<'stopping' | 'saving'>, fault: SaveFault, ...effects: readonly Effect[]): Transition {
  const { cause, attemptId, isBegun, isWhole } = state;
  // `savedMs` is 0, or what is on disk holds no sound.
  const isWorthless = isBegun && isWhole && (fault === 'empty' || state.savedMs === 0);
  const forget: readonly Effect[] = isWorthless ? [{ run: 'forget', attemptId }] : [];
  return to({ ...takeFields(state), tag: 'failed', cause, fault }, ...effects, ...forget);
}

function stored<State extends In<'recording' | 'paused' | 'stopping' | 'saving'>>(
  state: State,
  ms: Ms,
): Transition {
  return ms > state.savedMs ? to({ ...state, savedMs: ms }) : to(state);
}

/** A later press at the same instant, as while paused, replaces the earlier one. */
function mark(state: Running, step: StepId, atMs: Ms): Transition {
  if (state.marks.at(-1)?.step === step) return to(state);
  const before = state.marks.filter((earlier) => earlier.atMs < atMs);
  const marks = before.at(-1)?.step === step ? before : [...before, { step, atMs }];
  return to({ ...state, marks }, { run: 'save-marks', marks });
}

/** Ends the running segment on the clock. One that never ran leaves its index to the next. */
function bank(state: Running, at: Instant): Take {
  const hasRun = state.tag === 'recording' && state.since !== null;
  const segment = hasRun ? state.segment + 1 : state.segment;
  return { ...takeFields(state), bankedMs: elapsedAt(state, at), segment };
}

function to(state: RecorderState, ...effects: readonly Effect[]): Transition {
  return { state, effects };
}
