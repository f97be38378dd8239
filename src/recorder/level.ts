export type LevelWord = 'No input' | 'Too quiet' | 'Good level' | 'Clipping';

/** Under the last bit of 16-bit sound (−90.3 dBFS) there is no signal, only zeros or dither. */
const NO_INPUT_DB = -90;

/**
 * Speech whose loudest moments stay under −30 dBFS has its softer syllables near −55, in the noise of an
 * ordinary room: pauses can then no longer be told from speech.
 */
const TOO_QUIET_DB = -30;

/**
 * The word beside the level bar.
 *
 * @param db peak in dBFS over some seconds, not of an instant: speech has pauses, a word must not flicker
 */
export function levelWord(db: number, isClipping: boolean): LevelWord {
  if (isClipping) return 'Clipping';
  if (db < NO_INPUT_DB) return 'No input';
  return db < TOO_QUIET_DB ? 'Too quiet' : 'Good level';
}
