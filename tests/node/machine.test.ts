import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MODES } from '../../src/domain/attempt.ts';
import type { AttemptId } from '../../src/domain/ids.ts';
import { STEP_IDS } from '../../src/domain/step.ts';
import {
  type Effect,
  elapsedAt,
  IDLE,
  isKept,
  isRetryable,
  type RecorderEvent,
  type RecorderState,
  takeOf,
  transition,
} from '../../src/recorder/machine.ts';
import { heldTake } from '../../src/recorder/phase.ts';
import type { PlannedTake, Take } from '../../src/recorder/take-state.ts';

type Tag = RecorderState['tag'];

const TAGS: readonly Tag[] = [
  'idle',
  'opening',
  'refused',
  'ready',
  'counting',
  'recording',
  'paused',
  'stopping',
  'saving',
  'saved',
  'failed',
];

/** Whether a microphone is open or about to be. */
function isMicOpen(state: RecorderState): boolean {
  if (state.tag === 'paused') return state.mic.tag !== 'closed';
  if (state.tag === 'stopping') return state.hasMic;
  return ['opening', 'ready', 'counting', 'recording'].includes(state.tag);
}

function planned(more: Partial<PlannedTake> = {}): PlannedTake {
  const attemptId = 'first' as AttemptId;
  return { attemptId, mode: 'cold', countdown: 0, segment: 0, bankedMs: 0, marks: [], ...more };
}

/** Runs events from idle; collects all effects. */
function run(...events: readonly RecorderEvent[]): {
  readonly state: RecorderState;
  readonly effects: Effect[];
} {
  let state = IDLE;
  const effects: Effect[] = [];
  for (const event of events) {
    const next = transition(state, event);
    state = next.state;
    effects.push(...next.effects);
  }
  return { state, effects };
}

const attemptId = 'first' as AttemptId;
const opened: readonly RecorderEvent[] = [{ tag: 'open' }, { tag: 'opened' }];
const recording: readonly RecorderEvent[] = [
  ...opened,
  { tag: 'start', take: planned() },
  { tag: 'begun', attemptId },
  { tag: 'running', attemptId, segment: 0, at: 1000 },
  { tag: 'stored', attemptId, ms: 500 },
];
const names = (effects: readonly Effect[]) => effects.map((effect) => effect.run);

test('a start opens the microphone first and then goes on by itself', () => {
  const asked = run({ tag: 'start', take: planned({ countdown: 3 }) });
  expect(asked.state.tag).toBe('opening');
  expect(names(asked.effects)).toEqual(['open-mic']);
  expect(transition(asked.state, { tag: 'opened' }).state).toMatchObject({ tag: 'counting', left: 3 });

  const atOnce = run({ tag: 'start', take: planned() }, { tag: 'opened' });
  expect(atOnce.state.tag).toBe('recording');
  expect(names(atOnce.effects)).toEqual(['open-mic', 'begin', 'start-segment']);
});

test('a refused microphone is let go of, and can be tried again', () => {
  const refused = run({ tag: 'start', take: planned() }, { tag: 'refused', fault: 'denied' });
  expect(refused.state).toEqual({ tag: 'refused', fault: 'denied' });
  expect(names(refused.effects)).toEqual(['open-mic', 'close-mic']);
  expect(transition(refused.state, { tag: 'start', take: planned() }).state.tag).toBe('opening');
});

test('a countdown runs to nought, and can be broken off', () => {
  const counting = run(...opened, { tag: 'start', take: planned({ countdown: 2 }) }, { tag: 'tick' });
  expect(counting.state).toMatchObject({ tag: 'counting', left: 1 });
  expect(transition(counting.state, { tag: 'tick' }).state.tag).toBe('recording');
  expect(transition(counting.state, { tag: 'discard', at: 0 })).toEqual({
    state: { tag: 'ready' },
    effects: [],
  });
});

test('the clock stands still until the encoder runs, and while a take is paused', () => {
  const started = run(...opened, { tag: 'start', take: planned() });
  expect(elapsedAt(started.state, 5000)).toBe(0);
  const { state } = run(...recording);
  expect(elapsedAt(state, 3400.4)).toBe(2400);

  const paused = transition(state, { tag: 'pause', at: 3400.4 });
  expect(paused.effects).toEqual([{ run: 'end-segment', clockEndMs: 2400 }]);
  expect(elapsedAt(paused.state, 99_000)).toBe(2400);

  const resumed = transition(paused.state, { tag: 'resume', at: 99_000 });
  expect(resumed.effects).toEqual([{ run: 'start-segment', segment: 1, clockStartMs: 2400 }]);
  expect(elapsedAt(resumed.state, 99_100)).toBe(2400);
  const running = transition(resumed.state, { tag: 'running', attemptId, segment: 1, at: 99_100 });
  expect(elapsedAt(running.state, 100_100)).toBe(3400);
});

test('a segment that never ran leaves its number to the next', () => {
  const early = run(...opened, { tag: 'start', take: planned() }, { tag: 'pause', at: 5 });
  const late = transition(early.state, { tag: 'running', attemptId, segment: 0, at: 6 });
  expect(late).toEqual({ state: early.state, effects: [] });
  expect(transition(early.state, { tag: 'resume', at: 9 }).effects).toEqual([
    { run: 'start-segment', segment: 0, clockStartMs: 0 },
  ]);
});

test('a recovered take goes on with its clock, its next segment and its marks', () => {
  const marks = [{ step: 'situation', atMs: 0 }] as const;
  const { state, effects } = run(
    ...opened,
    { tag: 'start', take: planned({ segment: 2, bankedMs: 61_000, marks }) },
    { tag: 'running', attemptId, segment: 2, at: 50 },
  );
  expect(effects).toContainEqual({ run: 'start-segment', segment: 2, clockStartMs: 61_000 });
  expect(elapsedAt(state, 1050)).toBe(62_000);
  expect(takeOf(state)).toMatchObject({ savedMs: 61_000, marks });
});

test('marks: the same step twice running is one, and a pause has room for one', () => {
  const marks = (...events: readonly RecorderEvent[]) => takeOf(run(...recording, ...events).state)?.marks;
  expect(
    marks(
      { tag: 'mark', step: 'approach', at: 2000 },
      { tag: 'mark', step: 'approach', at: 3000 },
      { tag: 'mark', step: 'results', at: 4000 },
    ),
  ).toEqual([
    { step: 'approach', atMs: 1000 },
    { step: 'results', atMs: 3000 },
  ]);
  const marked = run(...recording, { tag: 'mark', step: 'approach', at: 2000 }).state;
  const again = transition(marked, { tag: 'mark', step: 'approach', at: 3000 });
  expect(again.state).toBe(marked);
  expect(again.effects).toEqual([]);
  const pausedAt = { tag: 'pause', at: 3000 } as const;
  expect(
    marks(
      { tag: 'mark', step: 'approach', at: 2000 },
      pausedAt,
      { tag: 'mark', step: 'results', at: 7000 },
      { tag: 'mark', step: 'tradeoffs', at: 8000 },
    ),
  ).toEqual([
    { step: 'approach', atMs: 1000 },
    { step: 'tradeoffs', atMs: 2000 },
  ]);
  expect(
    marks(
      { tag: 'mark', step: 'approach', at: 2000 },
      pausedAt,
      { tag: 'mark', step: 'results', at: 7000 },
      { tag: 'mark', step: 'approach', at: 8000 },
    ),
  ).toEqual([{ step: 'approach', atMs: 1000 }]);
});

test('showing the outline changes a cold take, and no other', () => {
  const shown = run(...recording, { tag: 'outline' });
  expect(takeOf(shown.state)?.mode).toBe('outline');
  expect(shown.effects.at(-1)).toEqual({ run: 'save-mode', mode: 'outline' });
  const exam = run(...opened, { tag: 'start', take: planned({ mode: 'exam' }) });
  expect(transition(exam.state, { tag: 'outline' })).toEqual({ state: exam.state, effects: [] });
});

test('an exam is not paused by its speaker, but by the system', () => {
  const { state } = run(...opened, { tag: 'start', take: planned({ mode: 'exam' }) });
  expect(transition(state, { tag: 'pause', at: 1 }).state).toBe(state);
  expect(transition(state, { tag: 'muted', at: 1 }).state).toMatchObject({ tag: 'paused', by: 'system' });
});

test('what the system took away goes on by itself; what the speaker paused does not', () => {
  const muted = run(...recording, { tag: 'muted', at: 2000 }).state;
  expect(transition(muted, { tag: 'unmuted', at: 3000 }).state.tag).toBe('recording');
  const byUser = transition(muted, { tag: 'pause', at: 2500 }).state;
  expect(byUser).toMatchObject({ tag: 'paused', by: 'user' });
  expect(transition(byUser, { tag: 'unmuted', at: 3000 }).state).toBe(byUser);
});

test('a take ends by being flushed and then made into a clip, with the microphone closed', () => {
  const stopping = run(...recording, { tag: 'stop', at: 4000 });
  expect(names(stopping.effects).slice(-2)).toEqual(['end-segment', 'flush']);
  const saving = transition(stopping.state, { tag: 'flushed', attemptId, isWhole: true });
  expect(saving.effects).toEqual([{ run: 'close-mic' }, { run: 'commit', attemptId, endedBy: 'user' }]);
  expect(transition(saving.state, { tag: 'committed', attemptId, keptMs: 2990 }).state).toEqual({
    tag: 'saved',
    attemptId,
    cause: 'user',
    keptMs: 2990,
  });
});

test('a fault ends the take and says so, one that comes with the last chunk too', () => {
  const full = { tag: 'fault', attemptId, fault: 'disk-full', at: 4000 } as const;
  const early = run(...recording, full, { tag: 'flushed', attemptId, isWhole: true });
  expect(early.effects.at(-1)).toEqual({ run: 'commit', attemptId, endedBy: 'disk-full' });
  const late = run(...recording, { tag: 'stop', at: 4000 }, full, {
    tag: 'flushed',
    attemptId,
    isWhole: true,
  });
  expect(late.effects.at(-1)).toEqual({ run: 'commit', attemptId, endedBy: 'disk-full' });
});

test('a take whose record never reached the disk has nothing to save or to discard', () => {
  const events: readonly RecorderEvent[] = [...opened, { tag: 'start', take: planned() }];
  const full = { tag: 'fault', attemptId, fault: 'disk-full', at: 4 } as const;
  const failed = run(...events, full, { tag: 'flushed', attemptId, isWhole: true });
  expect(failed.state).toMatchObject({ tag: 'failed', fault: 'disk-full' });
  expect(names(failed.effects)).not.toContain('commit');
  const discarded = run(...events, { tag: 'discard', at: 4 }, { tag: 'flushed', attemptId, isWhole: true });
  expect(discarded.state.tag).toBe('ready');
  expect(names(discarded.effects)).not.toContain('discard');
});

test('a take without sound is not made into a clip, nor left to be recovered', () => {
  const begun: readonly RecorderEvent[] = [
    ...opened,
    { tag: 'start', take: planned() },
    { tag: 'begun', attemptId },
    { tag: 'stop', at: 4 },
    { tag: 'flushed', attemptId, isWhole: true },
  ];
  const empty = run(...begun);
  expect(empty.state).toMatchObject({ tag: 'failed', fault: 'empty', cause: 'user' });
  expect(empty.effects.slice(-2)).toEqual([{ run: 'close-mic' }, { run: 'forget', attemptId }]);
  const stop = { tag: 'stop', at: 4000 } as const;
  const silent = run(
    ...recording,
    stop,
    { tag: 'flushed', attemptId, isWhole: true },
    { tag: 'commit-failed', attemptId, fault: 'empty' },
  );
  expect(silent.effects.at(-1)).toEqual({ run: 'forget', attemptId });
  expect(transition(silent.state, stop).state).toBe(silent.state);
});

test('a discarded take leaves the microphone open, unless it is gone', () => {
  const discarding: readonly RecorderEvent[] = [...recording, { tag: 'discard', at: 4000 }];
  const ready = run(...discarding, { tag: 'flushed', attemptId, isWhole: true });
  expect(ready.state.tag).toBe('ready');
  expect(ready.effects.at(-1)).toEqual({ run: 'discard', attemptId });
  const lost = run(
    ...discarding,
    { tag: 'device-lost', at: 4001 },
    { tag: 'flushed', attemptId, isWhole: true },
  );
  expect(lost.state.tag).toBe('idle');
  expect(names(lost.effects)).toContain('close-mic');
});

test('a clip that could not be made can be tried again or left', () => {
  const fault = { tag: 'commit-failed', attemptId, fault: 'disk-full' } as const;
  const stop = { tag: 'stop', at: 4000 } as const;
  const { state } = run(...recording, stop, { tag: 'flushed', attemptId, isWhole: true }, fault);
  expect(state).toMatchObject({ tag: 'failed', fault: 'disk-full', bankedMs: 3000 });
  expect(names(transition(state, stop).effects)).toEqual(['commit']);
  expect(transition(state, { tag: 'discard', at: 0 }).state).toBe(state);
  expect(transition(state, { tag: 'open' }).state.tag).toBe('opening');
});

test('what a disk refused twice is not forgotten but can be tried again, until the speaker goes on', () => {
  const full = { tag: 'fault', attemptId, fault: 'disk-full', at: 1400 } as const;
  const { state, effects } = run(...recording.filter(({ tag }) => tag !== 'stored'), full, {
    tag: 'flushed',
    attemptId,
    isWhole: false,
  });
  expect(state).toMatchObject({ tag: 'failed', fault: 'disk-full', savedMs: 0 });
  expect(names(effects)).not.toContain('forget');
  if (state.tag !== 'failed') throw new Error('It did not fail');
  expect([isKept(state), isRetryable(state)]).toEqual([false, true]);
  expect(heldTake(state)).toBe(attemptId);
  expect(names(transition(state, { tag: 'open' }).effects)).toEqual(['forget', 'open-mic']);

  const again = transition(state, { tag: 'stop', at: 9000 });
  expect(again.state.tag).toBe('saving');
  expect(names(again.effects)).toEqual(['flush']);
  const stored = transition(again.state, { tag: 'stored', attemptId, ms: 400 });
  const whole = transition(stored.state, { tag: 'flushed', attemptId, isWhole: true });
  expect(whole.state).toMatchObject({ tag: 'saving', savedMs: 400 });
  expect(names(whole.effects)).toEqual(['commit']);
  const refused = transition(again.state, { tag: 'flushed', attemptId, isWhole: false });
  expect(refused).toMatchObject({ state: { tag: 'failed', fault: 'disk-full' }, effects: [] });
});

test('nothing is left of a failed take that has no record or no sound', () => {
  const kept = run(
    ...recording,
    { tag: 'stop', at: 4000 },
    { tag: 'flushed', attemptId, isWhole: true },
    { tag: 'commit-failed', attemptId, fault: 'mixed' },
  ).state;
  if (kept.tag !== 'failed') throw new Error('It did not fail');
  expect([isKept(kept), isRetryable(kept), heldTake(kept)]).toEqual([true, true, attemptId]);
  for (const lost of [{ isBegun: false }, { savedMs: 0 }, { fault: 'empty' as const }]) {
    const state = { ...kept, ...lost };
    expect([isKept(state), isRetryable(state), heldTake(state)]).toEqual([false, false, null]);
  }
});

test('leaving lets go of everything, but the clip that is being made', () => {
  const left = run(...recording, { tag: 'leave', at: 4000 });
  expect(left.state).toEqual(IDLE);
  expect(left.effects.slice(-3)).toEqual([
    { run: 'end-segment', clockEndMs: 3000 },
    { run: 'flush' },
    { run: 'close-mic' },
  ]);
  const saving = run(
    ...recording,
    { tag: 'stop', at: 4000 },
    { tag: 'flushed', attemptId, isWhole: true },
  ).state;
  expect(transition(saving, { tag: 'leave', at: 4100 }).state).toBe(saving);
});

/** A drawn event is concrete only in the state it meets: its times and its take come from there. */
type Draw = {
  readonly isForward: boolean;
  readonly event: RecorderEvent['tag'];
  readonly afterMs: number;
  readonly pick: number;
};

const EVENTS: readonly RecorderEvent['tag'][] = [
  ...(['open', 'opened', 'slow', 'reopen', 'close', 'tick', 'outline', 'refused', 'start', 'mark'] as const),
  ...(['pause', 'resume', 'muted', 'unmuted', 'stop', 'discard', 'device-lost', 'leave'] as const),
  'renewed',
  ...(['begun', 'running', 'stored', 'fault', 'flushed', 'committed', 'commit-failed'] as const),
];

/** What usually comes next. Events drawn evenly never get as far as `saving`. */
const FORWARD: Readonly<Record<Tag, readonly RecorderEvent['tag'][]>> = {
  idle: ['open', 'start'],
  opening: ['opened', 'opened', 'refused'],
  refused: ['open', 'start', 'reopen'],
  ready: ['start'],
  counting: ['tick'],
  recording: [
    ...(['begun', 'running', 'stored', 'mark', 'pause', 'muted', 'stop', 'fault', 'discard'] as const),
    ...(['device-lost', 'renewed'] as const),
  ],
  paused: [
    ...(['resume', 'unmuted', 'begun', 'stored', 'mark', 'stop', 'device-lost', 'reopen'] as const),
    ...(['opened', 'refused'] as const),
  ],
  stopping: ['begun', 'stored', 'flushed'],
  saving: ['committed', 'commit-failed', 'flushed', 'stored'],
  saved: ['open', 'start'],
  failed: ['stop', 'stop', 'open'],
};

const draws = fc.array(
  fc.record<Draw>({
    isForward: fc.nat(9).map((ten) => ten < 6),
    event: fc.constantFrom(...EVENTS),
    afterMs: fc.double({ min: 0, max: 4000, noNaN: true }),
    pick: fc.nat(1000),
  }),
  { maxLength: 60, size: 'max' },
);

const pickFrom = <Item>(items: readonly [Item, ...Item[]], pick: number): Item =>
  items[pick % items.length] ?? items[0];

/** @param at the clock @param id names the take that a `start` would begin */
function concrete(
  tag: RecorderEvent['tag'],
  state: RecorderState,
  draw: Draw,
  at: number,
  id: string,
): RecorderEvent {
  const { pick } = draw;
  const take = takeOf(state);
  // A callback of an earlier take comes late now and then.
  const attemptId = (pick % 10 === 0 ? 'stale' : (take?.attemptId ?? 'none')) as AttemptId;
  switch (tag) {
    case 'refused':
      return { tag, fault: pickFrom(['denied', 'no-device', 'busy', 'elsewhere'], pick) };
    case 'start': {
      const isNew = pick % 3 > 0;
      const mode = pickFrom(MODES, pick);
      const countdown = pickFrom([0, 3], pick);
      const more = isNew ? {} : { segment: pick % 4, bankedMs: pick };
      return { tag, take: planned({ attemptId: id as AttemptId, mode, countdown, ...more }) };
    }
    case 'mark':
      return { tag, step: pickFrom(STEP_IDS, pick), at };
    case 'renewed':
      return { tag, since: at - pick, at };
    case 'begun':
      return { tag, attemptId };
    case 'flushed':
      return { tag, attemptId, isWhole: pick % 4 > 0 };
    case 'running':
      return { tag, attemptId, segment: (take?.segment ?? 0) + (pick % 7 === 0 ? 1 : 0), at };
    case 'stored':
      return { tag, attemptId, ms: (elapsedAt(state, at) * pick) / 1000 };
    case 'fault':
      return { tag, attemptId, fault: pickFrom(['encoder', 'disk-full', 'disk'], pick), at };
    case 'committed':
      return { tag, attemptId, keptMs: pick };
    case 'commit-failed':
      return { tag, attemptId, fault: pickFrom(['empty', 'disk-full', 'disk', 'unreadable', 'mixed'], pick) };
    case 'open':
    case 'opened':
    case 'slow':
    case 'reopen':
    case 'close':
    case 'tick':
    case 'outline':
      return { tag };
    default:
      return { tag, at };
  }
}

/** What a shell would see of one take, and what was asked of the machine. */
type Story = {
  isBegun: boolean;
  isWhole: boolean;
  isRunning: boolean;
  nextSegment: number;
  clockMs: number;
  savedMs: number;
  wasDiscarded: boolean;
  fate: 'open' | 'flushing' | 'committing' | 'committed' | 'kept on disk' | 'discarded';
};

/** Cheaper than `expect` where it is asked a million times. */
function demand(holds: boolean, rule: string): void {
  if (!holds) throw new Error(`Broken: ${rule}`);
}

/** What the clock has come to: of a machine that slept, when it fell asleep, but never less than what is saved. */
function clockEnd(before: RecorderState, event: RecorderEvent, now: number): number {
  if (event.tag !== 'renewed') return elapsedAt(before, 'at' in event ? event.at : now);
  const take = takeOf(before);
  return Math.max(elapsedAt(before, event.since), take?.savedMs ?? 0, take?.marks.at(-1)?.atMs ?? 0);
}

/** Drives the machine with drawn events and checks it like a shell that trusts nothing. */
class Witness {
  readonly seen = new Set<Tag>();
  readonly stories = new Map<AttemptId, Story>();
  state: RecorderState = IDLE;
  openMics = 0;
  at = 0;
  #starts = 0;

  step(draw: Draw): void {
    this.at += draw.afterMs;
    const forward = FORWARD[this.state.tag];
    const tag = draw.isForward ? (forward[draw.pick % forward.length] ?? draw.event) : draw.event;
    this.#starts += 1;
    this.send(concrete(tag, this.state, draw, this.at, `take-${this.#starts}`));
  }

  send(event: RecorderEvent): void {
    const before = this.state;
    const { state, effects } = transition(before, event);
    this.state = state;
    this.seen.add(state.tag);
    const take = takeOf(before);
    const isStale = 'attemptId' in event && event.attemptId !== take?.attemptId;
    if (isStale) demand(state === before && effects.length === 0, 'a late callback means nothing');
    // Once the clip is being made it is too late.
    if (event.tag === 'discard' && take !== null && before.tag !== 'saving' && before.tag !== 'failed')
      this.#story(take.attemptId).wasDiscarded = true;
    for (const effect of effects) this.#take(effect, before, event);
    this.#check(before, event);
  }

  #take(effect: Effect, before: RecorderState, event: RecorderEvent): void {
    const take = takeOf(this.state);
    const id = takeOf(before)?.attemptId ?? take?.attemptId;
    switch (effect.run) {
      case 'open-mic':
        this.openMics += 1;
        return;
      case 'close-mic':
        this.openMics -= 1;
        return;
      case 'take-mic':
        demand(this.openMics === 1, 'one microphone takes the place of another');
        return;
      case 'begin': {
        demand(take?.attemptId === effect.attemptId, 'the take that begins is the present one');
        demand(!this.stories.has(effect.attemptId), 'a take begins once');
        const { segment: nextSegment = 0, bankedMs: clockMs = 0 } = take ?? {};
        const rest = {
          isBegun: false,
          isWhole: true,
          isRunning: false,
          wasDiscarded: false,
          fate: 'open',
        } as const;
        this.stories.set(effect.attemptId, { ...rest, nextSegment, clockMs, savedMs: clockMs });
        return;
      }
      case 'start-segment': {
        const story = this.#story(id);
        demand(!story.isRunning && story.fate === 'open', 'one segment at a time');
        demand(effect.segment === story.nextSegment, 'segments are numbered without gaps');
        demand(effect.clockStartMs === story.clockMs, 'a segment begins where the last one ended');
        story.isRunning = true;
        return;
      }
      case 'end-segment': {
        const story = this.#story(id);
        demand(story.isRunning, 'only what runs is ended');
        demand(effect.clockEndMs === clockEnd(before, event, this.at), 'a segment ends when it was told to');
        story.isRunning = false;
        story.clockMs = effect.clockEndMs;
        if (before.tag === 'recording' && before.since !== null) story.nextSegment += 1;
        return;
      }
      case 'flush': {
        const story = this.#story(id);
        const isRefused = before.tag === 'failed' && !story.isWhole;
        demand(
          !story.isRunning && (story.fate === 'open' || isRefused),
          'only a stopped encoder is waited for',
        );
        story.fate = this.state.tag === 'idle' ? 'kept on disk' : 'flushing';
        return;
      }
      case 'commit': {
        const story = this.#story(effect.attemptId);
        demand(['flushing', 'kept on disk'].includes(story.fate), 'only what is flushed is made into a clip');
        demand(!story.wasDiscarded, 'what was discarded is not kept');
        demand(story.isBegun, 'only what has a record is made into a clip');
        demand(this.openMics === 0, 'the microphone is closed while the clip is made');
        story.fate = 'committing';
        return;
      }
      case 'discard': {
        const story = this.#story(effect.attemptId);
        demand(story.wasDiscarded && story.fate !== 'discarded', 'nothing is discarded unasked, or twice');
        story.fate = 'discarded';
        return;
      }
      case 'forget': {
        const story = this.#story(effect.attemptId);
        const isEmpty = event.tag === 'commit-failed' && event.fault === 'empty';
        const wasEmpty = before.tag === 'failed' && before.fault === 'empty';
        demand(story.savedMs === 0 || isEmpty || wasEmpty, 'only a take without sound is forgotten');
        const isLeft = before.tag === 'failed' && this.state.tag !== 'failed';
        demand(take?.isWhole ?? isLeft, 'nothing is forgotten while it waits to be written');
        story.fate = 'discarded';
        return;
      }
      case 'save-marks':
        demand(effect.marks === take?.marks, 'the marks on disk are those on screen');
        return;
      case 'save-mode':
        demand(effect.mode === take?.mode, 'the mode on disk is the one on screen');
        return;
    }
  }

  #check(before: RecorderState, event: RecorderEvent): void {
    const { state } = this;
    demand(this.openMics === (isMicOpen(state) ? 1 : 0), 'the microphone is open when it is of use');
    const take = takeOf(state);
    const earlier = takeOf(before);
    if (take !== null) this.#checkTake(take);
    if (take !== null && take.attemptId === earlier?.attemptId) {
      const at = 'at' in event ? event.at : this.at;
      demand(elapsedAt(state, at) >= clockEnd(before, event, at), 'the clock never runs backwards');
    }
    if (state.tag === 'saved' && before.tag === 'saving') this.#story(state.attemptId).fate = 'committed';
    if (state.tag === 'failed' && before.tag !== 'failed') {
      const story = this.#story(state.attemptId);
      if (story.fate !== 'discarded') story.fate = 'kept on disk';
    }
    if (earlier !== null && take?.attemptId !== earlier.attemptId && state.tag !== 'saved') {
      const story = this.#story(earlier.attemptId);
      if (story.fate === 'flushing') story.fate = 'kept on disk';
      const isAccounted = story.wasDiscarded || ['kept on disk', 'discarded'].includes(story.fate);
      demand(isAccounted, 'no take disappears unasked');
    }
  }

  #checkTake(take: Take): void {
    const story = this.#story(take.attemptId);
    demand(take.savedMs >= story.savedMs, 'what is saved never shrinks');
    story.savedMs = take.savedMs;
    story.isBegun = take.isBegun;
    story.isWhole = take.isWhole;
    for (const [index, mark] of take.marks.entries()) {
      const next = take.marks[index + 1];
      demand(mark.atMs < (next?.atMs ?? Infinity), 'marks are in order, one at an instant');
      demand(mark.step !== next?.step, 'the same step does not come twice running');
      demand(mark.atMs <= elapsedAt(this.state, this.at), 'a mark is not in the future');
    }
    if (this.state.tag === 'saving')
      demand(['committing', 'flushing'].includes(story.fate), 'what is saved was committed');
    demand(story.isRunning === (this.state.tag === 'recording'), 'an encoder runs while recording');
  }

  #story(id: AttemptId | undefined): Story {
    const story = id === undefined ? undefined : this.stories.get(id);
    if (story === undefined) throw new Error(`No take ${id} was begun`);
    return story;
  }
}

test('whatever comes in whatever order, no take is lost and no microphone stays open', () => {
  const seen = new Set<Tag>();
  fc.assert(
    fc.property(draws, (list) => {
      const witness = new Witness();
      for (const draw of list) witness.step(draw);
      for (const tag of witness.seen) seen.add(tag);
      // The page goes away.
      witness.send({ tag: 'leave', at: witness.at });
      expect(witness.openMics).toBe(0);
      expect(['idle', 'saving']).toContain(witness.state.tag);
      const { state } = witness;
      const open = state.tag === 'saving' && state.isFlushing ? state.attemptId : null;
      for (const [id, { fate, isRunning }] of witness.stories) {
        expect(isRunning).toBe(false);
        expect(fate).not.toBe('open');
        if (id !== open) expect(fate).not.toBe('flushing');
      }
    }),
    { numRuns: 3000 },
  );
  expect([...seen].toSorted()).toEqual(TAGS.toSorted());
});

test('every state has a way on', () => {
  const toTheEnd: Readonly<Record<Tag, RecorderEvent['tag']>> = {
    idle: 'open',
    opening: 'opened',
    refused: 'open',
    ready: 'start',
    counting: 'tick',
    recording: 'stop',
    paused: 'stop',
    stopping: 'flushed',
    saving: 'committed',
    saved: 'close',
    failed: 'close',
  };
  const next = (state: RecorderState) =>
    state.tag === 'saving' && state.isFlushing ? 'flushed' : toTheEnd[state.tag];
  fc.assert(
    fc.property(draws, (list) => {
      const witness = new Witness();
      for (const draw of list) witness.step(draw);
      const calm: Draw = { isForward: true, event: 'open', afterMs: 10, pick: 1 };
      for (let steps = 0; steps < 10 && !['ready', 'saved', 'idle'].includes(witness.state.tag); steps += 1)
        witness.send(concrete(next(witness.state), witness.state, calm, witness.at, 'last'));
      expect(['ready', 'saved', 'idle']).toContain(witness.state.tag);
    }),
    { numRuns: 500 },
  );
});
