import { Notice } from '../ui/Notice.tsx';
import type { Warning } from './snapshot.ts';

const WORDS: Readonly<
  Record<Warning, { readonly title: string; readonly before: string; readonly during: string }>
> = {
  muted: {
    title: 'The microphone is muted',
    before: 'A call, or a switch on the device, has taken it. It works again when that ends.',
    during: 'A call, or a switch on the device, has taken it. The take waits and goes on when that ends.',
  },
  silent: {
    title: 'Nothing is heard',
    before: 'Not even noise arrives. Is the microphone switched off, or is another one meant?',
    during: 'Not even noise has arrived for three seconds. Is the microphone switched off, or the wrong one?',
  },
  'slow-disk': {
    title: 'The disk does not keep up',
    before: '',
    during: 'The last seconds are in memory and are still being saved. Recording goes on.',
  },
  replaced: {
    title: 'This is another microphone',
    before: 'The one chosen before is not connected. Connect it and choose it, or go on with this one.',
    during: '',
  },
  slept: {
    title: 'This device slept',
    before: '',
    during:
      'What you said before is kept, and recording has gone on since. The time asleep is not in the take.',
  },
  switched: {
    title: 'Another microphone is in use',
    before: 'The system’s default has changed. The level shows the new one.',
    during: 'The system’s default has changed. The take goes on with the new one.',
  },
};

/** They spoil nothing and ask for nothing. */
const SEEN_ONLY: ReadonlySet<Warning> = new Set<Warning>(['slow-disk', 'slept', 'switched']);

/** A word before minutes are lost. Of a running take only what pauses or spoils it is said aloud. */
export function WarningNotice({
  warning,
  isTake,
}: {
  readonly warning: Warning | null;
  readonly isTake: boolean;
}) {
  if (warning === null) return null;
  const { title, before, during } = WORDS[warning];
  return (
    <Notice
      tone={isTake && warning === 'silent' ? 'error' : 'warn'}
      title={title}
      isSilent={SEEN_ONLY.has(warning)}
    >
      {isTake ? during : before}
    </Notice>
  );
}
