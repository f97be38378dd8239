import fc from 'fast-check';
import { expect, onTestFinished, test, vi } from 'vitest';
import { chooseFormat, timesliceMs } from '../../src/recorder/codec.ts';
import { levelWord } from '../../src/recorder/level.ts';
import { Ballistics } from '../../src/recorder/meter.ts';
import { micFault } from '../../src/recorder/microphone.ts';
import { Scope } from '../../src/recorder/scope.ts';
import { SignalWatch } from '../../src/recorder/signal-watch.ts';
import { type WriteFault, WriteQueue } from '../../src/recorder/write-queue.ts';
import { StorageError } from '../../src/storage/errors.ts';

const CHROME =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36';
const SAFARI =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15';
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0';

test('each engine records what it plays best', () => {
  const all = () => true;
  expect(chooseFormat(null, all, CHROME)).toBe('audio/webm;codecs=opus');
  expect(chooseFormat(null, all, FIREFOX)).toBe('audio/webm;codecs=opus');
  expect(chooseFormat(null, all, SAFARI)).toBe('audio/mp4;codecs=mp4a.40.2');
  expect(chooseFormat(null, (type) => type.startsWith('audio/ogg'), FIREFOX)).toBe('audio/ogg;codecs=opus');
  expect(chooseFormat(null, () => false, CHROME)).toBeNull();
  expect(timesliceMs('audio/mp4;codecs=opus')).toBe(250);
  expect(timesliceMs('audio/webm;codecs=opus')).toBe(500);
});

test('a take that goes on keeps its format where the browser can', () => {
  expect(chooseFormat('audio/mp4', () => true, CHROME)).toBe('audio/mp4');
  expect(chooseFormat('audio/mp4', (type) => type !== 'audio/mp4', CHROME)).toBe('audio/webm;codecs=opus');
});

test('an error of the browser without a known name means a busy device', () => {
  expect(micFault(new DOMException('?', 'InvalidStateError'))).toBe('busy');
  expect(micFault(new TypeError('audio and video are false'))).toBe('unsupported');
  expect(micFault('strange')).toBe('busy');
});

test('the level has a word', () => {
  expect(levelWord(-100, false)).toBe('No input');
  expect(levelWord(-45, false)).toBe('Too quiet');
  expect(levelWord(-12, false)).toBe('Good level');
  expect(levelWord(0, true)).toBe('Clipping');
});

test('the meter rises at once, falls slowly, and holds its peak for three seconds', () => {
  const meter = new Ballistics(0);
  const loud = Float32Array.of(0, 0.5, -0.1);
  const quiet = Float32Array.of(0.001, -0.001);
  expect(meter.read(loud, 100).db).toBeCloseTo(-6.02, 1);
  const after = meter.read(quiet, 1800);
  expect(after.db).toBeCloseTo(-26.02, 1);
  expect(after.heldDb).toBeCloseTo(-6.02, 1);
  expect(meter.read(quiet, 3200).heldDb).toBeCloseTo(-60, 0);
});

test('clipping is shown for a second and a half, silence after three seconds of zeros', () => {
  const meter = new Ballistics(0);
  const zeros = new Float32Array(8);
  expect(meter.read(Float32Array.of(-1), 0).isClipping).toBe(true);
  expect(meter.read(zeros, 1400).isClipping).toBe(true);
  expect(meter.read(zeros, 1600).isClipping).toBe(false);
  expect(meter.read(zeros, 2999).isSilent).toBe(false);
  expect(meter.read(zeros, 3000).isSilent).toBe(true);
  expect(meter.read(Float32Array.of(0.000_01), 3100).isSilent).toBe(false);
});

test('three seconds of tiny chunks are silence; a thinking pause is not', () => {
  const watch = new SignalWatch();
  // Sizes of Opus at 64 kbit/s in slices of half a second: speech, a quiet room, exact zeros.
  for (let chunk = 0; chunk < 10; chunk += 1) watch.chunk(4000, 500);
  for (let chunk = 0; chunk < 20; chunk += 1) watch.chunk(1200, 500);
  expect(watch.isSilent).toBe(false);
  for (let chunk = 0; chunk < 5; chunk += 1) watch.chunk(110, 500);
  expect(watch.isSilent).toBe(false);
  watch.chunk(110, 500);
  expect(watch.isSilent).toBe(true);
  watch.chunk(4000, 500);
  expect(watch.isSilent).toBe(false);
});

test('a scope lets go once, in reverse order, and at once of what comes too late', () => {
  const gone: string[] = [];
  const scope = new Scope();
  scope.add(() => gone.push('first'));
  const forget = scope.add(() => gone.push('second'));
  scope.add(() => gone.push('last'));
  forget();
  scope.dispose();
  scope.dispose();
  scope.add(() => gone.push('late'));
  expect(gone).toEqual(['second', 'last', 'first', 'late']);
});

test('whatever fails and when, what is written is written in order and without a gap', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ fails: fc.constantFrom(0, 0, 0, 0, 1, 2), isSlow: fc.boolean() }), {
        maxLength: 20,
      }),
      async (plans) => {
        const disk: number[] = [];
        const faults: WriteFault[] = [];
        let longest = 0;
        const queue = new WriteQueue(
          (fault) => faults.push(fault),
          () => {
            longest = Math.max(longest, queue.waiting);
          },
        );
        let running = 0;
        for (const [index, { fails, isSlow }] of plans.entries()) {
          let tries = 0;
          queue.push(async () => {
            running += 1;
            expect(running).toBe(1);
            await Promise.resolve();
            if (isSlow) await Promise.resolve();
            running -= 1;
            tries += 1;
            if (tries <= fails) throw new StorageError('full');
            disk.push(index);
          });
          if (isSlow) await Promise.resolve();
        }
        await queue.settle();
        // It may stop at the second failure, never skip.
        expect(disk).toEqual(plans.map((_, index) => index).slice(0, disk.length));
        expect(queue.waiting).toBe(plans.length - disk.length);
        const failures = plans.reduce((sum, { fails }) => sum + fails, 0);
        if (failures <= 1) expect(queue.waiting).toBe(0);
        expect(faults).toHaveLength(Math.min(failures, 2));
      },
    ),
  );
});

/** A failure that a moment later may be over. */
const away = () => new StorageError('unavailable', { cause: new Error('Connection lost') });

test('a store that is away is asked again and again, and nothing is written twice or out of order', async () => {
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const disk: number[] = [];
  const faults: WriteFault[] = [];
  const queue = new WriteQueue((fault) => faults.push(fault), vi.fn());
  let isAway = true;
  for (const index of [0, 1, 2]) {
    queue.push(async () => {
      if (isAway) throw away();
      disk.push(index);
    });
  }
  await vi.advanceTimersByTimeAsync(4000);
  expect({ disk, faults, waiting: queue.waiting, isRefused: queue.isRefused }).toEqual({
    disk: [],
    faults: [],
    waiting: 3,
    isRefused: true,
  });
  isAway = false;
  await vi.advanceTimersByTimeAsync(8000);
  expect({ disk, faults, waiting: queue.waiting, isRefused: queue.isRefused }).toEqual({
    disk: [0, 1, 2],
    faults: [],
    waiting: 0,
    isRefused: false,
  });
});

test('a store that stays away for half a minute is given up, but for one last try', async () => {
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const faults: WriteFault[] = [];
  const queue = new WriteQueue((fault) => faults.push(fault), vi.fn());
  let tries = 0;
  queue.push(async () => {
    tries += 1;
    if (tries < 8) throw away();
  });
  await vi.advanceTimersByTimeAsync(30_000);
  expect(faults).toEqual([]);
  await vi.advanceTimersByTimeAsync(1000);
  expect({ faults, tries, waiting: queue.waiting }).toEqual({ faults: ['disk'], tries: 7, waiting: 1 });
  await queue.settle();
  expect({ tries, waiting: queue.waiting }).toEqual({ tries: 8, waiting: 0 });
});

test('whoever waits for the end is not kept waiting by the patience with a store that is away', async () => {
  const queue = new WriteQueue(vi.fn(), vi.fn());
  queue.push(() => Promise.reject(away()));
  await Promise.resolve();
  await queue.settle();
  expect(queue.waiting).toBe(1);
});

test('what waits in memory is bounded: past 64 MB the take ends, once', async () => {
  const faults: WriteFault[] = [];
  const queue = new WriteQueue((fault) => faults.push(fault), vi.fn());
  const stuck = Promise.withResolvers<void>();
  for (let index = 0; index < 70; index += 1) queue.push(() => stuck.promise, 1 << 20);
  expect(faults).toEqual(['disk']);
  expect(queue.waiting).toBe(70);
  stuck.resolve();
  await queue.settle();
  expect(queue.waiting).toBe(0);
});
