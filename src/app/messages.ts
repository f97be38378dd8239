import type { TakeFault } from '../domain/attempt.ts';
import type { MicFault, SaveFault } from '../recorder/machine.ts';
import type { PictureFault } from '../recorder/picture.ts';
import { type FaultMessage, FREE_SPACE } from './storage-messages.ts';

export const micMessages: Readonly<Record<MicFault, FaultMessage>> = {
  unsupported: {
    title: 'This browser cannot record',
    what: 'It lacks what recording needs (MediaRecorder).',
    action: 'Open Talkthrough in a current Chrome, Edge, Firefox or Safari.',
  },
  insecure: {
    title: 'No microphone on an insecure page',
    what: 'Browsers allow the microphone only over https or on localhost.',
    action: 'Open Talkthrough at an address that begins with https.',
  },
  denied: {
    title: 'The microphone is not allowed',
    what: 'The browser, or the system, refused it for this page.',
    action: howToAllow(navigator.userAgent),
  },
  'no-device': {
    title: 'No microphone was found',
    what: 'The chosen microphone is not connected, or there is none.',
    action: 'Connect one or choose another device, then try again.',
  },
  busy: {
    title: 'The microphone is busy',
    what: 'Another program is using it, or the system took it away.',
    action: 'Close what uses it, or choose another device, then try again.',
  },
  elsewhere: {
    title: 'Another tab is recording',
    what: 'Talkthrough records in one tab at a time, so that no take is mixed up.',
    action: 'Finish the take there; this page notices by itself.',
  },
};

export const pictureMessages: Readonly<Record<PictureFault, FaultMessage>> = {
  unsupported: {
    title: 'This browser cannot record that picture',
    what: 'Phones do not show their screen to a page, and some browsers record no picture.',
    action: 'Go on with sound alone, or open Talkthrough in a current browser on a computer.',
  },
  denied: {
    title: 'The camera is not allowed',
    what: 'The browser, or the system, refused it for this page.',
    action: howToAllow(navigator.userAgent, 'camera'),
  },
  dismissed: {
    title: 'No screen was chosen',
    what: 'Nothing is being recorded. If your browser showed no list, the system does not let it see the screen.',
    action: 'Try again and choose a screen, a window or a tab.',
  },
  'no-device': {
    title: 'No camera was found',
    what: 'The chosen camera is not connected, or there is none.',
    action: 'Connect one or choose another camera, then try again.',
  },
  busy: {
    title: 'No picture came',
    what: 'Another program may be using it, or the system does not hand it out.',
    action: 'Close what uses it, then try again.',
  },
};

export const pictureOverMessage: FaultMessage = {
  title: 'The picture has ended',
  what: 'The camera was unplugged or taken away, or the sharing of the screen was ended.',
  action: 'Open it again before you start.',
};

export const takeMessages: Readonly<Record<TakeFault, FaultMessage>> = {
  'device-lost': {
    title: 'The microphone was lost',
    what: 'It was unplugged, or the permission was taken back. What you said until then is kept.',
    action: 'Review what was kept, or connect a microphone and start again.',
  },
  encoder: {
    title: 'The recorder stopped',
    what: 'The browser’s encoder failed. What you said until then is kept.',
    action: 'Review what was kept, or start again.',
  },
  'disk-full': {
    title: 'The disk is full',
    what: 'There was no room for more. What was saved until then is kept.',
    action: 'Review what was kept, and delete old audio or free space on this device before the next take.',
    wayOut: FREE_SPACE,
  },
  disk: {
    title: 'The recording could not be written',
    what: 'Storage failed during the take. What was saved until then is kept.',
    action: 'Review what was kept, then reload the page before the next take.',
  },
};

export const saveMessages: Readonly<Record<SaveFault, FaultMessage>> = {
  empty: {
    title: 'Nothing was recorded',
    what: 'The take ended before the recorder delivered any sound.',
    action: 'Start again.',
  },
  'disk-full': {
    title: 'No room to finish the recording',
    what: 'Your take is safe, but joining its parts needs as much room again.',
    action: 'Delete old audio or free space on this device, then try again.',
    wayOut: FREE_SPACE,
  },
  disk: {
    title: 'The recording could not be finished',
    what: 'Your take is safe, but storage failed while its parts were joined.',
    action: 'Try again.',
  },
  unreadable: {
    title: 'The recording could not be joined',
    what: 'Your take is safe, but its parts could not be read as sound.',
    action: 'Try again, or download what was recorded on its review page.',
  },
  mixed: {
    title: 'The recording could not be joined',
    what: 'Your take is safe, but its parts are in different formats.',
    action: 'Download what was recorded on its review page.',
  },
};

/** Where the permission is set, by browser. */
function howToAllow(userAgent: string, device: 'microphone' | 'camera' = 'microphone'): string {
  if (userAgent.includes('Firefox/'))
    return `Press the crossed-out ${device} left of the address, remove the block, and try again.`;
  if (userAgent.includes('Safari/') && !userAgent.includes('Chrome/'))
    return `Open Safari’s settings for this website, set the ${device} to Allow, and try again.`;
  return `Press the icon left of the address, allow the ${device}, and try again.`;
}
