import type { Ms } from '../domain/timeline.ts';
import { chooseFormat } from './codec.ts';
import type { Scope } from './scope.ts';

const SAMPLE_MS: Ms = 2000;

/** The next two seconds as a file of their own; null when the scope ends before, or nothing can be recorded. */
export function recordSample(track: MediaStreamTrack, scope: Scope): Promise<Blob | null> {
  const mimeType = chooseFormat(null, (type) => MediaRecorder.isTypeSupported(type), navigator.userAgent);
  return new Promise((resolve) => {
    const blobs: Blob[] = [];
    try {
      const recorder = new MediaRecorder(new MediaStream([track]), mimeType === null ? {} : { mimeType });
      const stop = scope.add(() => {
        if (recorder.state !== 'inactive') recorder.stop();
        resolve(null);
      });
      recorder.addEventListener('dataavailable', ({ data }) => blobs.push(data));
      recorder.addEventListener('error', stop);
      recorder.addEventListener('stop', () => resolve(new Blob(blobs, { type: recorder.mimeType })));
      recorder.addEventListener('stop', stop);
      recorder.addEventListener('start', () => scope.timeout(() => recorder.stop(), SAMPLE_MS));
      // One that never begins delivers nothing.
      scope.timeout(stop, 3 * SAMPLE_MS);
      recorder.start();
    } catch {
      resolve(null);
    }
  });
}
