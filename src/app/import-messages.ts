import type { ImportFailure, ImportFault } from '../finish/client.ts';
import { type FaultMessage, FREE_SPACE } from './storage-messages.ts';

type Words = Omit<FaultMessage, 'title'>;

const ANOTHER = 'Choose another file, or export it as WAV, MP3, M4A, WebM, Ogg or FLAC first.';

const WORDS: Readonly<Record<ImportFault, (detail: string) => Words>> = {
  empty: () => ({
    what: 'The file is empty: there is not one byte in it.',
    action: 'If it comes from another device, copy it again.',
  }),
  foreign: () => ({ what: 'It is not a recording of a kind that is known here.', action: ANOTHER }),
  'no-audio': () => ({ what: 'It has no audio track, so there is nothing to listen to.', action: ANOTHER }),
  codec: (detail) => ({
    what: `This browser cannot decode its sound, which is in the format “${detail}”.`,
    action: ANOTHER,
  }),
  unreadable: () => ({
    what: 'It is damaged or not complete: no sound could be read from it.',
    action: 'If it comes from another device, copy it again.',
  }),
  gone: () => ({
    what: 'The file was moved, deleted or changed while it was read.',
    action: 'Choose it again where it is now, when nothing writes to it any more.',
  }),
  stuck: () => ({
    what: 'Reading it came to no end, so it was given up. It may be damaged.',
    action: ANOTHER,
  }),
  full: () => ({
    what: 'There is no room for it on this disk.',
    action: 'Delete old audio or free space on this device, then import it again.',
    wayOut: FREE_SPACE,
  }),
  disk: () => ({
    what: 'Storage failed while it was written.',
    action: 'Reload the page and import it again.',
  }),
  broken: () => ({
    what: 'Importing could not be started.',
    action: 'Reload the page and try again.',
  }),
};

/** Why a file was not imported, and what to do. */
export function importMessage(fileName: string, { fault, detail }: ImportFailure): FaultMessage {
  return { title: `“${fileName}” was not imported`, ...WORDS[fault](detail) };
}
