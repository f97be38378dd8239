import type { Archive } from './archive.ts';
import { openAttempts } from './attempts.ts';
import { openChangeFeed } from './changes.ts';
import { openChunks } from './chunks.ts';
import { openClips } from './clips.ts';
import { connect, type OpenOptions } from './connection.ts';
import { openPeaks } from './peaks.ts';
import { openPrompts } from './prompts.ts';
import { layIn, withReserve } from './reserve.ts';
import { openReviews } from './reviews.ts';
import { openQuarantine } from './set-aside.ts';
import { openSettings } from './settings.ts';
import { sweep } from './sweep.ts';
import { openTrash } from './trash.ts';
import { weighTrash } from './weigh-trash.ts';

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
    reviews: openReviews(connection, feed, quarantine),
    prompts: openPrompts(connection, feed, quarantine, trash),
    peaks: openPeaks(connection, feed),
    settings: openSettings(connection, feed),
    setAside: { list: () => quarantine.list() },
    layInReserve: () => layIn(recording),
    weighTrash: () => weighTrash(connection),
    purgeTrash: (before) => trash.purge(before),
    onChange: (listener) => feed.listen(listener),
    async close() {
      await connection.close();
      feed.close();
    },
  };
}
