import type { PictureSource, RecordKind } from '../domain/picture.ts';
import type { Ms } from '../domain/timeline.ts';
import { micFault, nameOf } from './microphone.ts';
import { Scope } from './scope.ts';
import { steadied } from './steady-picture.ts';

/** Why there is no picture. `dismissed`: nothing was chosen in the browser's list of screens. */
export type PictureFault = 'unsupported' | 'denied' | 'dismissed' | 'no-device' | 'busy';

export type PictureState =
  | { readonly tag: 'closed' | 'opening' }
  /** `stream`: to be looked at, without sound. */
  | { readonly tag: 'open'; readonly stream: MediaStream }
  | { readonly tag: 'refused'; readonly fault: PictureFault }
  /** It was there and has ended by itself: unplugged, or the browser's own button was pressed. */
  | { readonly tag: 'over' };

/** A camera that can be chosen. Nothing is listed before the person has allowed one once. */
export type Camera = { readonly id: string; readonly label: string };

/** What the encoder gets beside the sound. */
export type LivePicture = {
  readonly source: PictureSource;
  readonly track: MediaStreamTrack;
  /** In pixels, as it is now: a window that is shown may be resized. */
  readonly width: number;
  readonly height: number;
};

type Open = { readonly seen: MediaStreamTrack; readonly recorded: MediaStreamTrack; readonly size: Size };
type Size = Pick<LivePicture, 'width' | 'height'>;

type PictureHandlers = {
  /** Something that is shown has changed. */
  readonly onChange: () => void;
  /** It was open and is over. */
  readonly onOver: () => void;
};

const POLL_MS: Ms = 2000;
/** A camera needs a second or two to wake up. */
const FIRST_FRAME_WITHIN_MS: Ms = 10_000;
const CAMERA: MediaTrackConstraints = {
  width: { ideal: 1280 },
  height: { ideal: 720 },
  frameRate: { ideal: 24 },
};
/**
 * No larger than a camera, though letters would gain by it: an encoder may be ten frames behind, and holds the
 * sound back so long. On a busy machine ten frames of 1080 lines took two seconds.
 */
const SCREEN: MediaTrackConstraints = { width: { max: 1280 }, height: { max: 720 }, frameRate: { max: 10 } };

/**
 * The camera or the screen beside the voice, watched as long as it is open. It may go away at any moment:
 * then it is `over`, and nothing else.
 */
export class Picture {
  readonly #handlers: PictureHandlers;
  #kind: RecordKind;
  #cameraId: string | null;
  #cameras: readonly Camera[] = [];
  #state: PictureState = { tag: 'closed' };
  #scope = new Scope();
  #open: Open | null = null;
  #opening: Promise<boolean> | null = null;

  constructor(kind: RecordKind, cameraId: string | null, handlers: PictureHandlers) {
    this.#kind = kind;
    this.#cameraId = cameraId;
    this.#handlers = handlers;
  }

  get kind(): RecordKind {
    return this.#kind;
  }

  get state(): PictureState {
    return this.#state;
  }

  get cameras(): readonly Camera[] {
    return this.#cameras;
  }

  /** The open camera, else the chosen one; null: the browser's default. */
  get cameraId(): string | null {
    const open = this.#kind === 'camera' ? this.#open?.seen.getSettings().deviceId : undefined;
    return open ?? this.#cameraId;
  }

  /** Nothing has to be asked for before a take. */
  get isReady(): boolean {
    return this.#kind === 'audio' || this.#open !== null;
  }

  get live(): LivePicture | null {
    if (this.#kind === 'audio' || this.#open === null) return null;
    const { seen, recorded, size } = this.#open;
    const { width = size.width, height = size.height } = seen.getSettings();
    return { source: this.#kind, track: recorded, width, height };
  }

  /** Closes what is open of another kind. */
  choose(kind: RecordKind): void {
    if (kind === this.#kind) return;
    this.#kind = kind;
    this.close();
  }

  /** The next one to be opened. */
  chooseCamera(id: string | null): void {
    this.#cameraId = id;
  }

  /**
   * Asks for the picture: call it on a press, and before anything that takes time, because browsers show
   * their list of screens in answer to a press only. False: it was refused, or is no longer wanted.
   * What is being asked for already is not asked for again.
   */
  open(): Promise<boolean> {
    this.#opening ??= this.#openAnew();
    return this.#opening;
  }

  close(): void {
    this.#renewScope();
    if (this.#state.tag !== 'closed') this.#set({ tag: 'closed' });
  }

  /** As when it had ended by itself. */
  giveUp(): void {
    if (this.#open === null) return;
    this.#renewScope();
    this.#set({ tag: 'over' });
    this.#handlers.onOver();
  }

  async #openAnew(): Promise<boolean> {
    const scope = this.#renewScope();
    this.#set({ tag: 'opening' });
    try {
      const seen = await this.#ask();
      scope.add(() => seen.stop());
      // Browsers take a drawing for a film otherwise, and blur its letters.
      if (this.#kind === 'screen') seen.contentHint = 'detail';
      const recorded = scope.isDisposed ? seen : steadied(seen, scope);
      const size = await firstFrame(recorded, scope);
      if (scope.isDisposed) return false;
      this.#open = { seen, recorded, size };
      this.#opening = null;
      this.#set({ tag: 'open', stream: new MediaStream([seen]) });
      this.#watch(seen, scope);
      return true;
    } catch (error) {
      if (scope.isDisposed) return false;
      this.#renewScope();
      this.#set({ tag: 'refused', fault: pictureFault(error, this.#kind) });
      return false;
    }
  }

  #renewScope(): Scope {
    this.#scope.dispose();
    this.#scope = new Scope();
    this.#open = null;
    this.#opening = null;
    return this.#scope;
  }

  #set(state: PictureState): void {
    this.#state = state;
    this.#handlers.onChange();
  }

  async #ask(): Promise<MediaStreamTrack> {
    const stream = await (this.#kind === 'screen' ? askForScreen() : askForCamera(this.#cameraId));
    const [track] = stream.getVideoTracks();
    if (track === undefined) throw new DOMException('No picture came', 'NotFoundError');
    return track;
  }

  #watch(seen: MediaStreamTrack, scope: Scope): void {
    scope.listen(seen, 'ended', () => this.giveUp());
    // Not every browser tells that a camera was unplugged, and Chromium only when asked for the list.
    let wasListed = false;
    const poll = async () => {
      const devices = await navigator.mediaDevices.enumerateDevices().catch(() => null);
      if (scope.isDisposed || devices === null) return;
      const cameras = camerasOf(devices);
      if (JSON.stringify(cameras) !== JSON.stringify(this.#cameras)) {
        this.#cameras = cameras;
        this.#handlers.onChange();
      }
      const isListed = cameras.some(({ id }) => id === seen.getSettings().deviceId);
      const isGone = this.#kind === 'camera' && wasListed && !isListed;
      wasListed = isListed;
      if (isGone || seen.readyState === 'ended') this.giveUp();
    };
    scope.interval(() => void poll(), POLL_MS);
    scope.listen(navigator.mediaDevices, 'devicechange', () => void poll());
    void poll();
  }
}

function askForScreen(): Promise<MediaStream> {
  // Not on phones.
  if (!('getDisplayMedia' in navigator.mediaDevices)) throw new TypeError('No screen can be shown');
  return navigator.mediaDevices.getDisplayMedia({ video: SCREEN, audio: false });
}

/** A chosen camera that is gone is replaced by the default one. */
async function askForCamera(id: string | null): Promise<MediaStream> {
  if (id === null) return navigator.mediaDevices.getUserMedia({ video: CAMERA });
  try {
    return await navigator.mediaDevices.getUserMedia({ video: { ...CAMERA, deviceId: { exact: id } } });
  } catch (error) {
    if (nameOf(error) !== 'OverconstrainedError') throw error;
    return navigator.mediaDevices.getUserMedia({ video: CAMERA });
  }
}

/** Waits for the picture itself: until it comes, an encoder would hold the sound back. */
async function firstFrame(track: MediaStreamTrack, scope: Scope): Promise<Size> {
  const video = document.createElement('video');
  video.muted = true;
  video.playsInline = true;
  const came = new Promise<void>((resolve, reject) => {
    scope.listen(video, 'loadeddata', () => resolve());
    scope.timeout(() => reject(new DOMException('No frame came', 'NotReadableError')), FIRST_FRAME_WITHIN_MS);
    scope.add(() => resolve());
  });
  video.srcObject = new MediaStream([track]);
  void video.play().catch(() => undefined);
  try {
    await came;
    return { width: video.videoWidth, height: video.videoHeight };
  } finally {
    video.srcObject = null;
  }
}

function camerasOf(devices: readonly MediaDeviceInfo[]): readonly Camera[] {
  return devices
    .filter((device) => device.kind === 'videoinput' && device.deviceId !== '')
    .map(({ deviceId, label }, index) => ({
      id: deviceId,
      label: label === '' ? `Camera ${index + 1}` : label,
    }));
}

function pictureFault(error: unknown, kind: RecordKind): PictureFault {
  const fault = micFault(error);
  return fault === 'denied' && kind === 'screen' ? 'dismissed' : fault;
}
