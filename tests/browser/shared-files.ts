/*
 * The addresses of what may lie beside the project: speech, sounds and the model of sounds.
 */

const SHARED = import.meta.glob<string>(
  ['../../../shared/corpus/*/*.wav', '../../../shared/models/yamnet.tflite'],
  { query: '?url', import: 'default', eager: true },
);

const addresses = Object.values(SHARED);

export const SPEECH: readonly string[] = addresses.filter((address) => address.includes('/corpus/speech/'));
export const TYPING: readonly string[] = addresses.filter((address) => address.includes('/corpus/typing/'));
/** Null: it is not there. */
export const MODEL_FILE: string | null = addresses.find((address) => address.endsWith('.tflite')) ?? null;

export async function fileAt(address: string): Promise<Blob> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response.blob();
}
