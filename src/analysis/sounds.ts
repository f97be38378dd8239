import type { Sound, SoundKind } from '../domain/facts.ts';
import type { Ms } from '../domain/timeline.ts';

/*
 * What YAMNet says of windows of a clip → the sounds of the clip. Pure: the classifier is in sounds.worker.ts.
 */

/** Sounds of another version are to be heard again. */
export const SOUNDS_VERSION = 1;

/** YAMNet hears so many samples at a time, at 16 kHz: its windows do not overlap. */
export const WINDOW = 15_600;
const WINDOW_MS: Ms = 975;

type Rule = {
  /** YAMNet's own names (AudioSet). */
  readonly classes: readonly string[];
  /** The score from which it counts. */
  readonly from: number;
  /** Two windows with no more than this between them are one sound. */
  readonly gapMs: Ms;
  /** Of so many windows at least. */
  readonly windows: number;
};

/**
 * The scores are independent, one for each class. Those of the common file are steps: 0.11, 0.15, 0.2, 0.26, 0.33,
 * 0.41, 0.5…; no limit stands on a step, where another rounding would decide. In the speech of ../shared/corpus, cut
 * into windows at four offsets, no class of typing, laughter, knocks, phone or other voices reaches 0.11.
 */
const RULES: Readonly<Record<SoundKind, Rule>> = {
  // Quiet presses with half a second between them reach 0.2 in no more than one window of 26. They come in bursts.
  typing: {
    classes: ['Typing', 'Computer keyboard', 'Typewriter', 'Clicking', 'Clickety-clack'],
    from: 0.13,
    gapMs: 5000,
    windows: 1,
  },
  cough: { classes: ['Cough'], from: 0.3, gapMs: 0, windows: 1 },
  'throat-clearing': { classes: ['Throat clearing'], from: 0.3, gapMs: 0, windows: 1 },
  laughter: {
    classes: ['Laughter', 'Giggle', 'Snicker', 'Belly laugh', 'Chuckle, chortle'],
    from: 0.3,
    gapMs: WINDOW_MS,
    windows: 1,
  },
  breath: { classes: ['Breathing', 'Gasp', 'Sigh', 'Pant', 'Wheeze'], from: 0.3, gapMs: 0, windows: 1 },
  // `Door` without a knock may as well be its creaking.
  knock: { classes: ['Knock', 'Tap'], from: 0.18, gapMs: 2 * WINDOW_MS, windows: 1 },
  phone: {
    classes: [
      'Telephone',
      'Telephone bell ringing',
      'Ringtone',
      'Telephone dialing, DTMF',
      'Dial tone',
      'Busy signal',
    ],
    from: 0.3,
    gapMs: 5000,
    windows: 1,
  },
  // Noisy speech, and several voices at once, are taken for music in single windows, up to 0.8; music alone has 0.9,
  // and lasts. It goes on behind the speech, too, and is only heard where that pauses; so is noise.
  music: { classes: ['Music'], from: 0.63, gapMs: 10_000, windows: 3 },
  // The speaker is `Speech`, and so is whoever else speaks alone. Only what can be no single speaker counts.
  'other-speech': {
    classes: [
      'Conversation',
      'Chatter',
      'Crowd',
      'Hubbub, speech noise, speech babble',
      'Television',
      'Radio',
    ],
    from: 0.3,
    gapMs: 10_000,
    windows: 2,
  },
  // A hiss of one second is a sound of speech; a background stays.
  'background-noise': {
    classes: [
      'Noise',
      'Environmental noise',
      'White noise',
      'Pink noise',
      'Static',
      'Hum',
      'Mains hum',
      'Mechanical fan',
      'Air conditioning',
      'Vacuum cleaner',
      'Hair dryer',
      'Engine',
      'Vehicle',
      'Traffic noise, roadway noise',
      'Siren',
      'Power tool',
      'Drill',
      'Rain',
      'Wind',
      'Wind noise (microphone)',
    ],
    from: 0.45,
    gapMs: 15_000,
    windows: 2,
  },
};

const KINDS = Object.keys(RULES) as readonly SoundKind[];
const KIND_OF: ReadonlyMap<string, SoundKind> = new Map(
  KINDS.flatMap((kind) => RULES[kind].classes.map((name) => [name, kind])),
);

/** The classes that tell anything. By name: their numbers are the model's own affair. */
export const CLASSES: readonly string[] = [...KIND_OF.keys()];
/** No score below it tells anything. */
export const LOWEST_SCORE = Math.min(...KINDS.map((kind) => RULES[kind].from));

/** Of these one window has one alone, the strongest: a cough raises the scores of all of them. */
const FROM_THE_THROAT: readonly SoundKind[] = ['cough', 'throat-clearing', 'laughter', 'breath'];
/** A single key sounds like a knock: so near to typing it is a key. */
const KEY_MS: Ms = 5000;

/** What was heard in one window: the score of each kind that counts. */
export type Heard = ReadonlyMap<SoundKind, number>;

/** @param scores of some classes in one window, by YAMNet's names */
export function heardIn(scores: Iterable<readonly [name: string, score: number]>): Heard {
  const heard = new Map<SoundKind, number>();
  for (const [name, score] of scores) {
    const kind = KIND_OF.get(name);
    if (kind === undefined || score < RULES[kind].from) continue;
    heard.set(kind, Math.max(score, heard.get(kind) ?? 0));
  }
  const strongest = Math.max(...FROM_THE_THROAT.map((kind) => heard.get(kind) ?? 0));
  const [first] = FROM_THE_THROAT.filter((kind) => heard.get(kind) === strongest);
  for (const kind of FROM_THE_THROAT) if (kind !== first) heard.delete(kind);
  return heard;
}

/** The sounds of a clip, sorted by their beginning. @param windows one after the other, from its beginning */
export function soundsOf(windows: readonly Heard[], durationMs: Ms): readonly Sound[] {
  const typing = runsOf('typing', windows);
  const isKey = (run: Run) =>
    typing.some(
      ({ first, last }) =>
        (first - run.last) * WINDOW_MS <= KEY_MS && (run.first - last) * WINDOW_MS <= KEY_MS,
    );
  return KINDS.flatMap((kind) => {
    const runs = runsOf(kind, windows).filter(({ count }) => count >= RULES[kind].windows);
    const kept = kind === 'knock' ? runs.filter((run) => !isKey(run)) : runs;
    return kept.map(({ first, last, score }) => ({
      kind,
      startMs: first * WINDOW_MS,
      endMs: Math.max(first * WINDOW_MS, Math.min((last + 1) * WINDOW_MS, durationMs)),
      score,
    }));
  }).toSorted((a, b) => a.startMs - b.startMs);
}

/** Windows that are one sound, the last included; `count` of them were heard. */
type Run = { readonly first: number; readonly last: number; readonly count: number; readonly score: number };

function runsOf(kind: SoundKind, windows: readonly Heard[]): readonly Run[] {
  const runs: Run[] = [];
  for (const [index, heard] of windows.entries()) {
    const score = heard.get(kind);
    if (score === undefined) continue;
    const run = runs.at(-1);
    if (run !== undefined && (index - run.last - 1) * WINDOW_MS <= RULES[kind].gapMs)
      runs[runs.length - 1] = {
        ...run,
        last: index,
        count: run.count + 1,
        score: Math.max(run.score, score),
      };
    else runs.push({ first: index, last: index, count: 1, score });
  }
  return runs;
}
