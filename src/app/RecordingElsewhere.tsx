import { useEffect, useState } from 'react';
import type { Archive } from '../storage/archive.ts';
import { holdLock, RECORDER_LOCK, recordingNow } from '../storage/locks.ts';
import { announce } from '../ui/announcer.tsx';
import { useArchive } from './archive-context.ts';
import { report } from './diagnostics.ts';
import { isRecording } from './recording.ts';

/** The prompt another tab is recording, in one line. */
export function RecordingElsewhere() {
  const title = useTitleElsewhere(useArchive());
  useEffect(() => {
    if (title !== null) announce(wordsFor(title));
  }, [title]);
  return title !== null && <p className="small muted">{wordsFor(title)}</p>;
}

function wordsFor(title: string): string {
  return `Recording in another tab: ${title}`;
}

function useTitleElsewhere(archive: Archive): string | null {
  const [title, setTitle] = useState<string | null>(null);
  useEffect(() => {
    const left = new AbortController();
    const { signal } = left;
    let isWaiting = false;
    const look = async () => {
      const id = isRecording() ? null : await recordingNow();
      const attempt = id === null ? null : await archive.attempts.get(id);
      if (signal.aborted) return;
      setTitle(attempt?.prompt.title ?? null);
      if (attempt === null || isWaiting) return;
      // A tab that dies announces nothing: whoever is left says that its take may be an orphan.
      isWaiting = true;
      const free = await holdLock(RECORDER_LOCK, signal);
      isWaiting = false;
      if (free === null) return;
      await free();
      archive.attempts.released();
    };
    const follow = () => void look().catch((error: unknown) => !signal.aborted && report(error));
    follow();
    const ignore = archive.onChange(({ store }) => store === 'attempts' && follow());
    return () => {
      left.abort();
      ignore();
    };
  }, [archive]);
  return title;
}
