import type { StorageFault } from '../storage/errors.ts';

/** A fault in words: what it is called, what happened, and the one thing to do about it. */
export type FaultMessage = {
  readonly title: string;
  readonly what: string;
  readonly action: string;
  /** Where in the app that can be done. */
  readonly wayOut?: { readonly label: string; readonly to: string };
};

/** Recordings to download, and to delete without their scores: the way out of a full disk. */
export const FREE_SPACE = { label: 'Free space', to: '/settings#data' } as const;

/** Apart from the faults of recording (messages.ts), because these are needed before any page is there. */
export const storageMessages: Readonly<Record<StorageFault, FaultMessage>> = {
  unavailable: {
    title: 'Nothing can be stored here',
    what: 'This browser refuses to store data for this page, as it does in some private windows, so a recording could not be kept.',
    action: 'Open Talkthrough in an ordinary window, or allow site data for it, and try again.',
  },
  newer: {
    title: 'Your recordings were saved by a newer version',
    what: 'This page is an older version of Talkthrough and must not touch what the newer one wrote.',
    action: 'Reload to get the newer version.',
  },
  blocked: {
    title: 'Another tab is in the way',
    what: 'Talkthrough has been updated, and another tab still uses the old version.',
    action: 'Close the other Talkthrough tabs, then try again.',
  },
  full: {
    title: 'The disk is full',
    what: 'The last change could not be saved. Everything earlier was.',
    action: 'Delete old audio or free space on this device, then try again.',
    wayOut: FREE_SPACE,
  },
  corrupt: {
    title: 'Something stored cannot be read',
    what: 'What was read is not what was written. The rest is untouched.',
    action: 'Try again; if it stays so, copy the diagnostics.',
  },
};

/** What happened and what to do, where there is room for no more. */
export function explain(fault: StorageFault): string {
  const { what, action } = storageMessages[fault];
  return `${what} ${action}`;
}
