import type { TakeFault } from '../domain/attempt.ts';
import type { MicFault, SaveFault } from './machine.ts';
import type { PictureFault } from './picture.ts';

export type Words = {
  readonly title: string;
  readonly what: string;
  readonly action: string;
  /** Where in the app that can be done. */
  readonly wayOut?: { readonly label: string; readonly to: string };
};

/** Every fault of the recorder in words. The app brings them: one place names all faults. */
export type FaultWords = {
  readonly picture: Readonly<Record<PictureFault, Words>>;
  /** It was there, and has ended. */
  readonly pictureOver: Words;
  readonly microphone: Readonly<Record<MicFault, Words>>;
  readonly take: Readonly<Record<TakeFault, Words>>;
  readonly save: Readonly<Record<SaveFault, Words>>;
};
