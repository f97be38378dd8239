import type { KeptAttempt } from '../domain/attempt.ts';
import { type Delivery, MEASURES, MOST_SIGNAL_TO_NOISE, type Unmeasured } from '../domain/facts.ts';
import type { WhyUnknown } from '../domain/recorded-facts.ts';
import { type Doubt, type FigureId, LEAST_ALIKE, type Usual } from '../domain/usual.ts';
import { listed } from './words.ts';

/*
 * The delivery in words: about seconds, syllables and decibels. Nothing here says what a value should be.
 */

type FigureWords = {
  readonly label: string;
  /** In a few plain words. */
  readonly meaning: string;
  readonly unit: string;
  readonly digits: number;
  /** Rounded down, so that what is under a limit is never shown as the limit. */
  readonly isFloored?: true;
  /** Counted without knowing what was said. */
  readonly isEstimate?: true;
};

/** In the order of the table. */
export const FIGURES: Readonly<Record<FigureId, FigureWords>> = {
  speechRate: {
    label: 'Speech rate',
    meaning: 'Syllables a second from first to last word, pauses included.',
    unit: MEASURES.speechRate,
    digits: 1,
    isEstimate: true,
  },
  articulationRate: {
    label: 'Articulation rate',
    meaning: 'The same without the pauses.',
    unit: MEASURES.articulationRate,
    digits: 1,
    isEstimate: true,
  },
  meanLengthOfRun: {
    label: 'Mean length of run',
    meaning: 'Syllables from one pause to the next.',
    unit: MEASURES.meanLengthOfRun,
    digits: 1,
    isEstimate: true,
  },
  phonationTimeRatio: {
    label: 'Phonation-time ratio',
    meaning: 'Part of the time from first to last word that is speech; 1 is all of it.',
    unit: '',
    digits: 2,
  },
  pauseRate: {
    label: 'Pauses',
    meaning: 'Silences of a quarter of a second or longer.',
    unit: 'a minute',
    digits: 1,
  },
  pauseShare: {
    label: 'Pause share',
    meaning: 'Part of the time that is such silence.',
    unit: '%',
    digits: 0,
  },
  pitchMedian: {
    label: 'Pitch',
    meaning: 'Half of the voiced sound lies above it, half below.',
    unit: MEASURES.pitchMedian,
    digits: 0,
  },
  pitchSpread: {
    label: 'Pitch spread',
    meaning: 'How far the pitch moves within ten seconds; an octave is 12.',
    unit: MEASURES.pitchSpread,
    digits: 1,
  },
  loudness: {
    label: 'Loudness',
    meaning:
      'Of the whole, as hearing weighs it. LUFS are decibels below about the most that a file can hold.',
    unit: MEASURES.loudness,
    digits: 1,
  },
  loudnessRange: {
    label: 'Loudness range',
    meaning: 'Between its quieter and its louder stretches. An LU is one decibel.',
    unit: MEASURES.loudnessRange,
    digits: 1,
  },
  signalToNoise: {
    label: 'Signal to noise',
    meaning: 'How far the speech stands above what is heard in the pauses.',
    unit: MEASURES.signalToNoise,
    digits: 0,
    isFloored: true,
  },
  clipped: {
    label: 'Clipping',
    meaning: 'Time in which the sound was cut off at full scale.',
    unit: MEASURES.clipped,
    digits: 0,
  },
};
export const FIGURE_IDS = Object.keys(FIGURES) as readonly FigureId[];

/** `−23.0`, `0.83`: the sign is a minus, and nothing is less than nothing. */
export function numberWords(value: number, digits: number): string {
  const fixed = value.toFixed(digits);
  return Number(fixed) === 0 ? fixed.replace('-', '') : fixed.replace('-', '−');
}

/** A value as it is shown: whatever is drawn of it or said about it goes by this, so that they agree. */
export function shownValue(id: FigureId, value: number): number {
  const { digits, isFloored = false } = FIGURES[id];
  return Number((isFloored ? Math.floor(value) : value).toFixed(digits));
}

/** `4.1 syll/s`, `17%`, `60 dB or more`. */
export function figureWords(id: FigureId, value: number): string {
  return (
    withUnit(numberWords(shownValue(id, value), FIGURES[id].digits), FIGURES[id].unit) + orMore(id, value)
  );
}

/** What was measured ends there, what is true need not. */
function orMore(id: FigureId, value: number): string {
  return id === 'signalToNoise' && value >= MOST_SIGNAL_TO_NOISE ? ' or more' : '';
}

function withUnit(text: string, unit: string): string {
  if (unit === '') return text;
  return unit === '%' ? `${text}%` : `${text}\u00a0${unit}`;
}

/** `3.6 to 4.4`; `0.0` where both are; `not enough yet: 1 of 5`. */
export function usualWords(id: FigureId, usual: Usual): string {
  if (usual.tag === 'too-few') return `not enough yet: ${usual.count}\u00a0of\u00a0${LEAST_ALIKE}`;
  const [low, high] = [usual.low, usual.high].map((value) =>
    numberWords(shownValue(id, value), FIGURES[id].digits),
  );
  return (low === high ? `${low}` : `${low} to ${high}`) + orMore(id, usual.high);
}

/** Where a value lies beside the usual, as both are shown. */
function sideOf(id: FigureId, value: number, usual: Usual): 'below' | 'within' | 'above' | null {
  if (usual.tag === 'too-few') return null;
  const shown = shownValue(id, value);
  if (shown < shownValue(id, usual.low)) return 'below';
  return shown > shownValue(id, usual.high) ? 'above' : 'within';
}

type Compared = { readonly id: FigureId; readonly value: number | Unmeasured; readonly usual: Usual };

/** What differs from the usual, first. About the measures, and no verdict: null while none has a range. */
export function comparedWords(rows: readonly Compared[]): string | null {
  const sides = rows.flatMap(({ id, value, usual }) => {
    const side = typeof value === 'number' ? sideOf(id, value, usual) : null;
    return side === null ? [] : [{ id, side }];
  });
  if (sides.length === 0) return null;
  const namesOf = (wanted: 'below' | 'above') =>
    sides.filter(({ side }) => side === wanted).map(({ id }) => FIGURES[id].label.toLowerCase());
  const parts = (['above', 'below'] as const).flatMap((side) => {
    const names = namesOf(side);
    return names.length === 0 ? [] : [`${listed(names)} ${side}`];
  });
  return parts.length === 0
    ? 'Every figure lies within your usual range.'
    : `Outside your usual range: ${parts.join('; ')}.`;
}

/** What the usual ranges are made of. @param count recordings before this one and alike to it */
export function usualBasis({ source }: Pick<KeptAttempt, 'source'>, count: number): string {
  const isImported = source === 'imported';
  const alike = isImported
    ? 'imported recordings of this format whose scores are locked'
    : 'recordings with this microphone and these settings whose scores are locked';
  const microphone = isImported ? ' Nothing is known of their microphones.' : '';
  if (count < LEAST_ALIKE)
    return `A usual range takes ${LEAST_ALIKE} earlier ${alike}; before this one ${count === 1 ? 'there is 1' : `there are ${count}`}.${microphone}`;
  return `Usual: the last ${count} ${alike} before this one, from their 10th to their 90th percentile, and never narrower than a difference that means anything. The dot is this one.${microphone}`;
}

/** After `cannot be measured, because`. */
const WHY: Readonly<Record<WhyUnknown, string>> = {
  undecodable: 'its sound cannot be decoded here',
  silent: 'the recording is silent',
  'no-speech': 'no speech was found',
  'no-pauses': 'no pause was found',
  'no-voice': 'no voiced sound was found',
  'too-short': 'there is too little sound or speech in it',
  'not-measured': 'nothing was measured yet',
  'no-marks': 'the attempt has no marks',
  'no-target': 'there is no target',
  'no-such-step': 'the marks leave the step no time',
  'ends-the-take': 'the step ends with the take',
  'short-step': 'the step is too short',
  'little-speech': 'there is too little speech between its pauses',
  'heard-in-part': 'the end of it could not be decoded',
};

/** `cannot be measured, because no speech was found`. */
export function unmeasuredWords(why: WhyUnknown): string {
  return `cannot be measured, because ${WHY[why]}`;
}

/** Why a recording has neither rate nor pause, where no speech is in it. */
export function whyNoSpeech({ measures: { speechRate } }: Pick<Delivery, 'measures'>): Unmeasured {
  return typeof speechRate === 'string' ? speechRate : 'no-speech';
}

const DOUBT_WORDS: Readonly<Record<Doubt, (signalToNoise: string) => string>> = {
  noisy: (signalToNoise) =>
    `the speech stands ${signalToNoise} above its background, and under 15 dB pauses and syllables are found less surely`,
  'noise-suppression': () => 'noise suppression was on, which takes quiet speech for noise',
  'gain-control': () => 'automatic level was on, which evens out loudness and raises what is in the pauses',
  'noise-unmeasured': () => 'how far the speech stands above its background could not be measured',
  'processing-unsaid': () => 'the browser does not say whether noise suppression or automatic level was on',
  imported: () => 'an imported file does not say how it was recorded',
};

/** Null: nothing speaks against it. */
export function confidenceWords(
  doubts: readonly Doubt[],
  { measures: { signalToNoise } }: Pick<Delivery, 'measures'>,
): string | null {
  if (doubts.length === 0) return null;
  const level = typeof signalToNoise === 'number' ? figureWords('signalToNoise', signalToNoise) : '';
  const isLow = doubts.some((doubt) => !UNSURE.includes(doubt));
  const reasons = doubts.map((doubt) => DOUBT_WORDS[doubt](level));
  return `Confidence is ${isLow ? 'low' : 'not known'}: ${reasons.join('; ')}.`;
}

const UNSURE: readonly Doubt[] = ['noise-unmeasured', 'processing-unsaid', 'imported'];

type Method = { readonly of: readonly FigureId[]; readonly how: string; readonly howSure: string };

/**
 * How each was measured. Figures of pauses and syllables are those of `npm run accuracy -- ../shared/corpus/speech`
 * (November 2026), rounded up; pitch and loudness are held to theirs by tests/node/pitch.test.ts and loudness.test.ts.
 */
export const METHODS: readonly Method[] = [
  {
    of: ['phonationTimeRatio', 'pauseRate', 'pauseShare'],
    how: 'A small neural network (Silero, version 6) finds for every hundredth of a second whether it is speech, with the help of dips of the level between words. A gap of 0.25 s or more is a pause.',
    howSure:
      'In recordings with known pauses half of the edges were within 0.03 s, and the ratio was 0.03 off on average. Another threshold would find other pauses, so these compare with your own recordings only.',
  },
  {
    of: ['speechRate', 'articulationRate', 'meanLengthOfRun'],
    how: 'An estimate, made without words: peaks of the level between 250 and 2500 Hz within the speech are taken for syllables.',
    howSure:
      'In recordings of 8 s and more with a known count it was 4% off on average, and it is more in noise. Good for setting one voice and microphone beside itself, not as absolute values.',
  },
  {
    of: ['pitchMedian', 'pitchSpread'],
    how: 'How often the wave of the voice repeats itself, every hundredth of a second, and the likeliest path through these. The spread is the standard deviation within 10 s; shown is the median of all such windows.',
    howSure:
      'Agrees with the program Praat but for about 1 in 200 voiced moments. A creaky or very noisy voice is heard less surely.',
  },
  {
    of: ['loudness', 'loudnessRange'],
    how: 'Integrated loudness after ITU-R BS.1770-4, its range after EBU Tech 3342.',
    howSure:
      'Agrees with the program ffmpeg to 0.1. Both move with the distance to the microphone and with its level.',
  },
  {
    of: ['signalToNoise'],
    how: `The mean level of the speech over the median level of its pauses, both above 80 Hz; ${MOST_SIGNAL_TO_NOISE} dB is the most that is told.`,
    howSure: 'Where there are hardly any pauses, there is nothing to hear the background in.',
  },
  {
    of: ['clipped'],
    how: 'How long the sound stays flat at full scale, before anything else is done with it.',
    howSure:
      'In a compressed recording an estimate. What was cut off and then made quieter on its way here is not found.',
  },
];
