import type { Delivery, Sound } from '../domain/facts.ts';
import { type Ms, plural, type Span, timecode } from '../domain/timeline.ts';
import { unmeasuredWords } from './delivery-words.ts';
import type { Measuring } from './measuring.ts';
import { fastStretches, type PauseRow, ratioWords, SOUND_LABELS, secondsOf } from './time-line.ts';
import { listed } from './words.ts';

/** So many are named; the table has them all. */
const NAMED = 3;

/** `46 pauses, 31 s in all. The longest lasts 5.2 s, at 3:11.` */
export function pausesWords(pauses: readonly PauseRow[]): string {
  const longest = pauses.reduce<PauseRow | null>(
    (most, pause) =>
      most === null || pause.endMs - pause.startMs > most.endMs - most.startMs ? pause : most,
    null,
  );
  if (longest === null) return 'No pause was found in this recording.';
  const totalMs = pauses.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);
  const where = `${secondsOf(longest)}, at ${timecode(longest.startMs)}`;
  return pauses.length === 1
    ? `One pause of ${where}.`
    : `${plural(pauses.length, 'pause')}, ${totalWords(totalMs)} in all. The longest lasts ${where}.`;
}

/** `1:44.3`: to the tenth, rounded down as a clock does. */
export function tenths(ms: Ms): string {
  return `${timecode(ms)}.${Math.floor((ms % 1000) / 100)}`;
}

/** What tells the beginning of one from those of all others: the second, or the tenth where two share a second. */
export function beginsAmong(spans: readonly Span[]): (span: Span) => string {
  const counts = new Map<string, number>();
  for (const { startMs } of spans) {
    const at = timecode(startMs);
    counts.set(at, (counts.get(at) ?? 0) + 1);
  }
  return ({ startMs }) => {
    const at = timecode(startMs);
    return (counts.get(at) ?? 0) > 1 ? tenths(startMs) : at;
  };
}

function totalWords(ms: number): string {
  return ms < 60_000 ? `${Math.round(ms / 1000)} s` : timecode(ms);
}

/** Where the rate leaves the own median by more than a quarter, upwards and for long enough to count. */
export function paceWords(delivery: Delivery): string {
  const rates = delivery.localRates ?? [];
  const [only] = rates;
  if (only === undefined) return 'Too little was said for a rate of its own.';
  const runs = fastStretches(delivery);
  if (runs.length === 0)
    return rates.every(({ ratio }) => ratio >= 0.75 && ratio <= 1.25)
      ? 'Within a quarter of your own median throughout.'
      : 'No stretch of 15 s or more a quarter above your own median.';
  const named = runs
    .slice(0, NAMED)
    .map(
      ({ startMs, endMs, ratio }) =>
        `from ${timecode(startMs)} to ${timecode(endMs)} (up to ${ratioWords(ratio)})`,
    );
  const more = runs.length - named.length;
  return `More than a quarter above your own median ${listed([...named, ...(more > 0 ? [`in ${more} more`] : [])])}.`;
}

/**
 * `Typing 3 times (25 s) and cough once (0.5 s), heard mainly in your pauses.`
 *
 * @param hasSpeech without any there are no pauses
 */
export function soundsWords(sounds: readonly Sound[], hasSpeech: boolean): string {
  if (sounds.length === 0)
    return hasSpeech
      ? 'No other sound was heard. They are heard mainly in your pauses.'
      : 'No other sound was heard.';
  const named = [...Map.groupBy(sounds, ({ kind }) => kind)]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(([kind, heard], index) => {
      const word = index === 0 ? SOUND_LABELS[kind] : SOUND_LABELS[kind].toLowerCase();
      const lengthMs = heard.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);
      const length = lengthMs < 10_000 ? secondsOf({ startMs: 0, endMs: lengthMs }) : totalWords(lengthMs);
      return `${word} ${timesWords(heard.length)} (${length})`;
    });
  return `${listed(named)}${hasSpeech ? ', heard mainly in your pauses' : ''}.`;
}

function timesWords(count: number): string {
  if (count === 1) return 'once';
  return count === 2 ? 'twice' : `${count} times`;
}

/** How sure the classifier is: its scores are no probabilities. */
export function scoreWords(score: number): string {
  if (score >= 0.7) return 'clear';
  return score >= 0.4 ? 'likely' : 'perhaps';
}

/** Why there is nothing to draw; `what` stands at its beginning. What can be done about it stands in the panel. */
export function notMeasuredWords(what: string, state: Measuring, isAudioDeleted: boolean): string {
  switch (state.tag) {
    case 'done':
      return isAudioDeleted
        ? `The audio was deleted before ${what.toLowerCase()} were measured.`
        : `${what} are not measured yet.`;
    case 'waiting':
      return `${what} are not measured yet: their turn comes by itself.`;
    case 'measuring':
      return `${what} are being measured.`;
    case 'stopped':
      return `${what} are not measured: it was stopped.`;
    case 'failed':
      return `${what} ${state.why === null ? 'could not be measured' : unmeasuredWords(state.why)}.`;
  }
}
