import { Notice } from '../ui/Notice.tsx';
import type { FaultWords } from './fault-words.ts';
import type { PausedMic } from './machine.ts';

type LostMicrophoneProps = { readonly mic: PausedMic; readonly words: FaultWords };

/** In the middle of a take there is no microphone any more: what was said is kept, and how it can go on. */
export function LostMicrophone({ mic, words }: LostMicrophoneProps) {
  if (mic.tag === 'open') {
    return (
      <Notice tone="info" title="The microphone is ready">
        Resume, and the take goes on where it was cut off.
      </Notice>
    );
  }
  const lost = words.take['device-lost'];
  const refused = mic.tag === 'closed' && mic.fault !== null ? words.microphone[mic.fault] : null;
  return (
    <Notice tone="error" title={refused?.title ?? lost.title}>
      <p>{refused?.what ?? lost.what}</p>
      <p>
        {refused === null
          ? 'Choose a microphone and Resume to go on, or Finish with what there is.'
          : `${refused.action} Or Finish: what you said is kept.`}
      </p>
    </Notice>
  );
}
