import address from 'virtual:silero-weights';

/** The weights for `createSilero`, 0.9 MB, from beside the app. Rejects when they cannot be loaded. */
export async function loadSileroWeights(): Promise<Float32Array<ArrayBuffer>> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`The weights of the voice detector: HTTP ${response.status}`);
  return new Float32Array(await response.arrayBuffer());
}
