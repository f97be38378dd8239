/*
 * The model, as far as scripts/model.ts has to know it, too.
 */

/** Where the app's own server has it, if it has it. */
export const MODEL_PATH = '/models/yamnet.tflite';
/** Where Google offers it. Only scripts/model.ts asks there; the app shows the address. */
export const MODEL_URL =
  'https://storage.googleapis.com/mediapipe-models/audio_classifier/yamnet/float32/1/yamnet.tflite';

export const MODEL_BYTES = 4_126_810;

/** Two files are genuine: the one offered there, and the one MediaPipe's own tests pin (external_files.bzl). */
const GENUINE: readonly string[] = [
  '4d8b4a53282dc83ef04e3e7dbc4fbc98082e34e44ed798e16c3a0cdd4c584faf',
  '10c95ea3eb9a7bb4cb8bddf6feb023250381008177ac162ce169694d05c317de',
];

export async function isModel(bytes: ArrayBuffer): Promise<boolean> {
  if (bytes.byteLength !== MODEL_BYTES) return false;
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return GENUINE.includes(Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join(''));
}
