import { deliveryOf } from '../domain/delivery.ts';
import type { Delivery, Measures, Unmeasured } from '../domain/facts.ts';
import type { Ms } from '../domain/timeline.ts';
import { loudnessMeter } from './loudness.ts';
import type { SoundBlock } from './peaks.ts';
import { pitchMeasures, pitchMeter } from './pitch.ts';
import { clippingMeter, qualityMeter } from './quality.ts';
import { RATE, resampler } from './resample.ts';
import type { Silero } from './silero.ts';
import { syllableMeter } from './syllables.ts';
import { type Voice, voiceMeter } from './voice.ts';

/** Deliveries of an older version are to be measured again: raised with every change that moves a number. */
export const DELIVERY_VERSION = 1;

/** What swings no further than −80 dB of full scale. The noise of a microphone does; the last bit of 16 is at −90. */
const SILENT_PEAK = 1e-4;
/** Nobody says anything in so little time. */
const SHORTEST_MS: Ms = 250;

/** What was measured in a clip, before anybody says whose it is. */
export type MeasuredDelivery = {
  readonly delivery: Omit<Delivery, 'attemptId' | 'version'>;
  /** With gaps that are too short to be pauses. */
  readonly voice: Voice;
  /** Of the sound, to the end of its last block. */
  readonly durationMs: Ms;
};

export type DeliveryMeter = {
  /** Sound at 16 kHz that follows on what was given before, in blocks of any length. */
  add(samples: Float32Array): void;
  /** @param clippedMs as heard before the sound was brought to 16 kHz, which rounds off what was cut off */
  finish(clippedMs: Ms): MeasuredDelivery;
};

export type ClipMeter = {
  /** As decode.ts gives them, at any rate, one after the other. */
  add(block: SoundBlock): void;
  finish(): MeasuredDelivery;
};

/**
 * Everything about a delivery, from the clip as it was recorded. Keeps some 30 bytes for each 10 ms.
 *
 * @param silero free for this clip: until `finish`, nothing else may use it
 */
export function clipMeter(silero: Silero): ClipMeter {
  const clipping = clippingMeter();
  const meter = deliveryMeter(silero);
  const resampled = resampler(meter.add);
  return {
    add(block) {
      const { extremes: samples = block.samples } = block;
      clipping.add({ ...block, samples });
      resampled.add(block);
    },
    finish() {
      resampled.finish();
      return meter.finish(clipping.clippedMs());
    },
  };
}

/** The same from sound at 16 kHz. What cannot be measured has its reason in the place of the value. */
export function deliveryMeter(silero: Silero): DeliveryMeter {
  const voiceIn = voiceMeter(silero);
  const syllablesIn = syllableMeter();
  const pitchIn = pitchMeter();
  const loudnessIn = loudnessMeter();
  const qualityIn = qualityMeter();
  const meters = [voiceIn, syllablesIn, pitchIn, loudnessIn, qualityIn];
  let samplesIn = 0;
  let [lowest, highest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  return {
    add(samples) {
      for (const meter of meters) meter.add(samples);
      samplesIn += samples.length;
      for (const sample of samples) {
        if (sample > highest) highest = sample;
        if (sample < lowest) lowest = sample;
      }
    },
    finish(clipped) {
      const voice = voiceIn.finish();
      const durationMs = Math.round((samplesIn * 1000) / RATE);
      const { measures: rates, ...timing } = deliveryOf(voice.speech, syllablesIn.finish(voice.probability));
      const measures = {
        ...rates,
        ...pitchMeasures(pitchIn.finish(voice)),
        ...loudnessIn.finish(),
        ...qualityIn.finish(voice.speech),
        clipped,
      };
      const reason = unheard(durationMs, (highest - lowest) / 2);
      return {
        delivery: {
          ...timing,
          measures: timing.speech === null ? withoutSpeech(measures, reason) : measures,
        },
        voice,
        durationMs,
      };
    },
  };
}

/** Why no speech was heard. */
function unheard(durationMs: Ms, peak: number): Unmeasured {
  if (durationMs < SHORTEST_MS) return 'too-short';
  return peak <= SILENT_PEAK ? 'silent' : 'no-speech';
}

/** How loud it was and what was cut off is true of any sound but silence; all else is about speech. */
function withoutSpeech({ loudness, loudnessRange, clipped }: Measures, reason: Unmeasured): Measures {
  const isSilent = reason === 'silent';
  return {
    syllables: reason,
    speechRate: reason,
    articulationRate: reason,
    phonationTimeRatio: reason,
    meanLengthOfRun: reason,
    pitchMedian: reason,
    pitchSpread: reason,
    loudness: isSilent ? reason : loudness,
    loudnessRange: isSilent ? reason : loudnessRange,
    signalToNoise: reason,
    clipped,
  };
}
