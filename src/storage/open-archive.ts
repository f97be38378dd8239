import type { EpochMs } from '../domain/timeline.ts';
import type { Archive } from './archive.ts';
import { openAttempts } from './attempts.ts';
import { openChangeFeed } from './changes.ts';
import { openChunks } from './chunks.ts';
import { openClips } from './clips.ts';
import { connect, type OpenOptions } from './connection.ts';
import { StorageError } from './errors.ts';
import { openPrompts } from './prompts.ts';
import { layIn, withReserve } from './reserve.ts';
import { openQuarantine } from './set-aside.ts';
import { openSettings } from './settings.ts';
import { sweep } from './sweep.ts';
import { openTrash } from './trash.ts';

/**
 * Opens the archive, brought up to this version's schema, with what an earlier session left undone put
 * right. Rejects with `StorageError`. Whoever opened it closes it.
 */
export async function openArchive(options: OpenOptions = {}): Promise<Archive> {
  const recording = await connect(options);
  const connection = withReserve(recording);
  const feed = openChangeFeed();
  const quarantine = openQuarantine(connection, feed);
  const trash = openTrash(connection, feed);
  await sweep(connection, quarantine);
  return {
    attempts: openAttempts({ connection, recording, feed, quarantine, trash }),
    chunks: openChunks(connection),
    clips: openClips({ connection, recording, feed }),
    reviews: later(['of', 'ofAll', 'put', 'discard'], async () =>
      (await import('./reviews.ts')).openReviews(connection, feed, quarantine),
    ),
    coaching: later(['of', 'ofAll', 'update', 'focuses'], async () =>
      (await import('./coaching.ts')).openCoaching(connection, feed, quarantine),
    ),
    // What can be made again has no claim on the reserve: the disk refuses it, and it is made when there is room.
    deliveries: later(['ofAll', 'failureOf', 'failed', 'put', 'pending', 'outdate'], async () =>
      (await import('./deliveries.ts')).openDeliveries(recording, feed),
    ),
    sounds: later(['of', 'put', 'pending', 'outdate'], async () =>
      (await import('./deliveries.ts')).openSounds(recording, feed),
    ),
    rubrics: later(['get', 'list', 'add'], async () =>
      (await import('./rubrics.ts')).openRubrics(connection, feed),
    ),
    prompts: openPrompts(connection, feed, quarantine, trash),
    peaks: later(['get', 'put', 'outdate'], async () =>
      (await import('./peaks.ts')).openPeaks(recording, feed),
    ),
    settings: openSettings(connection, feed),
    setAside: { list: () => quarantine.list() },
    layInReserve: () => layIn(recording),
    ...later(['weighTrash', 'purgeTrash'], async () => {
      const { purgeTrash, weighTrash } = await import('./empty-trash.ts');
      return {
        weighTrash: () => weighTrash(connection),
        purgeTrash: (before: EpochMs) => purgeTrash(connection, before),
      };
    }),
    onChange: (listener) => feed.listen(listener),
    async close() {
      await connection.close();
      feed.close();
    },
  };
}

/**
 * A part of the archive whose code is loaded when one of its methods is first called. Nothing a take needs is
 * among them: recording never waits for a script.
 */
function later<Part extends { readonly [Method in keyof Part]: (...given: never[]) => Promise<unknown> }>(
  methods: readonly (keyof Part)[],
  load: () => Promise<Part>,
): Part {
  let loading: Promise<Part> | null = null;
  const call =
    (method: keyof Part) =>
    async (...given: never[]) => {
      loading ??= load();
      let part: Part;
      try {
        part = await loading;
      } catch (cause) {
        // The next call tries again.
        loading = null;
        throw new StorageError('unavailable', { cause });
      }
      return part[method](...given);
    };
  return Object.fromEntries(methods.map((method) => [method, call(method)])) as Part;
}
