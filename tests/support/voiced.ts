import { generator } from './speech-like.ts';

const FORMANTS = [
  { hz: 650, width: 80, moves: 1 },
  { hz: 1100, width: 90, moves: 1 },
  { hz: 2500, width: 120, moves: 0 },
  { hz: 3500, width: 200, moves: 0 },
] as const;

/**
 * Pulses through formants that move, two seconds of every three: nobody would take it for a person, but a detector
 * of voices does. −1…1, the highest sample 0.5.
 */
export function voiced(seconds: number, sampleRate: number): Float32Array<ArrayBuffer> {
  const random = generator(1);
  const sine = (hz: number, at: number) => Math.sin(2 * Math.PI * hz * at);
  const states = FORMANTS.map((formant) => ({ ...formant, last: 0, before: 0 }));
  const samples = new Float32Array(seconds * sampleRate);
  let phase = 0;
  for (let index = 0; index < samples.length; index += 1) {
    const at = index / sampleRate;
    phase += (120 + 25 * sine(0.6, at) + 10 * sine(1.7, at)) / sampleRate;
    const isPulse = phase >= 1;
    phase %= 1;
    const isSpoken = at > 0.3 && at % 3 < 2;
    let sound = isPulse && isSpoken ? 0.05 + 0.95 * Math.sqrt(Math.max(0, sine(4, at))) : 0;
    for (const state of states) {
      const radius = Math.exp((-Math.PI * state.width) / sampleRate);
      const hz = state.hz * (1 + 0.3 * state.moves * sine(2.1, at));
      const next =
        sound +
        2 * radius * Math.cos((2 * Math.PI * hz) / sampleRate) * state.last -
        radius ** 2 * state.before;
      state.before = state.last;
      state.last = next;
      sound = next;
    }
    samples[index] = sound;
  }
  const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  return samples.map((sample) => (sample / peak) * 0.5 + (random() - 0.5) * 1e-3);
}
