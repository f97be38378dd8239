import { expect, test } from 'vitest';
import { createSilero } from '../../src/analysis/silero.ts';
import { loadSileroWeights } from '../../src/analysis/silero-weights.ts';
import { speechLike } from '../support/speech-like.ts';

test('the weights come from beside the app, and hear that silence is no speech', async () => {
  const weights = await loadSileroWeights();
  const silero = createSilero(weights);
  silero.add(new Float32Array(16_000));
  expect(Math.max(...silero.finish())).toBeLessThan(0.1);
  // What is heard depends on every layer: with weights in another order it is another number.
  silero.add(speechLike(2, 3, 16_000));
  const [first, ...rest] = silero.finish();
  expect(rest.length).toBe(62);
  expect(first).toBeGreaterThan(0);
});
