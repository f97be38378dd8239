import type { AttemptId } from '../domain/ids.ts';
import type { RecordKind } from '../domain/picture.ts';
import type { Settings } from '../domain/settings.ts';
import type { StepId } from '../domain/step.ts';
import type { Ms } from '../domain/timeline.ts';
import type { Archive } from '../storage/archive.ts';
import { StorageError } from '../storage/errors.ts';
import { Device, openDevice } from './device.ts';
import { recordSample } from './listen-back.ts';
import {
  type Effect,
  type EndedBy,
  elapsedAt,
  IDLE,
  type Instant,
  type RecorderEvent,
  type RecorderState,
  takeOf,
  transition,
} from './machine.ts';
import { NO_LEVEL } from './meter.ts';
import { missingSupport } from './microphone.ts';
import { heldTake, mayHavePicture, needsRecorder } from './phase.ts';
import { Picture } from './picture.ts';
import { planTake } from './plan-take.ts';
import { type Elsewhere, followRecorder, holdRecorderLock } from './recorder-lock.ts';
import { Scope } from './scope.ts';
import {
  type Level,
  type Microphone,
  NO_TAKE,
  type RecorderSnapshot,
  type SessionOptions,
  type TakeFacts,
  type TakePlan,
  takeFacts,
  type Warning,
} from './snapshot.ts';
import { TakeWriter } from './take-writer.ts';
import { keepAwake } from './wake-lock.ts';
import { Wakefulness } from './wakefulness.ts';

/** A question of the browser that stands so long may not have been seen. */
const SLOW_QUESTION_MS: Ms = 8000;
const LISTEN_EVERY_MS: Ms = 500;
const MANY_WAITING = 5;
/** So long it is said that the take has gone on in another way. */
const SAID_FOR_MS: Ms = 20_000;
/** Writing the rest of a take is a matter of milliseconds. */
const SLOW_END_MS: Ms = 2000;

/**
 * The recorder: does what the machine asks for, and tells the screen. Owns the microphone, the encoder and
 * the locks. Until `open` or `start` it holds nothing, and after `dispose` nothing again.
 */
export class Session {
  readonly #archive: Archive;
  readonly #options: SessionOptions;
  readonly #monotonic: () => Instant;
  readonly #picture: Picture;
  /** A press has allowed the microphone, and the camera with it. */
  #opensCamera = false;
  readonly #listeners = new Set<() => void>();

  readonly #events: RecorderEvent[] = [];
  #isDispatching = false;
  #state: RecorderState = IDLE;
  /** Lives as long as the state's tag stays the same. */
  #stateScope = new Scope();
  /** Lives from `open-mic` to `close-mic`. */
  #micScope = new Scope();
  /** The lock of the one tab that records. */
  #recorder: { readonly scope: Scope; readonly isHeld: Promise<boolean> } | null = null;
  #device: Device | null = null;
  /** Opened beside the present device, which goes on until `take-mic`. */
  #nextDevice: Device | null = null;
  /** Of the running encoder. */
  #wakefulness: Wakefulness | null = null;
  #plan: TakePlan | null = null;
  #writer: TakeWriter | null = null;
  #flushing: Promise<void> = Promise.resolve();
  #followUp: Promise<void> = Promise.resolve();

  #microphoneId: string | null;
  #processing: Settings['recording']['processing'];
  #microphones: readonly Microphone[] = [];
  #isSilent = false;
  #elsewhere: Elsewhere | null = null;
  #isOverdue = false;
  #goneOn: 'slept' | 'switched' | null = null;
  #sayNoMore: () => void = () => undefined;
  #savedTake: TakeFacts = NO_TAKE;
  #finishProgress: number | null = null;
  #lastDiscarded: AttemptId | null = null;
  #snapshot: RecorderSnapshot;

  constructor(archive: Archive, options: SessionOptions) {
    this.#archive = archive;
    this.#options = options;
    this.#monotonic = options.clock ?? (() => performance.now());
    this.#microphoneId = options.settings.microphoneId;
    this.#processing = options.settings.processing;
    this.#picture = new Picture(options.settings.record, options.settings.cameraId, {
      onChange: () => this.#publish(),
      onOver: () => this.#goOnWithoutPicture(),
    });
    this.#snapshot = this.#look();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getSnapshot = (): RecorderSnapshot => this.#snapshot;

  /** Asks for the microphone, and for the camera where one is wanted: call it on a press only. */
  open(): void {
    this.#opensCamera = this.#picture.kind === 'camera';
    this.#dispatch({ tag: 'open' });
  }

  /** Closes the microphone. Means nothing during a take. */
  close(): void {
    this.#dispatch({ tag: 'close' });
  }

  /**
   * Opens this device in place of an open, a lost or a refused one, else the next time. Means nothing while
   * a take is not paused.
   */
  chooseMicrophone(id: string | null): void {
    if (takeOf(this.#state) !== null && this.#state.tag !== 'paused') return;
    this.#microphoneId = id;
    this.#dispatch({ tag: 'reopen' });
  }

  /** The same for voice processing by the browser. */
  setProcessing(processing: Settings['recording']['processing']): void {
    if (takeOf(this.#state) !== null) return;
    this.#processing = processing;
    this.#dispatch({ tag: 'reopen' });
  }

  /** What is recorded beside the voice. Means nothing during a take. */
  chooseRecord(kind: RecordKind): void {
    if (takeOf(this.#state) !== null) return;
    this.#picture.choose(kind);
    this.#publish();
  }

  /** Opens this camera in place of the open one, else the next time. */
  chooseCamera(id: string | null): void {
    this.#picture.chooseCamera(id);
    if (this.#picture.kind === 'camera' && this.#picture.state.tag === 'open') this.openPicture();
    this.#publish();
  }

  /** Asks for the picture, on a press only: before a take to see it, in a take to have it back. */
  openPicture(): void {
    if (this.#state.tag !== 'stopping' && this.#state.tag !== 'saving') void this.#openPicture();
  }

  /** Two seconds of the open microphone, to be listened to; null when it is closed or taken by a take. */
  recordSample(): Promise<Blob | null> {
    if (this.#state.tag !== 'ready' || this.#device === null) return Promise.resolve(null);
    return recordSample(this.#device.track, this.#stateScope);
  }

  /**
   * Starts a take, after opening picture and microphone if they are closed, and after the countdown. The
   * picture comes first: see `Picture.open`. Without the one that is wanted nothing starts.
   */
  start(plan: TakePlan): void {
    const { tag } = this.#state;
    if (tag === 'counting' || (takeOf(this.#state) !== null && tag !== 'failed')) return;
    if (!this.#picture.isReady && missingSupport() === null) {
      void this.#startWithPicture(plan);
      return;
    }
    this.#plan = plan;
    this.#dispatch({ tag: 'start', take: planTake(plan) });
  }

  /** Means nothing in exam mode. */
  pause(): void {
    this.#dispatch({ tag: 'pause', at: this.#clock() });
  }

  /** Opens a microphone first, where the take has lost its own. */
  resume(): void {
    this.#dispatch({ tag: 'resume', at: this.#clock() });
  }

  /** The speaker goes on to this step. On disk at once. */
  mark(step: StepId): void {
    this.#dispatch({ tag: 'mark', step, at: this.#clock() });
  }

  /** Turns a cold take into one with outline. Means nothing in exam mode. */
  showOutline(): void {
    this.#dispatch({ tag: 'outline' });
  }

  /**
   * Ends the take and makes its clip: `stopping`, `saving`, then `saved` or `failed`. In `failed` it tries
   * again; in a countdown it goes back to `ready`.
   */
  finish(): void {
    this.#dispatch({ tag: 'stop', at: this.#clock() });
  }

  /** Ends the take and moves it to the trash; the microphone stays open. In a countdown: back to `ready`. */
  discard(): void {
    this.#dispatch({ tag: 'discard', at: this.#clock() });
  }

  /** The clock the speaker sees, worked out at the call. */
  elapsedMs(): Ms {
    return elapsedAt(this.#state, this.#clock());
  }

  /** For a meter; call it once a frame. */
  readLevel(): Level {
    return this.#device?.level() ?? NO_LEVEL;
  }

  /**
   * Lets go of everything. A running take stays on disk as an unfinished attempt; one that is being saved
   * is saved. Resolves when what was said is on disk, or when the disk does not answer: it then goes on being
   * written as long as the page lives. The session can be opened again.
   */
  async dispose(): Promise<void> {
    this.#picture.close();
    this.#dispatch({ tag: 'leave', at: this.#clock() });
    if (this.#state.tag === 'saving') void this.#leaveOnceSaved();
    await (this.#writer?.orStalled(this.#flushing) ?? this.#flushing);
  }

  async #startWithPicture(plan: TakePlan): Promise<void> {
    if (await this.#picture.open()) this.start(plan);
  }

  async #openPicture(): Promise<void> {
    if ((await this.#picture.open()) && this.#state.tag === 'recording') this.#renew();
  }

  /** The sound is what counts: a running take goes on with it, in a segment of its own. */
  #goOnWithoutPicture(): void {
    if (this.#state.tag === 'recording') this.#renew();
    // Nobody should find out afterwards.
    if (this.#state.tag === 'counting') this.#dispatch({ tag: 'stop', at: this.#clock() });
  }

  /** Should saving fail, nobody is there to try again, and the take is an orphan. */
  async #leaveOnceSaved(): Promise<void> {
    await this.#flushing;
    await this.#followUp;
    this.#dispatch({ tag: 'leave', at: this.#clock() });
  }

  /** Events that come while one is handled wait for their turn. */
  #dispatch(event: RecorderEvent): void {
    this.#events.push(event);
    if (this.#isDispatching) return;
    this.#isDispatching = true;
    try {
      for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) {
        const before = this.#state;
        const { state, effects } = transition(before, next);
        this.#state = state;
        if (state.tag !== before.tag) this.#enter(state, before);
        for (const effect of effects) this.#run(effect);
        if (!needsRecorder(state)) {
          this.#recorder?.scope.dispose();
          this.#recorder = null;
        }
        const held = heldTake(before);
        if (held !== null && held !== heldTake(state)) this.#letGo();
      }
    } finally {
      this.#isDispatching = false;
      this.#publish();
    }
  }

  /** A machine that has just woken up is still where it fell asleep, until that is dealt with. */
  readonly #clock = (): Instant => this.#wakefulness?.read() ?? this.#monotonic();

  #enter({ tag }: RecorderState, before: RecorderState): void {
    this.#stateScope.dispose();
    const scope = new Scope();
    this.#stateScope = scope;
    if (tag === 'ready') this.#device?.enable(true);
    if (!mayHavePicture({ tag })) this.#picture.close();
    if (tag === 'ready' && this.#opensCamera && !this.#picture.isReady) void this.#picture.open();
    if (tag !== 'opening') this.#opensCamera = false;
    if (tag === 'counting') scope.interval(() => this.#dispatch({ tag: 'tick' }), 1000);
    if (tag === 'saved') this.#savedTake = takeFacts(before);
    this.#isOverdue = false;
    this.#goneOn = null;
    this.#wakefulness = null;
    if (tag !== 'idle' || this.#elsewhere?.tag === 'recording') this.#elsewhere = null;
    if (tag === 'refused') this.#follow(scope);
    if (tag === 'stopping') {
      scope.timeout(() => {
        this.#isOverdue = true;
        this.#publish();
      }, SLOW_END_MS);
    }
    if (tag !== 'recording') return;
    this.#wakefulness = new Wakefulness(this.#monotonic);
    scope.interval(() => this.#checkSleep(), LISTEN_EVERY_MS);
    keepAwake(scope);
    // While the browser asks whether to leave, the page stands still and the encoder goes on.
    scope.listen(window, 'beforeunload', () => this.#wakefulness?.excuse());
    scope.listen(window, 'pagehide', () => this.#writer?.hurry());
    scope.listen(document, 'visibilitychange', () => {
      if (document.visibilityState === 'hidden') this.#writer?.hurry();
    });
  }

  #run(effect: Effect): void {
    switch (effect.run) {
      case 'open-mic':
        this.#openMic().catch((error: unknown) => {
          reportError(error);
          this.#dispatch({ tag: 'refused', fault: 'unsupported' });
        });
        return;
      case 'close-mic':
        this.#micScope.dispose();
        this.#device = null;
        this.#nextDevice = null;
        this.#isSilent = false;
        return;
      case 'take-mic':
        if (this.#nextDevice === null) return;
        this.#device?.close();
        this.#device = this.#nextDevice;
        this.#nextDevice = null;
        return;
      case 'begin':
        return this.#begin(effect.attemptId);
      case 'start-segment':
        if (this.#device === null) return;
        this.#device.enable(true);
        this.#device.checkMute();
        return this.#writer?.startSegment(
          effect.segment,
          effect.clockStartMs,
          this.#device.track,
          this.#picture.live,
        );
      case 'end-segment':
        this.#writer?.endSegment(effect.clockEndMs);
        return this.#device?.enable(false);
      case 'save-marks':
        return this.#writer?.saveMarks(effect.marks);
      case 'save-mode':
        return this.#writer?.saveMode(effect.mode);
      case 'flush':
        this.#flushing = this.#flush();
        return;
      case 'commit':
        this.#followUp = this.#commit(effect.attemptId, effect.endedBy);
        return;
      case 'discard':
      case 'forget':
        this.#followUp = this.#remove(effect.attemptId, effect.run === 'discard');
        return;
    }
  }

  async #openMic(): Promise<void> {
    const scope = new Scope();
    this.#micScope = scope;
    scope.timeout(() => this.#dispatch({ tag: 'slow' }), SLOW_QUESTION_MS);
    const missing = missingSupport();
    if (missing !== null) return this.#dispatch({ tag: 'refused', fault: missing });
    const hasLock = await this.#holdRecorder();
    if (scope.isDisposed) return;
    if (!hasLock) return this.#dispatch({ tag: 'refused', fault: 'elsewhere' });
    const device = await this.#openDevice(scope);
    if (device === null) return;
    if (!(device instanceof Device)) return this.#dispatch({ tag: 'refused', fault: device });
    this.#device = device;
    scope.interval(() => this.#listen(), LISTEN_EVERY_MS);
    this.#dispatch({ tag: 'opened' });
  }

  /** Held through a change of microphone too: in the middle of a take no other tab begins one. */
  #holdRecorder(): Promise<boolean> {
    if (this.#recorder === null) {
      const scope = new Scope();
      this.#recorder = { scope, isHeld: holdRecorderLock(scope, () => this.#yields()) };
    }
    return this.#recorder.isHeld;
  }

  async #openDevice(scope: Scope): ReturnType<typeof openDevice> {
    const request = { id: this.#microphoneId, processing: this.#processing };
    let device: Device | null = null;
    // One that waits to take the place of another must not end or pause what that records.
    const counts = () => device === null || device === this.#device;
    const opened = await openDevice(request, scope.child(), this.#monotonic, {
      onLost: () => counts() && this.#dispatch({ tag: 'device-lost', at: this.#clock() }),
      onMuted: (isMuted) =>
        counts() && this.#dispatch({ tag: isMuted ? 'muted' : 'unmuted', at: this.#clock() }),
      onList: (microphones) => {
        if (JSON.stringify(microphones) === JSON.stringify(this.#microphones)) return;
        this.#microphones = microphones;
        this.#publish();
      },
      onReconfigured: () => counts() && this.#renew(),
      onDefaultChanged: () => void this.#followDefault().catch(reportError),
    });
    if (opened instanceof Device) device = opened;
    return opened;
  }

  /** The device that is the default now is opened beside the present one, which goes on until it is. */
  async #followDefault(): Promise<void> {
    const device = await this.#openDevice(this.#micScope);
    // Refused, the present one is as good as it was.
    if (!(device instanceof Device)) return;
    this.#nextDevice?.close();
    this.#nextDevice = device;
    device.enable(this.#device?.track.enabled ?? true);
    if (this.#state.tag === 'recording') this.#sayGoneOn('switched');
    this.#renew();
    // A call takes one device away and makes another the default: the end of the first's mute is not heard of.
    if (!device.track.muted) this.#dispatch({ tag: 'unmuted', at: this.#clock() });
  }

  #renew(since = this.#clock()): void {
    this.#dispatch({ tag: 'renewed', since, at: this.#clock() });
  }

  #checkSleep(): void {
    const asleepAt = this.#wakefulness?.wokeFrom() ?? null;
    if (asleepAt === null) return;
    this.#sayGoneOn('slept');
    this.#renew(asleepAt);
  }

  #sayGoneOn(how: 'slept' | 'switched'): void {
    this.#goneOn = how;
    this.#sayNoMore();
    this.#sayNoMore = this.#stateScope.timeout(() => {
      this.#goneOn = null;
      this.#publish();
    }, SAID_FOR_MS);
  }

  /** The tab that was asked for a microphone last has it, unless a take would suffer. */
  #yields(): boolean {
    const { tag } = this.#state;
    if (tag !== 'opening' && tag !== 'ready') return false;
    this.#dispatch({ tag: 'close' });
    this.#elsewhere = { tag: 'taken' };
    this.#publish();
    return true;
  }

  /** Once the other tab is done, this one offers to record, and opens nothing unasked. */
  #follow(scope: Scope): void {
    if (this.#state.tag !== 'refused' || this.#state.fault !== 'elsewhere') return;
    followRecorder(this.#archive, scope, (elsewhere) => {
      this.#elsewhere = elsewhere;
      if (elsewhere.tag === 'done') this.#dispatch({ tag: 'close' });
      else this.#publish();
    });
  }

  #begin(attemptId: AttemptId): void {
    const take = takeOf(this.#state);
    if (this.#plan === null || take === null) return;
    this.#writer = new TakeWriter(this.#archive, attemptId, this.#clock, {
      onBegun: () => this.#dispatch({ tag: 'begun', attemptId }),
      onRunning: (segment, at) => this.#dispatch({ tag: 'running', attemptId, segment, at }),
      onStored: (ms) => this.#dispatch({ tag: 'stored', attemptId, ms }),
      onWaiting: () => {
        this.#checkSleep();
        this.#publish();
      },
      onDiskFault: (fault) => this.#dispatch({ tag: 'fault', attemptId, fault, at: this.#clock() }),
      onEncoderFault: () => {
        const at = this.#clock();
        // Firefox stops the encoder of a lost device by itself.
        if (this.#device?.isEnded === true) this.#dispatch({ tag: 'device-lost', at });
        else if (this.#picture.live !== null) this.#picture.giveUp();
        else this.#dispatch({ tag: 'fault', attemptId, fault: 'encoder', at });
      },
    });
    this.#writer.begin(take, this.#plan);
    this.#options.warmFinish?.();
  }

  async #flush(): Promise<void> {
    const writer = this.#writer;
    if (writer === null) return;
    const { attemptId } = writer;
    try {
      await writer.flush();
    } finally {
      this.#dispatch({ tag: 'flushed', attemptId, isWhole: writer.waiting === 0 });
    }
  }

  /** Once nothing is under way for the take, it is anybody's. */
  #letGo(): void {
    const writer = this.#writer;
    const underWay = [this.#flushing, this.#followUp].map((work) => work.catch(reportError));
    this.#flushing = Promise.all(underWay).then(() => writer?.release());
    this.#options.coolFinish?.();
  }

  async #commit(attemptId: AttemptId, endedBy: EndedBy): Promise<void> {
    const onProgress = (ratio: number) => {
      this.#finishProgress = ratio;
      this.#publish();
    };
    const result = await this.#options.finish(attemptId, endedBy, onProgress).catch((error: unknown) => {
      reportError(error);
      return { tag: 'failed', fault: 'disk' } as const;
    });
    this.#finishProgress = null;
    if (result.tag === 'kept')
      return this.#dispatch({ tag: 'committed', attemptId, keptMs: result.attempt.durationMs });
    const fault = result.tag === 'empty' ? 'empty' : result.fault === 'full' ? 'disk-full' : result.fault;
    this.#dispatch({ tag: 'commit-failed', attemptId, fault });
  }

  async #remove(attemptId: AttemptId, isDiscarded: boolean): Promise<void> {
    try {
      await this.#archive.attempts.remove(attemptId);
      if (isDiscarded) this.#lastDiscarded = attemptId;
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
    }
    this.#publish();
  }

  #listen(): void {
    const { tag } = this.#state;
    if (tag === 'recording' && this.#writer?.isStalled === true) this.#picture.giveUp();
    const hasNoSignal = tag === 'recording' && this.#writer?.isSilent === true;
    const isDeaf = this.#device?.track.enabled !== true || tag === 'stopping';
    this.#isSilent = !isDeaf && (hasNoSignal || this.readLevel().isSilent);
    this.#publish();
  }

  #publish(): void {
    const next = this.#look();
    const keys = Object.keys(next) as (keyof RecorderSnapshot)[];
    if (keys.every((key) => Object.is(next[key], this.#snapshot[key]))) return;
    this.#snapshot = next;
    for (const listener of this.#listeners) listener();
  }

  #look(): RecorderSnapshot {
    const state = this.#state;
    const { mode, marks, savedMs } = state.tag === 'saved' ? this.#savedTake : takeFacts(state);
    return {
      state,
      isStarting: state.tag === 'recording' && state.since === null,
      mode,
      marks,
      savedMs,
      microphones: this.#microphones,
      microphoneId: this.#device?.id ?? this.#microphoneId,
      processing: this.#processing,
      applied: this.#device?.applied ?? null,
      elsewhere: this.#elsewhere,
      record: this.#picture.kind,
      picture: this.#picture.state,
      cameras: this.#picture.cameras,
      cameraId: this.#picture.cameraId,
      warning: this.#warning(),
      finishProgress: this.#finishProgress,
      countdownLeft: state.tag === 'counting' ? state.left : null,
      lastDiscarded: this.#lastDiscarded,
    };
  }

  /** The chosen microphone is not connected, and the browser has opened another one. */
  #isReplaced(): boolean {
    const openId = this.#device?.id ?? null;
    return openId !== null && this.#microphoneId !== null && openId !== this.#microphoneId;
  }

  #warning(): Warning | null {
    if (this.#device?.isMuted === true) return 'muted';
    if (this.#isSilent) return 'silent';
    if (this.#goneOn !== null) return this.#goneOn;
    if (this.#state.tag === 'ready' && this.#isReplaced()) return 'replaced';
    const isWriting = ['recording', 'paused', 'stopping'].includes(this.#state.tag);
    const many = this.#isOverdue ? 0 : MANY_WAITING;
    return isWriting && ((this.#writer?.waiting ?? 0) > many || this.#writer?.isRefused === true)
      ? 'slow-disk'
      : null;
  }
}
